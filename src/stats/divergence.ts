/**
 * How far one distribution is from another: KL(p ‖ q) = E_p[log p(x) − log q(x)], by a formula where the table below has one, else by draws.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { sameShape } from '../base/shape.ts';
import { xlogy } from '../tensor/exponential.ts';
import { where } from '../tensor/functions.ts';
import { filled } from '../tensor/lifting.ts';
import { triangularSolve } from '../tensor/linalg/index.ts';
import { betaln, digamma, lgamma } from '../tensor/special.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Beta, Dirichlet } from './distributions/beta.ts';
import { Categorical } from './distributions/categorical.ts';
import { Bernoulli, Binomial, Geometric, Poisson } from './distributions/discrete.ts';
import { compute, type Distribution, NotAvailableError } from './distributions/distribution.ts';
import { Exponential, Gamma } from './distributions/gamma.ts';
import { Cauchy, Gumbel, Laplace, Uniform } from './distributions/location-scale.ts';
import { MultivariateNormal } from './distributions/multivariate-normal.ts';
import { HalfNormal, LogNormal, Normal } from './distributions/normal.ts';

type Kind<D extends Distribution> = abstract new (...args: never[]) => D;

interface Pair {
  readonly matches: (p: Distribution, q: Distribution) => boolean;
  readonly divergence: (p: Distribution, q: Distribution) => Tensor;
}

function pair<P extends Distribution, Q extends Distribution>(
  first: Kind<P>,
  second: Kind<Q>,
  divergence: (p: P, q: Q) => Tensor,
): Pair {
  return {
    matches: (p, q) => p instanceof first && q instanceof second,
    divergence: (p, q) => {
      if (!(p instanceof first && q instanceof second)) throw new Error('bug: a pair that does not match');
      return divergence(p, q);
    },
  };
}

const KL = 'klDivergence';

/** Σ p (log p − log q), where p = 0 counts nothing. */
const weighted = (p: Tensor, q: Tensor): Tensor => xlogy(p, p).sub(xlogy(p, q));

const bernoulli = (p: Tensor, q: Tensor): Tensor => weighted(p, q).add(weighted(p.neg().add(1), q.neg().add(1)));

const gammas = (a: Tensor, r: Tensor, b: Tensor, s: Tensor): Tensor =>
  a
    .sub(b)
    .mul(digamma(a))
    .sub(lgamma(a))
    .add(lgamma(b))
    .add(b.mul(r.log().sub(s.log())))
    .add(a.mul(s.sub(r)).div(r));

const normals = (m: Tensor, s: Tensor, n: Tensor, t: Tensor): Tensor => {
  const ratio = s.div(t).square();
  return ratio.add(m.sub(n).div(t).square()).sub(1).sub(ratio.log()).mul(0.5);
};

const EULER = 0.5772156649015329;

