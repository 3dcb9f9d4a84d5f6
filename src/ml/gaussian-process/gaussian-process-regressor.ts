/**
 * Gaussian process regression: a distribution over functions, given that they pass near the samples.
 */
import { FormatError, LinAlgError, raise, ShapeError, ValueError } from '../../base/errors.ts';
import { tensor } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { choleskyFactor, choleskySolve, forwardSolve, triangleInverse } from '../cholesky.ts';
import { RegressorBase } from '../fitted.ts';
import { Matrix } from '../matrix.ts';
import { requireNumber, requireWhole } from '../options.ts';
import { transposedProduct } from '../products.ts';
import type { Features, FitOptions, Regressor, Targets } from '../protocol.ts';
import { Random } from '../random.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { asTargets } from '../targets.ts';
import { targetTraining } from '../training.ts';
import { covariance, slopes, variances } from './covariance.ts';
import { ConstantKernel, CovarianceKernel, formState, kernelFrom, RBF } from './kernels.ts';
import { type Evidence, tune } from './tune.ts';

export interface GaussianProcessRegressorOptions {
  /** Where it starts, with the bounds that it is tuned within. Default: a fixed RBF of scale 1. */
  readonly kernel?: CovarianceKernel | undefined;
  /** Variance of noise on the targets, added to the diagonal: one number, or one a sample. Default 1e-10. */
  readonly alpha?: number | readonly number[] | undefined;
  /** Choose the parameters of the kernel by the marginal likelihood. Default true. */
  readonly optimize?: boolean | undefined;
  /** How often that starts again from parameters drawn between their bounds. Default 0. */
  readonly restarts?: number | undefined;
  /** Bring targets to mean 0 and deviation 1 first. Default false: their mean is taken to be 0. */
  readonly normalizeY?: boolean | undefined;
  /** For the restarts. Default 0. */
  readonly seed?: number | undefined;
}

/** A Cholesky factor of K + diag(noise), and (K + noise)⁻¹ y. */
interface Solved {
  readonly factor: Matrix;
  readonly weights: Matrix;
}

function solve(kernel: CovarianceKernel, x: Matrix, y: Matrix, noise: Float64Array): Solved | undefined {
  const k = covariance(kernel.form, x);
  for (let i = 0; i < x.rows; i++) k.data[i * x.rows + i]! += noise[i]!;
  const factor = choleskyFactor(k);
  return factor && { factor, weights: choleskySolve(factor, y) };
}

/** −½ yᵀ K⁻¹ y − Σ log Lᵢᵢ − n/2 log 2π, summed over outputs. */
function evidenceOf({ factor, weights }: Solved, y: Matrix): number {
  const n = y.rows;
  let value = 0;
  for (let p = 0; p < y.data.length; p++) value -= 0.5 * y.data[p]! * weights.data[p]!;
  for (let i = 0; i < n; i++) value -= y.columns * Math.log(factor.data[i * n + i]!);
  return value - (y.columns * n * Math.log(2 * Math.PI)) / 2;
}

/** ½ (α αᵀ − K⁻¹), summed over outputs: what the derivatives of K are weighed with. */
function adjoint({ factor, weights }: Solved): Matrix {
  const n = factor.rows;
  const inverse = triangleInverse(factor);
  const result = transposedProduct(inverse, inverse);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let outer = 0;
      for (let c = 0; c < weights.columns; c++) outer += weights.at(i, c) * weights.at(j, c);
      result.data[i * n + j] = 0.5 * (outer - weights.columns * result.data[i * n + j]!);
    }
  }
  return result;
}

function evidenceUnder(kernel: CovarianceKernel, { x, y, noise }: Pick<Parts, 'x' | 'y' | 'noise'>) {
  const solved = solve(kernel, x, y, noise);
  return solved && { value: evidenceOf(solved, y), slopes: slopes(kernel.form, x, adjoint(solved)) };
}

