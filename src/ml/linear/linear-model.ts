/**
 * The fitted form that all linear regressors share: ŷ = X wᵀ + b.
 */
import { tensor } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { RegressorBase } from '../fitted.ts';
import { Matrix } from '../matrix.ts';
import { columnMeans } from '../moments.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';

/** What a linear regressor has learned. */
export interface LinearParameters {
  /** (outputs, features) */
  readonly weights: Matrix;
  /** (outputs,) */
  readonly offsets: Float64Array<ArrayBuffer>;
  readonly isVector: boolean;
}

/** A fitted linear regressor. */
export class LinearModel extends RegressorBase {
  readonly kind: string;
  readonly featuresIn: number;
  protected override readonly isVector: boolean;
  readonly #weights: Matrix;
  readonly #offsets: Float64Array<ArrayBuffer>;

  constructor(kind: string, { weights, offsets, isVector }: LinearParameters) {
    super();
    this.kind = kind;
    this.featuresIn = weights.columns;
    this.isVector = isVector;
    this.#weights = weights;
    this.#offsets = offsets;
  }

  /** float64 (features,), or (outputs, features). */
  get coefficients(): Tensor {
    return this.isVector ? tensor(this.#weights.data) : this.#weights.toTensor();
  }

  /** float64 (), or (outputs,). */
  get intercept(): Tensor {
    return this.isVector ? tensor(this.#offsets, { shape: [] }) : tensor(this.#offsets);
  }

  override estimate(x: Matrix): Matrix {
    return affine(x, this.#weights, this.#offsets);
  }

  toState(): ModelState {
    const { kind, isVector } = this;
    return { kind, fields: { isVector }, arrays: { weights: this.#weights, offsets: vectorState(this.#offsets) } };
  }

  /** @internal The parameters in a state of this kind. */
  static parametersFrom(state: ModelState, kind: string): LinearParameters {
    const read = new StateReader(state, kind);
    const weights = read.matrix('weights');
    return { weights, offsets: read.vector('offsets', weights.rows), isVector: read.flag('isVector') };
  }
}

/** X wᵀ + b. @param x (n, d) @param weights (k, d) @param offsets (k,) @returns (n, k) */
export function affine(x: Matrix, weights: Matrix, offsets: Float64Array): Matrix {
  const { rows, columns } = x;
  const outputs = weights.rows;
  const result = new Matrix(rows, outputs);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < outputs; k++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += x.data[i * columns + j]! * weights.data[k * columns + j]!;
      result.data[i * outputs + k] = sum + offsets[k]!;
    }
  }
  return result;
}

/** Samples and targets around their weighted means, rows scaled by √w, so that an intercept need not be solved for. */
export interface Centered {
  readonly x: Matrix;
  readonly y: Matrix;
  readonly xMean: Float64Array<ArrayBuffer>;
  readonly yMean: Float64Array<ArrayBuffer>;
}

export function center(x: Matrix, y: Matrix, weights: Float64Array | undefined, intercept: boolean): Centered {
  const xMean = intercept ? columnMeans(x, weights).mean : new Float64Array(x.columns);
  const yMean = intercept ? columnMeans(y, weights).mean : new Float64Array(y.columns);
  return { x: shifted(x, xMean, weights), y: shifted(y, yMean, weights), xMean, yMean };
}

function shifted({ data, rows, columns }: Matrix, mean: Float64Array, weights: Float64Array | undefined): Matrix {
  const result = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    const scale = weights === undefined ? 1 : Math.sqrt(weights[i]!);
    for (let j = 0; j < columns; j++) result.data[i * columns + j] = scale * (data[i * columns + j]! - mean[j]!);
  }
  return result;
}

/** b = ȳ − w x̄ for each output. */
export function offsetsFor(weights: Matrix, { xMean, yMean }: Centered): Float64Array<ArrayBuffer> {
  return yMean.map((mean, k) => mean - weights.row(k).reduce((sum, w, j) => sum + w * xMean[j]!, 0));
}