/** Formulas as in torch.distributions.kl. */
const table: readonly Pair[] = [
  pair(Normal, Normal, (p, q) =>
    compute(KL, [p.loc, p.scale, q.loc, q.scale], (m, s, n, t) => normals(m!, s!, n!, t!)),
  ),
  pair(LogNormal, LogNormal, (p, q) => klDivergence(p.base, q.base)),
  pair(HalfNormal, HalfNormal, (p, q) =>
    compute(KL, [p.scale, q.scale], (s, t) => normals(filled(s!, 0), s!, filled(s!, 0), t!)),
  ),
  pair(MultivariateNormal, MultivariateNormal, multivariate),
  pair(Bernoulli, Bernoulli, (p, q) => compute(KL, [p.probs, q.probs], (a, b) => bernoulli(a!, b!))),
  pair(Binomial, Binomial, (p, q) =>
    compute(KL, [p.totalCount, p.probs, q.totalCount, q.probs], (n, a, m, b) =>
      // More trials than q has are impossible for it; fewer are no binomial distribution of its n.
      where(n!.equal(m!), n!.mul(bernoulli(a!, b!)), where(n!.greater(m!), filled(n!, Infinity), filled(n!, NaN))),
    ),
  ),
  pair(Geometric, Geometric, (p, q) => compute(KL, [p.probs, q.probs], (a, b) => bernoulli(a!, b!).div(a!))),
  pair(Categorical, Categorical, (p, q) => {
    if (p.probs.shape.at(-1) !== q.probs.shape.at(-1))
      raise(
        new ShapeError(`klDivergence: Categorical of ${p.probs.shape.at(-1)} and of ${q.probs.shape.at(-1)} places`),
      );
    const [a, b] = [p.logits.cast('float64'), q.logits.cast('float64')];
    const isPossible = a.greater(-Infinity);
    const difference = where(isPossible, a, 0).sub(where(isPossible, b, 0));
    return a.exp().mul(difference).sum(-1).cast(p.logits.dtype);
  }),
  pair(Poisson, Poisson, (p, q) =>
    compute(KL, [p.rate, q.rate], (a, b) => a!.mul(a!.log().sub(b!.log())).sub(a!.sub(b!))),
  ),
  pair(Exponential, Exponential, (p, q) =>
    compute(KL, [p.rate, q.rate], (a, b) => b!.div(a!).sub(1).sub(b!.div(a!).log())),
  ),
  pair(Gamma, Gamma, (p, q) =>
    compute(KL, [p.concentration, p.rate, q.concentration, q.rate], (a, r, b, s) => gammas(a!, r!, b!, s!)),
  ),
  pair(Exponential, Gamma, (p, q) =>
    compute(KL, [p.rate, q.concentration, q.rate], (r, b, s) => gammas(filled(r!, 1), r!, b!, s!)),
  ),
  pair(Gamma, Exponential, (p, q) =>
    compute(KL, [p.concentration, p.rate, q.rate], (a, r, s) => gammas(a!, r!, filled(a!, 1), s!)),
  ),
  pair(Beta, Beta, (p, q) =>
    compute(KL, [p.concentration1, p.concentration0, q.concentration1, q.concentration0], (a, b, c, d) => {
      const sum = a!.add(b!);
      return betaln(c!, d!)
        .sub(betaln(a!, b!))
        .add(a!.sub(c!).mul(digamma(a!)))
        .add(b!.sub(d!).mul(digamma(b!)))
        .add(c!.add(d!).sub(sum).mul(digamma(sum)));
    }),
  ),
  pair(Dirichlet, Dirichlet, (p, q) =>
    compute(KL, [p.concentration, q.concentration], (a, b) => {
      const [s, t] = [a!.sum(-1), b!.sum(-1)];
      const each = a!
        .sub(b!)
        .mul(digamma(a!).sub(digamma(s).unsqueeze(-1)))
        .sum(-1);
      return lgamma(s)
        .sub(lgamma(t))
        .sub(lgamma(a!).sub(lgamma(b!)).sum(-1))
        .add(each);
    }),
  ),
  pair(Laplace, Laplace, (p, q) =>
    compute(KL, [p.loc, p.scale, q.loc, q.scale], (m, s, n, t) => {
      const away = m!.sub(n!).abs();
      return t!
        .log()
        .sub(s!.log())
        .add(away.div(t!))
        .add(s!.div(t!).mul(away.div(s!).neg().exp()))
        .sub(1);
    }),
  ),
  pair(Gumbel, Gumbel, (p, q) =>
    compute(KL, [p.loc, p.scale, q.loc, q.scale], (m, s, n, t) => {
      const ratio = s!.div(t!);
      const away = m!.sub(n!).div(t!);
      return t!
        .log()
        .sub(s!.log())
        .add(ratio.mul(EULER))
        .add(away)
        .sub(EULER + 1)
        .add(lgamma(ratio.add(1)).sub(away).exp());
    }),
  ),
  pair(Cauchy, Cauchy, (p, q) =>
    compute(KL, [p.loc, p.scale, q.loc, q.scale], (m, s, n, t) =>
      s!.add(t!).square().add(m!.sub(n!).square()).div(s!.mul(t!).mul(4)).log(),
    ),
  ),
  pair(Uniform, Uniform, (p, q) =>
    compute(KL, [p.low, p.high, q.low, q.high], (a, b, c, d) => {
      const value = d!.sub(c!).log().sub(b!.sub(a!).log());
      return where(c!.lessEqual(a!).logicalAnd(d!.greaterEqual(b!)), value, filled(value, Infinity));
    }),
  ),
  pair(Uniform, Normal, (p, q) =>
    compute(KL, [p.low, p.high, q.loc, q.scale], (a, b, n, t) => {
      const width = b!.sub(a!);
      const second = width.square().div(12).add(a!.add(b!).mul(0.5).sub(n!).square());
      return t!
        .log()
        .add(0.5 * Math.log(2 * Math.PI))
        .sub(width.log())
        .add(second.div(t!.square()).mul(0.5));
    }),
  ),
  pair(Laplace, Normal, (p, q) =>
    compute(KL, [p.loc, p.scale, q.loc, q.scale], (m, s, n, t) => {
      const ratio = s!.div(t!).square();
      return ratio
        .add(m!.sub(n!).div(t!).square().mul(0.5))
        .sub(ratio.mul(2).log().mul(0.5))
        .add(0.5 * Math.log(Math.PI) - 1);
    }),
  ),
  pair(Exponential, Normal, (p, q) =>
    compute(KL, [p.rate, q.loc, q.scale], (r, n, t) => {
      const variance = t!.square();
      const inverse = r!.reciprocal();
      return r!.mul(t!).log().add(0.5 * Math.log(2 * Math.PI) - 1)
        .add(inverse.square().sub(n!.mul(inverse)).add(n!.square().mul(0.5)).div(variance)); // prettier-ignore
    }),
  ),
];

