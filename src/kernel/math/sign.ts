/**
 * Gives one number the sign of another.
 */
import type { NestBuilder } from '../builder.ts';
import type { Register } from '../nest.ts';

/** `magnitude` ≥ 0 (or NaN) with the sign of x. */
export function copySign(b: NestBuilder, magnitude: Register, x: Register): Register {
  if (b.laneOf(x) === 'f32') {
    const sign = b.binary('and', b.convert('bits', x), b.splat('i32', -2147483648));
    return b.convert('bits', b.binary('or', b.convert('bits', magnitude), sign));
  }
  const zero = b.splat('f64', 0);
  const signed = b.select(b.compare('lt', x, zero), b.unary('neg', magnitude), magnitude);
  // Keeps −0.
  return b.select(b.compare('eq', x, zero), x, signed);
}
