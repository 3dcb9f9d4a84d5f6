/**
 * Symmetric positive definite systems on the host: A = L Lᵀ.
 */
import { Matrix } from './matrix.ts';

/** The lower triangle L, or undefined where A is not positive definite. Hot. */
export function choleskyFactor(a: Matrix): Matrix | undefined {
  const n = a.rows;
  const l = new Matrix(n, n);
  const { data } = l;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a.data[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= data[i * n + k]! * data[j * n + k]!;
      if (i === j) {
        // Rounding leaves of a singular matrix a little more than 0.
        if (!(sum > a.data[i * n + i]! * n * 2 ** -50)) return undefined;
        data[i * n + i] = Math.sqrt(sum);
      } else data[i * n + j] = sum / data[j * n + j]!;
    }
  }
  return l;
}

/** A⁻¹ B from the factor of A. @param l (n, n) @param b (n, k) */
export function choleskySolve(l: Matrix, b: Matrix): Matrix {
  const n = l.rows;
  const result = new Matrix(n, b.columns, b.data.slice());
  for (let k = 0; k < b.columns; k++) {
    const at = (i: number) => i * b.columns + k;
    for (let i = 0; i < n; i++) {
      let sum = result.data[at(i)]!;
      for (let j = 0; j < i; j++) sum -= l.data[i * n + j]! * result.data[at(j)]!;
      result.data[at(i)] = sum / l.data[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = result.data[at(i)]!;
      for (let j = i + 1; j < n; j++) sum -= l.data[j * n + i]! * result.data[at(j)]!;
      result.data[at(i)] = sum / l.data[i * n + i]!;
    }
  }
  return result;
}

/** L⁻¹ B, for the lower triangle L. @param l (n, n) @param b (n, k) @returns (n, k) */
export function forwardSolve(l: Matrix, b: Matrix): Matrix {
  const n = l.rows;
  const k = b.columns;
  const result = new Matrix(n, k, b.data.slice());
  const { data } = result;
  // Hot: whole rows at a time.
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const factor = l.data[i * n + j]!;
      if (factor === 0) continue;
      for (let c = 0; c < k; c++) data[i * k + c]! -= factor * data[j * k + c]!;
    }
    const scale = l.data[i * n + i]!;
    for (let c = 0; c < k; c++) data[i * k + c]! /= scale;
  }
  return result;
}

/** L⁻¹, a lower triangle. */
export function triangleInverse(l: Matrix): Matrix {
  const n = l.rows;
  const result = new Matrix(n, n);
  const { data } = result;
  for (let i = 0; i < n; i++) {
    const scale = 1 / l.data[i * n + i]!;
    for (let j = 0; j < i; j++) {
      const factor = l.data[i * n + j]! * scale;
      for (let c = 0; c <= j; c++) data[i * n + c]! -= factor * data[j * n + c]!;
    }
    data[i * n + i] = scale;
  }
  return result;
}
