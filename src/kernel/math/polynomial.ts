/**
 * Polynomials over registers. Coefficients everywhere in this folder come from the Remez exchange in 60-digit arithmetic
 * (relative error of the function, on the interval its file names), rounded to the lane.
 */
import type { NestBuilder } from '../builder.ts';
import type { Register } from '../nest.ts';

/** c₀ + x·(c₁ + x·(c₂ + …)). */
export function polynomial(b: NestBuilder, x: Register, coefficients: readonly number[]): Register {
  const lane = b.laneOf(x);
  let sum = b.splat(lane, coefficients[coefficients.length - 1]!);
  for (let k = coefficients.length - 2; k >= 0; k--) sum = b.fma('fma', sum, x, b.splat(lane, coefficients[k]!));
  return sum;
}
