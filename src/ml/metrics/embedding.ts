/**
 * Judging layouts: whether neighbours in few dimensions are neighbours in many.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { matrixOf, type Matrix } from '../matrix.ts';
import { requireWhole } from '../options.ts';
import type { Features } from '../protocol.ts';

/**
 * 1 − 2 / (n k (2n − 3k − 1)) · Σᵢ Σⱼ max(0, r(i, j) − k), over the k nearest j of each i in the embedding, r being the rank of j
 * among the neighbours of i in x: 1 where no stranger came between neighbours. O(n² log n).
 * @param options.neighbors k, below n / 2. Default 5   @throws ShapeError, ValueError
 * @see Venna and Kaski 2001   @example trustworthiness(X, new TSNE().fit(X).embedding)
 */
export function trustworthiness(
  x: Features,
  embedding: Features,
  { neighbors = 5 }: { readonly neighbors?: number } = {},
): number {
  const op = 'trustworthiness';
  requireWhole(op, 'neighbors', neighbors, 1);
  const before = matrixOf(op, x, { minRows: 3 });
  const after = matrixOf(op, embedding, { name: 'the embedding' });
  const n = before.rows;
  if (after.rows !== n) raise(new ShapeError(`${op}: X has ${n} samples, but the embedding has ${after.rows}`));
  if (neighbors >= n / 2)
    raise(new ValueError(`${op}: neighbors must be below half of the ${n} samples, got ${neighbors}`));
  const ranks = new Int32Array(n);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    orderOf(before, i).forEach((j, rank) => (ranks[j] = rank));
    for (const j of orderOf(after, i).subarray(1, neighbors + 1)) sum += Math.max(0, ranks[j]! - neighbors);
  }
  return 1 - (2 * sum) / (n * neighbors * (2 * n - 3 * neighbors - 1));
}

/** All samples by their distance from one, that one first. */
function orderOf({ data, rows, columns }: Matrix, i: number): Int32Array {
  const distances = new Float64Array(rows);
  for (let j = 0; j < rows; j++) {
    let sum = 0;
    for (let c = 0; c < columns; c++) {
      const difference = data[i * columns + c]! - data[j * columns + c]!;
      sum += difference * difference;
    }
    distances[j] = sum;
  }
  distances[i] = -1;
  return Int32Array.from({ length: rows }, (_, j) => j).sort((a, b) => distances[a]! - distances[b]! || a - b);
}
