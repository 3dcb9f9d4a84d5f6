/**
 * Search over settings by cross-validation. A search takes a function from settings to an estimator, so that what is tried may be
 * anything, deep within a pipeline too, and a wrong name does not compile. A search is an estimator of the same role.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { requireClassifier, requireRegressor } from '../compose/pipeline.ts';
import { describe } from '../matrix.ts';
import { requireNumber, requireWhole } from '../options.ts';
import type {
  Classifier,
  Features,
  Fitted,
  FittedClassifier,
  FittedRegressor,
  FitOptions,
  Label,
  Labels,
  Regressor,
  Targets,
} from '../protocol.ts';
import { Random } from '../random.ts';
import { rowCount, type Samples, takeRows } from '../rows.ts';
import { type ModelState, type Restore, StateReader } from '../state.ts';
import { requireLength } from '../targets.ts';
import { type Distributions, type Grid, gridCandidates, randomCandidates } from './candidates.ts';
import { type CrossValidationOptions, crossValidate } from './cross-validation.ts';
import type { Predictor, Scoring } from './scoring.ts';
import type { Splitter } from './splitters.ts';

/** What one combination of settings scored. */
export interface Candidate<P> {
  readonly settings: P;
  /** One a fold. */
  readonly scores: Float64Array<ArrayBuffer>;
  readonly mean: number;
  readonly deviation: number;
  /** Of a halving search: the round it was last tried in, from 0, and with how many samples. */
  readonly round: number;
  readonly samples: number;
}

/** What a search found. */
export interface SearchResult<P> {
  readonly best: Candidate<P>;
  /** In the order in which they were tried. */
  readonly candidates: readonly Candidate<P>[];
}

export interface SearchOptions<X> {
  /** A number of folds or a splitter. Default 5. */
  readonly cv?: number | Splitter;
  /** Default: the model's own score. */
  readonly scoring?: Scoring<X>;
}

export interface RandomizedSearchOptions<X> extends SearchOptions<X> {
  /** How many combinations. Default 10. */
  readonly candidates?: number;
  /** Default 0. */
  readonly seed?: number;
}

export interface HalvingSearchOptions<X> extends SearchOptions<X> {
  /** Each round keeps one in so many, and gives each so many times the samples. Default 3. */
  readonly factor?: number;
  /** How many samples the first round uses. Default: so many that the last uses all. */
  readonly minSamples?: number;
  /** Orders the samples. Default 0. */
  readonly seed?: number;
}

/** Candidates by their places, tried together on the same samples. */
export interface Round {
  readonly candidates: readonly number[];
  /** Default: all. */
  readonly rows: Int32Array | undefined;
}

/** Which rounds a search goes through: each is answered by the scores of its candidates, one list of folds each. */
type Strategy = (candidates: number, rows: number) => Generator<Round, void, readonly Float64Array<ArrayBuffer>[]>;

/** The part of a search that is the same for both roles. */
export abstract class Search<P, X> {
  readonly candidates: readonly P[];
  abstract readonly make: (settings: P) => Predictor<X>;
  protected readonly strategy: Strategy;
  readonly #options: SearchOptions<X>;

  constructor(candidates: readonly P[], strategy: Strategy, options: SearchOptions<X>) {
    this.candidates = candidates;
    this.strategy = strategy;
    this.#options = options;
  }

  /** @internal The scores of one candidate, one a fold: what a search consists of. */
  try(
    candidate: number,
    rows: Int32Array | undefined,
    x: X,
    y: Targets | Labels,
    fit: FitOptions,
  ): Float64Array<ArrayBuffer> {
    const samples = asSamples(x);
    const { cv, scoring } = this.#options;
    const options = optionsOf<X & Samples>(cv, scoring, fit);
    const estimator: Predictor<X & Samples> = this.make(this.candidates[candidate]!);
    if (rows === undefined) return crossValidate(estimator, samples, y, options).testScores;
    if (fit.sampleWeight !== undefined)
      raise(new ValueError('halvingSearch: sample weights are not supported; use gridSearch'));
    return crossValidate(estimator, takeRows('search', samples, rows), takeRows('search', y, rows), options).testScores;
  }

