/**
 * The multivariate normal distribution.
 */
import { raise, ShapeError } from '../../base/errors.ts';
import { broadcastShapes, formatShape, type Shape } from '../../base/shape.ts';
import { diagonal } from '../../tensor/matrices.ts';
import { cholesky, triangularSolve } from '../../tensor/linalg/index.ts';
import { floatOf } from '../../tensor/lifting.ts';
import { normal } from '../../tensor/random.ts';
import type { Tensor, TensorLike } from '../../tensor/tensor.ts';
import { batchShapeOf, Distribution, finite, oneOf } from './distribution.ts';

export interface MultivariateNormalOptions {
  /** (…, D) */
  readonly loc: Tensor;
  /** Symmetric and positive definite, (…, D, D); or the next. */
  readonly covarianceMatrix?: Tensor;
  /** Lower triangular L with L Lᵀ the covariance, (…, D, D). */
  readonly scaleTril?: Tensor;
}

/**
 * e^(−½ (x − μ)ᵀ Σ⁻¹ (x − μ)) / √((2π)ᴰ |Σ|) over vectors (…, D).
 * @throws ShapeError where the sizes do not fit; LinAlgError when it runs, for a covariance that is not positive definite
 * @see torch.distributions.MultivariateNormal
 * @example new MultivariateNormal({ loc: zeros([2]), covarianceMatrix: eye(2) }).entropy() // 1 + log 2π
 */
export class MultivariateNormal extends Distribution {
  readonly loc: Tensor;
  /** L, in float64. */
  readonly #factor: Tensor;
  readonly #dtype: 'float32' | 'float64';

  constructor({ loc, covarianceMatrix, scaleTril }: MultivariateNormalOptions) {
    const matrix = oneOf('MultivariateNormal', ['covarianceMatrix', covarianceMatrix], ['scaleTril', scaleTril]);
    batchShapeOf('MultivariateNormal', { loc }, { loc: finite });
    const size = loc.shape.at(-1);
    if (size === undefined || matrix.rank < 2 || matrix.shape.at(-1) !== size || matrix.shape.at(-2) !== size) {
      raise(
        new ShapeError(
          `MultivariateNormal: loc is ${formatShape(loc.shape)} and the matrix ${formatShape(matrix.shape)}; expected (…, D) and (…, D, D)`,
        ),
      );
    }
    super(broadcastShapes('MultivariateNormal', loc.shape.slice(0, -1), matrix.shape.slice(0, -2)), [size]);
    this.loc = loc;
    this.#dtype = loc.dtype === 'float64' || matrix.dtype === 'float64' ? 'float64' : 'float32';
    const double = floatOf(matrix).cast('float64');
    this.#factor = scaleTril === undefined ? cholesky(double) : double;
  }

  /** The lower triangular factor of the covariance, (…, D, D). */
  get scaleTril(): Tensor {
    return this.#factor.cast(this.#dtype);
  }

  /** (…, D, D) */
  get covarianceMatrix(): Tensor {
    return this.#factor.matmul(this.#factor.transpose()).cast(this.#dtype);
  }

  /** log |Σ| / 2 */
  get halfLogDet(): Tensor {
    return diagonal(this.#factor, { axis1: -2, axis2: -1 }).log().sum(-1).cast(this.#dtype);
  }

  override logProb(x: TensorLike): Tensor {
    const size = this.eventShape[0]!;
    const away = floatOf(x).cast('float64').sub(floatOf(this.loc).cast('float64'));
    const shape = broadcastShapes('MultivariateNormal.logProb', away.shape, [...this.batchShape, size]);
    const z = triangularSolve(this.#factor.expand([...shape, size]), away.expand(shape).unsqueeze(-1)).squeeze(-1);
    const logDet = diagonal(this.#factor, { axis1: -2, axis2: -1 }).log().sum(-1);
    const constant = (size / 2) * Math.log(2 * Math.PI);
    return z.square().sum(-1).mul(-0.5).sub(logDet).sub(constant).cast(this.#dtype);
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    const z = normal(key, [...shape, ...this.batchShape, ...this.eventShape], { dtype: 'float64' });
    const moved = this.#factor.matmul(z.unsqueeze(-1)).squeeze(-1);
    return floatOf(this.loc).cast('float64').add(moved).cast(this.#dtype);
  }

  override get mean(): Tensor {
    return floatOf(this.loc)
      .expand([...this.batchShape, ...this.eventShape])
      .cast(this.#dtype);
  }

  /** The diagonal of the covariance, (…, D). */
  override get variance(): Tensor {
    return this.#factor.square().sum(-1).expand([...this.batchShape, ...this.eventShape]).cast(this.#dtype); // prettier-ignore
  }

  override entropy(): Tensor {
    const constant = (this.eventShape[0]! / 2) * (1 + Math.log(2 * Math.PI));
    return this.halfLogDet.cast('float64').add(constant).expand(this.batchShape).cast(this.#dtype);
  }
}
