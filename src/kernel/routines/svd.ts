/**
 * Singular values and vectors: Householder reflections to a bidiagonal matrix (after QR, if the matrix is tall), implicit QR iterations on
 * that, and the reflections applied to its vectors in panels. @see Golub and Reinsch 1970, Demmel and Kahan 1990. Hot.
 */
import { LinAlgError, raise } from '../../base/errors.ts';
import { addProduct, blockOf, checkFinite, matricesIn, matrixOf, reflector, transposed } from './matrix.ts';
import type { Routine } from './operand.ts';
import { applyPanel, gatherPanel, orthogonalTransposed, reduceTransposed } from './qr.ts';
import type { Machine } from './machine.ts';
import { type Rotating, rotationsOf } from './rotations.ts';

export interface Decomposition {
  /** (m, k), or (m, m) if full. */
  readonly u: Float64Array;
  readonly s: Float64Array;
  /** (k, n), or (n, n) if full. */
  readonly vt: Float64Array;
}

/** B of A = U B Vᵀ (m ≥ n), and what U and V are made of. */
interface Bidiagonal {
  readonly diagonal: Float64Array;
  /** Element i is right of diagonal i. */
  readonly above: Float64Array;
  /** The reflectors of U, in rows: row i from place i on. */
  readonly left: Float64Array;
  readonly leftTaus: Float64Array;
  /** The reflectors of V, in rows: row i from place i + 1 on. */
  readonly right: Float64Array;
  readonly rightTaus: Float64Array;
}

/** A (m, n), m ≥ n, is destroyed. Each step passes twice over what is left, each time bringing it up to date and multiplying it at once. */
function bidiagonalize(a: Float64Array, m: number, n: number): Bidiagonal {
  const left = new Float64Array(n * m);
  const right = new Float64Array(n * n);
  const leftTaus = new Float64Array(n);
  const rightTaus = new Float64Array(n);
  const diagonal = new Float64Array(n);
  const above = new Float64Array(n);
  /** Pending: A −= x vᵀ. */
  const x = new Float64Array(m);
  let v = new Float64Array(n);
  const y = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    // Column k with what is pending, as the left reflector.
    const row = k * m;
    for (let i = k; i < m; i++) left[row + i] = a[i * n + k]! - x[i]! * v[k]!;
    const tau = reflector(left, row + k, m - k);
    leftTaus[k] = tau;
    diagonal[k] = left[row + k]!;
    left[row + k] = 1;
    const width = n - k - 1;
    if (width === 0) break;
    y.fill(0, k + 1);
    updateAndAdd(a, n, k, m, k + 1, x, v, left, row, y);
    for (let j = k + 1; j < n; j++) y[j]! *= tau;
    // Row k, as the right reflector.
    const to = k * n;
    for (let j = k + 1; j < n; j++) right[to + j] = a[k * n + j]! - y[j]!;
    const other = reflector(right, to + k + 1, width);
    rightTaus[k] = other;
    above[k] = right[to + k + 1]!;
    right[to + k + 1] = 1;
    v = right.subarray(to, to + n);
    updateAndDot(a, n, k + 1, m, k + 1, left, row, y, v, x, other);
  }
  return { diagonal, above, left, leftTaus, right, rightTaus };
}

/** For rows `first` … `last` − 1 from `column` on: A −= x vᵀ, then y += uᵀ A, two rows at a time. u and x are by row, v and y by column. */
function updateAndAdd(
  a: Float64Array,
  stride: number,
  first: number,
  last: number,
  column: number,
  x: Float64Array,
  v: Float64Array,
  u: Float64Array,
  uAt: number,
  y: Float64Array,
): void {
  let i = first;
  for (; i + 2 <= last; i += 2) {
    const r0 = i * stride;
    const r1 = r0 + stride;
    const x0 = x[i]!;
    const x1 = x[i + 1]!;
    const u0 = u[uAt + i]!;
    const u1 = u[uAt + i + 1]!;
    for (let j = column; j < stride; j++) {
      const vj = v[j]!;
      const p = a[r0 + j]! - x0 * vj;
      const q = a[r1 + j]! - x1 * vj;
      a[r0 + j] = p;
      a[r1 + j] = q;
      y[j]! += u0 * p + u1 * q;
    }
  }
  for (; i < last; i++) {
    const row = i * stride;
    for (let j = column; j < stride; j++) {
      const p = a[row + j]! - x[i]! * v[j]!;
      a[row + j] = p;
      y[j]! += u[uAt + i]! * p;
    }
  }
}