  /** @internal Goes through the rounds of the strategy; whoever runs it answers each with scores. */
  *rounds(x: X, y: Targets | Labels): Generator<Round, SearchResult<P>, readonly Float64Array<ArrayBuffer>[]> {
    const rows = rowCount('search', asSamples(x));
    requireLength('search', 'y', rowCount('search', y), rows);
    const rounds = this.strategy(this.candidates.length, rows);
    const tried: Candidate<P>[] = [];
    let last: Candidate<P>[] = [];
    let round = rounds.next();
    for (let k = 0; round.done !== true; k++) {
      const { candidates, rows: own } = round.value;
      const scores = yield round.value;
      last = candidates.map((place, i) => candidateOf(this.candidates[place]!, scores[i]!, k, own?.length ?? rows));
      tried.push(...last);
      round = rounds.next(scores);
    }
    return { best: bestOf(last), candidates: tried };
  }

  protected explore(x: X, y: Targets | Labels, fit: FitOptions): SearchResult<P> {
    const rounds = this.rounds(x, y);
    let round = rounds.next();
    while (round.done !== true) {
      const { candidates, rows } = round.value;
      round = rounds.next(candidates.map((candidate) => this.try(candidate, rows, x, y, fit)));
    }
    return round.value;
  }
}

/** A search among classifiers. */
export class ClassifierSearch<P, X = Features> extends Search<P, X> implements Classifier<X> {
  readonly role = 'classifier';
  readonly make: (settings: P) => Classifier<X>;

  constructor(
    make: (settings: P) => Classifier<X>,
    candidates: readonly P[],
    strategy: Strategy,
    options: SearchOptions<X>,
  ) {
    super(candidates, strategy, options);
    this.make = make;
  }

  fit<L extends Label = number>(x: X, y: Labels<L>, options: FitOptions = {}): FittedClassifierSearch<L, P, X> {
    return this.refit(this.explore(x, y, options), x, y, options);
  }

  /** @internal The best, fitted on all samples. */
  refit<L extends Label>(
    result: SearchResult<P>,
    x: X,
    y: Labels<L>,
    options: FitOptions,
  ): FittedClassifierSearch<L, P, X> {
    return new FittedClassifierSearch(this.make(result.best.settings).fit(x, y, options), result);
  }
}

/** A search among regressors. */
export class RegressorSearch<P, X = Features> extends Search<P, X> implements Regressor<X> {
  readonly role = 'regressor';
  readonly make: (settings: P) => Regressor<X>;

  constructor(
    make: (settings: P) => Regressor<X>,
    candidates: readonly P[],
    strategy: Strategy,
    options: SearchOptions<X>,
  ) {
    super(candidates, strategy, options);
    this.make = make;
  }

  fit(x: X, y: Targets, options: FitOptions = {}): FittedRegressorSearch<P, X> {
    return this.refit(this.explore(x, y, options), x, y, options);
  }

  /** @internal The best, fitted on all samples. */
  refit(result: SearchResult<P>, x: X, y: Targets, options: FitOptions): FittedRegressorSearch<P, X> {
    return new FittedRegressorSearch(this.make(result.best.settings).fit(x, y, options), result);
  }
}

/** Samples from which rows can be taken. */
function asSamples<X>(x: X): X & Samples {
  if (isSamples(x)) return x;
  raise(new ValueError(`search: expected samples, got ${describe(x)}`));
}

function isSamples<X>(x: X): x is X & Samples {
  return typeof x === 'object' && x !== null;
}

/**
 * Tries every combination and fits the best on all samples.
 * @example
 * const search = gridSearch(({ C }) => pipeline(new StandardScaler(), new LogisticRegression({ C })), { C: [0.1, 1, 10] });
 * const model = search.fit(X, y); model.result?.best.settings.C; model.predict(Z)
 */
export function gridSearch<P extends object, X>(
  make: (settings: P) => Classifier<X>,
  grid: Grid<P>,
  options?: SearchOptions<X>,
): ClassifierSearch<P, X>;
export function gridSearch<P extends object, X>(
  make: (settings: P) => Regressor<X>,
  grid: Grid<P>,
  options?: SearchOptions<X>,
): RegressorSearch<P, X>;
export function gridSearch<P extends object, X>(
  make: (settings: P) => Predictor<X>,
  grid: Grid<P>,
  options: SearchOptions<X> = {},
): ClassifierSearch<P, X> | RegressorSearch<P, X> {
  return searchOf(make, gridCandidates(grid), exhaustive(), options);
}

