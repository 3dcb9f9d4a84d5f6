/**
 * Bagging: one estimator fitted on many draws of the samples, of the features, or both, and averaged. (Breiman 1996; features:
 * Ho 1998; both: Louppe and Geurts 2012.)
 */
import { FormatError, raise, ValueError } from '../../base/errors.ts';
import { argmaxRows, ProbabilisticBase, RegressorBase } from '../fitted.ts';
import { Matrix } from '../matrix.ts';
import { r2 } from '../metrics/regression.ts';
import { requireNumber, requireWhole } from '../options.ts';
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
import { type ArrayState, type ModelState, type Restore, StateReader, vectorState } from '../state.ts';
import { classTraining, targetTraining } from '../training.ts';
import { DecisionTreeClassifier, DecisionTreeRegressor, plainWeights } from '../trees/decision-trees.ts';
import { WeightedDraws } from './draws.ts';
import {
  addScaled,
  type Coder,
  coderOf,
  estimatesOf,
  made,
  type Making,
  membersFrom,
  membersState,
  regressorOf,
  sharesOf,
} from './members.ts';

export interface BaggingOptions<E extends object> {
  /** What is fitted, or a function from a seed to it. Default: a decision tree. */
  readonly estimator?: Making<E> | undefined;
  /** How many models. Default 10. */
  readonly estimators?: number | undefined;
  /** How many samples each model draws: a number, or a share up to 1. Default 1. */
  readonly maxSamples?: number | undefined;
  /** How many features each model sees: a number, or a share up to 1. Default 1. */
  readonly maxFeatures?: number | undefined;
  /** Draw samples with replacement. Default true. */
  readonly bootstrap?: boolean | undefined;
  /** Draw features with replacement. Default false. */
  readonly bootstrapFeatures?: boolean | undefined;
  /** Also score each sample by the models that did not draw it. Default false. */
  readonly oobScore?: boolean | undefined;
  /** For what is drawn. Default 0. */
  readonly seed?: number | undefined;
}

type Settings = Required<Omit<BaggingOptions<object>, 'estimator'>>;

function settingsOf(owner: string, options: BaggingOptions<object>): Settings {
  const settings = {
    estimators: options.estimators ?? 10,
    maxSamples: options.maxSamples ?? 1,
    maxFeatures: options.maxFeatures ?? 1,
    bootstrap: options.bootstrap ?? true,
    bootstrapFeatures: options.bootstrapFeatures ?? false,
    oobScore: options.oobScore ?? false,
    seed: options.seed ?? 0,
  };
  requireWhole(owner, 'estimators', settings.estimators, 1);
  requireNumber(owner, 'maxSamples', settings.maxSamples, { low: Number.MIN_VALUE });
  requireNumber(owner, 'maxFeatures', settings.maxFeatures, { low: Number.MIN_VALUE });
  requireWhole(owner, 'seed', settings.seed);
  if (settings.oobScore && !settings.bootstrap) {
    raise(new ValueError(`${owner}: oobScore needs bootstrap: true, which leaves samples out`));
  }
  return settings;
}

/** Shares up to 1 of what there is, numbers above. @throws ValueError for more than there are, where none may come twice */
function countOf(op: string, option: string, value: number, available: number, repeats: boolean): number {
  const count = value > 1 ? Math.floor(value) : Math.max(1, Math.floor(value * available));
  if (count > available && !repeats)
    raise(new ValueError(`${op}: ${option} is ${value}, but there are only ${available} to draw from`));
  return count;
}

interface Bag<M> {
  readonly models: M[];
  /** The features that each model sees. */
  readonly features: Int32Array<ArrayBuffer>[];
  /** Sums of what models say about samples that they did not draw, and how many those models are. */
  readonly outside: Matrix | undefined;
  readonly voters: Int32Array<ArrayBuffer>;
}

function bag<M>(
  op: string,
  x: Matrix,
  weights: Float64Array,
  settings: Settings,
  fit: (x: Matrix, rows: Int32Array, seed: number) => M,
  ask: (model: M, x: Matrix) => Matrix,
): Bag<M> {
  const { bootstrap, bootstrapFeatures, estimators } = settings;
  const draws = countOf(op, 'maxSamples', settings.maxSamples, x.rows, bootstrap);
  const width = countOf(op, 'maxFeatures', settings.maxFeatures, x.columns, bootstrapFeatures);
  const seeds = new Random(settings.seed);
  const even = new Float64Array(x.columns).fill(1);
  const seesAll = width === x.columns && !bootstrapFeatures;
  const voters = new Int32Array(x.rows);
  const features: Int32Array<ArrayBuffer>[] = [];
  let outside: Matrix | undefined;
  const models = Array.from({ length: estimators }, () => {
    const seed = seeds.seed();
    const samples = new WeightedDraws(weights, seed, 1);
    const columns = new WeightedDraws(even, seed, 2);
    const drawn = bootstrap ? samples.replaced(draws) : samples.distinct(draws);
    const seen = seesAll ? Int32Array.from(even.keys()) : columns[bootstrapFeatures ? 'replaced' : 'distinct'](width);
    const own = seesAll ? x : x.takeColumns(seen);
    const model = fit(own.takeRows(drawn), drawn, seed);
    features.push(seen);
    if (settings.oobScore) {
      const isDrawn = new Uint8Array(x.rows);
      for (const i of drawn) isDrawn[i] = 1;
      const left = Int32Array.from(isDrawn.keys()).filter((i) => isDrawn[i] === 0);
      if (left.length > 0) {
        const said = ask(model, own.takeRows(left));
        outside ??= new Matrix(x.rows, said.columns);
        for (const [r, i] of left.entries()) {
          voters[i]! += 1;
          for (let k = 0; k < said.columns; k++) outside.data[i * said.columns + k]! += said.at(r, k);
        }
      }
    }
    return model;
  });
  return { models, features, outside, voters };
}

