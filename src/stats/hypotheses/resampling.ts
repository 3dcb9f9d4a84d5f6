/**
 * Inference by drawing anew from the data: permutation tests and the bootstrap. Any statistic of plain numbers will do.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { ndtr, ndtri } from '../../kernel/special/normal.ts';
import { permutation, randint, split } from '../../tensor/random/index.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { vmap } from '../../tensor/transforms/vmap.ts';
import {
  type AlternativeOption,
  checkLevel,
  mean,
  type Sample,
  sampleOf,
  type TestResult,
  variance,
} from './sample.ts';

function checkCount(op: string, name: string, count: number): void {
  if (!Number.isInteger(count) || count < 1)
    raise(new ValueError(`${op}: ${name} must be a whole number from 1 up, got ${count}`));
}

/** So many indices are drawn in one run. */
const BLOCK = 2 ** 20;

/** Rows of indices, a block at a time: `draw` makes one row from a key. */
function eachRow(
  key: Tensor,
  rows: number,
  width: number,
  draw: (key: Tensor) => Tensor,
  use: (indices: ArrayLike<number>) => void,
): void {
  const keys = split(key, rows);
  const block = Math.max(1, Math.floor(BLOCK / Math.max(1, width)));
  for (let start = 0; start < rows; start += block) {
    const end = Math.min(rows, start + block);
    const indices = vmap(draw)(keys.slice(start, end)).dataSync();
    for (let i = 0; i < end - start; i++) use(indices.subarray(i * width, (i + 1) * width));
  }
}

export interface PermutationTestOptions extends AlternativeOption {
  readonly key: Tensor;
  /** What is compared. Default: the difference of means. */
  readonly statistic?: (x: Float64Array, y: Float64Array) => number;
  /** How many orders are drawn; all are counted if there are no more. Default 9999. */
  readonly permutations?: number;
}

export interface PermutationTestResult extends TestResult {
  /** The statistic for each order. */
  readonly distribution: Float64Array;
  /** Whether all orders were counted. */
  readonly isExact: boolean;
}

/**
 * Are two independent samples from one distribution? The statistic is compared with those of the same numbers dealt out anew. The p-value of drawn
 * orders is (as extreme + 1) / (orders + 1); two-sided it is twice the smaller of both sides.
 * @throws ValueError for an empty sample or NaN   @see scipy.stats.permutation_test; Phipson and Smyth 2010
 * @example permutationTest(a, b, { key: random.key(0) }).pvalue
 */
export function permutationTest(
  x: Sample,
  y: Sample,
  {
    key,
    statistic = (a, b) => mean(a) - mean(b),
    permutations = 9999,
    alternative = 'two-sided',
  }: PermutationTestOptions,
): PermutationTestResult {
  checkCount('permutationTest', 'permutations', permutations);
  const [a, b] = [sampleOf('permutationTest', 'x', x), sampleOf('permutationTest', 'y', y)];
  const all = Float64Array.from([...a, ...b]);
  const observed = statistic(a, b);
  const found: number[] = [];
  const isExact = combinations(all.length, a.length) <= permutations;
  if (isExact) {
    eachSubset(
      all.length,
      a.length,
      (isFirst) =>
      found.push(statistic(all.filter((_, i) => isFirst[i]!), all.filter((_, i) => !isFirst[i]!))), // prettier-ignore
    );
  } else {
    const deal = (order: ArrayLike<number>): void => {
      const dealt = Float64Array.from({ length: all.length }, (_, i) => all[order[i]!]!);
      found.push(statistic(dealt.subarray(0, a.length), dealt.subarray(a.length)));
    };
    eachRow(key, permutations, all.length, (one) => permutation(one, all.length), deal);
  }
  // The same numbers in another order may sum to something else in the last digits.
  const slack = Math.abs(observed) * 1e-14;
  const share = (test: (s: number) => boolean): number => {
    const extreme = found.filter(test).length;
    return isExact ? extreme / found.length : (extreme + 1) / (found.length + 1);
  };
  const less = share((s) => s <= observed + slack);
  const greater = share((s) => s >= observed - slack);
  const pvalue =
    alternative === 'less' ? less : alternative === 'greater' ? greater : Math.min(1, 2 * Math.min(less, greater));
  return { statistic: observed, pvalue, distribution: Float64Array.from(found), isExact };
}

