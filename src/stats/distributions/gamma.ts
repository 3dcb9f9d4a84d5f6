/**
 * The gamma distribution and its special cases: exponential and chi-squared.
 */
import type { Shape } from '../../base/shape.ts';
import { xlogy } from '../../tensor/exponential.ts';
import { gammainc, gammaincc, gammaincinv } from '../../tensor/incomplete.ts';
import { exponential } from '../../tensor/random/continuous.ts';
import { gamma } from '../../tensor/random/gamma.ts';
import { digamma, lgamma } from '../../tensor/special.ts';
import type { Tensor, TensorLike } from '../../tensor/tensor.ts';
import { batchShapeOf, compute, Distribution, ofProbability, onSupport, positive } from './distribution.ts';

/**
 * rate · e^(−rate · x): how long until what happens `rate` times in a unit of time happens.
 * @throws ValueError for a rate that is not positive   @see torch.distributions.Exponential   @example new Exponential({ rate: 2 }).mean // 0.5
 */
export class Exponential extends Distribution {
  readonly rate: TensorLike;

  constructor({ rate = 1 }: { readonly rate?: TensorLike } = {}) {
    super(batchShapeOf('Exponential', { rate }, { rate: positive }));
    this.rate = rate;
  }

  override logProb(x: TensorLike): Tensor {
    return compute('Exponential.logProb', [x, this.rate], (v, rate) =>
      onSupport(v!.greaterEqual(0), v!, 1, (inside) => rate!.log().sub(rate!.mul(inside))),
    );
  }

  override cdf(x: TensorLike): Tensor {
    return compute('Exponential.cdf', [x, this.rate], (v, rate) => rate!.mul(v!.maximum(0)).neg().expm1().neg());
  }

  override sf(x: TensorLike): Tensor {
    return compute('Exponential.sf', [x, this.rate], (v, rate) => rate!.mul(v!.maximum(0)).neg().exp());
  }

  override icdf(p: TensorLike): Tensor {
    return compute('Exponential.icdf', [p, this.rate], (q, rate) =>
      ofProbability(q!, (good) => good.neg().log1p().neg().div(rate!)),
    );
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return exponential(key, [...shape, ...this.batchShape], { rate: this.rate });
  }

  override get mean(): Tensor {
    return compute('Exponential.mean', [this.rate], (rate) => rate!.reciprocal());
  }

  override get variance(): Tensor {
    return compute('Exponential.variance', [this.rate], (rate) => rate!.square().reciprocal());
  }

  override entropy(): Tensor {
    return compute('Exponential.entropy', [this.rate], (rate) => rate!.log().neg().add(1));
  }
}

/**
 * rateᵃ xᵃ⁻¹ e^(−rate · x) / Γ(a), a the concentration.
 * @throws ValueError for parameters that are not positive   @see torch.distributions.Gamma (scipy.stats.gamma has scale = 1 / rate)
 * @example new Gamma({ concentration: 3, rate: 2 }).mean // 1.5
 */
export class Gamma extends Distribution {
  readonly concentration: TensorLike;
  readonly rate: TensorLike;

  constructor({ concentration, rate = 1 }: { readonly concentration: TensorLike; readonly rate?: TensorLike }) {
    super(batchShapeOf('Gamma', { concentration, rate }, { concentration: positive, rate: positive }));
    this.concentration = concentration;
    this.rate = rate;
  }

  override logProb(x: TensorLike): Tensor {
    return compute('Gamma.logProb', [x, this.concentration, this.rate], (v, a, rate) =>
      onSupport(v!.greaterEqual(0), v!, 1, (inside) =>
        a!
          .mul(rate!.log())
          .add(xlogy(a!.sub(1), inside))
          .sub(rate!.mul(inside))
          .sub(lgamma(a!)),
      ),
    );
  }

  override cdf(x: TensorLike): Tensor {
    return compute('Gamma.cdf', [x, this.concentration, this.rate], (v, a, rate) =>
      gammainc(a!, v!.maximum(0).mul(rate!)),
    );
  }

  override sf(x: TensorLike): Tensor {
    return compute('Gamma.sf', [x, this.concentration, this.rate], (v, a, rate) =>
      gammaincc(a!, v!.maximum(0).mul(rate!)),
    );
  }

  override icdf(p: TensorLike): Tensor {
    return compute('Gamma.icdf', [p, this.concentration, this.rate], (q, a, rate) => gammaincinv(a!, q!).div(rate!));
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return gamma(key, this.concentration, [...shape, ...this.batchShape], { rate: this.rate });
  }

  override get mean(): Tensor {
    return compute('Gamma.mean', [this.concentration, this.rate], (a, rate) => a!.div(rate!));
  }

  override get variance(): Tensor {
    return compute('Gamma.variance', [this.concentration, this.rate], (a, rate) => a!.div(rate!.square()));
  }

  override entropy(): Tensor {
    return compute('Gamma.entropy', [this.concentration, this.rate], (a, rate) =>
      a!
        .sub(rate!.log())
        .add(lgamma(a!))
        .add(a!.neg().add(1).mul(digamma(a!))),
    );
  }
}

/**
 * The sum of the squares of `df` standard normal variables: a gamma distribution of concentration df / 2 and rate ½.
 * @throws ValueError for df that are not positive   @see torch.distributions.Chi2   @example new Chi2({ df: 3 }).sf(7.815) // 0.05
 */
export class Chi2 extends Gamma {
  readonly df: TensorLike;

  constructor({ df }: { readonly df: TensorLike }) {
    batchShapeOf('Chi2', { df }, { df: positive });
    super({ concentration: typeof df === 'object' ? df.mul(0.5) : Number(df) / 2, rate: 0.5 });
    this.df = df;
  }
}