/** Samples that some model did not draw, and the mean of what such models say. */
function leftOut({ outside, voters }: Bag<unknown>): { readonly rows: Int32Array; readonly means: Matrix } | undefined {
  if (outside === undefined) return undefined;
  const rows = Int32Array.from(voters.keys()).filter((i) => voters[i]! > 0);
  const means = outside.takeRows(rows);
  for (let p = 0; p < means.data.length; p++) means.data[p]! /= voters[rows[Math.floor(p / means.columns)]!]!;
  return { rows, means };
}

/** The mean of what models say, each of the features that it knows. */
function meanOf<M>(x: Matrix, { models, features }: Drawn<M>, ask: (model: M, x: Matrix) => Matrix): Matrix {
  let sums: Matrix | undefined;
  models.forEach((model, m) => {
    const isWhole = features[m]!.length === x.columns && features[m]!.every((j, place) => j === place);
    sums = addScaled(sums, ask(model, isWhole ? x : x.takeColumns(features[m]!)), 1 / models.length);
  });
  return sums!;
}

interface Drawn<M> {
  readonly models: readonly M[];
  readonly features: readonly Int32Array<ArrayBuffer>[];
}

interface BaggingParts<M> extends Drawn<M> {
  readonly featuresIn: number;
  readonly oobScore: number | undefined;
}

function bagState({ models, features, featuresIn, oobScore }: BaggingParts<Coder<Features> | FittedRegressor>) {
  const arrays: Record<string, ArrayState> = {
    widths: vectorState(Int32Array.from(features, (one) => one.length)),
    features: vectorState(Int32Array.from(features.flatMap((one) => Array.from(one)))),
  };
  return {
    fields: { featuresIn, oobScore: oobScore ?? null, members: models.length },
    arrays,
    parts: membersState(models),
  };
}

function drawnFrom(read: StateReader, kind: string, members: number): Omit<BaggingParts<never>, 'models'> {
  const featuresIn = read.whole('featuresIn', 1);
  const widths = read.integers('widths', members);
  const all = read.integers('features', widths.reduce((a, b) => a + Math.max(1, b), 0)); // prettier-ignore
  if (all.some((j) => j < 0 || j >= featuresIn))
    raise(new FormatError(`${kind}: the state names features that are not among ${featuresIn}`));
  let start = 0;
  const features = Array.from(widths, (width) => all.slice(start, (start += width)));
  return { featuresIn, features, oobScore: read.json('oobScore') === null ? undefined : read.number('oobScore') };
}

/**
 * Any classifier, fitted on many draws of the samples; probabilities are means, and a model that has none gives 1 to the class it
 * predicts. Sample weights are the odds with which samples are drawn. Takes gaps (NaN) if its models do.
 * @throws ValueError from `fit` for more samples or features than there are, where none may come twice
 * @see Breiman 1996   @example new BaggingClassifier({ estimator: new KNeighborsClassifier(), maxFeatures: 0.5 }).fit(X, y)
 */
export class BaggingClassifier implements ProbabilisticClassifier {
  readonly role = 'classifier';
  readonly estimator: Making<Classifier>;
  readonly settings: Settings;

  constructor({ estimator, ...options }: BaggingOptions<Classifier> = {}) {
    this.estimator = estimator ?? ((seed) => new DecisionTreeClassifier({ seed }));
    this.settings = settingsOf('BaggingClassifier', options);
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>, options: FitOptions = {}): FittedBaggingClassifier<L> {
    const op = 'BaggingClassifier.fit';
    const training = classTraining(op, x, y, { ...options, allowNaN: true });
    const { classes, codes } = training.y;
    const bagged = bag<Coder<Features>>(
      op,
      training.x,
      plainWeights(training.weights, training.x.rows),
      this.settings,
      (own, rows, seed) => made(this.estimator, seed).fit<number>(own, Int32Array.from(rows, (i) => codes[i]!)), // prettier-ignore
      (model, own) => sharesOf(model, own, classes.length),
    );
    const left = leftOut(bagged);
    const right = left && argmaxRows(left.means).filter((code, r) => code === codes[left.rows[r]!]).length;
    const oobScore = left && right! / left.rows.length;
    return new FittedBaggingClassifier(classes, { ...bagged, featuresIn: training.x.columns, oobScore });
  }
}

