/**
 * Distributions of whole numbers: Bernoulli, geometric, binomial, Poisson. Draws are int32.
 */
import { raise, TraceError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import { arange, tensor } from '../../tensor/creation.ts';
import { entr, xlog1py, xlogy } from '../../tensor/exponential.ts';
import { where } from '../../tensor/functions.ts';
import { betainc, gammainc, gammaincc } from '../../tensor/incomplete.ts';
import { filled, floatOf } from '../../tensor/lifting.ts';
import { binomial, geometric, poisson } from '../../tensor/random/discrete.ts';
import { knownValues, unit } from '../../tensor/random/parameters.ts';
import { lgamma } from '../../tensor/special.ts';
import type { Tensor, TensorLike } from '../../tensor/tensor.ts';
import { scan } from '../../tensor/transforms/loops.ts';
import {
  batchShapeOf,
  compute,
  Distribution,
  finite,
  ofProbability,
  oneOf,
  onSupport,
  positive,
  probability,
  wholeCount,
} from './distribution.ts';

/** The probability of success, or its logit log(p / (1 − p)): one of the two. */
export interface SuccessOptions {
  readonly probs?: TensorLike;
  readonly logits?: TensorLike;
}

/** The probability, from whichever was given. @throws ValueError for both or neither */
function successOf(name: string, { probs, logits }: SuccessOptions): TensorLike {
  const given = oneOf<TensorLike>(name, ['probs', probs], ['logits', logits]);
  return logits === undefined ? given : floatOf(given).cast('float64').sigmoid().cast(dtypeOf(given));
}

function dtypeOf(x: TensorLike): 'float32' | 'float64' {
  return typeof x === 'object' && x.dtype === 'float64' ? 'float64' : 'float32';
}

const isWhole = (x: Tensor): Tensor => x.equal(x.floor());

/**
 * 1 with probability p, 0 with 1 − p.
 * @throws ValueError for probabilities outside 0 … 1   @see torch.distributions.Bernoulli   @example new Bernoulli({ probs: 0.3 }).entropy() // 0.6109
 */
export class Bernoulli extends Distribution {
  readonly probs: TensorLike;
  /** What was given in place of probabilities. */
  readonly logits: TensorLike | undefined;

  constructor(options: SuccessOptions) {
    const probs = successOf('Bernoulli', options);
    const { logits } = options;
    super(
      batchShapeOf(
        'Bernoulli',
        { probs, ...(logits !== undefined && { logits }) },
        { probs: probability, logits: finite },
      ),
    );
    this.probs = probs;
    this.logits = logits;
  }

  override logProb(x: TensorLike): Tensor {
    const { logits } = this;
    return compute('Bernoulli.logProb', [x, logits ?? this.probs], (v, p) =>
      onSupport(v!.equal(0).logicalOr(v!.equal(1)), v!, 0, (inside) =>
        logits === undefined
          ? xlogy(inside, p!).add(xlog1py(inside.neg().add(1), p!.neg()))
          : inside.mul(p!).sub(p!.softplus()),
      ),
    );
  }

  override cdf(x: TensorLike): Tensor {
    return compute('Bernoulli.cdf', [x, this.probs], (v, p) =>
      where(v!.less(0), 0, where(v!.less(1), p!.neg().add(1), filled(p!, 1))).add(v!.mul(0)),
    );
  }

  override sf(x: TensorLike): Tensor {
    return compute('Bernoulli.sf', [x, this.probs], (v, p) =>
      where(v!.less(0), 1, where(v!.less(1), p!, filled(p!, 0))).add(v!.mul(0)),
    );
  }

  override icdf(p: TensorLike): Tensor {
    return compute('Bernoulli.icdf', [p, this.probs], (q, success) =>
      ofProbability(q!, (good) => good.greater(success!.neg().add(1)).cast('float64')),
    );
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    const whole = [...shape, ...this.batchShape];
    return unit(key, whole).less(floatOf(this.probs).cast('float64')).cast('int32');
  }

  override get mean(): Tensor {
    return compute('Bernoulli.mean', [this.probs], (p) => p!);
  }

  override get variance(): Tensor {
    return compute('Bernoulli.variance', [this.probs], (p) => p!.mul(p!.neg().add(1)));
  }

  override entropy(): Tensor {
    return compute('Bernoulli.entropy', [this.probs], (p) => entr(p!).add(entr(p!.neg().add(1))));
  }

  override enumerateSupport(): Tensor {
    return tensor([0, 1], { dtype: 'int32' });
  }
}

/**
 * How many failures come before the first success: p (1 − p)ᵏ for k = 0, 1, …
 * @throws ValueError for probabilities outside 0 … 1   @see torch.distributions.Geometric (scipy.stats.geom counts the trials: one more)
 * @example new Geometric({ probs: 0.25 }).mean // 3
 */
export class Geometric extends Distribution {
  readonly probs: TensorLike;

  constructor(options: SuccessOptions) {
    const probs = successOf('Geometric', options);
    const constraint = { mustBe: 'above 0 and at most 1', isGood: (p: number) => p > 0 && p <= 1 };
    super(batchShapeOf('Geometric', { probs }, { probs: constraint }));
    this.probs = probs;
  }

  override logProb(x: TensorLike): Tensor {
    return compute('Geometric.logProb', [x, this.probs], (k, p) =>
      onSupport(k!.greaterEqual(0).logicalAnd(isWhole(k!)), k!, 0, (inside) => p!.log().add(xlog1py(inside, p!.neg()))),
    );
  }

  override cdf(x: TensorLike): Tensor {
    return compute('Geometric.cdf', [x, this.probs], (k, p) =>
      xlog1py(k!.floor().add(1).maximum(0), p!.neg()).expm1().neg(),
    );
  }

  override sf(x: TensorLike): Tensor {
    return compute('Geometric.sf', [x, this.probs], (k, p) => xlog1py(k!.floor().add(1).maximum(0), p!.neg()).exp());
  }

  override icdf(p: TensorLike): Tensor {
    return compute('Geometric.icdf', [p, this.probs], (q, success) =>
      ofProbability(q!, (good) => good.neg().log1p().div(success!.neg().log1p()).ceil().sub(1).maximum(0)),
    );
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return geometric(key, this.probs, [...shape, ...this.batchShape]).sub(1);
  }

  override get mean(): Tensor {
    return compute('Geometric.mean', [this.probs], (p) => p!.neg().add(1).div(p!));
  }

  override get variance(): Tensor {
    return compute('Geometric.variance', [this.probs], (p) => p!.neg().add(1).div(p!.square()));
  }

  override entropy(): Tensor {
    return compute('Geometric.entropy', [this.probs], (p) =>
      entr(p!)
        .add(entr(p!.neg().add(1)))
        .div(p!),
    );
  }
}

/** The smallest whole k in 0 … high with cdf(k) ≥ p, by halving. */
function wholeQuantile(p: Tensor, high: Tensor, cdf: (k: Tensor) => Tensor): Tensor {
  // A rounding of the distribution function must not lead to the next k.
  const goal = p.mul(1 - 2 ** -48);
  const [{ above }] = scan(
    ({ below, above: top }: { below: Tensor; above: Tensor }) => {
      const middle = below.add(top).mul(0.5).floor();
      const isEnough = cdf(middle).greaterEqual(goal);
      return [{ below: where(isEnough, below, middle), above: where(isEnough, middle, top) }, null] as const;
    },
    { below: filled(p, -1), above: high },
    null,
    { length: 33 },
  );
  return above;
}

/** The entropy as a sum over 0 … last. */
function entropyUpTo(distribution: Distribution, last: number): Tensor {
  const k = arange(0, last + 1, 1, { dtype: 'float64' }).reshape(-1, ...distribution.batchShape.map(() => 1));
  const log = distribution.logProb(k);
  return where(log.equal(-Infinity), filled(log, 0), log.exp().mul(where(log.equal(-Infinity), 0, log)))
    .sum(0)
    .neg();
}

function lastOf(op: string, x: TensorLike, last: (x: number) => number): number {
  const values = knownValues(x) ?? (typeof x === 'object' ? readOf(op, x) : []);
  return Math.max(0, ...[...values].map(last));
}

function readOf(op: string, x: Tensor): ArrayLike<number> & Iterable<number> {
  try {
    return x.dataSync();
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return raise(
      new TraceError(
        `${op}: the sum goes as far as the parameters say, and they are not known inside a traced function; give them as constants`,
      ),
    );
  }
}

export interface BinomialOptions extends SuccessOptions {
  /** How many trials. */
  readonly totalCount: TensorLike;
}

/**
 * The number of successes among n trials: n! / (k! (n − k)!) pᵏ (1 − p)ⁿ⁻ᵏ.
 * @throws ValueError for an n that is no whole number from 0 up, or probabilities outside 0 … 1   @see torch.distributions.Binomial
 * @example new Binomial({ totalCount: 10, probs: 0.5 }).prob(5) // 0.2461
 */
export class Binomial extends Distribution {
  readonly totalCount: TensorLike;
  readonly probs: TensorLike;

  constructor({ totalCount, ...options }: BinomialOptions) {
    const probs = successOf('Binomial', options);
    super(batchShapeOf('Binomial', { totalCount, probs }, { totalCount: wholeCount, probs: probability }));
    this.totalCount = totalCount;
    this.probs = probs;
  }

  #of(method: string, x: readonly TensorLike[], f: (...args: Tensor[]) => Tensor): Tensor {
    return compute(`Binomial.${method}`, [this.totalCount, this.probs, ...x], f);
  }

  override logProb(x: TensorLike): Tensor {
    return this.#of('logProb', [x], (n, p, k) =>
      onSupport(k!.greaterEqual(0).logicalAnd(k!.lessEqual(n!)).logicalAnd(isWhole(k!)), k!, 0, (inside) => {
        const rest = n!.sub(inside);
        return lgamma(n!.add(1))
          .sub(lgamma(inside.add(1)))
          .sub(lgamma(rest.add(1)))
          .add(xlogy(inside, p!))
          .add(xlog1py(rest, p!.neg()));
      }),
    );
  }

  override cdf(x: TensorLike): Tensor {
    return this.#of('cdf', [x], (n, p, k) => binomialCdf(n!, p!, k!));
  }

  override sf(x: TensorLike): Tensor {
    // More than k successes are fewer than n − k failures.
    return this.#of('sf', [x], (n, p, k) => binomialCdf(n!, p!.neg().add(1), n!.sub(k!.floor()).sub(1)));
  }

  override icdf(p: TensorLike): Tensor {
    return this.#of('icdf', [p], (n, success, q) =>
      ofProbability(q!, (good) =>
        where(
          good.equal(1),
          n!,
          wholeQuantile(good, n!, (k) => binomialCdf(n!, success!, k)),
        ),
      ),
    );
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return binomial(key, this.totalCount, this.probs, [...shape, ...this.batchShape]);
  }

  override get mean(): Tensor {
    return this.#of('mean', [], (n, p) => n!.mul(p!));
  }

  override get variance(): Tensor {
    return this.#of('variance', [], (n, p) => n!.mul(p!).mul(p!.neg().add(1)));
  }

  /** The sum over all counts. @throws TraceError where n is not known */
  override entropy(): Tensor {
    return entropyUpTo(
      this,
      lastOf('Binomial.entropy', this.totalCount, (n) => n),
    ).cast(dtypeOf(this.probs));
  }

  override enumerateSupport(): Tensor {
    const last = lastOf('Binomial.enumerateSupport', this.totalCount, (n) => n);
    return arange(0, last + 1, 1, { dtype: 'int32' });
  }
}

