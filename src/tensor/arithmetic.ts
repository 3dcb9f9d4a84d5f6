/**
 * Arithmetic with two results or special rules, beyond the methods of Tensor: remainders, signs, parts of numbers, whole-number divisors.
 */
import { DTypeError, raise, ValueError } from '../base/errors.ts';
import { dtypes, isFloat, isUnsigned } from '../ir/dtype.ts';
import { where } from './functions.ts';
import { filled, floatOf, inDoubles, meet, meetAsFloats, meetAsNumbers, numberOf, tensorOf } from './lifting.ts';
import { Tensor, type TensorLike } from './tensor.ts';

/** x − trunc(x / y) · y, with the sign of x (as C's fmod and JavaScript's %); integers give 0 where y is 0. @example fmod(-5, 3) // -2 */
export function fmod(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = meetAsNumbers('fmod', x, y);
  if (isUnsigned(a.dtype)) return a.mod(b);
  if (!isFloat(a.dtype)) {
    const rest = a.abs().mod(b.abs());
    return where(a.less(0), rest.neg(), rest);
  }
  const rest = inDoubles(a.abs(), b.abs(), (m, n) => m.mod(n));
  // A finite number is its own remainder of an infinite one; m − 0 · ∞ would be NaN.
  const isAlone = b.abs().equal(Infinity).logicalAnd(a.isFinite());
  return where(isAlone, a, copysign(rest, a.detach()));
}

/** The remainder with the sign of the divisor: another name of `x.mod(y)`. @example remainder(-5, 3) // 1 */
export function remainder(x: TensorLike, y: TensorLike): Tensor {
  return tensorOf(x).mod(y);
}

/** [⌊x / y⌋, x mod y]. @example divmod(tensor([-5, 5]), 3) // [[-2, 1], [1, 2]] */
export function divmod(x: TensorLike, y: TensorLike): [quotient: Tensor, remainder: Tensor] {
  const [a, b] = meetAsNumbers('divmod', x, y);
  return [a.floorDivide(b), a.mod(b)];
}

/** Whether the sign bit is set: true for −0, too. NaN counts as positive. @example signbit(tensor([-0, 0])) // [true, false] */
export function signbit(x: TensorLike): Tensor {
  const a = numberOf(x);
  if (!isFloat(a.dtype)) return a.less(0);
  const safe = where(a.equal(0), a, 1);
  return a.less(0).logicalOr(safe.reciprocal().equal(-Infinity));
}

/** |x| with the sign of y, of −0 too. @example copysign(3, tensor([-0, 2])) // [-3, 3] */
export function copysign(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = meetAsFloats('copysign', x, y);
  return where(signbit(a).equal(signbit(b)), a, a.neg());
}

/** 0 for negative x, 1 for positive, `atZero` for 0, NaN for NaN. @example heaviside(tensor([-2, 0, 2]), 0.5) // [0, 0.5, 1] */
export function heaviside(x: TensorLike, atZero: TensorLike): Tensor {
  const [a, b] = meetAsFloats('heaviside', x, atZero);
  const step = where(a.less(0), filled(a, 0), where(a.equal(0), b, filled(a, 1)));
  return where(a.isNaN(), filled(a, NaN), step);
}

/** The larger; where one is NaN, the other. @example fmax(tensor([1, NaN]), 0) // [1, 0] */
export function fmax(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = meet('fmax', x, y);
  return where(a.isNaN(), b, where(b.isNaN(), a, a.maximum(b)));
}

/** The smaller; where one is NaN, the other. @example fmin(tensor([1, NaN]), 0) // [0, 0] */
export function fmin(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = meet('fmin', x, y);
  return where(a.isNaN(), b, where(b.isNaN(), a, a.minimum(b)));
}

/** Without its fraction: toward 0. @example trunc(tensor([-1.7, 1.7])) // [-1, 1] */
export function trunc(x: TensorLike): Tensor {
  const a = tensorOf(x);
  return isFloat(a.dtype) ? where(a.less(0), a.ceil(), a.floor()) : a;
}

