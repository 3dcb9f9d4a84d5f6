import { beforeAll, describe, expect, it } from 'vitest';
import { flatNumbers } from '../../test/arrays.ts';
import { testDevices } from '../../test/devices.ts';
import golden from '../../test/golden/threefry.json' with { type: 'json' };
import { constant, threefry } from '../ir/build.ts';
import { realize } from '../engine/realize.ts';
import { device } from '../runtime/registry.ts';
import { tensor } from './creation.ts';
import * as random from './random/index.ts';
import type { Tensor } from './tensor.ts';

describe.each(testDevices)('random on %s', (name) => {
  beforeAll(() => {
    device(name);
  });

  it('threefry gives Random123’s known answer for the zero key and counter', () => {
    const zero = constant(0, [], 'int32');
    const { result, counter } = golden.knownAnswers[0]!;
    expect(counter).toEqual([0, 0]);
    const words = realize([threefry(zero, zero, zero, 'first'), threefry(zero, zero, zero, 'second')]);
    expect(words.map(({ storage }) => storage.read()[0]! >>> 0)).toEqual(result);
  });

  describe.each(golden.cases)('JAX, $name', (expected) => {
    const key = tensor(
      expected.key.map((word) => word | 0),
      { dtype: 'int32' },
    );

    it('bits', () => {
      expect(unsigned(random.bits(key, [8]))).toEqual(expected.bits['8']);
      expect(unsigned(random.bits(key, [3, 5]))).toEqual(flatNumbers(expected.bits['3x5']));
    });

    it('split and foldIn', () => {
      expect(unsigned(random.split(key))).toEqual(flatNumbers(expected.split['2']));
      expect(unsigned(random.split(key, 5))).toEqual(flatNumbers(expected.split['5']));
      expect(unsigned(random.foldIn(key, 7))).toEqual(expected.foldIn7);
      expect(unsigned(random.foldIn(key, tensor(7)))).toEqual(expected.foldIn7);
    });

    it('uniform numbers to the bit', () => {
      expect([...random.uniform(key, [8]).dataSync()]).toEqual(expected.uniform['8'].map(Math.fround));
      expect([...random.uniform(key, [3, 5]).dataSync()]).toEqual(expected.uniform['3x5'].map(Math.fround));
    });

    it('normal numbers but for the last bits of log and sqrt', () => {
      random
        .normal(key, [3, 5])
        .dataSync()
        .forEach((x, i) => {
          const y = expected.normal['3x5'][i]!;
          expect(Math.abs(x - y)).toBeLessThanOrEqual(2e-6 * (1 + Math.abs(y)));
        });
    });
  });

  it('the same key gives the same numbers, another key others', () => {
    const draw = (seed: number): number[] => [...random.uniform(random.key(seed), [4]).dataSync()];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(2 ** 40 + 1)).not.toEqual(draw(1));
  });

  it('uniform numbers stay in their range, in both float dtypes', () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const x = random.uniform(random.key(3), [5000], { low: -2, high: 3, dtype });
      expect(x.dtype).toBe(dtype);
      expect(x.min().itemSync()).toBeGreaterThanOrEqual(-2);
      expect(x.max().itemSync()).toBeLessThan(3);
      expect(Math.abs(x.mean().itemSync() - 0.5)).toBeLessThan(0.1); // five standard errors of 5/√12/√5000
    }
  });

  it('normal numbers have their mean and deviation', () => {
    const x = random.normal(random.key(4), [10000], { mean: 3, std: 2 });
    expect(Math.abs(x.mean().itemSync() - 3)).toBeLessThan(0.1); // five standard errors
    expect(Math.abs(x.std().itemSync() - 2)).toBeLessThan(0.1);
  });

  it('whole numbers fill their range evenly', () => {
    const x = random.randint(random.key(5), [7000], -3, 4).dataSync();
    const counts = new Map<number, number>();
    for (const value of x) counts.set(value, (counts.get(value) ?? 0) + 1);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-3, -2, -1, 0, 1, 2, 3]);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150); // five deviations
    const wide = random.randint(random.key(6), [1000], 0, 2 ** 30);
    expect(wide.min().itemSync()).toBeGreaterThanOrEqual(0);
    expect(wide.max().itemSync()).toBeGreaterThan(2 ** 29);
  });

  it('bernoulli hits with its probability', () => {
    const hits = random.bernoulli(random.key(7), 0.3, [10000]);
    expect(hits.dtype).toBe('bool');
    expect(Math.abs(hits.sum().itemSync() - 3000)).toBeLessThan(230);
  });

  it('a permutation has every number once', () => {
    const order = [...random.permutation(random.key(8), 50).dataSync()];
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('the shared sequence starts again from a seed', () => {
    random.seed(9);
    const first = [unsigned(random.defaultKey()), unsigned(random.defaultKey())];
    expect(first[0]).not.toEqual(first[1]);
    random.seed(9);
    expect([unsigned(random.defaultKey()), unsigned(random.defaultKey())]).toEqual(first);
  });

  it('what is not a key is refused', () => {
    expect(() => random.uniform(tensor([1, 2]), [3])).toThrow(/a key is int32 of shape \(2,\), got float32 \(2,\)/);
    expect(() => random.key(-1)).toThrow(/seed -1/);
  });
});

function unsigned(x: Tensor): number[] {
  return [...x.dataSync()].map((word) => word >>> 0);
}
