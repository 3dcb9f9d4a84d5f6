/**
 * Categories as numbers: a column of 0 and 1 for each, or its place in the list. Gaps are a category of their own.
 */
import { FormatError, raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { categoriesOf, type Cell, cellColumns, type Cells } from '../cells.ts';
import { count, describe, Matrix } from '../matrix.ts';
import { requireOneOf } from '../options.ts';
import type { FittedTransformer, Transformer } from '../protocol.ts';
import { type Json, type ModelState, StateReader } from '../state.ts';

const unknowns = ['error', 'ignore'] as const;
const drops = ['none', 'first', 'ifBinary'] as const;

export interface OneHotEncoderOptions {
  /** The categories of each column, in the order of the result. Default: those seen in fit, ascending, a gap last. */
  readonly categories?: readonly (readonly Cell[])[];
  /** Leave out the first category of every column, or of those with two, so that columns do not sum to 1. Default none. */
  readonly drop?: (typeof drops)[number];
  /** A category that was not seen in fit is an error, or all zeros. Default error. */
  readonly unknown?: (typeof unknowns)[number];
}

/**
 * A column of 0 and 1 for each category.
 * @example new OneHotEncoder().fit([['a'], ['b']]).transform([['b']]) // [[0, 1]]
 */
export class OneHotEncoder implements Transformer<Cells> {
  readonly role = 'transformer';
  readonly categories: readonly (readonly Cell[])[] | undefined;
  readonly drop: (typeof drops)[number];
  readonly unknown: (typeof unknowns)[number];

  constructor({ categories, drop = 'none', unknown = 'error' }: OneHotEncoderOptions = {}) {
    requireOneOf('OneHotEncoder', 'drop', drop, drops);
    requireOneOf('OneHotEncoder', 'unknown', unknown, unknowns);
    this.categories = categories?.map((list) => [...list]);
    this.drop = drop;
    this.unknown = unknown;
  }

  fit(x: Cells): FittedOneHotEncoder {
    return new FittedOneHotEncoder(learn('OneHotEncoder', x, this.categories), this.drop, this.unknown);
  }
}

/** The categories of each column: given ones, or those that are there. */
function learn(owner: string, x: Cells, given: readonly (readonly Cell[])[] | undefined): Cell[][] {
  const op = `${owner}.fit`;
  const columns = cellColumns(op, x);
  if (given === undefined) return columns.map((column, j) => categoriesOf(op, column, `column ${j}`));
  if (given.length !== columns.length) {
    raise(
      new ValueError(`${op}: categories are given for ${count(given.length, 'column')}, but X has ${columns.length}`),
    );
  }
  return given.map((list) => [...list]);
}

/** For each column, the place of each cell in its categories; −1 where it is none of them. */
function places(columns: readonly (readonly Cell[])[], categories: readonly (readonly Cell[])[]): Int32Array[] {
  return columns.map((column, j) => {
    const known = new Map(categories[j]!.map((cell, k) => [cell, k]));
    return Int32Array.from(column, (cell) => known.get(cell) ?? -1);
  });
}

function requireKnown(op: string, columns: readonly (readonly Cell[])[], found: readonly Int32Array[]): void {
  found.forEach((codes, j) => {
    const row = codes.indexOf(-1);
    if (row >= 0) {
      raise(
        new ValueError(
          `${op}: ${describe(columns[j]![row])} in column ${j}, row ${row} was not seen in fit; unknown: 'ignore' lets it pass`,
        ),
      );
    }
  });
}

function categoriesJson(categories: readonly (readonly Cell[])[]): Json {
  return categories.map((list) => [...list]);
}

function categoriesFrom(read: StateReader): Cell[][] {
  return read.list('categories').map((list) => {
    if (!Array.isArray(list)) raise(new FormatError('the categories of a column must be a list'));
    return list.filter((cell: Json): cell is Cell => cell === null || typeof cell !== 'object');
  });
}

/** @see OneHotEncoder */
export class FittedOneHotEncoder implements FittedTransformer<Cells> {
  readonly kind = 'OneHotEncoder';
  readonly featuresIn: number;
  /** Of each column, in the order of the result, those left out included. */
  readonly categories: readonly (readonly Cell[])[];
  readonly drop: (typeof drops)[number];
  readonly unknown: (typeof unknowns)[number];

  constructor(
    categories: readonly (readonly Cell[])[],
    drop: (typeof drops)[number],
    unknown: (typeof unknowns)[number],
  ) {
    this.featuresIn = categories.length;
    this.categories = categories;
    this.drop = drop;
    this.unknown = unknown;
  }

  /** Whether the first category of column j has no column in the result. */
  #skips(j: number): number {
    return this.drop === 'first' || (this.drop === 'ifBinary' && this.categories[j]!.length === 2) ? 1 : 0;
  }

  transform(x: Cells): Tensor {
    const op = 'OneHotEncoder.transform';
    const columns = cellColumns(op, x, this.featuresIn);
    const found = places(columns, this.categories);
    if (this.unknown === 'error') requireKnown(op, columns, found);
    const widths = this.categories.map((list, j) => list.length - this.#skips(j));
    const width = widths.reduce((a, b) => a + b, 0);
    const result = new Matrix(columns[0]!.length, width);
    let start = 0;
    found.forEach((codes, j) => {
      const skip = this.#skips(j);
      codes.forEach((code, i) => {
        if (code >= skip) result.data[i * width + start + code - skip] = 1;
      });
      start += widths[j]!;
    });
    return result.toTensor();
  }

  /** @example featureNames(['color']) // ['color_blue', 'color_red'] */
  featureNames(inputs: readonly string[] = this.categories.map((_, j) => `x${j}`)): string[] {
    return this.categories.flatMap((list, j) =>
      list.slice(this.#skips(j)).map((cell) => `${inputs[j]!}_${String(cell)}`),
    );
  }

  toState(): ModelState {
    const { kind, categories, drop, unknown } = this;
    return { kind, fields: { categories: categoriesJson(categories), drop, unknown }, arrays: {} };
  }

  static fromState(state: ModelState): FittedOneHotEncoder {
    const read = new StateReader(state, 'OneHotEncoder');
    return new FittedOneHotEncoder(categoriesFrom(read), read.text('drop', drops), read.text('unknown', unknowns));
  }
}

export interface OrdinalEncoderOptions {
  /** The categories of each column, in order. Default: those seen in fit, ascending, a gap last. */
  readonly categories?: readonly (readonly Cell[])[];
  /** What a category that was not seen in fit becomes. Default: it is an error. */
  readonly unknownValue?: number;
}

/**
 * The place of each category in its list, from 0. A gap stays one: it becomes NaN.
 * @example new OrdinalEncoder().fit([['a'], ['b']]).transform([['b']]) // [[1]]
 */
export class OrdinalEncoder implements Transformer<Cells> {
  readonly role = 'transformer';
  readonly categories: readonly (readonly Cell[])[] | undefined;
  readonly unknownValue: number | undefined;

  constructor({ categories, unknownValue }: OrdinalEncoderOptions = {}) {
    this.categories = categories?.map((list) => [...list]);
    this.unknownValue = unknownValue;
  }

  fit(x: Cells): FittedOrdinalEncoder {
    const categories = learn('OrdinalEncoder', x, this.categories);
    return new FittedOrdinalEncoder(
      categories.map((list) => list.filter((cell) => cell !== null)),
      this.unknownValue,
    );
  }
}

/** @see OrdinalEncoder */
export class FittedOrdinalEncoder implements FittedTransformer<Cells> {
  readonly kind = 'OrdinalEncoder';
  readonly featuresIn: number;
  readonly categories: readonly (readonly Cell[])[];
  readonly unknownValue: number | undefined;

  constructor(categories: readonly (readonly Cell[])[], unknownValue: number | undefined) {
    this.featuresIn = categories.length;
    this.categories = categories;
    this.unknownValue = unknownValue;
  }

  transform(x: Cells): Tensor {
    const op = 'OrdinalEncoder.transform';
    const columns = cellColumns(op, x, this.featuresIn);
    const found = places(columns, this.categories);
    const width = columns.length;
    const result = new Matrix(columns[0]!.length, width);
    found.forEach((codes, j) => {
      codes.forEach((code, i) => {
        if (code < 0 && columns[j]![i] !== null && this.unknownValue === undefined)
          requireKnown(op, [columns[j]!.slice(i, i + 1)], [codes.subarray(i, i + 1)]);
        result.data[i * width + j] = code >= 0 ? code : columns[j]![i] === null ? Number.NaN : this.unknownValue!;
      });
    });
    return result.toTensor();
  }

  toState(): ModelState {
    const { kind, categories, unknownValue = null } = this;
    return { kind, fields: { categories: categoriesJson(categories), unknownValue }, arrays: {} };
  }

  static fromState(state: ModelState): FittedOrdinalEncoder {
    const read = new StateReader(state, 'OrdinalEncoder');
    const unknownValue = read.json('unknownValue');
    return new FittedOrdinalEncoder(categoriesFrom(read), typeof unknownValue === 'number' ? unknownValue : undefined);
  }
}

export interface CategoryImputerOptions {
  /** What fills a gap. Default: the most frequent category of its column, of equals the first. */
  readonly value?: Cell;
}

/**
 * Gaps among categories are filled; numbers have `SimpleImputer`.
 * @example new CategoryImputer().fit([['a'], [null], ['a']]).transform([[null]]) // [['a']]
 */
export class CategoryImputer implements Transformer<Cells, Cell[][]> {
  readonly role = 'transformer';
  readonly value: Cell | undefined;

  constructor({ value }: CategoryImputerOptions = {}) {
    this.value = value;
  }

  fit(x: Cells): FittedCategoryImputer {
    const fill = cellColumns('CategoryImputer.fit', x).map((column, j) => {
      if (this.value !== undefined) return this.value;
      const counts = new Map<Cell, number>();
      for (const cell of column) if (cell !== null) counts.set(cell, (counts.get(cell) ?? 0) + 1);
      const most = Math.max(...counts.values());
      const best = categoriesOf('CategoryImputer.fit', column, `column ${j}`).find((cell) => counts.get(cell) === most);
      return (
        best ??
        raise(new ValueError(`CategoryImputer.fit: column ${j} has no value at all; leave it out, or give a value`))
      );
    });
    return new FittedCategoryImputer(fill);
  }
}

/** @see CategoryImputer */
export class FittedCategoryImputer implements FittedTransformer<Cells, Cell[][]> {
  readonly kind = 'CategoryImputer';
  readonly featuresIn: number;
  /** What fills the gaps of each column. */
  readonly fill: readonly Cell[];

  constructor(fill: readonly Cell[]) {
    this.featuresIn = fill.length;
    this.fill = fill;
  }

  transform(x: Cells): Cell[][] {
    const columns = cellColumns('CategoryImputer.transform', x, this.featuresIn);
    return columns[0]!.map((_, i) => columns.map((column, j) => column[i] ?? this.fill[j]!));
  }

  toState(): ModelState {
    return { kind: this.kind, fields: { categories: [[...this.fill]] }, arrays: {} };
  }

  static fromState(state: ModelState): FittedCategoryImputer {
    return new FittedCategoryImputer(categoriesFrom(new StateReader(state, 'CategoryImputer'))[0] ?? []);
  }
}
