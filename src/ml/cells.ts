/**
 * Categories as encoders take them: cells of numbers, texts, booleans and gaps, column by column; and named columns.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { Tensor } from '../tensor/tensor.ts';
import { count, describe, Matrix, matrixOf, numbersOf } from './matrix.ts';
import type { Features } from './protocol.ts';

/** A category, or null for a gap. NaN is a gap too. */
export type Cell = number | string | boolean | null;

/** Rows of cells, or numbers in any form. */
export type Cells = Features | readonly (readonly Cell[])[];

/** One value a sample. */
export type Column = readonly Cell[] | Float64Array | Float32Array | Int32Array | Uint8Array | Tensor;

/** Named columns of one length: a table as an object. */
export type Columns = Readonly<Record<string, Column>>;

/** Cells column by column, all of one length. @throws ShapeError, ValueError */
export function cellColumns(op: string, x: Cells, columns?: number): Cell[][] {
  const result =
    Array.isArray(x) && x.some((row: unknown) => Array.isArray(row)) ? fromRows(op, x) : fromNumbers(op, x);
  if (columns !== undefined && result.length !== columns) {
    raise(new ShapeError(`${op}: fitted on ${count(columns, 'feature')}, but X has ${result.length}`));
  }
  return result;
}

function fromNumbers(op: string, x: Cells): Cell[][] {
  const matrix = matrixOf(
    op,
    isFeatures(x) ? x : raise(new ValueError(`${op}: X must be rows of cells, got ${describe(x)}`)),
    { allowNaN: true },
  );
  return Array.from({ length: matrix.columns }, (_, j) => Array.from(matrix.column(j), gapless));
}

function isFeatures(x: Cells): x is Features {
  return !Array.isArray(x) || x.every((row) => typeof row === 'object' && row !== null);
}

function gapless(value: Cell): Cell {
  return typeof value === 'number' && Number.isNaN(value) ? null : value;
}

function fromRows(op: string, rows: readonly unknown[]): Cell[][] {
  const width = Array.isArray(rows[0]) ? rows[0].length : 0;
  if (width === 0) raise(new ShapeError(`${op}: X has no features`));
  const columns = Array.from({ length: width }, () => new Array<Cell>(rows.length));
  rows.forEach((row, i) => {
    if (!Array.isArray(row) || row.length !== width) {
      const got = Array.isArray(row) ? `one of length ${row.length}` : describe(row);
      raise(
        new ShapeError(
          `${op}: the rows of X must be alike: expected an array of length ${width}, got ${got} at row ${i}`,
        ),
      );
    }
    row.forEach((cell: unknown, j) => (columns[j]![i] = cellOf(op, cell, i, j)));
  });
  return columns;
}

function cellOf(op: string, cell: unknown, i: number, j: number): Cell {
  if (cell === null || cell === undefined || (typeof cell === 'number' && Number.isNaN(cell))) return null;
  if (cell === Infinity || cell === -Infinity) {
    raise(new ValueError(`${op}: X holds ${cell} at row ${i}, column ${j}; every value must be finite`));
  }
  if (typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean') return cell;
  raise(
    new ValueError(
      `${op}: X must hold numbers, texts, booleans or null, got ${describe(cell)} at row ${i}, column ${j}`,
    ),
  );
}

/** The different cells of a column in ascending order, a gap last. @throws ValueError for cells of several types */
export function categoriesOf(op: string, column: readonly Cell[], name: string): Cell[] {
  const unique = [...new Set(column)];
  const present = unique.filter((cell) => cell !== null);
  const types = new Set(present.map((cell) => typeof cell));
  if (types.size > 1)
    raise(new ValueError(`${op}: ${name} mixes ${[...types].join(' and ')}; categories must be of one type`));
  present.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return unique.length > present.length ? [...present, null] : present;
}

/** How many samples a column has. */
export function columnLength(column: Column): number {
  return column instanceof Tensor ? (column.shape[0] ?? 0) : column.length;
}

/** Whether a column can be read as numbers: then null and NaN are gaps. */
function isNumeric(column: Column): boolean {
  return !Array.isArray(column) || column.every((cell) => cell === null || typeof cell === 'number');
}

/** These columns side by side: a matrix if all are numbers, else rows of cells. @throws ValueError for a name that is not there */
export function pickColumns(op: string, table: Columns, names: readonly string[]): Matrix | Cell[][] {
  const columns = names.map((name) => columnOf(op, table, name));
  const rows = columnLength(columns[0]!);
  const odd = columns.findIndex((column) => columnLength(column) !== rows);
  if (odd > 0) {
    raise(
      new ShapeError(
        `${op}: column ${describe(names[0])} has ${rows} values, but ${describe(names[odd])} has ${columnLength(columns[odd]!)}`,
      ),
    );
  }
  if (columns.every(isNumeric)) {
    const result = new Matrix(rows, columns.length);
    columns.forEach((column, j) => {
      const values = Array.isArray(column)
        ? column.map((cell) => (cell === null ? Number.NaN : Number(cell)))
        : numbersOf(op, column, describe(names[j])).data;
      for (let i = 0; i < rows; i++) result.data[i * columns.length + j] = values[i]!;
    });
    return result;
  }
  const lists = columns.map((column) =>
    column instanceof Tensor ? Array.from(column.dataSync()) : Array.from<Cell>(column),
  );
  return Array.from({ length: rows }, (_, i) => lists.map((list) => list[i] ?? null));
}

/** One column as it is. @throws ValueError for a name that is not there, with those that are */
export function columnOf(op: string, table: Columns, name: string): Column {
  const column = Object.hasOwn(table, name) ? table[name] : undefined;
  if (column === undefined) {
    raise(
      new ValueError(
        `${op}: there is no column ${describe(name)}; there are ${Object.keys(table)
          .map((one) => describe(one))
          .join(', ')}`,
      ),
    );
  }
  return column;
}
