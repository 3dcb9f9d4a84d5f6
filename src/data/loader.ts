/**
 * The loader: a data set as batches, in a new order each epoch.
 */
import { raise, ValueError } from '../base/errors.ts';
import { stack } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Dataset } from './dataset.ts';
import { shuffledIndices } from './shuffle.ts';

export interface LoaderOptions {
  /** Default: 32. */
  readonly batchSize?: number;
  /** In a new random order each epoch. Default: false. */
  readonly shuffle?: boolean;
  /** Of the orders; equal seeds visit alike. Default: 0. */
  readonly seed?: number;
  /** Leave out a last batch that is not full. Default: false. */
  readonly dropLast?: boolean;
}

/**
 * Iterated once per epoch; epoch k of a seed always has the same order. Each batch has the tensors of an item with a first
 * axis for the items.
 * @throws ValueError for a batch size that is not a whole number from 1 up
 * @example for (const [x, y] of new DataLoader(digits, { batchSize: 64, shuffle: true })) step(x, y);
 */
export class DataLoader<T extends readonly Tensor[]> implements Iterable<T>, AsyncIterable<T> {
  readonly dataset: Dataset<T>;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly dropLast: boolean;
  /** How often it has been iterated: the epoch that the next iteration is. */
  epoch = 0;

  constructor(
    dataset: Dataset<T>,
    { batchSize = 32, shuffle = false, seed = 0, dropLast = false }: LoaderOptions = {},
  ) {
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      raise(new ValueError(`DataLoader: batchSize must be a whole number from 1 up, got ${batchSize}`));
    }
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.seed = seed;
    this.dropLast = dropLast;
  }

  /** The number of batches in an epoch. */
  get length(): number {
    const full = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(full) : Math.ceil(full);
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    const { dataset, batchSize } = this;
    const epoch = this.epoch++;
    const order = this.shuffle
      ? shuffledIndices(dataset.length, this.seed, epoch)
      : Int32Array.from({ length: dataset.length }, (_, i) => i);
    const count = this.length;
    for (let i = 0; i < count; i++) yield batchOf(dataset, order.subarray(i * batchSize, (i + 1) * batchSize));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* this[Symbol.iterator]();
  }
}

function batchOf<T extends readonly Tensor[]>(dataset: Dataset<T>, indices: Int32Array): T {
  if (dataset.batch !== undefined) return dataset.batch(indices);
  const items = Array.from(indices, (index) => dataset.get(index));
  // As many tensors as an item has, which the type checker cannot follow through map.
  return items[0]!.map((_, column) => stack(items.map((item) => item[column]!))) as unknown as T;
}
