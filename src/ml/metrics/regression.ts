/**
 * Metrics of predicted quantities: truth first, prediction second, sample weights in the options.
 */
import { raise, ShapeError } from '../../base/errors.ts';
import { numbersOf } from '../matrix.ts';
import type { FitOptions, Targets } from '../protocol.ts';
import { type TargetMatrix, targetsOf, weightsOf } from '../targets.ts';

interface Pair {
  readonly truth: TargetMatrix;
  readonly predicted: TargetMatrix;
  readonly weights: Float64Array | undefined;
}

/** Both as (n, outputs), of one shape. @throws ShapeError, ValueError */
function pairOf(op: string, truth: Targets, predicted: Targets, { sampleWeight }: FitOptions): Pair {
  const rows = numbersOf(op, truth, 'y').shape[0] ?? 0;
  if (rows === 0) raise(new ShapeError(`${op}: there are no samples to compare`));
  const a = targetsOf(op, truth, rows);
  const b = targetsOf(op, predicted, rows);
  if (a.values.columns !== b.values.columns) {
    raise(new ShapeError(`${op}: the truth has ${a.values.columns} outputs, the prediction ${b.values.columns}`));
  }
  return { truth: a, predicted: b, weights: weightsOf(op, sampleWeight, rows) };
}

/**
 * R² = 1 − Σ w (y − ŷ)² / Σ w (y − ȳ)², averaged over outputs: 1 is perfect, 0 as good as the mean. Where y is constant it
 * is 1 for a perfect prediction and 0 for any other.
 * @example r2([1, 2, 3], [1, 2, 4]) // 0.5
 */
export function r2(truth: Targets, predicted: Targets, options: FitOptions = {}): number {
  const pair = pairOf('r2', truth, predicted, options);
  const { rows, columns } = pair.truth.values;
  let sum = 0;
  for (let j = 0; j < columns; j++) {
    const mean = weightedMean(rows, pair.weights, (i) => pair.truth.values.at(i, j));
    const residual = weightedMean(
      rows,
      pair.weights,
      (i) => (pair.truth.values.at(i, j) - pair.predicted.values.at(i, j)) ** 2,
    );
    const total = weightedMean(rows, pair.weights, (i) => (pair.truth.values.at(i, j) - mean) ** 2);
    sum += total > 0 ? 1 - residual / total : residual === 0 ? 1 : 0;
  }
  return sum / columns;
}

function weightedMean(n: number, weights: Float64Array | undefined, value: (i: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const weight = weights?.[i] ?? 1;
    sum += weight * value(i);
    total += weight;
  }
  return sum / total;
}
