/**
 * Draws of continuous distributions whose inverse distribution function is a formula: a location and a scale of a standard variable,
 * so that the gradient goes to both.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import { where } from '../functions.ts';
import { ndtr, ndtri } from '../incomplete.ts';
import type { Tensor, TensorLike } from '../tensor.ts';
import { checkValues, drawOf, type DrawOptions, isFinite, isPositive, openUnit, unit } from './parameters.ts';

export interface LocationScaleOptions extends DrawOptions {
  /** Default 0. */
  readonly loc?: TensorLike;
  /** Default 1. */
  readonly scale?: TensorLike;
}

/** loc + scale · z, where z comes from a uniform number. */
function locationScale(
  op: string,
  from: Tensor,
  shape: Shape,
  { loc = 0, scale = 1, ...options }: LocationScaleOptions,
  standard: (u: Tensor) => Tensor,
): Tensor {
  checkValues(op, 'loc', loc, 'finite', isFinite);
  checkValues(op, 'scale', scale, 'positive', isPositive);
  const { parameters, dtype } = drawOf(op, [loc, scale], shape, options);
  return parameters[0]!.add(parameters[1]!.mul(standard(openUnit(from, shape)))).cast(dtype);
}

export interface ExponentialOptions extends DrawOptions {
  /** Default 1. */
  readonly rate?: TensorLike;
}

/**
 * Exponentially distributed, with mean 1 / rate: −log(1 − u) / rate.
 * @throws ValueError for a rate that is not positive   @example exponential(key(0), [3], { rate: 2 })
 */
export function exponential(from: Tensor, shape: Shape, { rate = 1, ...options }: ExponentialOptions = {}): Tensor {
  checkValues('exponential', 'rate', rate, 'positive', isPositive);
  const { parameters, dtype } = drawOf('exponential', [rate], shape, options);
  return standardExponential(from, shape).div(parameters[0]!).cast(dtype);
}

/** In float64, never 0. */
export function standardExponential(from: Tensor, shape: Shape): Tensor {
  return unit(from, shape)
    .neg()
    .log1p()
    .neg()
    .maximum(2 ** -54);
}

/**
 * Gumbel distributed: loc − scale · log(−log u), the largest of many draws in the limit.
 * @throws ValueError for a scale that is not positive   @example gumbel(key(0), [3])
 */
export function gumbel(from: Tensor, shape: Shape, options: LocationScaleOptions = {}): Tensor {
  return locationScale('gumbel', from, shape, options, (u) =>
    u
      .log()
      .neg()
      .maximum(2 ** -54)
      .log()
      .neg(),
  );
}

/**
 * Laplace distributed, e^(−|x − loc| / scale) / (2 scale): the difference of two exponential variables.
 * @throws ValueError for a scale that is not positive   @example laplace(key(0), [3], { scale: 0.5 })
 */
export function laplace(from: Tensor, shape: Shape, options: LocationScaleOptions = {}): Tensor {
  return locationScale('laplace', from, shape, options, (u) => {
    const isLow = u.less(0.5);
    const magnitude = where(isLow, u, u.neg().add(1))
      .mul(2)
      .maximum(2 ** -53)
      .log();
    return where(isLow, magnitude, magnitude.neg());
  });
}

/**
 * Logistically distributed: loc + scale · log(u / (1 − u)).
 * @throws ValueError for a scale that is not positive   @example logistic(key(0), [3])
 */
export function logistic(from: Tensor, shape: Shape, options: LocationScaleOptions = {}): Tensor {
  return locationScale('logistic', from, shape, options, (u) => u.log().sub(u.neg().log1p()));
}

/**
 * Cauchy distributed: loc + scale · tan(π (u − ½)). It has no mean.
 * @throws ValueError for a scale that is not positive   @example cauchy(key(0), [3])
 */
export function cauchy(from: Tensor, shape: Shape, options: LocationScaleOptions = {}): Tensor {
  return locationScale('cauchy', from, shape, options, (u) => u.sub(0.5).mul(Math.PI).tan());
}

export interface TruncatedNormalOptions extends DrawOptions {
  /** Nothing below. Default −2. */
  readonly low?: TensorLike;
  /** Nothing above. Default 2. */
  readonly high?: TensorLike;
  /** Of the normal distribution that is cut. Default 0. */
  readonly mean?: TensorLike;
  /** Default 1. */
  readonly std?: TensorLike;
}

/**
 * Normally distributed under the condition low ≤ x ≤ high: Φ⁻¹ of a uniform number between Φ of the bounds, computed on the side where
 * that keeps its digits. Differentiable in all parameters.
 * @throws ValueError for bounds in the wrong order or a std that is not positive   @example truncatedNormal(key(0), [3], { low: 0, high: 1 })
 */
export function truncatedNormal(
  from: Tensor,
  shape: Shape,
  { low = -2, high = 2, mean = 0, std = 1, ...options }: TruncatedNormalOptions = {},
): Tensor {
  checkValues('truncatedNormal', 'std', std, 'positive', isPositive);
  checkValues('truncatedNormal', 'mean', mean, 'finite', isFinite);
  if (typeof low === 'number' && typeof high === 'number' && !(low < high))
    raise(new ValueError(`truncatedNormal: low must be less than high, got ${low} and ${high}`));
  const { parameters, dtype } = drawOf('truncatedNormal', [low, high, mean, std], shape, options);
  const [a, b, centre, scale] = parameters as [Tensor, Tensor, Tensor, Tensor];
  const [start, end] = [a.sub(centre).div(scale), b.sub(centre).div(scale)];
  // Mirrored where the interval lies on the right.
  const isRight = start.greater(0);
  const near = where(isRight, end.neg(), start);
  const [below, above] = [ndtr(near), ndtr(where(isRight, start.neg(), end))];
  const u = openUnit(from, shape);
  const z = ndtri(below.add(above.sub(below).mul(u)));
  return where(isRight, z.neg(), z).mul(scale).add(centre).clip(a, b).cast(dtype);
}