/** For the same rows: A −= u yᵀ, then x = scale · A v, two rows at a time. */
function updateAndDot(
  a: Float64Array,
  stride: number,
  first: number,
  last: number,
  column: number,
  u: Float64Array,
  uAt: number,
  y: Float64Array,
  v: Float64Array,
  x: Float64Array,
  scale: number,
): void {
  let i = first;
  for (; i + 2 <= last; i += 2) {
    const r0 = i * stride;
    const r1 = r0 + stride;
    const u0 = u[uAt + i]!;
    const u1 = u[uAt + i + 1]!;
    let s0 = 0;
    let s1 = 0;
    for (let j = column; j < stride; j++) {
      const yj = y[j]!;
      const vj = v[j]!;
      const p = a[r0 + j]! - u0 * yj;
      const q = a[r1 + j]! - u1 * yj;
      a[r0 + j] = p;
      a[r1 + j] = q;
      s0 += p * vj;
      s1 += q * vj;
    }
    x[i] = scale * s0;
    x[i + 1] = scale * s1;
  }
  for (; i < last; i++) {
    const row = i * stride;
    let sum = 0;
    for (let j = column; j < stride; j++) {
      const p = a[row + j]! - u[uAt + i]! * y[j]!;
      a[row + j] = p;
      sum += p * v[j]!;
    }
    x[i] = scale * sum;
  }
}

/** H₀ H₁ … (count, length), transposed, for reflectors in the rows of v, row i from place i + offset on. */
function orthogonalOf(
  v: Float64Array,
  taus: Float64Array,
  count: number,
  length: number,
  offset: number,
): Float64Array {
  const panel = 24;
  const rows = new Float64Array(count * length);
  for (let i = 0; i < count; i++) rows[i * length + i] = 1;
  const steps = length === 0 ? 0 : Math.min(taus.length, length - offset);
  for (let first = Math.floor(Math.max(0, steps - 1) / panel) * panel; first >= 0 && steps > 0; first -= panel) {
    const own = Math.min(panel, steps - first);
    const start = first + offset;
    // Rows before are still unit vectors, which these reflectors leave alone.
    applyPanel(rows, length, start, count - start, start, gatherPanel(v, length, first, own, start, taus), true);
  }
  return rows;
}

/**
 * Singular values of a bidiagonal matrix, into `d` (any sign, any order); the rotations of rows and columns go to `ofU` and `ofV`.
 * @param e element i is right of diagonal i; destroyed
 */
function iterate(
  op: string,
  d: Float64Array,
  e: Float64Array,
  ofU: Rotating | undefined,
  ofV: Rotating | undefined,
  index: number,
): void {
  const n = d.length;
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(d[i]!), i < n - 1 ? Math.abs(e[i]!) : 0);
  const tiny = Number.EPSILON * largest * 1e-3;
  const rotateU: Rotate = (i, j, c, s) => ofU?.add(j, i, c, s);
  const rotateV: Rotate = (i, j, c, s) => ofV?.add(j, i, c, s);
  let high = n - 1;
  for (let iteration = 0; high > 0;) {
    // Cut off what has converged.
    let low = high;
    for (; low > 0; low--) {
      const beside = Math.abs(e[low - 1]!);
      if (beside <= (Number.EPSILON / 2) * (Math.abs(d[low]!) + Math.abs(d[low - 1]!)) || beside <= 1e-300) {
        e[low - 1] = 0;
        break;
      }
    }
    if (low === high) {
      high--;
      iteration = 0;
      continue;
    }
    if (++iteration > 100) raise(new LinAlgError(`${op}: matrix ${index} of the batch did not converge`));
    // A zero on the diagonal: its row is rotated away.
    let zero = -1;
    for (let i = low; i <= high; i++) if (Math.abs(d[i]!) <= tiny * Number.EPSILON) zero = i;
    if (zero >= 0) {
      d[zero] = 0;
      if (zero < high) chaseRow(d, e, zero, high, rotateU);
      else chaseColumn(d, e, low, high, rotateV);
      continue;
    }
    step(d, e, low, high, rotateU, rotateV);
  }
}

type Rotate = (i: number, j: number, c: number, s: number) => void;

/** d[at] is 0: rotations of rows clear e[at], pushing it to the right until it leaves the block. */
function chaseRow(d: Float64Array, e: Float64Array, at: number, high: number, rotate: Rotate): void {
  let f = e[at]!;
  e[at] = 0;
  for (let j = at + 1; j <= high; j++) {
    const r = Math.hypot(d[j]!, f);
    if (r === 0) return;
    const c = d[j]! / r;
    const s = -f / r;
    d[j] = r;
    // Rows at and j: (at) := c·(at) + s·(j), (j) := −s·(at) + c·(j).
    rotate(at, j, c, s);
    if (j < high) {
      f = s * e[j]!;
      e[j]! *= c;
    }
  }
}

