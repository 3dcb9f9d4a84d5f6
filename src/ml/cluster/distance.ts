/**
 * Distances between rows of numbers, for the groupings that only look at those: the ones of neighbors/, and by angle.
 */
import type { Matrix } from '../matrix.ts';
import { distanceOf as plainDistanceOf } from '../neighbors/distances.ts';

export type Metric = 'euclidean' | 'manhattan' | 'chebyshev' | 'cosine';

export const metrics: readonly Metric[] = ['euclidean', 'manhattan', 'chebyshev', 'cosine'];

/** The distance between row i of one matrix and row j of another of as many columns. */
export type Distance = (a: Matrix, i: number, b: Matrix, j: number) => number;

/** The function for a name. Cosine is 1 − the cosine of the angle; a row of zeros is at 1 from all others. */
export function distanceOf(metric: Metric): Distance {
  if (metric === 'cosine') return cosine;
  const { between, finish } = plainDistanceOf('distance', metric);
  return (a, i, b, j) => finish(between(a.data, i * a.columns, b.data, j * b.columns, a.columns));
}

/** Hot: once a pair of samples. */
function cosine(a: Matrix, i: number, b: Matrix, j: number): number {
  const width = a.columns;
  let [product, left, right] = [0, 0, 0];
  for (let k = 0; k < width; k++) {
    const [x, y] = [a.data[i * width + k]!, b.data[j * width + k]!];
    product += x * y;
    left += x * x;
    right += y * y;
  }
  const size = Math.sqrt(left) * Math.sqrt(right);
  if (size === 0) return left === right ? 0 : 1;
  return Math.min(2, Math.max(0, 1 - product / size));
}