/** [fraction, whole part], both with the sign of x. @example modf(tensor([-1.5])) // [[-0.5], [-1]] */
export function modf(x: TensorLike): [fraction: Tensor, whole: Tensor] {
  const a = floatOf(x);
  const whole = trunc(a);
  const fraction = where(a.abs().equal(Infinity), filled(a, 0), a.sub(whole));
  return [copysign(fraction, a.detach()), whole];
}

/** To `decimals` places, halves to even: round(x · 10ᵈ) / 10ᵈ as NumPy does it. @example around(tensor([1.25]), 1) // [1.2] */
export function around(x: TensorLike, decimals = 0): Tensor {
  if (!Number.isInteger(decimals)) raise(new ValueError(`around: ${decimals} decimals is not a whole number`));
  const a = tensorOf(x);
  if (decimals === 0 || (!isFloat(a.dtype) && decimals > 0)) return a.round();
  const scale = 10 ** Math.abs(decimals);
  if (!isFloat(a.dtype)) return a.cast('float64').div(scale).round().mul(scale).cast(a.dtype);
  return decimals > 0 ? a.mul(scale).round().div(scale) : a.div(scale).round().mul(scale);
}

export interface NanToNumOptions {
  /** In place of NaN. Default 0. */
  readonly nan?: number;
  /** In place of ∞ and −∞. Default: the largest and lowest number of the dtype. */
  readonly posInf?: number;
  readonly negInf?: number;
}

/** Numbers in place of NaN and infinities. @example nanToNum(tensor([NaN, 1])) // [0, 1] */
export function nanToNum(x: TensorLike, { nan = 0, posInf, negInf }: NanToNumOptions = {}): Tensor {
  const a = tensorOf(x);
  if (!isFloat(a.dtype)) return a;
  const largest = dtypes[a.dtype].highest;
  const high = where(a.equal(Infinity), filled(a, posInf ?? largest), a);
  const low = where(a.equal(-Infinity), filled(a, negInf ?? -largest), high);
  return where(a.isNaN(), filled(a, nan), low);
}

/** The greatest common divisor of |x| and |y|; gcd(0, y) = |y|. Integers. @example gcd(tensor([12, 18], { dtype: 'int32' }), 8) // [4, 2] */
export function gcd(x: TensorLike, y: TensorLike): Tensor {
  let [a, b] = meetIntegers('gcd', x, y);
  a = a.abs();
  b = b.abs();
  // Euclid's algorithm takes longest for neighbours among Fibonacci's numbers, of which 92 are below 2⁶³, 46 below 2³¹, 23 below 2¹⁵ and 13 below 2⁸.
  const steps = { 1: 13, 2: 23, 4: 46, 8: 92 }[dtypes[a.dtype].bytes];
  for (let i = 0; i < steps; i++) [a, b] = [where(b.equal(0), a, b), a.mod(b)];
  return a;
}

/** The least common multiple of |x| and |y|, 0 where one is 0. Integers. @example lcm(tensor([4], { dtype: 'int32' }), 6) // [12] */
export function lcm(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = meetIntegers('lcm', x, y);
  return a.abs().floorDivide(gcd(a, b)).mul(b.abs());
}

function meetIntegers(op: string, x: TensorLike, y: TensorLike): [Tensor, Tensor] {
  const isWhole = (value: TensorLike): boolean => typeof value === 'number' && Number.isInteger(value);
  const [a, b] = isWhole(x) && isWhole(y) ? meet(op, x, y, 'int32') : meetAsNumbers(op, x, y);
  if (isFloat(a.dtype)) raise(new DTypeError(`${op}: expected integers, got ${a.dtype}; convert with .cast('int32')`));
  return [a, b];
}

