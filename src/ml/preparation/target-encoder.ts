/**
 * Categories as the mean of the target among their samples, drawn towards the mean of all.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { tensor } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { categoriesOf, type Cell, cellColumns, type Cells } from '../cells.ts';
import { encodeLabels } from '../labels.ts';
import { Matrix } from '../matrix.ts';
import { requireNumber, requireWhole } from '../options.ts';
import type { FitOptions, FittedTransformer, Label, Labels, Targets, Transformer } from '../protocol.ts';
import { Random } from '../random.ts';
import { type ModelState, StateReader } from '../state.ts';
import { requireLength, vectorOf } from '../targets.ts';

export interface TargetEncoderOptions {
  /** How much a category is drawn to the mean of all, in samples; `auto` weighs its variance against that of all. Default auto. */
  readonly smooth?: 'auto' | number;
  /** Into how many parts `fitTransform` divides the samples. Default 5. */
  readonly folds?: number;
  /** Orders the samples before they are divided. */
  readonly seed?: number;
}

/**
 * Each category becomes (Σ y + m ȳ) / (n + m) over its n samples. Of more than two labels, there is a column for each of them.
 * `fitTransform` encodes each part of the samples by the others, so that no sample sees its own target; a pipeline uses that.
 * (Micci-Barreca 2001.)
 * @example new TargetEncoder({ smooth: 0 }).fit([['a'], ['a'], ['b']], [1, 3, 9]).transform([['a']]) // [[2]]
 */
export class TargetEncoder implements Transformer<Cells> {
  readonly role = 'transformer';
  readonly smooth: 'auto' | number;
  readonly folds: number;
  readonly seed: number;

  constructor({ smooth = 'auto', folds = 5, seed = 0 }: TargetEncoderOptions = {}) {
    if (smooth !== 'auto') requireNumber('TargetEncoder', 'smooth', smooth, { low: 0 });
    requireWhole('TargetEncoder', 'folds', folds, 2);
    requireWhole('TargetEncoder', 'seed', seed);
    this.smooth = smooth;
    this.folds = folds;
    this.seed = seed;
  }

  fit(x: Cells, y?: Targets | Labels): FittedTargetEncoder {
    const op = 'TargetEncoder.fit';
    const columns = cellColumns(op, x);
    return this.#learn(columns, targetColumns(op, y, columns[0]!.length));
  }

  fitTransform(x: Cells, y?: Targets | Labels, _options?: FitOptions): readonly [FittedTargetEncoder, Tensor] {
    const op = 'TargetEncoder.fitTransform';
    const columns = cellColumns(op, x);
    const rows = columns[0]!.length;
    const targets = targetColumns(op, y, rows);
    const order = new Random(this.seed).permutation(rows);
    const width = columns.length * targets.length;
    const result = new Matrix(rows, width);
    for (let fold = 0; fold < this.folds; fold++) {
      const own = Array.from(order).filter((_, place) => place % this.folds === fold);
      if (own.length === 0) continue;
      const others = Array.from(order).filter((_, place) => place % this.folds !== fold);
      if (others.length === 0) raise(new ValueError(`${op}: ${rows} sample cannot be divided into parts`));
      const model = this.#learn(
        columns.map((column) => others.map((i) => column[i]!)),
        targets.map((t) => Float64Array.from(others, (i) => t[i]!)),
      );
      const encoded = model.encode(columns.map((column) => own.map((i) => column[i]!)));
      own.forEach((i, k) => result.data.set(encoded.row(k), i * width));
    }
    return [this.#learn(columns, targets), result.toTensor()];
  }

  #learn(columns: readonly (readonly Cell[])[], targets: readonly Float64Array[]): FittedTargetEncoder {
    const categories = columns.map((column, j) => categoriesOf('TargetEncoder.fit', column, `column ${j}`));
    const means = targets.map((target) => target.reduce((a, b) => a + b, 0) / target.length);
    const encodings = columns.flatMap((column, j) =>
      targets.map((target, k) => this.#encode(column, categories[j]!, target, means[k]!)),
    );
    return new FittedTargetEncoder(categories, Float64Array.from(means), encodings);
  }

