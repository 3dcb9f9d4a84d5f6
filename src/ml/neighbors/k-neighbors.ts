/**
 * Prediction by the nearest samples.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { ProbabilisticBase, RegressorBase } from '../fitted.ts';
import { count, Matrix } from '../matrix.ts';
import { requireOneOf, requireWhole } from '../options.ts';
import type { Features, Label, Labels, ProbabilisticClassifier, Regressor, Targets } from '../protocol.ts';
import { type Json, type ModelState, StateReader, vectorState } from '../state.ts';
import { classTraining, targetTraining } from '../training.ts';
import { distanceOf, type Metric } from './distances.ts';
import { type Algorithm, type Neighbors, NeighborSearch } from './nearest.ts';

export interface KNeighborsOptions {
  /** How many neighbours are asked. Default 5. */
  readonly neighbors?: number | undefined;
  /** All alike, or by 1 / distance; where a neighbour is at distance 0, only such count. Default `uniform`. */
  readonly weights?: 'uniform' | 'distance' | undefined;
  /** Default `euclidean`. */
  readonly metric?: Metric | undefined;
  /** Default `auto`. The result does not depend on it. */
  readonly algorithm?: Algorithm | undefined;
}

interface Settings {
  readonly neighbors: number;
  readonly weights: 'uniform' | 'distance';
  readonly metric: Metric;
  readonly algorithm: Algorithm;
}

function settingsOf(owner: string, options: KNeighborsOptions): Settings {
  const { neighbors = 5, weights = 'uniform', metric = 'euclidean', algorithm = 'auto' } = options;
  requireWhole(owner, 'neighbors', neighbors, 1);
  requireOneOf(owner, 'weights', weights, ['uniform', 'distance']);
  if (typeof metric === 'string') requireOneOf(owner, 'metric', metric, ['euclidean', 'manhattan', 'chebyshev']);
  distanceOf(owner, metric);
  requireOneOf(owner, 'algorithm', algorithm, ['auto', 'brute', 'kdTree']);
  return { neighbors, weights, metric, algorithm };
}

function requireEnough(op: string, x: Matrix, { neighbors }: Settings): void {
  if (x.rows < neighbors)
    raise(new ValueError(`${op}: ${neighbors} neighbors are asked for, but there are ${count(x.rows, 'sample')}`));
}

/** The samples and how they are asked. */
class Memory {
  readonly x: Matrix;
  readonly settings: Settings;
  readonly #search: NeighborSearch;

  constructor(kind: string, x: Matrix, settings: Settings) {
    this.x = x;
    this.settings = settings;
    const { metric, algorithm } = settings;
    this.#search = new NeighborSearch(x, distanceOf(kind, metric), metric === 'euclidean', algorithm);
  }

  find(queries: Matrix, k = this.settings.neighbors): Neighbors {
    return this.#search.find(queries, k);
  }

  /** Calls `visit` with each query, each of its neighbours, and the neighbour's share; shares sum to 1. */
  poll(queries: Matrix, visit: (query: number, id: number, share: number) => void): void {
    const { neighbors: k, weights } = this.settings;
    const { ids, distances } = this.find(queries);
    const shares = new Float64Array(k);
    for (let i = 0; i < queries.rows; i++) {
      const row = distances.row(i);
      if (weights === 'uniform') shares.fill(1 / k);
      else if (row[0] === 0) for (let j = 0; j < k; j++) shares[j] = row[j] === 0 ? 1 : 0;
      else for (let j = 0; j < k; j++) shares[j] = 1 / row[j]!;
      const total = shares.reduce((a, b) => a + b, 0);
      for (let j = 0; j < k; j++) visit(i, ids[i * k + j]!, shares[j]! / total);
    }
  }

  fields(): Record<string, Json> {
    const { metric, ...rest } = this.settings;
    return { ...rest, metric: typeof metric === 'string' ? metric : metric.minkowski };
  }

  static from(read: StateReader, kind: string): Memory {
    const metric = read.json('metric');
    const settings = settingsOf(kind, {
      neighbors: read.whole('neighbors', 1),
      weights: read.text<Settings['weights']>('weights', ['uniform', 'distance']),
      algorithm: read.text<Algorithm>('algorithm', ['auto', 'brute', 'kdTree']),
      metric:
        typeof metric === 'number'
          ? { minkowski: metric }
          : read.text<Metric & string>('metric', ['euclidean', 'manhattan', 'chebyshev']),
    });
    const x = read.matrix('x');
    requireEnough(kind, x, settings);
    return new Memory(kind, x, settings);
  }
}

/**
 * The class that most of the k nearest samples have. Probabilities are their shares.
 * @example new KNeighborsClassifier({ neighbors: 3, weights: 'distance' }).fit(X, y).predict(X)
 */
