import { describe, expect, it } from 'vitest';
import { Matrix } from '../matrix.ts';
import { Random } from '../random.ts';
import { placeOf } from '../trees/ranks.ts';
import { bin, GAP } from './bins.ts';

const random = new Random(2);
const draws: Readonly<Record<string, () => number>> = {
  normal: () => random.normal(),
  'heavy tails': () => random.normal() / random.uniform() ** 3,
  'huge and tiny': () => random.normal() * 10 ** (40 * random.uniform() - 20),
  'few values': () => random.below(7) - 3,
  constant: () => 5,
  'zeros of both signs': () => [-1, -0, 0, 1, -(2 ** -1074)][random.below(5)]!,
  gaps: () => (random.uniform() < 0.2 ? Number.NaN : random.uniform()),
  'nothing but gaps': () => Number.NaN,
  'near the largest number': () => (random.uniform() < 0.5 ? -1.7e308 : 1.7e308 * random.uniform()),
};

describe('bins', () => {
  it.each(Object.entries(draws))('%s: each value has the first cut that is not below it', (_, draw) => {
    const x = new Matrix(5000, 2);
    for (let p = 0; p < x.data.length; p++) x.data[p] = draw();
    for (const maxBins of [2, 17, 255]) {
      const { codes, cuts, hasGaps } = bin(x, maxBins, 0);
      for (let j = 0; j < 2; j++) {
        const column = x.column(j);
        expect(cuts[j]).toEqual(Float64Array.from(cuts[j]!).sort());
        expect(cuts[j]!.length).toBeLessThan(maxBins);
        expect(hasGaps[j]).toBe(column.some(Number.isNaN));
        expect(codes[j]).toEqual(Uint8Array.from(column, (value) => (Number.isNaN(value) ? GAP : placeOf(cuts[j]!, value)))); // prettier-ignore
      }
    }
  });
});
