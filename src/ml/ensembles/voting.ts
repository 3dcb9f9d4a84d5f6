/**
 * Voting: different estimators fitted on the same samples, and one answer from theirs. Samples are whatever all of them take.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { argmaxRows } from '../fitted.ts';
import { listing } from '../labels.ts';
import { describe, type Matrix } from '../matrix.ts';
import { accuracy } from '../metrics/accuracy.ts';
import { r2 } from '../metrics/regression.ts';
import type {
  Classifier,
  Features,
  FittedClassifier,
  FittedProbabilisticClassifier,
  FittedRegressor,
  FitOptions,
  Label,
  Labels,
  ProbabilisticClassifier,
  Regressor,
  Targets,
} from '../protocol.ts';
import { type ModelState, type Restore, StateReader, vectorState } from '../state.ts';
import { asTargets } from '../targets.ts';
import {
  addScaled,
  asColumns,
  type Coder,
  coderOf,
  fitCoders,
  type Named,
  namedFrom,
  namedState,
  regressorOf,
  requireMembers,
  sharesOf,
  votesOf,
  weighedCodes,
} from './members.ts';

export interface VotingOptions<K extends string = string> {
  /** How much each estimator counts, by name, above 0; 1 where not named. */
  readonly weights?: Readonly<Partial<Record<K, number>>> | undefined;
}

/** Weights in the order of the estimators, with a sum of 1. */
function sharesFor(
  owner: string,
  estimators: Named<unknown>,
  weights: Readonly<Partial<Record<string, number>>> = {},
): Float64Array<ArrayBuffer> {
  requireMembers(owner, estimators);
  const names = Object.keys(estimators);
  for (const [name, weight = 1] of Object.entries(weights)) {
    if (!names.includes(name)) raise(new ValueError(`${owner}: weights names ${describe(name)}, which is none of ${listing(names)}`)); // prettier-ignore
    if (!(weight > 0 && weight < Infinity))
      raise(new ValueError(`${owner}: the weight of ${describe(name)} must be a finite number above 0, got ${weight}`));
  }
  const own = names.map((name) => weights[name] ?? 1);
  const total = own.reduce((a, b) => a + b, 0);
  return Float64Array.from(own, (weight) => weight / total);
}

/** Σ weight · what each model says. */
function weighedSum<M>(models: Named<M>, weights: Float64Array, ask: (model: M) => Matrix): Matrix {
  let sums: Matrix | undefined;
  Object.values(models).forEach((model, m) => (sums = addScaled(sums, ask(model), weights[m]!)));
  return sums!;
}

/**
 * Each model has a vote, and the class with most wins; of equals, the first.
 * @example new VotingClassifier({ tree: new DecisionTreeClassifier(), bayes: new GaussianNB() }, { weights: { tree: 2 } }).fit(X, y)
 */
export class VotingClassifier<K extends string = string, X = Features> implements Classifier<X> {
  readonly role = 'classifier';
  readonly estimators: Readonly<Record<K, Classifier<X>>>;
  /** In the order of the estimators; their sum is 1. */
  readonly weights: Float64Array<ArrayBuffer>;

  /** @throws ValueError for no estimator, or the weight of an unknown one */
  constructor(estimators: Readonly<Record<K, Classifier<X>>>, { weights }: VotingOptions<K> = {}) {
    this.weights = sharesFor('VotingClassifier', estimators, weights);
    this.estimators = estimators;
  }

  fit<L extends Label = number>(x: X, y: Labels<L>, options: FitOptions = {}): FittedVotingClassifier<L, X> {
    const { classes, codes } = weighedCodes('VotingClassifier.fit', y, options);
    return new FittedVotingClassifier(classes, fitCoders(this.estimators, x, codes, options), this.weights);
  }
}

abstract class FittedVoters<L extends Label, X> implements FittedClassifier<L, X> {
  abstract readonly kind: string;
  readonly classes: readonly L[];
  /** Models of the places of labels in `classes`. */
  readonly models: Named<Coder<X>>;
  readonly weights: Float64Array<ArrayBuffer>;

  constructor(classes: readonly L[], models: Named<Coder<X>>, weights: Float64Array<ArrayBuffer>) {
    this.classes = classes;
    this.models = models;
    this.weights = weights;
  }

  /** @internal (n, classes); the largest wins. */
  abstract shares(x: X): Matrix;

  predict(x: X): L[] {
    return Array.from(argmaxRows(this.shares(x)), (code) => this.classes[code]!);
  }

  score(x: X, y: Labels<L>, options: FitOptions = {}): number {
    return accuracy(y, this.predict(x), options);
  }

  toState(): ModelState {
    const { kind, classes, weights } = this;
    const { fields, parts } = namedState(this.models);
    return { kind, fields: { ...fields, classes: [...classes] }, arrays: { weights: vectorState(weights) }, parts };
  }
}

function votersFrom(
  read: StateReader,
  restore: Restore,
): readonly [Label[], Named<Coder<unknown>>, Float64Array<ArrayBuffer>] {
  const classes = read.labels('classes');
  const models = namedFrom(read, restore, coderOf(classes.length));
  return [classes, models, read.vector('weights', Object.keys(models).length)];
}

