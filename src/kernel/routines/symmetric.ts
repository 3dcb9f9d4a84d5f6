/**
 * Eigenvalues and eigenvectors of symmetric matrices: Householder reflections to a tridiagonal matrix, implicit QL iterations on that, and the
 * reflections applied to its eigenvectors in panels. Of the matrix the lower triangle is read, as in NumPy. Hot.
 */
import { LinAlgError, raise } from '../../base/errors.ts';
import { checkFinite, dot, identity, lengthOf, matricesIn, matrixOf } from './matrix.ts';
import type { Routine } from './operand.ts';
import { applyPanel, panelOf } from './qr.ts';
import { type Rotating, rotationsOf } from './rotations.ts';

const PANEL = 24;

/** T of A = Q T Qᵀ, and what Q is made of. */
interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Element i couples i − 1 and i; the first is 0. */
  readonly beside: Float64Array;
  readonly taus: Float64Array;
}

/**
 * Rows are reduced from the last to the first, so that each reflector comes from, and is left in, the contiguous start of a row. One pass over the
 * rest both brings it up to date (A −= v wᵀ + w vᵀ) and multiplies it by the next reflector.
 */
function tridiagonalize(a: Float64Array, n: number): Tridiagonal {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const taus = new Float64Array(n);
  let v = new Float64Array(n + 1);
  let u = new Float64Array(n + 1);
  const w = new Float64Array(n + 1);
  const p = new Float64Array(n + 1);
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    for (let j = 0; j <= i; j++) a[row + j]! -= v[i]! * w[j]! + w[i]! * v[j]!;
    diagonal[i] = a[row + i]!;
    if (i === 0) break;
    const tau = lastReflector(a, row, i);
    taus[i] = tau;
    beside[i] = a[row + i - 1]!;
    for (let j = 0; j < i - 1; j++) u[j] = a[row + j]!;
    u[i - 1] = 1;
    p.fill(0, 0, i);
    updateAndMultiply(a, n, i, v, w, u, p);
    const half = (tau * tau * dot(p, 0, u, 0, i)) / 2;
    for (let j = 0; j < i; j++) w[j] = tau * p[j]! - half * u[j]!;
    [v, u] = [u, v];
  }
  return { diagonal, beside, taus };
}

/** As `reflector`, but onto the last of n elements. */
function lastReflector(x: Float64Array, at: number, n: number): number {
  const tail = lengthOf(x, at, n - 1);
  if (tail === 0) return 0;
  const alpha = x[at + n - 1]!;
  const beta = -Math.sign(alpha || 1) * Math.hypot(alpha, tail);
  const scale = 1 / (alpha - beta);
  for (let i = 0; i < n - 1; i++) x[at + i]! *= scale;
  x[at + n - 1] = beta;
  return (beta - alpha) / beta;
}

/** For the lower triangle of the first `size` rows: A −= v wᵀ + w vᵀ, and p += A u, two rows at a time. */
function updateAndMultiply(
  a: Float64Array,
  n: number,
  size: number,
  v: Float64Array,
  w: Float64Array,
  u: Float64Array,
  p: Float64Array,
): void {
  let i = 0;
  if (size % 2 === 1) {
    const x = a[0]! - 2 * v[0]! * w[0]!;
    a[0] = x;
    p[0]! += x * u[0]!;
    i = 1;
  }
  for (; i < size; i += 2) {
    const r0 = i * n;
    const r1 = r0 + n;
    const v0 = v[i]!;
    const v1 = v[i + 1]!;
    const w0 = w[i]!;
    const w1 = w[i + 1]!;
    const u0 = u[i]!;
    const u1 = u[i + 1]!;
    let s0 = 0;
    let s1 = 0;
    for (let j = 0; j < i; j++) {
      const vj = v[j]!;
      const wj = w[j]!;
      const uj = u[j]!;
      const x0 = a[r0 + j]! - (v0 * wj + w0 * vj);
      const x1 = a[r1 + j]! - (v1 * wj + w1 * vj);
      a[r0 + j] = x0;
      a[r1 + j] = x1;
      s0 += x0 * uj;
      s1 += x1 * uj;
      p[j]! += x0 * u0 + x1 * u1;
    }
    const x00 = a[r0 + i]! - 2 * v0 * w0;
    const x10 = a[r1 + i]! - (v1 * w0 + w1 * v0);
    const x11 = a[r1 + i + 1]! - 2 * v1 * w1;
    a[r0 + i] = x00;
    a[r1 + i] = x10;
    a[r1 + i + 1] = x11;
    p[i]! += s0 + x00 * u0 + x10 * u1;
    p[i + 1]! += s1 + x10 * u0 + x11 * u1;
  }
}

