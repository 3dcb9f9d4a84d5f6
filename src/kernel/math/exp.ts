/**
 * eˣ = 2ⁿ · eʳ with n = round(x / ln 2), |r| ≤ ln 2 / 2.
 *
 * Largest error measured: f32 0.92 ulp, 1.15 where fma is two roundings; f64 1.0 ulp (against an oracle of 1).
 * Results below 2^-125.5 (2^-1021.5) may be 0.
 */
import type { NestBuilder } from '../builder.ts';
import type { Register } from '../nest.ts';
import { ln2, roundingShift } from './constants.ts';
import { polynomial } from './polynomial.ts';

/** (eʳ − 1 − r) / r² on |r| ≤ ln 2 / 2. */
const coefficients = {
  f32: [
    0.50000000269492609711, 0.16666576970076091072, 0.041666375138990749175, 0.0083631812623735361312,
    0.001394112366126172459,
  ],
  f64: [
    0.49999999999999999997, 0.16666666666666670991, 0.04166666666666668377, 0.0083333333333261344294,
    0.0013888888888874411825, 0.00019841269874822609811, 0.000024801587347310699266, 2.7557255398071504814e-6,
    2.7557252939018152675e-7, 2.5105217778990567869e-8, 2.0921580667952948556e-9,
  ],
} as const;

/** Between these every result is finite and normal or rounds there; outside it is 0 or ∞, as it is at them. */
const limits = { f32: [-87.6, 88.9], f64: [-708.67, 709.9] } as const;

/** eˣ. */
export function exp(b: NestBuilder, x: Register): Register {
  const lane = floatLane(b, x);
  const [low, high] = limits[lane];
  // The number comes second, so that NaN passes.
  const clamped = b.binary('min', b.splat(lane, high), b.binary('max', b.splat(lane, low), x));
  return expWithin(b, clamped);
}

/** eˣ for x in the limits. */
export function expWithin(b: NestBuilder, x: Register): Register {
  const { n, r } = reduce(b, x);
  const one = b.splat(b.laneOf(x), 1);
  const q = b.fma('fma', polynomial(b, r, coefficients[floatLane(b, x)]), r, one);
  return b.binary('scale', b.fma('fma', q, r, one), n);
}

/** n and e with eˣ = 2ⁿ · (1 + e), for x in the limits. */
export function expm1Parts(b: NestBuilder, x: Register): { n: Register; e: Register } {
  const { n, r } = reduce(b, x);
  const square = b.binary('mul', r, r);
  return { n, e: b.fma('fma', polynomial(b, r, coefficients[floatLane(b, x)]), square, r) };
}

function reduce(b: NestBuilder, x: Register): { n: Register; r: Register } {
  const lane = floatLane(b, x);
  const shift = b.splat(lane, roundingShift[lane]);
  const n = b.binary('sub', b.fma('fma', x, b.splat(lane, Math.LOG2E), shift), shift);
  const high = b.fma('fnma', n, b.splat(lane, ln2[lane][0]), x);
  return { n, r: b.fma('fnma', n, b.splat(lane, ln2[lane][1]), high) };
}

/** The lane type of a register that must hold floats. */
export function floatLane(b: NestBuilder, x: Register): 'f32' | 'f64' {
  const lane = b.laneOf(x);
  if (lane === 'i32' || lane === 'i64') throw new Error(`bug: a float function of an ${lane} register`);
  return lane;
}
