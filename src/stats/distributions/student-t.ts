/**
 * Student's t distribution.
 */
import type { Shape } from '../../base/shape.ts';
import { piecewise } from '../../tensor/choice.ts';
import { where } from '../../tensor/functions.ts';
import { betainc, betaincc, betaincinv } from '../../tensor/incomplete.ts';
import { filled } from '../../tensor/lifting.ts';
import { studentT } from '../../tensor/random/gamma.ts';
import { betaln, digamma, lgamma } from '../../tensor/special.ts';
import type { Tensor, TensorLike } from '../../tensor/tensor.ts';
import { batchShapeOf, compute, Distribution, finite, ofProbability, positive } from './distribution.ts';
import type { LocationScale } from './normal.ts';

export interface StudentTDistributionOptions extends LocationScale {
  /** Degrees of freedom: the smaller, the heavier the tails. */
  readonly df: TensorLike;
}

/** log Γ(x + ½) − log Γ(x), by its asymptotic series for large x. */
function halfStep(x: Tensor): Tensor {
  return piecewise(
    x.greater(50),
    x,
    {
      harmless: 100,
      of: (v) => {
        const square = v.square().reciprocal();
        const series = [17 / 14336, -1 / 640, 1 / 192, -1 / 8].reduce((sum, c) => square.mul(sum).add(c), filled(v, 0));
        return v.log().mul(0.5).add(series.div(v));
      },
    },
    { harmless: 1, of: (v) => lgamma(v.add(0.5)).sub(lgamma(v)) },
  );
}

/** P(T ≤ z): the tail beyond |z| is computed, in the form whose argument is exact. */
function standardCdf(z: Tensor, df: Tensor): Tensor {
  const square = z.square();
  const half = df.mul(0.5);
  const isNear = square.less(df);
  const near = betaincc(0.5, half, where(isNear, square.div(df.add(square)), 0.5));
  const far = betainc(half, 0.5, where(isNear, 0.5, df.div(df.add(square))));
  const tail = where(isNear, near, far).mul(0.5);
  return where(z.less(0), tail, tail.neg().add(1));
}

/**
 * Γ((ν + 1)/2) / (Γ(ν/2) √(νπ) scale) · (1 + z²/ν)^(−(ν + 1)/2), z = (x − loc) / scale: means of few normal measurements.
 * @throws ValueError for df or a scale that are not positive   @see torch.distributions.StudentT   @example new StudentT({ df: 4 }).icdf(0.975) // 2.776
 */
export class StudentT extends Distribution {
  readonly df: TensorLike;
  readonly loc: TensorLike;
  readonly scale: TensorLike;

  constructor({ df, loc = 0, scale = 1 }: StudentTDistributionOptions) {
    super(batchShapeOf('StudentT', { df, loc, scale }, { df: positive, loc: finite, scale: positive }));
    this.df = df;
    this.loc = loc;
    this.scale = scale;
  }

  #of(method: string, x: readonly TensorLike[], f: (...args: Tensor[]) => Tensor): Tensor {
    return compute(`StudentT.${method}`, [this.df, this.loc, this.scale, ...x], f);
  }

  override logProb(x: TensorLike): Tensor {
    return this.#of('logProb', [x], (df, loc, scale, v) => {
      const z = v!.sub(loc!).div(scale!);
      const half = df!.mul(0.5);
      const norm = halfStep(half).sub(df!.mul(Math.PI).log().mul(0.5)).sub(scale!.log());
      return norm.sub(half.add(0.5).mul(z.square().div(df!).log1p()));
    });
  }

  override cdf(x: TensorLike): Tensor {
    return this.#of('cdf', [x], (df, loc, scale, v) => standardCdf(v!.sub(loc!).div(scale!), df!));
  }

  override sf(x: TensorLike): Tensor {
    return this.#of('sf', [x], (df, loc, scale, v) => standardCdf(loc!.sub(v!).div(scale!), df!));
  }

  override icdf(p: TensorLike): Tensor {
    return this.#of('icdf', [p], (df, loc, scale, q) =>
      ofProbability(q!, (good) => {
        const half = df!.mul(0.5);
        const outer = good.minimum(good.neg().add(1)).mul(2);
        // z² / (ν + z²) near the centre, ν / (ν + z²) in the tails.
        const isCentral = outer.greater(0.5);
        const near = betaincinv(0.5, half, where(isCentral, outer.neg().add(1), 0.5));
        const far = betaincinv(half, 0.5, where(isCentral, 0.5, outer));
        const ratio = where(isCentral, near.div(near.neg().add(1)), far.neg().add(1).div(far));
        const magnitude = ratio.mul(df!).sqrt();
        return loc!.add(scale!.mul(where(good.less(0.5), magnitude.neg(), magnitude)));
      }),
    );
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return studentT(key, this.df, [...shape, ...this.batchShape], { loc: this.loc, scale: this.scale });
  }

  /** NaN for df ≤ 1. */
  override get mean(): Tensor {
    return this.#of('mean', [], (df, loc) => where(df!.greater(1), loc!, filled(loc!, NaN)));
  }

  /** ∞ for 1 < df ≤ 2, NaN below. */
  override get variance(): Tensor {
    return this.#of('variance', [], (df, _, scale) => {
      const isFinite = df!.greater(2);
      const value = scale!.square().mul(where(isFinite, df!.div(where(isFinite, df!, 3).sub(2)), Infinity));
      return where(df!.greater(1), value, filled(value, NaN));
    });
  }

  override entropy(): Tensor {
    return this.#of('entropy', [], (df, _, scale) => {
      const half = df!.mul(0.5);
      const step = digamma(half.add(0.5)).sub(digamma(half));
      return half
        .add(0.5)
        .mul(step)
        .add(df!.log().mul(0.5))
        .add(betaln(half, filled(half, 0.5)))
        .add(scale!.log());
    });
  }
}
