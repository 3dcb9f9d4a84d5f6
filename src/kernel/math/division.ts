/**
 * Whole-number quotients and remainders. No machine here divides vectors of integers; floats of enough digits do it exactly:
 * a / b rounded to 53 bits never reaches a whole number that the quotient of two 32-bit integers does not.
 */
import type { NestBuilder } from '../builder.ts';
import type { Register } from '../nest.ts';

/** floor(a / b) of i32 registers, 0 where b is 0; −2³¹ / −1 wraps. */
export function divideIntegers(b: NestBuilder, x: Register, y: Register): Register {
  const quotient = b.unary('floor', b.binary('div', b.convert('i32>f64', x), b.convert('i32>f64', y)));
  // 2³¹, the one quotient that does not fit, becomes −2³¹.
  const fits = b.compare('lt', quotient, b.splat('f64', 2 ** 31));
  const wrapped = b.select(fits, quotient, b.splat('f64', -(2 ** 31)));
  return unlessZero(b, y, b.convert('f64>i32', wrapped));
}

/** floor(a / b) of i32 registers within ±2¹⁵, 0 where b is 0: 24 bits are enough for them. */
export function divideSmallIntegers(b: NestBuilder, x: Register, y: Register): Register {
  const quotient = b.unary('floor', b.binary('div', b.convert('i32>f32', x), b.convert('i32>f32', y)));
  return unlessZero(b, y, b.convert('f32>i32', quotient));
}

/**
 * floor(a / b) of i64 registers and what it leaves, both 0 where b is 0; −2⁶³ / −1 wraps. A quotient of doubles is right to 53 bits; that
 * of what it leaves has at most 12 more and is at most 1 off, which what then is left tells. Whatever wraps on the way wraps back.
 */
export function divideWideIntegers(
  b: NestBuilder,
  x: Register,
  y: Register,
): { readonly quotient: Register; readonly remainder: Register } {
  const [zero, one] = [b.splat('i64', 0), b.splat('i64', 1)];
  const divisor = b.convert('i64>f64', y);
  const ratio = (rest: Register): Register => b.binary('div', b.convert('i64>f64', rest), divisor);
  const left = (rest: Register, times: Register): Register => b.binary('sub', rest, b.binary('mul', times, y));
  const first = b.convert('f64>i64', ratio(x));
  const rest = left(x, first);
  const second = b.convert('f64>i64', b.unary('floor', ratio(rest)));
  let quotient = b.binary('add', first, second);
  let remainder = left(rest, second);
  const isNegative = b.compare('lt', y, zero);
  const hasOtherSign = (r: Register): Register =>
    b.select(isNegative, b.compare('lt', zero, r), b.compare('lt', r, zero));
  const isLow = hasOtherSign(remainder);
  quotient = b.binary('sub', quotient, b.select(isLow, one, zero));
  remainder = b.binary('add', remainder, b.select(isLow, y, zero));
  // As large as the divisor, or larger: with the divisor taken away it still has the divisor's sign, or is 0.
  const less = b.binary('sub', remainder, y);
  const isHigh = b.binary('andnot', hasOtherSign(less), b.compare('ne', remainder, zero));
  quotient = b.binary('add', quotient, b.select(isHigh, one, zero));
  remainder = b.select(isHigh, less, remainder);
  const isZero = b.compare('eq', y, zero);
  return { quotient: b.select(isZero, zero, quotient), remainder: b.select(isZero, zero, remainder) };
}

/** a − quotient · b, 0 where b is 0. */
export function remainderOf(b: NestBuilder, x: Register, y: Register, quotient: Register): Register {
  return unlessZero(b, y, b.binary('sub', x, b.binary('mul', quotient, y)));
}

/** a − floor(a / b) · b of floats: two roundings on every machine, so that an exact multiple leaves 0. */
export function remainderOfFloats(b: NestBuilder, x: Register, y: Register): Register {
  return b.binary('sub', x, b.binary('mul', b.unary('floor', b.binary('div', x, y)), y));
}

function unlessZero(b: NestBuilder, y: Register, value: Register): Register {
  return b.binary('andnot', b.compare('eq', y, b.splat('i32', 0)), value);
}
