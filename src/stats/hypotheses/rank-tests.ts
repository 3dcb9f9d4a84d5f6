/**
 * Tests that use the order of the numbers alone: Mann and Whitney's, Wilcoxon's, and rank correlations.
 */
import { raise, ValueError } from '../../base/errors.ts';
import {
  type Alternative,
  type AlternativeOption,
  normalTail,
  mean,
  pairOf,
  rank,
  type Sample,
  sampleOf,
  symmetricP,
  type TestResult,
  tieSum,
  tTail,
} from './sample.ts';

export interface RankTestOptions extends AlternativeOption {
  /** Count all orders, or use the normal distribution. Default 'auto': exact for small samples without equal numbers. */
  readonly method?: 'auto' | 'exact' | 'asymptotic';
}

export interface MannWhitneyOptions extends RankTestOptions {
  /** Whether the normal approximation moves by ½ towards the mean. Default true. */
  readonly continuity?: boolean;
}

/**
 * Does x tend to be larger ('greater') or smaller than y? U = how many pairs have x above y, equal ones counting half.
 * 'auto' is exact if one sample has at most 8 numbers and none are equal.
 * @throws ValueError for an empty sample or NaN   @see scipy.stats.mannwhitneyu; Mann and Whitney 1947   @example mannWhitney(a, b).pvalue
 */
export function mannWhitney(
  x: Sample,
  y: Sample,
  { alternative = 'two-sided', method = 'auto', continuity = true }: MannWhitneyOptions = {},
): TestResult {
  const [a, b] = [sampleOf('mannWhitney', 'x', x), sampleOf('mannWhitney', 'y', y)];
  const [n, m] = [a.length, b.length];
  const { ranks, ties } = rank([...a, ...b]);
  const statistic = ranks.subarray(0, n).reduce((sum, r) => sum + r, 0) - (n * (n + 1)) / 2;
  const other = n * m - statistic;
  const extreme = alternative === 'greater' ? statistic : alternative === 'less' ? other : Math.max(statistic, other);
  const hasTies = ties.some((t) => t > 1);
  const isExact = method === 'exact' || (method === 'auto' && Math.min(n, m) <= 8 && !hasTies);
  let tail: number;
  if (isExact) {
    // U is symmetric, and what is counted from below keeps its digits.
    tail = headOf(mannWhitneyShares(n, m), Math.floor(n * m - extreme));
  } else {
    const total = n + m;
    const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - tieSum(ties) / (total * (total - 1))));
    tail = normalTail((extreme - (n * m) / 2 - (continuity ? 0.5 : 0)) / deviation);
  }
  return { statistic, pvalue: Math.min(1, alternative === 'two-sided' ? 2 * tail : tail) };
}

/** The share of all orders for each U. Multiplies out Π (1 − qᵐ⁺ⁱ) / (1 − qⁱ), by numbers that may have many digits: as shares of all. */
function mannWhitneyShares(n: number, m: number): Float64Array {
  const size = n * m + 1;
  let counts = new Float64Array(size);
  counts[0] = 1;
  for (let i = 1; i <= n; i++) {
    const next = counts.slice();
    for (let u = size - 1; u >= m + i; u--) next[u]! -= next[u - m - i]!;
    for (let u = i; u < size; u++) next[u]! += next[u - i]!;
    // C(m + i, i) orders so far: divided by (m + i) / i each time.
    counts = next.map((c) => (c * i) / (m + i));
  }
  return counts;
}

/** Σ of the shares up to `end`. */
function headOf(shares: Float64Array, end: number): number {
  let sum = 0;
  for (let u = 0; u <= end; u++) sum += shares[u]!;
  return sum;
}

/** Σ of the shares from `start` on. */
function tailOf(shares: Float64Array, start: number): number {
  let sum = 0;
  for (let u = shares.length - 1; u >= Math.max(0, start); u--) sum += shares[u]!;
  return sum;
}