/** @see VotingClassifier */
export class FittedVotingClassifier<L extends Label = Label, X = Features> extends FittedVoters<L, X> {
  readonly kind = 'VotingClassifier';

  override shares(x: X): Matrix {
    return weighedSum(this.models, this.weights, (model) => votesOf(model, x, this.classes.length));
  }

  static fromState(state: ModelState, restore: Restore): FittedVotingClassifier<Label, unknown> {
    return new FittedVotingClassifier(...votersFrom(new StateReader(state, 'VotingClassifier'), restore));
  }
}

/**
 * The class of the largest mean probability wins: scikit-learn's `voting="soft"`, for estimators that have probabilities.
 * @example new SoftVotingClassifier({ a: new LogisticRegression(), b: new GaussianNB() }).fit(X, y).predictProba(X)
 */
export class SoftVotingClassifier<K extends string = string, X = Features> implements ProbabilisticClassifier<X> {
  readonly role = 'classifier';
  readonly estimators: Readonly<Record<K, ProbabilisticClassifier<X>>>;
  /** In the order of the estimators; their sum is 1. */
  readonly weights: Float64Array<ArrayBuffer>;

  /** @throws ValueError for no estimator, or the weight of an unknown one */
  constructor(estimators: Readonly<Record<K, ProbabilisticClassifier<X>>>, { weights }: VotingOptions<K> = {}) {
    this.weights = sharesFor('SoftVotingClassifier', estimators, weights);
    this.estimators = estimators;
  }

  fit<L extends Label = number>(x: X, y: Labels<L>, options: FitOptions = {}): FittedSoftVotingClassifier<L, X> {
    const { classes, codes } = weighedCodes('SoftVotingClassifier.fit', y, options);
    return new FittedSoftVotingClassifier(classes, fitCoders(this.estimators, x, codes, options), this.weights);
  }
}

/** @see SoftVotingClassifier */
export class FittedSoftVotingClassifier<L extends Label = Label, X = Features>
  extends FittedVoters<L, X>
  implements FittedProbabilisticClassifier<L, X>
{
  readonly kind = 'SoftVotingClassifier';

  override shares(x: X): Matrix {
    return weighedSum(this.models, this.weights, (model) => sharesOf(model, x, this.classes.length));
  }

  predictProba(x: X): Tensor {
    return this.shares(x).toTensor();
  }

  static fromState(state: ModelState, restore: Restore): FittedSoftVotingClassifier<Label, unknown> {
    return new FittedSoftVotingClassifier(...votersFrom(new StateReader(state, 'SoftVotingClassifier'), restore));
  }
}

/** The mean of what each model predicts, by weights. @example new VotingRegressor({ line: new Ridge(), tree: new DecisionTreeRegressor() }).fit(X, y) */
export class VotingRegressor<K extends string = string, X = Features> implements Regressor<X> {
  readonly role = 'regressor';
  readonly estimators: Readonly<Record<K, Regressor<X>>>;
  /** In the order of the estimators; their sum is 1. */
  readonly weights: Float64Array<ArrayBuffer>;

  /** @throws ValueError for no estimator, or the weight of an unknown one */
  constructor(estimators: Readonly<Record<K, Regressor<X>>>, { weights }: VotingOptions<K> = {}) {
    this.weights = sharesFor('VotingRegressor', estimators, weights);
    this.estimators = estimators;
  }

  fit(x: X, y: Targets, options: FitOptions = {}): FittedVotingRegressor<X> {
    const entries = Object.entries<Regressor<X>>(this.estimators);
    const models = Object.fromEntries(entries.map(([name, one]) => [name, one.fit(x, y, options)]));
    return new FittedVotingRegressor(models, this.weights);
  }
}

/** @see VotingRegressor */
export class FittedVotingRegressor<X = Features> implements FittedRegressor<X> {
  readonly kind = 'VotingRegressor';
  readonly models: Named<FittedRegressor<X>>;
  readonly weights: Float64Array<ArrayBuffer>;

  constructor(models: Named<FittedRegressor<X>>, weights: Float64Array<ArrayBuffer>) {
    this.models = models;
    this.weights = weights;
  }

  predict(x: X): Tensor {
    let isVector = true;
    const sums = weighedSum(this.models, this.weights, (model) => {
      const predicted = model.predict(x);
      isVector = predicted.rank === 1;
      return asColumns(predicted);
    });
    return asTargets(sums, isVector);
  }

  score(x: X, y: Targets, options: FitOptions = {}): number {
    return r2(y, this.predict(x), options);
  }

  toState(): ModelState {
    const { fields, parts } = namedState(this.models);
    return { kind: this.kind, fields, arrays: { weights: vectorState(this.weights) }, parts };
  }

  static fromState(state: ModelState, restore: Restore): FittedVotingRegressor<unknown> {
    const read = new StateReader(state, 'VotingRegressor');
    const models = namedFrom(read, restore, regressorOf);
    return new FittedVotingRegressor(models, read.vector('weights', Object.keys(models).length));
  }
}
