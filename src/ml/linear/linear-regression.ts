/**
 * Ordinary least squares.
 */
import type { Features, FitOptions, Regressor, Targets } from '../protocol.ts';
import type { ModelState } from '../state.ts';
import { targetTraining } from '../training.ts';
import { leastSquares } from './least-squares.ts';
import { center, LinearModel, offsetsFor } from './linear-model.ts';

export interface LinearRegressionOptions {
  /** Learn an offset. Default true. */
  readonly intercept?: boolean;
}

/**
 * min Σ wᵢ ‖yᵢ − W xᵢ − b‖². Where features depend on each other, the solution of smallest norm.
 * @example const model = new LinearRegression().fit([[1], [2], [3]], [2, 4, 6]); await model.predict([[4]]).array() // [8]
 */
export class LinearRegression implements Regressor {
  readonly role = 'regressor';
  readonly intercept: boolean;

  constructor({ intercept = true }: LinearRegressionOptions = {}) {
    this.intercept = intercept;
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedLinearRegression {
    const { isVector, ...training } = targetTraining('LinearRegression.fit', x, y, options);
    const centered = center(training.x, training.y, training.weights, this.intercept);
    const { solution, rank } = leastSquares(centered.x, centered.y);
    const weights = solution.transpose();
    return new FittedLinearRegression({ weights, offsets: offsetsFor(weights, centered), isVector, rank });
  }
}

/** @see LinearRegression */
export class FittedLinearRegression extends LinearModel {
  /** The rank of the centred samples. */
  readonly rank: number;

  constructor({ rank, ...parameters }: ConstructorParameters<typeof LinearModel>[1] & { readonly rank: number }) {
    super('LinearRegression', parameters);
    this.rank = rank;
  }

  override toState(): ModelState {
    const state = super.toState();
    return { ...state, fields: { ...state.fields, rank: this.rank } };
  }

  static fromState(state: ModelState): FittedLinearRegression {
    const rank = Number(state.fields.rank);
    return new FittedLinearRegression({ ...LinearModel.parametersFrom(state, 'LinearRegression'), rank });
  }
}
