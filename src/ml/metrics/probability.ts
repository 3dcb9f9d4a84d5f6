/**
 * Metrics of probabilities and margins of classes.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { encodeLabels, listing } from '../labels.ts';
import { Matrix, matrixOf, numbersOf } from '../matrix.ts';
import type { Features, FitOptions, Label, Labels, Targets } from '../protocol.ts';
import { weightsOf } from '../targets.ts';
import { encodedFor } from './curves.ts';

export interface ScoreOptions<L extends Label> extends FitOptions {
  /** The classes that the columns stand for. Default: those that occur, ascending. */
  readonly labels?: readonly L[];
}

/** Scores (n,) of the later of two classes as two columns, by what makes the other one. */
function tableOf(op: string, scores: Features | Targets, other: (score: number) => number): Matrix {
  const { data, shape } = numbersOf(op, scores, 'scores');
  if (shape.length === 2 && shape[1]! > 1) return matrixOf(op, scores as Features, { name: 'scores' });
  const table = new Matrix(data.length, 2);
  data.forEach((score, i) => table.data.set([other(score), score], 2 * i));
  return matrixOf(op, table, { name: 'scores' });
}

function mean(values: ArrayLike<number>, weights: Float64Array | undefined): number {
  let [sum, total] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const weight = weights?.[i] ?? 1;
    sum += weight * values[i]!;
    total += weight;
  }
  return sum / total;
}

/**
 * −mean log p(true class); probabilities are kept 2⁻⁵² away from 0 and 1.
 * @param probabilities (n, classes), or (n,) of the later of two classes @example logLoss(y, model.predictProba(X))
 */
export function logLoss<L extends Label>(
  truth: Labels<L>,
  probabilities: Features | Targets,
  { labels, sampleWeight }: ScoreOptions<L> = {},
): number {
  const table = tableOf('logLoss', probabilities, (p) => 1 - p);
  const outside = table.data.find((p) => p < 0 || p > 1);
  if (outside !== undefined) raise(new ValueError(`logLoss: probabilities must be within 0 and 1, got ${outside}`));
  const { codes } = encodedFor('logLoss', truth, table, labels);
  const edge = 2 ** -52;
  const values = Float64Array.from(
    codes,
    (code, i) => -Math.log(Math.min(1 - edge, Math.max(edge, table.at(i, code)))),
  );
  return mean(values, weightsOf('logLoss', sampleWeight, table.rows));
}

/**
 * Mean of (p − [y is positive])² for two classes; of the sum over classes of such squares for several. (Brier 1950.)
 * @param probabilities (n,) of the later of two classes, or (n, classes)
 */
export function brier<L extends Label>(
  truth: Labels<L>,
  probabilities: Features | Targets,
  { labels, sampleWeight }: ScoreOptions<L> = {},
): number {
  const table = tableOf('brier', probabilities, (p) => 1 - p);
  const { codes } = encodedFor('brier', truth, table, labels);
  const values = Float64Array.from(codes, (code, i) =>
    table.row(i).reduce((sum, p, k) => sum + (p - Number(k === code)) ** 2, 0),
  );
  // Of two classes, both squares are the same.
  return mean(values, weightsOf('brier', sampleWeight, table.rows)) / (table.columns === 2 ? 2 : 1);
}

/** Mean of max(0, 1 − margin); the margin of several classes is to the best wrong one. @param scores (n,) or (n, classes), as `decision` gives */
export function hinge<L extends Label>(
  truth: Labels<L>,
  scores: Features | Targets,
  { labels, sampleWeight }: ScoreOptions<L> = {},
): number {
  const isBinary = numbersOf('hinge', scores, 'scores').shape.length === 1;
  const table = tableOf('hinge', scores, () => 0);
  const { codes } = encodedFor('hinge', truth, table, labels);
  const values = Float64Array.from(codes, (code, i) => {
    const row = table.row(i);
    if (isBinary) return Math.max(0, 1 - (code === 1 ? row[1]! : -row[1]!));
    const best = row.reduce((most, score, k) => (k === code ? most : Math.max(most, score)), -Infinity);
    return Math.max(0, 1 - (row[code]! - best));
  });
  return mean(values, weightsOf('hinge', sampleWeight, table.rows));
}

/** The share of samples whose class is among the k of largest score. @example topKAccuracy(y, model.predictProba(X), 2) */
export function topKAccuracy<L extends Label>(
  truth: Labels<L>,
  scores: Features | Targets,
  k: number,
  { labels, sampleWeight }: ScoreOptions<L> = {},
): number {
  const op = 'topKAccuracy';
  const table = tableOf(op, scores, (score) => -score);
  const { classes, codes } = encodedFor(op, truth, table, labels);
  if (!(Number.isInteger(k) && k >= 1))
    raise(new ValueError(`${op}: k must be a whole number from 1 up, got ${k}; classes are ${listing(classes)}`));
  const hits = Float64Array.from(codes, (code, i) => {
    const row = table.row(i);
    // Of equal scores the later class comes first, as with a stable ascending sort read from its end.
    const ahead = row.reduce((n, score, j) => n + Number(score > row[code]! || (score === row[code]! && j > code)), 0);
    return Number(ahead < k);
  });
  return mean(hits, weightsOf(op, sampleWeight, table.rows));
}

export interface CalibrationCurve {
  /** The share of positives in each bin. */
  readonly observed: Float64Array<ArrayBuffer>;
  /** The mean probability in each bin. */
  readonly predicted: Float64Array<ArrayBuffer>;
}

/** How often what was given probability p comes true: bins of one width over [0, 1], empty ones left out. */
export function calibrationCurve<L extends Label>(
  truth: Labels<L>,
  probabilities: Targets,
  { bins = 5 }: { readonly bins?: number } = {},
): CalibrationCurve {
  const { data } = numbersOf('calibrationCurve', probabilities, 'probabilities');
  const { classes, codes } = encodeLabels('calibrationCurve', truth, data.length);
  if (classes.length > 2) raise(new ValueError(`calibrationCurve: two classes are expected, got ${listing(classes)}`));
  const [counts, sums, hits] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)];
  data.forEach((p, i) => {
    // A probability on an edge belongs to the bin below, as a search from the left puts it.
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(p * bins - 1e-12) - 1));
    counts[bin]! += 1;
    sums[bin]! += p;
    hits[bin]! += codes[i]!;
  });
  const filled = Array.from(counts.keys()).filter((k) => counts[k]! > 0);
  return {
    observed: Float64Array.from(filled, (k) => hits[k]! / counts[k]!),
    predicted: Float64Array.from(filled, (k) => sums[k]! / counts[k]!),
  };
}
