/**
 * Draws of whole numbers, int32: counts, and places by their probability.
 */
import { raise, ShapeError } from '../../base/errors.ts';
import { formatShape, normalizeAxis, type Shape } from '../../base/shape.ts';
import { zeros } from '../creation.ts';
import { where } from '../functions.ts';
import { filled, floatOf } from '../lifting.ts';
import { foldIn, splitKeys } from '../random.ts';
import type { Tensor, TensorLike } from '../tensor.ts';
import { whileLoop } from '../transforms/loops.ts';
import { checkValues, drawOf, isProbability, openUnit, unit } from './parameters.ts';

/** Below this mean, counts are found by going up from 0; above it by rejection. */
const FEW = 10;
/** The largest count; a rate beyond it has no int32 to be drawn. */
const MOST = 2 ** 31 - 1;

/**
 * Poisson distributed counts, int32: λᵏ e^(−λ) / k!. Small rates by inversion, large ones by Hörmann's transformed rejection (PTRS).
 * @param rate λ from 0 to 10⁹; −1 is drawn where it is none of these
 * @throws ValueError for rates that are known and wrong; ShapeError where they do not stretch
 * @see Hörmann, The transformed rejection method for generating Poisson random variables, 1993   @example poisson(key(0), 3.5, [4])
 */
export function poisson(from: Tensor, rate: TensorLike, shape?: Shape): Tensor {
  checkValues('poisson', 'rate', rate, 'from 0 to 1e9', (x) => x >= 0 && x <= 1e9);
  const { parameters } = drawOf('poisson', [rate], shape);
  const lambda = parameters[0]!.detach();
  const isGood = lambda.greaterEqual(0).logicalAnd(lambda.lessEqual(1e9));
  const isFew = isGood.logicalAnd(lambda.less(FEW));
  const isMany = isGood.logicalAnd(lambda.greaterEqual(FEW));
  const [fewKey, manyKey] = splitKeys(from);
  const few = countUp(fewKey!, isFew, where(isFew, lambda, 1).neg().exp(), (k) => lambda.div(k));
  if (isAll(rate, (x) => x < FEW)) return where(isGood, few, -1).cast('int32');
  const many = transformedRejection(manyKey!, isMany, where(isMany, lambda, FEW));
  return where(isGood, where(isFew, few, many), -1).cast('int32');
}

function isAll(x: TensorLike, test: (value: number) => boolean): boolean {
  return typeof x === 'number' && test(x);
}

/** The count up to which the probabilities add up to a uniform number; `ratio` is that of the probability of k to the one before. */
function countUp(from: Tensor, isActive: Tensor, first: Tensor, ratio: (k: Tensor) => Tensor): Tensor {
  const u = where(isActive, unit(from, isActive.shape), 0);
  const { count } = whileLoop(
    ({ left, probability }: { left: Tensor; probability: Tensor; count: Tensor }) =>
      left.greaterEqual(probability).any(),
    ({ left, probability, count: k }) => {
      const isOn = left.greaterEqual(probability);
      const next = k.add(1);
      return {
        left: where(isOn, left.sub(probability), left),
        probability: where(isOn, probability.mul(ratio(next)), probability),
        count: where(isOn, next, k),
      };
    },
    { left: where(isActive, u, -1), probability: first, count: zeros(isActive.shape, { dtype: 'float64' }) },
    // The mean is below 10: the probability of 200 is none that a double holds besides 1.
    { maxSteps: 200 },
  );
  return count;
}

/** Rejection rounds until every active element has its count. `attempt` gives a candidate and whether it is accepted. */
function rejectionRounds(
  from: Tensor,
  isActive: Tensor,
  attempt: (u: Tensor, v: Tensor) => readonly [candidate: Tensor, isAccepted: Tensor],
): Tensor {
  const { count } = whileLoop(
    ({ isDone }: { round: Tensor; isDone: Tensor; count: Tensor }) => isDone.all().logicalNot(),
    ({ round, isDone, count: found }) => {
      const [first, second] = splitKeys(foldIn(from, round));
      const [candidate, isAccepted] = attempt(unit(first!, isActive.shape).sub(0.5), openUnit(second!, isActive.shape));
      const isNew = isAccepted.logicalAnd(isDone.logicalNot());
      return {
        round: round.add(1),
        isDone: isDone.logicalOr(isAccepted),
        count: where(isNew, candidate, found),
      };
    },
    {
      round: zeros([], { dtype: 'int32' }),
      isDone: isActive.logicalNot(),
      count: zeros(isActive.shape, { dtype: 'float64' }),
    },
  );
  return count;
}

