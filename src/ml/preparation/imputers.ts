/**
 * Filling gaps: with a statistic of the feature, or with what similar samples have.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { TransformerBase } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { requireOneOf, requireWhole } from '../options.ts';
import type { Features, Transformer } from '../protocol.ts';
import { quantile, sortedValues } from '../quantile.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';

const strategies = ['mean', 'median', 'mostFrequent', 'constant'] as const;
type Strategy = (typeof strategies)[number];

export interface SimpleImputerOptions {
  /** Default mean. Of equally frequent values, the smallest. */
  readonly strategy?: Strategy;
  /** What `constant` fills in. Default 0. */
  readonly value?: number;
  /** Add a column of 0 and 1 for each feature that had gaps in fit. Default false. */
  readonly indicator?: boolean;
}

/**
 * NaN becomes the mean, median or most frequent value of its feature, or a constant.
 * @throws ValueError in fit for a feature without any value, unless the strategy is `constant`
 * @example new SimpleImputer().fit([[1], [NaN], [3]]).transform([[NaN]]) // [[2]]
 */
export class SimpleImputer implements Transformer {
  readonly role = 'transformer';
  readonly strategy: Strategy;
  readonly value: number;
  readonly indicator: boolean;

  constructor({ strategy = 'mean', value = 0, indicator = false }: SimpleImputerOptions = {}) {
    requireOneOf('SimpleImputer', 'strategy', strategy, strategies);
    this.strategy = strategy;
    this.value = value;
    this.indicator = indicator;
  }

  fit(x: Features): FittedSimpleImputer {
    const samples = matrixOf('SimpleImputer.fit', x, { allowNaN: true });
    const gaps: number[] = [];
    const fill = Float64Array.from({ length: samples.columns }, (_, j) => {
      const sorted = sortedValues(samples.column(j));
      if (sorted.length < samples.rows) gaps.push(j);
      if (sorted.length === 0 && this.strategy !== 'constant') {
        raise(
          new ValueError(
            `SimpleImputer.fit: column ${j} has no value at all; leave it out, or fill it with a constant`,
          ),
        );
      }
      return statistic(sorted, this.strategy, this.value);
    });
    return new FittedSimpleImputer(fill, this.indicator ? Int32Array.from(gaps) : new Int32Array(0));
  }
}

function statistic(sorted: Float64Array, strategy: Strategy, constant: number): number {
  switch (strategy) {
    case 'mean':
      return sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
    case 'median':
      return quantile(sorted, 0.5);
    case 'mostFrequent':
      return mostFrequent(sorted);
    case 'constant':
      return constant;
  }
}

/** Of equally frequent values, the first. */
function mostFrequent(sorted: Float64Array): number {
  let best = sorted[0]!;
  let most = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    if (end - start > most) [best, most] = [sorted[start]!, end - start];
    start = end;
  }
  return best;
}

/** @see SimpleImputer */
export class FittedSimpleImputer extends TransformerBase {
  readonly kind = 'SimpleImputer';
  readonly featuresIn: number;
  protected override readonly allowsNaN = true;
  /** What fills the gaps of each feature. */
  readonly fill: Float64Array<ArrayBuffer>;
  /** The features that have a column of 0 and 1 after the others. */
  readonly indicated: Int32Array<ArrayBuffer>;

  constructor(fill: Float64Array<ArrayBuffer>, indicated: Int32Array<ArrayBuffer>) {
    super();
    this.featuresIn = fill.length;
    this.fill = fill;
    this.indicated = indicated;
  }

  override map(x: Matrix): Matrix {
    const { fill, indicated } = this;
    const result = new Matrix(x.rows, x.columns + indicated.length);
    for (let i = 0; i < x.rows; i++) {
      const [from, to] = [x.row(i), result.row(i)];
      for (let j = 0; j < x.columns; j++) to[j] = Number.isNaN(from[j]!) ? fill[j]! : from[j]!;
      indicated.forEach((j, k) => (to[x.columns + k] = Number.isNaN(from[j]!) ? 1 : 0));
    }
    return result;
  }

  toState(): ModelState {
    return {
      kind: this.kind,
      fields: {},
      arrays: { fill: vectorState(this.fill), indicated: vectorState(this.indicated) },
    };
  }

  static fromState(state: ModelState): FittedSimpleImputer {
    const read = new StateReader(state, 'SimpleImputer');
    return new FittedSimpleImputer(read.vector('fill'), read.integers('indicated'));
  }
}

const weightings = ['uniform', 'distance'] as const;
type Weighting = (typeof weightings)[number];

