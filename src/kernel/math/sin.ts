/**
 * sin x = (−1)ⁿ · sin r with n = round(x / π), r = x − n·π, |r| ≤ π / 2. π is subtracted in parts whose products with n
 * are exact (Cody & Waite), so a machine without fused multiply-add loses nothing.
 *
 * Largest error measured: f32 2.3 ulp for |x| ≤ 1e4 and 3.6 for |x| ≤ 1e5; f64 2.0 ulp (against an oracle of 1) for |x| ≤ 1e9.
 * Beyond 1e5 (1e9) digits are lost with every further bit of n; from about 1e7 (1e15) on only the range [−1, 1] is left.
 * sin(−0) is 0.
 */
import type { NestBuilder } from '../builder.ts';
import type { Register } from '../nest.ts';
import { roundingShift } from './constants.ts';
import { floatLane } from './exp.ts';
import { polynomial } from './polynomial.ts';

/** (sin r − r) / r³ in r², |r| ≤ π / 2. */
const coefficients = {
  f32: [-0.16666659547524744253, 0.0083330661648153369078, -0.00019809596523472075568, 2.6057657020074686141e-6],
  f64: [
    -0.16666666666666665569, 0.0083333333333331942074, -0.00019841269841209182191, 2.7557319211130747031e-6,
    -2.505210687218849349e-8, 1.6058939674283040537e-10, -7.6429906477686348413e-13, 2.7211659125646524825e-15,
  ],
} as const;

const pi = {
  f32: [3.140625, 0.0009670257568359375, 6.277114152908325e-7, 1.215420125655342e-10],
  f64: [3.1415927410125732, -8.742277657347586e-8, -3.4302490200117637e-15, 2.1125998133974855e-23],
} as const;

/** |r| may pass π / 2 by a little, because n comes from a rounded x / π; what is fitted to π / 2 holds until here. */
const overshoot = 1.6;

/** sin x. */
export function sin(b: NestBuilder, x: Register): Register {
  const lane = floatLane(b, x);
  const shift = b.splat(lane, roundingShift[lane]);
  const shifted = b.fma('fma', x, b.splat(lane, 1 / Math.PI), shift);
  const n = b.binary('sub', shifted, shift);
  let r = x;
  for (const part of pi[lane]) r = b.fma('fnma', n, b.splat(lane, part), r);
  // Where the reduction has lost every digit, at least stay in range. The number comes second, so that NaN passes.
  const bound = b.splat(lane, overshoot);
  r = b.binary('min', bound, b.binary('max', b.splat(lane, -overshoot), r));
  const square = b.binary('mul', r, r);
  const sine = b.fma('fma', b.binary('mul', square, polynomial(b, square, coefficients[lane])), r, r);
  if (lane === 'f32') {
    const sign = b.binary('shl', b.convert('bits', shifted), b.splat('i32', 31));
    return b.convert('bits', b.binary('xor', b.convert('bits', sine), sign));
  }
  const odd = b.fma('fnma', b.unary('floor', b.binary('mul', n, b.splat(lane, 0.5))), b.splat(lane, 2), n);
  return b.binary('mul', sine, b.fma('fnma', odd, b.splat(lane, 2), b.splat(lane, 1)));
}