/** B₂ₖ / (2k(2k − 1)), highest power of 1/z² first. */
const STIRLING = [-691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12];

/** log k! for k ≥ 0, by Stirling's series at k + 5: to 10⁻¹¹, and in rejection rounds far less work than lgamma, which has to care for more. */
function logFactorial(k: Tensor): Tensor {
  const z = k.add(5);
  const product = k.add(1).mul(k.add(2)).mul(k.add(3)).mul(k.add(4));
  const inverse = z.reciprocal();
  const square = inverse.square();
  const rest = STIRLING.reduce((sum, c) => sum.mul(square).add(c), filled(z, 0)).mul(inverse);
  return z
    .sub(0.5)
    .mul(z.log())
    .sub(z)
    .add(0.5 * Math.log(2 * Math.PI))
    .add(rest)
    .sub(product.log());
}

/** Hörmann's PTRS, for means from 10. */
function transformedRejection(from: Tensor, isActive: Tensor, lambda: Tensor): Tensor {
  const b = lambda.sqrt().mul(2.53).add(0.931);
  const a = b.mul(0.02483).sub(0.059);
  const inverseAlpha = b.sub(3.4).reciprocal().mul(1.1328).add(1.1239);
  const squeeze = b.sub(2).reciprocal().mul(-3.6224).add(0.9277);
  const logLambda = lambda.log();
  return rejectionRounds(from, isActive, (u, v) => {
    const us = u
      .abs()
      .neg()
      .add(0.5)
      .maximum(2 ** -53);
    const k = a.mul(2).div(us).add(b).mul(u).add(lambda).add(0.43).floor();
    const isSafe = us.greaterEqual(0.07).logicalAnd(v.lessEqual(squeeze));
    const isInside = k.greaterEqual(0).logicalAnd(k.lessEqual(MOST));
    const count = where(isInside, k, 0);
    const height = v.log().add(inverseAlpha.log()).sub(a.div(us.square()).add(b).log());
    const isUnder = height.lessEqual(count.mul(logLambda).sub(lambda).sub(logFactorial(count)));
    return [count, isInside.logicalAnd(isSafe.logicalOr(isUnder))];
  });
}

/**
 * Binomially distributed counts, int32: how many of n trials succeed with probability p. Few expected successes by inversion, many by Hörmann's
 * rejection (BTRS).
 * @param n whole numbers from 0 to 2³¹ − 1   @param p from 0 to 1; −1 is drawn where n or p are none of these
 * @throws ValueError for parameters that are known and wrong; ShapeError where they do not stretch
 * @see Hörmann, The generation of binomial random variates, 1993   @example binomial(key(0), 10, 0.3, [4])
 */
export function binomial(from: Tensor, n: TensorLike, p: TensorLike, shape?: Shape): Tensor {
  checkValues(
    'binomial',
    'n',
    n,
    'a whole number from 0 to 2^31 - 1',
    (x) => Number.isInteger(x) && x >= 0 && x <= MOST,
  );
  checkValues('binomial', 'p', p, 'from 0 to 1', isProbability);
  const [trials, chance] = drawOf('binomial', [n, p], shape).parameters.map((x) => x.detach()) as [Tensor, Tensor];
  const isGood = [trials.greaterEqual(0), trials.lessEqual(MOST), chance.greaterEqual(0), chance.lessEqual(1)].reduce(
    (all, one) => all.logicalAnd(one),
  );
  // The rarer of success and failure is counted.
  const isFlipped = chance.greater(0.5);
  const q = where(isFlipped, chance.neg().add(1), chance);
  const mean = trials.mul(q);
  const isFew = isGood.logicalAnd(mean.less(FEW));
  const isMany = isGood.logicalAnd(mean.greaterEqual(FEW));
  const [fewKey, manyKey] = splitKeys(from);
  const odds = q.div(q.neg().add(1));
  const none = where(isFew, trials.mul(q.neg().log1p()), 0).exp();
  const few = countUp(fewKey!, isFew, none, (k) => trials.add(1).div(k).sub(1).maximum(0).mul(odds));
  const many = binomialRejection(manyKey!, isMany, where(isMany, trials, 2 * FEW), where(isMany, q, 0.5));
  const rarer = where(isFew, few, many).minimum(trials);
  const count = where(isFlipped, trials.sub(rarer), rarer);
  return where(isGood, count, -1).cast('int32');
}

