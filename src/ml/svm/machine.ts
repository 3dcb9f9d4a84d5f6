/**
 * What all support vector machines share: their options, and the fitted form, support vectors with their coefficients.
 */
import { Matrix } from '../matrix.ts';
import { requireNumber, requireWhole } from '../options.ts';
import { product } from '../products.ts';
import { type StateReader, vectorState } from '../state.ts';
import { Kernel, type KernelOptions, type KernelSettings, kernelSettings } from './kernels.ts';

export interface SolverOptions extends KernelOptions {
  /** How far from optimal is near enough. Default 1e-3. */
  readonly tol?: number | undefined;
  /** The most steps. Default: 10⁷ and more, by the number of samples. */
  readonly maxIter?: number | undefined;
}

export interface SVMOptions extends SolverOptions {
  /** What an error costs. Default 1. */
  readonly C?: number | undefined;
}

/** Solver options with their defaults. */
export interface SolverSettings extends KernelSettings {
  readonly tol: number;
  readonly maxIter: number | undefined;
}

export interface Settings extends SolverSettings {
  readonly C: number;
}

/** @throws ValueError for an option that makes no sense */
export function solverSettings(owner: string, options: SolverOptions): SolverSettings {
  const { tol = 1e-3, maxIter } = options;
  requireNumber(owner, 'tol', tol, { low: 0, open: true });
  if (maxIter !== undefined) requireWhole(owner, 'maxIter', maxIter, 1);
  return { ...kernelSettings(owner, options), tol, maxIter };
}

/** @throws ValueError for an option that makes no sense */
export function settingsOf(owner: string, options: SVMOptions): Settings {
  const { C = 1 } = options;
  requireNumber(owner, 'C', C, { low: 0, open: true });
  return { ...solverSettings(owner, options), C };
}

/** How many steps there may be for n samples. */
export function stepsFor({ maxIter }: SolverSettings, n: number): number {
  return maxIter ?? Math.max(10_000_000, 100 * n);
}

/** Support vectors, their coefficients for each decision (vectors, decisions), and what is taken off. */
export interface Machine {
  readonly kernel: Kernel;
  readonly vectors: Matrix;
  readonly coefficients: Matrix;
  readonly rho: Float64Array<ArrayBuffer>;
}

/** @internal Keeps the samples with a coefficient. */
export function machineOf(kernel: Kernel, x: Matrix, coefficients: Matrix, rho: Float64Array<ArrayBuffer>): Machine {
  const used = Array.from({ length: x.rows }, (_, i) => i).filter((i) => coefficients.row(i).some((c) => c !== 0));
  return { kernel, vectors: x.takeRows(used), coefficients: coefficients.takeRows(used), rho };
}

/** Σ y α K − ρ, (n, decisions), in blocks of samples. */
export function decide({ kernel, vectors, coefficients, rho }: Machine, x: Matrix): Matrix {
  const result = new Matrix(x.rows, rho.length);
  for (let start = 0; start < x.rows; start += 512) {
    const rows = Array.from({ length: Math.min(512, x.rows - start) }, (_, i) => start + i);
    if (vectors.rows > 0) {
      result.data.set(product(kernel.between(x.takeRows(rows), vectors), coefficients).data, start * rho.length);
    }
  }
  for (let p = 0; p < result.data.length; p++) result.data[p]! -= rho[p % rho.length]!;
  return result;
}

/** For the state of a model. */
export function machineState({ kernel, vectors, coefficients, rho }: Machine) {
  return { fields: kernel.fields(), arrays: { vectors, coefficients, rho: vectorState(rho) } };
}

/** From the state of a model. */
export function machineFrom(read: StateReader): Machine {
  const rho = read.vector('rho');
  return {
    kernel: Kernel.from(read),
    vectors: read.matrix('vectors'),
    coefficients: read.matrix('coefficients', rho.length),
    rho,
  };
}
