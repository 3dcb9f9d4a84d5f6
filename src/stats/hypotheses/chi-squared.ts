/**
 * Tests of counts, and the analysis of variance.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { betainc } from '../../kernel/special/incomplete-beta.ts';
import { gammaincc } from '../../kernel/special/incomplete-gamma.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { mean, type Sample, sampleOf, type TestResult } from './sample.ts';

export interface ChiSquareResult extends TestResult {
  /** Degrees of freedom. */
  readonly df: number;
}

export interface GoodnessOptions {
  /** The counts that the null hypothesis expects. Default: all equal. */
  readonly expected?: Sample;
  /** How many parameters were estimated from the data. Default 0. */
  readonly ddof?: number;
}

/**
 * Do counts agree with what is expected? Σ (observed − expected)² / expected, chi-squared with k − 1 − ddof degrees of freedom. For expected counts
 * from about 5 up.
 * @throws ValueError for counts that are negative, expectations that are not positive, or sums that differ
 * @see scipy.stats.chisquare   @example chiSquareTest([16, 18, 16, 14, 12, 12]).pvalue // 0.8492
 */
export function chiSquareTest(observed: Sample, { expected, ddof = 0 }: GoodnessOptions = {}): ChiSquareResult {
  const counts = countsOf('chiSquareTest', 'observed', observed);
  const average = mean(counts);
  const wanted = expected === undefined ? counts.map(() => average) : sampleOf('chiSquareTest', 'expected', expected);
  if (wanted.length !== counts.length)
    raise(new ValueError(`chiSquareTest: ${counts.length} counts and ${wanted.length} expectations`));
  if (wanted.some((e) => !(e > 0))) raise(new ValueError('chiSquareTest: every expected count must be positive'));
  const [sum, total] = [average * counts.length, mean(wanted) * wanted.length];
  if (Math.abs(sum - total) > 1.5e-8 * total) {
    raise(new ValueError(`chiSquareTest: the counts sum to ${sum} and the expectations to ${total}; they must agree`));
  }
  const df = counts.length - 1 - ddof;
  if (df < 1) raise(new ValueError(`chiSquareTest: ${counts.length} counts leave ${df} degrees of freedom`));
  const statistic = counts.reduce((s, o, i) => s + (o - wanted[i]!) ** 2 / wanted[i]!, 0);
  return { statistic, pvalue: gammaincc(df / 2, statistic / 2), df };
}

export interface IndependenceOptions {
  /** Yates's correction for tables of 2 × 2. Default true. */
  readonly correction?: boolean;
}

export interface IndependenceResult extends ChiSquareResult {
  /** The counts that independence expects, (R, C). */
  readonly expected: readonly (readonly number[])[];
}

/**
 * Are rows and columns of a table of counts independent? Chi-squared with (R − 1)(C − 1) degrees of freedom.
 * @param table (R, C)   @throws ShapeError for another rank; ValueError for negative counts or an empty row or column
 * @see scipy.stats.chi2_contingency   @example chiSquareIndependence([[10, 20], [30, 25]])
 */
export function chiSquareIndependence(
  table: Tensor | readonly (readonly number[])[],
  { correction = true }: IndependenceOptions = {},
): IndependenceResult {
  const rows = rowsOf(table);
  const columns = rows[0]!.map((_, j) => rows.reduce((sum, row) => sum + row[j]!, 0));
  const sums = rows.map((row) => row.reduce((a, b) => a + b, 0));
  const total = sums.reduce((a, b) => a + b, 0);
  if ([...columns, ...sums].some((s) => s === 0)) {
    raise(new ValueError('chiSquareIndependence: a row or column has no counts; leave it out'));
  }
  const expected = sums.map((s) => columns.map((c) => (s * c) / total));
  const df = (rows.length - 1) * (columns.length - 1);
  const shift = correction && df === 1 ? 0.5 : 0;
  let statistic = 0;
  rows.forEach((row, i) => {
    row.forEach((count, j) => {
      const away = Math.abs(count - expected[i]![j]!);
      statistic += (away - Math.min(shift, away)) ** 2 / expected[i]![j]!;
    });
  });
  return { statistic, pvalue: df === 0 ? 1 : gammaincc(df / 2, statistic / 2), df, expected };
}

function rowsOf(table: Tensor | readonly (readonly number[])[]): number[][] {
  if (table instanceof Tensor && table.rank !== 2)
    raise(new ShapeError(`chiSquareIndependence: expected a table (R, C), got rank ${table.rank}`));
  const rows: number[][] = [];
  if (table instanceof Tensor) {
    const values = table.dataSync();
    const width = table.shape[1]!;
    for (let i = 0; i < table.shape[0]!; i++) rows.push([...values.subarray(i * width, (i + 1) * width)]);
  } else for (const row of table) rows.push([...row]);
  if (rows.length === 0 || rows[0]!.length === 0 || rows.some((row) => row.length !== rows[0]!.length))
    raise(new ShapeError('chiSquareIndependence: expected rows of one length, at least one'));
  rows.forEach((row) => countsOf('chiSquareIndependence', 'the table', row));
  return rows;
}

function countsOf(op: string, name: string, x: Sample): Float64Array {
  const counts = sampleOf(op, name, x);
  const bad = counts.find((c) => !(c >= 0 && c < Infinity));
  if (bad !== undefined) raise(new ValueError(`${op}: ${name} must hold counts from 0 up, got ${bad}`));
  return counts;
}

export interface AnovaResult extends TestResult {
  /** Degrees of freedom between the groups and within them. */
  readonly df: readonly [between: number, within: number];
}

/**
 * Have several groups one mean? The variance between the groups over that within them, F distributed. One-way analysis of variance.
 * @throws ValueError for fewer than two groups, an empty one, NaN, or no group with two numbers   @see scipy.stats.f_oneway
 * @example anova([[6, 8, 4], [8, 12, 9], [13, 9, 11]]).pvalue // 0.0549
 */
export function anova(groups: readonly Sample[]): AnovaResult {
  if (groups.length < 2) raise(new ValueError(`anova: expected at least two groups, got ${groups.length}`));
  const samples = groups.map((group, i) => sampleOf('anova', `group ${i}`, group));
  const all = samples.flatMap((sample) => [...sample]);
  const df: [number, number] = [samples.length - 1, all.length - samples.length];
  if (df[1] < 1) raise(new ValueError('anova: at least one group must have two numbers'));
  const grand = mean(all);
  let [between, within] = [0, 0];
  for (const sample of samples) {
    const centre = mean(sample);
    between += sample.length * (centre - grand) ** 2;
    for (const x of sample) within += (x - centre) ** 2;
  }
  const statistic = between / df[0] / (within / df[1]);
  const [a, b] = [df[1] / 2, df[0] / 2];
  const ratio = df[0] * statistic;
  // P(F > f) = I(df₂/2, df₁/2, df₂ / (df₂ + df₁ f))
  const pvalue = statistic === Infinity ? 0 : betainc(a, b, df[1] / (df[1] + ratio), ratio / (df[1] + ratio));
  return { statistic, pvalue, df };
}
