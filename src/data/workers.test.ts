import { beforeAll, expect, it } from 'vitest';
import { device } from '../engine/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { DataLoader } from './loader.ts';
import { workerDataset } from './workers.ts';

type Item = readonly [Tensor, { readonly pair: Tensor; readonly name: string }];

const module = new URL('../../test/fixtures/serve-squares.mjs', import.meta.url);
const start = (length: number) => workerDataset<Item>(module, { threads: 2, data: { length } });

beforeAll(() => {
  device('reference');
});

it('batches come from worker threads in order, with their dtypes, and failures with their text', async () => {
  const squares = await start(20);
  try {
    expect(squares.length).toBe(20);
    const loader = new DataLoader(squares, { batchSize: 5, prefetch: 3 });
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const [x, { pair, name }] of loader) seen.push([x.arraySync(), pair.dtype, pair.shape, name]);
    })();
    await expect(reading).rejects.toThrow('workerDataset: item 13 is damaged');
    expect(seen).toEqual([
      [[0, 1, 4, 9, 16], 'int32', [5, 2], ['item 0', 'item 1', 'item 2', 'item 3', 'item 4']],
      [[25, 36, 49, 64, 81], 'int32', [5, 2], ['item 5', 'item 6', 'item 7', 'item 8', 'item 9']],
    ]);
    const [square] = await squares.get(14);
    expect(square.itemSync()).toBe(196);
  } finally {
    await squares.close();
  }
  await expect(squares.get(1)).rejects.toThrow('it was closed');
});

it('a module that cannot start is an error at once', async () => {
  await expect(start(-1)).rejects.toThrow('a thread ended: there is nothing to serve');
});
