/**
 * Kolmogorov and Smirnov's tests: the largest distance of a sample's distribution function from one that is given, or from another sample's.
 */

import { logGamma } from '../../kernel/special/gamma.ts';
import { tensor } from '../../tensor/creation.ts';
import type { Distribution } from '../distributions/distribution.ts';
import { type AlternativeOption, type Alternative, type Sample, sampleOf, type TestResult } from './sample.ts';

/** Beyond so many numbers, p-values are the asymptotic ones. */
const EXACT = 10_000;

/**
 * Was x drawn from a continuous distribution? 'greater' asks whether its distribution function is above the one given, 'less' below. Exact p-values up to 10 000 numbers.
 * @param cdf a distribution, or its distribution function as a function of numbers
 * @throws ValueError for an empty sample or NaN
 * @see scipy.stats.ks_1samp; Marsaglia, Tsang and Wang, Evaluating Kolmogorov's distribution, 2003   @example ksTest(x, new Normal()).pvalue
 */
export function ksTest(
  x: Sample,
  cdf: Distribution | ((x: number) => number),
  { alternative = 'two-sided' }: AlternativeOption = {},
): TestResult {
  const sorted = sampleOf('ksTest', 'x', x).sort();
  const n = sorted.length;
  const values =
    typeof cdf === 'function'
      ? sorted.map(cdf)
      : Float64Array.from(cdf.cdf(tensor(sorted, { dtype: 'float64' })).dataSync());
  const above = Math.max(...values.map((f, i) => (i + 1) / n - f));
  const below = Math.max(...values.map((f, i) => f - i / n));
  const statistic = alternative === 'greater' ? above : alternative === 'less' ? below : Math.max(above, below);
  if (alternative !== 'two-sided') return { statistic, pvalue: clip(oneSided(n, statistic)) };
  return { statistic, pvalue: clip(twoSided(n, statistic)) };
}

const clip = (p: number): number => Math.min(1, Math.max(0, p));

/** P(D⁺ ≥ d) = d Σ C(n, j) (d + j/n)ʲ⁻¹ (1 − d − j/n)ⁿ⁻ʲ. (Smirnov; Birnbaum and Tingey 1951.) */
function oneSided(n: number, d: number): number {
  if (d <= 0) return 1;
  if (d >= 1) return 0;
  if (n > EXACT) return Math.exp(-2 * n * d * d - (2 * d) / 3);
  let sum = 0;
  for (let j = 0; j <= Math.floor(n * (1 - d)); j++) {
    const rest = 1 - d - j / n;
    if (rest <= 0) continue;
    const binomial = logGamma(n + 1) - logGamma(j + 1) - logGamma(n - j + 1);
    sum += Math.exp(binomial + (j - 1) * Math.log(d + j / n) + (n - j) * Math.log(rest));
  }
  return d * sum;
}

/** P(D ≥ d). */
function twoSided(n: number, d: number): number {
  if (d * n <= 0.5) return 1;
  // That both sides reach so far is impossible, or its share of the probability below e⁻²⁴.
  if (d >= 0.5 || n * d * d > 4) return 2 * oneSided(n, d);
  if (n > EXACT) return kolmogorov(Math.sqrt(n) * d);
  return 1 - marsaglia(n, d);
}

/** P(√n D ≥ t) for many numbers. */
function kolmogorov(t: number): number {
  if (t < 0.3) return 1;
  let sum = 0;
  for (let k = 1; k < 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * t * t);
  return sum;
}

/** P(D < d) by the power of a matrix; the scale is kept apart in powers of ten. */
function marsaglia(n: number, d: number): number {
  const k = Math.ceil(n * d);
  const m = 2 * k - 1;
  const h = k - n * d;
  const start = new Float64Array(m * m);
  for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) start[i * m + j] = i - j + 1 < 0 ? 0 : 1;
  for (let i = 0; i < m; i++) {
    start[i * m]! -= h ** (i + 1);
    start[(m - 1) * m + i]! -= h ** (m - i);
  }
  start[(m - 1) * m]! += 2 * h - 1 > 0 ? (2 * h - 1) ** m : 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      for (let g = 1; g <= i - j + 1; g++) start[i * m + j]! /= g;
    }
  }
  let [power, exponent] = [identity(m), 0];
  let [base, baseExponent] = [start, 0];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) {
      power = product(power, base, m);
      exponent += baseExponent;
      exponent += rescale(power, (k - 1) * m + k - 1);
    }
    base = product(base, base, m);
    baseExponent = 2 * baseExponent + rescale(base, (k - 1) * m + k - 1);
  }
  let result = power[(k - 1) * m + k - 1]!;
  for (let i = 1; i <= n; i++) {
    result *= i / n;
    if (result < 1e-140) {
      result *= 1e140;
      exponent -= 140;
    }
  }
  return result * 10 ** exponent;
}

