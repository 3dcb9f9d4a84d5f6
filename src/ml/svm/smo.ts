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

/** Starts from α = 0. */
export function solve({ kernel, place, sign, linear, bound, tol, maxIter }: DualProblem): DualSolution {
  const n = place.length;
  const alpha = new Float64Array(n);
  const gradient = linear.slice();
  const { diagonal } = kernel;
  let iterations = 0;
  let isConverged = false;
  const isUp = (t: number) => (sign[t] === 1 ? alpha[t]! < bound[t]! : alpha[t]! > 0);
  const isLow = (t: number) => (sign[t] === 1 ? alpha[t]! > 0 : alpha[t]! < bound[t]!);
  for (; iterations < maxIter; iterations++) {
    // i: the largest violation; j: the partner with the largest gain. Hot.
    let i = -1;
    let largest = -Infinity;
    for (let t = 0; t < n; t++) {
      const value = -sign[t]! * gradient[t]!;
      if (value > largest && isUp(t)) {
        largest = value;
        i = t;
      }
    }
    if (i < 0) {
      isConverged = true;
      break;
    }
    const rowI = kernel.row(place[i]!);
    let j = -1;
    let smallest = Infinity;
    let best = Infinity;
    for (let t = 0; t < n; t++) {
      if (!isLow(t)) continue;
      const value = -sign[t]! * gradient[t]!;
      if (value < smallest) smallest = value;
      const difference = largest - value;
      if (difference <= 0) continue;
      const curvature = diagonal[place[i]!]! + diagonal[place[t]!]! - 2 * rowI[place[t]!]!;
      const gain = -(difference * difference) / (curvature > 0 ? curvature : LEAST);
      if (gain < best) {
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
    const curvature = diagonal[place[i]!]! + diagonal[place[j]!]! - 2 * rowI[place[j]!]!;
    const [ci, cj, ai, aj] = [bound[i]!, bound[j]!, alpha[i]!, alpha[j]!];
    // Along (y_i, −y_j), the optimum, and the last point within both bounds.
    let step = (-si * gradient[i]! + sj * gradient[j]!) / (curvature > 0 ? curvature : LEAST);
    const room = (s: number, a: number, c: number) => (s === 1 ? c - a : a);
    const [roomI, roomJ] = [room(si, ai, ci), room(-sj, aj, cj)];
    step = Math.min(step, roomI, roomJ);
    // At a bound exactly, so that it is seen as one.
    alpha[i] = step === roomI ? (si === 1 ? ci : 0) : ai + si * step;
    alpha[j] = step === roomJ ? (sj === 1 ? 0 : cj) : aj - sj * step;
    const [di, dj] = [si * (alpha[i]! - ai), sj * (alpha[j]! - aj)];
    for (let t = 0; t < n; t++) gradient[t]! += sign[t]! * (di * rowI[place[t]!]! + dj * rowJ[place[t]!]!);
  }
  return { alpha, rho: offsetOf(alpha, gradient, sign, bound), iterations, isConverged };
}

/** The mean of y ∇ over free variables, or the middle of what the others allow. */
function offsetOf(alpha: Float64Array, gradient: Float64Array, sign: Int8Array, bound: Float64Array): number {
  let [free, sum, low, high] = [0, 0, -Infinity, Infinity];
  for (let t = 0; t < alpha.length; t++) {
    const value = sign[t]! * gradient[t]!;
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