function binomialCdf(n: Tensor, p: Tensor, x: Tensor): Tensor {
  const k = x.floor();
  const isInside = k.greaterEqual(0).logicalAnd(k.less(n));
  const safe = where(isInside, k, 0);
  const inside = betainc(where(isInside, n.sub(safe), 1), safe.add(1), p.neg().add(1));
  const outside = where(k.less(0), 0, where(k.isNaN(), filled(p, NaN), 1));
  return where(isInside, inside, outside);
}

/**
 * How often something happens that happens `rate` times on average, independently: λᵏ e^(−λ) / k!.
 * @throws ValueError for rates that are not positive   @see torch.distributions.Poisson   @example new Poisson({ rate: 2 }).prob(0) // e⁻²
 */
export class Poisson extends Distribution {
  readonly rate: TensorLike;

  constructor({ rate }: { readonly rate: TensorLike }) {
    super(batchShapeOf('Poisson', { rate }, { rate: positive }));
    this.rate = rate;
  }

  override logProb(x: TensorLike): Tensor {
    return compute('Poisson.logProb', [x, this.rate], (k, rate) =>
      onSupport(k!.greaterEqual(0).logicalAnd(isWhole(k!)), k!, 0, (inside) =>
        xlogy(inside, rate!)
          .sub(rate!)
          .sub(lgamma(inside.add(1))),
      ),
    );
  }