function combinations(n: number, k: number): number {
  let count = 1;
  for (let i = 1; i <= k; i++) count = (count * (n - k + i)) / i;
  return Math.round(count);
}

/** Every choice of k of n places. */
function eachSubset(n: number, k: number, use: (isChosen: readonly boolean[]) => void): void {
  const chosen = new Array<boolean>(n).fill(false);
  const choose = (from: number, left: number): void => {
    if (left === 0) {
      use(chosen);
      return;
    }
    for (let i = from; i <= n - left; i++) {
      chosen[i] = true;
      choose(i + 1, left - 1);
      chosen[i] = false;
    }
  };
  choose(0, k);
}

export interface BootstrapOptions {
  readonly key: Tensor;
  /** Default: the mean. */
  readonly statistic?: (x: Float64Array) => number;
  /** Default 9999. */
  readonly resamples?: number;
  /** Default 0.95. */
  readonly level?: number;
  /** Default 'bca', bias-corrected and accelerated. */
  readonly method?: 'percentile' | 'basic' | 'bca';
}

export interface BootstrapResult {
  readonly low: number;
  readonly high: number;
  /** The standard deviation of the statistic over the resamples. */
  readonly standardError: number;
  /** The statistic of each resample. */
  readonly distribution: Float64Array;
}

/**
 * A confidence interval for any statistic, from samples drawn with replacement from the sample.
 * @throws ValueError for fewer than two numbers, NaN, or a level outside 0 … 1
 * @see scipy.stats.bootstrap; Efron, Better bootstrap confidence intervals, 1987   @example bootstrap(x, { key: random.key(0), statistic: median })
 */
export function bootstrap(
  x: Sample,
  { key, statistic = mean, resamples = 9999, level = 0.95, method = 'bca' }: BootstrapOptions,
): BootstrapResult {
  checkCount('bootstrap', 'resamples', resamples);
  checkLevel('bootstrap', level);
  const values = sampleOf('bootstrap', 'x', x, 2);
  const n = values.length;
  const distribution = new Float64Array(resamples);
  const drawn = new Float64Array(n);
  let row = 0;
  eachRow(key, resamples, n, (one) => randint(one, [n], 0, n), (places) => {
    for (let i = 0; i < n; i++) drawn[i] = values[places[i]!]!;
    distribution[row++] = statistic(drawn);
  }); // prettier-ignore
  const sorted = distribution.slice().sort();
  const observed = statistic(values);
  const outer = (1 - level) / 2;
  const [p, q] = method === 'bca' ? acceleratedLevels(values, statistic, observed, sorted, outer) : [outer, 1 - outer];
  const [a, b] = [quantile(sorted, p), quantile(sorted, q)];
  const [low, high] = method === 'basic' ? [2 * observed - b, 2 * observed - a] : [a, b];
  return { low, high, standardError: Math.sqrt(variance(distribution)), distribution };
}

/** The levels of the percentiles, moved by the bias and by how the standard error changes with the value (from the jackknife). */
function acceleratedLevels(
  values: Float64Array,
  statistic: (x: Float64Array) => number,
  observed: number,
  sorted: Float64Array,
  outer: number,
): [number, number] {
  let [below, equal] = [0, 0];
  for (const s of sorted) {
    if (s < observed) below++;
    else if (s === observed) equal++;
  }
  const bias = ndtri((below + equal / 2) / sorted.length);
  const left = Float64Array.from(values, (_, i) => statistic(values.filter((__, j) => j !== i)));
  const centre = mean(left);
  let [square, cube] = [0, 0];
  for (const s of left) {
    square += (centre - s) ** 2;
    cube += (centre - s) ** 3;
  }
  const acceleration = square === 0 ? 0 : cube / (6 * square ** 1.5);
  const moved = (z: number): number => ndtr(bias + (bias + z) / (1 - acceleration * (bias + z)));
  return [moved(ndtri(outer)), moved(-ndtri(outer))];
}

/** Linear between neighbours. */
function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  return a + (b - a) * (at - low);
}
