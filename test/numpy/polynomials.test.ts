/**
 * Polynomials against NumPy, and their roots against what they were made of.
 */
import { describe, expect, it } from 'vitest';
import * as fathom from '../../src/index.ts';
import { numberIn, replay, type Tolerance } from './replay.ts';

/** A fit is a solution by the pseudo-inverse, as far off as the powers are alike. */
const fits: Tolerance = { ulps: 2, floor: 'largest', double: 256 };
const sums: Tolerance = { ulps: 4, floor: 'largest', double: 4 };

replay('polynomials', {
  polyfit: { answer: ([x, y], o) => fathom.polyfit(x!, y!, numberIn(o, 'degree')), values: fits },
  poly: { answer: ([r]) => fathom.poly(r!), values: sums },
  polydiv: { answer: ([u, v]) => fathom.polydiv(u!, v!), values: sums },
  trimZeros: {
    answer: ([x], { where }) => fathom.trimZeros(x!, where === 'f' || where === 'b' ? where : 'fb'),
  },
}); // prettier-ignore

describe('roots', () => {
  const sorted = (p: number[]): number[][] => {
    const { real, imag } = fathom.roots(fathom.tensor(p, { dtype: 'float64' })).arraySync();
    const pairs = (real as number[]).map((x, i) => [x, (imag as number[])[i]!]);
    return pairs.sort(([a, b], [c, d]) => a! - c! || b! - d!);
  };

  it('are where the polynomial is 0, however often', () => {
    for (const [p, expected] of [
      [[1, -6, 11, -6], [[1, 0], [2, 0], [3, 0]]],
      [[1, 0, 1], [[0, -1], [0, 1]]],
      [[0, 0, 2, -4, 0, 0], [[0, 0], [0, 0], [2, 0]]],
      [[5], []],
      [[0, 0], []],
    ] as [number[], number[][]][]) {
      const found = sorted(p);
      expect(found).toHaveLength(expected.length);
      found.flat().forEach((x, i) => expect(x).toBeCloseTo(expected.flat()[i]!, 10));
    }
  }); // prettier-ignore

  it('and what does not fit is refused', () => {
    const matrix: fathom.Tensor = fathom.ones([2, 2]);
    expect(() => fathom.roots(matrix)).toThrow(/roots: expected a vector/);
    expect(() => fathom.poly(matrix)).toThrow(/poly: expected a vector/);
    expect(() => fathom.trimZeros(matrix)).toThrow(/trimZeros: expected a vector/);
    expect(() => fathom.polydiv(matrix, fathom.ones([2]))).toThrow(/polydiv: expected vectors/);
    expect(() => fathom.polyfit(matrix, matrix, 1)).toThrow(/polyfit: expected x \(n,\)/);
    expect(() => fathom.polyfit(fathom.ones([3]), fathom.ones([3]), 0.5)).toThrow(fathom.ValueError);
  });
});
