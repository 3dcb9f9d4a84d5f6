/**
 * Regression that outliers do not pull: squared errors near, absolute ones far, with the scale learned too.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { lbfgs } from '../lbfgs.ts';
import { Matrix } from '../matrix.ts';
import { requireNumber, requireWhole } from '../options.ts';
import type { Features, FitOptions, Regressor, Targets } from '../protocol.ts';
import { type ModelState, StateReader } from '../state.ts';
import { targetTraining } from '../training.ts';
import { designOf } from './design.ts';
import { LinearModel, type LinearParameters } from './linear-model.ts';

export interface HuberRegressorOptions {
  /** Errors beyond so many scales count as outliers. Default 1.35, which is 95 % efficient for normal errors. */
  readonly epsilon?: number;
  /** The weight of ‖w‖². Default 1e-4. */
  readonly alpha?: number;
  /** Learn an offset. Default true. */
  readonly intercept?: boolean;
  /** Default 1000. */
  readonly maxIterations?: number;
  /** How small the gradient of the mean loss must become, for the target in units of its deviation. Default 1e-6. */
  readonly tolerance?: number;
}

/**
 * min Σ (σ + H((y − w x − b) / σ) σ) + α ‖w‖² over w, b and σ; H(z) = z² up to ε, 2ε|z| − ε² beyond. (Huber 1981; Owen 2007.)
 * @example new HuberRegressor().fit(X, y).coefficients
 */
export class HuberRegressor implements Regressor {
  readonly role = 'regressor';
  readonly epsilon: number;
  readonly alpha: number;
  readonly intercept: boolean;
  readonly maxIterations: number;
  readonly tolerance: number;

  constructor({
    epsilon = 1.35,
    alpha = 1e-4,
    intercept = true,
    maxIterations = 1000,
    tolerance = 1e-6,
  }: HuberRegressorOptions = {}) {
    requireNumber('HuberRegressor', 'epsilon', epsilon, { low: 1 });
    requireNumber('HuberRegressor', 'alpha', alpha, { low: 0 });
    requireWhole('HuberRegressor', 'maxIterations', maxIterations, 1);
    requireNumber('HuberRegressor', 'tolerance', tolerance, { low: 0 });
    this.epsilon = epsilon;
    this.alpha = alpha;
    this.intercept = intercept;
    this.maxIterations = maxIterations;
    this.tolerance = tolerance;
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedHuberRegressor {
    const op = 'HuberRegressor.fit';
    const { x: samples, y: targets, weights, isVector } = targetTraining(op, x, y, options);
    if (targets.columns !== 1) raise(new ValueError(`${op}: one output is expected, got ${targets.columns}`));
    const { rows, columns } = samples;
    const design = designOf(samples);
    const total = weights?.reduce((a, b) => a + b, 0) ?? rows;
    const mean = targets.data.reduce((sum, value, i) => sum + ((weights?.[i] ?? 1) * value) / total, 0);
    const spread = targets.data.reduce((sum, value, i) => sum + ((weights?.[i] ?? 1) * (value - mean) ** 2) / total, 0);
    // Solved for (y − mean) / deviation, so that the tolerance means the same for every unit; α is adapted.
    const unit = spread > 0 ? Math.sqrt(spread) : 1;
    const scaled = targets.data.map((value) => (value - (this.intercept ? mean : 0)) / unit);
    const penalty = (this.alpha * unit) / total;
    const { epsilon } = this;
    const start = new Float64Array(columns + 2);
    const { x: found } = lbfgs(
      (parameters, gradient) => {
        gradient.fill(0);
        // σ = e^s keeps the scale positive; the bound below is for exact fits.
        const sigma = Math.max(Math.exp(parameters[columns + 1]!), 1e-12);
        let value = sigma;
        let slope = 1;
        for (let i = 0; i < rows; i++) {
          const share = (weights?.[i] ?? 1) / total;
          const error = scaled[i]! - design.dot(i, parameters, 0) - parameters[columns]!;
          const z = error / sigma;
          const isOutlier = Math.abs(z) > epsilon;
          value += share * sigma * (isOutlier ? 2 * epsilon * Math.abs(z) - epsilon * epsilon : z * z);
          slope -= share * (isOutlier ? epsilon * epsilon : z * z);
          const pull = share * (isOutlier ? 2 * epsilon * Math.sign(z) : 2 * z);
          design.add(i, -pull, gradient, 0);
          gradient[columns]! -= pull;
        }
        for (let j = 0; j < columns; j++) {
          value += penalty * parameters[j]! ** 2;
          gradient[j]! += 2 * penalty * parameters[j]!;
        }
        if (!this.intercept) gradient[columns] = 0;
        gradient[columns + 1] = slope * sigma;
        return value;
      },
      start,
      { tolerance: this.tolerance, maxIterations: this.maxIterations },
    );
    const offset = this.intercept ? found[columns]! * unit + mean : 0;
    const coefficients = new Matrix(
      1,
      columns,
      found.slice(0, columns).map((w) => w * unit),
    );
    const scale = Math.exp(found[columns + 1]!) * unit;
    return new FittedHuberRegressor({ weights: coefficients, offsets: Float64Array.of(offset), isVector, scale });
  }
}

/** @see HuberRegressor */
export class FittedHuberRegressor extends LinearModel {
  /** σ: errors beyond ε of it are outliers. */
  readonly scale: number;

  constructor({ scale, ...parameters }: LinearParameters & { readonly scale: number }) {
    super('HuberRegressor', parameters);
    this.scale = scale;
  }

  override toState(): ModelState {
    const state = super.toState();
    return { ...state, fields: { ...state.fields, scale: this.scale } };
  }

  static fromState(state: ModelState): FittedHuberRegressor {
    const scale = new StateReader(state, 'HuberRegressor').number('scale');
    return new FittedHuberRegressor({ ...LinearModel.parametersFrom(state, 'HuberRegressor'), scale });
  }
}
