/**
 * Tests of hypotheses, correlations and intervals against SciPy; resampling against what it must find.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tensor } from '../../tensor/creation.ts';
import * as random from '../../tensor/random/index.ts';
import { compile } from '../../tensor/compile.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import * as stats from '../index.ts';

type Number_ = number | string;
interface Options {
  readonly alternative?: stats.Alternative;
  readonly mean?: number;
  readonly equalVariances?: boolean;
  readonly method?: 'exact' | 'asymptotic';
  readonly continuity?: boolean;
  readonly cdf?: 'normal' | 'uniform';
  readonly ddof?: number;
}

interface Golden {
  readonly samples: Readonly<Record<string, number[]>>;
  readonly rows: readonly (readonly [string, string[], Options, Number_, Number_, Number_[]])[];
  readonly tables: readonly (readonly [number[][], boolean, Number_, Number_, number, number[][]])[];
  readonly proportions: readonly (readonly [number, number, number, 'wilson' | 'clopperPearson', number, number])[];
  readonly describe: readonly number[];
}

const path = new URL('../../../test/golden/hypotheses.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

/** Equal to 10 digits, however small. */
function expectClose(actual: number, expected: Number_, what: string, tolerance = 1e-10): void {
  const wanted = Number(expected);
  if (Object.is(actual, wanted) || actual === wanted) return;
  const error = Math.abs(actual - wanted) / Math.max(Math.abs(wanted), 1e-250);
  expect(error, `${what}: ${actual}, expected ${wanted}`).toBeLessThan(tolerance);
}

const withInterval = (r: stats.TTestResult): [stats.TestResult, number[]] => [r, [r.df, ...r.confidenceInterval(0.9)]];
type Run = (samples: number[][], options: Options) => [stats.TestResult, number[]];
const runs: Readonly<Record<string, Run>> = {
  tTest: ([x], o) => withInterval(stats.tTest(x!, o)),
  tTestIndependent: ([x, y], o) => withInterval(stats.tTestIndependent(x!, y!, o)),
  tTestPaired: ([x, y], o) => withInterval(stats.tTestPaired(x!, y!, o)),
  mannWhitney: ([x, y], o) => [stats.mannWhitney(x!, y!, o), []],
  wilcoxon: ([x, y], o) => [stats.wilcoxon(x!, y, o), []],
  pearson: ([x, y], o) => [stats.pearson(x!, y!, o), []],
  spearman: ([x, y], o) => [stats.spearman(x!, y!, o), []],
  kendall: ([x, y], { alternative = 'two-sided' }) => [stats.kendall(x!, y!, { alternative }), []],
  ksTest: ([x], { cdf, ...o }) => [
    stats.ksTest(x!, cdf === 'normal' ? new stats.Normal() : new stats.Uniform(), o),
    [],
  ],
  ksTestTwoSamples: ([x, y], o) => [stats.ksTestTwoSamples(x!, y!, o), []],
  chiSquareTest: ([x, expected], o) => {
    const r = stats.chiSquareTest(x!, { ...o, ...(expected && { expected }) });
    return [r, [r.df]];
  },
  shapiro: ([x]) => [stats.shapiro(x!), []],
  anova: (groups) => {
    const r = stats.anova(groups);
    return [r, [...r.df]];
  },
};

describe.each(Object.keys(runs))('%s', (name) => {
  const rows = golden.rows.filter(([which]) => which === name);

  it.each(rows.map((row) => [row[1].join(' and '), JSON.stringify(row[2]), row] as const))(
    'of %s with %s',
    (_, __, row) => {
      const [, samples, options, statistic, pvalue, more] = row;
      const [found, extra] = runs[name]!(
        samples.map((key) => golden.samples[key]!),
        options,
      );
      expectClose(found.statistic, statistic, 'statistic');
      // SciPy's quantiles in shapiro are good to 1e-9.
      expectClose(found.pvalue, pvalue, 'p-value', name === 'shapiro' ? 1e-8 : 1e-9);
      more.forEach((value, i) => {
        expectClose(extra[i]!, value, `number ${i}`, 1e-9);
      });
    },
  );
});

it.each(golden.tables.map((row) => [JSON.stringify(row[0]), row] as const))('independence in %s', (_, row) => {
  const [table, correction, statistic, pvalue, df, expected] = row;
  const found = stats.chiSquareIndependence(tensor(table), { correction });
  expectClose(found.statistic, statistic, 'statistic');
  expectClose(found.pvalue, pvalue, 'p-value');
  expect(found.df).toBe(df);
  found.expected.flat().forEach((value, i) => {
    expectClose(value, expected.flat()[i]!, 'expected');
  });
});

it.each(golden.proportions)('%d of %d at level %d by %s', (k, n, level, method, low, high) => {
  const found = stats.proportionInterval(k, n, { level, method });
  expectClose(found.low, low, 'low');
  expectClose(found.high, high, 'high');
});

it('a description has the numbers of NumPy and SciPy', () => {
  Object.values(stats.describe(golden.samples['long']!)).forEach((value, i) => {
    expectClose(value, golden.describe[i]!, `number ${i}`);
  });
});

/** Of the variance of ten skewed numbers at level 0.9, by scipy.stats.bootstrap with 200 000 resamples. */
const SCIPY = { percentile: [1.1032, 14.1588], bca: [2.8396, 17.3862] };

