/**
 * Confidence intervals in closed form, and a sample in a few numbers.
 */
import { raise, ValueError } from '../base/errors.ts';
import { betaincinv } from '../kernel/special/incomplete-beta.ts';
import { ndtri } from '../kernel/special/normal.ts';
import { checkLevel, mean, type Sample, sampleOf, variance } from './hypotheses/sample.ts';
import { tTest } from './hypotheses/t-tests.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Where the mean lies of what x was drawn from: x̄ ± t · s / √n.
 * @throws ValueError for fewer than two numbers, NaN, or a level outside 0 … 1   @example meanInterval([5, 6, 7], { level: 0.9 }) // { low: 4.31, high: 7.69 }
 */
export function meanInterval(x: Sample, { level = 0.95 }: { readonly level?: number } = {}): Interval {
  const [low, high] = tTest(x).confidenceInterval(level);
  return { low, high };
}

export interface ProportionOptions {
  /** Default 0.95. */
  readonly level?: number;
  /** Wilson's score interval (default), or Clopper and Pearson's exact one, which is never too short. */
  readonly method?: 'wilson' | 'clopperPearson';
}

/**
 * Where a probability lies that gave so many successes in so many trials.
 * @throws ValueError unless 0 ≤ successes ≤ trials, whole, trials > 0
 * @see Wilson 1927; Clopper and Pearson 1934; scipy.stats.binomtest(…).proportion_ci   @example proportionInterval(7, 10) // { low: 0.397, high: 0.892 }
 */
export function proportionInterval(
  successes: number,
  trials: number,
  { level = 0.95, method = 'wilson' }: ProportionOptions = {},
): Interval {
  checkLevel('proportionInterval', level);
  if (!Number.isInteger(successes) || !Number.isInteger(trials) || successes < 0 || successes > trials || trials < 1) {
    raise(
      new ValueError(
        `proportionInterval: expected whole numbers with 0 ≤ successes ≤ trials and trials ≥ 1, got ${successes} and ${trials}`,
      ),
    );
  }
  const outer = (1 - level) / 2;
  if (method === 'clopperPearson') {
    return {
      low: successes === 0 ? 0 : betaincinv(successes, trials - successes + 1, outer),
      high: successes === trials ? 1 : betaincinv(successes + 1, trials - successes, 1 - outer),
    };
  }
  const z = -ndtri(outer);
  const p = successes / trials;
  const centre = p + (z * z) / (2 * trials);
  const reach = z * Math.sqrt((p * (1 - p)) / trials + (z / (2 * trials)) ** 2);
  const scale = 1 + (z * z) / trials;
  return {
    low: successes === 0 ? 0 : (centre - reach) / scale,
    high: successes === trials ? 1 : (centre + reach) / scale,
  };
}

export interface Description {
  readonly count: number;
  readonly mean: number;
  /** With divisor n − 1; NaN for one number. */
  readonly variance: number;
  readonly std: number;
  readonly min: number;
  readonly quartile1: number;
  readonly median: number;
  readonly quartile3: number;
  readonly max: number;
  /** Σ (x − x̄)³ / n / σ³: 0 for what is symmetric. */
  readonly skewness: number;
  /** Σ (x − x̄)⁴ / n / σ⁴ − 3: 0 for a normal distribution. */
  readonly kurtosis: number;
}

/**
 * A sample in a few numbers. @throws ValueError for an empty sample or NaN   @see scipy.stats.describe   @example describe([1, 2, 3, 4]).median // 2.5
 */
export function describe(x: Sample): Description {
  const sorted = sampleOf('describe', 'x', x).sort();
  const n = sorted.length;
  const centre = mean(sorted);
  const moment = (k: number): number => sorted.reduce((sum, v) => sum + (v - centre) ** k, 0) / n;
  const quantile = (p: number): number => {
    const at = p * (n - 1);
    const low = Math.floor(at);
    return sorted[low]! + (sorted[Math.min(low + 1, n - 1)]! - sorted[low]!) * (at - low);
  };
  const second = moment(2);
  const spread = variance(sorted);
  return {
    count: n,
    mean: centre,
    variance: spread,
    std: Math.sqrt(spread),
    min: sorted[0]!,
    quartile1: quantile(0.25),
    median: quantile(0.5),
    quartile3: quantile(0.75),
    max: sorted[n - 1]!,
    skewness: moment(3) / second ** 1.5,
    kurtosis: moment(4) / second ** 2 - 3,
  };
}