/**
 * Tries random combinations. (Bergstra and Bengio 2012: better than a grid where few settings matter.)
 * @example randomizedSearch(({ C }) => new LogisticRegression({ C }), { C: logUniformBetween(1e-3, 1e3) }, { candidates: 30, seed: 1 })
 */
export function randomizedSearch<P extends object, X>(
  make: (settings: P) => Classifier<X>,
  from: Distributions<P>,
  options?: RandomizedSearchOptions<X>,
): ClassifierSearch<P, X>;
export function randomizedSearch<P extends object, X>(
  make: (settings: P) => Regressor<X>,
  from: Distributions<P>,
  options?: RandomizedSearchOptions<X>,
): RegressorSearch<P, X>;
export function randomizedSearch<P extends object, X>(
  make: (settings: P) => Predictor<X>,
  from: Distributions<P>,
  { candidates = 10, seed = 0, ...options }: RandomizedSearchOptions<X> = {},
): ClassifierSearch<P, X> | RegressorSearch<P, X> {
  return searchOf(make, randomCandidates(from, candidates, seed), exhaustive(), options);
}

/**
 * Tries all combinations on few samples, the best third on three times as many, and so on. (Jamieson and Talwalkar 2016.)
 * @example halvingSearch(({ C }) => new LogisticRegression({ C }), { C: [0.01, 0.1, 1, 10, 100] }).fit(X, y)
 */
export function halvingSearch<P extends object, X>(
  make: (settings: P) => Classifier<X>,
  grid: Grid<P>,
  options?: HalvingSearchOptions<X>,
): ClassifierSearch<P, X>;
export function halvingSearch<P extends object, X>(
  make: (settings: P) => Regressor<X>,
  grid: Grid<P>,
  options?: HalvingSearchOptions<X>,
): RegressorSearch<P, X>;
export function halvingSearch<P extends object, X>(
  make: (settings: P) => Predictor<X>,
  grid: Grid<P>,
  { cv, scoring, ...options }: HalvingSearchOptions<X> = {},
): ClassifierSearch<P, X> | RegressorSearch<P, X> {
  const judging = { ...(cv === undefined ? {} : { cv }), ...(scoring === undefined ? {} : { scoring }) };
  return searchOf(make, gridCandidates(grid), halving(options), judging);
}

function searchOf<P, X>(
  make: (settings: P) => Predictor<X>,
  candidates: readonly P[],
  strategy: Strategy,
  options: SearchOptions<X>,
): ClassifierSearch<P, X> | RegressorSearch<P, X> {
  if (make(candidates[0]!).role === 'classifier') {
    const makeOne = (settings: P) => requireRole(make(settings), 'classifier');
    return new ClassifierSearch(makeOne, candidates, strategy, options);
  }
  return new RegressorSearch((settings: P) => requireRole(make(settings), 'regressor'), candidates, strategy, options);
}

function requireRole<X, R extends Predictor<X>['role']>(
  estimator: Predictor<X>,
  role: R,
): Extract<Predictor<X>, { role: R }> {
  if (hasRole(estimator, role)) return estimator;
  raise(new ValueError(`search: all estimators must have one role, got a ${role} and a ${estimator.role}`));
}

function hasRole<X, R extends Predictor<X>['role']>(
  estimator: Predictor<X>,
  role: R,
): estimator is Extract<Predictor<X>, { role: R }> {
  return estimator.role === role;
}

function exhaustive(): Strategy {
  return function* (candidates) {
    yield { candidates: Array.from({ length: candidates }, (_, k) => k), rows: undefined };
  };
}

function optionsOf<X>(
  cv: number | Splitter | undefined,
  scoring: Scoring<X> | undefined,
  { sampleWeight }: FitOptions,
): CrossValidationOptions<X> {
  return {
    ...(cv === undefined ? {} : { cv }),
    ...(scoring === undefined ? {} : { scoring }),
    ...(sampleWeight === undefined ? {} : { sampleWeight }),
  };
}

