/**
 * AdaBoost: models one after another, each on weights that grow where those before it were wrong.
 * (Freund and Schapire 1997; several classes, SAMME: Zhu, Zou, Rosset and Hastie 2009; quantities, R2: Drucker 1997.)
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { asDecision, ProbabilisticBase, RegressorBase } from '../fitted.ts';
import { requireClasses } from '../labels.ts';
import { Matrix } from '../matrix.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import type {
  Classifier,
  Features,
  FittedRegressor,
  FitOptions,
  Label,
  Labels,
  ProbabilisticClassifier,
  Regressor,
  Targets,
} from '../protocol.ts';
import { Random } from '../random.ts';
import { type ModelState, type Restore, StateReader, vectorState } from '../state.ts';
import { classTraining, targetTraining } from '../training.ts';
import { DecisionTreeClassifier, DecisionTreeRegressor, plainWeights } from '../trees/decision-trees.ts';
import { WeightedDraws } from './draws.ts';
import {
  type Coder,
  coderOf,
  estimatesOf,
  made,
  type Making,
  meanImportances,
  membersFrom,
  membersState,
  regressorOf,
} from './members.ts';

interface BoostOptions {
  /** The most models. Default 50. */
  readonly estimators?: number | undefined;
  /** How much each model counts. Default 1. */
  readonly learningRate?: number | undefined;
  /** For what is drawn. Default 0. */
  readonly seed?: number | undefined;
}

export interface AdaBoostClassifierOptions extends BoostOptions {
  /** What is fitted again and again; it must take sample weights. Default: a tree of one question. */
  readonly estimator?: Making<Classifier> | undefined;
}

export interface AdaBoostRegressorOptions extends BoostOptions {
  /** What is fitted again and again. Default: a tree of depth 3. */
  readonly estimator?: Making<Regressor> | undefined;
  /** What an error counts, as a share of the largest one: itself, its square, or 1 − e⁻ˡ. Default `linear`. */
  readonly loss?: 'linear' | 'square' | 'exponential' | undefined;
}

function checkBoost(owner: string, estimators: number, learningRate: number, seed: number): void {
  requireWhole(owner, 'estimators', estimators, 1);
  requireNumber(owner, 'learningRate', learningRate, { low: 0, open: true });
  requireWhole(owner, 'seed', seed);
}

/** @returns the same weights with a sum of 1 */
function normalized(weights: Float64Array): Float64Array<ArrayBuffer> {
  const total = weights.reduce((a, b) => a + b, 0);
  return Float64Array.from(weights, (w) => w / total);
}

/**
 * Model m votes with ln((1 − e) / e) + ln(k − 1), where e is the weight of its errors; samples that it got wrong weigh more for
 * the next one. Stops at a perfect model, and before one no better than chance. Takes gaps (NaN) if its models do.
 * @throws ValueError from `fit` if the first model is no better than chance
 * @see Zhu, Zou, Rosset and Hastie 2009, algorithm 2
 * @example new AdaBoostClassifier({ estimators: 100 }).fit([[1], [2], [8], [9]], ['a', 'a', 'b', 'b']).predict([[7]]) // ['b']
 */
export class AdaBoostClassifier implements ProbabilisticClassifier {
  readonly role = 'classifier';
  readonly estimator: Making<Classifier>;
  readonly estimators: number;
  readonly learningRate: number;
  readonly seed: number;

  constructor({ estimator, estimators = 50, learningRate = 1, seed = 0 }: AdaBoostClassifierOptions = {}) {
    checkBoost('AdaBoostClassifier', estimators, learningRate, seed);
    this.estimator = estimator ?? new DecisionTreeClassifier({ maxDepth: 1 });
    this.estimators = estimators;
    this.learningRate = learningRate;
    this.seed = seed;
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>, options: FitOptions = {}): FittedAdaBoostClassifier<L> {
    const op = 'AdaBoostClassifier.fit';
    const training = classTraining(op, x, y, { ...options, allowNaN: true });
    const { classes, codes } = training.y;
    requireClasses(op, classes);
    const chance = 1 - 1 / classes.length;
    const models: Coder<Features>[] = [];
    const votes: number[] = [];
    let weights = normalized(plainWeights(training.weights, training.x.rows));
    const seeds = new Random(this.seed);
    for (let m = 0; m < this.estimators; m++) {
      // A sample that has been right for long does not vanish.
      weights = weights.map((w) => Math.max(w, Number.EPSILON));
      const model = made(this.estimator, seeds.seed()).fit<number>(training.x, codes, { sampleWeight: weights });
      const guesses = model.predict(training.x);
      let wrong = 0;
      let total = 0;
      for (let i = 0; i < codes.length; i++) {
        total += weights[i]!;
        if (guesses[i] !== codes[i]) wrong += weights[i]!;
      }
      const error = wrong / total;
      if (error >= chance) {
        if (models.length === 0) raise(new ValueError(`${op}: the first model is wrong for ${(100 * error).toFixed(0)} % of the weight, no better than chance; give it more freedom, e.g. a larger maxDepth`)); // prettier-ignore
        break;
      }
      models.push(model);
      if (error <= 0) {
        votes.push(1);
        break;
      }
      const vote = this.learningRate * (Math.log((1 - error) / error) + Math.log(classes.length - 1));
      votes.push(vote);
      weights = normalized(weights.map((w, i) => (guesses[i] === codes[i] ? w : w * Math.exp(vote))));
      if (!weights.every(Number.isFinite)) break;
    }
    return new FittedAdaBoostClassifier(classes, models, Float64Array.from(votes), training.x.columns);
  }
}

