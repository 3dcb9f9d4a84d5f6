/**
 * Dense products of matrices: on the engine where they are large, on the host where a program would cost more than it saves.
 */
import { tensor } from '../tensor/creation.ts';
import { Matrix } from './matrix.ts';

/** Products of fewer multiplications than this run on the host. */
const SMALL = 200_000;

/** A · B. @param a (n, k) @param b (k, m) @returns (n, m) */
export function product(a: Matrix, b: Matrix): Matrix {
  if (a.rows * a.columns * b.columns >= SMALL)
    return fromEngine(a.rows, b.columns, a.toTensor().matmul(b.toTensor()).dataSync());
  const result = new Matrix(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < a.columns; k++) {
      const value = a.data[i * a.columns + k]!;
      for (let j = 0; j < b.columns; j++) result.data[i * b.columns + j]! += value * b.data[k * b.columns + j]!;
    }
  }
  return result;
}

/** A · Bᵀ. @param a (n, k) @param b (m, k) @returns (n, m) */
export function productTransposed(a: Matrix, b: Matrix): Matrix {
  if (a.rows * a.columns * b.rows >= SMALL)
    return fromEngine(a.rows, b.rows, a.toTensor().matmul(b.toTensor().T).dataSync());
  const result = new Matrix(a.rows, b.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) {
      let sum = 0;
      for (let k = 0; k < a.columns; k++) sum += a.data[i * a.columns + k]! * b.data[j * b.columns + k]!;
      result.data[i * b.rows + j] = sum;
    }
  }
  return result;
}

/** Aᵀ · B. @param a (n, k) @param b (n, m) @returns (k, m) */
export function transposedProduct(a: Matrix, b: Matrix): Matrix {
  if (a.rows * a.columns * b.columns >= SMALL) {
    return fromEngine(a.columns, b.columns, tensor(a.data, { shape: a.shape }).T.matmul(b.toTensor()).dataSync());
  }
  const result = new Matrix(a.columns, b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < a.columns; k++) {
      const value = a.data[i * a.columns + k]!;
      for (let j = 0; j < b.columns; j++) result.data[k * b.columns + j]! += value * b.data[i * b.columns + j]!;
    }
  }
  return result;
}

function fromEngine(rows: number, columns: number, data: ArrayLike<number>): Matrix {
  return new Matrix(rows, columns, Float64Array.from(data));
}
