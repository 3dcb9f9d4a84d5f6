/**
 * Principal components in the space of a kernel: curved directions in the samples' own.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { squaredDistance } from '../cluster/centers.ts';
import { TransformerBase } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { columnMeans } from '../moments.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import { productTransposed } from '../products.ts';
import type { Features, Transformer } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { eigenOf, fixSigns } from './spectral.ts';

export type PCAKernel = 'linear' | 'poly' | 'rbf' | 'sigmoid' | 'cosine';

const kernels: readonly PCAKernel[] = ['linear', 'poly', 'rbf', 'sigmoid', 'cosine'];

export interface KernelPCAOptions {
  /** Default: as many as have a variance. */
  readonly components?: number;
  /** x·y, (γ x·y + c)ᵈ, exp(−γ ‖x − y‖²), tanh(γ x·y + c), or the cosine. Default `linear`. */
  readonly kernel?: PCAKernel;
  /** γ. Default 1 / features. */
  readonly gamma?: number;
  /** d. Default 3. */
  readonly degree?: number;
  /** c. Default 1. */
  readonly coef0?: number;
}

interface Kernel {
  readonly kernel: PCAKernel;
  readonly gamma: number;
  readonly degree: number;
  readonly coef0: number;
}

/**
 * The eigenvectors of the centred kernel matrix; z = K v / √λ.
 * @see Schölkopf, Smola and Müller 1997
 * @example new KernelPCA({ components: 1, kernel: 'rbf' }).fit([[0], [1], [5]]).transform([[2]])
 */
export class KernelPCA implements Transformer {
  readonly role = 'transformer';
  readonly components: number | undefined;
  readonly kernel: PCAKernel;
  readonly gamma: number | undefined;
  readonly degree: number;
  readonly coef0: number;

  constructor({ components, kernel = 'linear', gamma, degree = 3, coef0 = 1 }: KernelPCAOptions = {}) {
    if (components !== undefined) requireWhole('KernelPCA', 'components', components, 1);
    requireOneOf('KernelPCA', 'kernel', kernel, kernels);
    if (gamma !== undefined) requireNumber('KernelPCA', 'gamma', gamma, { low: 0 });
    requireNumber('KernelPCA', 'degree', degree, { low: 0 });
    requireNumber('KernelPCA', 'coef0', coef0);
    this.components = components;
    this.kernel = kernel;
    this.gamma = gamma;
    this.degree = degree;
    this.coef0 = coef0;
  }

  fit(x: Features): FittedKernelPCA {
    const samples = matrixOf('KernelPCA.fit', x, { minRows: 2 });
    const n = samples.rows;
    const asked = this.components ?? n;
    if (asked > n) raise(new ValueError(`KernelPCA.fit: ${asked} components need as many samples, X has ${n}`));
    const { kernel, degree, coef0 } = this;
    const own: Kernel = { kernel, gamma: this.gamma ?? 1 / samples.columns, degree, coef0 };
    const matrix = kernelMatrix(samples, samples, own);
    const means = columnMeans(matrix).mean;
    const mean = means.reduce((a, b) => a + b, 0) / n;
    const { values, vectors } = eigenOf(centredKernel(matrix, means, mean));
    // What rounding leaves of 0 is no direction.
    const floor = 1e-12 * Math.max(0, values[0]!);
    const kept = Array.from({ length: asked }, (_, i) => i).filter((i) => values[i]! > floor);
    if (kept.length === 0) raise(new ValueError('KernelPCA.fit: the samples are all alike: there is no component'));
    const chosen = vectors.takeRows(kept);
    fixSigns(chosen);
    const eigenvalues = Float64Array.from(kept, (i) => values[i]!);
    return new FittedKernelPCA({ ...own, samples, means, mean, eigenvalues, eigenvectors: chosen });
  }
}

