/**
 * Metrics of predicted quantities: truth first, prediction second, sample weights in the options.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { numbersOf } from '../matrix.ts';
import type { FitOptions, Targets } from '../protocol.ts';
import { median } from '../quantile.ts';
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

/** The mean over samples, then over outputs, of an error. */
function meanOf(
  op: string,
  truth: Targets,
  predicted: Targets,
  options: FitOptions,
  error: (truth: number, predicted: number) => number,
): number {
  const pair = pairOf(op, truth, predicted, options);
  const { rows, columns } = pair.truth.values;
  let sum = 0;
  for (let j = 0; j < columns; j++) {
    sum += weightedMean(rows, pair.weights, (i) => error(pair.truth.values.at(i, j), pair.predicted.values.at(i, j)));
  }
  return sum / columns;
}

/** Mean of (y − ŷ)². @example mse([1, 2], [1, 4]) // 2 */
export function mse(truth: Targets, predicted: Targets, options: FitOptions = {}): number {
  return meanOf('mse', truth, predicted, options, (y, p) => (y - p) ** 2);
}

/** √mse of each output, averaged. */
export function rmse(truth: Targets, predicted: Targets, options: FitOptions = {}): number {
  const pair = pairOf('rmse', truth, predicted, options);
  const { rows, columns } = pair.truth.values;
  let sum = 0;
  for (let j = 0; j < columns; j++) {
    sum += Math.sqrt(
      weightedMean(rows, pair.weights, (i) => (pair.truth.values.at(i, j) - pair.predicted.values.at(i, j)) ** 2),
    );
  }
  return sum / columns;
}

/** Mean of |y − ŷ|. */
export function mae(truth: Targets, predicted: Targets, options: FitOptions = {}): number {
  return meanOf('mae', truth, predicted, options, (y, p) => Math.abs(y - p));
}

/** Mean of |y − ŷ| / |y|; where y is 0, over 2⁻⁵². */
export function mape(truth: Targets, predicted: Targets, options: FitOptions = {}): number {
  return meanOf('mape', truth, predicted, options, (y, p) => Math.abs(y - p) / Math.max(Math.abs(y), 2 ** -52));
}

/** Mean of (log(1 + y) − log(1 + ŷ))². @throws ValueError for numbers below −1 */
export function msle(truth: Targets, predicted: Targets, options: FitOptions = {}): number {
  return meanOf('msle', truth, predicted, options, (y, p) => {
    if (y <= -1 || p <= -1) raise(new ValueError(`msle: numbers must be above -1, got ${Math.min(y, p)}`));
    return (Math.log1p(y) - Math.log1p(p)) ** 2;
  });
}

/** Mean of α max(y − ŷ, 0) + (1 − α) max(ŷ − y, 0): what the α-quantile makes least. Default α 0.5. */
export function pinball(
  truth: Targets,
  predicted: Targets,
  { alpha = 0.5, ...options }: FitOptions & { readonly alpha?: number } = {},
): number {
  return meanOf('pinball', truth, predicted, options, (y, p) => (y >= p ? alpha * (y - p) : (1 - alpha) * (p - y)));
}

/** Mean of 2 (y log(y / ŷ) − y + ŷ). @throws ValueError unless y ≥ 0 and ŷ > 0 */
export function poissonDeviance(truth: Targets, predicted: Targets, options: FitOptions = {}): number {
  return meanOf('poissonDeviance', truth, predicted, options, (y, p) => {
    if (y < 0 || p <= 0)
      raise(new ValueError(`poissonDeviance: y must be 0 or more and predictions above 0, got ${y} and ${p}`));
    return 2 * ((y === 0 ? 0 : y * Math.log(y / p)) - y + p);
  });
}

/** The largest |y − ŷ|. */
export function maxError(truth: Targets, predicted: Targets): number {
  const pair = pairOf('maxError', truth, predicted, {});
  return pair.truth.values.data.reduce((most, y, i) => Math.max(most, Math.abs(y - pair.predicted.values.data[i]!)), 0);
}

/** The median of |y − ŷ|, averaged over outputs. */
export function medianAe(truth: Targets, predicted: Targets): number {
  const { truth: a, predicted: b } = pairOf('medianAe', truth, predicted, {});
  const { columns } = a.values;
  let sum = 0;
  for (let j = 0; j < columns; j++) sum += median(a.values.column(j).map((y, i) => Math.abs(y - b.values.at(i, j))));
  return sum / columns;
}

/** 1 − variance(y − ŷ) / variance(y): as R², but blind to a constant error. */
export function explainedVariance(truth: Targets, predicted: Targets, options: FitOptions = {}): number {
  const pair = pairOf('explainedVariance', truth, predicted, options);
  const { rows, columns } = pair.truth.values;
  let sum = 0;
  for (let j = 0; j < columns; j++) {
    const variance = (value: (i: number) => number) => {
      const mean = weightedMean(rows, pair.weights, value);
      return weightedMean(rows, pair.weights, (i) => (value(i) - mean) ** 2);
    };
    const residual = variance((i) => pair.truth.values.at(i, j) - pair.predicted.values.at(i, j));
    const total = variance((i) => pair.truth.values.at(i, j));
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
