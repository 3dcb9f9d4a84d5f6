/**
 * The normal distribution, that of its exponential and that of its absolute value.
 */
import type { Shape } from '../../base/shape.ts';
import { where } from '../../tensor/functions.ts';
import { ndtr, ndtri } from '../../tensor/incomplete.ts';
import { normal } from '../../tensor/random.ts';
import { erfinv } from '../../tensor/special.ts';
import type { Tensor, TensorLike } from '../../tensor/tensor.ts';
import { batchShapeOf, compute, Distribution, finite, ofProbability, onSupport, positive } from './distribution.ts';

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

export interface LocationScale {
  /** Default 0. */
  readonly loc?: TensorLike;
  /** Default 1. */
  readonly scale?: TensorLike;
}

const constraints = { loc: finite, scale: positive };

/**
 * e^(−½ ((x − loc) / scale)²) / (scale √2π).
 * @throws ValueError for a scale that is not positive   @see torch.distributions.Normal, scipy.stats.norm
 * @example new Normal({ loc: 2, scale: 0.5 }).logProb(2) // −log(0.5 √2π) = −0.2258
 */
export class Normal extends Distribution {
  readonly loc: TensorLike;
  readonly scale: TensorLike;

  constructor({ loc = 0, scale = 1 }: LocationScale = {}) {
    super(batchShapeOf('Normal', { loc, scale }, constraints));
    this.loc = loc;
    this.scale = scale;
  }

  override logProb(x: TensorLike): Tensor {
    return compute('Normal.logProb', [x, this.loc, this.scale], (v, loc, scale) => {
      const z = v!.sub(loc!).div(scale!);
      return z.square().mul(-0.5).sub(scale!.log()).sub(HALF_LOG_TWO_PI);
    });
  }

  override cdf(x: TensorLike): Tensor {
    return compute('Normal.cdf', [x, this.loc, this.scale], (v, loc, scale) => ndtr(v!.sub(loc!).div(scale!)));
  }

  override sf(x: TensorLike): Tensor {
    return compute('Normal.sf', [x, this.loc, this.scale], (v, loc, scale) => ndtr(loc!.sub(v!).div(scale!)));
  }

  override icdf(p: TensorLike): Tensor {
    return compute('Normal.icdf', [p, this.loc, this.scale], (q, loc, scale) => loc!.add(scale!.mul(ndtri(q!))));
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return compute(
      'Normal.sample',
      [this.loc, this.scale],
      (loc, scale) => loc!.add(scale!.mul(normal(key, loc!.shape, { dtype: 'float64' }))),
      [...shape, ...this.batchShape],
    );
  }

  override get mean(): Tensor {
    return compute('Normal.mean', [this.loc, this.scale], (loc) => loc!);
  }

  override get variance(): Tensor {
    return compute('Normal.variance', [this.loc, this.scale], (_, scale) => scale!.square());
  }

  override entropy(): Tensor {
    return compute('Normal.entropy', [this.loc, this.scale], (_, scale) => scale!.log().add(0.5 + HALF_LOG_TWO_PI));
  }
}

/**
 * The distribution of e^y with y normal: of what grows by random factors.
 * @throws ValueError for a scale that is not positive   @see torch.distributions.LogNormal   @example new LogNormal({ scale: 0.5 }).mean // e^(1/8)
 */
export class LogNormal extends Distribution {
  /** Of the logarithm. */
  readonly base: Normal;

  constructor({ loc = 0, scale = 1 }: LocationScale = {}) {
    super(batchShapeOf('LogNormal', { loc, scale }, constraints));
    this.base = new Normal({ loc, scale });
  }

  override logProb(x: TensorLike): Tensor {
    return compute('LogNormal.logProb', [x, this.base.loc, this.base.scale], (v, loc, scale) =>
      onSupport(v!.greater(0), v!, 1, (inside) => {
        const log = inside.log();
        const z = log.sub(loc!).div(scale!);
        return z.square().mul(-0.5).sub(scale!.log()).sub(log).sub(HALF_LOG_TWO_PI);
      }),
    );
  }

