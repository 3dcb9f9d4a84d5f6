/**
 * Which classes were taken for which, and everything that is counted from it.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { codesOf, compareLabels, listing } from '../labels.ts';
import { Matrix } from '../matrix.ts';
import type { FitOptions, Label, Labels } from '../protocol.ts';
import { weightsOf } from '../targets.ts';
import { labelPair } from './accuracy.ts';

/** Counts of true class (row) and predicted class (column). */
export interface Confusion<L extends Label> {
  readonly labels: readonly L[];
  /** (classes, classes) */
  readonly counts: Matrix;
}

export interface ConfusionOptions<L extends Label> extends FitOptions {
  /** The classes, in the order of rows and columns; samples of others are left out. Default: all, ascending. */
  readonly labels?: readonly L[];
}

/**
 * Cᵢⱼ = Σ w over samples of class i that were taken for class j.
 * @example confusionMatrix(['a', 'b', 'b'], ['a', 'b', 'a']).counts.toTensor() // [[1, 0], [1, 1]]
 */
export function confusionMatrix<L extends Label>(
  truth: Labels<L>,
  predicted: Labels<L>,
  options: ConfusionOptions<L> = {},
): Confusion<L> {
  const [a, b] = labelPair('confusionMatrix', truth, predicted);
  return confusionOf(a, b, weightsOf('confusionMatrix', options.sampleWeight, a.length), options.labels);
}

/** @internal */
export function confusionOf<L extends Label>(
  a: readonly L[],
  b: readonly L[],
  weights?: Float64Array,
  given?: readonly L[],
): Confusion<L> {
  const labels = given ?? [...new Set([...a, ...b])].sort(compareLabels);
  const known = new Set(labels);
  const kept = Array.from(a.keys()).filter((i) => known.has(a[i]!) && known.has(b[i]!));
  const rows = codesOf(
    'confusionMatrix',
    kept.map((i) => a[i]!),
    labels,
  );
  const columns = codesOf(
    'confusionMatrix',
    kept.map((i) => b[i]!),
    labels,
  );
  const counts = new Matrix(labels.length, labels.length);
  kept.forEach((i, k) => (counts.data[rows[k]! * labels.length + columns[k]!]! += weights?.[i] ?? 1));
  return { labels, counts };
}

/** How one class fared: right, wrongly taken for it, missed, and all the rest. */
export interface ClassCounts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

/** The counts of each class against all others. */
export function classCounts(counts: Matrix): ClassCounts[] {
  const total = counts.data.reduce((a, b) => a + b, 0);
  return Array.from({ length: counts.rows }, (_, k) => {
    const truePositive = counts.at(k, k);
    const falseNegative = counts.row(k).reduce((a, b) => a + b, 0) - truePositive;
    const falsePositive = counts.column(k).reduce((a, b) => a + b, 0) - truePositive;
    return {
      truePositive,
      falsePositive,
      falseNegative,
      trueNegative: total - truePositive - falseNegative - falsePositive,
    };
  });
}

/** How scores of classes become one: that of one class, over all samples alike, their mean, or weighted by size. */
export type Average = 'binary' | 'micro' | 'macro' | 'weighted';

export interface AverageOptions<L extends Label> extends FitOptions {
  /** Default binary. */
  readonly average?: Average;
  /** The class that `binary` is about. Default: the later of the two. */
  readonly positive?: L;
  /** The score where there is nothing to divide by. Default 0. */
  readonly zeroDivision?: number;
}

/** Averages a score of each class. */
export function averaged<L extends Label>(
  op: string,
  truth: Labels<L>,
  predicted: Labels<L>,
  { average = 'binary', positive, sampleWeight, zeroDivision = 0 }: AverageOptions<L>,
  score: (counts: ClassCounts) => readonly [numerator: number, denominator: number],
): number {
  const [a, b] = labelPair(op, truth, predicted);
  const { labels, counts } = confusionOf(a, b, weightsOf(op, sampleWeight, a.length));
  const each = classCounts(counts);
  const value = (one: ClassCounts) => {
    const [numerator, denominator] = score(one);
    return denominator === 0 ? zeroDivision : numerator / denominator;
  };
  switch (average) {
    case 'binary':
      return value(
        each[positivePlace(op, labels, positive)] ?? {
          truePositive: 0,
          falsePositive: 0,
          falseNegative: 0,
          trueNegative: 0,
        },
      );
    case 'micro':
      return value(each.reduce(addCounts));
    case 'macro':
      return each.reduce((sum, one) => sum + value(one), 0) / each.length;
    case 'weighted': {
      const sizes = each.map((one) => one.truePositive + one.falseNegative);
      return each.reduce((sum, one, k) => sum + sizes[k]! * value(one), 0) / sizes.reduce((x, y) => x + y, 0);
    }
  }
}

function addCounts(a: ClassCounts, b: ClassCounts): ClassCounts {
  return {
    truePositive: a.truePositive + b.truePositive,
    falsePositive: a.falsePositive + b.falsePositive,
    falseNegative: a.falseNegative + b.falseNegative,
    trueNegative: a.trueNegative + b.trueNegative,
  };
}

/** The place of the positive class; −1 for a named one that does not occur. @throws ValueError unless it is clear which one is meant */
function positivePlace(op: string, labels: readonly Label[], positive: Label | undefined): number {
  if (positive !== undefined) return labels.indexOf(positive);
  if (labels.length > 2) {
    raise(
      new ValueError(
        `${op}: of the classes ${listing(labels)} none is the positive one; choose an average: macro, micro or weighted`,
      ),
    );
  }
  // One class alone: 1 and true are positive, 0 and false are not.
  if (labels.length === 1 && (labels[0] === 0 || labels[0] === false || labels[0] === -1)) return -1;
  return labels.length - 1;
}