/** d[high] is 0: rotations of columns clear e[high − 1], pushing it upwards until it leaves the block. */
function chaseColumn(d: Float64Array, e: Float64Array, low: number, high: number, rotate: Rotate): void {
  let f = e[high - 1]!;
  e[high - 1] = 0;
  for (let j = high - 1; j >= low; j--) {
    const r = Math.hypot(d[j]!, f);
    if (r === 0) return;
    const c = d[j]! / r;
    const s = f / r;
    d[j] = r;
    rotate(j, high, c, s);
    if (j > low) {
      f = -s * e[j - 1]!;
      e[j - 1]! *= c;
    }
  }
}

/** One implicit QR step on the block low … high, with Wilkinson's shift, or without one where a shift would cost the small values their accuracy. */
function step(d: Float64Array, e: Float64Array, low: number, high: number, rotateU: Rotate, rotateV: Rotate): void {
  const shift = shiftOf(d, e, low, high);
  let f = ((d[low]! - shift) * (d[low]! + shift)) / d[low]!;
  let g = e[low]!;
  for (let k = low; k < high; k++) {
    let r = Math.hypot(f, g);
    let c = r === 0 ? 1 : f / r;
    let s = r === 0 ? 0 : g / r;
    if (k > low) e[k - 1] = r;
    f = c * d[k]! + s * e[k]!;
    e[k] = c * e[k]! - s * d[k]!;
    g = s * d[k + 1]!;
    d[k + 1]! *= c;
    rotateV(k, k + 1, c, s);
    r = Math.hypot(f, g);
    c = r === 0 ? 1 : f / r;
    s = r === 0 ? 0 : g / r;
    d[k] = r;
    f = c * e[k]! + s * d[k + 1]!;
    d[k + 1] = c * d[k + 1]! - s * e[k]!;
    if (k + 1 < high) {
      g = s * e[k + 1]!;
      e[k + 1]! *= c;
    }
    rotateU(k, k + 1, c, s);
  }
  e[high - 1] = f;
}

/** The singular value of the last 2 × 2 block of B that is nearer to its last element. */
function shiftOf(d: Float64Array, e: Float64Array, low: number, high: number): number {
  const f = d[high - 1]!;
  const g = high - 2 >= low ? e[high - 2]! : 0;
  const h = e[high - 1]!;
  const l = d[high]!;
  // Eigenvalue of [[f² + g², f h], [f h, h² + l²]] near the last, scaled.
  const scale = Math.max(Math.abs(f), Math.abs(g), Math.abs(h), Math.abs(l));
  if (scale === 0) return 0;
  const [F, G, H, L] = [f / scale, g / scale, h / scale, l / scale];
  const a = F * F + G * G;
  const b = F * H;
  const c = H * H + L * L;
  const half = (a - c) / 2;
  const square = b === 0 ? c : c - (b * b) / (half + (half >= 0 ? 1 : -1) * Math.hypot(half, b));
  const shift = scale * Math.sqrt(Math.max(0, square));
  // A shift that vanishes beside d[low]² only adds rounding.
  return (shift / d[low]!) ** 2 < Number.EPSILON ? 0 : shift;
}

