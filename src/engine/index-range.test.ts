import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arange, device, type Tensor, tensor, where } from '../index.ts';
import { rangeOf } from './index-range.ts';

const of = (x: Tensor) => rangeOf(x.node);
const position = tensor([3, -7], { dtype: 'int32' });

it('a clip, a remainder, a mask, a count and a choice confine', () => {
  expect(of(position)).toBeUndefined();
  expect(of(position.clip(0, 9))).toEqual({ low: 0, high: 9 });
  expect(of(position.mod(5))).toEqual({ low: 0, high: 4 });
  expect(of(position.clip(1, 3).mul(10).add(arange(2).cast('int32')))).toEqual({ low: 10, high: 31 });
  expect(of(where(position.less(0), 4, position.clip(2, 3)))).toEqual({ low: 2, high: 4 });
  expect(of(tensor([3, 1]).argsort())).toEqual({ low: 0, high: 1 });
  expect(of(position.clip(0, 9).reshape(2, 1).expand([2, 4]).sub(1))).toEqual({ low: -1, high: 8 });
});

it('nothing is said of floats, which may be NaN, nor of what may wrap around', () => {
  expect(of(tensor([NaN]).clip(0, 3).cast('int32'))).toBeUndefined();
  expect(of(position.clip(0, 2 ** 30).mul(4))).toBeUndefined();
  expect(of(position.mod(tensor([0, 2], { dtype: 'int32' })))).toBeUndefined();
});

it('holds for random expressions', () => {
  device('reference');
  const steps: readonly ((x: Tensor, k: number) => Tensor)[] = [
    (x, k) => x.add(k),
    (x, k) => x.mul(k),
    (x, k) => x.mod(Math.abs(k) + 1),
    (x, k) => x.clip(k - 9, k + 9),
    (x) => x.neg(),
    (x, k) => where(x.less(k), x, k),
    (x, k) => x.maximum(k),
    (x) => x.abs(),
  ];
  const step = fc.tuple(fc.integer({ min: 0, max: steps.length - 1 }), fc.integer({ min: -20, max: 20 }));
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 5 }),
      fc.array(step, { maxLength: 6 }),
      (values, chain) => {
        const given = tensor(values, { dtype: 'int32' }).clip(-90, 90);
        const x = chain.reduce((y, [i, k]) => steps[i]!(y, k), given);
        const range = of(x) ?? { low: -Infinity, high: Infinity };
        for (const value of x.dataSync()) {
          expect(Number(value)).toBeGreaterThanOrEqual(range.low);
          expect(Number(value)).toBeLessThanOrEqual(range.high);
        }
      },
    ),
    { numRuns: 150, seed: 7 },
  );
});