/** Hörmann's BTRS, for p ≤ ½ and n p ≥ 10. */
function binomialRejection(from: Tensor, isActive: Tensor, n: Tensor, p: Tensor): Tensor {
  const deviation = n.mul(p).mul(p.neg().add(1)).sqrt();
  const b = deviation.mul(2.53).add(1.15);
  const a = b.mul(0.0248).add(p.mul(0.01)).sub(0.0873);
  const centre = n.mul(p).add(0.5);
  const squeeze = b.reciprocal().mul(-4.2).add(0.92);
  const alpha = b.reciprocal().mul(5.1).add(2.83).mul(deviation);
  const logOdds = p.log().sub(p.neg().log1p());
  const mode = n.add(1).mul(p).floor();
  const atMode = logFactorial(mode).add(logFactorial(n.sub(mode)));
  return rejectionRounds(from, isActive, (u, v) => {
    const us = u
      .abs()
      .neg()
      .add(0.5)
      .maximum(2 ** -53);
    const k = a.mul(2).div(us).add(b).mul(u).add(centre).floor();
    const isSafe = us.greaterEqual(0.07).logicalAnd(v.lessEqual(squeeze));
    const isInside = k.greaterEqual(0).logicalAnd(k.lessEqual(n));
    const count = where(isInside, k, 0);
    const height = v.mul(alpha).div(a.div(us.square()).add(b)).log();
    const relative = atMode.sub(logFactorial(count)).sub(logFactorial(n.sub(count)));
    const isUnder = height.lessEqual(relative.add(count.sub(mode).mul(logOdds)));
    return [count, isInside.logicalAnd(isSafe.logicalOr(isUnder))];
  });
}

/**
 * How many trials it takes to the first success of probability p, int32: 1, 2, …; at most 2³¹ − 1.
 * @throws ValueError for a p that is known and not in (0, 1]; ShapeError where it does not stretch   @example geometric(key(0), 0.2, [4])
 */
export function geometric(from: Tensor, p: TensorLike, shape?: Shape): Tensor {
  checkValues('geometric', 'p', p, 'above 0 and at most 1', (x) => x > 0 && x <= 1);
  const { parameters, shape: whole } = drawOf('geometric', [p], shape);
  const chance = parameters[0]!.detach();
  const isGood = chance.greater(0).logicalAnd(chance.lessEqual(1));
  const failures = unit(from, whole)
    .neg()
    .log1p()
    .div(where(isGood, chance, 0.5).neg().log1p())
    .floor();
  return where(isGood, failures.add(1).clip(1, MOST), -1).cast('int32');
}

/**
 * Places drawn with probability softmax(logits), int32.
 * @param logits log probabilities up to a constant, along `axis`; −∞ for what is never drawn
 * @param shape of the result, to which the other axes of logits stretch; default: these
 * @throws ShapeError for a scalar, or where they do not stretch   @example categorical(key(0), tensor([0.2, 0.8]).log(), [10])
 */
export function categorical(
  from: Tensor,
  logits: Tensor,
  shape?: Shape,
  { axis = -1 }: { readonly axis?: number } = {},
): Tensor {
  if (logits.rank === 0)
    raise(new ShapeError(`categorical: logits need an axis of places, got shape ${formatShape(logits.shape)}`));
  const last = normalizeAxis('categorical', axis, logits.rank);
  const order = [...logits.shape.map((_, i) => i).filter((i) => i !== last), last];
  const rows = floatOf(logits).cast('float64').detach().permute(order);
  const batch = rows.shape.slice(0, -1);
  const whole = drawOf('categorical', [zeros(batch)], shape).shape;
  // The sums of probabilities up to each place; the uniform number stays below their total, so that nothing after it is drawn.
  const sums = rows.softmax(-1).cumsum(-1);
  const total = sums.slice([...batch.map(() => null), -1], [...batch.map(() => null), null]);
  const u = unit(from, whole)
    .unsqueeze(-1)
    .mul(total)
    .minimum(total.mul(1 - 2 ** -52));
  return u.greaterEqual(sums).cast('int32').sum(-1);
}

/** −1 or 1, equally often, int32. @example rademacher(key(0), [4]) */
export function rademacher(from: Tensor, shape: Shape): Tensor {
  return where(unit(from, shape).less(0.5), -1, 1).cast('int32');
}
