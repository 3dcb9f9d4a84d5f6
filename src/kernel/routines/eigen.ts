/**
 * Eigenvalues and eigenvectors of general matrices: balancing, reflections to Hessenberg form, Francis' double-shift QR to Schur form,
 * back-substitution. @see EISPACK's balanc, orthes and hqr2 (Wilkinson and Reinsch 1971), whose steps these are
 */
import { LinAlgError, raise } from '../../base/errors.ts';
import { checkFinite, matricesIn, matrixOf } from './matrix.ts';
import type { Routine } from './operand.ts';

interface Eigen {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  /** Columns; of a pair of conjugates the first column is the real part and the second the imaginary part. */
  readonly vectors: Float64Array;
}

/** Rows and columns scaled by powers of two until they are about as large. @returns the scales, which undo themselves on the vectors */
function balance(a: Float64Array, n: number): Float64Array {
  const scales = new Float64Array(n).fill(1);
  for (let isDone = false; !isDone;) {
    isDone = true;
    for (let i = 0; i < n; i++) {
      let column = 0;
      let row = 0;
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        column += Math.abs(a[j * n + i]!);
        row += Math.abs(a[i * n + j]!);
      }
      if (column === 0 || row === 0) continue;
      const before = column + row;
      let factor = 1;
      while (column < row / 2) {
        factor *= 2;
        column *= 4;
      }
      while (column >= row * 2) {
        factor /= 2;
        column /= 4;
      }
      if ((column + row) / factor >= 0.95 * before) continue;
      isDone = false;
      scales[i]! *= factor;
      for (let j = 0; j < n; j++) a[i * n + j]! /= factor;
      for (let j = 0; j < n; j++) a[j * n + i]! *= factor;
    }
  }
  return scales;
}

/** A := Qᵀ A Q with zeros below the first subdiagonal; returns Q. */
function reduceToHessenberg(h: Float64Array, n: number): Float64Array {
  const ort = new Float64Array(n);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const sums = new Float64Array(n);
  for (let m = 1; m < n - 1; m++) {
    let scale = 0;
    for (let i = m; i < n; i++) scale += Math.abs(h[i * n + m - 1]!);
    if (scale === 0) continue;
    let square = 0;
    for (let i = n - 1; i >= m; i--) {
      ort[i] = h[i * n + m - 1]! / scale;
      square += ort[i]! * ort[i]!;
    }
    const g = ort[m]! > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    square -= ort[m]! * g;
    ort[m]! -= g;
    // From the left, row by row, then from the right.
    sums.fill(0);
    for (let i = m; i < n; i++) for (let j = m; j < n; j++) sums[j]! += ort[i]! * h[i * n + j]!;
    for (let i = m; i < n; i++) {
      const factor = ort[i]! / square;
      for (let j = m; j < n; j++) h[i * n + j]! -= factor * sums[j]!;
    }
    for (let i = 0; i < n; i++) reflectRow(h, i * n, ort, m, n, square);
    for (let i = 0; i < n; i++) reflectRow(v, i * n, ort, m, n, square);
    h[m * n + m - 1] = scale * g;
    for (let i = m + 1; i < n; i++) h[i * n + m - 1] = 0;
  }
  return v;
}

function reflectRow(a: Float64Array, row: number, v: Float64Array, from: number, to: number, square: number): void {
  let f = 0;
  for (let j = from; j < to; j++) f += v[j]! * a[row + j]!;
  f /= square;
  for (let j = from; j < to; j++) a[row + j]! -= f * v[j]!;
}

/** Schur form by Francis steps, then the eigenvectors by substitution, over real arithmetic. */
class Schur {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  private readonly h: Float64Array;
  /** Q so far, in columns; undefined where only the eigenvalues are wanted. */
  private readonly v: Float64Array | undefined;
  private readonly n: number;
  private readonly fail: () => never;

