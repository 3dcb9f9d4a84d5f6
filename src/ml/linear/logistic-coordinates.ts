/**
 * Logistic regression with penalties that have a corner, by coordinates: one class after another, Newton's quadratic model of
 * the loss is minimised with its penalty, and a line search keeps the objective falling.
 * (Friedman, Hastie and Tibshirani 2010; Yuan, Ho and Lin 2012, An improved GLMNET.)
 */
import { Matrix } from '../matrix.ts';
import { sigmoid, softplus } from '../special.ts';

export interface CoordinateProblem {
  readonly x: Matrix;
  /** The class of each sample, 0 … outputs − 1, or 0 and 1 for one output. */
  readonly codes: Int32Array;
  /** Sum to 1. */
  readonly weights: Float64Array;
  readonly outputs: number;
  readonly intercept: boolean;
  readonly l1: number;
  readonly l2: number;
}

export interface CoordinateResult {
  readonly weights: Matrix;
  readonly offsets: Float64Array<ArrayBuffer>;
  readonly iterations: number;
  readonly converged: boolean;
}

/** @param tolerance how far the smallest subgradient may be from 0 */
export function descendLogistic(
  problem: CoordinateProblem,
  tolerance: number,
  maxIterations: number,
): CoordinateResult {
  const { outputs } = problem;
  const state = new State(problem);
  const finish = (iterations: number, converged: boolean): CoordinateResult => {
    // Softmax does not see a constant added to all offsets; of those solutions, the one whose offsets sum to 0.
    const mean = outputs === 1 ? 0 : state.b.reduce((a, b) => a + b, 0) / outputs;
    return { weights: state.w, offsets: state.b.map((b) => b - mean), iterations, converged };
  };
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    let worst = 0;
    for (let k = 0; k < outputs; k++) worst = Math.max(worst, state.block(k, tolerance));
    if (worst <= tolerance) return finish(iteration, true);
  }
  return finish(maxIterations, false);
}

class State {
  readonly #problem: CoordinateProblem;
  readonly #columns: readonly Float64Array[];
  /** Scores, one array a class. */
  readonly #z: readonly Float64Array[];
  readonly w: Matrix;
  readonly b: Float64Array<ArrayBuffer>;

  constructor(problem: CoordinateProblem) {
    const { x, outputs } = problem;
    this.#problem = problem;
    this.#columns = Array.from({ length: x.columns }, (_, j) => x.column(j));
    this.#z = Array.from({ length: outputs }, () => new Float64Array(x.rows));
    this.w = new Matrix(outputs, x.columns);
    this.b = new Float64Array(outputs);
  }

