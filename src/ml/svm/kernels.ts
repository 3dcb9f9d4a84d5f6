/**
 * Kernels of support vector machines, and rows of the kernel matrix, of which the latest are kept.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { Matrix } from '../matrix.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import { productTransposed } from '../products.ts';
import type { Json, StateReader } from '../state.ts';

export type KernelName = 'linear' | 'rbf' | 'poly' | 'sigmoid';

export interface KernelOptions {
  /** x·z, exp(−γ|x − z|²), (γ x·z + r)^degree or tanh(γ x·z + r). Default `rbf`. */
  readonly kernel?: KernelName | undefined;
  /** γ: a number, `scale` for 1 / (features · variance of X), `auto` for 1 / features. Default `scale`. */
  readonly gamma?: 'scale' | 'auto' | number | undefined;
  /** Of `poly`. Default 3. */
  readonly degree?: number | undefined;
  /** r of `poly` and `sigmoid`. Default 0. */
  readonly coef0?: number | undefined;
}

/** Options with their defaults. */
export interface KernelSettings {
  readonly kernel: KernelName;
  readonly gamma: 'scale' | 'auto' | number;
  readonly degree: number;
  readonly coef0: number;
}

const names: readonly KernelName[] = ['linear', 'rbf', 'poly', 'sigmoid'];

export function kernelSettings(owner: string, options: KernelOptions): KernelSettings {
  const { kernel = 'rbf', gamma = 'scale', degree = 3, coef0 = 0 } = options;
  requireOneOf(owner, 'kernel', kernel, names);
  if (typeof gamma === 'number') requireNumber(owner, 'gamma', gamma, { low: 0, open: true });
  else requireOneOf(owner, 'gamma', gamma, ['scale', 'auto']);
  requireWhole(owner, 'degree', degree, 1);
  requireNumber(owner, 'coef0', coef0);
  return { kernel, gamma, degree, coef0 };
}

/** A kernel with all of its numbers. */
export class Kernel {
  readonly name: KernelName;
  readonly gamma: number;
  readonly degree: number;
  readonly coef0: number;

  constructor(name: KernelName, gamma: number, degree: number, coef0: number) {
    this.name = name;
    this.gamma = gamma;
    this.degree = degree;
    this.coef0 = coef0;
  }

  /** For these samples; their variance is weighted, so that a weight of k is k samples. */
  static for({ kernel, gamma, degree, coef0 }: KernelSettings, x: Matrix, weights: Float64Array | undefined): Kernel {
    if (typeof gamma === 'number') return new Kernel(kernel, gamma, degree, coef0);
    const variance = gamma === 'scale' ? varianceOf(x, weights) : 1;
    return new Kernel(kernel, variance > 0 ? 1 / (x.columns * variance) : 1, degree, coef0);
  }

  /** K(a, b) for all pairs: (a.rows, b.rows). Through the engine where that is large. */
  between(a: Matrix, b: Matrix): Matrix {
    const result = productTransposed(a, b);
    const { data, columns } = result;
    const { name, gamma, degree, coef0 } = this;
    if (name === 'linear') return result;
    if (name === 'poly') for (let i = 0; i < data.length; i++) data[i] = (gamma * data[i]! + coef0) ** degree;
    if (name === 'sigmoid') for (let i = 0; i < data.length; i++) data[i] = Math.tanh(gamma * data[i]! + coef0);
    if (name === 'rbf') {
      const [left, right] = [squaresOf(a), squaresOf(b)];
      for (let i = 0; i < a.rows; i++) {
        for (let j = 0; j < columns; j++) {
          const distance = Math.max(0, left[i]! + right[j]! - 2 * data[i * columns + j]!);
          data[i * columns + j] = Math.exp(-gamma * distance);
        }
      }
    }
    return result;
  }

  fields(): Record<string, Json> {
    return { kernel: this.name, gamma: this.gamma, degree: this.degree, coef0: this.coef0 };
  }

  static from(read: StateReader): Kernel {
    return new Kernel(
      read.text<KernelName>('kernel', names),
      read.number('gamma'),
      read.whole('degree', 1),
      read.number('coef0'),
    );
  }
}

function squaresOf(x: Matrix): Float64Array {
  const result = new Float64Array(x.rows);
  for (let i = 0; i < x.rows; i++) for (let j = 0; j < x.columns; j++) result[i]! += x.at(i, j) ** 2;
  return result;
}

/** Of all entries together. */
function varianceOf(x: Matrix, weights: Float64Array | undefined): number {
  let [sum, total] = [0, 0];
  const weightAt = (p: number) => weights?.[Math.floor(p / x.columns)] ?? 1;
  x.data.forEach((value, p) => {
    sum += weightAt(p) * value;
    total += weightAt(p);
  });
  const mean = sum / total;
  return x.data.reduce((squares, value, p) => squares + weightAt(p) * (value - mean) ** 2, 0) / total;
}

/** Rows of the kernel matrix of some samples; as many as fit are kept, the longest unused goes first. */
export class KernelRows {
  readonly #x: Matrix;
  readonly #kernel: Kernel;
  readonly #kept = new Map<number, Float64Array>();
  readonly #most: number;
  readonly diagonal: Float64Array;

  /** @param megabytes for rows */
  constructor(x: Matrix, kernel: Kernel, megabytes = 200) {
    this.#x = x;
    this.#kernel = kernel;
    this.#most = Math.max(2, Math.floor((megabytes * 2 ** 20) / (8 * x.rows)));
    this.diagonal = Float64Array.from({ length: x.rows }, (_, i) => {
      const own = x.takeRows([i]);
      return kernel.between(own, own).data[0]!;
    });
    if (this.diagonal.some((value) => !Number.isFinite(value)))
      raise(new ValueError('SVM: the kernel overflows on these samples; scale them first, e.g. with StandardScaler'));
  }

  row(i: number): Float64Array {
    const found = this.#kept.get(i);
    if (found !== undefined) {
      this.#kept.delete(i);
      this.#kept.set(i, found);
      return found;
    }
    if (this.#kept.size >= this.#most) {
      const [oldest] = this.#kept.keys();
      this.#kept.delete(oldest!);
    }
    const row = this.#kernel.between(this.#x.takeRows([i]), this.#x).data;
    this.#kept.set(i, row);
    return row;
  }
}
