/**
 * Naive Bayes with a normal distribution for each feature of each class.
 */
import { ProbabilisticBase } from '../fitted.ts';
import type { Encoded } from '../labels.ts';
import { Matrix } from '../matrix.ts';
import { moments } from '../moments.ts';
import { requireNumber } from '../options.ts';
import type { Features, FitOptions, Label, Labels, ProbabilisticClassifier } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { classTraining } from '../training.ts';
import { classPriors, softmaxRows } from './posterior.ts';

export interface GaussianNBOptions {
  /** The probability of each class, in the order of sorted labels. Default: as often as it comes. */
  readonly priors?: readonly number[];
  /** This share of the largest variance is added to all, so that none is 0. Default 1e-9. */
  readonly varSmoothing?: number;
}

/**
 * P(y | x) ∝ P(y) Πⱼ N(xⱼ; μ_yj, σ²_yj).
 * @example new GaussianNB().fit([[0], [1], [9], [10]], ['low', 'low', 'high', 'high']).predict([[2]]) // ['low']
 */
export class GaussianNB implements ProbabilisticClassifier {
  readonly role = 'classifier';
  readonly priors: readonly number[] | undefined;
  readonly varSmoothing: number;

  constructor({ priors, varSmoothing = 1e-9 }: GaussianNBOptions = {}) {
    requireNumber('GaussianNB', 'varSmoothing', varSmoothing, { low: 0 });
    this.priors = priors;
    this.varSmoothing = varSmoothing;
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>, options: FitOptions = {}): FittedGaussianNB<L> {
    const op = 'GaussianNB.fit';
    const { x: samples, y: encoded, weights } = classTraining(op, x, y, options);
    const { classes } = encoded;
    const mean = new Matrix(classes.length, samples.columns);
    const variance = new Matrix(classes.length, samples.columns);
    const floor = this.varSmoothing * Math.max(...moments(samples, weights).variance);
    classes.forEach((_, k) => {
      const own = membersOf(encoded, k);
      const one = moments(samples.takeRows(own), weights && Float64Array.from(own, (i) => weights[i]!));
      mean.data.set(one.mean, k * samples.columns);
      // Where all samples are alike there is no variance at all; then only the nearest class is possible.
      variance.data.set(
        one.variance.map((v) => Math.max(v + floor, Number.MIN_VALUE * 2 ** 52)),
        k * samples.columns,
      );
    });
    const priors = classPriors(op, encoded, weights, this.priors);
    return new FittedGaussianNB({ classes, priors, mean, variance });
  }
}

function membersOf({ codes }: Encoded<Label>, k: number): number[] {
  const members: number[] = [];
  for (let i = 0; i < codes.length; i++) if (codes[i] === k) members.push(i);
  return members;
}

interface Parameters<L extends Label> {
  readonly classes: readonly L[];
  readonly priors: Float64Array<ArrayBuffer>;
  readonly mean: Matrix;
  readonly variance: Matrix;
}

/** @see GaussianNB */
export class FittedGaussianNB<L extends Label = Label> extends ProbabilisticBase<L> {
  readonly kind = 'GaussianNB';
  readonly featuresIn: number;
  readonly classes: readonly L[];
  /** P(y), (classes,) */
  readonly priors: Float64Array<ArrayBuffer>;
  /** (classes, features) */
  readonly mean: Matrix;
  /** (classes, features) */
  readonly variance: Matrix;

  constructor({ classes, priors, mean, variance }: Parameters<L>) {
    super();
    this.featuresIn = mean.columns;
    this.classes = classes;
    this.priors = priors;
    this.mean = mean;
    this.variance = variance;
  }

  override probabilities(x: Matrix): Matrix {
    const { classes, mean, variance } = this;
    const scores = new Matrix(x.rows, classes.length);
    for (let k = 0; k < classes.length; k++) {
      const [means, variances] = [mean.row(k), variance.row(k)];
      const start = Math.log(this.priors[k]!) - 0.5 * variances.reduce((sum, v) => sum + Math.log(2 * Math.PI * v), 0);
      for (let i = 0; i < x.rows; i++) {
        let sum = 0;
        for (let j = 0; j < x.columns; j++) sum += (x.data[i * x.columns + j]! - means[j]!) ** 2 / variances[j]!;
        scores.data[i * classes.length + k] = start - 0.5 * sum;
      }
    }
    return softmaxRows(scores);
  }

  toState(): ModelState {
    const { kind, classes, priors, mean, variance } = this;
    return { kind, fields: { classes: [...classes] }, arrays: { priors: vectorState(priors), mean, variance } };
  }

  static fromState(state: ModelState): FittedGaussianNB {
    const read = new StateReader(state, 'GaussianNB');
    const classes = read.labels('classes');
    const mean = read.matrix('mean');
    const variance = read.matrix('variance', mean.columns);
    return new FittedGaussianNB({ classes, priors: read.vector('priors', classes.length), mean, variance });
  }
}
