/**
 * Quadratic discriminant analysis: a normal distribution with a covariance of its own for each class.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { asDecision, ProbabilisticBase } from '../fitted.ts';
import { requireClasses } from '../labels.ts';
import { svd } from '../linear/least-squares.ts';
import { Matrix } from '../matrix.ts';
import { requireNumber } from '../options.ts';
import type { Features, FittedDecidingClassifier, Label, Labels, ProbabilisticClassifier } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { classTraining } from '../training.ts';
import { classPriors, softmaxRows } from './posterior.ts';
import { classMeans } from './within-classes.ts';

export interface QDAOptions {
  /** The probability of each class, in the order of sorted labels. Default: as often as it comes. */
  readonly priors?: readonly number[];
  /** Draws each covariance towards the identity: (1 − r) Σ + r I. Default 0. */
  readonly regularization?: number;
}

/**
 * P(y | x) ∝ P(y) N(x; μ_y, Σ_y).
 * @throws ValueError for a class with one sample, or whose covariance is singular while nothing is added to it
 * @example new QDA({ regularization: 0.1 }).fit(X, y).predictProba(X)
 */
export class QDA implements ProbabilisticClassifier {
  readonly role = 'classifier';
  readonly priors: readonly number[] | undefined;
  readonly regularization: number;

  constructor({ priors, regularization = 0 }: QDAOptions = {}) {
    requireNumber('QDA', 'regularization', regularization, { low: 0, high: 1 });
    this.priors = priors;
    this.regularization = regularization;
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>): FittedQDA<L> {
    const op = 'QDA.fit';
    const { x: samples, y: encoded } = classTraining(op, x, y, {});
    const { classes, codes } = encoded;
    requireClasses(op, classes);
    const means = classMeans(samples, codes, classes.length);
    const axes = classes.map((label, k) => {
      const own = samples.takeRows(Array.from(codes.keys()).filter((i) => codes[i] === k));
      if (own.rows < 2)
        raise(new ValueError(`${op}: class ${String(label)} has one sample; its covariance cannot be known`));
      // Rows of zeros change nothing but that there are as many axes as features.
      const centered = new Matrix(Math.max(own.rows, own.columns), own.columns);
      own.data.forEach((value, i) => (centered.data[i] = value - means.at(k, i % own.columns)));
      const { s, vt } = svd(centered);
      const r = this.regularization;
      const variances = Float64Array.from(
        { length: own.columns },
        (_, j) => ((1 - r) * (s[j] ?? 0) ** 2) / own.rows + r,
      );
      const least = Math.max(...variances) * own.columns * 2 ** -50;
      if (variances.some((variance) => variance <= least)) {
        raise(
          new ValueError(
            `${op}: the covariance of class ${String(label)} is singular; leave out features that depend on each other, or raise regularization`,
          ),
        );
      }
      return { vt, variances };
    });
    const variances = new Matrix(classes.length, samples.columns);
    const rotations = new Matrix(classes.length * samples.columns, samples.columns);
    axes.forEach((one, k) => {
      variances.row(k).set(one.variances);
      rotations.data.set(one.vt.data, k * samples.columns * samples.columns);
    });
    return new FittedQDA({
      classes,
      priors: classPriors(op, encoded, undefined, this.priors),
      means,
      variances,
      rotations,
    });
  }
}

interface Parameters<L extends Label> {
  readonly classes: readonly L[];
  readonly priors: Float64Array<ArrayBuffer>;
  readonly means: Matrix;
  /** (classes, features): along the axes of each class */
  readonly variances: Matrix;
  /** (classes · features, features): the axes of each class, one a row */
  readonly rotations: Matrix;
}

/** @see QDA */
export class FittedQDA<L extends Label = Label> extends ProbabilisticBase<L> implements FittedDecidingClassifier<L> {
  readonly kind = 'QDA';
  readonly classes: readonly L[];
  readonly featuresIn: number;
  readonly #parameters: Parameters<L>;

  constructor(parameters: Parameters<L>) {
    super();
    this.classes = parameters.classes;
    this.featuresIn = parameters.means.columns;
    this.#parameters = parameters;
  }

  /** (classes, features). */
  get means(): Matrix {
    return this.#parameters.means;
  }

  #scores(x: Matrix): Matrix {
    const { classes, priors, means, variances, rotations } = this.#parameters;
    const [k, d] = [classes.length, x.columns];
    const result = new Matrix(x.rows, k);
    for (let c = 0; c < k; c++) {
      const start = Math.log(priors[c]!) - 0.5 * variances.row(c).reduce((sum, v) => sum + Math.log(v), 0);
      for (let i = 0; i < x.rows; i++) {
        let distance = 0;
        for (let a = 0; a < d; a++) {
          let along = 0;
          for (let j = 0; j < d; j++)
            along += (x.data[i * d + j]! - means.data[c * d + j]!) * rotations.data[(c * d + a) * d + j]!;
          distance += (along * along) / variances.data[c * d + a]!;
        }
        result.data[i * k + c] = start - 0.5 * distance;
      }
    }
    return result;
  }

  override probabilities(x: Matrix): Matrix {
    return softmaxRows(this.#scores(x));
  }

  /** log P(y) N(x; μ_y, Σ_y) up to a constant; of two classes their difference. */
  decision(x: Features): Tensor {
    const scores = this.#scores(this.samples('decision', x));
    if (scores.columns > 2) return asDecision(scores);
    return asDecision(
      new Matrix(
        scores.rows,
        1,
        Float64Array.from({ length: scores.rows }, (_, i) => scores.at(i, 1) - scores.at(i, 0)),
      ),
    );
  }

  toState(): ModelState {
    const { classes, priors, means, variances, rotations } = this.#parameters;
    return {
      kind: this.kind,
      fields: { classes: [...classes] },
      arrays: { priors: vectorState(priors), means, variances, rotations },
    };
  }

  static fromState(state: ModelState): FittedQDA {
    const read = new StateReader(state, 'QDA');
    const classes = read.labels('classes');
    const means = read.matrix('means');
    const parts = {
      means,
      variances: read.matrix('variances', means.columns),
      rotations: read.matrix('rotations', means.columns),
    };
    return new FittedQDA({ classes, priors: read.vector('priors', classes.length), ...parts });
  }
}