  constructor(h: Float64Array, v: Float64Array | undefined, n: number, fail: () => never) {
    this.h = h;
    this.v = v;
    this.n = n;
    this.fail = fail;
    this.real = new Float64Array(n);
    this.imaginary = new Float64Array(n);
  }

  iterate(): void {
    const { h, n, real, imaginary } = this;
    let norm = 0;
    for (let i = 0; i < n; i++) for (let j = Math.max(i - 1, 0); j < n; j++) norm += Math.abs(h[i * n + j]!);
    let shiftSum = 0;
    let iteration = 0;
    for (let end = n - 1; end >= 0;) {
      const low = this.smallSubdiagonal(end, norm);
      if (low === end) {
        h[end * n + end]! += shiftSum;
        real[end] = h[end * n + end]!;
        imaginary[end] = 0;
        end--;
        iteration = 0;
      } else if (low === end - 1) {
        h[end * n + end]! += shiftSum;
        h[(end - 1) * n + end - 1]! += shiftSum;
        this.splitPair(end);
        end -= 2;
        iteration = 0;
      } else {
        if (iteration > 60) this.fail();
        shiftSum = this.francis(low, end, iteration, shiftSum);
        iteration++;
      }
    }
  }

  private smallSubdiagonal(end: number, norm: number): number {
    const { h, n } = this;
    let l = end;
    for (; l > 0; l--) {
      let s = Math.abs(h[(l - 1) * n + l - 1]!) + Math.abs(h[l * n + l]!);
      if (s === 0) s = norm;
      if (Math.abs(h[l * n + l - 1]!) < Number.EPSILON * s) break;
    }
    return l;
  }

  /** The two eigenvalues of the last 2 × 2 block; a real pair is also rotated apart. */
  private splitPair(end: number): void {
    const { h, v, n, real, imaginary } = this;
    const w = h[end * n + end - 1]! * h[(end - 1) * n + end]!;
    let p = (h[(end - 1) * n + end - 1]! - h[end * n + end]!) / 2;
    let q = p * p + w;
    let z = Math.sqrt(Math.abs(q));
    const x = h[end * n + end]!;
    if (q < 0) {
      real[end - 1] = x + p;
      real[end] = x + p;
      imaginary[end - 1] = z;
      imaginary[end] = -z;
      return;
    }
    z = p >= 0 ? p + z : p - z;
    real[end - 1] = x + z;
    real[end] = z === 0 ? x + z : x - w / z;
    imaginary[end - 1] = 0;
    imaginary[end] = 0;
    const below = h[end * n + end - 1]!;
    const s = Math.abs(below) + Math.abs(z);
    p = below / s;
    q = z / s;
    const r = Math.hypot(p, q);
    p /= r;
    q /= r;
    for (let j = end - 1; j < n; j++) {
      const top = h[(end - 1) * n + j]!;
      h[(end - 1) * n + j] = q * top + p * h[end * n + j]!;
      h[end * n + j] = q * h[end * n + j]! - p * top;
    }
    for (const [m, rows] of [
      [h, end + 1],
      [v, n],
    ] as const) {
      // prettier-ignore
      for (let i = 0; m !== undefined && i < rows; i++) {
        const first = m[i * n + end - 1]!;
        m[i * n + end - 1] = q * first + p * m[i * n + end]!;
        m[i * n + end] = q * m[i * n + end]! - p * first;
      }
    }
  }

