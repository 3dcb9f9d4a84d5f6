/**
 * The loader: a data set as batches, in a new order each epoch, asked for in advance where they take time to come.
 */
import { raise, ValueError } from '../base/errors.ts';
import { foldIn, key } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { collate as collateItems } from './collate.ts';
import type { AsyncDataset, Batches, Collated, Dataset } from './dataset.ts';
import { type BatchSampler, type Sampler, sequential, shuffled } from './sampler.ts';

export interface LoaderOptions<T, B> {
  /** Default: 32. */
  readonly batchSize?: number;
  /** In a new random order each epoch. Default: false. */
  readonly shuffle?: boolean;
  /** Of the orders and of `transform`; equal seeds visit alike. Default: 0. */
  readonly seed?: number;
  /** Leave out a last batch that is not full. Default: false. */
  readonly dropLast?: boolean;
  /** Which items, in which order, instead of `shuffle`. */
  readonly sampler?: Sampler;
  /** Which items make which batch, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  readonly batches?: BatchSampler;
  /** How items become a batch. Default: `collate`, or the data set's own `batch`. */
  readonly collate?: (items: readonly T[]) => B;
  /** Changes each batch; the key is made of the seed, the epoch and the batch's number. */
  readonly transform?: (batch: B, key: Tensor) => B;
  /** How many batches of an AsyncDataset are under way at most. Default: 2. */
  readonly prefetch?: number;
}

/**
 * Iterated once per epoch; epoch k of a seed always has the same order. Each batch has the form of an item, with a first axis
 * for the items. A data set whose items are promised is iterated by `for await`.
 * @throws ValueError for a batch size that is not a whole number from 1 up
 * @example for (const [x, y] of new DataLoader(digits, { batchSize: 64, shuffle: true })) step(x, y);
 */
export class DataLoader<T, B = Collated<T>> implements Iterable<B>, Batches<B> {
  readonly dataset: Dataset<T, unknown> | AsyncDataset<T, unknown>;
  readonly batchSize: number;
  readonly seed: number;
  /** How often it has been iterated: the epoch that the next iteration is. */
  epoch = 0;
  readonly #plan: (epoch: number) => readonly Int32Array[];
  readonly #length: number;
  readonly #fetch: (indices: Int32Array) => unknown;
  readonly #finish: (batch: unknown, epoch: number, i: number) => B;
  readonly #prefetch: number;

  constructor(
    dataset: Dataset<T, unknown> | AsyncDataset<T, unknown>,
    options: LoaderOptions<T, B> & { readonly collate: (items: readonly T[]) => B },
  );
  constructor(dataset: Dataset<T, B> | AsyncDataset<T, B>, options?: LoaderOptions<T, B>);
  constructor(dataset: Dataset<T, unknown> | AsyncDataset<T, unknown>, options: LoaderOptions<T, B> = {}) {
    const { batchSize = 32, shuffle = false, seed = 0, dropLast = false, prefetch = 2 } = options;
    checkCount('batchSize', batchSize);
    checkCount('prefetch', prefetch);
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.seed = seed;
    const { batches } = options;
    const sampler = options.sampler ?? (shuffle ? shuffled(dataset.length, seed) : sequential(dataset.length));
    const count = sampler.length / batchSize;
    this.#length = batches?.length ?? (dropLast ? Math.floor(count) : Math.ceil(count));
    this.#plan =
      batches === undefined
        ? (epoch) => cut(sampler.order(epoch), batchSize, this.#length)
        : (epoch) => batches.batches(epoch);
    this.#fetch = fetcher(dataset, options.collate);
    this.#finish = finisher(options.transform, seed);
    this.#prefetch = prefetch;
  }

  /** The number of batches in an epoch. */
  get length(): number {
    return this.#length;
  }

  /** @throws ValueError for a data set whose items are promised */
  *[Symbol.iterator](): Generator<B, void, undefined> {
    const epoch = this.epoch++;
    for (const [i, indices] of this.#plan(epoch).entries()) {
      const batch = this.#fetch(indices);
      if (batch instanceof Promise) {
        batch.catch(() => undefined); // the answer to a question that should not have been asked
        raise(new ValueError('DataLoader: this data set gives promises; iterate with for await'));
      }
      yield this.#finish(batch, epoch, i);
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<B, void, undefined> {
    return this.from(0);
  }

  /** The next epoch without its first `start` batches, which are not even fetched. @example for await (const [x, y] of loader.from(120)) step(x, y) */
  async *from(start: number): AsyncGenerator<B, void, undefined> {
    const epoch = this.epoch++;
    const plan = this.#plan(epoch);
    const asked: unknown[] = [];
    let next = start;
    for (let i = start; i < plan.length; i++) {
      while (next < plan.length && asked.length < this.#prefetch) {
        const batch = this.#fetch(plan[next++]!);
        asked.push(batch);
        if (!(batch instanceof Promise)) break;
        batch.catch(() => undefined); // thrown where it is awaited, not before
      }
      yield this.#finish(await asked.shift(), epoch, i);
    }
  }
}

function finisher<B>(
  transform: ((batch: B, key: Tensor) => B) | undefined,
  seed: number,
): (batch: unknown, epoch: number, i: number) => B {
  return (batch, epoch, i) => {
    // What the data set or the collation gave; the constructor's signatures see to it that this is a B.
    const whole = batch as B;
    return transform === undefined ? whole : transform(whole, foldIn(foldIn(key(seed), epoch), i));
  };
}

function cut(order: Int32Array, size: number, count: number): readonly Int32Array[] {
  return Array.from({ length: count }, (_, i) => order.subarray(i * size, (i + 1) * size));
}

function fetcher<T>(
  dataset: Dataset<T, unknown> | AsyncDataset<T, unknown>,
  collate: ((items: readonly T[]) => unknown) | undefined,
): (indices: Int32Array) => unknown {
  if (collate === undefined && dataset.batch !== undefined) return (indices) => dataset.batch?.(indices);
  const put = collate ?? collateItems;
  return (indices) => {
    const items: T[] = [];
    const promised: Promise<T>[] = [];
    for (const index of indices) {
      const item = dataset.get(index);
      if (item instanceof Promise) promised.push(item);
      else items.push(item);
    }
    return promised.length === 0 ? put(items) : Promise.all(promised).then(put);
  };
}

function checkCount(name: string, count: number): void {
  if (!Number.isInteger(count) || count < 1)
    raise(new ValueError(`DataLoader: ${name} must be a whole number from 1 up, got ${count}`));
}