/** U, S and Vᵀ of A (m, n), which is destroyed. @throws LinAlgError */
export function decompose(
  op: string,
  a: Float64Array,
  m: number,
  n: number,
  isFull: boolean,
  index: number,
  machine?: Machine,
): Decomposition {
  checkFinite(op, a, index);
  if (m < n) {
    const { u, s, vt } = decompose(op, transposed(a, m, n), n, m, isFull, index, machine);
    const k = isFull ? n : m;
    return { u: transposed(vt, m, m), s, vt: transposed(u, n, k) };
  }
  const scale = normalize(a);
  // A tall matrix: its R first, then U = Q U_R.
  const isTall = m > 1.5 * n && n > 0;
  const columns = isTall ? transposed(a, m, n) : a;
  const taus = isTall ? reduceTransposed(columns, m, n) : undefined;
  const rows = isTall ? n : m;
  const square = isTall ? upperOf(columns, m, n) : a;
  const { diagonal, above, left, leftTaus, right, rightTaus } = bidiagonalize(square, rows, n);
  const ofU = rotationsOf(orthogonalOf(left, leftTaus, n, rows, 0), n, rows, machine);
  const ofV = rotationsOf(orthogonalOf(right, rightTaus, n, n, 1), n, n, machine);
  iterate(op, diagonal, above, ofU, ofV, index);
  const [u, v] = [ofU.finish(), ofV.finish()];
  const order = Array.from(diagonal.keys()).sort((i, j) => Math.abs(diagonal[j]!) - Math.abs(diagonal[i]!));
  const s = Float64Array.from(order, (i) => Math.abs(diagonal[i]!) * scale);
  const vt = new Float64Array(n * n);
  const sortedUt = new Float64Array(n * rows);
  order.forEach((from, to) => {
    const sign = diagonal[from]! < 0 ? -1 : 1;
    for (let j = 0; j < n; j++) vt[to * n + j] = sign * v[from * n + j]!;
    sortedUt.set(u.subarray(from * rows, (from + 1) * rows), to * rows);
  });
  let tallUt = sortedUt;
  if (taus !== undefined) {
    tallUt = new Float64Array(n * m);
    const qt = orthogonalTransposed(columns, taus, m, n);
    addProduct(blockOf(tallUt, m), blockOf(sortedUt, n), blockOf(qt, m), n, m, n);
  }
  if (!isFull || m === n) return { u: transposed(tallUt, n, m), s, vt };
  return { u: transposed(completed(tallUt, n, m), m, m), s, vt };
}

/** n orthonormal rows of m elements, and m − n more that complete them: those behind the first n of the Q of their own QR. */
function completed(rows: Float64Array, n: number, m: number): Float64Array {
  const work = rows.slice();
  const taus = reduceTransposed(work, m, n);
  const q = orthogonalTransposed(work, taus, m, m);
  q.set(rows);
  return q;
}

/** R (n, n) from what reduceTransposed leaves of Aᵀ (n, m). */
function upperOf(at: Float64Array, m: number, n: number): Float64Array {
  const r = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) r[i * n + j] = at[j * m + i]!;
  return r;
}

/** Scaled so that squares neither overflow nor vanish. @returns what to multiply singular values by */
function normalize(a: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]!));
  if (largest === 0 || (largest > 1e-140 && largest < 1e140)) return 1;
  for (let i = 0; i < a.length; i++) a[i]! /= largest;
  return largest;
}

function singularValues(op: string, input: Float64Array, m: number, n: number, index: number): Float64Array {
  checkFinite(op, input, index);
  if (m < n) return singularValues(op, transposed(input, m, n), n, m, index);
  const scale = normalize(input);
  let a = input;
  let rows = m;
  if (m > 1.5 * n && n > 0) {
    const columns = transposed(a, m, n);
    reduceTransposed(columns, m, n);
    a = upperOf(columns, m, n);
    rows = n;
  }
  const { diagonal, above } = bidiagonalize(a, rows, n);
  iterate(op, diagonal, above, undefined, undefined, index);
  return diagonal
    .map((value) => Math.abs(value) * scale)
    .sort()
    .reverse();
}

export const svd: Routine<'svd'> = ({ name, full }, [a], output, machine) => {
  const { count, m, n, size } = matricesIn(a!);
  let at = 0;
  for (let index = 0; index < count; index++) {
    const { u, s, vt } = decompose(name, matrixOf(a!, index, size), m, n, full, index, machine);
    for (const part of [u, s, vt]) {
      output.set(part, at);
      at += part.length;
    }
  }
};

export const svdvals: Routine<'svdvals'> = ({ name }, [a], output) => {
  const { count, m, n, size } = matricesIn(a!);
  const k = Math.min(m, n);
  for (let index = 0; index < count; index++)
    output.set(singularValues(name, matrixOf(a!, index, size), m, n, index), index * k);
};

export const pinv: Routine<'pinv'> = ({ name, rcond }, [a], output, machine) => {
  const { count, m, n, size } = matricesIn(a!);
  const k = Math.min(m, n);
  for (let index = 0; index < count; index++) {
    const { u, s, vt } = decompose(name, matrixOf(a!, index, size), m, n, false, index, machine);
    const smallest = rcond * (s[0] ?? 0);
    for (let i = 0; i < k; i++) {
      const factor = s[i]! > smallest ? 1 / s[i]! : 0;
      for (let j = 0; j < n; j++) vt[i * n + j]! *= factor;
    }
    const result = new Float64Array(n * m);
    addProduct(blockOf(result, m), blockOf(transposed(vt, k, n), k), blockOf(transposed(u, m, k), m), n, m, k);
    output.set(result, index * size);
  }
};
