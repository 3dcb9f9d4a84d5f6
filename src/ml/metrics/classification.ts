/**
 * Metrics of predicted classes: truth first, prediction second.
 */
import type { Matrix } from '../matrix.ts';
import type { FitOptions, Label, Labels } from '../protocol.ts';
import { weightsOf } from '../targets.ts';
import { labelPair } from './accuracy.ts';
import { averaged, type AverageOptions, classCounts, confusionOf } from './confusion.ts';

/** TP / (TP + FP): of those taken for the class, the share that is of it. @example precision([0, 1, 1], [1, 1, 1]) // 0.667 */
export function precision<L extends Label>(
  truth: Labels<L>,
  predicted: Labels<L>,
  options: AverageOptions<L> = {},
): number {
  return averaged('precision', truth, predicted, options, (c) => [c.truePositive, c.truePositive + c.falsePositive]);
}

/** TP / (TP + FN): of the class, the share that was found. @example recall([0, 1, 1], [0, 0, 1]) // 0.5 */
export function recall<L extends Label>(
  truth: Labels<L>,
  predicted: Labels<L>,
  options: AverageOptions<L> = {},
): number {
  return averaged('recall', truth, predicted, options, (c) => [c.truePositive, c.truePositive + c.falseNegative]);
}

/** (1 + β²) TP / ((1 + β²) TP + β² FN + FP): precision and recall in one, recall counting β times. */
export function fBeta<L extends Label>(
  truth: Labels<L>,
  predicted: Labels<L>,
  beta: number,
  options: AverageOptions<L> = {},
): number {
  const b = beta * beta;
  return averaged('fBeta', truth, predicted, options, (c) => [
    (1 + b) * c.truePositive,
    (1 + b) * c.truePositive + b * c.falseNegative + c.falsePositive,
  ]);
}

/** 2 TP / (2 TP + FN + FP). @example f1(y, model.predict(X), { average: 'macro' }) */
export function f1<L extends Label>(truth: Labels<L>, predicted: Labels<L>, options: AverageOptions<L> = {}): number {
  return fBeta(truth, predicted, 1, options);
}

/** TP / (TP + FP + FN): intersection over union. */
export function jaccard<L extends Label>(
  truth: Labels<L>,
  predicted: Labels<L>,
  options: AverageOptions<L> = {},
): number {
  return averaged('jaccard', truth, predicted, options, (c) => [
    c.truePositive,
    c.truePositive + c.falsePositive + c.falseNegative,
  ]);
}

/** The mean recall of the classes that occur. */
export function balancedAccuracy<L extends Label>(
  truth: Labels<L>,
  predicted: Labels<L>,
  { sampleWeight }: FitOptions = {},
): number {
  const counts = countsOf('balancedAccuracy', truth, predicted, sampleWeight);
  const recalls = classCounts(counts)
    .filter((c) => c.truePositive + c.falseNegative > 0)
    .map((c) => c.truePositive / (c.truePositive + c.falseNegative));
  return recalls.reduce((a, b) => a + b, 0) / recalls.length;
}

/** Matthews' correlation between truth and prediction, −1 to 1; 0 if either is constant. (Gorodkin 2004 for several classes.) */
export function matthews<L extends Label>(
  truth: Labels<L>,
  predicted: Labels<L>,
  { sampleWeight }: FitOptions = {},
): number {
  const counts = countsOf('matthews', truth, predicted, sampleWeight);
  const { rows, columns, total } = margins(counts);
  let right = 0;
  for (let k = 0; k < counts.rows; k++) right += counts.at(k, k);
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, k) => sum + x * b[k]!, 0);
  const spread = (total * total - dot(rows, rows)) * (total * total - dot(columns, columns));
  return spread === 0 ? 0 : (right * total - dot(rows, columns)) / Math.sqrt(spread);
}

export interface KappaOptions extends FitOptions {
  /** How much a mistake counts: 1, or its distance in the order of the classes, or the square of that. Default none. */
  readonly weights?: 'none' | 'linear' | 'quadratic';
}