/** @see AdaBoostClassifier */
export class FittedAdaBoostClassifier<L extends Label = Label> extends ProbabilisticBase<L> {
  readonly kind = 'AdaBoostClassifier';
  protected override readonly allowsNaN = true;
  readonly featuresIn: number;
  readonly classes: readonly L[];
  /** Models of the places of labels in `classes`. */
  readonly models: readonly Coder<Features>[];
  /** How much each model counts. */
  readonly votes: Float64Array<ArrayBuffer>;

  constructor(
    classes: readonly L[],
    models: readonly Coder<Features>[],
    votes: Float64Array<ArrayBuffer>,
    featuresIn: number,
  ) {
    super();
    this.classes = classes;
    this.models = models;
    this.votes = votes;
    this.featuresIn = featuresIn;
  }

  /** Each model gives its class its vote and the others −1 / (k − 1) of it; as a share of all votes. */
  #scores(x: Matrix): Matrix {
    const k = this.classes.length;
    const scores = new Matrix(x.rows, k);
    const total = this.votes.reduce((a, b) => a + b, 0);
    this.models.forEach((model, m) => {
      const vote = this.votes[m]! / total;
      model.predict(x).forEach((code, i) => {
        for (let c = 0; c < k; c++) scores.data[i * k + c]! += c === code ? vote : -vote / (k - 1);
      });
    });
    return scores;
  }

  /** The softmax of the scores over k − 1. */
  override probabilities(x: Matrix): Matrix {
    const k = this.classes.length;
    const result = this.#scores(x);
    for (let i = 0; i < x.rows; i++) {
      const row = result.row(i);
      let sum = 0;
      for (let c = 0; c < k; c++) sum += row[c] = Math.exp(row[c]! / (k - 1));
      for (let c = 0; c < k; c++) row[c]! /= sum;
    }
    return result;
  }

  /** float64 (n, classes), or (n,) for two: the share of the votes for a class less that for the others. */
  decision(x: Features): Tensor {
    const scores = this.#scores(this.samples('decision', x));
    if (scores.columns > 2) return asDecision(scores);
    const second = Float64Array.from({ length: scores.rows }, (_, i) => scores.at(i, 1) - scores.at(i, 0));
    return asDecision(new Matrix(scores.rows, 1, second));
  }

  /** The mean of the models' importances by their votes, if they have some. */
  get featureImportances(): Float64Array<ArrayBuffer> | undefined {
    return meanImportances(this.models, this.votes);
  }

  toState(): ModelState {
    const { kind, classes, featuresIn, models, votes } = this;
    const fields = { classes: [...classes], featuresIn, members: models.length };
    return { kind, fields, arrays: { votes: vectorState(votes) }, parts: membersState(models) };
  }

  static fromState(state: ModelState, restore: Restore): FittedAdaBoostClassifier {
    const read = new StateReader(state, 'AdaBoostClassifier');
    const classes = read.labels('classes');
    const models = membersFrom(read, restore, coderOf(classes.length));
    const votes = read.vector('votes', models.length);
    return new FittedAdaBoostClassifier(classes, models, votes, read.whole('featuresIn', 1));
  }
}

/**
 * Each model learns from samples drawn by weight; where its error is large, the weight stays, where it is small, it falls. The
 * prediction is the median by votes, ln(1 / β) with β = e / (1 − e), e the mean loss. Takes gaps (NaN) if its models do.
 * @see Drucker 1997   @example new AdaBoostRegressor({ loss: 'square', seed: 1 }).fit(X, y).predict(X)
 */
export class AdaBoostRegressor implements Regressor {
  readonly role = 'regressor';
  readonly estimator: Making<Regressor>;
  readonly estimators: number;
  readonly learningRate: number;
  readonly loss: 'linear' | 'square' | 'exponential';
  readonly seed: number;

