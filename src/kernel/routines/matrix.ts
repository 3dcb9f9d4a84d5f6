/**
 * Matrices as the routines of linear algebra hold them: row-major doubles, whatever the dtype outside. Products are blocked so that plain
 * loops keep eight sums in registers. Everything here is hot.
 */
import { LinAlgError, raise } from '../../base/errors.ts';
import { batchSize, type Operand } from './operand.ts';

/** One matrix of a batch as doubles, a copy. */
export function matrixOf({ values }: Operand, index: number, size: number): Float64Array {
  const result = new Float64Array(size);
  const start = index * size;
  for (let i = 0; i < size; i++) result[i] = values[start + i]!;
  return result;
}

/** The last two sizes of an operand, and how many matrices it holds. */
export function matricesIn(x: Operand): {
  readonly count: number;
  readonly m: number;
  readonly n: number;
  readonly size: number;
} {
  const { count, size } = batchSize(x, 2);
  const [m = 0, n = 0] = x.shape.slice(-2);
  return { count, m, n, size };
}

export function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) result[j * m + i] = a[i * n + j]!;
  return result;
}

export function identity(n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) result[i * n + i] = 1;
  return result;
}

/** @throws LinAlgError where an element is NaN or infinite: an iteration over it would not end */
export function checkFinite(op: string, a: Float64Array, index: number): void {
  for (let i = 0; i < a.length; i++) {
    if (!Number.isFinite(a[i]!))
      raise(new LinAlgError(`${op}: matrix ${index} of the batch has NaN or infinite elements; clean the data first`));
  }
}

/** A rectangle inside an array: where it starts, and how far apart its rows are. */
export interface Block {
  readonly data: Float64Array;
  readonly at: number;
  readonly stride: number;
}

export function blockOf(data: Float64Array, stride: number, row = 0, column = 0): Block {
  return { data, at: row * stride + column, stride };
}

/** C (m, n) += scale · A (m, k) · B (k, n). C must not overlap the others. */
export function addProduct(c: Block, a: Block, b: Block, m: number, n: number, k: number, scale = 1): void {
  if (m === 0 || n === 0 || k === 0) return;
  const panel = new Float64Array(4 * k);
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    packColumns(panel, b, j, k);
    let i = 0;
    for (; i + 2 <= m; i += 2) tile2x4(c, a, panel, i, j, k, scale);
    if (i < m) tile1x4(c, a, panel, i, j, k, scale);
  }
  for (; j < n; j++) {
    for (let i = 0; i < m; i++) {
      let sum = 0;
      const row = a.at + i * a.stride;
      for (let p = 0; p < k; p++) sum += a.data[row + p]! * b.data[b.at + p * b.stride + j]!;
      c.data[c.at + i * c.stride + j]! += scale * sum;
    }
  }
}

/** C (m, n) += scale · A (m, k) · Bᵀ, where B is (n, k). */
export function addProductTransposed(c: Block, a: Block, b: Block, m: number, n: number, k: number, scale = 1): void {
  if (m === 0 || n === 0 || k === 0) return;
  const panel = new Float64Array(4 * k);
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    packRows(panel, b, j, k);
    let i = 0;
    for (; i + 2 <= m; i += 2) tile2x4(c, a, panel, i, j, k, scale);
    if (i < m) tile1x4(c, a, panel, i, j, k, scale);
  }
  for (; j < n; j++) {
    const other = b.at + j * b.stride;
    for (let i = 0; i < m; i++)
      c.data[c.at + i * c.stride + j]! += scale * dot(a.data, a.at + i * a.stride, b.data, other, k);
  }
}

function packColumns(panel: Float64Array, { data, at, stride }: Block, j: number, k: number): void {
  let from = at + j;
  for (let p = 0; p < 4 * k; p += 4, from += stride) {
    panel[p] = data[from]!;
    panel[p + 1] = data[from + 1]!;
    panel[p + 2] = data[from + 2]!;
    panel[p + 3] = data[from + 3]!;
  }
}

