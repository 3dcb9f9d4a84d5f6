/**
 * Shapiro and Wilk's test of normality.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { ndtri } from '../../kernel/special/normal.ts';
import { mean, normalTail, type Sample, sampleOf, type TestResult } from './sample.ts';

/** Lowest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, c) => sum * x + c, 0);
}

/**
 * Was x drawn from a normal distribution? W = (Σ aᵢ x₍ᵢ₎)² / Σ (x − x̄)², near 1 if it was; Royston's approximation of a and of the p-value.
 * @throws ValueError for fewer than 3 or more than 5000 numbers, NaN, or numbers that are all equal
 * @see Royston, Algorithm AS R94, 1995; scipy.stats.shapiro   @example shapiro([2.1, 3.4, 1.9, 5.6, 4.4, 3.8]).pvalue
 */
export function shapiro(x: Sample): TestResult {
  const sorted = sampleOf('shapiro', 'x', x, 3).sort();
  const n = sorted.length;
  if (n > 5000) raise(new ValueError(`shapiro: the approximation holds up to 5000 numbers, got ${n}`));
  if (sorted[0] === sorted[n - 1]) raise(new ValueError('shapiro: all numbers are equal'));
  const weights = weightsOf(n);
  const centre = mean(sorted);
  const spread = sorted.reduce((sum, v) => sum + (v - centre) ** 2, 0);
  const span = weights.reduce((sum, a, i) => sum + a * (sorted[n - 1 - i]! - sorted[i]!), 0);
  const statistic = Math.min(1, span ** 2 / spread);
  return { statistic, pvalue: pvalueOf(statistic, n) };
}

/** The weights of the larger half, from the largest inwards; those of the smaller half are their negatives. */
function weightsOf(n: number): number[] {
  if (n === 3) return [Math.SQRT1_2];
  const half = Math.floor(n / 2);
  const scores = Array.from({ length: half }, (_, i) => ndtri((i + 1 - 0.375) / (n + 0.25)));
  const squares = 2 * scores.reduce((sum, m) => sum + m * m, 0);
  const root = Math.sqrt(squares);
  const step = 1 / Math.sqrt(n);
  const first = polynomial([0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056], step) - scores[0]! / root;
  const fixed = [first];
  if (n > 5) fixed.push(polynomial([0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633], step) - scores[1]! / root);
  const left = squares - 2 * fixed.reduce((sum, _, i) => sum + scores[i]! ** 2, 0);
  const factor = Math.sqrt(left / (1 - 2 * fixed.reduce((sum, a) => sum + a * a, 0)));
  return scores.map((m, i) => fixed[i] ?? -m / factor);
}

function pvalueOf(w: number, n: number): number {
  if (n === 3) return Math.max(0, (6 / Math.PI) * (Math.asin(Math.sqrt(w)) - Math.asin(Math.sqrt(0.75))));
  const y = Math.log(1 - w);
  if (n <= 11) {
    const bound = polynomial([-2.273, 0.459], n);
    if (y >= bound) return 0;
    const m = polynomial([0.544, -0.39978, 0.025054, -6.714e-4], n);
    const s = Math.exp(polynomial([1.3822, -0.77857, 0.062767, -0.0020322], n));
    return normalTail((-Math.log(bound - y) - m) / s);
  }
  const log = Math.log(n);
  const m = polynomial([-1.5861, -0.31082, -0.083751, 0.0038915], log);
  const s = Math.exp(polynomial([-0.4803, -0.082676, 0.0030302], log));
  return normalTail((y - m) / s);
}
