/**
 * Samplers: which items an epoch visits, in which order. The order of an epoch depends on the epoch's number and the seed
 * alone, so that training can resume in the middle of one.
 */
import { raise, ValueError } from '../base/errors.ts';
import { uniforms } from '../base/generator.ts';
import { shuffledIndices } from './shuffle.ts';

export interface Sampler {
  /** Items per epoch. */
  readonly length: number;
  /** Their indices, in order. */
  order(epoch: number): Int32Array;
}

/** 0 … length − 1. @example new DataLoader(set, { sampler: sequential(100) }) // the first hundred */
export function sequential(length: number): Sampler {
  return { length, order: () => Int32Array.from({ length }, (_, i) => i) };
}

/** All items in a new random order each epoch. @example shuffled(60_000, 7) */
export function shuffled(length: number, seed = 0): Sampler {
  return { length, order: (epoch) => shuffledIndices(length, seed, epoch) };
}

export interface WeightedOptions {
  /** Items per epoch. Default: as many as there are weights. */
  readonly count?: number;
  /** Default: 0. */
  readonly seed?: number;
  /** Whether an item may come more than once in an epoch. Default: true. */
  readonly replacement?: boolean;
}

/**
 * Item i with probability wᵢ / Σ w: rare classes as often as common ones, by weights 1 / (count of the class). With replacement
 * by inversion of the cumulated weights; without by the order of uᵢ^(1 / wᵢ), largest first.
 * @param weights one per item, 0 or more   @throws ValueError for negative or no weight, or more items than have one
 * @see Efraimidis and Spirakis 2006, algorithm A   @example weighted(labels.map((label) => 1 / counts[label]))
 */
export function weighted(weights: ArrayLike<number>, options: WeightedOptions = {}): Sampler {
  const { count = weights.length, seed = 0, replacement = true } = options;
  const sums = new Float64Array(weights.length);
  let total = 0;
  let positive = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (!(weight >= 0 && weight < Infinity))
      raise(new ValueError(`weighted: weight ${i} is ${weight}; expected 0 or more`));
    if (weight > 0) positive++;
    sums[i] = total += weight;
  }
  if (!(total > 0)) raise(new ValueError('weighted: no item has a weight above 0'));
  checkCount('weighted', count);
  if (!replacement && count > positive)
    raise(new ValueError(`weighted: ${count} items without replacement, but only ${positive} have a weight above 0`));
  const withReplacement = (draw: () => number): Int32Array =>
    Int32Array.from({ length: count }, () => firstAbove(sums, draw() * total));
  const without = (draw: () => number): Int32Array => {
    // log(u) / w orders as u^(1/w) does, without underflow.
    const keys = Float64Array.from(sums, (_, i) => (weights[i]! > 0 ? Math.log(1 - draw()) / weights[i]! : -Infinity));
    const order = Int32Array.from(keys, (_, i) => i).sort((a, b) => keys[b]! - keys[a]! || a - b);
    return order.subarray(0, count);
  };
  return {
    length: count,
    order: (epoch) => (replacement ? withReplacement : without)(uniforms(seed, epoch)),
  };
}

/** The first place whose cumulated weight is above `mark`. */
function firstAbove(sums: Float64Array, mark: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle]! > mark) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Every stretch of an epoch has the classes in the proportions of the whole: each class is shuffled, then its items are spread
 * evenly, item j of n at (j + u) / n of the way.
 * @param labels one per item   @example new DataLoader(set, { sampler: stratified(labels), batchSize: 32 })
 */
export function stratified(labels: ArrayLike<number | string>, { seed = 0 }: { readonly seed?: number } = {}): Sampler {
  const classes = groupsOf(labels);
  const { length } = labels;
  return {
    length,
    order(epoch) {
      const draw = uniforms(seed, epoch);
      const place = new Float64Array(length);
      classes.forEach((members, k) => {
        const order = shuffledIndices(members.length, seed + 1 + k, epoch);
        const start = draw();
        order.forEach((member, j) => (place[members[member]!] = (j + start) / members.length));
      });
      return Int32Array.from({ length }, (_, i) => i).sort((a, b) => place[a]! - place[b]! || a - b);
    },
  };
}

