/**
 * The beta distribution, and Dirichlet's for several probabilities.
 */
import { raise, ShapeError } from '../../base/errors.ts';
import { broadcastShapes, type Shape } from '../../base/shape.ts';
import { xlog1py, xlogy } from '../../tensor/exponential.ts';
import { where } from '../../tensor/functions.ts';
import { betainc, betaincinv } from '../../tensor/incomplete.ts';
import { filled, tensorOf } from '../../tensor/lifting.ts';
import { beta, dirichlet } from '../../tensor/random/gamma.ts';
import { betaln, digamma, lgamma } from '../../tensor/special.ts';
import type { Tensor, TensorLike } from '../../tensor/tensor.ts';
import { batchShapeOf, compute, Distribution, onSupport, positive } from './distribution.ts';

export interface BetaOptions {
  /** a, the weight towards 1. */
  readonly concentration1: TensorLike;
  /** b, the weight towards 0. */
  readonly concentration0: TensorLike;
}

/**
 * xᵃ⁻¹ (1 − x)ᵇ⁻¹ / B(a, b) on 0 … 1: what is known of a probability after a − 1 successes and b − 1 failures.
 * @throws ValueError for parameters that are not positive   @see torch.distributions.Beta
 * @example new Beta({ concentration1: 3, concentration0: 1 }).mean // 0.75
 */
export class Beta extends Distribution {
  readonly concentration1: TensorLike;
  readonly concentration0: TensorLike;

  constructor({ concentration1, concentration0 }: BetaOptions) {
    const constraints = { concentration1: positive, concentration0: positive };
    super(batchShapeOf('Beta', { concentration1, concentration0 }, constraints));
    this.concentration1 = concentration1;
    this.concentration0 = concentration0;
  }

  #of(method: string, x: readonly TensorLike[], f: (...args: Tensor[]) => Tensor): Tensor {
    return compute(`Beta.${method}`, [this.concentration1, this.concentration0, ...x], f);
  }

  override logProb(x: TensorLike): Tensor {
    return this.#of('logProb', [x], (a, b, v) =>
      onSupport(v!.greaterEqual(0).logicalAnd(v!.lessEqual(1)), v!, 0.5, (inside) =>
        xlogy(a!.sub(1), inside)
          .add(xlog1py(b!.sub(1), inside.neg()))
          .sub(betaln(a!, b!)),
      ),
    );
  }

  override cdf(x: TensorLike): Tensor {
    return this.#of('cdf', [x], (a, b, v) => betainc(a!, b!, v!.clip(0, 1)));
  }

  override sf(x: TensorLike): Tensor {
    return this.#of('sf', [x], (a, b, v) => betainc(b!, a!, v!.clip(0, 1).neg().add(1)));
  }

  override icdf(p: TensorLike): Tensor {
    return this.#of('icdf', [p], (a, b, q) => betaincinv(a!, b!, q!));
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return beta(key, this.concentration1, this.concentration0, [...shape, ...this.batchShape]);
  }

  override get mean(): Tensor {
    return this.#of('mean', [], (a, b) => a!.div(a!.add(b!)));
  }

  override get variance(): Tensor {
    return this.#of('variance', [], (a, b) => {
      const sum = a!.add(b!);
      return a!.div(sum).mul(b!.div(sum)).div(sum.add(1));
    });
  }

  override entropy(): Tensor {
    return this.#of('entropy', [], (a, b) => {
      const sum = a!.add(b!);
      const both = sum.sub(2).mul(digamma(sum));
      const each = a!
        .sub(1)
        .mul(digamma(a!))
        .add(b!.sub(1).mul(digamma(b!)));
      return betaln(a!, b!).sub(each).add(both);
    });
  }
}

/**
 * Γ(Σ α) Π xᵢ^(αᵢ − 1) / Γ(αᵢ) over probabilities x (…, K) that add up to 1.
 * @param options.concentration α (…, K)   @throws ValueError for parameters that are not positive; ShapeError for a scalar
 * @see torch.distributions.Dirichlet   @example new Dirichlet({ concentration: tensor([1, 1, 2]) }).mean // [0.25, 0.25, 0.5]
 */
export class Dirichlet extends Distribution {
  readonly concentration: Tensor;

  constructor({ concentration }: { readonly concentration: Tensor }) {
    const shape = batchShapeOf('Dirichlet', { concentration }, { concentration: positive });
    if (shape.length === 0)
      raise(new ShapeError('Dirichlet: the concentration needs an axis of parameters, got a scalar'));
    super(shape.slice(0, -1), shape.slice(-1));
    this.concentration = concentration;
  }

  /** x within 10⁻⁵ of adding up to 1. */
  override logProb(x: TensorLike): Tensor {
    const shape = broadcastShapes('Dirichlet.logProb', tensorOf(x).shape, this.concentration.shape);
    return compute(
      'Dirichlet.logProb',
      [x, this.concentration],
      (v, alpha) => {
        const isInside = v!.greaterEqual(0).all(-1).logicalAnd(v!.sum(-1).sub(1).abs().lessEqual(1e-5));
        const safe = where(isInside.unsqueeze(-1), v!, 1 / shape.at(-1)!);
        const value = xlogy(alpha!.sub(1), safe)
          .sum(-1)
          .add(lgamma(alpha!.sum(-1)))
          .sub(lgamma(alpha!).sum(-1));
        const outside = where(v!.isNaN().any(-1), filled(value, NaN), filled(value, -Infinity));
        return where(isInside, value, outside);
      },
      shape,
    );
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return dirichlet(key, this.concentration, [...shape, ...this.batchShape]);
  }

  override get mean(): Tensor {
    return compute('Dirichlet.mean', [this.concentration], (alpha) => alpha!.div(alpha!.sum(-1, { keepDims: true })));
  }

  override get variance(): Tensor {
    return compute('Dirichlet.variance', [this.concentration], (alpha) => {
      const sum = alpha!.sum(-1, { keepDims: true });
      const mean = alpha!.div(sum);
      return mean.mul(mean.neg().add(1)).div(sum.add(1));
    });
  }

  override entropy(): Tensor {
    return compute('Dirichlet.entropy', [this.concentration], (alpha) => {
      const sum = alpha!.sum(-1);
      const count = this.eventShape[0]!;
      return lgamma(alpha!)
        .sum(-1)
        .sub(lgamma(sum))
        .add(sum.sub(count).mul(digamma(sum)))
        .sub(alpha!.sub(1).mul(digamma(alpha!)).sum(-1));
    });
  }
}