  /** The value of each category. */
  #encode(
    column: readonly Cell[],
    categories: readonly Cell[],
    target: Float64Array,
    mean: number,
  ): Float64Array<ArrayBuffer> {
    const places = new Map(categories.map((cell, k) => [cell, k]));
    const codes = column.map((cell) => places.get(cell)!);
    const counts = new Float64Array(categories.length);
    const sums = new Float64Array(categories.length);
    codes.forEach((code, i) => {
      counts[code]! += 1;
      sums[code]! += target[i]!;
    });
    if (this.smooth !== 'auto') {
      const m = this.smooth;
      return sums.map((sum, k) => (counts[k]! + m === 0 ? mean : (sum + m * mean) / (counts[k]! + m)));
    }
    const variance = target.reduce((sum, y) => sum + (y - mean) ** 2, 0) / target.length;
    const squares = new Float64Array(categories.length);
    codes.forEach((code, i) => (squares[code]! += (target[i]! - sums[code]! / counts[code]!) ** 2));
    return sums.map((sum, k) => {
      const own = squares[k]! / counts[k]!;
      const share = (variance * counts[k]!) / (variance * counts[k]! + own);
      return Number.isNaN(share) ? mean : share * (sum / counts[k]!) + (1 - share) * mean;
    });
  }
}

/** What is averaged: the numbers; for two labels whether it is the second; for more, whether it is each. */
function targetColumns(op: string, y: Targets | Labels | undefined, rows: number): Float64Array[] {
  if (y === undefined) raise(new ValueError(`${op}: y is needed: categories become means of it`));
  if (!isLabels(y)) return [vectorOf(op, y, rows)];
  const { classes, codes } = encodeLabels(op, y);
  requireLength(op, 'y', codes.length, rows);
  if (classes.length === 2) return [Float64Array.from(codes)];
  return classes.map((_, k) => Float64Array.from(codes, (code) => Number(code === k)));
}

/** Texts and booleans are labels; numbers are quantities, of which 0 and 1 are a special case. */
function isLabels(y: Targets | Labels): y is readonly Label[] {
  return Array.isArray(y) && (typeof y[0] === 'string' || typeof y[0] === 'boolean');
}

/** @see TargetEncoder */
export class FittedTargetEncoder implements FittedTransformer<Cells> {
  readonly kind = 'TargetEncoder';
  readonly featuresIn: number;
  readonly categories: readonly (readonly Cell[])[];
  /** The mean of each target, which an unknown category becomes. */
  readonly means: Float64Array<ArrayBuffer>;
  /** For each column and target, the value of each category. */
  readonly encodings: readonly Float64Array<ArrayBuffer>[];

  constructor(
    categories: readonly (readonly Cell[])[],
    means: Float64Array<ArrayBuffer>,
    encodings: readonly Float64Array<ArrayBuffer>[],
  ) {
    this.featuresIn = categories.length;
    this.categories = categories;
    this.means = means;
    this.encodings = encodings;
  }

  transform(x: Cells): Tensor {
    const { data, shape } = this.encode(cellColumns('TargetEncoder.transform', x, this.featuresIn));
    return tensor(data, { shape });
  }

  /** @internal */
  encode(columns: readonly (readonly Cell[])[]): Matrix {
    const targets = this.means.length;
    const width = columns.length * targets;
    const result = new Matrix(columns[0]!.length, width);
    columns.forEach((column, j) => {
      const places = new Map(this.categories[j]!.map((cell, k) => [cell, k]));
      column.forEach((cell, i) => {
        const place = places.get(cell);
        for (let t = 0; t < targets; t++) {
          result.data[i * width + j * targets + t] =
            place === undefined ? this.means[t]! : this.encodings[j * targets + t]![place]!;
        }
      });
    });
    return result;
  }

  toState(): ModelState {
    const arrays = Object.fromEntries(
      this.encodings.map((data, i) => [`encoding${i}`, { data, shape: [data.length] }]),
    );
    return {
      kind: this.kind,
      fields: { categories: this.categories.map((list) => [...list]) },
      arrays: { ...arrays, means: { data: this.means, shape: [this.means.length] } },
    };
  }

  static fromState(state: ModelState): FittedTargetEncoder {
    const read = new StateReader(state, 'TargetEncoder');
    const means = read.vector('means');
    const categories = read
      .list('categories')
      .map((list) =>
        Array.isArray(list) ? list.filter((cell): cell is Cell => cell === null || typeof cell !== 'object') : [],
      );
    const encodings = categories.flatMap((list, j) =>
      Array.from(means, (_, t) => read.vector(`encoding${j * means.length + t}`, list.length)),
    );
    return new FittedTargetEncoder(categories, means, encodings);
  }
}