/**
 * Is the distribution of paired differences x − y (or of x) symmetric about 0? The sum of the ranks of |d| over positive d; differences of 0 are left out.
 * The statistic is that sum, or for a two-sided test the smaller of it and its counterpart. 'auto' is exact up to 50 differences without ties and zeros.
 * @throws ValueError for samples of different lengths, NaN, or differences that are all 0   @see scipy.stats.wilcoxon   @example wilcoxon(before, after)
 */
export function wilcoxon(
  x: Sample,
  y?: Sample,
  { alternative = 'two-sided', method = 'auto' }: RankTestOptions = {},
): TestResult {
  const differences =
    y === undefined
      ? sampleOf('wilcoxon', 'x', x)
      : (([a, b]) => a.map((v, i) => v - b[i]!))(pairOf('wilcoxon', x, y, 1));
  const d = differences.filter((v) => v !== 0);
  if (d.length === 0) raise(new ValueError('wilcoxon: every difference is 0'));
  const n = d.length;
  const { ranks, ties } = rank(d.map(Math.abs));
  const plus = ranks.reduce((sum, r, i) => sum + (d[i]! > 0 ? r : 0), 0);
  const minus = (n * (n + 1)) / 2 - plus;
  const statistic = alternative === 'two-sided' ? Math.min(plus, minus) : plus;
  const isPlain = n === differences.length && ties.every((t) => t === 1);
  if (method === 'exact' || (method === 'auto' && n <= 50 && isPlain)) {
    const shares = signedRankShares(n);
    const upper = (r: number): number => tailOf(shares, Math.ceil(r));
    const pvalue =
      alternative === 'greater'
        ? upper(plus)
        : alternative === 'less'
          ? upper(minus)
          : 2 * upper(Math.max(plus, minus));
    return { statistic, pvalue: Math.min(1, pvalue) };
  }
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1) - tieSum(ties) / 2) / 24);
  return { statistic, pvalue: symmetricP((plus - (n * (n + 1)) / 4) / deviation, alternative, normalTail) };
}

/** For each sum of ranks the share of the 2ⁿ choices of signs. */
function signedRankShares(n: number): Float64Array {
  const shares = new Float64Array((n * (n + 1)) / 2 + 1);
  shares[0] = 1;
  for (let k = 1; k <= n; k++) {
    for (let r = (k * (k + 1)) / 2; r >= 0; r--) shares[r] = (shares[r]! + (r >= k ? shares[r - k]! : 0)) / 2;
  }
  return shares;
}

/**
 * Pearson's correlation r = Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)² Σ (y − ȳ)²) of pairs, and whether it is 0 for normal variables. NaN where one is constant.
 * @throws ValueError for samples of different lengths, fewer than two pairs, or NaN   @see scipy.stats.pearsonr (`fathom`'s corrcoef has no p-value and gradients)
 * @example pearson([1, 2, 3, 4], [1, 3, 2, 5]).statistic // 0.8315
 */
export function pearson(x: Sample, y: Sample, { alternative = 'two-sided' }: AlternativeOption = {}): TestResult {
  const [a, b] = pairOf('pearson', x, y, 2);
  const statistic = correlation(a, b);
  return { statistic, pvalue: a.length === 2 ? 1 : correlationP(statistic, a.length - 2, alternative) };
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [p, q] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - p) * (b[i]! - q);
    aa += (a[i]! - p) ** 2;
    bb += (b[i]! - q) ** 2;
  }
  return Math.max(-1, Math.min(1, ab / Math.sqrt(aa) / Math.sqrt(bb)));
}

function correlationP(r: number, df: number, alternative: Alternative): number {
  return symmetricP(r * Math.sqrt(df / ((1 + r) * (1 - r))), alternative, (t) => tTail(t, df));
}

