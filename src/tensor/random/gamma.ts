/**
 * Draws of the gamma distribution and of those made of it: beta, Dirichlet, chi-squared, Student's t. The logarithm is what is drawn,
 * because small shapes give numbers that no float holds.
 */
import { raise, ShapeError } from '../../base/errors.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import { zeros } from '../creation.ts';
import { where } from '../functions.ts';
import { logGammaDrawGradient } from '../incomplete.ts';
import { tensorOf } from '../lifting.ts';
import { foldIn, normal, splitKeys } from '../random.ts';
import { Tensor, type TensorLike } from '../tensor.ts';
import { customGradient } from '../transforms/custom-gradient.ts';
import { whileLoop } from '../transforms/loops.ts';
import { standardExponential } from './continuous.ts';
import { checkValues, drawOf, type DrawOptions, isPositive, openUnit } from './parameters.ts';

export interface GammaOptions extends DrawOptions {
  /** The inverse of the scale. Default 1. */
  readonly rate?: TensorLike;
}

/**
 * Gamma distributed with shape `a`: xᵃ⁻¹ e^(−rate · x), up to a factor. Differentiable in `a` (by implicit reparametrisation) and rate.
 * @param shape of the result, to which the parameters stretch; default: that in which they meet
 * @throws ValueError for parameters that are not positive; ShapeError where they do not stretch
 * @see Marsaglia and Tsang, A simple method for generating gamma variables, 2000; Figurnov et al., Implicit reparameterization gradients, 2018
 * @example gamma(key(0), 2.5, [3])
 */
export function gamma(from: Tensor, a: TensorLike, shape?: Shape, { rate = 1, ...options }: GammaOptions = {}): Tensor {
  checkValues('gamma', 'the shape', a, 'positive', isPositive);
  checkValues('gamma', 'rate', rate, 'positive', isPositive);
  const { parameters, dtype } = drawOf('gamma', [a, rate], shape, options);
  return logGammaDraw(from, parameters[0]!).exp().div(parameters[1]!).cast(dtype);
}

/** The logarithm of a standard gamma variable for each shape, in float64. */
function logGammaDraw(from: Tensor, a: Tensor): Tensor {
  return customGradient(
    (shape: Tensor, key: Tensor) => marsagliaTsang(key, shape),
    (g, log, shape) => [g.mul(logGammaDrawGradient(shape, log)), null],
  )(a, from);
}

interface Attempt {
  readonly round: Tensor;
  readonly isDone: Tensor;
  readonly log: Tensor;
}

function marsagliaTsang(from: Tensor, shape: Tensor): Tensor {
  const a = shape.detach();
  const [loopKey, boostKey] = splitKeys(from);
  // Below 1, x has the distribution of y · u^(1/a) with y of shape a + 1.
  const isSmall = a.less(1);
  const isGood = a.greater(0).logicalAnd(a.less(Infinity));
  const d = where(isGood, where(isSmall, a.add(1), a), 1).sub(1 / 3);
  const c = d.mul(9).rsqrt();
  const start: Attempt = {
    round: zeros([], { dtype: 'int32' }),
    isDone: isGood.logicalNot(),
    log: a.mul(NaN),
  };
  // 95 % and more are accepted in each round.
  const { log } = whileLoop(
    ({ isDone }: Attempt) => isDone.all().logicalNot(),
    ({ round, isDone, log: found }) => {
      const [normalKey, uniformKey] = splitKeys(foldIn(loopKey!, round));
      const z = normal(normalKey!, a.shape, { dtype: 'float64' });
      const root = c.mul(z).add(1);
      const isInside = root.greater(0);
      const logV = where(isInside, root, 1).log().mul(3);
      const u = openUnit(uniformKey!, a.shape);
      // log u < z²/2 + d − dv + d log v
      const bound = z.square().mul(0.5).sub(d.mul(logV.expm1())).add(d.mul(logV));
      const isAccepted = isInside.logicalAnd(u.log().less(bound));
      const isNew = isAccepted.logicalAnd(isDone.logicalNot());
      return {
        round: round.add(1),
        isDone: isDone.logicalOr(isAccepted),
        log: where(isNew, d.log().add(logV), found),
      };
    },
    start,
  );
  const boost = standardExponential(boostKey!, a.shape).div(where(isSmall, a, 1));
  return where(isSmall, log.sub(boost), log);
}