function identity(m: number): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: m * m }, (_, i) => (i % (m + 1) === 0 ? 1 : 0));
}

function product(a: Float64Array, b: Float64Array, m: number): Float64Array<ArrayBuffer> {
  const c = new Float64Array(m * m);
  // Hot: m³.
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < m; l++) {
      const factor = a[i * m + l]!;
      if (factor === 0) continue;
      for (let j = 0; j < m; j++) c[i * m + j]! += factor * b[l * m + j]!;
    }
  }
  return c;
}

/** Divides by 10¹⁴⁰ once its middle is beyond. @returns the power of ten that was taken out */
function rescale(a: Float64Array, middle: number): number {
  if (a[middle]! <= 1e140) return 0;
  for (let i = 0; i < a.length; i++) a[i]! *= 1e-140;
  return 140;
}

/**
 * Were x and y drawn from one continuous distribution? 'greater' asks whether the distribution function of x is above that of y. Exact p-values
 * (counting the orders in which both can lie) up to 10 000 numbers each.
 * @throws ValueError for an empty sample or NaN   @see scipy.stats.ks_2samp; Hodges 1958   @example ksTestTwoSamples(a, b).pvalue
 */
export function ksTestTwoSamples(
  x: Sample,
  y: Sample,
  { alternative = 'two-sided' }: AlternativeOption = {},
): TestResult {
  const [a, b] = [sampleOf('ksTestTwoSamples', 'x', x).sort(), sampleOf('ksTestTwoSamples', 'y', y).sort()];
  const [n, m] = [a.length, b.length];
  let [above, below, i, j] = [0, 0, 0, 0];
  while (i < n || j < m) {
    const next = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    while (i < n && a[i]! <= next) i++;
    while (j < m && b[j]! <= next) j++;
    // In whole numbers, so that equal distances are equal.
    above = Math.max(above, i * m - j * n);
    below = Math.max(below, j * n - i * m);
    if (next === Infinity) break;
  }
  const reach = alternative === 'greater' ? above : alternative === 'less' ? below : Math.max(above, below);
  const statistic = reach / (n * m);
  const isExact = Math.max(n, m) <= EXACT;
  const pvalue = isExact ? touching(n, m, reach, alternative) : asymptotic(n, m, statistic, alternative);
  return { statistic, pvalue: clip(pvalue) };
}

/** The share of all orders in which the distance somewhere reaches `reach` / (n m). Sums of positive terms only: small shares keep their digits. */
function touching(n: number, m: number, reach: number, alternative: Alternative): number {
  if (reach === 0) return 1;
  const isOut = (i: number, j: number): boolean => {
    const d = i * m - j * n;
    return (alternative !== 'less' && d >= reach) || (alternative !== 'greater' && -d >= reach);
  };
  const row = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      // Of the orders of i and j numbers, a share of i / (i + j) ends with one of x.
      if (isOut(i, j)) row[j] = 1;
      else if (i + j === 0) row[j] = 0;
      else row[j] = ((i > 0 ? i * row[j]! : 0) + (j > 0 ? j * row[j - 1]! : 0)) / (i + j);
    }
  }
  return row[m]!;
}

function asymptotic(n: number, m: number, d: number, alternative: Alternative): number {
  const [large, small] = [Math.max(n, m), Math.min(n, m)];
  const effective = (large * small) / (large + small);
  if (alternative === 'two-sided') return twoSided(Math.round(effective), d);
  const z = Math.sqrt(effective) * d;
  return Math.exp(-2 * z * z - (2 * z * (large + 2 * small)) / Math.sqrt(large * small * (large + small)) / 3);
}
