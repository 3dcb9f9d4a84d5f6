/**
 * Isolation forest: what few random cuts set apart is an outlier.
 */
import { FormatError, raise } from '../../base/errors.ts';
import { type Matrix, matrixOf } from '../matrix.ts';
import { requireNumber, requireWhole } from '../options.ts';
import type { Features, OutlierDetector } from '../protocol.ts';
import { Random } from '../random.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { type Contamination, DetectorBase, requireContamination, thresholdOf } from './detector.ts';

export interface IsolationForestOptions {
  /** Default 100. */
  readonly estimators?: number;
  /** Samples a tree, drawn without repetition. Default 256, or all if there are fewer. */
  readonly maxSamples?: number;
  /** The share of features that each tree may cut. Default 1. */
  readonly maxFeatures?: number;
  /** Default `auto`: outliers are those with a score below −0.5. */
  readonly contamination?: Contamination;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * s(x) = −2^(−E[h(x)] / c(m)): h is how many cuts set x apart in a tree of m samples, c what it takes on average. From −1 (an
 * outlier) to 0.
 * @see Liu, Ting and Zhou 2008
 * @example new IsolationForest().fit([[0], [0.1], [0.2], [0.3], [9]]).predict([[9]]) // [-1]
 */
export class IsolationForest implements OutlierDetector {
  readonly role = 'outlierDetector';
  readonly estimators: number;
  readonly maxSamples: number;
  readonly maxFeatures: number;
  readonly contamination: Contamination;
  readonly seed: number;

  constructor({
    estimators = 100,
    maxSamples = 256,
    maxFeatures = 1,
    contamination = 'auto',
    seed = 0,
  }: IsolationForestOptions = {}) {
    requireWhole('IsolationForest', 'estimators', estimators, 1);
    requireWhole('IsolationForest', 'maxSamples', maxSamples, 1);
    requireNumber('IsolationForest', 'maxFeatures', maxFeatures, { low: Number.MIN_VALUE, high: 1 });
    requireContamination('IsolationForest', contamination);
    requireWhole('IsolationForest', 'seed', seed);
    this.estimators = estimators;
    this.maxSamples = maxSamples;
    this.maxFeatures = maxFeatures;
    this.contamination = contamination;
    this.seed = seed;
  }

  fit(x: Features): FittedIsolationForest {
    const samples = matrixOf('IsolationForest.fit', x);
    const size = Math.min(this.maxSamples, samples.rows);
    const depth = Math.ceil(Math.log2(Math.max(size, 2)));
    const width = Math.max(1, Math.floor(this.maxFeatures * samples.columns));
    const random = new Random(this.seed);
    const trees = new Growth();
    const roots = Int32Array.from({ length: this.estimators }, () => {
      const rows = random.permutation(samples.rows).slice(0, size);
      const features = random.permutation(samples.columns).slice(0, width);
      return trees.grow(samples, rows, features, depth, random);
    });
    const forest: Forest = { ...trees.arrays(), roots, size };
    const raw = new FittedIsolationForest(forest, samples.columns, 0);
    const threshold = thresholdOf(this.contamination, raw.scores(samples), -0.5);
    return new FittedIsolationForest(forest, samples.columns, threshold);
  }
}

/** All trees in one list of nodes. */
interface Forest {
  /** The feature that a node cuts, −1 for a leaf. */
  readonly feature: Int32Array<ArrayBuffer>;
  /** Samples at most this large go left. */
  readonly cut: Float64Array<ArrayBuffer>;
  /** The left child; the right one comes with `right`. */
  readonly left: Int32Array<ArrayBuffer>;
  readonly right: Int32Array<ArrayBuffer>;
  /** How many samples came to a leaf. */
  readonly count: Int32Array<ArrayBuffer>;
  readonly roots: Int32Array<ArrayBuffer>;
  /** How many samples a tree was grown from. */
  readonly size: number;
}

class Growth {
  readonly #feature: number[] = [];
  readonly #cut: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #count: number[] = [];