/**
 * Beta distributed: xᵃ⁻¹ (1 − x)ᵇ⁻¹, up to a factor; x / (x + y) of two gamma variables. Differentiable in both.
 * @throws ValueError for parameters that are not positive; ShapeError where they do not stretch   @example beta(key(0), 2, 3, [4])
 */
export function beta(from: Tensor, a: TensorLike, b: TensorLike, shape?: Shape, options?: DrawOptions): Tensor {
  checkValues('beta', 'a', a, 'positive', isPositive);
  checkValues('beta', 'b', b, 'positive', isPositive);
  const { parameters, dtype } = drawOf('beta', [a, b], shape, options);
  const [first, second] = splitKeys(from);
  return logGammaDraw(first!, parameters[0]!).sub(logGammaDraw(second!, parameters[1]!)).sigmoid().cast(dtype);
}

/**
 * Dirichlet distributed: probabilities (…, K) with density Π pᵢ^(αᵢ − 1), up to a factor; gamma variables over their sum. Differentiable in α.
 * @param alpha (…, K)   @param shape of the batch, without K; default: that of alpha
 * @throws ValueError for parameters that are not positive; ShapeError for a scalar   @example dirichlet(key(0), tensor([1, 1, 5]), [10])
 */
export function dirichlet(from: Tensor, alpha: Tensor, shape?: Shape, options?: DrawOptions): Tensor {
  const count = tensorOf(alpha).shape.at(-1);
  if (count === undefined)
    raise(new ShapeError(`dirichlet: alpha needs an axis of parameters, got shape ${formatShape([])}`));
  checkValues('dirichlet', 'alpha', alpha, 'positive', isPositive);
  const whole = shape === undefined ? undefined : [...shape, count];
  const { parameters, dtype } = drawOf('dirichlet', [alpha], whole, options);
  return logGammaDraw(from, parameters[0]!).softmax(-1).cast(dtype);
}

/**
 * Chi-squared distributed with `df` degrees of freedom: the sum of so many squares of standard normal variables. Differentiable in df.
 * @throws ValueError for df that are not positive; ShapeError where they do not stretch   @example chisquare(key(0), 3, [4])
 */
export function chisquare(from: Tensor, df: TensorLike, shape?: Shape, options?: DrawOptions): Tensor {
  checkValues('chisquare', 'df', df, 'positive', isPositive);
  const { parameters, dtype } = drawOf('chisquare', [df], shape, options);
  return logGammaDraw(from, parameters[0]!.mul(0.5)).exp().mul(2).cast(dtype);
}

export interface StudentTOptions extends DrawOptions {
  /** Default 0. */
  readonly loc?: TensorLike;
  /** Default 1. */
  readonly scale?: TensorLike;
}

/**
 * Student's t with `df` degrees of freedom: a normal variable over the root of a chi-squared one's mean. Differentiable in all parameters.
 * @throws ValueError for df or a scale that are not positive; ShapeError where they do not stretch   @example studentT(key(0), 5, [4])
 */
export function studentT(
  from: Tensor,
  df: TensorLike,
  shape?: Shape,
  { loc = 0, scale = 1, ...options }: StudentTOptions = {},
): Tensor {
  checkValues('studentT', 'df', df, 'positive', isPositive);
  checkValues('studentT', 'scale', scale, 'positive', isPositive);
  const { parameters, shape: whole, dtype } = drawOf('studentT', [df, loc, scale], shape, options);
  const [freedom, centre, width] = parameters as [Tensor, Tensor, Tensor];
  const [normalKey, gammaKey] = splitKeys(from);
  const z = normal(normalKey!, whole, { dtype: 'float64' });
  const half = freedom.mul(0.5);
  // √(df / χ²) = e^((log ½df − log gamma) / 2)
  const spread = half.log().sub(logGammaDraw(gammaKey!, half)).mul(0.5).exp();
  return centre.add(width.mul(z.mul(spread))).cast(dtype);
}
