/**
 * Least squares with penalties on the absolute weights, the squared ones, or both; their paths, and the choice of the penalty.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { Matrix } from '../matrix.ts';
import { requireNumber, requireWhole } from '../options.ts';
import type { Features, FitOptions, Regressor, Targets } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { type TargetTraining, targetTraining } from '../training.ts';
import { coordinateDescent } from './coordinate-descent.ts';
import { center, type Centered, LinearModel, type LinearParameters, offsetsFor } from './linear-model.ts';

interface SolverOptions {
  /** Learn an offset. Default true. */
  readonly intercept?: boolean;
  /** Weights may not be below 0. Default false. */
  readonly positive?: boolean;
  /** Rounds over all features at most. Default 1000. */
  readonly maxIterations?: number;
  /** The duality gap to stop at, as a share of ‖y‖². Default 1e-4. */
  readonly tolerance?: number;
}

export interface LassoOptions extends SolverOptions {
  /** The weight of the penalty. Default 1. */
  readonly alpha?: number;
}

export interface ElasticNetOptions extends LassoOptions {
  /** How much of the penalty is on absolute weights; the rest is on squares. Default 0.5. */
  readonly l1Ratio?: number;
}

type Settings = Required<SolverOptions>;

function settingsOf(
  owner: string,
  { intercept = true, positive = false, maxIterations = 1000, tolerance = 1e-4 }: SolverOptions,
): Settings {
  requireWhole(owner, 'maxIterations', maxIterations, 1);
  requireNumber(owner, 'tolerance', tolerance, { low: 0 });
  return { intercept, positive, maxIterations, tolerance };
}

/**
 * min 1/(2n) Σ (yᵢ − W xᵢ − b)² + α ρ ‖W‖₁ + α (1 − ρ)/2 ‖W‖², ρ the l1Ratio. (Zou and Hastie 2005.)
 * @example new ElasticNet({ alpha: 0.1, l1Ratio: 0.7 }).fit(X, y).coefficients
 */
export class ElasticNet implements Regressor {
  readonly role = 'regressor';
  readonly alpha: number;
  readonly l1Ratio: number;
  readonly solver: Settings;
  protected readonly kind: 'ElasticNet' | 'Lasso' = 'ElasticNet';

  constructor({ alpha = 1, l1Ratio = 0.5, ...solver }: ElasticNetOptions = {}) {
    requireNumber('ElasticNet', 'alpha', alpha, { low: 0 });
    requireNumber('ElasticNet', 'l1Ratio', l1Ratio, { low: 0, high: 1 });
    this.alpha = alpha;
    this.l1Ratio = l1Ratio;
    this.solver = settingsOf('ElasticNet', solver);
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedElasticNet {
    const training = targetTraining(`${this.kind}.fit`, x, y, options);
    const problem = problemOf(training, this.solver.intercept);
    const weights = new Matrix(problem.targets.length, problem.columns.length);
    problem.targets.forEach((_, k) => descend(problem, k, weights.row(k), this.alpha, this.l1Ratio, this.solver));
    return new FittedElasticNet(this.kind, {
      weights,
      offsets: offsetsFor(weights, problem.centered),
      isVector: training.isVector,
    });
  }
}

/**
 * min 1/(2n) Σ (yᵢ − W xᵢ − b)² + α ‖W‖₁: many weights become 0. (Tibshirani 1996.)
 * @example new Lasso({ alpha: 0.1 }).fit(X, y).coefficients
 */
export class Lasso extends ElasticNet {
  protected override readonly kind = 'Lasso';