/**
 * The process with covariance k, conditioned on the samples: mean k(x, X) (K + αI)⁻¹ y, and how sure that is. Takes O(n³) time
 * and O(n²) memory for n samples.
 * @throws LinAlgError from `fit` where samples are so alike that K is singular; a larger alpha helps
 * @see Rasmussen and Williams 2006, algorithm 2.1 and section 5.4.1
 * @example
 * const kernel = new ConstantKernel(1).times(new RBF(1)).plus(new WhiteKernel(0.1));
 * const model = new GaussianProcessRegressor({ kernel, restarts: 3 }).fit(X, y);
 * const { mean, std } = model.predictStd(Z);
 */
export class GaussianProcessRegressor implements Regressor {
  readonly role = 'regressor';
  readonly kernel: CovarianceKernel;
  readonly alpha: number | readonly number[];
  readonly optimize: boolean;
  readonly restarts: number;
  readonly normalizeY: boolean;
  readonly seed: number;

  constructor({
    kernel = new ConstantKernel(1, { bounds: 'fixed' }).times(new RBF(1, { bounds: 'fixed' })),
    alpha = 1e-10,
    optimize = true,
    restarts = 0,
    normalizeY = false,
    seed = 0,
  }: GaussianProcessRegressorOptions = {}) {
    const owner = 'GaussianProcessRegressor';
    for (const one of typeof alpha === 'number' ? [alpha] : alpha) requireNumber(owner, 'alpha', one, { low: 0 });
    requireWhole(owner, 'restarts', restarts);
    requireWhole(owner, 'seed', seed);
    this.kernel = kernel;
    this.alpha = alpha;
    this.optimize = optimize;
    this.restarts = restarts;
    this.normalizeY = normalizeY;
    this.seed = seed;
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedGaussianProcessRegressor {
    const op = 'GaussianProcessRegressor.fit';
    refuseWeights(op, options);
    const training = targetTraining(op, x, y, {});
    const { rows } = training.x;
    if (typeof this.alpha !== 'number' && this.alpha.length !== rows)
      raise(new ShapeError(`${op}: alpha has ${this.alpha.length} numbers, but X has ${rows} samples`));
    const noise = Float64Array.from({ length: rows }, (_, i) =>
      typeof this.alpha === 'number' ? this.alpha : this.alpha[i]!,
    );
    const scaled = this.normalizeY ? normalized(training.y) : plain(training.y);
    const evidence: Evidence = (kernel) => evidenceUnder(kernel, { x: training.x, y: scaled.y, noise });
    const kernel = this.optimize ? tune(this.kernel, evidence, this.restarts, this.seed) : this.kernel;
    return new FittedGaussianProcessRegressor({ kernel, x: training.x, noise, isVector: training.isVector, ...scaled });
  }
}

/** @throws ValueError where weights are given */
export function refuseWeights(op: string, { sampleWeight }: FitOptions): void {
  if (sampleWeight !== undefined)
    raise(new ValueError(`${op}: a Gaussian process has no sample weights; leave sampleWeight out`));
}

interface Scaled {
  readonly y: Matrix;
  /** By output. */
  readonly mean: Float64Array<ArrayBuffer>;
  readonly scale: Float64Array<ArrayBuffer>;
}

function plain(y: Matrix): Scaled {
  return { y, mean: new Float64Array(y.columns), scale: new Float64Array(y.columns).fill(1) };
}

function normalized(y: Matrix): Scaled {
  const mean = new Float64Array(y.columns);
  const scale = new Float64Array(y.columns);
  const result = new Matrix(y.rows, y.columns);
  for (let c = 0; c < y.columns; c++) {
    const column = y.column(c);
    mean[c] = column.reduce((a, b) => a + b, 0) / y.rows;
    const variance = column.reduce((sum, value) => sum + (value - mean[c]!) ** 2, 0) / y.rows;
    // Of constant targets only the mean is taken.
    scale[c] = variance > 0 ? Math.sqrt(variance) : 1;
    column.forEach((value, i) => (result.data[i * y.columns + c] = (value - mean[c]!) / scale[c]!));
  }
  return { y: result, mean, scale };
}

interface Parts extends Scaled {
  readonly kernel: CovarianceKernel;
  readonly x: Matrix;
  readonly noise: Float64Array<ArrayBuffer>;
  readonly isVector: boolean;
}

/** @see GaussianProcessRegressor */
export class FittedGaussianProcessRegressor extends RegressorBase {
  readonly kind = 'GaussianProcessRegressor';
  protected override readonly isVector: boolean;
  readonly featuresIn: number;
  /** With the parameters that were found. */
  readonly kernel: CovarianceKernel;
  /** The log marginal likelihood of the targets, scaled ones if they were. */
  readonly logMarginalLikelihood: number;
  readonly #parts: Parts;
  readonly #solved: Solved;

