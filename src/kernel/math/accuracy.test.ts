import { describe, expect, it } from 'vitest';
import type { ElementwiseOp } from '../../ir/op.ts';
import { erfExact } from './erf-oracle.ts';
import { apply, ulps } from './measure.ts';

type Float = 'float32' | 'float64';

/** The worst error of an op over points, in ulp; f32 is measured with fused and with separate multiply-add. */
function worst(op: ElementwiseOp, dtype: Float, oracle: (x: number) => number, points: readonly number[]): number {
  const inputs = dtype === 'float32' ? points.map(Math.fround) : points;
  let error = 0;
  for (const fused of dtype === 'float32' ? [true, false] : [true]) {
    const got = apply(op, [{ dtype, values: inputs }], dtype, { fused });
    for (let i = 0; i < got.length; i++) error = Math.max(error, ulps(dtype, got[i]!, oracle(inputs[i]!)));
  }
  return error;
}

/** Evenly spaced, with an irrational stride so that no pattern of bits is met only. */
function even(low: number, high: number, count = 8000): number[] {
  return Array.from({ length: count }, (_, i) => low + (high - low) * ((i * 0.6180339887498949) % 1));
}

/** Magnitudes evenly spaced in their exponent. */
function geometric(low: number, high: number, count = 8000): number[] {
  const [from, to] = [Math.log(low), Math.log(high)];
  return even(from, to, count).map((x) => Math.min(Math.max(Math.exp(x), low), high));
}

const one = (op: ElementwiseOp, dtype: Float, x: number) => apply(op, [{ dtype, values: [x] }], dtype)[0]!;

describe.each(['float32', 'float64'] as const)('%s', (dtype) => {
  const single = dtype === 'float32';
  const tiny = single ? 1.2e-38 : 2.3e-308;
  const huge = single ? 3e38 : 1e308;

  it('exp stays within 2 ulp from the smallest normal result to overflow', () => {
    const [low, high] = single ? [-86.9, 88.7] : [-707.9, 709.7];
    expect(worst('exp', dtype, Math.exp, [...even(low, high), ...even(-1, 1)])).toBeLessThanOrEqual(2);
  });

  it('exp gives 0, 1, ∞ and NaN where they belong', () => {
    for (const x of [-Infinity, single ? -88 : -709, -1e30]) expect(one('exp', dtype, x)).toBe(0);
    for (const x of [Infinity, single ? 88.73 : 709.79, 1e30]) expect(one('exp', dtype, x)).toBe(Infinity);
    for (const x of [0, -0]) expect(one('exp', dtype, x)).toBe(1);
    expect(one('exp', dtype, NaN)).toBeNaN();
  });

  it('log stays within 2 ulp, near 1 too', () => {
    expect(
      worst('log', dtype, Math.log, [...geometric(tiny, huge), ...even(0.5, 2), ...even(0.999, 1.001)]),
    ).toBeLessThanOrEqual(2);
  });

  it('log gives −∞ at 0, NaN below, ∞ at ∞ and exactly 0 at 1', () => {
    for (const x of [0, -0]) expect(one('log', dtype, x)).toBe(-Infinity);
    for (const x of [-1, -1e-30, -Infinity, NaN]) expect(one('log', dtype, x)).toBeNaN();
    expect(one('log', dtype, Infinity)).toBe(Infinity);
    expect(one('log', dtype, 1)).toBe(0);
  });

  it('sin stays within 2.5 ulp up to 1e4', () => {
    expect(worst('sin', dtype, Math.sin, [...even(-4, 4), ...even(-1e4, 1e4)])).toBeLessThanOrEqual(2.5);
  });

  it('sin keeps its digits next to multiples of π', () => {
    const reach = single ? 31_000 : 3e8;
    const points = even(1, reach, 4000).map((n) => Math.PI * Math.round(n));
    expect(worst('sin', dtype, Math.sin, points)).toBeLessThanOrEqual(4);
  });

  it('sin stays within 4 ulp as far as the reduction reaches', () => {
    const reach = single ? 1e5 : 1e9;
    expect(worst('sin', dtype, Math.sin, even(-reach, reach))).toBeLessThanOrEqual(4);
  });

  it('sin is odd, stays in [−1, 1] for any number and is NaN at ∞', () => {
    for (const x of [1e8, 1e20, 3e37]) expect(Math.abs(one('sin', dtype, x))).toBeLessThanOrEqual(1);
    for (const x of [0.5, 3, 1e4]) expect(one('sin', dtype, -x)).toBe(-one('sin', dtype, x));
    for (const x of [Infinity, -Infinity, NaN]) expect(one('sin', dtype, x)).toBeNaN();
    expect(one('sin', dtype, 0)).toBe(0);
  });

  it('tanh stays within 3 ulp (4 in double), down to the smallest arguments', () => {
    const points = [...even(-1, 1), ...even(-10, 10), ...geometric(single ? 1e-30 : 1e-300, 1)];
    expect(worst('tanh', dtype, Math.tanh, points)).toBeLessThanOrEqual(single ? 3 : 4);
  });

  it('erf stays within 3 ulp, down to the smallest arguments', () => {
    const points = [...even(-1.2, 1.2, 1500), ...even(-6, 6, 1500), ...geometric(1e-20, 1, 500)];
    expect(worst('erf', dtype, erfExact, points)).toBeLessThanOrEqual(3);
  });

  it.each(['tanh', 'erf'] as const)('%s is odd, ±1 at the ends, keeps −0 and lets NaN through', (op) => {
    for (const x of [1e-20, 0.25, 1, 1.5, 4, 7]) expect(one(op, dtype, -x)).toBe(-one(op, dtype, x));
    for (const x of [30, 1e30, Infinity]) expect([one(op, dtype, x), one(op, dtype, -x)]).toEqual([1, -1]);
    expect(one(op, dtype, -0)).toBe(-0);
    expect(one(op, dtype, 0)).toBe(0);
    expect(one(op, dtype, NaN)).toBeNaN();
  });

  it.each(['tanh', 'erf'] as const)('%s never leaves [−1, 1]', (op) => {
    const results = apply(op, [{ dtype, values: even(-12, 12, 2000) }], dtype);
    expect(results.every((y) => Math.abs(y) <= 1)).toBe(true);
  });
});

describe('the oracle of erf', () => {
  // Abramowitz & Stegun, table 7.1, and DLMF 7.23
  it.each([
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
    [-1, -0.8427007929497149],
  ])('erf(%d) is %d', (x, y) => {
    expect(ulps('float64', erfExact(x), y)).toBeLessThanOrEqual(1);
  });
});
