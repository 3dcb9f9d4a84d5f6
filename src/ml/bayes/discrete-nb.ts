/**
 * Naive Bayes for counts and for presence: multinomial, complement and Bernoulli. Sparse samples are taken as they are.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { argmaxRows, ProbabilisticBase } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { requireNumber } from '../options.ts';
import { productTransposed, transposedProduct } from '../products.ts';
import type { Features, FitOptions, Label, Labels, ProbabilisticClassifier } from '../protocol.ts';
import { SparseMatrix, timesTransposed, transposedTimes } from '../sparse.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { classTraining, sparseClassTraining } from '../training.ts';
import { classPriors, softmaxRows } from './posterior.ts';

export interface DiscreteNBOptions {
  /** Added to every count, so that what was never seen is not impossible. Default 1. */
  readonly alpha?: number;
  /** The probability of each class, in the order of sorted labels. Default: as often as it comes. */
  readonly priors?: readonly number[];
}

export interface ComplementNBOptions extends DiscreteNBOptions {
  /** Divide each class's weights by their sum. Default false. */
  readonly norm?: boolean;
}

export interface BernoulliNBOptions extends DiscreteNBOptions {
  /** A feature above this is there. Default 0. */
  readonly threshold?: number;
}

type Kind = 'MultinomialNB' | 'ComplementNB' | 'BernoulliNB';

/** Weighted counts of each feature in each class, and of samples. */
interface Counts<L extends Label> {
  readonly classes: readonly L[];
  /** (classes, features) */
  readonly features: Matrix;
  /** (classes,) */
  readonly samples: Float64Array;
  readonly priors: Float64Array<ArrayBuffer>;
}

function count<L extends Label>(
  kind: Kind,
  x: Features,
  y: Labels<L>,
  options: FitOptions,
  priors: readonly number[] | undefined,
  threshold: number | undefined,
): Counts<L> {
  const op = `${kind}.fit`;
  const training =
    x instanceof SparseMatrix ? sparseClassTraining(op, x, y, options) : classTraining(op, x, y, options);
  const { classes, codes } = training.y;
  const isMember = new Matrix(codes.length, classes.length);
  codes.forEach((code, i) => (isMember.data[i * classes.length + code] = training.weights?.[i] ?? 1));
  const samples = Float64Array.from(classes, (_, k) => isMember.column(k).reduce((a, b) => a + b, 0));
  const values = threshold === undefined ? nonNegative(op, training.x) : presence(training.x, threshold);
  const features =
    values instanceof SparseMatrix ? transposedTimes(isMember, values) : transposedProduct(isMember, values);
  return { classes, features, samples, priors: classPriors(op, training.y, training.weights, priors) };
}

function nonNegative<M extends Matrix | SparseMatrix>(op: string, x: M): M {
  const values = x instanceof SparseMatrix ? x.values : x.data;
  const low = values.find((value) => value < 0);
  if (low !== undefined) raise(new ValueError(`${op}: X must hold counts, 0 or more, got ${low}`));
  return x;
}

/** 1 where a feature is above the threshold. */
function presence(x: Matrix | SparseMatrix, threshold: number): Matrix | SparseMatrix {
  if (x instanceof SparseMatrix && threshold >= 0)
    return x.withValues(x.values.map((value) => Number(value > threshold)));
  const dense = x instanceof SparseMatrix ? x.toDense() : x;
  return new Matrix(
    dense.rows,
    dense.columns,
    dense.data.map((value) => Number(value > threshold)),
  );
}

abstract class DiscreteNB {
  readonly role = 'classifier';
  readonly alpha: number;
  readonly priors: readonly number[] | undefined;

  constructor(owner: string, { alpha = 1, priors }: DiscreteNBOptions) {
    requireNumber(owner, 'alpha', alpha, { low: 0 });
    // 0 would make what was never seen impossible, and its logarithm infinite.
    this.alpha = Math.max(alpha, 1e-10);
    this.priors = priors;
  }
}

/**
 * P(y | x) ∝ P(y) Πⱼ θ_yj^xⱼ, θ_yj the share of feature j among all counts of class y.
 * @example pipeline(new CountVectorizer(), new MultinomialNB()).fit(mails, isSpam)
 */
export class MultinomialNB extends DiscreteNB implements ProbabilisticClassifier {
  constructor(options: DiscreteNBOptions = {}) {
    super('MultinomialNB', options);
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>, options: FitOptions = {}): FittedDiscreteNB<L> {
    const { classes, features, priors } = count('MultinomialNB', x, y, options, this.priors, undefined);
    const weights = new Matrix(classes.length, features.columns);
    classes.forEach((_, k) => {
      const total = features.row(k).reduce((sum, n) => sum + n + this.alpha, 0);
      weights.row(k).set(features.row(k).map((n) => Math.log((n + this.alpha) / total)));
    });
    return new FittedDiscreteNB('MultinomialNB', { classes, weights, offsets: priors.map(Math.log), threshold: 0 });
  }
}

/**
 * Each class by what the other classes are not: steadier where classes are of different size. The prior does not enter.
 * (Rennie, Shih, Teevan and Karger 2003.)
 */
export class ComplementNB extends DiscreteNB implements ProbabilisticClassifier {
  readonly norm: boolean;