describe('resampling', () => {
  const key = random.key(1);
  const { a, b, long, longer } = golden.samples;

  it('a permutation test of few numbers counts all orders, and of many comes near the t test', () => {
    const exact = stats.permutationTest([1, 2, 3], [10, 11, 12], { key });
    expect([exact.isExact, exact.pvalue, exact.distribution.length]).toEqual([true, 2 / 20, 20]);
    const drawn = stats.permutationTest(long!, longer!, { key, permutations: 4000 });
    expect(drawn.isExact).toBe(false);
    // Four standard errors of a share of 4000.
    const p = stats.tTestIndependent(long!, longer!).pvalue;
    expect(Math.abs(drawn.pvalue - p)).toBeLessThan(8 * Math.sqrt(p / 4000) + 0.002);
    const less = stats.permutationTest(a!, b!, { key, permutations: 500, alternative: 'less' }).pvalue;
    const greater = stats.permutationTest(a!, b!, { key, permutations: 500, alternative: 'greater' }).pvalue;
    expect(less + greater).toBeGreaterThanOrEqual(1);
  });

  it('the p-values of samples that do not differ are spread evenly', () => {
    const draws = random.normal(random.key(2), [40, 20]);
    const ps = Array.from({ length: 40 }, (_, i) => {
      const x = draws.at(i).dataSync();
      return stats.permutationTest(x.subarray(0, 10), x.subarray(10), { key: random.key(i), permutations: 199 }).pvalue;
    });
    expect(stats.ksTest(ps, new stats.Uniform()).pvalue).toBeGreaterThan(1e-3);
  });

  it('bootstrap intervals of the mean come near that of the t distribution, by each method', () => {
    const t = stats.meanInterval(longer!);
    for (const method of ['percentile', 'basic', 'bca'] as const) {
      const found = stats.bootstrap(longer!, { key, resamples: 4000, method });
      expect(Math.abs(found.low - t.low)).toBeLessThan(0.06);
      expect(Math.abs(found.high - t.high)).toBeLessThan(0.06);
      expect(Math.abs(found.standardError - stats.tTest(longer!).standardError)).toBeLessThan(0.01);
    }
  });

  it('bootstrap intervals of a skewed statistic are moved by BCa as in SciPy', () => {
    const x = [0.1, 0.2, 0.3, 0.5, 0.8, 1.3, 2.1, 3.4, 5.5, 8.9];
    const variance = (v: Float64Array): number => stats.describe(v).variance;
    const options = { key, statistic: variance, resamples: 20_000, level: 0.9 } as const;
    const of = (method: 'percentile' | 'bca'): number[] => {
      const { low, high } = stats.bootstrap(x, { ...options, method });
      return [low, high];
    };
    const close = (found: number[], expected: number[]): void => {
      found.forEach((value, i) => expect(Math.abs(value / expected[i]! - 1)).toBeLessThan(0.06));
    };
    close(of('percentile'), SCIPY.percentile);
    close(of('bca'), SCIPY.bca);
  });
});

describe('what cannot be tested', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['one number', () => stats.tTest([1]), /tTest: x must have at least 2 numbers, got 1/],
    ['nothing', () => stats.mannWhitney([], [1]), /mannWhitney: x must have at least 1 numbers, got 0/],
    ['NaN', () => stats.ksTestTwoSamples([1, 2], [1, NaN]), /y has NaN at place 1/],
    ['pairs of different lengths', () => stats.pearson([1, 2], [1, 2, 3]), /equally long, got 2 and 3/],
    ['no differences', () => stats.wilcoxon([1, 2], [1, 2]), /every difference is 0/],
    ['negative counts', () => stats.chiSquareTest([1, -1]), /counts from 0 up, got -1/],
    [
      'sums that differ',
      () => stats.chiSquareTest([1, 2], { expected: [5, 5] }),
      /sum to 3 and the expectations to 10/,
    ],
    ['an empty row', () => stats.chiSquareIndependence([[0, 0], [1, 2]]), /has no counts/], // prettier-ignore
    ['a ragged table', () => stats.chiSquareIndependence([[1, 2], [1]]), /rows of one length/],
    ['numbers that are all equal', () => stats.shapiro([2, 2, 2]), /all numbers are equal/],
    ['one group', () => stats.anova([[1, 2]]), /at least two groups, got 1/],
    ['a level of 1', () => stats.meanInterval([1, 2], { level: 1 }), /level must be between 0 and 1, got 1/],
    ['more successes than trials', () => stats.proportionInterval(3, 2), /got 3 and 2/],
    ['no resamples', () => stats.bootstrap([1, 2], { key: random.key(0), resamples: 0 }), /resamples must be/],
    ['exact ranks with ties', () => stats.kendall([1, 1, 2], [1, 2, 3], { method: 'exact' }), /all differ/],
  ])('%s is refused', (_, run, message) => {
    expect(run).toThrow(message);
  });

  it('constant data has no correlation, and values are read, so that compile refuses', () => {
    expect(stats.pearson([1, 1, 1], [1, 2, 3]).statistic).toBeNaN();
    expect(() => compile((x: Tensor) => x.mul(stats.tTest(x).pvalue))(tensor([1, 2, 3]))).toThrow(/TraceError|compile/);
  });
});