  constructor(parts: Parts) {
    super();
    const { kernel, x, y, noise, isVector } = parts;
    const solved = solve(kernel, x, y, noise);
    if (solved === undefined) {
      const largest = noise.reduce((a, b) => Math.max(a, b), 0);
      raise(new LinAlgError(`GaussianProcessRegressor.fit: the covariance of the ${x.rows} samples under ${kernel} is singular to rounding; give a larger alpha than ${largest}, or add a WhiteKernel`)); // prettier-ignore
    }
    this.#parts = parts;
    this.#solved = solved;
    this.kernel = kernel;
    this.featuresIn = x.columns;
    this.isVector = isVector;
    this.logMarginalLikelihood = evidenceOf(solved, y);
  }

  override estimate(x: Matrix): Matrix {
    return this.#mean(covariance(this.kernel.form, x, this.#parts.x));
  }

  /** @param between (queries, samples) */
  #mean(between: Matrix): Matrix {
    const { mean, scale } = this.#parts;
    const { weights } = this.#solved;
    const outputs = weights.columns;
    const result = new Matrix(between.rows, outputs);
    for (let i = 0; i < between.rows; i++) {
      for (let c = 0; c < outputs; c++) {
        let sum = 0;
        for (let j = 0; j < between.columns; j++) sum += between.data[i * between.columns + j]! * weights.data[j * outputs + c]!; // prettier-ignore
        result.data[i * outputs + c] = mean[c]! + scale[c]! * sum;
      }
    }
    return result;
  }