  /** A node for these rows and all below it. @returns its place */
  grow(x: Matrix, rows: Int32Array, features: Int32Array, depth: number, random: Random): number {
    const at = this.#feature.length;
    this.#feature.push(-1);
    this.#cut.push(0);
    this.#left.push(-1);
    this.#right.push(-1);
    this.#count.push(rows.length);
    if (depth === 0 || rows.length <= 1) return at;
    // A feature in which the samples differ, all equally likely.
    const order = features.slice();
    random.shuffle(order);
    for (const j of order) {
      let [low, high] = [Infinity, -Infinity];
      for (const i of rows) {
        low = Math.min(low, x.at(i, j));
        high = Math.max(high, x.at(i, j));
      }
      if (!(high > low)) continue;
      let cut = low + random.uniform() * (high - low);
      if (!(cut < high)) cut = low;
      this.#feature[at] = j;
      this.#cut[at] = cut;
      this.#left[at] = this.grow(x, rows.filter((i) => x.at(i, j) <= cut), features, depth - 1, random); // prettier-ignore
      this.#right[at] = this.grow(x, rows.filter((i) => x.at(i, j) > cut), features, depth - 1, random); // prettier-ignore
      return at;
    }
    return at;
  }

  arrays(): Omit<Forest, 'roots' | 'size'> {
    return {
      feature: Int32Array.from(this.#feature),
      cut: Float64Array.from(this.#cut),
      left: Int32Array.from(this.#left),
      right: Int32Array.from(this.#right),
      count: Int32Array.from(this.#count),
    };
  }
}

/** How many cuts a search in a random tree of n samples takes that finds nothing: 2 H(n − 1) − 2 (n − 1) / n. */
function averagePath(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + 0.5772156649015329) - (2 * (n - 1)) / n;
}

/** @see IsolationForest */
export class FittedIsolationForest extends DetectorBase {
  readonly kind = 'IsolationForest';
  readonly featuresIn: number;
  readonly threshold: number;
  readonly #forest: Forest;

  constructor(forest: Forest, featuresIn: number, threshold: number) {
    super();
    this.#forest = forest;
    this.featuresIn = featuresIn;
    this.threshold = threshold;
  }

  override scores(x: Matrix): Float64Array<ArrayBuffer> {
    const { feature, cut, left, right, count, roots, size } = this.#forest;
    const paths = Float64Array.from(count, (n) => averagePath(n));
    const usual = averagePath(size) || 1;
    const result = new Float64Array(x.rows);
    for (let i = 0; i < x.rows; i++) {
      let total = 0;
      for (const root of roots) {
        let [at, depth] = [root, 0];
        // Hot: once a sample, tree and cut.
        while (feature[at]! >= 0) {
          at = x.data[i * x.columns + feature[at]!]! <= cut[at]! ? left[at]! : right[at]!;
          depth++;
        }
        total += depth + paths[at]!;
      }
      result[i] = -(2 ** (-total / roots.length / usual));
    }
    return result;
  }

  toState(): ModelState {
    const { feature, cut, left, right, count, roots, size } = this.#forest;
    return {
      kind: this.kind,
      fields: { featuresIn: this.featuresIn, threshold: this.threshold, size },
      arrays: {
        feature: vectorState(feature),
        cut: vectorState(cut),
        left: vectorState(left),
        right: vectorState(right),
        count: vectorState(count),
        roots: vectorState(roots),
      },
    };
  }

  static fromState(state: ModelState): FittedIsolationForest {
    const read = new StateReader(state, 'IsolationForest');
    const feature = read.integers('feature');
    const nodes = feature.length;
    const forest: Forest = {
      feature,
      cut: read.vector('cut', nodes),
      left: read.integers('left', nodes),
      right: read.integers('right', nodes),
      count: read.integers('count', nodes),
      roots: read.integers('roots'),
      size: read.whole('size', 1),
    };
    const featuresIn = read.whole('featuresIn', 1);
    // Children come after their parent, so that every walk ends.
    const isSound = feature.every((j, at) => {
      if (j < 0) return true;
      const [a, b] = [forest.left[at]!, forest.right[at]!];
      return j < featuresIn && a > at && b > at && a < nodes && b < nodes;
    });
    if (!isSound || forest.roots.length === 0 || !forest.roots.every((root) => root >= 0 && root < nodes)) {
      raise(new FormatError("IsolationForest: the state's trees name nodes or features that are not there"));
    }
    return new FittedIsolationForest(forest, featuresIn, read.number('threshold'));
  }
}
