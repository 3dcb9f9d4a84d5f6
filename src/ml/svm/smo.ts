/**
 * Sequential minimal optimisation: two coefficients at a time, chosen by second-order information.
 * (Platt 1998; Fan, Chen and Lin 2005, working set selection of LIBSVM.)
 */
import type { KernelRows } from './kernels.ts';

/** min ½ αᵀQα + pᵀα with yᵀα fixed and 0 ≤ α ≤ c, where Q_st = y_s y_t K(s, t). */
export interface DualProblem {
  readonly kernel: KernelRows;
  /** Variable s is of sample place[s]. */
  readonly place: Int32Array;
  /** 1 or −1. */
  readonly sign: Int8Array;
  readonly linear: Float64Array;
  readonly bound: Float64Array;
  /** Where to begin; it says what yᵀα is. Default: 0 everywhere. */
  readonly start?: Float64Array;
  /** Stop where the largest violation of the optimality conditions is below this. */
  readonly tol: number;
  readonly maxIter: number;
}

/** @see solve */
export interface DualSolution {
  readonly alpha: Float64Array;
  /** The decision is Σ y α K − rho. */
  readonly rho: number;
  readonly iterations: number;
  readonly isConverged: boolean;
}

/** Curvature below this counts as this. */
const LEAST = 1e-12;

/** Two coefficients at a time, until none violate the optimality conditions by `tol`. */
export function solve({ kernel, place, sign, linear, bound, start, tol, maxIter }: DualProblem): DualSolution {
  const n = place.length;
  const alpha = new Float64Array(n);
  const { diagonal } = kernel;
  /** −y ∇ */
  const scores = linear.map((value, t) => -sign[t]! * value);
  // Whether y α may rise, and whether it may fall.
  const [canRise, canFall] = [new Uint8Array(n), new Uint8Array(n)];
  const mark = (t: number) => {
    const [above, below] = [alpha[t]! > 0 ? 1 : 0, alpha[t]! < bound[t]! ? 1 : 0];
    canRise[t] = sign[t] === 1 ? below : above;
    canFall[t] = sign[t] === 1 ? above : below;
  };
  for (let s = 0; s < n; s++) {
    alpha[s] = start?.[s] ?? 0;
    mark(s);
    if (alpha[s] === 0) continue;
    const row = kernel.row(place[s]!);
    const share = alpha[s]! * sign[s]!;
    for (let t = 0; t < n; t++) scores[t]! -= share * row[place[t]!]!;
  }
  let i = -1;
  let largest = -Infinity;
  for (let t = 0; t < n; t++) if (canRise[t] === 1 && scores[t]! > largest) largest = scores[(i = t)]!;
  let iterations = 0;
  let isConverged = false;
  for (; iterations < maxIter; iterations++) {
    if (i < 0) {
      isConverged = true;
      break;
    }
    // i has the largest violation; j: the partner with the largest gain. Hot.
    const rowI = kernel.row(place[i]!);
    const ownI = diagonal[place[i]!]!;
    let j = -1;
    let smallest = Infinity;
    let best = 0;
    for (let t = 0; t < n; t++) {
      if (canFall[t] === 0) continue;
      const value = scores[t]!;
      if (value < smallest) smallest = value;
      const difference = largest - value;
      if (difference <= 0) continue;
      const p = place[t]!;
      const curvature = ownI + diagonal[p]! - 2 * rowI[p]!;
      const gain = (difference * difference) / (curvature > 0 ? curvature : LEAST);
      if (gain > best) {
        best = gain;
        j = t;
      }
    }
    if (j < 0 || largest - smallest < tol) {
      isConverged = true;
      break;
    }
    const rowJ = kernel.row(place[j]!);
    const [si, sj] = [sign[i]!, sign[j]!];
    const curvature = ownI + diagonal[place[j]!]! - 2 * rowI[place[j]!]!;
    const [ci, cj, ai, aj] = [bound[i]!, bound[j]!, alpha[i]!, alpha[j]!];
    // Along (y_i, −y_j), the optimum, and the last point within both bounds.
    const room = (s: number, a: number, c: number) => (s === 1 ? c - a : a);
    const [roomI, roomJ] = [room(si, ai, ci), room(-sj, aj, cj)];
    const step = Math.min((scores[i]! - scores[j]!) / (curvature > 0 ? curvature : LEAST), roomI, roomJ);
    // At a bound exactly, so that it is seen as one.
    alpha[i] = step === roomI ? (si === 1 ? ci : 0) : ai + si * step;
    alpha[j] = step === roomJ ? (sj === 1 ? 0 : cj) : aj - sj * step;
    mark(i);
    mark(j);
    const [di, dj] = [si * (alpha[i]! - ai), sj * (alpha[j]! - aj)];
    // Hot: all scores, and the next i on the way.
    i = -1;
    largest = -Infinity;
    for (let t = 0; t < n; t++) {
      const p = place[t]!;
      const value = scores[t]! - di * rowI[p]! - dj * rowJ[p]!;
      scores[t] = value;
      if (value > largest && canRise[t] === 1) {
        largest = value;
        i = t;
      }
    }
  }
  return { alpha, rho: offsetOf(alpha, scores, sign, bound), iterations, isConverged };
}

/** The mean of y ∇ over free variables, or the middle of what the others allow. */
function offsetOf(alpha: Float64Array, scores: Float64Array, sign: Int8Array, bound: Float64Array): number {
  let [free, sum, low, high] = [0, 0, -Infinity, Infinity];
  for (let t = 0; t < alpha.length; t++) {
    const value = -scores[t]!;
    if (alpha[t]! >= bound[t]!) {
      if (sign[t] === -1) high = Math.min(high, value);
      else low = Math.max(low, value);
    } else if (alpha[t]! <= 0) {
      if (sign[t] === 1) high = Math.min(high, value);
      else low = Math.max(low, value);
    } else {
      free++;
      sum += value;
    }
  }
  if (free > 0) return sum / free;
  return Number.isFinite(low) && Number.isFinite(high) ? (low + high) / 2 : Number.isFinite(low) ? low : high;
}
