/**
 * QR by Householder reflections, taken together in panels: a panel's reflectors are I − V T Vᵀ, so the rest of the matrix is brought up to date
 * by products. The matrix is held transposed, so that its columns are contiguous. @see Schreiber and Van Loan 1989
 */
import {
  addProduct,
  addProductTransposed,
  addScaled,
  blockOf,
  dot,
  matricesIn,
  matrixOf,
  reflector,
  transposed,
} from './matrix.ts';
import type { Routine } from './operand.ts';

const PANEL = 24;

/** A panel of reflectors: V (count, length) in rows, and the upper triangular T (count, count). */
export interface Panel {
  readonly v: Float64Array;
  readonly t: Float64Array;
  readonly count: number;
  readonly length: number;
}

/** T of the product H₀ H₁ … = I − Vᵀ T V, for reflectors in the rows of V. */
export function panelOf(v: Float64Array, taus: ArrayLike<number>, count: number, length: number): Panel {
  const t = new Float64Array(count * count);
  for (let j = 0; j < count; j++) {
    const tau = taus[j]!;
    for (let i = 0; i < j; i++) t[i * count + j] = dot(v, i * length, v, j * length, length);
    // T[:j, j] = −τ T[:j, :j] (V[:j] · v_j), from the top since T is upper triangular.
    for (let i = 0; i < j; i++) {
      let sum = 0;
      for (let p = i; p < j; p++) sum += t[i * count + p]! * t[p * count + j]!;
      t[i * count + j] = -tau * sum;
    }
    t[j * count + j] = tau;
  }
  return { v, t, count, length };
}

/** C (rows, length) := C (I − Vᵀ T V), or with Tᵀ: each row of C is reflected. `at` is the column of C where the panel begins. */
export function applyPanel(
  c: Float64Array,
  stride: number,
  row: number,
  rows: number,
  at: number,
  panel: Panel,
  isReversed: boolean,
): void {
  const { v, t, count, length } = panel;
  if (rows === 0 || count === 0) return;
  const w = new Float64Array(rows * count);
  const target = blockOf(c, stride, row, at);
  addProductTransposed(blockOf(w, count), target, blockOf(v, length), rows, count, length);
  const wt = new Float64Array(rows * count);
  if (isReversed) addProductTransposed(blockOf(wt, count), blockOf(w, count), blockOf(t, count), rows, count, count);
  else addProduct(blockOf(wt, count), blockOf(w, count), blockOf(t, count), rows, count, count);
  addProduct(target, blockOf(wt, count), blockOf(v, length), rows, length, count, -1);
}

/** The reflectors that lie in `count` rows of `from`, row first + i from column first + i + `offset` on, with their leading ones; shifted to column 0. */
export function gatherPanel(
  from: Float64Array,
  stride: number,
  first: number,
  count: number,
  start: number,
  taus: ArrayLike<number>,
): Panel {
  const length = stride - start;
  const v = new Float64Array(count * length);
  for (let i = 0; i < count; i++) {
    v[i * length + i] = 1;
    for (let j = i + 1; j < length; j++) v[i * length + j] = from[(first + i) * stride + start + j]!;
  }
  const own = Array.from({ length: count }, (_, i) => taus[first + i]!);
  return panelOf(v, own, count, length);
}

/**
 * Aᵀ (n, m) → in its rows, R on and before the diagonal and the reflectors behind it.
 * @returns the reflectors' factors τ
 */
export function reduceTransposed(at: Float64Array, m: number, n: number): Float64Array {
  const steps = Math.min(m, n);
  const taus = new Float64Array(steps);
  for (let k0 = 0; k0 < steps; k0 += PANEL) {
    const k1 = Math.min(k0 + PANEL, steps);
    for (let k = k0; k < k1; k++) {
      const row = k * m + k;
      const tau = reflector(at, row, m - k);
      taus[k] = tau;
      const beta = at[row]!;
      at[row] = 1;
      for (let j = k + 1; tau !== 0 && j < k1; j++) {
        const factor = tau * dot(at, row, at, j * m + k, m - k);
        addScaled(at, j * m + k, -factor, at, row, m - k);
      }
      at[row] = beta;
    }
    if (k1 < n) applyPanel(at, m, k1, n - k1, k0, gatherPanel(at, m, k0, k1 - k0, k0, taus), false);
  }
  return taus;
}

/** The first k columns of Q (m, m), transposed: (k, m), from reflectors as reduceTransposed leaves them. */
export function orthogonalTransposed(at: Float64Array, taus: Float64Array, m: number, k: number): Float64Array {
  const q = new Float64Array(k * m);
  for (let i = 0; i < k; i++) q[i * m + i] = 1;
  const steps = taus.length;
  for (let k0 = Math.floor(Math.max(0, steps - 1) / PANEL) * PANEL; k0 >= 0 && steps > 0; k0 -= PANEL) {
    const count = Math.min(PANEL, steps - k0);
    // Rows before k0 are not touched yet: they are still unit vectors that the later reflectors leave alone.
    applyPanel(q, m, k0, k - k0, k0, gatherPanel(at, m, k0, count, k0, taus), true);
  }
  return q;
}

export const qr: Routine<'qr'> = ({ complete }, [a], output) => {
  const { count, m, n, size } = matricesIn(a!);
  const k = complete ? m : Math.min(m, n);
  for (let index = 0; index < count; index++) {
    const at = transposed(matrixOf(a!, index, size), m, n);
    const taus = reduceTransposed(at, m, n);
    const start = index * (m * k + k * n);
    output.set(transposed(orthogonalTransposed(at, taus, m, k), k, m), start);
    for (let i = 0; i < k; i++)
      for (let j = 0; j < n; j++) output[start + m * k + i * n + j] = i <= j ? at[j * m + i]! : 0;
  }
};