function packRows(panel: Float64Array, { data, at, stride }: Block, j: number, k: number): void {
  const r0 = at + j * stride;
  const r1 = r0 + stride;
  const r2 = r1 + stride;
  const r3 = r2 + stride;
  for (let p = 0; p < k; p++) {
    panel[4 * p] = data[r0 + p]!;
    panel[4 * p + 1] = data[r1 + p]!;
    panel[4 * p + 2] = data[r2 + p]!;
    panel[4 * p + 3] = data[r3 + p]!;
  }
}

function tile2x4(c: Block, a: Block, panel: Float64Array, i: number, j: number, k: number, scale: number): void {
  const left = a.data;
  const r0 = a.at + i * a.stride;
  const r1 = r0 + a.stride;
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0; // prettier-ignore
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0; // prettier-ignore
  for (let p = 0, q = 0; p < k; p++, q += 4) {
    const a0 = left[r0 + p]!;
    const a1 = left[r1 + p]!;
    const b0 = panel[q]!;
    const b1 = panel[q + 1]!;
    const b2 = panel[q + 2]!;
    const b3 = panel[q + 3]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
  }
  const { data } = c;
  const o0 = c.at + i * c.stride + j;
  const o1 = o0 + c.stride;
  data[o0]! += scale * s00;
  data[o0 + 1]! += scale * s01;
  data[o0 + 2]! += scale * s02;
  data[o0 + 3]! += scale * s03;
  data[o1]! += scale * s10;
  data[o1 + 1]! += scale * s11;
  data[o1 + 2]! += scale * s12;
  data[o1 + 3]! += scale * s13;
}

function tile1x4(c: Block, a: Block, panel: Float64Array, i: number, j: number, k: number, scale: number): void {
  const left = a.data;
  const row = a.at + i * a.stride;
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0; // prettier-ignore
  for (let p = 0, q = 0; p < k; p++, q += 4) {
    const x = left[row + p]!;
    s0 += x * panel[q]!;
    s1 += x * panel[q + 1]!;
    s2 += x * panel[q + 2]!;
    s3 += x * panel[q + 3]!;
  }
  const { data } = c;
  const o = c.at + i * c.stride + j;
  data[o]! += scale * s0;
  data[o + 1]! += scale * s1;
  data[o + 2]! += scale * s2;
  data[o + 3]! += scale * s3;
}

/** Σ x_i y_i over n elements from two places. */
export function dot(x: Float64Array, xAt: number, y: Float64Array, yAt: number, n: number): number {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0; // prettier-ignore
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    s0 += x[xAt + i]! * y[yAt + i]!;
    s1 += x[xAt + i + 1]! * y[yAt + i + 1]!;
    s2 += x[xAt + i + 2]! * y[yAt + i + 2]!;
    s3 += x[xAt + i + 3]! * y[yAt + i + 3]!;
  }
  for (; i < n; i++) s0 += x[xAt + i]! * y[yAt + i]!;
  return s0 + s1 + (s2 + s3);
}

/** y += scale · x over n elements. */
export function addScaled(y: Float64Array, yAt: number, scale: number, x: Float64Array, xAt: number, n: number): void {
  for (let i = 0; i < n; i++) y[yAt + i]! += scale * x[xAt + i]!;
}

/** The Euclidean length of n elements, without overflow. */
export function lengthOf(x: Float64Array, at: number, n: number): number {
  const plain = dot(x, at, x, at, n);
  if (plain > 1e-280 && plain < 1e280) return Math.sqrt(plain);
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(x[at + i]!));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (x[at + i]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/**
 * The Householder reflector that turns x into (β, 0, …): I − τ v vᵀ with v = (1, x₂ …). Leaves v's tail in x and β in its place.
 * @returns τ, 0 where nothing has to be turned   @see LAPACK's dlarfg
 */
export function reflector(x: Float64Array, at: number, n: number): number {
  const tail = n > 1 ? lengthOf(x, at + 1, n - 1) : 0;
  if (tail === 0) return 0;
  const alpha = x[at]!;
  const beta = -Math.sign(alpha || 1) * Math.hypot(alpha, tail);
  const scale = 1 / (alpha - beta);
  for (let i = 1; i < n; i++) x[at + i]! *= scale;
  x[at] = beta;
  return (beta - alpha) / beta;
}
