/**
 * The least-squares solution of smallest norm, through the singular values: slower than the normal equations, and right where
 * those lose half the digits.
 */
import { decompose } from '../../kernel/routines/svd.ts';
import { Matrix } from '../matrix.ts';
import { product, transposedProduct } from '../products.ts';

/** A = U diag(s) Vᵀ with k = min(n, d). */
export interface Svd {
  /** (n, k) */
  readonly u: Matrix;
  /** (k,), descending */
  readonly s: Float64Array;
  /** (k, d) */
  readonly vt: Matrix;
}

/** The thin singular value decomposition of a matrix, which stays as it is. */
export function svd(a: Matrix): Svd {
  const { u, s, vt } = decompose('svd', a.data.slice(), a.rows, a.columns, false, 0);
  const size = Math.min(a.rows, a.columns);
  return {
    u: new Matrix(a.rows, size, Float64Array.from(u)),
    s,
    vt: new Matrix(size, a.columns, Float64Array.from(vt)),
  };
}

export interface LeastSquares {
  /** (features, outputs) */
  readonly solution: Matrix;
  /** How many singular values are above the threshold. */
  readonly rank: number;
}

/**
 * argmin ‖A x − B‖₂, of those the x of smallest ‖x‖₂: x = V Σ⁺ Uᵀ B, where singular values below ε · max(n, d) · σ₁ count as 0.
 * @param a (n, d) @param b (n, k)
 */
export function leastSquares(a: Matrix, b: Matrix): LeastSquares {
  const { u, s, vt } = svd(a);
  const least = (s[0] ?? 0) * 2 ** -52 * Math.max(a.rows, a.columns);
  const projected = transposedProduct(u, b); // (k, outputs)
  s.forEach((sigma, k) =>
    projected.row(k).forEach((value, j) => (projected.data[k * b.columns + j] = sigma > least ? value / sigma : 0)),
  );
  return { solution: product(vt.transpose(), projected), rank: s.filter((sigma) => sigma > least).length };
}
