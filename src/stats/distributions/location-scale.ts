/**
 * Distributions of loc + scale · z with a standard variable z whose functions are elementary: Laplace, Gumbel, Cauchy, logistic; and the
 * uniform distribution.
 */
import type { Shape } from '../../base/shape.ts';
import { where } from '../../tensor/functions.ts';
import { filled } from '../../tensor/lifting.ts';
import { cauchy, gumbel, laplace, logistic } from '../../tensor/random/continuous.ts';
import { unit } from '../../tensor/random/parameters.ts';
import type { Tensor, TensorLike } from '../../tensor/tensor.ts';
import { atan } from '../../tensor/trigonometry.ts';
import { raise, ValueError } from '../../base/errors.ts';
import {
  batchShapeOf,
  between,
  compute,
  Distribution,
  finite,
  ofProbability,
  onSupport,
  positive,
} from './distribution.ts';
import type { LocationScale } from './normal.ts';

const EULER = 0.5772156649015329;
const constraints = { loc: finite, scale: positive };

/** The functions of the standard variable. */
interface Standard {
  readonly logProb: (z: Tensor) => Tensor;
  readonly cdf: (z: Tensor) => Tensor;
  readonly sf: (z: Tensor) => Tensor;
  readonly icdf: (p: Tensor) => Tensor;
  readonly mean: number;
  readonly variance: number;
  readonly entropy: number;
  readonly draw: typeof laplace;
}

/** What the families below have in common. */
abstract class LocationScaleDistribution extends Distribution {
  readonly loc: TensorLike;
  readonly scale: TensorLike;
  readonly #name: string;
  readonly #standard: Standard;

  protected constructor(name: string, { loc = 0, scale = 1 }: LocationScale, standard: Standard) {
    super(batchShapeOf(name, { loc, scale }, constraints));
    this.loc = loc;
    this.scale = scale;
    this.#name = name;
    this.#standard = standard;
  }

