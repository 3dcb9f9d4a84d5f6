/**
 * Regression of counts: a Poisson distribution whose logarithm of the mean is linear.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { RegressorBase } from '../fitted.ts';
import { lbfgs } from '../lbfgs.ts';
import { Matrix } from '../matrix.ts';
import { requireNumber, requireWhole } from '../options.ts';
import type { Features, FitOptions, Regressor, Targets } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { tensor } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { targetTraining } from '../training.ts';
import { designOf, scoresOf } from './design.ts';

export interface PoissonRegressorOptions {
  /** The weight of ½ ‖w‖² beside the mean loss. Default 1. */
  readonly alpha?: number;
  /** Learn an offset. Default true. */
  readonly intercept?: boolean;
  /** Default 1000. */
  readonly maxIterations?: number;
  /** How small the gradient must become. Default 1e-6. */
  readonly tolerance?: number;
}

/**
 * ŷ = exp(w x + b), min mean(ŷ − y log ŷ) + α/2 ‖w‖².
 * @throws ValueError for a target below 0
 * @example new PoissonRegressor({ alpha: 0.1 }).fit(X, counts).predict(X)
 */
export class PoissonRegressor implements Regressor {
  readonly role = 'regressor';
  readonly alpha: number;
  readonly intercept: boolean;
  readonly maxIterations: number;
  readonly tolerance: number;

  constructor({ alpha = 1, intercept = true, maxIterations = 1000, tolerance = 1e-6 }: PoissonRegressorOptions = {}) {
    requireNumber('PoissonRegressor', 'alpha', alpha, { low: 0 });
    requireWhole('PoissonRegressor', 'maxIterations', maxIterations, 1);
    requireNumber('PoissonRegressor', 'tolerance', tolerance, { low: 0 });
    this.alpha = alpha;
    this.intercept = intercept;
    this.maxIterations = maxIterations;
    this.tolerance = tolerance;
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedPoissonRegressor {
    const op = 'PoissonRegressor.fit';
    const { x: samples, y: targets, weights } = targetTraining(op, x, y, options);
    if (targets.columns !== 1) raise(new ValueError(`${op}: one output is expected, got ${targets.columns}`));
    const low = targets.data.find((count) => count < 0);
    if (low !== undefined) raise(new ValueError(`${op}: y must hold counts, 0 or more, got ${low}`));
    const { rows, columns } = samples;
    const design = designOf(samples);
    const total = weights?.reduce((a, b) => a + b, 0) ?? rows;
    const counts = targets.data;
    const mean = counts.reduce((sum, count, i) => sum + (weights?.[i] ?? 1) * count, 0) / total;
    const start = new Float64Array(columns + 1);
    if (this.intercept) start[columns] = Math.log(Math.max(mean, 1e-10));
    const { x: found } = lbfgs(
      (parameters, gradient) => {
        gradient.fill(0);
        let value = 0;
        for (let i = 0; i < rows; i++) {
          const z = design.dot(i, parameters, 0) + parameters[columns]!;
          const share = (weights?.[i] ?? 1) / total;
          const guess = Math.exp(z);
          value += share * (guess - counts[i]! * z);
          design.add(i, share * (guess - counts[i]!), gradient, 0);
          gradient[columns]! += share * (guess - counts[i]!);
        }
        for (let j = 0; j < columns; j++) {
          value += 0.5 * this.alpha * parameters[j]! ** 2;
          gradient[j]! += this.alpha * parameters[j]!;
        }
        if (!this.intercept) gradient[columns] = 0;
        return value;
      },
      start,
      { tolerance: this.tolerance, maxIterations: this.maxIterations },
    );
    return new FittedPoissonRegressor(new Matrix(1, columns, found.slice(0, columns)), found.slice(columns));
  }
}

/** @see PoissonRegressor */
export class FittedPoissonRegressor extends RegressorBase {
  readonly kind = 'PoissonRegressor';
  readonly featuresIn: number;
  readonly #weights: Matrix;
  readonly #offset: Float64Array<ArrayBuffer>;

  constructor(weights: Matrix, offset: Float64Array<ArrayBuffer>) {
    super();
    this.featuresIn = weights.columns;
    this.#weights = weights;
    this.#offset = offset;
  }

  /** float64 (features,). */
  get coefficients(): Tensor {
    return tensor(this.#weights.data);
  }

  /** float64 (). */
  get intercept(): Tensor {
    return tensor(this.#offset, { shape: [] });
  }

  override estimate(x: Matrix): Matrix {
    return new Matrix(x.rows, 1, scoresOf(x, this.#weights, this.#offset).data.map(Math.exp));
  }

  toState(): ModelState {
    return { kind: this.kind, fields: {}, arrays: { weights: this.#weights, offset: vectorState(this.#offset) } };
  }

  static fromState(state: ModelState): FittedPoissonRegressor {
    const read = new StateReader(state, 'PoissonRegressor');
    return new FittedPoissonRegressor(read.matrix('weights'), read.vector('offset', 1));
  }
}
