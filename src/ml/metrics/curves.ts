/**
 * Metrics of scores: how well they order samples, whatever the threshold. Truth first; the positive class is the later label.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { type Encoded, encodeLabels, listing } from '../labels.ts';
import { type Matrix, matrixOf, numbersOf } from '../matrix.ts';
import type { Features, FitOptions, Label, Labels, Targets } from '../protocol.ts';
import { vectorOf, weightsOf } from '../targets.ts';

export interface BinaryOptions<L extends Label> extends FitOptions {
  /** Default: the later of the two labels. */
  readonly positive?: L;
}

interface Steps {
  /** Descending, each once. */
  readonly thresholds: Float64Array<ArrayBuffer>;
  /** Σ w of positives, and of negatives, with a score at least the threshold. */
  readonly hits: Float64Array<ArrayBuffer>;
  readonly alarms: Float64Array<ArrayBuffer>;
}

/** Cumulative counts at each different score. */
function stepsOf(isPositive: ArrayLike<boolean>, scores: Float64Array, weights: Float64Array | undefined): Steps {
  const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const [thresholds, hits, alarms]: [number[], number[], number[]] = [[], [], []];
  let [hit, alarm] = [0, 0];
  order.forEach((i, place) => {
    const weight = weights?.[i] ?? 1;
    if (isPositive[i]) hit += weight;
    else alarm += weight;
    if (place + 1 < order.length && scores[order[place + 1]!] === scores[i]) return;
    thresholds.push(scores[i]!);
    hits.push(hit);
    alarms.push(alarm);
  });
  return {
    thresholds: Float64Array.from(thresholds),
    hits: Float64Array.from(hits),
    alarms: Float64Array.from(alarms),
  };
}

function binary<L extends Label>(
  op: string,
  truth: Labels<L>,
  scores: Targets,
  { positive, sampleWeight }: BinaryOptions<L>,
) {
  const { classes, codes } = encodeLabels(op, truth);
  if (classes.length > 2) raise(new ValueError(`${op}: two classes are expected, got ${listing(classes)}`));
  const place = positive === undefined ? classes.length - 1 : classes.indexOf(positive);
  const isPositive = Array.from(codes, (code) => code === place);
  return {
    isPositive,
    values: vectorOf(op, scores, codes.length, 'scores'),
    weights: weightsOf(op, sampleWeight, codes.length),
  };
}

/** A ROC curve: ascending shares at descending thresholds. */
export interface RocCurve {
  readonly falsePositiveRate: Float64Array<ArrayBuffer>;
  readonly truePositiveRate: Float64Array<ArrayBuffer>;
  /** The first is Infinity: nothing is taken for positive. */
  readonly thresholds: Float64Array<ArrayBuffer>;
}

/** The shares of negatives and positives that score at least each threshold. @throws ValueError if a class is missing */
export function rocCurve<L extends Label>(truth: Labels<L>, scores: Targets, options: BinaryOptions<L> = {}): RocCurve {
  const { isPositive, values, weights } = binary('rocCurve', truth, scores, options);
  return rocOf('rocCurve', stepsOf(isPositive, values, weights));
}

function rocOf(op: string, { thresholds, hits, alarms }: Steps): RocCurve {
  const [positives, negatives] = [hits.at(-1) ?? 0, alarms.at(-1) ?? 0];
  if (positives === 0 || negatives === 0) raise(new ValueError(`${op}: both classes must occur, only one does`));
  return {
    falsePositiveRate: Float64Array.of(0, ...alarms.map((n) => n / negatives)),
    truePositiveRate: Float64Array.of(0, ...hits.map((n) => n / positives)),
    thresholds: Float64Array.of(Infinity, ...thresholds),
  };
}

/** The area under points by trapezoids; xs ascend or descend. */
export function auc(xs: ArrayLike<number>, ys: ArrayLike<number>): number {
  let area = 0;
  for (let i = 1; i < xs.length; i++) area += ((xs[i]! - xs[i - 1]!) * (ys[i]! + ys[i - 1]!)) / 2;
  return Math.abs(area);
}

export interface RocAucOptions<L extends Label> extends BinaryOptions<L> {
  /** Of several classes: each against the rest, or each pair. Default ovr. */
  readonly multi?: 'ovr' | 'ovo';
  /** Of several classes: their mean, or weighted by size. Default macro. */
  readonly average?: 'macro' | 'weighted';
  /** The classes that the columns of scores stand for. Default: those that occur, ascending. */
  readonly labels?: readonly L[];
}

/**
 * The probability that a positive sample scores higher than a negative one.
 * @param scores (n,) of the positive class, or (n, classes). (Hand and Till 2001 for pairs.)
 * @example rocAuc(y, model.predictProba(X))
 */
