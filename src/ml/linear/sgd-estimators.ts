/**
 * Linear models by stochastic gradient descent, for many samples: classifiers, one against the rest, and a regressor.
 * Scale the features first. Sparse samples are taken as they are by the classifiers.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { type ClassWeight, requireClasses } from '../labels.ts';
import { Matrix } from '../matrix.ts';
import { requireNumber, requireOneOf } from '../options.ts';
import type { Classifier, Features, FitOptions, Label, Labels, Regressor, Targets } from '../protocol.ts';
import { SparseMatrix } from '../sparse.ts';
import type { ModelState } from '../state.ts';
import { classTraining, sparseClassTraining, targetTraining } from '../training.ts';
import { designOf } from './design.ts';
import { LinearClassifier } from './linear-classifier.ts';
import { LinearModel, type LinearParameters } from './linear-model.ts';
import { classLosses, descend, type SGDOptions, type SGDSettings, settingsOf, targetLosses } from './sgd.ts';

export interface SGDClassifierOptions extends SGDOptions {
  /** Hinge makes it a linear SVM, log a logistic regression. Default hinge. */
  readonly loss?: keyof typeof classLosses;
  /** Default: all 1. */
  readonly classWeight?: ClassWeight;
}

/**
 * min mean loss(w x + b) + α penalty(w), a model for each class against the rest.
 * @example pipeline(new StandardScaler(), new SGDClassifier({ loss: 'log', seed: 1 })).fit(X, y)
 */
export class SGDClassifier implements Classifier {
  readonly role = 'classifier';
  readonly loss: keyof typeof classLosses;
  readonly classWeight: ClassWeight | undefined;
  readonly settings: SGDSettings;
  protected readonly kind: 'SGDClassifier' | 'Perceptron' = 'SGDClassifier';

  constructor({ loss = 'hinge', classWeight, ...options }: SGDClassifierOptions = {}) {
    requireOneOf('SGDClassifier', 'loss', loss, ['hinge', 'squaredHinge', 'log', 'modifiedHuber', 'perceptron']);
    this.loss = loss;
    this.classWeight = classWeight;
    this.settings = settingsOf('SGDClassifier', options, 'optimal');
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>, options: FitOptions = {}): LinearClassifier<L> {
    const op = `${this.kind}.fit`;
    const given = { ...options, classWeight: this.classWeight };
    const training = x instanceof SparseMatrix ? sparseClassTraining(op, x, y, given) : classTraining(op, x, y, given);
    const { classes, codes } = training.y;
    requireClasses(op, classes);
    const design = designOf(training.x);
    const outputs = classes.length === 2 ? [1] : classes.map((_, k) => k);
    const found = outputs.map((positive, k) => {
      const targets = Float64Array.from(codes, (code) => (code === positive ? 1 : -1));
      return descend(design, targets, training.weights, classLosses[this.loss], {
        ...this.settings,
        seed: this.settings.seed + k,
      });
    });
    const weights = new Matrix(found.length, design.columns);
    found.forEach((one, k) => weights.row(k).set(one.weights));
    return new LinearClassifier(this.kind, {
      classes,
      weights,
      offsets: Float64Array.from(found, (one) => one.offset),
    });
  }
}

export interface PerceptronOptions extends Pick<
  SGDOptions,
  'penalty' | 'alpha' | 'l1Ratio' | 'intercept' | 'maxEpochs' | 'tolerance' | 'patience' | 'seed'
> {
  /** The size of each correction. Default 1. */
  readonly start?: number;
  /** Default: all 1. */
  readonly classWeight?: ClassWeight;
}

/** Rosenblatt's perceptron (1958): whenever a sample is on the wrong side, the weights move by it. @example new Perceptron({ seed: 1 }).fit(X, y) */
export class Perceptron extends SGDClassifier {
  protected override readonly kind = 'Perceptron';

  constructor({ penalty = 'none', start = 1, ...options }: PerceptronOptions = {}) {
    super({ ...options, penalty, start, loss: 'perceptron', schedule: 'constant' });
  }
}

export interface SGDRegressorOptions extends SGDOptions {
  /** Default squaredError. */
  readonly loss?: keyof ReturnType<typeof targetLosses>;
  /** Where Huber's loss turns linear, and below which epsilonInsensitive sees no error. Default 0.1. */
  readonly epsilon?: number;
}

/** min mean loss(w x + b, y) + α penalty(w). @example pipeline(new StandardScaler(), new SGDRegressor()).fit(X, y) */
export class SGDRegressor implements Regressor {
  readonly role = 'regressor';
  readonly loss: keyof ReturnType<typeof targetLosses>;
  readonly epsilon: number;
  readonly settings: SGDSettings;

  constructor({ loss = 'squaredError', epsilon = 0.1, ...options }: SGDRegressorOptions = {}) {
    requireOneOf('SGDRegressor', 'loss', loss, ['squaredError', 'huber', 'epsilonInsensitive']);
    requireNumber('SGDRegressor', 'epsilon', epsilon, { low: 0 });
    this.loss = loss;
    this.epsilon = epsilon;
    this.settings = settingsOf('SGDRegressor', options, 'invscaling');
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedSGDRegressor {
    const { x: samples, y: targets, weights, isVector } = targetTraining('SGDRegressor.fit', x, y, options);
    if (targets.columns !== 1)
      raise(new ValueError(`SGDRegressor.fit: one output is expected, got ${targets.columns}`));
    const found = descend(
      designOf(samples),
      targets.data,
      weights,
      targetLosses(this.epsilon)[this.loss],
      this.settings,
    );
    return new FittedSGDRegressor({
      weights: new Matrix(1, samples.columns, found.weights),
      offsets: Float64Array.of(found.offset),
      isVector,
    });
  }
}

/** @see SGDRegressor */
export class FittedSGDRegressor extends LinearModel {
  constructor(parameters: LinearParameters) {
    super('SGDRegressor', parameters);
  }

  static fromState(state: ModelState): FittedSGDRegressor {
    return new FittedSGDRegressor(LinearModel.parametersFrom(state, 'SGDRegressor'));
  }
}
