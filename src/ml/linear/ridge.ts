/**
 * Least squares with a penalty on the squares of the weights, and the choice of the penalty by leaving one out.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { choleskyFactor, choleskySolve } from '../cholesky.ts';
import { Matrix } from '../matrix.ts';
import { requireNumber } from '../options.ts';
import { product, productTransposed, transposedProduct } from '../products.ts';
import type { Features, FitOptions, Regressor, Targets } from '../protocol.ts';
import { type ModelState, StateReader } from '../state.ts';
import { targetTraining } from '../training.ts';
import { leastSquares, svd } from './least-squares.ts';
import { center, type Centered, LinearModel, type LinearParameters, offsetsFor } from './linear-model.ts';

export interface RidgeOptions {
  /** The weight of the penalty. Default 1. */
  readonly alpha?: number;
  /** Learn an offset, which is not penalised. Default true. */
  readonly intercept?: boolean;
}

/**
 * min Σ wᵢ ‖yᵢ − W xᵢ − b‖² + α ‖W‖². (Hoerl and Kennard 1970.)
 * @example const model = new Ridge({ alpha: 0.1 }).fit(X, y); model.score(X, y)
 */
export class Ridge implements Regressor {
  readonly role = 'regressor';
  readonly alpha: number;
  readonly intercept: boolean;

  constructor({ alpha = 1, intercept = true }: RidgeOptions = {}) {
    requireNumber('Ridge', 'alpha', alpha, { low: 0 });
    this.alpha = alpha;
    this.intercept = intercept;
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedRidge {
    const { isVector, ...training } = targetTraining('Ridge.fit', x, y, options);
    const centered = center(training.x, training.y, training.weights, this.intercept);
    const weights = solve(centered, this.alpha).transpose();
    return new FittedRidge({ weights, offsets: offsetsFor(weights, centered), isVector });
  }
}

/** (XᵀX + α)⁻¹ Xᵀy, or with fewer samples than features Xᵀ (XXᵀ + α)⁻¹ y, which is the same. @returns (features, outputs) */
function solve({ x, y }: Centered, alpha: number): Matrix {
  const isWide = x.rows < x.columns;
  const gram = isWide ? productTransposed(x, x) : transposedProduct(x, x);
  for (let i = 0; i < gram.rows; i++) gram.data[i * gram.columns + i]! += alpha;
  const factor = choleskyFactor(gram);
  if (factor === undefined) return penalised({ x, y }, alpha);
  return isWide ? transposedProduct(x, choleskySolve(factor, y)) : choleskySolve(factor, transposedProduct(x, y));
}

/** Where the normal equations are singular to rounding: V diag(s / (s² + α)) Uᵀ y. */
function penalised({ x, y }: Pick<Centered, 'x' | 'y'>, alpha: number): Matrix {
  if (alpha === 0) return leastSquares(x, y).solution;
  const { u, s, vt } = svd(x);
  const projected = transposedProduct(u, y);
  s.forEach((sigma, k) =>
    projected
      .row(k)
      .forEach((value, j) => (projected.data[k * y.columns + j] = (value * sigma) / (sigma * sigma + alpha))),
  );
  return product(vt.transpose(), projected);
}

/** @see Ridge */
export class FittedRidge extends LinearModel {
  constructor(parameters: LinearParameters) {
    super('Ridge', parameters);
  }

  static fromState(state: ModelState): FittedRidge {
    return new FittedRidge(LinearModel.parametersFrom(state, 'Ridge'));
  }
}

export interface RidgeCVOptions {
  /** The penalties to choose from. Default 0.1, 1 and 10. */
  readonly alphas?: readonly number[];
  /** Learn an offset. Default true. */
  readonly intercept?: boolean;
}

/**
 * Ridge with the penalty of least error when each sample is predicted by the others, which takes one decomposition:
 * eᵢ / (1 − Hᵢᵢ). (Golub, Heath and Wahba 1979.)
 * @example new RidgeCV({ alphas: [0.01, 0.1, 1, 10] }).fit(X, y).alpha
 */
export class RidgeCV implements Regressor {
  readonly role = 'regressor';
  readonly alphas: readonly number[];
  readonly intercept: boolean;