/** k(aᵢ, bⱼ): (n, m). */
function kernelMatrix(a: Matrix, b: Matrix, { kernel, gamma, degree, coef0 }: Kernel): Matrix {
  if (kernel === 'rbf') {
    const result = new Matrix(a.rows, b.rows);
    for (let i = 0; i < a.rows; i++) {
      for (let j = 0; j < b.rows; j++) result.data[i * b.rows + j] = Math.exp(-gamma * squaredDistance(a, i, b, j));
    }
    return result;
  }
  const products = kernel === 'cosine' ? productTransposed(unit(a), unit(b)) : productTransposed(a, b);
  const shape = (p: number) => {
    if (kernel === 'poly') return (gamma * p + coef0) ** degree;
    return kernel === 'sigmoid' ? Math.tanh(gamma * p + coef0) : p;
  };
  return new Matrix(a.rows, b.rows, products.data.map(shape));
}

/** Rows of length 1; a row of zeros stays. */
function unit(x: Matrix): Matrix {
  const result = new Matrix(x.rows, x.columns, x.data.slice());
  for (let i = 0; i < x.rows; i++) {
    const row = result.row(i);
    const length = Math.hypot(...row) || 1;
    for (let j = 0; j < row.length; j++) row[j]! /= length;
  }
  return result;
}

/** The kernel of samples whose mean, in its space, is 0. @param means of the columns of the fit's matrix @param mean of all of it */
function centredKernel(k: Matrix, means: Float64Array, mean: number): Matrix {
  const result = new Matrix(k.rows, k.columns);
  for (let i = 0; i < k.rows; i++) {
    const own = k.row(i).reduce((a, b) => a + b, 0) / k.columns;
    for (let j = 0; j < k.columns; j++) {
      result.data[i * k.columns + j] = k.data[i * k.columns + j]! - own - means[j]! + mean;
    }
  }
  return result;
}

interface Learned extends Kernel {
  readonly samples: Matrix;
  readonly means: Float64Array<ArrayBuffer>;
  readonly mean: number;
  readonly eigenvalues: Float64Array<ArrayBuffer>;
  readonly eigenvectors: Matrix;
}

/** @see KernelPCA */
export class FittedKernelPCA extends TransformerBase {
  readonly kind = 'KernelPCA';
  readonly featuresIn: number;
  /** Descending, above 0. */
  readonly eigenvalues: Float64Array<ArrayBuffer>;
  /** (components, samples): rows of length 1; the entry of largest size in each is positive. */
  readonly eigenvectors: Matrix;
  readonly #learned: Learned;

  constructor(learned: Learned) {
    super();
    this.#learned = learned;
    this.featuresIn = learned.samples.columns;
    this.eigenvalues = learned.eigenvalues;
    this.eigenvectors = learned.eigenvectors;
  }

  override map(x: Matrix): Matrix {
    const { samples, means, mean } = this.#learned;
    const z = productTransposed(centredKernel(kernelMatrix(x, samples, this.#learned), means, mean), this.eigenvectors);
    const roots = this.eigenvalues.map(Math.sqrt);
    for (let k = 0; k < z.data.length; k++) z.data[k]! /= roots[k % z.columns]!;
    return z;
  }

  toState(): ModelState {
    const { samples, means, mean, eigenvalues, eigenvectors, kernel, gamma, degree, coef0 } = this.#learned;
    return {
      kind: this.kind,
      fields: { kernel, gamma, degree, coef0, mean },
      arrays: { samples, means: vectorState(means), eigenvalues: vectorState(eigenvalues), eigenvectors },
    };
  }

  static fromState(state: ModelState): FittedKernelPCA {
    const read = new StateReader(state, 'KernelPCA');
    const samples = read.matrix('samples');
    const eigenvectors = read.matrix('eigenvectors', samples.rows);
    return new FittedKernelPCA({
      kernel: read.text('kernel', kernels),
      gamma: read.number('gamma'),
      degree: read.number('degree'),
      coef0: read.number('coef0'),
      mean: read.number('mean'),
      samples,
      means: read.vector('means', samples.rows),
      eigenvalues: read.vector('eigenvalues', eigenvectors.rows),
      eigenvectors,
    });
  }
}