  constructor({ norm = false, ...options }: ComplementNBOptions = {}) {
    super('ComplementNB', options);
    this.norm = norm;
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>, options: FitOptions = {}): FittedDiscreteNB<L> {
    const { classes, features, priors } = count('ComplementNB', x, y, options, this.priors, undefined);
    const weights = new Matrix(classes.length, features.columns);
    const all = Float64Array.from({ length: features.columns }, (_, j) =>
      features.column(j).reduce((a, b) => a + b, 0),
    );
    classes.forEach((_, k) => {
      const others = all.map((n, j) => n + this.alpha - features.at(k, j));
      const total = others.reduce((a, b) => a + b, 0);
      const logs = others.map((n) => Math.log(n / total));
      const sum = logs.reduce((a, b) => a + b, 0);
      weights.row(k).set(logs.map((log) => (this.norm ? log / sum : -log)));
    });
    const offsets = priors.map((p) => (classes.length === 1 ? Math.log(p) : 0));
    return new FittedDiscreteNB('ComplementNB', { classes, weights, offsets, threshold: 0 });
  }
}

/**
 * P(y | x) ∝ P(y) Πⱼ pⱼ^[xⱼ there] (1 − pⱼ)^[xⱼ not there]: what is missing speaks too.
 * @example new BernoulliNB({ threshold: 0.5 }).fit(X, y)
 */
export class BernoulliNB extends DiscreteNB implements ProbabilisticClassifier {
  readonly threshold: number;

  constructor({ threshold = 0, ...options }: BernoulliNBOptions = {}) {
    super('BernoulliNB', options);
    requireNumber('BernoulliNB', 'threshold', threshold);
    this.threshold = threshold;
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>, options: FitOptions = {}): FittedDiscreteNB<L> {
    const { classes, features, samples, priors } = count('BernoulliNB', x, y, options, this.priors, this.threshold);
    const weights = new Matrix(classes.length, features.columns);
    const offsets = Float64Array.from(classes, (_, k) => {
      const total = samples[k]! + 2 * this.alpha;
      let absent = 0;
      features.row(k).forEach((n, j) => {
        const [there, missing] = [Math.log((n + this.alpha) / total), Math.log((samples[k]! - n + this.alpha) / total)];
        weights.data[k * features.columns + j] = there - missing;
        absent += missing;
      });
      return Math.log(priors[k]!) + absent;
    });
    return new FittedDiscreteNB('BernoulliNB', { classes, weights, offsets, threshold: this.threshold });
  }
}

interface Parameters<L extends Label> {
  readonly classes: readonly L[];
  /** (classes, features) */
  readonly weights: Matrix;
  readonly offsets: Float64Array<ArrayBuffer>;
  readonly threshold: number;
}

/** A fitted naive Bayes model of counts or presence: its logarithms are linear in the features. */
export class FittedDiscreteNB<L extends Label = Label> extends ProbabilisticBase<L> {
  readonly kind: Kind;
  readonly featuresIn: number;
  readonly classes: readonly L[];
  readonly #parameters: Parameters<L>;

  constructor(kind: Kind, parameters: Parameters<L>) {
    super();
    this.kind = kind;
    this.classes = parameters.classes;
    this.featuresIn = parameters.weights.columns;
    this.#parameters = parameters;
  }

  #scores(x: Matrix | SparseMatrix, method: string): Matrix {
    const { weights, offsets, threshold } = this.#parameters;
    const values = this.kind === 'BernoulliNB' ? presence(x, threshold) : nonNegative(`${this.kind}.${method}`, x);
    const scores =
      values instanceof SparseMatrix ? timesTransposed(values, weights) : productTransposed(values, weights);
    return new Matrix(
      scores.rows,
      scores.columns,
      scores.data.map((score, i) => score + offsets[i % offsets.length]!),
    );
  }

  #open(x: Features, method: string): Matrix | SparseMatrix {
    const isSparse = x instanceof SparseMatrix && x.columns === this.featuresIn && x.rows > 0;
    return isSparse ? x : matrixOf(`${this.kind}.${method}`, x, { columns: this.featuresIn });
  }

  override probabilities(x: Matrix): Matrix {
    return softmaxRows(this.#scores(x, 'predict'));
  }

  override predict(x: Features): L[] {
    return Array.from(argmaxRows(this.#scores(this.#open(x, 'predict'), 'predict')), (code) => this.classes[code]!);
  }

  override predictProba(x: Features): Tensor {
    return softmaxRows(this.#scores(this.#open(x, 'predictProba'), 'predictProba')).toTensor();
  }

  toState(): ModelState {
    const { classes, weights, offsets, threshold } = this.#parameters;
    return {
      kind: this.kind,
      fields: { classes: [...classes], threshold },
      arrays: { weights, offsets: vectorState(offsets) },
    };
  }

  /** @internal How a model of this kind is restored. */
  static ofKind(kind: Kind): { fromState(state: ModelState): FittedDiscreteNB } {
    return {
      fromState(state) {
        const read = new StateReader(state, kind);
        const classes = read.labels('classes');
        const parameters = {
          classes,
          weights: read.matrix('weights'),
          offsets: read.vector('offsets', classes.length),
          threshold: read.number('threshold'),
        };
        return new FittedDiscreteNB(kind, parameters);
      },
    };
  }
}
