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