  /** Means and standard deviations, float64 (n,) or (n, outputs) each; with the noise of the kernel, without that of alpha. */
  predictStd(x: Features): { readonly mean: Tensor; readonly std: Tensor } {
    const queries = this.samples('predictStd', x);
    const between = covariance(this.kernel.form, queries, this.#parts.x);
    const v = forwardSolve(this.#solved.factor, between.transpose());
    const variance = variances(this.kernel.form, queries);
    for (let j = 0; j < v.rows; j++)
      for (let i = 0; i < v.columns; i++) variance[i]! -= v.data[j * v.columns + i]! ** 2;
    const { scale } = this.#parts;
    const std = new Matrix(queries.rows, scale.length);
    // Rounding may leave less than 0 where samples are.
    for (let i = 0; i < queries.rows; i++)
      for (let c = 0; c < scale.length; c++) std.data[i * scale.length + c] = scale[c]! * Math.sqrt(Math.max(0, variance[i]!)); // prettier-ignore
    return { mean: asTargets(this.#mean(between), this.isVector), std: asTargets(std, this.isVector) };
  }

  /** Means, and covariances between the samples asked for: float64 (n, n), or (outputs, n, n). */
  predictCov(x: Features): { readonly mean: Tensor; readonly cov: Tensor } {
    const { mean, cov } = this.#joint(this.samples('predictCov', x));
    const { scale } = this.#parts;
    const all = new Float64Array(scale.length * cov.data.length);
    scale.forEach((s, c) => cov.data.forEach((value, p) => (all[c * cov.data.length + p] = s * s * value)));
    const shape = this.isVector ? cov.shape : [scale.length, ...cov.shape];
    return { mean: asTargets(mean, this.isVector), cov: tensor(all, { shape }) };
  }

  /** Means, and covariances of scaled targets. */
  #joint(queries: Matrix): { readonly mean: Matrix; readonly cov: Matrix } {
    const between = covariance(this.kernel.form, queries, this.#parts.x);
    const v = forwardSolve(this.#solved.factor, between.transpose());
    const cov = covariance(this.kernel.form, queries);
    const known = transposedProduct(v, v);
    for (let p = 0; p < cov.data.length; p++) cov.data[p]! -= known.data[p]!;
    return { mean: this.#mean(between), cov };
  }

  /** Functions drawn from the process, at these samples: float64 (n, samples), or (n, outputs, samples). @param options.samples default 1 */
  sampleY(x: Features, { samples = 1, seed = 0 }: { readonly samples?: number; readonly seed?: number } = {}): Tensor {
    const op = `${this.kind}.sampleY`;
    requireWhole(op, 'samples', samples, 1);
    requireWhole(op, 'seed', seed);
    const queries = this.samples('sampleY', x);
    const { mean, cov } = this.#joint(queries);
    const { scale } = this.#parts;
    const n = queries.rows;
    const factor = halfOf(op, cov);
    const random = new Random(seed);
    const result = new Float64Array(n * scale.length * samples);
    for (let s = 0; s < samples; s++) {
      for (let c = 0; c < scale.length; c++) {
        const draws = Float64Array.from({ length: n }, () => random.normal());
        for (let i = 0; i < n; i++) {
          let sum = 0;
          for (let j = 0; j <= i; j++) sum += factor.data[i * n + j]! * draws[j]!;
          result[(i * scale.length + c) * samples + s] = mean.at(i, c) + scale[c]! * sum;
        }
      }
    }
    return tensor(result, { shape: this.isVector ? [n, samples] : [n, scale.length, samples] });
  }

  /** The log marginal likelihood under another kernel, and its derivatives by the logarithms of the free parameters; undefined where the covariance is singular. */
  likelihoodOf(kernel: CovarianceKernel): { readonly value: number; readonly slopes: readonly number[] } | undefined {
    return evidenceUnder(kernel, this.#parts);
  }

  toState(): ModelState {
    const { kind, kernel, isVector } = this;
    const { x, y, noise, mean, scale } = this.#parts;
    const arrays = { x, y, noise: vectorState(noise), mean: vectorState(mean), scale: vectorState(scale) };
    return { kind, fields: { kernel: formState(kernel.form), isVector }, arrays };
  }

  static fromState(state: ModelState): FittedGaussianProcessRegressor {
    const read = new StateReader(state, 'GaussianProcessRegressor');
    const x = read.matrix('x');
    const y = read.matrix('y');
    if (x.rows === 0 || x.columns === 0 || y.rows !== x.rows || y.columns === 0)
      raise(new FormatError(`GaussianProcessRegressor: the state has samples ${x.rows} x ${x.columns} and targets ${y.rows} x ${y.columns}`)); // prettier-ignore
    return new FittedGaussianProcessRegressor({
      kernel: kernelFrom(read.json('kernel')),
      x,
      y,
      noise: read.vector('noise', x.rows),
      mean: read.vector('mean', y.columns),
      scale: read.vector('scale', y.columns),
      isVector: read.flag('isVector'),
    });
  }
}

/** A lower triangle L with L Lᵀ = cov but for rounding: what is added to the diagonal grows until there is one. */
function halfOf(op: string, cov: Matrix): Matrix {
  const n = cov.rows;
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, cov.at(i, i));
  for (let jitter = 1e-12; jitter < 1e-3; jitter *= 10) {
    const padded = new Matrix(n, n, cov.data.slice());
    for (let i = 0; i < n; i++) padded.data[i * n + i]! += jitter * Math.max(largest, Number.MIN_VALUE * 1e20);
    const factor = choleskyFactor(padded);
    if (factor !== undefined) return factor;
  }
  return raise(new LinAlgError(`${op}: the covariance of the ${n} samples asked for is not positive definite`));
}
