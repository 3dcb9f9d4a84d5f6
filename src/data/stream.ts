/**
 * Data that come in a stream and are too many to be numbered: lines of files, rows of a table, records of a generator.
 */
import { raise, ValueError } from '../base/errors.ts';
import { generator } from '../base/generator.ts';
import { collate as collateItems } from './collate.ts';
import type { Batches, Collated } from './dataset.ts';

/** Items from the first on, anew each time it is called; the epoch's number allows for another order. */
export type Source<T> = (epoch: number) => Iterable<T> | AsyncIterable<T>;

export interface StreamOptions<T, B> {
  /** Default: 32. */
  readonly batchSize?: number;
  /** Leave out a last batch that is not full. Default: false. */
  readonly dropLast?: boolean;
  /** Items that are held and drawn from at random; 0 keeps the order. Default: 0. */
  readonly shuffleBuffer?: number;
  /** Default: 0. */
  readonly seed?: number;
  /** How items become a batch. Default: `collate`. */
  readonly collate?: (items: readonly T[]) => B;
  /** Batches in an epoch, if it is known: progress and schedules need it. */
  readonly length?: number;
}

/**
 * A stream as batches. Resuming in the middle of an epoch reads, and drops, what came before.
 * @throws ValueError for sizes that are no whole numbers
 * @example new StreamLoader(() => jsonLines('mails.jsonl'), { batchSize: 64, shuffleBuffer: 10_000 })
 */
export class StreamLoader<T, B = Collated<T>> implements Batches<B> {
  readonly length: number | undefined;
  epoch = 0;
  readonly #batches: (epoch: number, start: number) => AsyncGenerator<B, void, undefined>;

  constructor(source: Source<T>, options: StreamOptions<T, B> & { readonly collate: (items: readonly T[]) => B });
  constructor(source: Source<T>, options?: StreamOptions<T, Collated<T>>);
  constructor(source: Source<T>, options: StreamOptions<T, B> = {}) {
    const { batchSize = 32, dropLast = false, shuffleBuffer = 0, seed = 0, length } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1)
      raise(new ValueError(`StreamLoader: batchSize must be a whole number from 1 up, got ${batchSize}`));
    if (!Number.isInteger(shuffleBuffer) || shuffleBuffer < 0)
      raise(new ValueError(`StreamLoader: shuffleBuffer must be a whole number from 0 up, got ${shuffleBuffer}`));
    this.length = length;
    // Without a collation B is Collated<T>, as the second signature says.
    const collate = options.collate ?? ((items: readonly T[]) => collateItems(items) as B);
    this.#batches = async function* (epoch, start) {
      let items: T[] = [];
      let number = 0;
      for await (const item of shuffledStream(source(epoch), shuffleBuffer, seed, epoch)) {
        items.push(item);
        if (items.length < batchSize) continue;
        if (number++ >= start) yield collate(items);
        items = [];
      }
      if (items.length > 0 && !dropLast && number >= start) yield collate(items);
    };
  }

  [Symbol.asyncIterator](): AsyncGenerator<B, void, undefined> {
    return this.from(0);
  }

  from(start: number): AsyncGenerator<B, void, undefined> {
    return this.#batches(this.epoch++, start);
  }
}

/** Each item takes the place of one drawn from those held; at the end the rest follows in random order. */
async function* shuffledStream<T>(
  items: Iterable<T> | AsyncIterable<T>,
  size: number,
  seed: number,
  epoch: number,
): AsyncGenerator<T, void, undefined> {
  if (size === 0) {
    yield* items;
    return;
  }
  const draw = generator(seed, epoch);
  const pick = (count: number): number => Math.floor((draw() / 2 ** 32) * count);
  const held: T[] = [];
  for await (const item of items) {
    if (held.length < size) {
      held.push(item);
      continue;
    }
    const i = pick(size);
    const drawn = held[i]!;
    held[i] = item;
    yield drawn;
  }
  while (held.length > 0) {
    const i = pick(held.length);
    const drawn = held[i]!;
    held[i] = held.at(-1)!;
    held.pop();
    yield drawn;
  }
}
