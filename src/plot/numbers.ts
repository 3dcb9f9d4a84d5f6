/**
 * What charts take: numbers in arrays or in whatever has a shape and can be read, as tensors do; checked here, once.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';

/** A tensor, as far as a chart cares. */
export interface Readable {
  readonly shape: readonly number[];
  dataSync(): ArrayLike<number>;
}

/** Numbers in a row: an array, a typed array, a tensor (N,). */
export type Series = ArrayLike<number> | Readable;

/** Numbers in rows of one length: nested arrays or a tensor (R, C). */
export type Grid = readonly ArrayLike<number>[] | Readable;

export type Named<T> = Readonly<Record<string, T>>;

export function isReadable(value: unknown): value is Readable {
  return typeof value === 'object' && value !== null && 'dataSync' in value && 'shape' in value;
}

export function isSeries(value: Series | Named<unknown>): value is Series {
  return Array.isArray(value) || ArrayBuffer.isView(value) || isReadable(value);
}

/**
 * The numbers of a series. @param gaps lets NaN through, as a gap
 * @throws ShapeError if it has not one axis or nothing in it   @throws ValueError for what is not a finite number
 */
export function numbersOf(op: string, name: string, series: Series, gaps = false): readonly number[] {
  if (isReadable(series) && series.shape.length !== 1)
    raise(new ShapeError(`${op}: ${name} must have one axis. Received: shape (${series.shape.join(', ')})`));
  const values = Array.from(isReadable(series) ? series.dataSync() : series);
  if (values.length === 0) raise(new ShapeError(`${op}: ${name} is empty; there is nothing to draw`));
  checkFinite(op, name, values, gaps);
  return values;
}

/** The rows of a grid. @throws ShapeError if rows differ in length or there is nothing   @throws ValueError */
export function rowsOf(op: string, name: string, grid: Grid): readonly (readonly number[])[] {
  let rows: readonly (readonly number[])[];
  if (isReadable(grid)) {
    const [height = 0, width = 0] = grid.shape;
    if (grid.shape.length !== 2)
      raise(new ShapeError(`${op}: ${name} must have two axes. Received: shape (${grid.shape.join(', ')})`));
    const values = Array.from(grid.dataSync());
    rows = Array.from({ length: height }, (_, i) => values.slice(i * width, (i + 1) * width));
  } else rows = Array.from(grid, (row) => Array.from(row));
  const width = rows[0]?.length ?? 0;
  if (width === 0) raise(new ShapeError(`${op}: ${name} is empty; there is nothing to draw`));
  rows.forEach((row, i) => {
    if (row.length !== width)
      raise(new ShapeError(`${op}: row ${i} of ${name} has ${row.length} values, row 0 has ${width}`));
    checkFinite(op, `row ${i} of ${name}`, row, false);
  });
  return rows;
}

/** Series by name; one without a name has the name ''. All must have `length` values, if that is given. */
export function namedOf(
  op: string,
  name: string,
  series: Series | Named<Series>,
  length?: number,
  gaps = false,
): readonly { readonly name: string; readonly values: readonly number[] }[] {
  const entries: readonly (readonly [string, Series])[] = isSeries(series) ? [['', series]] : Object.entries(series);
  if (entries.length === 0) raise(new ShapeError(`${op}: ${name} has no series; there is nothing to draw`));
  return entries.map(([key, one]) => {
    const label = key === '' ? name : `${name} '${key}'`;
    const values = numbersOf(op, label, one, gaps);
    if (length !== undefined) sameLength(op, label, values.length, length);
    return { name: key, values };
  });
}

export function sameLength(op: string, name: string, length: number, expected: number): void {
  if (length !== expected)
    raise(new ShapeError(`${op}: ${name} has ${length} values, expected ${expected}, one for each of the others`));
}

/** Labels as texts, one for each of `count` things. */
export function labelsOf(op: string, name: string, labels: ArrayLike<string | number>, count: number): string[] {
  sameLength(op, name, labels.length, count);
  return Array.from(labels, String);
}

/** The different labels: numbers in their order, texts in the alphabet's. */
export function classesOf(labels: readonly string[]): string[] {
  const classes = [...new Set(labels)];
  const numeric = classes.every((label) => label.trim() !== '' && !Number.isNaN(Number(label)));
  return classes.sort(numeric ? (a, b) => Number(a) - Number(b) : undefined);
}

/** A count of something, such as bins. @throws ValueError */
export function countOf(op: string, name: string, value: number, least = 1): number {
  if (!Number.isInteger(value) || value < least)
    raise(new ValueError(`${op}: ${name} must be a whole number of at least ${least}. Received: ${value}`));
  return value;
}

export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function checkFinite(op: string, name: string, values: readonly unknown[], gaps: boolean): void {
  const place = values.findIndex((v) => !(Number.isFinite(v) || (gaps && Number.isNaN(v))));
  if (place >= 0)
    raise(new ValueError(`${op}: ${name} has ${String(values[place])} at ${place}; only finite numbers can be drawn`));
}