/** Qᵀ (n, n), from what tridiagonalize left in a. */
function orthogonalOf(a: Float64Array, taus: Float64Array, n: number): Float64Array {
  const columns = identity(n);
  for (let first = 1; first < n; first += PANEL) {
    const last = Math.min(first + PANEL, n) - 1;
    const count = last - first + 1;
    const v = new Float64Array(count * last);
    const own = new Float64Array(count);
    for (let i = last; i >= first; i--) {
      const row = (last - i) * last;
      for (let j = 0; j < i - 1; j++) v[row + j] = a[i * n + j]!;
      v[row + i - 1] = 1;
      own[last - i] = taus[i]!;
    }
    // Later columns are still unit vectors, which these reflectors leave alone.
    applyPanel(columns, n, 0, last, 0, panelOf(v, own, count, last), true);
  }
  return columns;
}

/**
 * Eigenvalues of a tridiagonal matrix, into `d`; the rotations that find them go to `rotations`.
 * @param e element i couples i − 1 and i; destroyed   @see Bowdler, Martin, Reinsch and Wilkinson 1968 (tql2)
 */
function implicitQL(
  op: string,
  d: Float64Array,
  e: Float64Array,
  rotations: Rotating | undefined,
  index: number,
): void {
  const n = d.length;
  for (let i = 1; i < n; i++) e[i - 1] = e[i]!;
  if (n > 0) e[n - 1] = 0;
  for (let l = 0; l < n; l++) {
    for (let iteration = 0; ; iteration++) {
      let m = l;
      for (; m < n - 1; m++) {
        const scale = Math.abs(d[m]!) + Math.abs(d[m + 1]!);
        if (Math.abs(e[m]!) <= (Number.EPSILON / 2) * scale || Math.abs(e[m]!) < 1e-300) break;
      }
      if (m === l) break;
      if (iteration === 60) raise(new LinAlgError(`${op}: matrix ${index} of the batch did not converge`));
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      let r = Math.hypot(g, 1);
      g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i]!;
        const b = c * e[i]!;
        r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1]! - p;
        r = (d[i]! - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        rotations?.add(i, i + 1, c, s);
      }
      if (r === 0 && i >= l) continue;
      d[l]! -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
}

/** The symmetric matrix scaled so that squares neither overflow nor vanish. @returns what to multiply its eigenvalues by */
function normalize(a: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]!));
  if (largest === 0 || (largest > 1e-140 && largest < 1e140)) return 1;
  for (let i = 0; i < a.length; i++) a[i]! /= largest;
  return largest;
}

export const eigh: Routine<'eigh'> = ({ name }, [x], output, machine) => {
  const { count, n, size } = matricesIn(x!);
  for (let index = 0; index < count; index++) {
    const a = matrixOf(x!, index, size);
    checkFinite(name, a, index);
    const scale = normalize(a);
    const { diagonal, beside, taus } = tridiagonalize(a, n);
    const rotations = rotationsOf(orthogonalOf(a, taus, n), n, n, machine);
    implicitQL(name, diagonal, beside, rotations, index);
    const z = rotations.finish();
    const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i]! - diagonal[j]!);
    const start = index * (n + size);
    order.forEach((from, to) => {
      output[start + to] = diagonal[from]! * scale;
      for (let i = 0; i < n; i++) output[start + n + i * n + to] = z[from * n + i]!;
    });
  }
};

export const eigvalsh: Routine<'eigvalsh'> = ({ name }, [x], output) => {
  const { count, n, size } = matricesIn(x!);
  for (let index = 0; index < count; index++) {
    const a = matrixOf(x!, index, size);
    checkFinite(name, a, index);
    const scale = normalize(a);
    const { diagonal, beside } = tridiagonalize(a, n);
    implicitQL(name, diagonal, beside, undefined, index);
    diagonal.sort();
    for (let i = 0; i < n; i++) output[index * n + i] = diagonal[i]! * scale;
  }
};