  constructor(options: LassoOptions = {}) {
    super({ ...options, l1Ratio: 1 });
  }
}

/** Centred columns, rows scaled so that weights sum to n. */
interface Problem {
  readonly centered: Centered;
  readonly columns: readonly Float64Array[];
  readonly targets: readonly Float64Array[];
  readonly rows: number;
}

function problemOf({ x, y, weights }: TargetTraining, intercept: boolean): Problem {
  const total = weights?.reduce((a, b) => a + b, 0) ?? x.rows;
  const centered = center(
    x,
    y,
    weights?.map((w) => (w * x.rows) / total),
    intercept,
  );
  return {
    centered,
    columns: Array.from({ length: x.columns }, (_, j) => centered.x.column(j)),
    targets: Array.from({ length: y.columns }, (_, k) => centered.y.column(k)),
    rows: x.rows,
  };
}

function descend(
  { columns, targets, rows }: Problem,
  k: number,
  w: Float64Array,
  alpha: number,
  l1Ratio: number,
  { positive, maxIterations, tolerance }: Settings,
): void {
  const penalty = { l1: alpha * l1Ratio * rows, l2: alpha * (1 - l1Ratio) * rows, positive };
  coordinateDescent(columns, targets[k]!, w, penalty, { maxIterations, tolerance });
}

/** @see ElasticNet, Lasso */
export class FittedElasticNet extends LinearModel {
  static fromState(state: ModelState): FittedElasticNet {
    const kind = state.kind === 'Lasso' ? 'Lasso' : 'ElasticNet';
    return new FittedElasticNet(kind, LinearModel.parametersFrom(state, kind));
  }
}

export interface PathOptions extends SolverOptions {
  /** How many penalties, evenly in logarithms. Default 100. */
  readonly count?: number;
  /** The smallest over the largest penalty. Default 0.001. */
  readonly span?: number;
  /** The penalties themselves, instead. */
  readonly alphas?: readonly number[];
  /** Default 1: the lasso. */
  readonly l1Ratio?: number;
}

/** Weights along falling penalties. */
export interface RegularizationPath {
  /** Descending. */
  readonly alphas: Float64Array<ArrayBuffer>;
  /** (alphas, features) */
  readonly weights: Matrix;
  readonly offsets: Float64Array<ArrayBuffer>;
}

/**
 * The weights at each penalty, from the least that makes all 0 downwards, each from the one before.
 * @example const { alphas, weights } = lassoPath(X, y)
 */
export function lassoPath(x: Features, y: Targets, options: PathOptions = {}): RegularizationPath {
  const training = targetTraining('lassoPath', x, y, {});
  if (training.y.columns !== 1) raise(new ValueError(`lassoPath: one output is expected, got ${training.y.columns}`));
  const { l1Ratio = 1 } = options;
  const settings = settingsOf('lassoPath', options);
  const problem = problemOf(training, settings.intercept);
  return follow(problem, penaltiesOf(problem, l1Ratio, options), l1Ratio, settings);
}

function penaltiesOf(
  { columns, targets, rows }: Problem,
  l1Ratio: number,
  { alphas, count = 100, span = 1e-3 }: PathOptions,
): Float64Array<ArrayBuffer> {
  if (alphas !== undefined) return Float64Array.from(alphas).sort().reverse();
  requireNumber('lassoPath', 'l1Ratio', l1Ratio, { low: 0.01, high: 1 });
  let largest = 0;
  for (const column of columns) {
    largest = Math.max(largest, Math.abs(column.reduce((sum, value, i) => sum + value * targets[0]![i]!, 0)));
  }
  const top = Math.max(largest / (rows * l1Ratio), 2 ** -50);
  return Float64Array.from({ length: count }, (_, k) => top * span ** (count === 1 ? 0 : k / (count - 1)));
}

function follow(
  problem: Problem,
  alphas: Float64Array<ArrayBuffer>,
  l1Ratio: number,
  settings: Settings,
): RegularizationPath {
  const weights = new Matrix(alphas.length, problem.columns.length);
  const w = new Float64Array(problem.columns.length);
  alphas.forEach((alpha, k) => {
    descend(problem, 0, w, alpha, l1Ratio, settings);
    weights.row(k).set(w);
  });
  const { xMean, yMean } = problem.centered;
  const offsets = Float64Array.from(
    alphas,
    (_, k) => yMean[0]! - weights.row(k).reduce((sum, value, j) => sum + value * xMean[j]!, 0),
  );
  return { alphas, weights, offsets };
}

export interface LassoCVOptions extends PathOptions {
  /** Into how many parts the samples are divided, in order. Default 5. */
  readonly folds?: number;
}

/**
 * The lasso, or with an l1Ratio below 1 the elastic net, with the penalty of least mean squared error in cross-validation.
 * @example new LassoCV().fit(X, y).alpha
 */
export class LassoCV implements Regressor {
  readonly role = 'regressor';
  readonly options: LassoCVOptions;
  readonly folds: number;