  #of(method: string, x: TensorLike, f: (z: Tensor, scale: Tensor) => Tensor): Tensor {
    return compute(`${this.#name}.${method}`, [x, this.loc, this.scale], (v, loc, scale) =>
      f(v!.sub(loc!).div(scale!), scale!),
    );
  }

  override logProb(x: TensorLike): Tensor {
    return this.#of('logProb', x, (z, scale) => this.#standard.logProb(z).sub(scale.log()));
  }

  override cdf(x: TensorLike): Tensor {
    return this.#of('cdf', x, this.#standard.cdf);
  }

  override sf(x: TensorLike): Tensor {
    return this.#of('sf', x, this.#standard.sf);
  }

  override icdf(p: TensorLike): Tensor {
    return compute(`${this.#name}.icdf`, [p, this.loc, this.scale], (q, loc, scale) =>
      ofProbability(q!, (good) => loc!.add(scale!.mul(this.#standard.icdf(good)))),
    );
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return this.#standard.draw(key, [...shape, ...this.batchShape], { loc: this.loc, scale: this.scale });
  }

  override get mean(): Tensor {
    return compute(`${this.#name}.mean`, [this.loc, this.scale], (loc, scale) =>
      loc!.add(scale!.mul(this.#standard.mean)),
    );
  }

  override get variance(): Tensor {
    return compute(`${this.#name}.variance`, [this.loc, this.scale], (_, scale) =>
      scale!.square().mul(this.#standard.variance),
    );
  }

  override entropy(): Tensor {
    return compute(`${this.#name}.entropy`, [this.loc, this.scale], (_, scale) =>
      scale!.log().add(this.#standard.entropy),
    );
  }
}

/** Below 0 and from 0 on. */
const split = (z: Tensor, low: (z: Tensor) => Tensor, high: (z: Tensor) => Tensor): Tensor =>
  where(z.less(0), low(z.minimum(0)), high(z.maximum(0)));

const standardLaplace: Standard = {
  logProb: (z) => z.abs().neg().sub(Math.LN2),
  cdf: (z) => split(z, (v) => v.exp().mul(0.5), (v) => v.neg().exp().mul(-0.5).add(1)), // prettier-ignore
  sf: (z) => split(z, (v) => v.exp().mul(-0.5).add(1), (v) => v.neg().exp().mul(0.5)), // prettier-ignore
  icdf: (p) => where(p.less(0.5), p.mul(2).log(), p.neg().add(1).mul(2).log().neg()),
  mean: 0,
  variance: 2,
  entropy: 1 + Math.LN2,
  draw: laplace,
};

/**
 * e^(−|x − loc| / scale) / (2 scale).
 * @throws ValueError for a scale that is not positive   @see torch.distributions.Laplace   @example new Laplace({ scale: 2 }).variance // 8
 */
export class Laplace extends LocationScaleDistribution {
  constructor(options: LocationScale = {}) {
    super('Laplace', options, standardLaplace);
  }
}

const standardGumbel: Standard = {
  logProb: (z) => z.add(z.neg().exp()).neg(),
  cdf: (z) => z.neg().exp().neg().exp(),
  sf: (z) => z.neg().exp().neg().expm1().neg(),
  icdf: (p) => p.log().neg().log().neg(),
  mean: EULER,
  variance: Math.PI ** 2 / 6,
  entropy: EULER + 1,
  draw: gumbel,
};

/**
 * e^(−(z + e⁻ᶻ)) / scale, z = (x − loc) / scale: of the largest of many.
 * @throws ValueError for a scale that is not positive   @see torch.distributions.Gumbel, scipy.stats.gumbel_r   @example new Gumbel().mean // 0.5772
 */
export class Gumbel extends LocationScaleDistribution {
  constructor(options: LocationScale = {}) {
    super('Gumbel', options, standardGumbel);
  }
}

/** ½ + atan(z) / π, without cancellation far to the left: there it is atan(−1 / z) / π. */
const cauchyCdf = (z: Tensor): Tensor => {
  const isLeft = z.less(-1);
  return where(isLeft, atan(where(isLeft, z, -1).reciprocal().neg()), atan(z).add(Math.PI / 2)).div(Math.PI);
};

const standardCauchy: Standard = {
  logProb: (z) => z.square().log1p().neg().sub(Math.log(Math.PI)),
  cdf: cauchyCdf,
  sf: (z) => cauchyCdf(z.neg()),
  icdf: (p) => {
    // tan(π (p − ½)), as −1 / tan(πp) near the ends.
    const isEnd = p.less(0.25).logicalOr(p.greater(0.75));
    const angle = where(p.greater(0.5), p.sub(1), p).mul(Math.PI);
    const ends = where(p.equal(0), filled(p, -Infinity), where(p.equal(1), filled(p, Infinity), where(isEnd, angle, 1).tan().reciprocal().neg())); // prettier-ignore
    return where(isEnd, ends, where(isEnd, 0.5, p).sub(0.5).mul(Math.PI).tan());
  },
  mean: NaN,
  variance: NaN,
  entropy: Math.log(4 * Math.PI),
  draw: cauchy,
};

/**
 * 1 / (π scale (1 + z²)), z = (x − loc) / scale. It has neither mean nor variance (NaN).
 * @throws ValueError for a scale that is not positive   @see torch.distributions.Cauchy   @example new Cauchy().cdf(1) // 0.75
 */
export class Cauchy extends LocationScaleDistribution {
  constructor(options: LocationScale = {}) {
    super('Cauchy', options, standardCauchy);
  }
}

const standardLogistic: Standard = {
  logProb: (z) => z.abs().neg().sub(z.abs().neg().exp().log1p().mul(2)),
  cdf: (z) => z.sigmoid(),
  sf: (z) => z.neg().sigmoid(),
  icdf: (p) => p.log().sub(p.neg().log1p()),
  mean: 0,
  variance: Math.PI ** 2 / 3,
  entropy: 2,
  draw: logistic,
};

/**
 * e⁻ᶻ / (scale (1 + e⁻ᶻ)²), z = (x − loc) / scale.
 * @throws ValueError for a scale that is not positive   @see scipy.stats.logistic   @example new Logistic().cdf(0) // 0.5
 */
export class Logistic extends LocationScaleDistribution {
  constructor(options: LocationScale = {}) {
    super('Logistic', options, standardLogistic);
  }
}

/**
 * 1 / (high − low) between the bounds.
 * @throws ValueError unless low < high   @see torch.distributions.Uniform   @example new Uniform({ high: 4 }).logProb(1) // −log 4
 */
export class Uniform extends Distribution {
  readonly low: TensorLike;
  readonly high: TensorLike;

  constructor({ low = 0, high = 1 }: { readonly low?: TensorLike; readonly high?: TensorLike } = {}) {
    super(batchShapeOf('Uniform', { low, high }, { low: finite, high: finite }));
    if (typeof low === 'number' && typeof high === 'number' && !(low < high))
      raise(new ValueError(`Uniform: low must be less than high, got ${low} and ${high}`));
    this.low = low;
    this.high = high;
  }

  override logProb(x: TensorLike): Tensor {
    return compute('Uniform.logProb', [x, this.low, this.high], (v, low, high) =>
      onSupport(v!.greaterEqual(low!).logicalAnd(v!.lessEqual(high!)), v!, 0, (inside) =>
        high!.sub(low!).log().neg().add(inside.mul(0)),
      ),
    );
  }

  override cdf(x: TensorLike): Tensor {
    return compute('Uniform.cdf', [x, this.low, this.high], (v, low, high) =>
      between(v!, low!, high!, low!, (inside) => inside.sub(low!).div(high!.sub(low!))),
    );
  }

  override icdf(p: TensorLike): Tensor {
    return compute('Uniform.icdf', [p, this.low, this.high], (q, low, high) =>
      ofProbability(q!, (good) => low!.add(good.mul(high!.sub(low!)))),
    );
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return compute(
      'Uniform.sample',
      [this.low, this.high],
      (low, high) => low!.add(high!.sub(low!).mul(unit(key, low!.shape))),
      [...shape, ...this.batchShape],
    );
  }

  override get mean(): Tensor {
    return compute('Uniform.mean', [this.low, this.high], (low, high) => low!.add(high!).mul(0.5));
  }

  override get variance(): Tensor {
    return compute('Uniform.variance', [this.low, this.high], (low, high) => high!.sub(low!).square().div(12));
  }

  override entropy(): Tensor {
    return compute('Uniform.entropy', [this.low, this.high], (low, high) => high!.sub(low!).log());
  }
}