  constructor({ alphas = [0.1, 1, 10], intercept = true }: RidgeCVOptions = {}) {
    if (alphas.length === 0) raise(new ValueError('RidgeCV: at least one alpha is needed'));
    for (const alpha of alphas) requireNumber('RidgeCV', 'alphas', alpha, { low: 0, open: true });
    this.alphas = [...alphas];
    this.intercept = intercept;
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedRidgeCV {
    const { isVector, ...training } = targetTraining('RidgeCV.fit', x, y, { ...options, minRows: 2 });
    const centered = center(training.x, training.y, training.weights, this.intercept);
    const { u, s, vt } = svd(centered.x);
    const projected = transposedProduct(u, centered.y); // (k, outputs)
    const shares = offsetShares(training.weights, training.x.rows, this.intercept);
    const errors = Float64Array.from(this.alphas, (alpha) => leaveOneOut(u, s, projected, centered.y, shares, alpha));
    const best = errors.indexOf(Math.min(...errors));
    const alpha = this.alphas[best]!;
    s.forEach((sigma, k) =>
      projected
        .row(k)
        .forEach((value, j) => (projected.data[k * projected.columns + j] = (value * sigma) / (sigma * sigma + alpha))),
    );
    const weights = product(vt.transpose(), projected).transpose();
    return new FittedRidgeCV({
      weights,
      offsets: offsetsFor(weights, centered),
      isVector,
      alpha,
      error: errors[best]!,
    });
  }
}

/** What each sample weighs in its own prediction by way of the offset. */
function offsetShares(weights: Float64Array | undefined, rows: number, intercept: boolean): Float64Array {
  const total = weights === undefined ? rows : weights.reduce((a, b) => a + b, 0);
  return Float64Array.from({ length: rows }, (_, i) => (intercept ? (weights?.[i] ?? 1) / total : 0));
}

/** The mean over samples and outputs of squared errors; rows are scaled by √w, so it is weighted. */
function leaveOneOut(
  u: Matrix,
  s: Float64Array,
  projected: Matrix,
  y: Matrix,
  shares: Float64Array,
  alpha: number,
): number {
  const keep = s.map((sigma) => (sigma * sigma) / (sigma * sigma + alpha));
  let sum = 0;
  for (let i = 0; i < u.rows; i++) {
    const row = u.row(i);
    let own = shares[i]!;
    for (let k = 0; k < row.length; k++) own += keep[k]! * row[k]! * row[k]!;
    for (let j = 0; j < y.columns; j++) {
      let guess = 0;
      for (let k = 0; k < row.length; k++) guess += keep[k]! * row[k]! * projected.at(k, j);
      sum += ((y.at(i, j) - guess) / Math.max(1 - own, 2 ** -40)) ** 2;
    }
  }
  return sum / (u.rows * y.columns);
}

/** @see RidgeCV */
export class FittedRidgeCV extends LinearModel {
  /** The penalty that was chosen. */
  readonly alpha: number;
  /** Its mean squared error when one is left out. */
  readonly error: number;

  constructor({ alpha, error, ...parameters }: LinearParameters & { readonly alpha: number; readonly error: number }) {
    super('RidgeCV', parameters);
    this.alpha = alpha;
    this.error = error;
  }

  override toState(): ModelState {
    const state = super.toState();
    return { ...state, fields: { ...state.fields, alpha: this.alpha, error: this.error } };
  }

  static fromState(state: ModelState): FittedRidgeCV {
    const read = new StateReader(state, 'RidgeCV');
    return new FittedRidgeCV({
      ...LinearModel.parametersFrom(state, 'RidgeCV'),
      alpha: read.number('alpha'),
      error: read.number('error'),
    });
  }
}