  constructor(options: LassoCVOptions = {}) {
    settingsOf('LassoCV', options);
    requireWhole('LassoCV', 'folds', options.folds ?? 5, 2);
    this.options = { ...options };
    this.folds = options.folds ?? 5;
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedLassoCV {
    const training = targetTraining('LassoCV.fit', x, y, { ...options, minRows: this.folds });
    if (training.y.columns !== 1)
      raise(new ValueError(`LassoCV.fit: one output is expected, got ${training.y.columns}`));
    const { l1Ratio = 1 } = this.options;
    const settings = settingsOf('LassoCV', this.options);
    const whole = problemOf(training, settings.intercept);
    const alphas = penaltiesOf(whole, l1Ratio, this.options);
    const errors = this.#errors(training, alphas, l1Ratio, settings);
    const best = errors.indexOf(Math.min(...errors));
    const weights = new Matrix(1, training.x.columns);
    descend(whole, 0, weights.data, alphas[best]!, l1Ratio, settings);
    const parameters = { weights, offsets: offsetsFor(weights, whole.centered), isVector: training.isVector };
    return new FittedLassoCV(parameters, alphas[best]!, alphas, errors);
  }

  /** The mean squared error of each penalty over the parts. */
  #errors(
    { x, y, isVector, weights }: TargetTraining,
    alphas: Float64Array<ArrayBuffer>,
    l1Ratio: number,
    settings: Settings,
  ): Float64Array<ArrayBuffer> {
    const errors = new Float64Array(alphas.length);
    for (let fold = 0, start = 0; fold < this.folds; fold++) {
      const end = start + Math.floor(x.rows / this.folds) + (fold < x.rows % this.folds ? 1 : 0);
      const all = Array.from({ length: x.rows }, (_, i) => i);
      const [own, others] = [all.slice(start, end), [...all.slice(0, start), ...all.slice(end)]];
      const take = (rows: number[]) => ({
        x: x.takeRows(rows),
        y: y.takeRows(rows),
        isVector,
        weights: weights && Float64Array.from(rows, (i) => weights[i]!),
      });
      const path = follow(problemOf(take(others), settings.intercept), alphas, l1Ratio, settings);
      const test = take(own);
      const total = test.weights?.reduce((a, b) => a + b, 0) ?? own.length;
      alphas.forEach((_, k) => {
        const row = path.weights.row(k);
        for (let i = 0; i < own.length; i++) {
          const guess = test.x.row(i).reduce((sum, value, j) => sum + value * row[j]!, path.offsets[k]!);
          errors[k]! += ((test.weights?.[i] ?? 1) * (test.y.data[i]! - guess) ** 2) / (total * this.folds);
        }
      });
      start = end;
    }
    return errors;
  }
}

/** @see LassoCV */
export class FittedLassoCV extends LinearModel {
  /** The penalty that was chosen. */
  readonly alpha: number;
  /** Those that were tried, descending. */
  readonly alphas: Float64Array<ArrayBuffer>;
  /** The mean squared error of each. */
  readonly errors: Float64Array<ArrayBuffer>;

  constructor(
    parameters: LinearParameters,
    alpha: number,
    alphas: Float64Array<ArrayBuffer>,
    errors: Float64Array<ArrayBuffer>,
  ) {
    super('LassoCV', parameters);
    this.alpha = alpha;
    this.alphas = alphas;
    this.errors = errors;
  }

  override toState(): ModelState {
    const { fields, arrays, kind } = super.toState();
    return {
      kind,
      fields: { ...fields, alpha: this.alpha },
      arrays: { ...arrays, alphas: vectorState(this.alphas), errors: vectorState(this.errors) },
    };
  }

  static fromState(state: ModelState): FittedLassoCV {
    const read = new StateReader(state, 'LassoCV');
    const alphas = read.vector('alphas');
    return new FittedLassoCV(
      LinearModel.parametersFrom(state, 'LassoCV'),
      read.number('alpha'),
      alphas,
      read.vector('errors', alphas.length),
    );
  }
}
