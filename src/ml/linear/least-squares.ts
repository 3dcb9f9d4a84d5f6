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
 * Where there are many more samples than features, A = Q R first, and R has A's singular values.
 * @param a (n, d) @param b (n, k)
 */
export function leastSquares(a: Matrix, b: Matrix): LeastSquares {
  const isTall = a.rows >= 4 * a.columns;
  const { r, qtb } = isTall ? triangular(a, b) : { r: a, qtb: b };
  const { u, s, vt } = svd(r);
  const least = (s[0] ?? 0) * 2 ** -52 * Math.max(a.rows, a.columns);
  const projected = transposedProduct(u, qtb); // (k, outputs)
  s.forEach((sigma, k) =>
    projected.row(k).forEach((value, j) => (projected.data[k * b.columns + j] = sigma > least ? value / sigma : 0)),
  );
  return { solution: product(vt.transpose(), projected), rank: s.filter((sigma) => sigma > least).length };
}

/** Rows that are taken in at a time: a block and R stay in the cache. */
const BLOCK = 256;

/**
 * R and Qᵀ B of A = Q R, by Householder reflections of R and the next rows, block after block; Q is never formed.
 * @see Golub and Van Loan 2013, 5.2 and 6.5 @returns r (d, d), qtb (d, k)
 */
function triangular(a: Matrix, b: Matrix): { readonly r: Matrix; readonly qtb: Matrix } {
  const d = a.columns;
  const width = d + b.columns;
  const top = new Matrix(d, width);
  const block = new Float64Array(BLOCK * width); // column after column
  for (let start = 0; start < a.rows; start += BLOCK) {
    const size = Math.min(BLOCK, a.rows - start);
    for (let i = 0; i < size; i++) {
      const [rowA, rowB] = [(start + i) * d, (start + i) * b.columns];
      for (let j = 0; j < d; j++) block[j * BLOCK + i] = a.data[rowA + j]!;
      for (let j = d; j < width; j++) block[j * BLOCK + i] = b.data[rowB + j - d]!;
    }
    for (let j = 0; j < d; j++) reflect(top, block, j, size);
  }
  const columns = (from: number, to: number) => top.takeColumns(Array.from({ length: to - from }, (_, j) => from + j));
  return { r: columns(0, d), qtb: columns(d, width) };
}

/** Makes the block's column j 0 by a reflection of it and row j of R. Hot. */
function reflect({ data, columns: width }: Matrix, block: Float64Array, j: number, size: number): void {
  const own = j * BLOCK;
  let below = 0;
  for (let i = own; i < own + size; i++) below += block[i]! * block[i]!;
  if (below === 0) return;
  const diagonal = data[j * width + j]!;
  const norm = Math.sqrt(diagonal * diagonal + below);
  const head = diagonal + (diagonal < 0 ? -norm : norm); // no digits cancel
  const scale = 2 / (head * head + below);
  data[j * width + j] = diagonal < 0 ? norm : -norm;
  const end = size & ~3;
  for (let l = j + 1; l < width; l++) {
    const other = l * BLOCK;
    let [p, q, r, s] = [head * data[j * width + l]!, 0, 0, 0];
    for (let i = 0; i < end; i += 4) {
      p += block[own + i]! * block[other + i]!;
      q += block[own + i + 1]! * block[other + i + 1]!;
      r += block[own + i + 2]! * block[other + i + 2]!;
      s += block[own + i + 3]! * block[other + i + 3]!;
    }
    for (let i = end; i < size; i++) p += block[own + i]! * block[other + i]!;
    const factor = scale * (p + q + (r + s));
    data[j * width + l]! -= factor * head;
    for (let i = 0; i < size; i++) block[other + i]! -= factor * block[own + i]!;
  }
}