function candidateOf<P>(settings: P, scores: Float64Array<ArrayBuffer>, round: number, samples: number): Candidate<P> {
  const middle = mean(scores);
  const deviation = Math.sqrt(mean(scores.map((score) => (score - middle) ** 2)));
  return { settings, scores, mean: middle, deviation, round, samples };
}

/** Of equals the first. */
function bestOf<P>(tried: readonly Candidate<P>[]): Candidate<P> {
  const best = tried.reduce((a, b) => (b.mean > a.mean || Number.isNaN(a.mean) ? b : a));
  if (Number.isNaN(best.mean)) raise(new ValueError('search: no combination of settings has a score that is a number'));
  return best;
}

function halving({ factor = 3, minSamples, seed = 0 }: Omit<HalvingSearchOptions<never>, 'cv' | 'scoring'>): Strategy {
  requireNumber('halvingSearch', 'factor', factor, { low: 1, open: true });
  requireWhole('halvingSearch', 'seed', seed);
  return function* (candidates, rows) {
    const rounds = 1 + Math.floor(Math.log(candidates) / Math.log(factor) + 1e-9);
    const start = Math.min(rows, minSamples ?? Math.max(2, Math.floor(rows / factor ** (rounds - 1))));
    const order = new Random(seed).permutation(rows);
    let alive = Array.from({ length: candidates }, (_, k) => k);
    for (let round = 0; round < rounds; round++) {
      const samples = Math.min(rows, Math.floor(start * factor ** round));
      const scores = yield { candidates: alive, rows: order.slice(0, samples).sort() };
      const means = new Map(alive.map((candidate, i) => [candidate, mean(scores[i]!)]));
      const ranked = alive.toSorted((a, b) => means.get(b)! - means.get(a)!);
      if (ranked.length === 1) break;
      alive = ranked.slice(0, Math.max(1, Math.ceil(ranked.length / factor)));
    }
  };
}

function mean(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function searchState(role: string, model: Fitted): ModelState {
  return { kind: 'Search', fields: { role }, arrays: {}, parts: { model: model.toState() } };
}

/** The best classifier of a search, fitted on all samples. */
export class FittedClassifierSearch<L extends Label = Label, P = unknown, X = Features> implements FittedClassifier<
  L,
  X
> {
  readonly classes: readonly L[];
  readonly model: FittedClassifier<L, X>;
  /** How it was found; not saved. */
  readonly result: SearchResult<P> | undefined;
  /** There if the model has it. */
  readonly predictProba?: (x: X) => Tensor;
  /** There if the model has it. */
  readonly decision?: (x: X) => Tensor;

  constructor(model: FittedClassifier<L, X>, result?: SearchResult<P>) {
    this.model = model;
    this.classes = model.classes;
    this.result = result;
    for (const name of ['predictProba', 'decision'] as const) {
      const method: unknown = Reflect.get(model, name);
      if (typeof method === 'function') this[name] = (x) => Reflect.apply(method, model, [x]) as Tensor;
    }
  }

  predict(x: X): L[] {
    return this.model.predict(x);
  }

  score(x: X, y: Labels<L>, options: FitOptions = {}): number {
    return this.model.score(x, y, options);
  }

  toState(): ModelState {
    return searchState('classifier', this.model);
  }
}

/** The best regressor of a search, fitted on all samples. */
export class FittedRegressorSearch<P = unknown, X = Features> implements FittedRegressor<X> {
  readonly model: FittedRegressor<X>;
  /** How it was found; not saved. */
  readonly result: SearchResult<P> | undefined;

  constructor(model: FittedRegressor<X>, result?: SearchResult<P>) {
    this.model = model;
    this.result = result;
  }

  predict(x: X): Tensor {
    return this.model.predict(x);
  }

  score(x: X, y: Targets, options: FitOptions = {}): number {
    return this.model.score(x, y, options);
  }

  toState(): ModelState {
    return searchState('regressor', this.model);
  }
}

/** Restores the model of a search. */
export const FittedSearch = {
  fromState(state: ModelState, restore: Restore): Fitted {
    const read = new StateReader(state, 'Search');
    const model = restore(read.part('model'));
    return read.text('role', ['classifier', 'regressor'] as const) === 'classifier'
      ? new FittedClassifierSearch(requireClassifier(model))
      : new FittedRegressorSearch(requireRegressor(model));
  },
};
