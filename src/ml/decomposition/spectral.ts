/**
 * Singular values, eigenvalues and orthonormal bases of a `Matrix`, on the host, with the signs made definite: what the
 * decompositions of this folder stand on. The factorizations themselves are kernel/routines.
 */
import { transposed } from '../../kernel/routines/matrix.ts';
import { orthogonalTransposed, reduceTransposed } from '../../kernel/routines/qr.ts';
import { decompose } from '../../kernel/routines/svd.ts';
import { eigh } from '../../kernel/routines/symmetric.ts';
import { Matrix } from '../matrix.ts';
import { product, transposedProduct } from '../products.ts';
import { Random } from '../random.ts';

/** A = U diag(s) Vᵀ, s descending, k = min(m, n). */
export interface Singular {
  /** (m, k) */
  readonly u: Matrix;
  /** (k,) */
  readonly s: Float64Array<ArrayBuffer>;
  /** (k, n) */
  readonly vt: Matrix;
}

/** The thin singular value decomposition. @throws LinAlgError @param a (m, n) */
export function singularOf(op: string, a: Matrix): Singular {
  const { u, s, vt } = decompose(op, a.data.slice(), a.rows, a.columns, false, 0);
  const k = Math.min(a.rows, a.columns);
  return {
    u: new Matrix(a.rows, k, Float64Array.from(u)),
    s: Float64Array.from(s),
    vt: new Matrix(k, a.columns, Float64Array.from(vt)),
  };
}

/** Eigenvalues, descending, and the eigenvectors as rows, of a symmetric matrix. @throws LinAlgError */
export function eigenOf(a: Matrix): { readonly values: Float64Array<ArrayBuffer>; readonly vectors: Matrix } {
  const n = a.rows;
  const output = new Float64Array(n + n * n);
  eigh({ name: 'eigh' }, [{ values: a.data, shape: a.shape }], output);
  const values = output.slice(0, n).reverse();
  const vectors = new Matrix(n, n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) vectors.data[j * n + i] = output[n + i * n + (n - 1 - j)]!;
  return { values, vectors };
}

/** Orthonormal columns that span those of A (m, k), m ≥ k: the Q of A = Q R. */
export function orthonormal(a: Matrix): Matrix {
  const k = Math.min(a.rows, a.columns);
  const columns = transposed(a.data, a.rows, a.columns);
  const taus = reduceTransposed(columns, a.rows, a.columns);
  const qt = orthogonalTransposed(columns, taus, a.rows, k);
  return new Matrix(a.rows, k, Float64Array.from(transposed(qt, k, a.rows)));
}

/** Turns each row, in place, so that its entry of largest size (of equals, the first) is positive. @returns the signs, 1 or −1 */
export function fixSigns(rows: Matrix): Float64Array<ArrayBuffer> {
  const signs = new Float64Array(rows.rows);
  for (let i = 0; i < rows.rows; i++) {
    const row = rows.row(i);
    let largest = 0;
    for (let j = 1; j < row.length; j++) if (Math.abs(row[j]!) > Math.abs(row[largest]!)) largest = j;
    const sign = row[largest]! < 0 ? -1 : 1;
    signs[i] = sign;
    if (sign < 0) for (let j = 0; j < row.length; j++) row[j] = -row[j]!;
  }
  return signs;
}

export interface RandomizedOptions {
  /** Directions beyond those asked for. Default 10. */
  readonly oversamples?: number;
  /** Power iterations. Default: 7 for few directions, 4 otherwise. */
  readonly iterations?: number;
  readonly seed: number;
}

/**
 * The first `size` singular values and vectors: A is squeezed onto the range of A Ω, with Ω normal, sharpened by power iterations
 * with an orthonormal basis after each. @see Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.1
 */
export function randomizedSingular(
  op: string,
  a: Matrix,
  size: number,
  { oversamples = 10, iterations, seed }: RandomizedOptions,
): Singular {
  if (a.rows < a.columns) {
    const { u, s, vt } = randomizedSingular(op, a.transpose(), size, {
      oversamples,
      seed,
      ...(iterations === undefined ? {} : { iterations }),
    });
    return { u: vt.transpose(), s, vt: u.transpose() };
  }
  const least = Math.min(a.rows, a.columns);
  const width = Math.min(least, size + oversamples);
  const rounds = iterations ?? (size < 0.1 * least ? 7 : 4);
  const random = new Random(seed);
  const omega = new Matrix(a.columns, width);
  for (let i = 0; i < omega.data.length; i++) omega.data[i] = random.normal();
  let basis = omega;
  for (let round = 0; round < rounds; round++) {
    basis = orthonormal(product(a, basis));
    basis = orthonormal(transposedProduct(a, basis));
  }
  const q = orthonormal(product(a, basis)); // (m, width)
  const { u, s, vt } = singularOf(op, transposedProduct(q, a));
  const first = Array.from({ length: size }, (_, i) => i);
  return { u: product(q, u).takeColumns(first), s: s.slice(0, size), vt: vt.takeRows(first) };
}

/** x − mean, a copy. @param mean one number a column */
export function centered(x: Matrix, mean: Float64Array): Matrix {
  const result = new Matrix(x.rows, x.columns);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < x.columns; j++) result.data[i * x.columns + j] = x.data[i * x.columns + j]! - mean[j]!;
  }
  return result;
}
