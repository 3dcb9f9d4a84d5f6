/**
 * The least-squares solution of smallest norm, on the host: Householder's QR, then the singular values of the small triangle
 * by one-sided Jacobi rotations. Slower than the normal equations and right where those lose half the digits.
 */
import { Matrix } from '../matrix.ts';

export interface LeastSquares {
  /** (features, outputs) */
  readonly solution: Matrix;
  /** How many singular values are above the threshold. */
  readonly rank: number;
  /** All of them, descending. */
  readonly singular: Float64Array;
}

/**
 * argmin ‖A x − B‖₂, of those the x of smallest ‖x‖₂: x = V Σ⁺ Uᵀ B, where singular values below `threshold` · σ₁ count as 0.
 * @param a (n, d) @param b (n, k) @param threshold default ε · max(n, d)
 */
export function leastSquares(a: Matrix, b: Matrix, threshold = 2 ** -52 * Math.max(a.rows, a.columns)): LeastSquares {
  if (a.rows >= a.columns) {
    const { columns, size } = { columns: columnsOf(a), size: a.columns };
    const right = columnsOf(b);
    triangulate(columns, right);
    // R (d, d), column by column, and the first d rows of Qᵀ B.
    const upper = columns.map((column, j) => column.slice(0, size).fill(0, j + 1));
    return solveSmall(
      upper,
      right.map((column) => column.slice(0, size)),
      threshold,
    );
  }
  // Fewer samples than features: Aᵀ = Q R, so A = Rᵀ Qᵀ and x = Q · (the solution of Rᵀ z = B).
  const q = rowsAsColumns(a);
  const reflectors = triangulate(q, []);
  const size = a.rows;
  const lower = Array.from({ length: size }, (_, j) =>
    Float64Array.from({ length: size }, (__, i) => (j <= i ? q[i]![j]! : 0)),
  );
  const small = solveSmall(lower, columnsOf(b), threshold);
  const solution = new Matrix(a.columns, b.columns);
  for (let k = 0; k < b.columns; k++) {
    const x = new Float64Array(a.columns);
    for (let i = 0; i < size; i++) x[i] = small.solution.at(i, k);
    for (let j = reflectors.length - 1; j >= 0; j--) reflect(reflectors[j]!, j, x);
    for (let i = 0; i < a.columns; i++) solution.data[i * b.columns + k] = x[i]!;
  }
  return { ...small, solution };
}

function columnsOf(m: Matrix): Float64Array[] {
  return Array.from({ length: m.columns }, (_, j) => m.column(j));
}

function rowsAsColumns(m: Matrix): Float64Array[] {
  return Array.from({ length: m.rows }, (_, i) => m.row(i).slice());
}

/**
 * Householder's QR in place: afterwards the upper triangle of `columns` is R, and `right` holds Qᵀ · right.
 * @returns the unit vectors v of the reflections I − 2 v vᵀ; vector j acts on entries j and below
 */
function triangulate(columns: readonly Float64Array[], right: readonly Float64Array[]): Float64Array[] {
  const n = columns[0]!.length;
  return columns.map((column, j) => {
    const v = column.slice(j);
    const norm = normOf(v);
    if (norm > 0) {
      v[0]! += v[0]! >= 0 ? norm : -norm;
      const length = normOf(v);
      for (let i = 0; i < n - j; i++) v[i]! /= length;
      for (let k = j; k < columns.length; k++) reflect(v, j, columns[k]!);
      for (const one of right) reflect(v, j, one);
    } else v.fill(0);
    return v;
  });
}

/** x ← (I − 2 v vᵀ) x, over the entries from `offset` on. Hot. */
function reflect(v: Float64Array, offset: number, x: Float64Array): void {
  let dot = 0;
  for (let i = 0; i < v.length; i++) dot += v[i]! * x[offset + i]!;
  dot *= 2;
  for (let i = 0; i < v.length; i++) x[offset + i]! -= dot * v[i]!;
}

/** √Σ x², without overflow on the way. */
function normOf(x: Float64Array): number {
  let scale = 0;
  for (let i = 0; i < x.length; i++) scale = Math.max(scale, Math.abs(x[i]!));
  if (scale === 0) return 0;
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i]! / scale) ** 2;
  return scale * Math.sqrt(sum);
}

/** The solution of a square system given by columns, through its singular value decomposition. */
function solveSmall(columns: readonly Float64Array[], right: readonly Float64Array[], threshold: number): LeastSquares {
  const size = columns.length;
  const { u, v, singular } = jacobi(columns);
  const order = Array.from(singular.keys()).sort((a, b) => singular[b]! - singular[a]!);
  const least = (singular[order[0]!] ?? 0) * threshold;
  const kept = order.filter((j) => singular[j]! > least);
  const solution = new Matrix(size, right.length);
  right.forEach((b, k) => {
    for (const j of kept) {
      // u's columns are U Σ, so one division by σ is in the dot product and one here.
      let dot = 0;
      for (let i = 0; i < size; i++) dot += u[j]![i]! * b[i]!;
      dot /= singular[j]! ** 2;
      for (let i = 0; i < size; i++) solution.data[i * right.length + k]! += dot * v[j]![i]!;
    }
  });
  return { solution, rank: kept.length, singular: Float64Array.from(order, (j) => singular[j]!) };
}

/**
 * One-sided Jacobi: rotates pairs of columns until all are orthogonal, A V = U Σ. Accurate for small singular values too.
 * (Demmel and Veselić 1992, Jacobi's method is more accurate than QR.)
 */
function jacobi(columns: readonly Float64Array[]): { u: Float64Array[]; v: Float64Array[]; singular: Float64Array } {
  const size = columns.length;
  const u = columns.map((column) => column.slice());
  const v = columns.map((_, j) => Float64Array.from({ length: size }, (__, i) => (i === j ? 1 : 0)));
  for (let sweep = 0, isDone = false; sweep < 60 && !isDone; sweep++) {
    isDone = true;
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) {
        const a = dotOf(u[p]!, u[p]!);
        const b = dotOf(u[q]!, u[q]!);
        const c = dotOf(u[p]!, u[q]!);
        if (Math.abs(c) <= 2 ** -52 * Math.sqrt(a * b) || c === 0) continue;
        isDone = false;
        const zeta = (b - a) / (2 * c);
        const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cos = 1 / Math.sqrt(1 + t * t);
        rotate(u[p]!, u[q]!, cos, cos * t);
        rotate(v[p]!, v[q]!, cos, cos * t);
      }
    }
  }
  return { u, v, singular: Float64Array.from(u, normOf) };
}

function dotOf(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function rotate(a: Float64Array, b: Float64Array, cos: number, sin: number): void {
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    a[i] = cos * x - sin * y;
    b[i] = sin * x + cos * y;
  }
}