  override cdf(x: TensorLike): Tensor {
    return compute('LogNormal.cdf', [x, this.base.loc, this.base.scale], (v, loc, scale) =>
      where(v!.lessEqual(0), 0, ndtr(where(v!.lessEqual(0), 1, v!).log().sub(loc!).div(scale!))),
    );
  }

  override sf(x: TensorLike): Tensor {
    return compute('LogNormal.sf', [x, this.base.loc, this.base.scale], (v, loc, scale) =>
      where(v!.lessEqual(0), 1, ndtr(loc!.sub(where(v!.lessEqual(0), 1, v!).log()).div(scale!))),
    );
  }

  override icdf(p: TensorLike): Tensor {
    return compute('LogNormal.icdf', [p, this.base.loc, this.base.scale], (q, loc, scale) =>
      loc!.add(scale!.mul(ndtri(q!))).exp(),
    );
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return this.base.sample(key, shape).exp();
  }

  override get mean(): Tensor {
    return compute('LogNormal.mean', [this.base.loc, this.base.scale], (loc, scale) =>
      loc!.add(scale!.square().mul(0.5)).exp(),
    );
  }

  override get variance(): Tensor {
    return compute('LogNormal.variance', [this.base.loc, this.base.scale], (loc, scale) => {
      const square = scale!.square();
      return square.expm1().mul(loc!.mul(2).add(square).exp());
    });
  }

  override entropy(): Tensor {
    return compute('LogNormal.entropy', [this.base.loc, this.base.scale], (loc, scale) =>
      loc!.add(scale!.log()).add(0.5 + HALF_LOG_TWO_PI),
    );
  }
}

/**
 * The distribution of |y| with y normal about 0.
 * @throws ValueError for a scale that is not positive   @see torch.distributions.HalfNormal   @example new HalfNormal({ scale: 2 }).mean // 2 √(2/π)
 */
export class HalfNormal extends Distribution {
  readonly scale: TensorLike;

  constructor({ scale = 1 }: { readonly scale?: TensorLike } = {}) {
    super(batchShapeOf('HalfNormal', { scale }, constraints));
    this.scale = scale;
  }

  override logProb(x: TensorLike): Tensor {
    return compute('HalfNormal.logProb', [x, this.scale], (v, scale) =>
      onSupport(v!.greaterEqual(0), v!, 1, (inside) =>
        inside
          .div(scale!)
          .square()
          .mul(-0.5)
          .sub(scale!.log())
          .add(Math.LN2 - HALF_LOG_TWO_PI),
      ),
    );
  }

  override cdf(x: TensorLike): Tensor {
    return compute('HalfNormal.cdf', [x, this.scale], (v, scale) => v!.maximum(0).div(scale!).mul(Math.SQRT1_2).erf());
  }

  override sf(x: TensorLike): Tensor {
    return compute('HalfNormal.sf', [x, this.scale], (v, scale) => ndtr(v!.maximum(0).div(scale!).neg()).mul(2));
  }

  override icdf(p: TensorLike): Tensor {
    return compute('HalfNormal.icdf', [p, this.scale], (q, scale) =>
      ofProbability(q!, (good) => erfinv(good).mul(Math.SQRT2).mul(scale!)),
    );
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return new Normal({ scale: this.scale }).sample(key, shape).abs();
  }

  override get mean(): Tensor {
    return compute('HalfNormal.mean', [this.scale], (scale) => scale!.mul(Math.sqrt(2 / Math.PI)));
  }

  override get variance(): Tensor {
    return compute('HalfNormal.variance', [this.scale], (scale) => scale!.square().mul(1 - 2 / Math.PI));
  }

  override entropy(): Tensor {
    return compute('HalfNormal.entropy', [this.scale], (scale) => scale!.log().add(0.5 * Math.log(Math.PI / 2) + 0.5));
  }
}