/** Cohen's κ: agreement beyond what chance would give. @example cohenKappa([1, 2, 3], [1, 2, 2], { weights: 'quadratic' }) */
export function cohenKappa<L extends Label>(
  truth: Labels<L>,
  predicted: Labels<L>,
  { weights = 'none', sampleWeight }: KappaOptions = {},
): number {
  const counts = countsOf('cohenKappa', truth, predicted, sampleWeight);
  const { rows, columns, total } = margins(counts);
  let [observed, expected] = [0, 0];
  for (let i = 0; i < counts.rows; i++) {
    for (let j = 0; j < counts.rows; j++) {
      const cost = weights === 'none' ? Number(i !== j) : weights === 'linear' ? Math.abs(i - j) : (i - j) ** 2;
      observed += cost * counts.at(i, j);
      expected += (cost * rows[i]! * columns[j]!) / total;
    }
  }
  return 1 - observed / expected;
}

function countsOf<L extends Label>(
  op: string,
  truth: Labels<L>,
  predicted: Labels<L>,
  sampleWeight: FitOptions['sampleWeight'],
): Matrix {
  const [a, b] = labelPair(op, truth, predicted);
  return confusionOf(a, b, weightsOf(op, sampleWeight, a.length)).counts;
}

function margins(counts: Matrix) {
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  const rows = Array.from({ length: counts.rows }, (_, k) => sum(counts.row(k)));
  const columns = Array.from({ length: counts.rows }, (_, k) => sum(counts.column(k)));
  return { rows, columns, total: sum(counts.data) };
}

/** The scores of one class in a report. */
export interface ReportRow {
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
}

/** A table of precision, recall and F₁ that prints itself. */
export interface ClassificationReport {
  readonly classes: readonly ReportRow[];
  readonly accuracy: number;
  readonly macro: ReportRow;
  readonly weighted: ReportRow;
  toString(): string;
}

/**
 * Precision, recall and F₁ of each class, their means, and accuracy.
 * @example console.log(`${classificationReport(y, model.predict(X))}`)
 */
export function classificationReport<L extends Label>(
  truth: Labels<L>,
  predicted: Labels<L>,
  { sampleWeight }: FitOptions = {},
): ClassificationReport {
  const [a, b] = labelPair('classificationReport', truth, predicted);
  const { labels, counts } = confusionOf(a, b, weightsOf('classificationReport', sampleWeight, a.length));
  const ratio = (numerator: number, denominator: number) => (denominator === 0 ? 0 : numerator / denominator);
  const classes = classCounts(counts).map((c, k): ReportRow => ({
    name: String(labels[k]),
    precision: ratio(c.truePositive, c.truePositive + c.falsePositive),
    recall: ratio(c.truePositive, c.truePositive + c.falseNegative),
    f1: ratio(2 * c.truePositive, 2 * c.truePositive + c.falsePositive + c.falseNegative),
    support: c.truePositive + c.falseNegative,
  }));
  const total = classes.reduce((sum, row) => sum + row.support, 0);
  const mean = (name: string, weight: (row: ReportRow) => number): ReportRow => {
    const over = (value: (row: ReportRow) => number) => classes.reduce((sum, row) => sum + weight(row) * value(row), 0);
    return {
      name,
      precision: over((row) => row.precision),
      recall: over((row) => row.recall),
      f1: over((row) => row.f1),
      support: total,
    };
  };
  const right = classes.reduce((sum, _, k) => sum + counts.at(k, k), 0);
  const macro = mean('macro avg', () => 1 / classes.length);
  const weighted = mean('weighted avg', (row) => row.support / total);
  const accuracy = right / total;
  return { classes, accuracy, macro, weighted, toString: () => print(classes, accuracy, macro, weighted) };
}

function print(classes: readonly ReportRow[], accuracy: number, macro: ReportRow, weighted: ReportRow): string {
  const width = Math.max(12, ...classes.map((row) => row.name.length));
  const line = (row: ReportRow) =>
    row.name.padStart(width) +
    [row.precision, row.recall, row.f1].map((x) => x.toFixed(2).padStart(10)).join('') +
    String(row.support).padStart(10);
  const head = ' '.repeat(width) + ['precision', 'recall', 'f1', 'support'].map((name) => name.padStart(10)).join('');
  const middle =
    'accuracy'.padStart(width) + ' '.repeat(20) + accuracy.toFixed(2).padStart(10) + String(macro.support).padStart(10);
  return [head, '', ...classes.map(line), '', middle, line(macro), line(weighted)].join('\n');
}