export class KNeighborsClassifier implements ProbabilisticClassifier {
  readonly role = 'classifier';
  readonly settings: Settings;

  constructor(options: KNeighborsOptions = {}) {
    this.settings = settingsOf('KNeighborsClassifier', options);
  }

  /** Remembers the samples. @throws ValueError for fewer samples than neighbours */
  fit<L extends Label = number>(x: Features, y: Labels<L>): FittedKNeighborsClassifier<L> {
    const op = 'KNeighborsClassifier.fit';
    const training = classTraining(op, x, y, {});
    requireEnough(op, training.x, this.settings);
    const memory = new Memory('KNeighborsClassifier', training.x, this.settings);
    return new FittedKNeighborsClassifier(training.y.classes, training.y.codes, memory);
  }
}

/** @see KNeighborsClassifier */
export class FittedKNeighborsClassifier<L extends Label = Label> extends ProbabilisticBase<L> {
  readonly kind = 'KNeighborsClassifier';
  readonly featuresIn: number;
  readonly classes: readonly L[];
  readonly #memory: Memory;
  readonly #codes: Int32Array<ArrayBuffer>;

  constructor(classes: readonly L[], codes: Int32Array<ArrayBuffer>, memory: Memory) {
    super();
    this.classes = classes;
    this.#codes = codes;
    this.#memory = memory;
    this.featuresIn = memory.x.columns;
  }

  override probabilities(x: Matrix): Matrix {
    const shares = new Matrix(x.rows, this.classes.length);
    this.#memory.poll(x, (i, id, share) => (shares.data[i * shares.columns + this.#codes[id]!]! += share));
    return shares;
  }

  /** The k nearest samples of each, (n, k), and how far they are. */
  kneighbors(x: Features, k?: number): Neighbors {
    return this.#memory.find(this.samples('kneighbors', x), k);
  }

  toState(): ModelState {
    const { kind, classes } = this;
    const arrays = { x: this.#memory.x, codes: vectorState(this.#codes) };
    return { kind, fields: { classes: [...classes], ...this.#memory.fields() }, arrays };
  }

  static fromState(state: ModelState): FittedKNeighborsClassifier {
    const read = new StateReader(state, 'KNeighborsClassifier');
    const memory = Memory.from(read, 'KNeighborsClassifier');
    return new FittedKNeighborsClassifier(read.labels('classes'), read.integers('codes', memory.x.rows), memory);
  }
}

/** The mean of the k nearest samples' targets. @example new KNeighborsRegressor({ metric: 'manhattan' }).fit(X, y).predict(X) */
export class KNeighborsRegressor implements Regressor {
  readonly role = 'regressor';
  readonly settings: Settings;

  constructor(options: KNeighborsOptions = {}) {
    this.settings = settingsOf('KNeighborsRegressor', options);
  }

  /** Remembers the samples. @throws ValueError for fewer samples than neighbours */
  fit(x: Features, y: Targets): FittedKNeighborsRegressor {
    const op = 'KNeighborsRegressor.fit';
    const training = targetTraining(op, x, y, {});
    requireEnough(op, training.x, this.settings);
    const memory = new Memory('KNeighborsRegressor', training.x, this.settings);
    return new FittedKNeighborsRegressor(training.y, training.isVector, memory);
  }
}

/** @see KNeighborsRegressor */
export class FittedKNeighborsRegressor extends RegressorBase {
  readonly kind = 'KNeighborsRegressor';
  protected override readonly isVector: boolean;
  readonly featuresIn: number;
  readonly #memory: Memory;
  readonly #targets: Matrix;

  constructor(targets: Matrix, isVector: boolean, memory: Memory) {
    super();
    this.#targets = targets;
    this.isVector = isVector;
    this.#memory = memory;
    this.featuresIn = memory.x.columns;
  }

  override estimate(x: Matrix): Matrix {
    const { data, columns } = this.#targets;
    const means = new Matrix(x.rows, columns);
    this.#memory.poll(x, (i, id, share) => {
      for (let k = 0; k < columns; k++) means.data[i * columns + k]! += share * data[id * columns + k]!;
    });
    return means;
  }

  /** The k nearest samples of each, (n, k), and how far they are. */
  kneighbors(x: Features, k?: number): Neighbors {
    return this.#memory.find(this.samples('kneighbors', x), k);
  }

  toState(): ModelState {
    const { kind, isVector } = this;
    return { kind, fields: { isVector, ...this.#memory.fields() }, arrays: { x: this.#memory.x, y: this.#targets } };
  }

  static fromState(state: ModelState): FittedKNeighborsRegressor {
    const read = new StateReader(state, 'KNeighborsRegressor');
    const memory = Memory.from(read, 'KNeighborsRegressor');
    return new FittedKNeighborsRegressor(read.matrix('y'), read.flag('isVector'), memory);
  }
}
