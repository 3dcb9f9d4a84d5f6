/**
 * Splits: a data set in parts, at random, or so that each part has the classes in the proportions of the whole.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { AsyncDataset, Dataset } from './dataset.ts';
import { groupsOf } from './sampler.ts';
import { shuffledIndices } from './shuffle.ts';
import { subset } from './views.ts';

export interface SplitOptions {
  /** Equal seeds split alike. Default: 0. */
  readonly seed?: number;
}

/**
 * Shuffled parts of these sizes, without a common item.
 * @param sizes shares that add up to 1, or numbers of items   @throws ValueError for sizes that are negative or more than there is
 * @example const [train, test] = randomSplit(digits, [0.8, 0.2])
 */
export function randomSplit<T, B>(
  dataset: AsyncDataset<T, B>,
  sizes: readonly number[],
  options?: SplitOptions,
): AsyncDataset<T, B>[];
export function randomSplit<T, B>(
  dataset: Dataset<T, B>,
  sizes: readonly number[],
  options?: SplitOptions,
): Dataset<T, B>[];
export function randomSplit<T, B>(
  dataset: Dataset<T, B>,
  sizes: readonly number[],
  { seed = 0 }: SplitOptions = {},
): Dataset<T, B>[] {
  const counts = countsOf('randomSplit', sizes, dataset.length);
  const order = shuffledIndices(dataset.length, seed, 0);
  let start = 0;
  return counts.map((count) => subset(dataset, order.subarray(start, (start += count))));
}

/**
 * Shuffled parts, each with the classes in the proportions of the whole, to within one item a class.
 * @param labels one per item   @param sizes shares that add up to at most 1   @throws ValueError for labels of another number
 * @example const [train, test] = stratifiedSplit(digits, labels, [0.8, 0.2])
 */
export function stratifiedSplit<T, B>(
  dataset: Dataset<T, B>,
  labels: ArrayLike<number | string>,
  sizes: readonly number[],
  { seed = 0 }: SplitOptions = {},
): Dataset<T, B>[] {
  if (labels.length !== dataset.length)
    raise(new ValueError(`stratifiedSplit: ${labels.length} labels for ${dataset.length} items; expected one each`));
  const shares = sharesOf('stratifiedSplit', sizes, dataset.length);
  const parts: number[][] = shares.map(() => []);
  groupsOf(labels).forEach((members, k) => {
    const order = shuffledIndices(members.length, seed, k);
    // Rounded at the ends and not at the sizes, so that what is lost to one part goes to the next.
    let end = 0;
    let start = 0;
    shares.forEach((share, part) => {
      end += share * members.length;
      const stop = Math.round(end);
      for (; start < stop; start++) parts[part]!.push(members[order[start]!]!);
    });
  });
  return parts.map((indices, part) =>
    subset(
      dataset,
      Array.from(shuffledIndices(indices.length, seed, parts.length + part), (i) => indices[i]!),
    ),
  );
}

function sharesOf(op: string, sizes: readonly number[], length: number): number[] {
  return countsOf(op, sizes, length).map((count, i) => (isShare(sizes) ? sizes[i]! : count / length));
}

/** Shares are told from counts by adding up to no more than 1. */
function isShare(sizes: readonly number[]): boolean {
  return sizes.reduce((a, b) => a + b, 0) <= 1 + 1e-9;
}

function countsOf(op: string, sizes: readonly number[], length: number): number[] {
  const total = sizes.reduce((a, b) => a + b, 0);
  if (sizes.length === 0 || sizes.some((size) => !(size >= 0)) || total > Math.max(length, 1) + 1e-9)
    raise(new ValueError(`${op}: sizes ${sizes.join(', ')} are no shares of ${length} items, and no numbers of them`));
  if (!isShare(sizes)) {
    if (sizes.some((size) => !Number.isInteger(size)))
      raise(new ValueError(`${op}: sizes ${sizes.join(', ')} add up to ${total}; shares add up to at most 1`));
    return [...sizes];
  }
  let end = 0;
  let before = 0;
  return sizes.map((size) => {
    end += size * length;
    const count = Math.round(end) - before;
    before += count;
    return count;
  });
}
