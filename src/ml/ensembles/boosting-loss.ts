/**
 * What histogram boosting minimises: half the squared error, or the log loss of two or more classes, with first and second
 * derivatives by raw prediction.
 */
import { Matrix } from '../matrix.ts';

export interface BoostingLoss {
  /** Raw predictions a sample. */
  readonly outputs: number;
  /** The best constant. */
  baseline(): Float64Array<ArrayBuffer>;
  /** Derivatives by output k, for raw predictions (n, outputs). @returns whether the second ones differ from 1 */
  derive(raw: Float64Array, k: number, gradients: Float64Array, hessians: Float64Array): boolean;
  /** The mean over samples. */
  value(raw: Float64Array): number;
}

type Weights = Float64Array | undefined;

function totalOf(weights: Weights, n: number): number {
  return weights === undefined ? n : weights.reduce((a, b) => a + b, 0);
}

/** ½ (raw − y)². */
export function squaredLoss(y: Float64Array, weights: Weights): BoostingLoss {
  const total = totalOf(weights, y.length);
  return {
    outputs: 1,
    baseline: () => Float64Array.of(y.reduce((sum, v, i) => sum + v * (weights?.[i] ?? 1), 0) / total),
    derive(raw, _, gradients, hessians) {
      for (let i = 0; i < y.length; i++) gradients[i] = raw[i]! - y[i]!;
      if (weights === undefined) return false;
      for (let i = 0; i < y.length; i++) {
        gradients[i]! *= weights[i]!;
        hessians[i] = weights[i]!;
      }
      return true;
    },
    value: (raw) => y.reduce((sum, v, i) => sum + 0.5 * (weights?.[i] ?? 1) * (raw[i]! - v) ** 2, 0) / total,
  };
}

/** log(1 + eʳ) − y r. @param codes 0 or 1 */
export function binaryLoss(codes: Int32Array, weights: Weights): BoostingLoss {
  const total = totalOf(weights, codes.length);
  return {
    outputs: 1,
    baseline() {
      let ones = 0;
      for (let i = 0; i < codes.length; i++) ones += codes[i]! * (weights?.[i] ?? 1);
      const p = Math.min(1 - 2 ** -52, Math.max(2 ** -52, ones / total));
      return Float64Array.of(Math.log(p / (1 - p)));
    },
    derive(raw, _, gradients, hessians) {
      for (let i = 0; i < codes.length; i++) {
        const p = 1 / (1 + Math.exp(-raw[i]!));
        const w = weights === undefined ? 1 : weights[i]!;
        gradients[i] = w * (p - codes[i]!);
        hessians[i] = w * p * (1 - p);
      }
      return true;
    },
    value(raw) {
      let sum = 0;
      for (let i = 0; i < codes.length; i++) {
        const r = raw[i]!;
        const softplus = r > 0 ? r + Math.log1p(Math.exp(-r)) : Math.log1p(Math.exp(r));
        sum += (weights?.[i] ?? 1) * (softplus - codes[i]! * r);
      }
      return sum / total;
    },
  };
}

/** log Σ eʳᵏ − r_y. */
export function multinomialLoss(codes: Int32Array, classes: number, weights: Weights): BoostingLoss {
  const total = totalOf(weights, codes.length);
  let shares = new Float64Array(0);
  return {
    outputs: classes,
    baseline() {
      const sums = new Float64Array(classes);
      for (let i = 0; i < codes.length; i++) sums[codes[i]!]! += weights?.[i] ?? 1;
      const logs = sums.map((s) => Math.log(Math.max(2 ** -52, s / total)));
      const mean = logs.reduce((a, b) => a + b, 0) / classes;
      return logs.map((v) => v - mean);
    },
    derive(raw, k, gradients, hessians) {
      // All classes of an iteration see the predictions before it.
      if (k === 0) shares = softmax(raw, classes);
      for (let i = 0; i < codes.length; i++) {
        const p = shares[i * classes + k]!;
        const w = weights === undefined ? 1 : weights[i]!;
        gradients[i] = w * (p - (codes[i] === k ? 1 : 0));
        hessians[i] = w * p * (1 - p);
      }
      return true;
    },
    value(raw) {
      const table = softmax(raw, classes);
      let sum = 0;
      for (let i = 0; i < codes.length; i++) {
        sum -= (weights?.[i] ?? 1) * Math.log(Math.max(Number.MIN_VALUE, table[i * classes + codes[i]!]!));
      }
      return sum / total;
    },
  };
}

function softmax(raw: Float64Array, classes: number): Float64Array<ArrayBuffer> {
  const result = new Float64Array(raw.length);
  for (let start = 0; start < raw.length; start += classes) {
    let largest = -Infinity;
    for (let k = 0; k < classes; k++) largest = Math.max(largest, raw[start + k]!);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += result[start + k] = Math.exp(raw[start + k]! - largest);
    for (let k = 0; k < classes; k++) result[start + k]! /= sum;
  }
  return result;
}

/** Raw predictions as probabilities: (n, 1) by the logistic function, (n, k) by softmax. */
export function probabilitiesOf(raw: Matrix): Matrix {
  if (raw.columns > 1) return new Matrix(raw.rows, raw.columns, softmax(raw.data, raw.columns));
  const result = new Matrix(raw.rows, 2);
  raw.data.forEach((r, i) => {
    result.data[2 * i + 1] = 1 / (1 + Math.exp(-r));
    result.data[2 * i] = 1 / (1 + Math.exp(r));
  });
  return result;
}