/** The indices of each class, classes in order of their first item. */
export function groupsOf(labels: ArrayLike<number | string>): number[][] {
  const groups = new Map<number | string, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [i]);
    else group.push(i);
  }
  return [...groups.values()];
}

export interface DistributedOptions {
  /** Which process this is, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** Leave out what does not divide, instead of repeating items from the front. Default: false. */
  readonly dropLast?: boolean;
}

/**
 * Every `size`-th item of another sampler, from `rank` on, so that processes share an epoch and all have equally many.
 * @throws ValueError unless 0 ≤ rank < size   @example distributed(shuffled(60_000, 7), { rank, size })
 */
export function distributed(sampler: Sampler, { rank, size, dropLast = false }: DistributedOptions): Sampler {
  if (!Number.isInteger(size) || size < 1 || !Number.isInteger(rank) || rank < 0 || rank >= size)
    raise(new ValueError(`distributed: expected whole numbers 0 <= rank < size, got rank ${rank} of ${size}`));
  const share = sampler.length / size;
  const length = dropLast ? Math.floor(share) : Math.ceil(share);
  return {
    length,
    order(epoch) {
      const all = sampler.order(epoch);
      return Int32Array.from({ length }, (_, i) => all[(rank + i * size) % all.length]!);
    },
  };
}

/** Whole batches, for those who choose their members together. */
export interface BatchSampler {
  /** Batches per epoch. */
  readonly length: number;
  batches(epoch: number): readonly Int32Array[];
}

export interface BucketOptions {
  readonly batchSize: number;
  /** Default: true. */
  readonly shuffle?: boolean;
  /** Default: 0. */
  readonly seed?: number;
  /** Default: false. */
  readonly dropLast?: boolean;
  /** Batches that are sorted together: more means less padding and less chance. Default: 50. */
  readonly window?: number;
}

/**
 * Batches of items of similar length, so that little is filled up: the shuffled items are cut into windows, each window is
 * sorted by length and cut into batches, and the batches are shuffled.
 * @param lengths one per item   @throws ValueError for sizes that are not whole numbers from 1 up
 * @example new DataLoader(sentences, { batches: bucketed(lengths, { batchSize: 32 }), collate: padded() })
 */
export function bucketed(lengths: ArrayLike<number>, options: BucketOptions): BatchSampler {
  const { batchSize, shuffle = true, seed = 0, dropLast = false, window = 50 } = options;
  checkCount('bucketed: batchSize', batchSize);
  checkCount('bucketed: window', window);
  const items = lengths.length;
  const length = dropLast ? Math.floor(items / batchSize) : Math.ceil(items / batchSize);
  return {
    length,
    batches(epoch) {
      const order = shuffle ? shuffledIndices(items, seed, epoch) : sequential(items).order(epoch);
      const batches: Int32Array[] = [];
      for (let start = 0; start < items; start += window * batchSize) {
        const sorted = order
          .slice(start, start + window * batchSize)
          .sort((a, b) => lengths[a]! - lengths[b]! || a - b);
        for (let i = 0; i < sorted.length; i += batchSize) {
          const batch = sorted.subarray(i, i + batchSize);
          if (batch.length === batchSize || !dropLast) batches.push(batch);
        }
      }
      if (!shuffle) return batches;
      return Array.from(shuffledIndices(batches.length, seed + 1, epoch), (i) => batches[i]!);
    },
  };
}

function checkCount(op: string, count: number): void {
  if (!Number.isInteger(count) || count < 1)
    raise(new ValueError(`${op}: expected a whole number from 1 up, got ${count}`));
}