  /** One Newton step for one class. @returns how far its smallest subgradient was from 0 before */
  block(k: number, tolerance: number): number {
    const { weights, codes, outputs, intercept, l1, l2 } = this.#problem;
    const n = weights.length;
    const isPositive = (i: number) => Number(codes[i] === (outputs === 1 ? 1 : k));
    const slopes = new Float64Array(n);
    const curves = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const p = this.#probability(i, k);
      slopes[i] = weights[i]! * (p - isPositive(i));
      curves[i] = weights[i]! * Math.max(p * (1 - p), 1e-10);
    }
    const w = this.w.row(k);
    const gradient = this.#columns.map((column, j) => dot(column, slopes) + l2 * w[j]!);
    const offsetSlope = intercept ? slopes.reduce((a, b) => a + b, 0) : 0;
    const worst = gradient.reduce((most, g, j) => Math.max(most, subgradient(g, w[j]!, l1)), Math.abs(offsetSlope));
    if (worst <= tolerance) return worst;
    const { step, offset, shift } = this.#quadratic(w, gradient, offsetSlope, curves, 0.1 * worst);
    this.#search(k, w, step, offset, shift, gradient, offsetSlope);
    return worst;
  }

  #probability(i: number, k: number): number {
    if (this.#z.length === 1) return sigmoid(this.#z[0]![i]!);
    let sum = 0;
    for (const z of this.#z) sum += Math.exp(z[i]! - this.#z[k]![i]!);
    return 1 / sum;
  }

  /** Minimises the model gᵀs + ½ sᵀ(XᵀDX + l2)s + l1 ‖w + s‖₁ over steps s and the offset's, by coordinates. `shift` is X s + offset. */
  #quadratic(w: Float64Array, gradient: readonly number[], offsetSlope: number, curves: Float64Array, goal: number) {
    const { intercept, l1, l2 } = this.#problem;
    const step = new Float64Array(w.length);
    const shift = new Float64Array(curves.length);
    const bends = this.#columns.map((column) => weightedNorm(column, curves) + l2);
    const total = curves.reduce((a, b) => a + b, 0);
    let offset = 0;
    for (let round = 0; round < 200; round++) {
      let worst = 0;
      for (let j = 0; j < w.length; j++) {
        const column = this.#columns[j]!;
        const slope = gradient[j]! + weightedDot(column, curves, shift) + l2 * step[j]!;
        const place = w[j]! + step[j]!;
        worst = Math.max(worst, subgradient(slope, place, l1));
        if (bends[j] === 0) continue;
        const pull = bends[j]! * place - slope;
        const next = (Math.sign(pull) * Math.max(Math.abs(pull) - l1, 0)) / bends[j]!;
        const move = next - place;
        if (move === 0) continue;
        step[j]! += move;
        for (let i = 0; i < shift.length; i++) shift[i]! += move * column[i]!;
      }
      if (intercept) {
        const slope = offsetSlope + dot(curves, shift);
        worst = Math.max(worst, Math.abs(slope));
        const move = -slope / total;
        offset += move;
        for (let i = 0; i < shift.length; i++) shift[i]! += move;
      }
      if (worst <= goal) break;
    }
    return { step, offset, shift };
  }

  /** Halves the step until the objective falls by a share of what the model promises, then takes it. */
  #search(
    k: number,
    w: Float64Array,
    step: Float64Array,
    offset: number,
    shift: Float64Array,
    gradient: readonly number[],
    offsetSlope: number,
  ): void {
    const { l1, l2 } = this.#problem;
    const absolute = (t: number) => w.reduce((sum, value, j) => sum + Math.abs(value + t * step[j]!), 0);
    const squares = (t: number) => w.reduce((sum, value, j) => sum + (value + t * step[j]!) ** 2, 0);
    const promise =
      gradient.reduce((sum, g, j) => sum + g * step[j]!, offsetSlope * offset) + l1 * (absolute(1) - absolute(0));
    const before = this.#loss(k, shift, 0) + 0.5 * l2 * squares(0) + l1 * absolute(0);
    for (let t = 1; t > 1e-8; t /= 2) {
      const after = this.#loss(k, shift, t) + 0.5 * l2 * squares(t) + l1 * absolute(t);
      // Near the end rounding is all that is left of the difference.
      if (after - before > 0.01 * t * promise + 2 ** -50 * Math.abs(before)) continue;
      const z = this.#z[k]!;
      for (let i = 0; i < z.length; i++) z[i]! += t * shift[i]!;
      for (let j = 0; j < w.length; j++) w[j]! += t * step[j]!;
      this.b[k]! += t * offset;
      return;
    }
  }

  #loss(k: number, shift: Float64Array, t: number): number {
    const { weights, codes } = this.#problem;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) {
      const moved = this.#z[k]![i]! + t * shift[i]!;
      if (this.#z.length === 1) {
        sum += weights[i]! * (softplus(moved) - codes[i]! * moved);
        continue;
      }
      const at = (c: number) => (c === k ? moved : this.#z[c]![i]!);
      let largest = -Infinity;
      for (let c = 0; c < this.#z.length; c++) largest = Math.max(largest, at(c));
      let total = 0;
      for (let c = 0; c < this.#z.length; c++) total += Math.exp(at(c) - largest);
      sum += weights[i]! * (Math.log(total) + largest - at(codes[i]!));
    }
    return sum;
  }
}

/** How far 0 is from the subgradients of the loss plus l1 |w|. */
function subgradient(gradient: number, w: number, l1: number): number {
  return w === 0 ? Math.max(0, Math.abs(gradient) - l1) : Math.abs(gradient + l1 * Math.sign(w));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function weightedDot(a: Float64Array, w: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * w[i]! * b[i]!;
  return sum;
}

function weightedNorm(a: Float64Array, w: Float64Array): number {
  return weightedDot(a, w, a);
}