  /** One double step on the block low … end; the tenth and thirtieth shift are exceptional. @returns the sum of those */
  private francis(low: number, end: number, iteration: number, shiftSum: number): number {
    const { h, v, n } = this;
    let x = h[end * n + end]!;
    let y = h[(end - 1) * n + end - 1]!;
    let w = h[end * n + end - 1]! * h[(end - 1) * n + end]!;
    let sum = shiftSum;
    if (iteration === 10 || iteration === 20) {
      sum += x;
      for (let i = 0; i <= end; i++) h[i * n + i]! -= x;
      const s = Math.abs(h[end * n + end - 1]!) + Math.abs(h[(end - 1) * n + end - 2]!);
      x = y = 0.75 * s;
      w = -0.4375 * s * s;
    }
    if (iteration === 30) {
      let s = (y - x) / 2;
      s = s * s + w;
      if (s > 0) {
        s = y < x ? -Math.sqrt(s) : Math.sqrt(s);
        s = x - w / ((y - x) / 2 + s);
        for (let i = 0; i <= end; i++) h[i * n + i]! -= s;
        sum += s;
        x = y = w = 0.964;
      }
    }
    let p = 0;
    let q = 0;
    let r = 0;
    let m = end - 2;
    for (; m >= low; m--) {
      const z = h[m * n + m]!;
      r = x - z;
      let s = y - z;
      p = (r * s - w) / h[(m + 1) * n + m]! + h[m * n + m + 1]!;
      q = h[(m + 1) * n + m + 1]! - z - r - s;
      r = h[(m + 2) * n + m + 1]!;
      s = Math.abs(p) + Math.abs(q) + Math.abs(r);
      p /= s;
      q /= s;
      r /= s;
      if (m === low) break;
      const isSmall =
        Math.abs(h[m * n + m - 1]!) * (Math.abs(q) + Math.abs(r)) <
        Number.EPSILON *
          (Math.abs(p) * (Math.abs(h[(m - 1) * n + m - 1]!) + Math.abs(z) + Math.abs(h[(m + 1) * n + m + 1]!)));
      if (isSmall) break;
    }
    for (let i = m + 2; i <= end; i++) {
      h[i * n + i - 2] = 0;
      if (i > m + 2) h[i * n + i - 3] = 0;
    }
    for (let k = m; k < end; k++) {
      const isLast = k === end - 1;
      if (k !== m) {
        p = h[k * n + k - 1]!;
        q = h[(k + 1) * n + k - 1]!;
        r = isLast ? 0 : h[(k + 2) * n + k - 1]!;
        x = Math.abs(p) + Math.abs(q) + Math.abs(r);
        if (x === 0) continue;
        p /= x;
        q /= x;
        r /= x;
      }
      const s = p < 0 ? -Math.sqrt(p * p + q * q + r * r) : Math.sqrt(p * p + q * q + r * r);
      if (s === 0) continue;
      if (k !== m) h[k * n + k - 1] = -s * x;
      else if (low !== m) h[k * n + k - 1] = -h[k * n + k - 1]!;
      p += s;
      x = p / s;
      y = q / s;
      const z = r / s;
      q /= p;
      r /= p;
      rotateThreeRows(h, n, k, k, n, isLast, q, r, x, y, z);
      rotateThreeColumns(h, n, k, Math.min(end, k + 3) + 1, isLast, q, r, x, y, z);
      if (v !== undefined) rotateThreeColumns(v, n, k, n, isLast, q, r, x, y, z);
    }
    return sum;
  }

