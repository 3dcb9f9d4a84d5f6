/**
 * Numbers into bins.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { TransformerBase } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { requireOneOf, requireWhole } from '../options.ts';
import type { Features, Transformer } from '../protocol.ts';
import { sortedValues } from '../quantile.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';

const strategies = ['uniform', 'quantile', 'kmeans'] as const;
const encodings = ['onehot', 'ordinal'] as const;

export interface KBinsDiscretizerOptions {
  /** How many bins a feature. Default 5. */
  readonly bins?: number;
  /** A column of 0 and 1 for each bin, or the number of the bin. Default onehot. */
  readonly encode?: (typeof encodings)[number];
  /** Bins of one width, of as many samples, or around centres. Default quantile. */
  readonly strategy?: (typeof strategies)[number];
}

/**
 * Each value becomes the number of its bin; new values beyond the ends belong to the outer bins.
 * @example new KBinsDiscretizer({ bins: 2, encode: 'ordinal', strategy: 'uniform' }).fit([[0], [4]]).transform([[3]]) // [[1]]
 */
export class KBinsDiscretizer implements Transformer {
  readonly role = 'transformer';
  readonly bins: number;
  readonly encode: (typeof encodings)[number];
  readonly strategy: (typeof strategies)[number];

  constructor({ bins = 5, encode = 'onehot', strategy = 'quantile' }: KBinsDiscretizerOptions = {}) {
    requireWhole('KBinsDiscretizer', 'bins', bins, 2);
    requireOneOf('KBinsDiscretizer', 'encode', encode, encodings);
    requireOneOf('KBinsDiscretizer', 'strategy', strategy, strategies);
    this.bins = bins;
    this.encode = encode;
    this.strategy = strategy;
  }

  fit(x: Features): FittedKBinsDiscretizer {
    const samples = matrixOf('KBinsDiscretizer.fit', x);
    const edges = Array.from({ length: samples.columns }, (_, j) => this.#edges(sortedValues(samples.column(j))));
    return new FittedKBinsDiscretizer(edges, this.encode);
  }

  #edges(sorted: Float64Array): Float64Array<ArrayBuffer> {
    const [least, most] = [sorted[0]!, sorted.at(-1)!];
    if (least === most) return Float64Array.of(-Infinity, Infinity);
    const even = Float64Array.from({ length: this.bins + 1 }, (_, k) => least + ((most - least) * k) / this.bins);
    switch (this.strategy) {
      case 'uniform':
        return even;
      case 'quantile':
        return withoutRepeats(even.map((_, k) => averagedQuantile(sorted, k / this.bins)));
      case 'kmeans':
        return withoutRepeats(Float64Array.of(least, ...betweenCenters(sorted, even), most));
    }
  }
}

/** The mean of both order statistics where the inverse of the distribution jumps. (Hyndman and Fan 1996, definition 2.) */
function averagedQuantile(sorted: Float64Array, q: number): number {
  const place = q * sorted.length;
  const whole = Math.round(place);
  const isWhole = Math.abs(place - whole) < 1e-9;
  const at = (i: number) => sorted[Math.min(sorted.length - 1, Math.max(0, i))]!;
  return isWhole ? (at(whole - 1) + at(whole)) / 2 : at(Math.ceil(place) - 1);
}

function withoutRepeats(edges: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  return edges.filter((edge, k) => k === 0 || edge - edges[k - 1]! > 1e-8);
}

/** Lloyd's algorithm from the middles of even bins; the edges are half way between centres. */
function betweenCenters(sorted: Float64Array, even: Float64Array): number[] {
  let centers = Array.from({ length: even.length - 1 }, (_, k) => (even[k]! + even[k + 1]!) / 2);
  for (let iteration = 0; iteration < 300; iteration++) {
    const sums = centers.map(() => ({ sum: 0, count: 0 }));
    let own = 0;
    for (const value of sorted) {
      while (own + 1 < centers.length && Math.abs(value - centers[own + 1]!) < Math.abs(value - centers[own]!)) own++;
      sums[own]!.sum += value;
      sums[own]!.count++;
    }
    const moved = sums.map(({ sum, count }, k) => (count === 0 ? centers[k]! : sum / count));
    const isDone = moved.every((center, k) => center === centers[k]);
    centers = moved;
    if (isDone) break;
  }
  return centers.slice(1).map((center, k) => (center + centers[k]!) / 2);
}

/** @see KBinsDiscretizer */
export class FittedKBinsDiscretizer extends TransformerBase {
  readonly kind = 'KBinsDiscretizer';
  readonly featuresIn: number;
  /** The ends of the bins of each feature, ascending; one more than bins. */
  readonly edges: readonly Float64Array<ArrayBuffer>[];
  readonly encode: (typeof encodings)[number];

  constructor(edges: readonly Float64Array<ArrayBuffer>[], encode: (typeof encodings)[number]) {
    super();
    if (edges.some((one) => one.length < 2))
      raise(new ValueError('KBinsDiscretizer: a feature needs at least two edges'));
    this.featuresIn = edges.length;
    this.edges = edges;
    this.encode = encode;
  }

  override map(x: Matrix): Matrix {
    const starts = this.edges.map((_, j) => this.edges.slice(0, j).reduce((sum, one) => sum + one.length - 1, 0));
    const isOneHot = this.encode === 'onehot';
    const width = isOneHot ? starts.at(-1)! + this.edges.at(-1)!.length - 1 : x.columns;
    const result = new Matrix(x.rows, width);
    for (let i = 0; i < x.rows; i++) {
      for (let j = 0; j < x.columns; j++) {
        const bin = binOf(x.at(i, j), this.edges[j]!);
        if (isOneHot) result.data[i * width + starts[j]! + bin] = 1;
        else result.data[i * width + j] = bin;
      }
    }
    return result;
  }

  toState(): ModelState {
    const arrays = Object.fromEntries(this.edges.map((edges, j) => [`edges${j}`, vectorState(edges)]));
    return { kind: this.kind, fields: { encode: this.encode, featuresIn: this.featuresIn }, arrays };
  }

  static fromState(state: ModelState): FittedKBinsDiscretizer {
    const read = new StateReader(state, 'KBinsDiscretizer');
    const edges = Array.from({ length: read.whole('featuresIn', 1) }, (_, j) => read.vector(`edges${j}`));
    return new FittedKBinsDiscretizer(edges, read.text('encode', encodings));
  }
}

/** How many inner edges are at or below the value. */
function binOf(value: number, edges: Float64Array): number {
  let bin = 0;
  while (bin < edges.length - 2 && value >= edges[bin + 1]!) bin++;
  return bin;
}