function multivariate(p: MultivariateNormal, q: MultivariateNormal): Tensor {
  const size = p.eventShape[0]!;
  if (!sameShape(p.eventShape, q.eventShape))
    raise(new ShapeError(`klDivergence: MultivariateNormal of ${size} and of ${q.eventShape[0]} dimensions`));
  const [l, m] = [p.scaleTril.cast('float64'), q.scaleTril.cast('float64')];
  const away = q.loc.cast('float64').sub(p.loc.cast('float64')).unsqueeze(-1);
  const batch = p.batchShape.length >= q.batchShape.length ? p.batchShape : q.batchShape;
  const wide = m.expand([...batch, size, size]);
  const trace = triangularSolve(wide, l.expand([...batch, size, size]))
    .square()
    .sum([-2, -1]);
  const distance = triangularSolve(wide, away.expand([...batch, size, 1]))
    .square()
    .sum([-2, -1]);
  const logs = q.halfLogDet.cast('float64').sub(p.halfLogDet.cast('float64'));
  return logs.add(trace.add(distance).sub(size).mul(0.5)).cast(p.scaleTril.dtype);
}

export interface DivergenceOptions {
  /** Estimate by draws from p where there is no formula. */
  readonly monteCarlo?: {
    readonly key: Tensor;
    /** Default 10 000; the error falls with its root. */
    readonly samples?: number;
  };
}

/**
 * KL(p ‖ q) = E_p[log p(x) − log q(x)] ≥ 0, in nats, in the batches' shape: what it costs to take q for p. Differentiable in the parameters.
 * @throws NotAvailableError for a pair without a formula, unless `monteCarlo` says how to estimate
 * @see torch.distributions.kl_divergence   @example klDivergence(new Normal(), new Normal({ loc: 1 })) // 0.5
 * @example klDivergence(new StudentT({ df: 5 }), new Normal(), { monteCarlo: { key: random.key(0) } })
 */
export function klDivergence(p: Distribution, q: Distribution, { monteCarlo }: DivergenceOptions = {}): Tensor {
  const found = table.find(({ matches }) => matches(p, q));
  if (found !== undefined) return found.divergence(p, q);
  if (monteCarlo === undefined) {
    const [a, b] = [p.constructor.name, q.constructor.name];
    raise(
      new NotAvailableError(
        `klDivergence: no formula for ${a} and ${b}; estimate it with { monteCarlo: { key: random.key(0) } }`,
      ),
    );
  }
  const { key, samples = 10_000 } = monteCarlo;
  if (!Number.isInteger(samples) || samples < 1)
    raise(new ValueError(`klDivergence: samples must be a whole number from 1 up, got ${samples}`));
  const x = p.sample(key, [samples]);
  return p.logProb(x).sub(q.logProb(x)).mean(0);
}