  /** Eigenvectors of the triangular form, then of the matrix: V := Q · those. */
  vectors(): Float64Array {
    const { h, n, real, imaginary } = this;
    const q = this.v!;
    let norm = 0;
    for (let i = 0; i < n; i++) for (let j = Math.max(i - 1, 0); j < n; j++) norm += Math.abs(h[i * n + j]!);
    if (norm === 0) return q;
    for (let end = n - 1; end >= 0; end--) {
      if (imaginary[end] === 0) this.substituteReal(end, real[end]!, norm);
      else if (imaginary[end]! < 0) this.substituteComplex(end, real[end]!, imaginary[end]!, norm);
    }
    const row = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      row.fill(0);
      for (let k = 0; k < n; k++) {
        const factor = q[i * n + k]!;
        for (let j = k; j < n; j++) row[j]! += factor * h[k * n + j]!;
      }
      q.set(row, i * n);
    }
    return q;
  }

  private substituteReal(end: number, p: number, norm: number): void {
    const { h, n, real, imaginary } = this;
    let l = end;
    let z = 0;
    let s = 0;
    h[end * n + end] = 1;
    for (let i = end - 1; i >= 0; i--) {
      const w = h[i * n + i]! - p;
      let r = 0;
      for (let j = l; j <= end; j++) r += h[i * n + j]! * h[j * n + end]!;
      if (imaginary[i]! < 0) {
        z = w;
        s = r;
        continue;
      }
      l = i;
      if (imaginary[i] === 0) h[i * n + end] = -r / (w === 0 ? Number.EPSILON * norm : w);
      else {
        const x = h[i * n + i + 1]!;
        const y = h[(i + 1) * n + i]!;
        const q = (real[i]! - p) ** 2 + imaginary[i]! ** 2;
        const t = (x * s - z * r) / q;
        h[i * n + end] = t;
        h[(i + 1) * n + end] = Math.abs(x) > Math.abs(z) ? (-r - w * t) / x : (-s - y * t) / z;
      }
      const t = Math.abs(h[i * n + end]!);
      if (Number.EPSILON * t * t > 1) for (let j = i; j <= end; j++) h[j * n + end]! /= t;
    }
  }

  private substituteComplex(end: number, p: number, q: number, norm: number): void {
    const { h, n, real, imaginary } = this;
    const a = end - 1;
    let l = end - 1;
    let z = 0;
    let r = 0;
    let s = 0;
    if (Math.abs(h[end * n + a]!) > Math.abs(h[a * n + end]!)) {
      h[a * n + a] = q / h[end * n + a]!;
      h[a * n + end] = -(h[end * n + end]! - p) / h[end * n + a]!;
    } else [h[a * n + a], h[a * n + end]] = divide(0, -h[a * n + end]!, h[a * n + a]! - p, q);
    h[end * n + a] = 0;
    h[end * n + end] = 1;
    for (let i = end - 2; i >= 0; i--) {
      let ra = 0;
      let sa = 0;
      for (let j = l; j <= end; j++) {
        ra += h[i * n + j]! * h[j * n + a]!;
        sa += h[i * n + j]! * h[j * n + end]!;
      }
      const w = h[i * n + i]! - p;
      if (imaginary[i]! < 0) {
        z = w;
        r = ra;
        s = sa;
        continue;
      }
      l = i;
      if (imaginary[i] === 0) [h[i * n + a], h[i * n + end]] = divide(-ra, -sa, w, q);
      else {
        const x = h[i * n + i + 1]!;
        const y = h[(i + 1) * n + i]!;
        let vr = (real[i]! - p) ** 2 + imaginary[i]! ** 2 - q * q;
        const vi = (real[i]! - p) * 2 * q;
        if (vr === 0 && vi === 0)
          vr = Number.EPSILON * norm * (Math.abs(w) + Math.abs(q) + Math.abs(x) + Math.abs(y) + Math.abs(z));
        const [re, im] = divide(x * r - z * ra + q * sa, x * s - z * sa - q * ra, vr, vi);
        h[i * n + a] = re;
        h[i * n + end] = im;
        if (Math.abs(x) > Math.abs(z) + Math.abs(q)) {
          h[(i + 1) * n + a] = (-ra - w * re + q * im) / x;
          h[(i + 1) * n + end] = (-sa - w * im - q * re) / x;
        } else [h[(i + 1) * n + a], h[(i + 1) * n + end]] = divide(-r - y * re, -s - y * im, z, q);
      }
      const t = Math.max(Math.abs(h[i * n + a]!), Math.abs(h[i * n + end]!));
      if (Number.EPSILON * t * t > 1) {
        for (let j = i; j <= end; j++) {
          h[j * n + a]! /= t;
          h[j * n + end]! /= t;
        }
      }
    }
  }
}

/** (a + bi) / (c + di). */
function divide(a: number, b: number, c: number, d: number): [number, number] {
  if (Math.abs(c) > Math.abs(d)) {
    const r = d / c;
    const by = c + r * d;
    return [(a + r * b) / by, (b - r * a) / by];
  }
  const r = c / d;
  const by = d + r * c;
  return [(r * a + b) / by, (r * b - a) / by];
}