/** @see BaggingClassifier */
export class FittedBaggingClassifier<L extends Label = Label> extends ProbabilisticBase<L> {
  readonly kind = 'BaggingClassifier';
  protected override readonly allowsNaN = true;
  readonly featuresIn: number;
  readonly classes: readonly L[];
  /** Models of the places of labels in `classes`. */
  readonly models: readonly Coder<Features>[];
  /** The features that each model sees. */
  readonly features: readonly Int32Array<ArrayBuffer>[];
  /** The accuracy over samples by models that did not draw them, if it was asked for. */
  readonly oobScore: number | undefined;

  constructor(classes: readonly L[], { models, features, featuresIn, oobScore }: BaggingParts<Coder<Features>>) {
    super();
    this.classes = classes;
    this.models = models;
    this.features = features;
    this.featuresIn = featuresIn;
    this.oobScore = oobScore;
  }

  override probabilities(x: Matrix): Matrix {
    return meanOf(x, this, (model, own) => sharesOf(model, own, this.classes.length));
  }

  toState(): ModelState {
    const { fields, ...rest } = bagState(this);
    return { kind: this.kind, fields: { ...fields, classes: [...this.classes] }, ...rest };
  }

  static fromState(state: ModelState, restore: Restore): FittedBaggingClassifier {
    const read = new StateReader(state, 'BaggingClassifier');
    const classes = read.labels('classes');
    const models = membersFrom(read, restore, coderOf(classes.length));
    return new FittedBaggingClassifier(classes, { models, ...drawnFrom(read, 'BaggingClassifier', models.length) });
  }
}

/**
 * Any regressor, fitted on many draws of the samples; predictions are means. Sample weights are the odds with which samples are
 * drawn. Takes gaps (NaN) if its models do.
 * @see Breiman 1996   @example new BaggingRegressor({ estimator: new SVR(), estimators: 20, oobScore: true }).fit(X, y).oobScore
 */
export class BaggingRegressor implements Regressor {
  readonly role = 'regressor';
  readonly estimator: Making<Regressor>;
  readonly settings: Settings;

  constructor({ estimator, ...options }: BaggingOptions<Regressor> = {}) {
    this.estimator = estimator ?? ((seed) => new DecisionTreeRegressor({ seed }));
    this.settings = settingsOf('BaggingRegressor', options);
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedBaggingRegressor {
    const op = 'BaggingRegressor.fit';
    const training = targetTraining(op, x, y, { ...options, allowNaN: true });
    const { isVector } = training;
    const bagged = bag<FittedRegressor>(
      op,
      training.x,
      plainWeights(training.weights, training.x.rows),
      this.settings,
      (own, rows, seed) => {
        const targets = training.y.takeRows(rows);
        return made(this.estimator, seed).fit(own, isVector ? targets.data : targets);
      },
      estimatesOf,
    );
    const left = leftOut(bagged);
    const oobScore = left && r2(training.y.takeRows(left.rows), left.means);
    return new FittedBaggingRegressor({ ...bagged, featuresIn: training.x.columns, oobScore }, isVector);
  }
}

/** @see BaggingRegressor */
export class FittedBaggingRegressor extends RegressorBase {
  readonly kind = 'BaggingRegressor';
  protected override readonly allowsNaN = true;
  protected override readonly isVector: boolean;
  readonly featuresIn: number;
  readonly models: readonly FittedRegressor[];
  /** The features that each model sees. */
  readonly features: readonly Int32Array<ArrayBuffer>[];
  /** R² over samples by models that did not draw them, if it was asked for. */
  readonly oobScore: number | undefined;

  constructor({ models, features, featuresIn, oobScore }: BaggingParts<FittedRegressor>, isVector: boolean) {
    super();
    this.models = models;
    this.features = features;
    this.featuresIn = featuresIn;
    this.oobScore = oobScore;
    this.isVector = isVector;
  }

  override estimate(x: Matrix): Matrix {
    return meanOf(x, this, estimatesOf);
  }

  toState(): ModelState {
    const { fields, ...rest } = bagState(this);
    return { kind: this.kind, fields: { ...fields, isVector: this.isVector }, ...rest };
  }

  static fromState(state: ModelState, restore: Restore): FittedBaggingRegressor {
    const read = new StateReader(state, 'BaggingRegressor');
    const models = membersFrom(read, restore, regressorOf);
    const parts = { models, ...drawnFrom(read, 'BaggingRegressor', models.length) };
    return new FittedBaggingRegressor(parts, read.flag('isVector'));
  }
}
