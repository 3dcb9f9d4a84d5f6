/**
 * ln x = e · ln 2 + ln m with x = 2ᵉ · m, m in [√½, √2).
 *
 * Largest error measured: f32 0.84 ulp, with fma or without; f64 1.0 ulp (against an oracle of 1).
 */
import type { NestBuilder } from '../builder.ts';
import type { Register } from '../nest.ts';
import { ln2, smallestNormal } from './constants.ts';
import { floatLane } from './exp.ts';
import { polynomial } from './polynomial.ts';

/** (ln(1 + f) − f + f² / 2) / f³ on √½ − 1 ≤ f ≤ √2 − 1. */
const direct = [
  0.33333331257110301674, -0.2499998118780153852, 0.20000688091040184731, -0.16669150919487673512,
  0.14251155083889715375, -0.12396700244123096655, 0.116346685635591521, -0.11659940244258440769,
  0.073325288909829329052,
] as const;

/** (2 artanh s − 2s) / s³ in s², |s| ≤ (√2 − 1) / (√2 + 1). */
const symmetric = [
  0.66666666666666697267, 0.39999999999898510967, 0.28571428626369857, 0.22222211077577128523, 0.18182892876793018712,
  0.15331608247412523325, 0.14617733915415434284,
] as const;

/** ln x; −∞ at 0 (and for denormals, which count as 0), NaN below. */
export function log(b: NestBuilder, x: Register): Register {
  const lane = floatLane(b, x);
  const { e, f } = lane === 'f32' ? splitSingle(b, x) : splitDouble(b, x);
  const half = b.splat(lane, 0.5);
  const [high, low] = [b.splat(lane, ln2[lane][0]), b.splat(lane, ln2[lane][1])];
  let result: Register;
  if (lane === 'f32') {
    // f − f²/2 + f³·P, the small terms first
    const square = b.binary('mul', f, f);
    const tail = b.binary('mul', b.binary('mul', square, f), polynomial(b, f, direct));
    const small = b.fma('fnma', square, half, b.fma('fma', e, low, tail));
    result = b.fma('fma', e, high, b.binary('add', small, f));
  } else {
    // ln(1 + f) = f − (h − s·(h + R)), h = f²/2, s = f / (2 + f): fdlibm's arrangement, which keeps f exact
    const s = b.binary('div', f, b.binary('add', f, b.splat(lane, 2)));
    const z = b.binary('mul', s, s);
    const h = b.binary('mul', half, b.binary('mul', f, f));
    const r = b.binary('mul', z, polynomial(b, z, symmetric));
    const correction = b.fma('fma', s, b.binary('add', h, r), b.binary('mul', e, low));
    const small = b.binary('sub', h, correction);
    result = b.fma('fma', e, high, b.binary('sub', f, small));
  }
  const zero = b.splat(lane, 0);
  const tiny = b.compare('lt', x, b.splat(lane, smallestNormal[lane]));
  const atZero = b.select(b.compare('lt', x, zero), b.splat(lane, NaN), b.splat(lane, -Infinity));
  // ∞ and NaN are their own logarithms; the comparison is false for both.
  const finite = b.compare('lt', x, b.splat(lane, Infinity));
  return b.select(finite, b.select(tiny, atZero, result), x);
}

/** The exponent field moves by an integer subtraction that puts m in [√½, √2) at once. */
function splitSingle(b: NestBuilder, x: Register): { e: Register; f: Register } {
  const base = b.splat('i32', 0x3f3504f3); // the bits of √½
  const offset = b.binary('sub', b.convert('bits', x), base);
  const e = b.convert('i32>f32', b.binary('sar', offset, b.splat('i32', 23)));
  const m = b.convert('bits', b.binary('add', b.binary('and', offset, b.splat('i32', 0x7fffff)), base));
  return { e, f: b.binary('sub', m, b.splat('f32', 1)) };
}

function splitDouble(b: NestBuilder, x: Register): { e: Register; f: Register } {
  const e = b.unary('exponent', x);
  const m = b.unary('mantissa', x);
  const one = b.splat('f64', 1);
  const big = b.compare('lt', b.splat('f64', Math.SQRT2), m);
  return {
    e: b.select(big, b.binary('add', e, one), e),
    f: b.binary('sub', b.select(big, b.binary('mul', m, b.splat('f64', 0.5)), m), one),
  };
}
