/**
 * Linear discriminant analysis: normal distributions with one covariance for all classes, as a classifier and as a projection.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { requireClasses } from '../labels.ts';
import { LinearClassifier, LogisticClassifier } from '../linear/linear-classifier.ts';
import { svd } from '../linear/least-squares.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { requireNumber, requireWhole } from '../options.ts';
import { product, productTransposed } from '../products.ts';
import type { Features, Label, Labels, ProbabilisticClassifier } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { classTraining } from '../training.ts';
import { classPriors } from './posterior.ts';
import { classMeans, shrunkWhitening, whitening } from './within-classes.ts';

export interface LDAOptions {
  /** How many directions `transform` keeps. Default: as many as there are, one fewer than classes at most. */
  readonly components?: number;
  /** The probability of each class, in the order of sorted labels. Default: as often as it comes. */
  readonly priors?: readonly number[];
  /**
   * Draws the classes' covariances towards the identity, by this share of 0 to 1 or as much as the samples call for; for few
   * samples of many features. Default: not at all.
   */
  readonly shrinkage?: number | 'auto';
  /** Singular values below this are 0. Default 1e-4. */
  readonly tolerance?: number;
}

/**
 * P(y | x) by normal distributions of one covariance: linear in x. Solved by two singular value decompositions, within the
 * classes and between them, so that no covariance is formed. (Fisher 1936; Hastie, Tibshirani and Friedman 2009, 4.3.)
 * @example const model = new LDA({ components: 2 }).fit(X, y); model.transform(X)
 */
export class LDA implements ProbabilisticClassifier {
  readonly role = 'classifier';
  readonly components: number | undefined;
  readonly priors: readonly number[] | undefined;
  readonly shrinkage: number | 'auto' | undefined;
  readonly tolerance: number;

  constructor({ components, priors, shrinkage, tolerance = 1e-4 }: LDAOptions = {}) {
    if (components !== undefined) requireWhole('LDA', 'components', components, 1);
    requireNumber('LDA', 'tolerance', tolerance, { low: 0 });
    this.components = components;
    if (shrinkage !== undefined && shrinkage !== 'auto')
      requireNumber('LDA', 'shrinkage', shrinkage, { low: 0, high: 1 });
    this.priors = priors;
    this.shrinkage = shrinkage;
    this.tolerance = tolerance;
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>): FittedLDA<L> {
    const op = 'LDA.fit';
    const { x: samples, y: encoded } = classTraining(op, x, y, {});
    const { classes, codes } = encoded;
    requireClasses(op, classes);
    const [n, d, k] = [samples.rows, samples.columns, classes.length];
    if (n <= k) raise(new ValueError(`${op}: more samples than classes are needed, got ${n} for ${k}`));
    const most = Math.min(k - 1, d);
    if (this.components !== undefined && this.components > most) {
      raise(
        new ValueError(`${op}: ${k} classes and ${d} features have at most ${most} components, got ${this.components}`),
      );
    }
    const priors = classPriors(op, encoded, undefined, this.priors);
    const means = classMeans(samples, codes, k);
    // To where the classes' covariance is the identity: (d, rank).
    const whiten =
      this.shrinkage === undefined
        ? whitening(samples, codes, means, this.tolerance)
        : shrunkWhitening(samples, codes, means, priors, this.shrinkage);
    const overall = Float64Array.from({ length: d }, (_, j) =>
      priors.reduce((sum, p, c) => sum + p * means.at(c, j), 0),
    );
    const spread = new Matrix(
      k,
      d,
      means.data.map((mean, i) => Math.sqrt(n * priors[Math.floor(i / d)]! * (1 / (k - 1))) * (mean - overall[i % d]!)),
    );
    const between = svd(product(spread, whiten));
    const kept = between.s.filter((s) => s > this.tolerance * between.s[0]!).length;
    // (d, kept)
    const scalings = product(whiten, between.vt.takeRows(Array.from({ length: kept }, (_, r) => r)).transpose());
    const shifted = new Matrix(
      k,
      d,
      means.data.map((mean, i) => mean - overall[i % d]!),
    );
    const projected = product(shifted, scalings); // (k, kept)
    const weights = productTransposed(projected, scalings); // (k, d)
    const offsets = Float64Array.from(classes, (_, c) => {
      const half = -0.5 * projected.row(c).reduce((sum, value) => sum + value * value, 0) + Math.log(priors[c]!);
      return half - weights.row(c).reduce((sum, w, j) => sum + w * overall[j]!, 0);
    });
    const isBinary = k === 2;
    return new FittedLDA({
      classes,
      weights: isBinary ? difference(weights) : weights,
      offsets: isBinary ? Float64Array.of(offsets[1]! - offsets[0]!) : offsets,
      scalings: scalings.takeColumns(Array.from({ length: Math.min(kept, this.components ?? kept) }, (_, j) => j)),
      center: overall,
      explained: between.s.slice(0, kept).map((s) => (s * s) / between.s.reduce((sum, one) => sum + one * one, 0)),
    });
  }
}

function difference(weights: Matrix): Matrix {
  return new Matrix(
    1,
    weights.columns,
    weights.row(1).map((w, j) => w - weights.at(0, j)),
  );
}

interface Parameters<L extends Label> {
  readonly classes: readonly L[];
  readonly weights: Matrix;
  readonly offsets: Float64Array<ArrayBuffer>;
  readonly scalings: Matrix;
  readonly center: Float64Array<ArrayBuffer>;
  readonly explained: Float64Array;
}

/** @see LDA */
export class FittedLDA<L extends Label = Label> extends LogisticClassifier<L> {
  /** (features, components): the directions that tell the classes apart. */
  readonly scalings: Matrix;
  /** The share of the variance between classes along each direction. */
  readonly explainedVarianceRatio: Float64Array<ArrayBuffer>;
  readonly #center: Float64Array<ArrayBuffer>;

  constructor({ scalings, center, explained, ...parameters }: Parameters<L>) {
    super('LDA', parameters);
    this.scalings = scalings;
    this.explainedVarianceRatio = Float64Array.from(explained);
    this.#center = center;
  }

  /** Samples along the directions that tell the classes apart, float64 (n, components). */
  transform(x: Features): Tensor {
    const samples = matrixOf('LDA.transform', x, { columns: this.featuresIn });
    const centered = new Matrix(
      samples.rows,
      samples.columns,
      samples.data.map((value, i) => value - this.#center[i % samples.columns]!),
    );
    return product(centered, this.scalings).toTensor();
  }

  override toState(): ModelState {
    const { kind, fields, arrays } = super.toState();
    const more = {
      scalings: this.scalings,
      center: vectorState(this.#center),
      explained: vectorState(this.explainedVarianceRatio),
    };
    return { kind, fields, arrays: { ...arrays, ...more } };
  }

  static fromState(state: ModelState): FittedLDA {
    const read = new StateReader(state, 'LDA');
    const parameters = LinearClassifier.parametersFrom(state, 'LDA');
    return new FittedLDA({
      ...parameters,
      scalings: read.matrix('scalings'),
      center: read.vector('center', parameters.weights.columns),
      explained: read.vector('explained'),
    });
  }
}