  constructor({
    estimator,
    estimators = 50,
    learningRate = 1,
    loss = 'linear',
    seed = 0,
  }: AdaBoostRegressorOptions = {}) {
    checkBoost('AdaBoostRegressor', estimators, learningRate, seed);
    requireOneOf('AdaBoostRegressor', 'loss', loss, ['linear', 'square', 'exponential']);
    this.estimator = estimator ?? new DecisionTreeRegressor({ maxDepth: 3 });
    this.estimators = estimators;
    this.learningRate = learningRate;
    this.loss = loss;
    this.seed = seed;
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedAdaBoostRegressor {
    const op = 'AdaBoostRegressor.fit';
    const training = targetTraining(op, x, y, { ...options, allowNaN: true });
    if (training.y.columns > 1)
      raise(new ShapeError(`${op}: y must have one number a sample, got ${training.y.columns}`));
    const { rows, columns } = training.x;
    const targets = training.y.data;
    const models: FittedRegressor[] = [];
    const votes: number[] = [];
    let weights = normalized(plainWeights(training.weights, rows));
    const seeds = new Random(this.seed);
    for (let m = 0; m < this.estimators; m++) {
      const drawn = new WeightedDraws(weights, this.seed, m).replaced(rows);
      const model = made(this.estimator, seeds.seed()).fit(
        training.x.takeRows(drawn),
        Float64Array.from(drawn, (i) => targets[i]!),
      );
      const errors = estimatesOf(model, training.x).data.map((value, i) => Math.abs(value - targets[i]!));
      const largest = errors.reduce((a, b) => Math.max(a, b), 0);
      const losses = errors.map((error) => lossOf(this.loss, largest > 0 ? error / largest : 0));
      const error = losses.reduce((sum, loss, i) => sum + weights[i]! * loss, 0);
      if (error <= 0) {
        models.push(model);
        votes.push(1);
        break;
      }
      if (error >= 0.5) {
        // Of models that are all bad, one is kept.
        if (models.length > 0) break;
        models.push(model);
        votes.push(1);
        break;
      }
      const beta = error / (1 - error);
      models.push(model);
      votes.push(this.learningRate * Math.log(1 / beta));
      weights = normalized(weights.map((w, i) => w * beta ** ((1 - losses[i]!) * this.learningRate)));
    }
    return new FittedAdaBoostRegressor(models, Float64Array.from(votes), columns, training.isVector);
  }
}

function lossOf(kind: 'linear' | 'square' | 'exponential', share: number): number {
  if (kind === 'square') return share * share;
  return kind === 'linear' ? share : 1 - Math.exp(-share);
}

/** @see AdaBoostRegressor */
export class FittedAdaBoostRegressor extends RegressorBase {
  readonly kind = 'AdaBoostRegressor';
  protected override readonly allowsNaN = true;
  protected override readonly isVector: boolean;
  readonly featuresIn: number;
  readonly models: readonly FittedRegressor[];
  /** How much each model counts. */
  readonly votes: Float64Array<ArrayBuffer>;

  constructor(
    models: readonly FittedRegressor[],
    votes: Float64Array<ArrayBuffer>,
    featuresIn: number,
    isVector: boolean,
  ) {
    super();
    this.models = models;
    this.votes = votes;
    this.featuresIn = featuresIn;
    this.isVector = isVector;
  }

  /** The median of the models' predictions by votes: the least that half of the votes do not exceed. */
  override estimate(x: Matrix): Matrix {
    const { models, votes } = this;
    const all = models.map((model) => estimatesOf(model, x).data);
    const half = votes.reduce((a, b) => a + b, 0) / 2;
    const result = new Matrix(x.rows, 1);
    const order = Array.from(models.keys());
    for (let i = 0; i < x.rows; i++) {
      order.sort((a, b) => all[a]![i]! - all[b]![i]! || a - b);
      let sum = 0;
      result.data[i] = all[order.find((m) => (sum += votes[m]!) >= half) ?? order.at(-1)!]![i]!;
    }
    return result;
  }

  /** The mean of the models' importances by their votes, if they have some. */
  get featureImportances(): Float64Array<ArrayBuffer> | undefined {
    return meanImportances(this.models, this.votes);
  }

  toState(): ModelState {
    const { kind, featuresIn, isVector, models, votes } = this;
    const fields = { featuresIn, isVector, members: models.length };
    return { kind, fields, arrays: { votes: vectorState(votes) }, parts: membersState(models) };
  }

  static fromState(state: ModelState, restore: Restore): FittedAdaBoostRegressor {
    const read = new StateReader(state, 'AdaBoostRegressor');
    const models = membersFrom(read, restore, regressorOf);
    const votes = read.vector('votes', models.length);
    return new FittedAdaBoostRegressor(models, votes, read.whole('featuresIn', 1), read.flag('isVector'));
  }
}
