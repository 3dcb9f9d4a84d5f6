import { beforeAll, describe, expect, it } from 'vitest';
import { uniforms } from '../base/generator.ts';
import { device } from '../engine/index.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { collate, padded } from './collate.ts';
import type { AsyncDataset } from './dataset.ts';
import { DataLoader } from './loader.ts';
import { bucketed, distributed, sequential, shuffled, stratified, weighted } from './sampler.ts';

beforeAll(() => {
  device('reference');
});

const counts = (order: Int32Array, size: number) => {
  const result = new Array<number>(size).fill(0);
  for (const i of order) result[i]!++;
  return result;
};

describe('samplers', () => {
  it('weighted draws in proportion, and never what has no weight', () => {
    const found = counts(weighted([1, 0, 2, 5], { count: 8000, seed: 1 }).order(0), 4);
    // Binomial: five standard deviations are at most 224.
    [1000, 0, 2000, 5000].forEach((expected, i) =>
      expect(Math.abs(found[i]! - expected)).toBeLessThan(expected === 0 ? 1 : 224),
    );
    const once = weighted([1, 0, 2, 5], { count: 3, replacement: false, seed: 1 });
    expect([...once.order(4)].sort()).toEqual([0, 2, 3]);
    // Heavier items come first more often: item 3 with probability 5/8.
    let firsts = 0;
    for (let epoch = 0; epoch < 800; epoch++) if (once.order(epoch)[0] === 3) firsts++;
    expect(Math.abs(firsts - 500)).toBeLessThan(70);
    expect(() => weighted([1, 0], { count: 2, replacement: false })).toThrow('only 1 have a weight above 0');
    expect(() => weighted([1, -1])).toThrow('weight 1 is -1');
  });

  it('stratified has the classes in proportion in every stretch, each item once', () => {
    const labels = Array.from({ length: 100 }, (_, i) => (i < 20 ? 'rare' : 'common'));
    const order = stratified(labels, { seed: 3 }).order(1);
    expect([...order].sort((a, b) => a - b)).toEqual([...sequential(100).order(0)]);
    for (let start = 0; start < 100; start += 10) {
      const rare = order.slice(start, start + 10).filter((i) => labels[i] === 'rare').length;
      expect(Math.abs(rare - 2)).toBeLessThanOrEqual(1);
    }
    expect(stratified(labels, { seed: 3 }).order(2)).not.toEqual(order);
  });

  it('distributed shares an epoch out, repeating or dropping what does not divide', () => {
    const shares = [0, 1, 2].map((rank) => [...distributed(sequential(7), { rank, size: 3 }).order(0)]);
    expect(shares).toEqual([
      [0, 3, 6],
      [1, 4, 0],
      [2, 5, 1],
    ]);
    expect(distributed(shuffled(7), { rank: 2, size: 3, dropLast: true }).length).toBe(2);
    expect(() => distributed(sequential(7), { rank: 3, size: 3 })).toThrow('0 <= rank < size, got rank 3 of 3');
  });

  it('bucketed puts similar lengths together, each item once, in a new order each epoch', () => {
    const draw = uniforms(1, 1);
    const lengths = Array.from({ length: 203 }, () => Math.floor(draw() * 100));
    const sampler = bucketed(lengths, { batchSize: 8, window: 10 });
    const [first, second] = [sampler.batches(0), sampler.batches(1)];
    expect([first.length, sampler.length]).toEqual([26, 26]);
    expect(first.flatMap((batch) => [...batch]).sort((a, b) => a - b)).toEqual([...sequential(203).order(0)]);
    expect(first).not.toEqual(second);
    const waste = (batches: readonly Int32Array[]) =>
      batches.reduce((sum, batch) => {
        const each = [...batch].map((i) => lengths[i]!);
        return sum + Math.max(...each) * each.length - each.reduce((a, b) => a + b);
      }, 0);
    const plain = Array.from({ length: 26 }, (_, i) =>
      shuffled(203)
        .order(0)
        .subarray(i * 8, i * 8 + 8),
    );
    expect(waste(first)).toBeLessThan(waste(plain) / 3);
  });
});

describe('collation', () => {
  it('goes through objects and lists, and names the place of what does not fit', () => {
    const items = [0, 1].map((i) => ({ x: tensor([i, 2]), more: [i * 0.5, i === 1, `text ${i}`] as const }));
    const { x, more } = collate(items);
    expect([x.arraySync(), more[0].arraySync(), more[1].dtype, more[2]]).toEqual([
      [[0, 2], [1, 2]], // prettier-ignore
      [0, 0.5],
      'bool',
      ['text 0', 'text 1'],
    ]);
    expect(() => collate([{ a: tensor([1]) }, { a: tensor([1, 2]) }])).toThrow('items.a have shapes (1,) and (2,)');
    expect(() => collate([new Map()])).toThrow('the item is a Map, which does not go into a batch');
    expect(() => collate<unknown>([{ a: 1 }, { b: 1 }])).toThrow('differ in form: a and b');
  });

  it('fills sequences up to one length', () => {
    const [values, lengths] = padded({ value: -1, multipleOf: 4 })([tensor([1, 2]), tensor([1, 2, 3])]);
    expect(values.arraySync()).toEqual([[1, 2, -1, -1], [1, 2, 3, -1]]); // prettier-ignore
    expect(lengths.arraySync()).toEqual([2, 3]);
  });
});

describe('a loader', () => {
  const numbers = { length: 10, get: (i: number) => tensor(i) };
  const read = async (batches: AsyncIterable<Tensor>) => {
    const seen: unknown[] = [];
    for await (const batch of batches) seen.push(batch.arraySync());
    return seen;
  };

  it('goes on from any batch of any epoch', async () => {
    const make = () => new DataLoader(numbers, { batchSize: 3, shuffle: true, seed: 2 });
    const loader = make();
    await read(loader);
    const second = await read(loader);
    const later = make();
    later.epoch = 1;
    expect(await read(later.from(2))).toEqual(second.slice(2));
    expect(later.epoch).toBe(2);
  });

  it('takes its batches from a sampler of batches, and transforms them by the epoch and place alone', async () => {
    const make = () =>
      new DataLoader(numbers, {
        batches: bucketed([...sequential(10).order(0)], { batchSize: 5, shuffle: false }),
        transform: (batch: Tensor, key) => batch.add(key.at(0).mod(100)),
      });
    const whole = await read(make());
    expect(await read(make().from(1))).toEqual(whole.slice(1));
    expect(whole[0]).not.toEqual([0, 1, 2, 3, 4]);
  });

  it('asks for promised batches in advance, and for no more than it may', async () => {
    let underWay = 0;
    let most = 0;
    const slow: AsyncDataset<number> = {
      length: 12,
      get: async (i) => {
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setTimeout(resolve, 2));
        underWay--;
        return i;
      },
    };
    const loader = new DataLoader(slow, { batchSize: 2, prefetch: 3 });
    expect((await read(loader)).flat()).toEqual([...sequential(12).order(0)]);
    expect(most).toBe(6);
    expect(() => [...loader]).toThrow('this data set gives promises; iterate with for await');
  });

  it('an item that fails is thrown where its batch is due', async () => {
    const broken: AsyncDataset<number> = {
      length: 4,
      get: (i) => (i === 3 ? Promise.reject(new Error('item 3 is damaged')) : Promise.resolve(i)),
    };
    const seen: unknown[] = [];
    await expect(async () => {
      for await (const batch of new DataLoader(broken, { batchSize: 2 })) seen.push(batch.arraySync());
    }).rejects.toThrow('item 3 is damaged');
    expect(seen).toEqual([[0, 1]]);
  });
});