/**
 * Spearman's correlation: Pearson's of the ranks. Its p-value is that of a t distribution.
 * @throws ValueError as pearson   @see scipy.stats.spearmanr   @example spearman([1, 2, 3, 4], [1, 3, 2, 9]).statistic // 0.8
 */
export function spearman(x: Sample, y: Sample, { alternative = 'two-sided' }: AlternativeOption = {}): TestResult {
  const [a, b] = pairOf('spearman', x, y, 2);
  const statistic = correlation(rank(a).ranks, rank(b).ranks);
  return { statistic, pvalue: a.length === 2 ? NaN : correlationP(statistic, a.length - 2, alternative) };
}

/**
 * Kendall's τ_b: pairs of pairs in the same order less those in the other, corrected for equal numbers. 'auto' is exact up to 33 pairs without
 * equal numbers.
 * @throws ValueError as pearson   @see scipy.stats.kendalltau   @example kendall([1, 2, 3, 4], [1, 3, 2, 4]).statistic // 0.6667
 */
export function kendall(
  x: Sample,
  y: Sample,
  { alternative = 'two-sided', method = 'auto' }: RankTestOptions = {},
): TestResult {
  const [a, b] = pairOf('kendall', x, y, 2);
  const n = a.length;
  const [tiesX, tiesY] = [rank(a).ties, rank(b).ties];
  let [concordant, discordant] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const order = Math.sign(a[i]! - a[j]!) * Math.sign(b[i]! - b[j]!);
      if (order > 0) concordant++;
      else if (order < 0) discordant++;
    }
  }
  const pairsOf = (ties: readonly number[]): number => ties.reduce((s, t) => s + (t * (t - 1)) / 2, 0);
  const all = (n * (n - 1)) / 2;
  const [inX, inY] = [pairsOf(tiesX), pairsOf(tiesY)];
  const difference = concordant - discordant;
  const statistic = difference / Math.sqrt(all - inX) / Math.sqrt(all - inY);
  if (Number.isNaN(statistic)) return { statistic, pvalue: NaN };
  const hasTies = inX + inY > 0;
  const isExact = method === 'exact' || (method === 'auto' && !hasTies && n <= 33);
  if (isExact && hasTies)
    raise(new ValueError('kendall: exact p-values need numbers that all differ; use method asymptotic'));
  if (isExact) {
    const shares = inversionShares(n);
    const upper = (c: number): number => tailOf(shares, c);
    const pvalue =
      alternative === 'greater'
        ? upper(concordant)
        : alternative === 'less'
          ? upper(discordant)
          : 2 * upper(Math.max(concordant, discordant));
    return { statistic, pvalue: Math.min(1, pvalue) };
  }
  const of = (f: (t: number) => number, ties: readonly number[]): number => ties.reduce((s, t) => s + f(t), 0);
  const cubic = (t: number): number => t * (t - 1) * (2 * t + 5);
  const triple = (t: number): number => t * (t - 1) * (t - 2);
  const variance =
    (n * (n - 1) * (2 * n + 5) - of(cubic, tiesX) - of(cubic, tiesY)) / 18 +
    (2 * inX * inY) / (n * (n - 1)) +
    (n > 2 ? (of(triple, tiesX) * of(triple, tiesY)) / (9 * n * (n - 1) * (n - 2)) : 0);
  return { statistic, pvalue: symmetricP(difference / Math.sqrt(variance), alternative, normalTail) };
}

/** For each number of inversions the share of the n! orders. */
function inversionShares(n: number): Float64Array {
  const size = (n * (n - 1)) / 2 + 1;
  let shares = new Float64Array(size);
  shares[0] = 1;
  for (let k = 2; k <= n; k++) {
    const next = new Float64Array(size);
    for (let c = 0; c < size; c++) {
      let sum = 0;
      for (let j = 0; j < k && j <= c; j++) sum += shares[c - j]!;
      next[c] = sum / k;
    }
    shares = next;
  }
  return shares;
}
