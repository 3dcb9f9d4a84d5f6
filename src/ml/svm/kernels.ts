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
    if (this.name === 'linear') return result;
    const [left, right] = [squaresOf(a), squaresOf(b)];
    for (let i = 0; i < a.rows; i++) {
      for (let j = 0, p = i * columns; j < columns; j++, p++)
        data[p] = this.of(data[p]!, left[i]! + right[j]! - 2 * data[p]!);
    }
    return result;
  }

  /** K from x·z and |x − z|². */
  of(product: number, distance: number): number {
    const { gamma, degree, coef0 } = this;
    switch (this.name) {
      case 'linear':
        return product;
      case 'rbf':
        return Math.exp(-gamma * Math.max(0, distance));
      case 'poly':
        return (gamma * product + coef0) ** degree;
      case 'sigmoid':
        return Math.tanh(gamma * product + coef0);
    }
  }

  /** K(xᵢ, x) for all samples. Hot: four sums, so that additions need not wait for each other. @param squares |x|² of each */
  row({ data, rows, columns }: Matrix, squares: Float64Array, i: number): Float64Array {
    const result = new Float64Array(rows);
    const own = i * columns;
    const end = columns & ~3;
    for (let t = 0; t < rows; t++) {
      const other = t * columns;
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let j = 0; j < end; j += 4) {
        a += data[own + j]! * data[other + j]!;
        b += data[own + j + 1]! * data[other + j + 1]!;
        c += data[own + j + 2]! * data[other + j + 2]!;
        d += data[own + j + 3]! * data[other + j + 3]!;
      }
      for (let j = end; j < columns; j++) a += data[own + j]! * data[other + j]!;
      const product = a + b + (c + d);
      result[t] = this.of(product, squares[i]! + squares[t]! - 2 * product);
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
  for (let i = 0, p = 0; i < x.rows; i++)
    for (let j = 0; j < x.columns; j++, p++) result[i]! += x.data[p]! * x.data[p]!;
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
  readonly #squares: Float64Array;
  readonly diagonal: Float64Array;

  /** @param megabytes for rows */
  constructor(x: Matrix, kernel: Kernel, megabytes = 200) {
    this.#x = x;
    this.#kernel = kernel;
    this.#most = Math.max(2, Math.floor((megabytes * 2 ** 20) / (8 * x.rows)));
    this.#squares = squaresOf(x);
    this.diagonal = this.#squares.map((square) => kernel.of(square, 0));
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
    const row = this.#kernel.row(this.#x, this.#squares, i);
    this.#kept.set(i, row);
    return row;
  }
}
