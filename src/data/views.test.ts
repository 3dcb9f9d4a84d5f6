import { beforeAll, describe, expect, it } from 'vitest';
import { device } from '../engine/index.ts';
import { arange } from '../tensor/creation.ts';
import { type AsyncDataset, TensorDataset } from './dataset.ts';
import { randomSplit, stratifiedSplit } from './split.ts';
import { StreamLoader } from './stream.ts';
import { cached, concatDatasets, fromArray, mapDataset, subset } from './views.ts';

beforeAll(() => {
  device('reference');
});

const all = (set: { length: number; get(i: number): unknown }) =>
  Array.from({ length: set.length }, (_, i) => set.get(i));

describe('views', () => {
  it('a subset has its items, alone and in batches', () => {
    const set = subset(new TensorDataset(arange(10)), [7, 3, 3]);
    expect(set.get(1)[0].itemSync()).toBe(3);
    expect(set.batch!(Int32Array.of(0, 2))[0].arraySync()).toEqual([7, 3]);
    expect(() => set.get(3)).toThrow('subset: item 3 does not exist; there are 3');
    expect(() => subset(fromArray([1]), [1])).toThrow('subset: item 1 does not exist; there are 1');
  });

  it('sets follow each other, and items are changed when asked for', () => {
    const set = concatDatasets(fromArray(['a']), fromArray<string>([]), fromArray(['b', 'c']));
    expect(all(mapDataset(set, (item, i) => `${item}${i}`))).toEqual(['a0', 'b1', 'c2']);
    expect(() => set.get(3)).toThrow('item 3 does not exist');
    expect(() => set.get(-1)).toThrow('item -1 does not exist');
  });

  it('a kept item is made once, one that failed again', async () => {
    let made = 0;
    const slow: AsyncDataset<number> = {
      length: 2,
      get: async (i) => {
        made++;
        if (made === 1) throw new Error('not yet');
        return i;
      },
    };
    const kept = cached(mapDataset(slow, async (i) => i * 10));
    await expect(kept.get(1)).rejects.toThrow('not yet');
    expect([await kept.get(1), await kept.get(1), made]).toEqual([10, 10, 2]);
  });
});

describe('splits', () => {
  const set = fromArray(Array.from({ length: 103 }, (_, i) => i));

  it('at random share all items out, alike for equal seeds', () => {
    const parts = randomSplit(set, [0.7, 0.2, 0.1], { seed: 1 });
    expect(parts.map(({ length }) => length)).toEqual([72, 21, 10]);
    expect(parts.flatMap(all).sort((a, b) => Number(a) - Number(b))).toEqual(all(set));
    expect(randomSplit(set, [0.7, 0.2, 0.1], { seed: 1 }).map(all)).toEqual(parts.map(all));
    expect(randomSplit(set, [50, 3]).map(({ length }) => length)).toEqual([50, 3]);
    expect(() => randomSplit(set, [0.7, 0.7])).toThrow('sizes 0.7, 0.7 add up to 1.4; shares add up to at most 1');
    expect(() => randomSplit(set, [100, 4])).toThrow('are no shares of 103 items');
  });

  it('stratified have each class in proportion', () => {
    const labels = Array.from({ length: 103 }, (_, i) => (i < 23 ? 'rare' : 'common'));
    const parts = stratifiedSplit(set, labels, [0.8, 0.2], { seed: 4 });
    const rare = parts.map((part) => all(part).filter((i) => labels[Number(i)] === 'rare').length);
    expect([parts.map(({ length }) => length), rare]).toEqual([[82, 21], [18, 5]]); // prettier-ignore
    expect(new Set(parts.flatMap(all)).size).toBe(103);
    expect(() => stratifiedSplit(set, ['a'], [0.5])).toThrow('1 labels for 103 items');
  });
});

describe('a stream', () => {
  const read = async (loader: AsyncIterable<{ arraySync(): unknown }>) => {
    const batches: unknown[] = [];
    for await (const batch of loader) batches.push(batch.arraySync());
    return batches;
  };
  const numbers = (count: number) =>
    async function* () {
      for (let i = 0; i < count; i++) yield i;
    };

  it('comes in batches, in order or not, and goes on from any of them', async () => {
    expect(await read(new StreamLoader(numbers(5), { batchSize: 2 }))).toEqual([[0, 1], [2, 3], [4]]);
    expect(await read(new StreamLoader(numbers(5), { batchSize: 2, dropLast: true }))).toHaveLength(2);
    const make = () => new StreamLoader(numbers(40), { batchSize: 8, shuffleBuffer: 10, seed: 3 });
    const [first, whole] = [await read(make()), make()];
    expect(first.flat().sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(first[0]).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await read(whole);
    const second = await read(whole);
    expect(second).not.toEqual(first);
    const later = make();
    later.epoch = 1;
    expect(await read(later.from(3))).toEqual(second.slice(3));
  });
});
