/**
 * The protocol of `fathom/ml`. An estimator is an immutable configuration; `fit` returns another object, the fitted model,
 * which is the only one that can predict or transform. What is not fitted therefore has no `predict` to call by mistake.
 * These are the types alone, so that an estimator from outside needs nothing of ours but this page.
 */
import type { Tensor } from '../tensor/tensor.ts';
import type { SparseMatrix } from './sparse.ts';
import type { ModelState } from './state.ts';

/** Numbers with a shape, row-major. Our own `Matrix` is one. */
export interface NumberArray {
  readonly data: Float64Array | Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
}

/**
 * A matrix (samples, features). Tensors of any dtype; inside, all arithmetic is float64. A sparse matrix is filled up, but for
 * those estimators that say that they take it as it is.
 */
export type Features = Tensor | NumberArray | SparseMatrix | readonly (readonly number[])[];

/** One number a sample, or (samples, outputs). */
export type Targets =
  | Tensor
  | NumberArray
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint8Array
  | readonly number[]
  | readonly (readonly number[])[];

/** The name of a class. Numbers must be whole; one set of labels is all of one type. */
export type Label = number | string | boolean;

/** A label a sample. A tensor or typed array holds numbers, and predictions come back as numbers. */
export type Labels<L extends Label = Label> =
  readonly L[] | Tensor | Float64Array | Float32Array | Int32Array | Uint8Array;

/** One number a sample, 0 or more. */
export type Weights = Tensor | Float64Array | Float32Array | Int32Array | Uint8Array | readonly number[];

export interface FitOptions {
  /** How much each sample counts; a whole number k is as good as the sample k times. Default: 1 each. */
  readonly sampleWeight?: Weights;
}

/** What every fitted model has. */
export interface Fitted {
  /** The model as data: enough to predict again. See state.ts. */
  toState(): ModelState;
}

export interface FittedRegressor<X = Features> extends Fitted {
  /** float64 (n,), or (n, outputs) where the targets had columns. */
  predict(x: X): Tensor;
  /** R², averaged over outputs. */
  score(x: X, y: Targets, options?: FitOptions): number;
}

export interface Regressor<X = Features> {
  readonly role: 'regressor';
  fit(x: X, y: Targets, options?: FitOptions): FittedRegressor<X>;
}

export interface FittedClassifier<L extends Label = Label, X = Features> extends Fitted {
  /** In ascending order; columns of `predictProba` and `decision` are in this order. */
  readonly classes: readonly L[];
  /** A label a sample, as they were given. */
  predict(x: X): L[];
  /** The share of samples that are predicted right. */
  score(x: X, y: Labels<L>, options?: FitOptions): number;
}

export interface Classifier<X = Features> {
  readonly role: 'classifier';
  fit<L extends Label = number>(x: X, y: Labels<L>, options?: FitOptions): FittedClassifier<L, X>;
}

/** A fitted classifier that knows how sure it is. */
export interface FittedProbabilisticClassifier<L extends Label = Label, X = Features> extends FittedClassifier<L, X> {
  /** float64 (n, classes): rows sum to 1. */
  predictProba(x: X): Tensor;
}

export interface ProbabilisticClassifier<X = Features> extends Classifier<X> {
  fit<L extends Label = number>(x: X, y: Labels<L>, options?: FitOptions): FittedProbabilisticClassifier<L, X>;
}

/** A fitted classifier with a score a class: the largest wins. Of two classes there is one score, (n,), and above 0 wins the second. */
export interface FittedDecidingClassifier<L extends Label = Label, X = Features> extends FittedClassifier<L, X> {
  /** float64 (n, classes), or (n,) for two classes. */
  decision(x: X): Tensor;
}

export interface FittedTransformer<X = Features, Z = Tensor> extends Fitted {
  transform(x: X): Z;
  /** Back again, where that is possible. */
  inverse?(z: Features): Tensor;
}

export interface Transformer<X = Features, Z = Tensor> {
  readonly role: 'transformer';
  /** Only those that say so need `y`. */
  fit(x: X, y?: Targets | Labels, options?: FitOptions): FittedTransformer<X, Z>;
  /** Where transforming the samples one was fitted on differs from `fit(x).transform(x)`, or is cheaper. */
  fitTransform?(x: X, y?: Targets | Labels, options?: FitOptions): readonly [FittedTransformer<X, Z>, Z];
}

/** Groups of samples: 0, 1, …, and −1 for a sample in none. */
export interface FittedClusterer extends Fitted {
  /** The group of each sample that the model was fitted on. */
  readonly labels: Int32Array;
  /** For those that can say where a new sample belongs. */
  predict?(x: Features): Int32Array;
}

export interface Clusterer {
  readonly role: 'clusterer';
  fit(x: Features, options?: FitOptions): FittedClusterer;
}

/** Samples unlike the others. */
export interface FittedOutlierDetector extends Fitted {
  /** 1 for an ordinary sample, −1 for an outlier. */
  predict(x: Features): Int32Array;
  /** float64 (n,): below 0 is an outlier, lower is further out. */
  decision(x: Features): Tensor;
}

export interface OutlierDetector {
  readonly role: 'outlierDetector';
  fit(x: Features, options?: FitOptions): FittedOutlierDetector;
}

/** Anything with a `fit`; `role` says which kind. */
export type Estimator<X = Features> =
  Regressor<X> | Classifier<X> | Transformer<X, unknown> | Clusterer | OutlierDetector;
