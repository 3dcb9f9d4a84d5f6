/**
 * Student's t tests: of one mean, of two independent means, of paired differences.
 */
import { betaincinv } from '../../kernel/special/incomplete-beta.ts';
import {
  type Alternative,
  type AlternativeOption,
  checkLevel,
  mean,
  pairOf,
  type Sample,
  sampleOf,
  symmetricP,
  type TestResult,
  tTail,
  variance,
} from './sample.ts';

export interface TTestResult extends TestResult {
  /** Degrees of freedom. */
  readonly df: number;
  /** The mean (difference of means) that was found. */
  readonly estimate: number;
  readonly standardError: number;
  /** Bounds between which the true value lies with probability `level` (default 0.95); one is infinite for a one-sided test. */
  confidenceInterval(level?: number): readonly [low: number, high: number];
}

/** The t with P(T ≤ t) = p. */
function tQuantile(p: number, df: number): number {
  const outer = 2 * Math.min(p, 1 - p);
  const ratio =
    outer > 0.5
      ? ((y) => y / (1 - y))(betaincinv(0.5, df / 2, 1 - outer))
      : ((y) => (1 - y) / y)(betaincinv(df / 2, 0.5, outer));
  return Math.sign(p - 0.5) * Math.sqrt(ratio * df);
}

function resultOf(
  estimate: number,
  expected: number,
  standardError: number,
  df: number,
  alternative: Alternative,
): TTestResult {
  const statistic = (estimate - expected) / standardError;
  const pvalue = symmetricP(statistic, alternative, (t) => tTail(t, df));
  return {
    statistic,
    pvalue,
    df,
    estimate,
    standardError,
    confidenceInterval(level = 0.95) {
      checkLevel('confidenceInterval', level);
      const reach = standardError * tQuantile(alternative === 'two-sided' ? (1 + level) / 2 : level, df);
      return [
        alternative === 'less' ? -Infinity : estimate - reach,
        alternative === 'greater' ? Infinity : estimate + reach,
      ];
    },
  };
}

export interface OneSampleOptions extends AlternativeOption {
  /** The mean under the null hypothesis. Default 0. */
  readonly mean?: number;
}

/**
 * Is the mean of what x was drawn from `mean`? t = (x̄ − mean) / (s / √n) with n − 1 degrees of freedom. NaN where all numbers are equal to the mean.
 * @throws ValueError for fewer than two numbers or NaN   @see scipy.stats.ttest_1samp   @example tTest([5.1, 4.9, 5.6], { mean: 5 }).pvalue // 0.438
 */
export function tTest(
  x: Sample,
  { mean: expected = 0, alternative = 'two-sided' }: OneSampleOptions = {},
): TTestResult {
  const values = sampleOf('tTest', 'x', x, 2);
  return resultOf(mean(values), expected, Math.sqrt(variance(values) / values.length), values.length - 1, alternative);
}

export interface IndependentOptions extends AlternativeOption {
  /** Whether both have the same variance (Student) or may differ (Welch). Default: equal, as SciPy's. */
  readonly equalVariances?: boolean;
}

/**
 * Have two independent samples the same mean? 'less' asks whether x's is less than y's.
 * @throws ValueError for samples too small or with NaN   @see scipy.stats.ttest_ind; Welch 1947   @example tTestIndependent(a, b, { equalVariances: false })
 */
export function tTestIndependent(
  x: Sample,
  y: Sample,
  { equalVariances = true, alternative = 'two-sided' }: IndependentOptions = {},
): TTestResult {
  const [a, b] = [sampleOf('tTestIndependent', 'x', x, 2), sampleOf('tTestIndependent', 'y', y, 2)];
  const [n, m] = [a.length, b.length];
  const [v, w] = [variance(a), variance(b)];
  const difference = mean(a) - mean(b);
  if (equalVariances) {
    const pooled = ((n - 1) * v + (m - 1) * w) / (n + m - 2);
    return resultOf(difference, 0, Math.sqrt(pooled * (1 / n + 1 / m)), n + m - 2, alternative);
  }
  const [p, q] = [v / n, w / m];
  const df = (p + q) ** 2 / (p ** 2 / (n - 1) + q ** 2 / (m - 1));
  return resultOf(difference, 0, Math.sqrt(p + q), df, alternative);
}

/**
 * Is the mean difference of pairs 0? The test of one sample of x − y.
 * @throws ValueError for samples of different lengths, too small or with NaN   @see scipy.stats.ttest_rel   @example tTestPaired(before, after)
 */
export function tTestPaired(x: Sample, y: Sample, options: AlternativeOption = {}): TTestResult {
  const [a, b] = pairOf('tTestPaired', x, y, 2);
  return tTest(
    a.map((value, i) => value - b[i]!),
    options,
  );
}