function rotateThreeRows(
  h: Float64Array,
  n: number,
  k: number,
  from: number,
  to: number,
  isLast: boolean,
  q: number,
  r: number,
  x: number,
  y: number,
  z: number,
): void {
  const [r0, r1, r2] = [k * n, (k + 1) * n, (k + 2) * n];
  for (let j = from; j < to; j++) {
    let p = h[r0 + j]! + q * h[r1 + j]!;
    if (!isLast) {
      p += r * h[r2 + j]!;
      h[r2 + j]! -= p * z;
    }
    h[r0 + j]! -= p * x;
    h[r1 + j]! -= p * y;
  }
}

function rotateThreeColumns(
  h: Float64Array,
  n: number,
  k: number,
  rows: number,
  isLast: boolean,
  q: number,
  r: number,
  x: number,
  y: number,
  z: number,
): void {
  for (let i = 0; i < rows; i++) {
    const at = i * n + k;
    let p = x * h[at]! + y * h[at + 1]!;
    if (!isLast) {
      p += z * h[at + 2]!;
      h[at + 2]! -= p * r;
    }
    h[at]! -= p;
    h[at + 1]! -= p * q;
  }
}

function eigenOf(op: string, a: Float64Array, n: number, index: number, withVectors: boolean): Eigen {
  checkFinite(op, a, index);
  const scales = balance(a, n);
  const q = reduceToHessenberg(a, n);
  const schur = new Schur(a, withVectors ? q : undefined, n, () =>
    raise(new LinAlgError(`${op}: matrix ${index} of the batch did not converge`)),
  );
  schur.iterate();
  const { real, imaginary } = schur;
  if (!withVectors) return { real, imaginary, vectors: q };
  const vectors = schur.vectors();
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) vectors[i * n + j]! *= scales[i]!;
  return { real, imaginary, vectors };
}

export const eigvals: Routine<'eigvals'> = ({ name }, [x], output) => {
  const { count, n, size } = matricesIn(x!);
  for (let index = 0; index < count; index++) {
    const { real, imaginary } = eigenOf(name, matrixOf(x!, index, size), n, index, false);
    output.set(real, index * 2 * n);
    output.set(imaginary, index * 2 * n + n);
  }
};

export const eig: Routine<'eig'> = ({ name }, [x], output) => {
  const { count, n, size } = matricesIn(x!);
  for (let index = 0; index < count; index++) {
    const { real, imaginary, vectors } = eigenOf(name, matrixOf(x!, index, size), n, index, true);
    const start = index * (2 * n + 2 * size);
    output.set(real, start);
    output.set(imaginary, start + n);
    const [re, im] = [start + 2 * n, start + 2 * n + size];
    for (let j = 0; j < n; j++) {
      const isPair = imaginary[j]! !== 0;
      const column = (i: number, part: 0 | 1): number =>
        isPair ? vectors[i * n + j + part]! : part === 0 ? vectors[i * n + j]! : 0;
      // Length 1, and the largest element real, as LAPACK leaves them.
      let square = 0;
      let largest = 0;
      let [c, s] = [1, 0];
      for (let i = 0; i < n; i++) {
        const part = column(i, 0) ** 2 + column(i, 1) ** 2;
        square += part;
        if (isPair && part > largest) {
          largest = part;
          [c, s] = [column(i, 0) / Math.sqrt(part), column(i, 1) / Math.sqrt(part)];
        }
      }
      const by = 1 / Math.sqrt(square);
      for (let i = 0; i < n; i++) {
        const [a, b] = [column(i, 0) * by, column(i, 1) * by];
        const [turned, rest] = [a * c + b * s, b * c - a * s];
        output[re + i * n + j] = turned;
        output[im + i * n + j] = isPair ? rest : 0;
        if (!isPair) continue;
        output[re + i * n + j + 1] = turned;
        output[im + i * n + j + 1] = -rest;
      }
      if (isPair) j++;
    }
  }
};