  override cdf(x: TensorLike): Tensor {
    return compute('Poisson.cdf', [x, this.rate], (k, rate) => poissonCdf(rate!, k!));
  }

  override sf(x: TensorLike): Tensor {
    return compute('Poisson.sf', [x, this.rate], (x64, rate) => {
      const k = x64!.floor();
      const isInside = k.greaterEqual(0);
      const inside = gammainc(where(isInside, k.add(1), 1), rate!);
      return where(isInside, inside, where(k.isNaN(), filled(k, NaN), 1));
    });
  }

  override icdf(p: TensorLike): Tensor {
    return compute('Poisson.icdf', [p, this.rate], (q, rate) =>
      ofProbability(q!, (good) => {
        // 40 deviations above the mean there is no double left below 1.
        const high = rate!.add(rate!.sqrt().mul(40)).add(100).floor();
        return where(
          good.equal(1),
          Infinity,
          wholeQuantile(good, high, (k) => poissonCdf(rate!, k)),
        );
      }),
    );
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return poisson(key, this.rate, [...shape, ...this.batchShape]);
  }

  override get mean(): Tensor {
    return compute('Poisson.mean', [this.rate], (rate) => rate!);
  }

  override get variance(): Tensor {
    return compute('Poisson.variance', [this.rate], (rate) => rate!);
  }

  /** The sum over all counts with a probability that a double holds beside 1. @throws TraceError where the rate is not known */
  override entropy(): Tensor {
    const last = lastOf('Poisson.entropy', this.rate, (rate) => Math.ceil(rate + 12 * Math.sqrt(rate) + 40));
    return entropyUpTo(this, last).cast(dtypeOf(this.rate));
  }
}

function poissonCdf(rate: Tensor, x: Tensor): Tensor {
  const k = x.floor();
  const isInside = k.greaterEqual(0);
  return where(isInside, gammaincc(where(isInside, k.add(1), 1), rate), where(k.isNaN(), filled(k, NaN), 0));
}