export interface KNNImputerOptions {
  /** How many similar samples are asked. Default 5. */
  readonly neighbors?: number;
  /** All alike, or by 1 / distance. Default uniform. */
  readonly weights?: Weighting;
}

/**
 * NaN becomes the mean of that feature in the nearest samples of the fit that have it. Distance is over the features that both
 * samples have, scaled up for those that are missing: √(d / present · Σ (a − b)²).
 * (Troyanskaya et al. 2001, Missing value estimation methods for DNA microarrays.)
 * @example new KNNImputer({ neighbors: 1 }).fit([[1, 2], [9, 8]]).transform([[1.5, NaN]]) // [[1.5, 2]]
 */
export class KNNImputer implements Transformer {
  readonly role = 'transformer';
  readonly neighbors: number;
  readonly weights: Weighting;

  constructor({ neighbors = 5, weights = 'uniform' }: KNNImputerOptions = {}) {
    requireWhole('KNNImputer', 'neighbors', neighbors, 1);
    requireOneOf('KNNImputer', 'weights', weights, weightings);
    this.neighbors = neighbors;
    this.weights = weights;
  }

  fit(x: Features): FittedKNNImputer {
    const samples = matrixOf('KNNImputer.fit', x, { allowNaN: true });
    const empty = Array.from({ length: samples.columns }, (_, j) => j).find((j) =>
      samples.column(j).every(Number.isNaN),
    );
    if (empty !== undefined) raise(new ValueError(`KNNImputer.fit: column ${empty} has no value at all; leave it out`));
    return new FittedKNNImputer(samples, this.neighbors, this.weights);
  }
}

/** @see KNNImputer */
export class FittedKNNImputer extends TransformerBase {
  readonly kind = 'KNNImputer';
  readonly featuresIn: number;
  protected override readonly allowsNaN = true;
  readonly #samples: Matrix;
  readonly #neighbors: number;
  readonly #weights: Weighting;
  readonly #means: Float64Array;

  constructor(samples: Matrix, neighbors: number, weights: Weighting) {
    super();
    this.featuresIn = samples.columns;
    this.#samples = samples;
    this.#neighbors = neighbors;
    this.#weights = weights;
    this.#means = Float64Array.from({ length: samples.columns }, (_, j) => {
      const values = sortedValues(samples.column(j));
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    });
  }

  override map(x: Matrix): Matrix {
    const result = new Matrix(x.rows, x.columns, x.data.slice());
    for (let i = 0; i < x.rows; i++) {
      const row = x.row(i);
      if (!row.some(Number.isNaN)) continue;
      const distances = Float64Array.from({ length: this.#samples.rows }, (_, k) =>
        gapDistance(row, this.#samples.row(k)),
      );
      const order = Array.from(distances.keys()).sort(
        (a, b) => compareDistances(distances[a]!, distances[b]!) || a - b,
      );
      for (let j = 0; j < x.columns; j++)
        if (Number.isNaN(row[j]!)) result.data[i * x.columns + j] = this.#valueFor(j, order, distances);
    }
    return result;
  }

  #valueFor(j: number, order: readonly number[], distances: Float64Array): number {
    const donors = order
      .filter((k) => !Number.isNaN(this.#samples.at(k, j)) && !Number.isNaN(distances[k]!))
      .slice(0, this.#neighbors);
    if (donors.length === 0) return this.#means[j]!;
    const isSame = this.#weights === 'distance' && donors.some((k) => distances[k] === 0);
    const weightOf = (k: number) =>
      this.#weights === 'uniform' ? 1 : isSame ? Number(distances[k] === 0) : 1 / distances[k]!;
    let [sum, total] = [0, 0];
    for (const k of donors) {
      sum += weightOf(k) * this.#samples.at(k, j);
      total += weightOf(k);
    }
    return sum / total;
  }

  toState(): ModelState {
    return {
      kind: this.kind,
      fields: { neighbors: this.#neighbors, weights: this.#weights },
      arrays: { samples: this.#samples },
    };
  }

  static fromState(state: ModelState): FittedKNNImputer {
    const read = new StateReader(state, 'KNNImputer');
    return new FittedKNNImputer(read.matrix('samples'), read.whole('neighbors', 1), read.text('weights', weightings));
  }
}

/** Euclidean over what both have, scaled to all features; NaN if they share none. */
export function gapDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  let present = 0;
  for (let j = 0; j < a.length; j++) {
    const difference = a[j]! - b[j]!;
    if (Number.isNaN(difference)) continue;
    sum += difference * difference;
    present++;
  }
  return present === 0 ? Number.NaN : Math.sqrt((sum * a.length) / present);
}

/** Ascending, NaN last. */
function compareDistances(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b;
}
