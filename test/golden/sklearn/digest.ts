/**
 * How results of scikit-learn are stored (digest.py), and how ours are compared with them.
 */
import { Tensor } from 'fathom';
import { Matrix, SparseMatrix } from 'fathom/ml';
import { expect } from 'vitest';

/** Shape, sum, sum of squares, sum weighted by place. */
export type Digest = readonly (number | readonly number[])[];

type Result = Tensor | Matrix | SparseMatrix | Float64Array | Int32Array | readonly number[] | number;

function flat(result: Result): { values: number[]; shape: readonly number[] } {
  if (typeof result === 'number') return { values: [result], shape: [] };
  if (result instanceof Tensor) return { values: Array.from(result.dataSync()), shape: result.shape };
  if (result instanceof SparseMatrix) return flat(result.toDense());
  if (result instanceof Matrix) return { values: Array.from(result.data), shape: result.shape };
  return { values: Array.from(result), shape: [result.length] };
}

export function digest(result: Result): Digest {
  const { values, shape } = flat(result);
  const plain = values.map((value) => (Number.isNaN(value) ? -1 : value));
  const sum = (f: (value: number, i: number) => number) => plain.reduce((total, value, i) => total + f(value, i), 0);
  return [shape, sum((x) => x), sum((x) => x * x), sum((x, i) => (x * ((i * 37) % 101)) / 101)];
}

/** @param tolerance relative to the root of size times sum of squares, which bounds what a sum can be */
export function expectDigest(result: Result, expected: Digest | undefined, tolerance: number): void {
  if (expected === undefined) throw new Error('no such case is stored');
  const [shape, ...sums] = digest(result);
  const [theirShape, ...theirs] = expected;
  expect(shape).toEqual(theirShape);
  const squares = Number(theirs[1]);
  const size = (theirShape as readonly number[]).reduce((a, b) => a * b, 1);
  const scales = [Math.sqrt(squares * size), squares, Math.sqrt(squares * size)];
  sums.forEach((sum, k) => {
    const error = Math.abs(Number(sum) - Number(theirs[k])) / (scales[k]! || 1);
    expect(error, `sum ${k}: ${String(sum)}, scikit-learn ${String(theirs[k])}`).toBeLessThanOrEqual(tolerance);
  });
}
