/**
 * Stacking: what several estimators say of a sample, each fitted without it, is what a last one learns from. (Wolpert 1992.)
 * Samples are whatever all of the estimators take.
 */
import { FormatError, raise, ShapeError, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { requireClassifier, requireRegressor } from '../compose/pipeline.ts';
import { labelsOf } from '../labels.ts';
import { LogisticRegression } from '../linear/logistic-regression.ts';
import { RidgeCV } from '../linear/ridge.ts';
import { describe, Matrix, numbersOf } from '../matrix.ts';
import { requireOneOf, requireWhole } from '../options.ts';
import type {
  Classifier,
  Features,
  Fitted,
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
import { rowCount, type Samples, takeRows } from '../rows.ts';
import { crossValPredict } from '../selection/cross-validation.ts';
import type { Splitter } from '../selection/splitters.ts';
import { type Json, type ModelState, type Restore, StateReader } from '../state.ts';
import { weightsOf } from '../targets.ts';
import {
  asColumns,
  canGive,
  type Coder,
  coderOf,
  type Named,
  namedFrom,
  namedState,
  regressorOf,
  requireMembers,
  weighedCodes,
} from './members.ts';

/** What a classifier is asked for. */
export type StackMethod = 'predictProba' | 'decision' | 'predict';

const METHODS: readonly StackMethod[] = ['predictProba', 'decision', 'predict'];

interface StackingOptions {
  /** A number of folds, with the shares of classes kept for classifiers; or a splitter. Default 5. */
  readonly cv?: number | Splitter | undefined;
  /** Let the last estimator see the features, too; samples must be numbers then. Default false. */
  readonly passthrough?: boolean | undefined;
}

export interface StackingClassifierOptions extends StackingOptions {
  /** What learns from the others. Default: logistic regression. */
  readonly finalEstimator?: ProbabilisticClassifier | undefined;
  /** Default `auto`: probabilities where an estimator has them, else its decision, else its predictions. */
  readonly stackMethod?: 'auto' | StackMethod | undefined;
}

export interface StackingRegressorOptions extends StackingOptions {
  /** What learns from the others. Default: ridge regression, its strength chosen by leaving one out. */
  readonly finalEstimator?: Regressor | undefined;
}

function checkFolds(owner: string, cv: number | Splitter): void {
  if (typeof cv === 'number') requireWhole(owner, 'cv', cv, 2);
}

/** Samples and targets without those of weight 0, which no fold should hold. */
function weighed<X extends Samples, Y extends Samples>(op: string, x: X, y: Y, { sampleWeight }: FitOptions) {
  const weights = weightsOf(op, sampleWeight, rowCount(op, y));
  if (weights === undefined) return { x, y, options: {} };
  if (weights.every((w) => w > 0)) return { x, y, options: { sampleWeight: weights } };
  const kept = Int32Array.from(weights.keys()).filter((i) => weights[i]! > 0);
  return {
    x: takeRows(op, x, kept),
    y: takeRows(op, y, kept),
    options: { sampleWeight: Float64Array.from(kept, (i) => weights[i]!) },
  };
}

/** Matrices beside each other. */
function beside(parts: readonly Matrix[]): Matrix {
  const { rows } = parts[0]!;
  const result = new Matrix(
    rows,
    parts.reduce((sum, part) => sum + part.columns, 0),
  );
  let offset = 0;
  for (const part of parts) {
    for (let i = 0; i < rows; i++) result.data.set(part.row(i), i * result.columns + offset);
    offset += part.columns;
  }
  return result;
}

/** The features themselves, for a last estimator that sees them. */
function featuresOf(op: string, x: unknown): Matrix {
  const { data, shape } = numbersOf(op, x, 'X');
  if (shape.length !== 2) raise(new ShapeError(`${op}: passthrough needs X as a matrix (samples, features)`));
  return new Matrix(shape[0]!, shape[1]!, data);
}

/** One column a class; of two classes the second says it all. */
function answersOf(result: Tensor, classes: number): Matrix {
  const all = asColumns(result);
  return classes === 2 && all.columns === 2 ? all.takeColumns([1]) : all;
}

/** What a fitted classifier says of samples. */
function said<X>(model: Coder<X>, method: StackMethod, x: X, classes: number): Matrix {
  if (method === 'predict') {
    const codes = model.predict(x);
    return new Matrix(codes.length, 1, Float64Array.from(codes));
  }
  const call: unknown = Reflect.get(model, method);
  if (typeof call !== 'function')
    raise(new ValueError(`StackingClassifier: an estimator has no ${method}; use stackMethod: 'auto'`));
  return answersOf(Reflect.apply(call, model, [x]) as Tensor, classes);
}

/**
 * Classifiers whose probabilities, from folds that they were not fitted on, are the features of a last one; then they are fitted
 * on all samples.
 * @see Wolpert 1992
 * @example new StackingClassifier({ tree: new DecisionTreeClassifier(), near: new KNeighborsClassifier() }, { cv: 10 }).fit(X, y)
 */
export class StackingClassifier<X extends Samples = Features> implements ProbabilisticClassifier<X> {
  readonly role = 'classifier';
  readonly estimators: Named<Classifier<X>>;
  readonly finalEstimator: ProbabilisticClassifier;
  readonly cv: number | Splitter;
  readonly stackMethod: 'auto' | StackMethod;
  readonly passthrough: boolean;

  /** @throws ValueError for no estimator, or fewer than two folds */
  constructor(estimators: Named<Classifier<X>>, options: StackingClassifierOptions = {}) {
    const { finalEstimator, cv = 5, stackMethod = 'auto', passthrough = false } = options;
    requireMembers('StackingClassifier', estimators);
    checkFolds('StackingClassifier', cv);
    requireOneOf('StackingClassifier', 'stackMethod', stackMethod, ['auto', ...METHODS]);
    this.estimators = estimators;
    this.finalEstimator = finalEstimator ?? new LogisticRegression();
    this.cv = cv;
    this.stackMethod = stackMethod;
    this.passthrough = passthrough;
  }

  fit<L extends Label = number>(x: X, y: Labels<L>, given: FitOptions = {}): FittedStackingClassifier<L, X> {
    const op = 'StackingClassifier.fit';
    const training = weighed<X, readonly L[]>(op, x, labelsOf(op, y), given);
    const { options } = training;
    const { classes, codes } = weighedCodes(op, training.y, {});
    const methods: Record<string, StackMethod> = {};
    const models: Record<string, Coder<X>> = {};
    const answers = Object.entries(this.estimators).map(([name, estimator]) => {
      const model = (models[name] = estimator.fit<number>(training.x, codes, options));
      const method = (methods[name] = this.#methodOf(model));
      if (method === 'predict') {
        const predicted = crossValPredict<X>(estimator, training.x, codes, { cv: this.cv, ...options });
        return new Matrix(codes.length, 1, Float64Array.from(predicted));
      }
      return answersOf(
        crossValPredict(estimator, training.x, codes, { cv: this.cv, method, ...options }),
        classes.length,
      );
    });
    if (this.passthrough) answers.push(featuresOf(op, training.x));
    const last = this.finalEstimator.fit<L>(beside(answers), training.y, options);
    return new FittedStackingClassifier(models, methods, last, this.passthrough);
  }

  #methodOf(model: Coder<X>): StackMethod {
    if (this.stackMethod !== 'auto') return this.stackMethod;
    return canGive(model, 'predictProba') ? 'predictProba' : canGive(model, 'decision') ? 'decision' : 'predict';
  }
}

/** @see StackingClassifier */
export class FittedStackingClassifier<L extends Label = Label, X = Features> implements FittedProbabilisticClassifier<
  L,
  X
> {
  readonly kind = 'StackingClassifier';
  readonly classes: readonly L[];
  /** Models of the places of labels in `classes`, and what they are asked for. */
  readonly models: Named<Coder<X>>;
  readonly methods: Named<StackMethod>;
  readonly last: FittedProbabilisticClassifier<L>;
  readonly passthrough: boolean;

  constructor(
    models: Named<Coder<X>>,
    methods: Named<StackMethod>,
    last: FittedProbabilisticClassifier<L>,
    passthrough: boolean,
  ) {
    this.models = models;
    this.methods = methods;
    this.last = last;
    this.passthrough = passthrough;
    this.classes = last.classes;
  }

  /** What the last model sees of samples, float64 (n, answers). */
  transform(x: X): Matrix {
    const { models, methods, classes } = this;
    const parts = Object.entries(models).map(([name, model]) => said(model, methods[name]!, x, classes.length));
    if (this.passthrough) parts.push(featuresOf(this.kind, x));
    return beside(parts);
  }

  predict(x: X): L[] {
    return this.last.predict(this.transform(x));
  }

  predictProba(x: X): Tensor {
    return this.last.predictProba(this.transform(x));
  }

  score(x: X, y: Labels<L>, options: FitOptions = {}): number {
    return this.last.score(this.transform(x), y, options);
  }

  toState(): ModelState {
    const { kind, models, methods, last, passthrough } = this;
    const { fields, parts } = namedState(models);
    const asked: Json = Object.keys(models).map((name) => methods[name]!);
    return { kind, fields: { ...fields, asked, passthrough }, arrays: {}, parts: { ...parts, last: last.toState() } };
  }

  static fromState(state: ModelState, restore: Restore): FittedStackingClassifier<Label, unknown> {
    const read = new StateReader(state, 'StackingClassifier');
    const last = requireProbabilities(restore(read.part('last')));
    const models = namedFrom(read, restore, coderOf(last.classes.length));
    const asked = read.texts('asked');
    const methods = Object.fromEntries(
      Object.entries(models).map(([name, model], m) => {
        const method = METHODS.find((one) => one === asked[m]);
        if (method === undefined || (method !== 'predict' && !canGive(model, method)))
          raise(new FormatError(`StackingClassifier: the state asks ${describe(name)} for ${describe(asked[m])}, which it does not have`)); // prettier-ignore
        return [name, method];
      }),
    );
    return new FittedStackingClassifier(models, methods, last, read.flag('passthrough'));
  }
}

/** @throws FormatError unless it is a classifier with probabilities */
function requireProbabilities(model: Fitted): FittedProbabilisticClassifier {
  const classifier = requireClassifier(model);
  if (isProbabilistic(classifier)) return classifier;
  raise(new FormatError('StackingClassifier: the last model of the state has no probabilities'));
}

function isProbabilistic(model: FittedClassifier): model is FittedProbabilisticClassifier {
  return canGive(model, 'predictProba');
}

/**
 * Regressors whose predictions, from folds that they were not fitted on, are the features of a last one; then they are fitted on
 * all samples.
 * @see Wolpert 1992   @example new StackingRegressor({ line: new LassoCV(), forest: new RandomForestRegressor() }).fit(X, y)
 */
export class StackingRegressor<X extends Samples = Features> implements Regressor<X> {
  readonly role = 'regressor';
  readonly estimators: Named<Regressor<X>>;
  readonly finalEstimator: Regressor;
  readonly cv: number | Splitter;
  readonly passthrough: boolean;

  /** @throws ValueError for no estimator, or fewer than two folds */
  constructor(estimators: Named<Regressor<X>>, options: StackingRegressorOptions = {}) {
    const { finalEstimator, cv = 5, passthrough = false } = options;
    requireMembers('StackingRegressor', estimators);
    checkFolds('StackingRegressor', cv);
    this.estimators = estimators;
    this.finalEstimator = finalEstimator ?? new RidgeCV();
    this.cv = cv;
    this.passthrough = passthrough;
  }

  fit(x: X, y: Targets, given: FitOptions = {}): FittedStackingRegressor<X> {
    const op = 'StackingRegressor.fit';
    const training = weighed(op, x, y, given);
    const { options } = training;
    const models: Record<string, FittedRegressor<X>> = {};
    const answers = Object.entries(this.estimators).map(([name, estimator]) => {
      models[name] = estimator.fit(training.x, training.y, options);
      return asColumns(crossValPredict<X>(estimator, training.x, training.y, { cv: this.cv, ...options }));
    });
    if (this.passthrough) answers.push(featuresOf(op, training.x));
    const last = this.finalEstimator.fit(beside(answers), training.y, options);
    return new FittedStackingRegressor(models, last, this.passthrough);
  }
}

/** @see StackingRegressor */
export class FittedStackingRegressor<X = Features> implements FittedRegressor<X> {
  readonly kind = 'StackingRegressor';
  readonly models: Named<FittedRegressor<X>>;
  readonly last: FittedRegressor;
  readonly passthrough: boolean;

  constructor(models: Named<FittedRegressor<X>>, last: FittedRegressor, passthrough: boolean) {
    this.models = models;
    this.last = last;
    this.passthrough = passthrough;
  }

  /** What the last model sees of samples, float64 (n, answers). */
  transform(x: X): Matrix {
    const parts = Object.values(this.models).map((model) => asColumns(model.predict(x)));
    if (this.passthrough) parts.push(featuresOf(this.kind, x));
    return beside(parts);
  }

  predict(x: X): Tensor {
    return this.last.predict(this.transform(x));
  }

  score(x: X, y: Targets, options: FitOptions = {}): number {
    return this.last.score(this.transform(x), y, options);
  }

  toState(): ModelState {
    const { kind, models, last, passthrough } = this;
    const { fields, parts } = namedState(models);
    return { kind, fields: { ...fields, passthrough }, arrays: {}, parts: { ...parts, last: last.toState() } };
  }

  static fromState(state: ModelState, restore: Restore): FittedStackingRegressor<unknown> {
    const read = new StateReader(state, 'StackingRegressor');
    const last = requireRegressor(restore(read.part('last')));
    return new FittedStackingRegressor(namedFrom(read, restore, regressorOf), last, read.flag('passthrough'));
  }
}
