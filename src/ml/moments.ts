/**
 * Means and variances of columns, weighted or not, in two passes so that a large mean costs no digits.
 */
import type { Matrix } from './matrix.ts';

export interface Moments {
  readonly mean: Float64Array<ArrayBuffer>;
  /** Σ w (x − mean)² / Σ w. */
  readonly variance: Float64Array<ArrayBuffer>;
  /** Σ w, without the weight of missing values. */
  readonly weight: Float64Array<ArrayBuffer>;
}

/** The mean of each column; NaN is left out of both sums. */
export function columnMeans(
  x: Matrix,
  weights?: Float64Array,
): { mean: Float64Array<ArrayBuffer>; weight: Float64Array<ArrayBuffer> } {
  const { data, rows, columns } = x;
  const mean = new Float64Array(columns);
  const weight = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    const w = weights === undefined ? 1 : weights[i]!;
    for (let j = 0; j < columns; j++) {
      const value = data[i * columns + j]!;
      if (Number.isNaN(value)) continue;
      mean[j]! += w * value;
      weight[j]! += w;
    }
  }
  for (let j = 0; j < columns; j++) mean[j]! /= weight[j]!;
  return { mean, weight };
}

/** The mean and the variance of each column; NaN is left out. */
export function moments(x: Matrix, weights?: Float64Array): Moments {
  const { data, rows, columns } = x;
  const { mean, weight } = columnMeans(x, weights);
  const variance = new Float64Array(columns);
  // What rounding left in the mean is taken out again: Σ(x − m)² − (Σ(x − m))² / n. (Chan, Golub and LeVeque 1983.)
  const rest = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    const w = weights === undefined ? 1 : weights[i]!;
    for (let j = 0; j < columns; j++) {
      const difference = data[i * columns + j]! - mean[j]!;
      if (Number.isNaN(difference)) continue;
      variance[j]! += w * difference * difference;
      rest[j]! += w * difference;
    }
  }
  for (let j = 0; j < columns; j++) variance[j] = Math.max(0, variance[j]! - rest[j]! ** 2 / weight[j]!) / weight[j]!;
  return { mean, variance, weight };
}