export function rocAuc<L extends Label>(
  truth: Labels<L>,
  scores: Features | Targets,
  options: RocAucOptions<L> = {},
): number {
  const op = 'rocAuc';
  const { shape } = numbersOf(op, scores, 'scores');
  if (shape.length === 1) return binaryAuc(op, truth, scores as Targets, options);
  const table = matrixOf(op, scores as Features, { name: 'scores' });
  if (table.columns === 1) return binaryAuc(op, truth, table.column(0), options);
  const encoded = encodedFor(op, truth, table, options.labels);
  if (table.columns === 2) return binaryAuc(op, truth, table.column(1), options);
  const weights = weightsOf(op, options.sampleWeight, table.rows);
  return options.multi === 'ovo'
    ? pairs(op, encoded, table, options.average)
    : rest(op, encoded, table, weights, options.average);
}

function binaryAuc<L extends Label>(op: string, truth: Labels<L>, scores: Targets, options: BinaryOptions<L>): number {
  const { isPositive, values, weights } = binary(op, truth, scores, options);
  return areaOf(op, isPositive, values, weights);
}

function areaOf(
  op: string,
  isPositive: ArrayLike<boolean>,
  scores: Float64Array,
  weights: Float64Array | undefined,
): number {
  const { falsePositiveRate, truePositiveRate } = rocOf(op, stepsOf(isPositive, scores, weights));
  return auc(falsePositiveRate, truePositiveRate);
}

/** Codes of the true labels as columns of a table of scores. @throws ShapeError if there is not a column for each class */
export function encodedFor<L extends Label>(
  op: string,
  truth: Labels<L>,
  table: Matrix,
  labels?: readonly L[],
): Encoded<L> {
  const own = encodeLabels(op, truth, table.rows);
  const classes = labels ?? own.classes;
  if (classes.length !== table.columns) {
    raise(
      new ShapeError(
        `${op}: scores have ${table.columns} columns, but there are ${classes.length} classes; name them all in labels`,
      ),
    );
  }
  const places = own.classes.map((label) => classes.indexOf(label));
  const missing = places.indexOf(-1);
  if (missing >= 0)
    raise(new ValueError(`${op}: the label ${String(own.classes[missing])} is none of ${listing(classes)}`));
  return { classes, codes: own.codes.map((code) => places[code]!) };
}

function rest(
  op: string,
  { classes, codes }: Encoded<Label>,
  table: Matrix,
  weights: Float64Array | undefined,
  average = 'macro',
): number {
  let [sum, total] = [0, 0];
  classes.forEach((_, k) => {
    const isPositive = Array.from(codes, (code) => code === k);
    const size = average === 'macro' ? 1 : isPositive.reduce((n, own, i) => n + (own ? (weights?.[i] ?? 1) : 0), 0);
    sum += size * areaOf(op, isPositive, table.column(k), weights);
    total += size;
  });
  return sum / total;
}

function pairs(op: string, { classes, codes }: Encoded<Label>, table: Matrix, average = 'macro'): number {
  let [sum, total] = [0, 0];
  for (let a = 0; a < classes.length; a++) {
    for (let b = a + 1; b < classes.length; b++) {
      const own = Array.from(codes.keys()).filter((i) => codes[i] === a || codes[i] === b);
      const area = (k: number) =>
        areaOf(
          op,
          own.map((i) => codes[i] === k),
          Float64Array.from(own, (i) => table.at(i, k)),
          undefined,
        );
      const size = average === 'macro' ? 1 : own.length;
      sum += (size * (area(a) + area(b))) / 2;
      total += size;
    }
  }
  return sum / total;
}

/** Precision at falling recall, as thresholds rise; at the end precision is 1 and recall 0. */
export interface PrecisionRecallCurve {
  readonly precision: Float64Array<ArrayBuffer>;
  readonly recall: Float64Array<ArrayBuffer>;
  /** Ascending; one fewer than points. */
  readonly thresholds: Float64Array<ArrayBuffer>;
}

/** @throws ValueError if there are no positives */
export function precisionRecallCurve<L extends Label>(
  truth: Labels<L>,
  scores: Targets,
  options: BinaryOptions<L> = {},
): PrecisionRecallCurve {
  const { isPositive, values, weights } = binary('precisionRecallCurve', truth, scores, options);
  const { thresholds, hits, alarms } = stepsOf(isPositive, values, weights);
  const positives = hits.at(-1) ?? 0;
  if (positives === 0) raise(new ValueError('precisionRecallCurve: there are no positive samples'));
  const precision = hits.map((hit, k) => (hit + alarms[k]! === 0 ? 0 : hit / (hit + alarms[k]!))).reverse();
  const recall = hits.map((hit) => hit / positives).reverse();
  return {
    precision: Float64Array.of(...precision, 1),
    recall: Float64Array.of(...recall, 0),
    thresholds: thresholds.slice().reverse(),
  };
}

/** Σ (Rₖ − Rₖ₋₁) Pₖ: the area under the steps of precision over recall. @example averagePrecision(y, scores) */
export function averagePrecision<L extends Label>(
  truth: Labels<L>,
  scores: Targets,
  options: BinaryOptions<L> = {},
): number {
  const { precision, recall } = precisionRecallCurve(truth, scores, options);
  let sum = 0;
  for (let k = 0; k + 1 < recall.length; k++) sum += (recall[k]! - recall[k + 1]!) * precision[k]!;
  return sum;
}