/** 2ⁿ for whole n, exactly, 0 and ∞ beyond the range of float64; float64. Products of 2^(±2ᵏ) chosen by the bits of n. */
function powerOfTwo(n: Tensor): Tensor {
  const isNegative = n.less(0);
  let rest = n.abs().minimum(2047);
  let result = filled(n, 1);
  for (let k = 10; k >= 0; k--) {
    const isSet = rest.greaterEqual(2 ** k);
    const factor = where(isNegative, filled(n, 2 ** -(2 ** k)), filled(n, 2 ** (2 ** k)));
    result = where(isSet, result.mul(factor), result);
    rest = where(isSet, rest.sub(2 ** k), rest);
  }
  return result;
}

/** x · 2ⁿ, exact unless it leaves the range. @example ldexp(0.75, 2) // 3 */
export function ldexp(x: TensorLike, n: TensorLike): Tensor {
  const [a, exponent] = meetAsFloats('ldexp', x, n);
  return inDoubles(a, exponent.detach(), (value, places) => {
    // In two steps, since 2ⁿ may overflow where the product does not.
    const half = places.mul(0.5).floor();
    return value.mul(powerOfTwo(half)).mul(powerOfTwo(places.sub(half)));
  });
}

/** [m, n] with x = m · 2ⁿ and ½ ≤ |m| < 1; m = x and n = 0 for 0, NaN and infinities. @example frexp(tensor([3])) // [[0.75], [2]] */
export function frexp(x: TensorLike): [mantissa: Tensor, exponent: Tensor] {
  const a = floatOf(x);
  const wide = a.cast('float64');
  const isPlain = wide.isFinite().logicalAnd(wide.notEqual(0));
  let magnitude = where(isPlain, wide.abs(), 0.5).detach();
  let exponent = filled(magnitude, 0);
  // Largest steps first: after them ½ ≤ magnitude < 1.
  for (let k = 10; k >= 0; k--) {
    const step = 2 ** k;
    const isLarge = k < 10 ? magnitude.greaterEqual(2 ** (step - 1)) : filled(magnitude, 0).notEqual(0);
    const isSmall = k < 10 ? magnitude.less(2 ** -step) : filled(magnitude, 0).notEqual(0);
    magnitude = where(isLarge, magnitude.mul(2 ** -step), where(isSmall, magnitude.mul(2 ** step), magnitude));
    exponent = where(isLarge, exponent.add(step), where(isSmall, exponent.sub(step), exponent));
  }
  const isHalf = magnitude.greaterEqual(1);
  exponent = where(isHalf, exponent.add(1), exponent);
  const mantissa = where(isPlain, wide.mul(powerOfTwo(exponent.neg())), wide);
  return [mantissa.cast(a.dtype), where(isPlain, exponent, 0).cast('int32')];
}

/** √(x² + y²) without overflow on the way. @example hypot(3, 4) // 5 */
export function hypot(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = meetAsFloats('hypot', x, y);
  const isInfinite = a.abs().equal(Infinity).logicalOr(b.abs().equal(Infinity));
  const large = a.abs().maximum(b.abs());
  // Divided by a power of two near the larger one, so that squares neither overflow nor vanish; it cancels exactly.
  const scale = scaleOf(where(isInfinite, filled(large, 1), large).detach());
  const [p, q] = [a.mul(scale), b.mul(scale)];
  const squares = p.mul(p).add(q.mul(q));
  const length = where(squares.equal(0), filled(squares, 0), where(squares.equal(0), 1, squares).sqrt()).div(scale);
  return where(isInfinite, filled(length, Infinity), length);
}

/** A power of two s such that s · x is far from the limits of the dtype. */
function scaleOf(x: Tensor): Tensor {
  const far = x.dtype === 'float64' ? 2 ** 500 : 2 ** 60;
  return where(
    x.greater(far),
    filled(x, 1 / far / 2 ** 20),
    where(x.less(1 / far), filled(x, far * 2 ** 20), filled(x, 1)),
  );
}
