/**
 * The nearest of a set of samples, by brute force.
 */
import { squaredDistance } from '../cluster/centers.ts';
import type { Matrix } from '../matrix.ts';

export interface Neighbors {
  /** (n, k), the nearest first; of equals the first in the set. */
  readonly indices: Int32Array<ArrayBuffer>;
  /** (n, k), Euclidean. */
  readonly distances: Float64Array<ArrayBuffer>;
}

/** @param isSelf x is the set: a sample is not its own neighbour */
export function nearestNeighbors(x: Matrix, set: Matrix, k: number, isSelf: boolean): Neighbors {
  const indices = new Int32Array(x.rows * k);
  const distances = new Float64Array(x.rows * k);
  const near = new Float64Array(k);
  const at = new Int32Array(k);
  for (let i = 0; i < x.rows; i++) {
    near.fill(Infinity);
    at.fill(-1);
    // Hot: once a pair; the k nearest so far are kept in order.
    for (let j = 0; j < set.rows; j++) {
      if (isSelf && i === j) continue;
      const d = squaredDistance(x, i, set, j);
      if (d >= near[k - 1]!) continue;
      let place = k - 1;
      while (place > 0 && near[place - 1]! > d) {
        near[place] = near[place - 1]!;
        at[place] = at[place - 1]!;
        place--;
      }
      near[place] = d;
      at[place] = j;
    }
    for (let m = 0; m < k; m++) {
      indices[i * k + m] = at[m]!;
      distances[i * k + m] = Math.sqrt(near[m]!);
    }
  }
  return { indices, distances };
}
