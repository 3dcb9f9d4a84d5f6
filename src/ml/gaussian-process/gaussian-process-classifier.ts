/**
 * Gaussian process classification: a process through the logistic function, by Laplace's approximation; of several classes, one
 * process against the rest for each.
 */
import { FormatError, LinAlgError, raise } from '../../base/errors.ts';
import { choleskyFactor, choleskySolve, forwardSolve, triangleInverse } from '../cholesky.ts';
import { ProbabilisticBase } from '../fitted.ts';
import { requireClasses } from '../labels.ts';
import { Matrix } from '../matrix.ts';
import { requireWhole } from '../options.ts';
import { product, transposedProduct } from '../products.ts';
import type { Features, FitOptions, Label, Labels, ProbabilisticClassifier } from '../protocol.ts';
import { erfc, sigmoid, softplus } from '../special.ts';
import { type ModelState, StateReader } from '../state.ts';
import { classTraining } from '../training.ts';
import { covariance, slopes, variances } from './covariance.ts';
import { refuseWeights } from './gaussian-process-regressor.ts';
import { ConstantKernel, CovarianceKernel, formState, kernelFrom, RBF } from './kernels.ts';
import { type Evidence, tune } from './tune.ts';

export interface GaussianProcessClassifierOptions {
  /** Where it starts, with the bounds that it is tuned within. Default: a fixed RBF of scale 1. */
  readonly kernel?: CovarianceKernel | undefined;
  /** Choose the parameters of the kernel by the marginal likelihood. Default true. */
  readonly optimize?: boolean | undefined;
  /** How often that starts again from parameters drawn between their bounds. Default 0. */
  readonly restarts?: number | undefined;
  /** The most Newton steps to the mode. Default 100. */
  readonly maxIterations?: number | undefined;
  /** For the restarts. Default 0. */
  readonly seed?: number | undefined;
}

/** Σ cₖ Φ-like steps that add up to the logistic function. (Williams and Barber 1998, appendix A.) */
const WIDTHS = [0.41, 0.4, 0.37, 0.44, 0.39];
const HEIGHTS = [-1854.8214151, 3516.89893646, 221.29346712, 128.12323805, -2010.49422654];

/** The mode of the latent values given targets, and what the likelihood is there. */
interface Mode {
  /** y − π: what each sample pulls with. */
  readonly pull: Float64Array<ArrayBuffer>;
  /** √(π (1 − π)) */
  readonly roots: Float64Array<ArrayBuffer>;
  /** Of I + W^½ K W^½. */
  readonly factor: Matrix;
  readonly a: Float64Array<ArrayBuffer>;
  readonly probabilities: Float64Array<ArrayBuffer>;
  readonly evidence: number;
}

/** Newton's method. @param targets 0 or 1 @see Rasmussen and Williams 2006, algorithm 3.1 */
function modeOf(k: Matrix, targets: Float64Array, maxIterations: number): Mode | undefined {
  const n = k.rows;
  let f = new Float64Array(n);
  let last = -Infinity;
  let found: Mode | undefined;
  for (let step = 0; step < maxIterations; step++) {
    const probabilities = f.map(sigmoid);
    const roots = probabilities.map((p) => Math.sqrt(p * (1 - p)));
    const b = new Matrix(n, n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) b.data[i * n + j] = roots[i]! * k.data[i * n + j]! * roots[j]!;
      b.data[i * n + i]! += 1;
    }
    const factor = choleskyFactor(b);
    if (factor === undefined) return found;
    const rhs = f.map((value, i) => roots[i]! ** 2 * value + targets[i]! - probabilities[i]!);
    const pushed = times(k, rhs).map((value, i) => roots[i]! * value);
    const inner = choleskySolve(factor, new Matrix(n, 1, pushed)).data;
    const a = rhs.map((value, i) => value - roots[i]! * inner[i]!);
    f = times(k, a);
    let evidence = 0;
    for (let i = 0; i < n; i++) {
      evidence -= 0.5 * a[i]! * f[i]! + softplus((1 - 2 * targets[i]!) * f[i]!) + Math.log(factor.data[i * n + i]!);
    }
    // As in scikit-learn, all but a and the evidence are of the step before.
    found = { pull: targets.map((y, i) => y - probabilities[i]!) as Float64Array<ArrayBuffer>, roots, factor, a, probabilities, evidence }; // prettier-ignore
    if (evidence - last < 1e-10) break;
    last = evidence;
  }
  return found;
}

function times(k: Matrix, v: Float64Array): Float64Array<ArrayBuffer> {
  const result = new Float64Array(k.rows);
  for (let i = 0; i < k.rows; i++) {
    let sum = 0;
    for (let j = 0; j < k.columns; j++) sum += k.data[i * k.columns + j]! * v[j]!;
    result[i] = sum;
  }
  return result;
}

/** @see Rasmussen and Williams 2006, algorithm 5.1 */
function slopesAt(kernel: CovarianceKernel, x: Matrix, k: Matrix, mode: Mode): number[] {
  const n = k.rows;
  const { pull, roots, factor, a, probabilities } = mode;
  const inverse = triangleInverse(factor);
  const half = scaledColumns(inverse, roots); // L⁻¹ W^½
  const r = transposedProduct(half, half); // W^½ B⁻¹ W^½
  const c = product(half, k);
  // How the evidence changes with the mode.
  const s2 = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let known = 0;
    for (let j = 0; j < n; j++) known += c.data[j * n + i]! ** 2;
    const p = probabilities[i]!;
    s2[i] = -0.5 * (k.data[i * n + i]! - known) * p * (1 - p) * (1 - 2 * p);
  }
  // s₂ᵀ (I − K R) dK pull, as one weight an element of dK.
  const back = times(r, times(k, s2));
  const weight = new Matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      weight.data[i * n + j] = 0.5 * (a[i]! * a[j]! - r.data[i * n + j]!) + (s2[i]! - back[i]!) * pull[j]!;
    }
  }
  return slopes(kernel.form, x, weight);
}

function scaledColumns(m: Matrix, scales: Float64Array): Matrix {
  return new Matrix(m.rows, m.columns, m.data.map((value, p) => value * scales[p % m.columns]!)); // prettier-ignore
}

/** One class against the others. */
class BinaryProcess {
  readonly kernel: CovarianceKernel;
  readonly targets: Float64Array<ArrayBuffer>;
  readonly evidence: number;
  readonly #x: Matrix;
  readonly #mode: Mode;

  constructor(kernel: CovarianceKernel, x: Matrix, targets: Float64Array<ArrayBuffer>, maxIterations: number) {
    const mode = modeOf(covariance(kernel.form, x), targets, maxIterations);
    if (mode === undefined) raise(new LinAlgError(`GaussianProcessClassifier.fit: the covariance of the ${x.rows} samples under ${kernel} is not finite`)); // prettier-ignore
    this.kernel = kernel;
    this.targets = targets;
    this.evidence = mode.evidence;
    this.#x = x;
    this.#mode = mode;
  }

  /** How likely each sample is of this class: the mean of the logistic function of its latent value. */
  probabilities(x: Matrix): Float64Array<ArrayBuffer> {
    const { pull, roots, factor } = this.#mode;
    const between = covariance(this.kernel.form, x, this.#x);
    const v = forwardSolve(factor, scaledColumns(between, roots).transpose());
    const variance = variances(this.kernel.form, x);
    for (let j = 0; j < v.rows; j++)
      for (let i = 0; i < v.columns; i++) variance[i]! -= v.data[j * v.columns + i]! ** 2;
    const mean = times(between, pull);
    return mean.map((f, i) => meanLogistic(f, Math.max(variance[i]!, Number.MIN_VALUE * 1e20)));
  }
}

/** The mean of 1 / (1 + e⁻ᶠ) for a normal f. */
function meanLogistic(mean: number, variance: number): number {
  const alpha = 1 / (2 * variance);
  let sum = 0.5;
  WIDTHS.forEach((width, k) => {
    const step = width * mean * Math.sqrt(alpha / (alpha + width * width));
    sum += (HEIGHTS[k]! * (step < 0 ? erfc(-step) - 1 : 1 - erfc(step))) / 2;
  });
  // Of the five steps about 2e-4 is missing in height; half of that is at both ends.
  sum += 0.5 * (HEIGHTS.reduce((a, b) => a + b, 0) - 1);
  return Math.min(1, Math.max(0, sum));
}

/**
 * A process for the log odds of each class, its posterior taken to be normal about its mode, and the logistic function averaged
 * over that. Takes O(n³) time for n samples, for each class.
 * @see Rasmussen and Williams 2006, section 3.4
 * @example new GaussianProcessClassifier({ kernel: new ConstantKernel(1).times(new RBF(1)) }).fit(X, y).predictProba(Z)
 */
export class GaussianProcessClassifier implements ProbabilisticClassifier {
  readonly role = 'classifier';
  readonly kernel: CovarianceKernel;
  readonly optimize: boolean;
  readonly restarts: number;
  readonly maxIterations: number;
  readonly seed: number;

  constructor({
    kernel = new ConstantKernel(1, { bounds: 'fixed' }).times(new RBF(1, { bounds: 'fixed' })),
    optimize = true,
    restarts = 0,
    maxIterations = 100,
    seed = 0,
  }: GaussianProcessClassifierOptions = {}) {
    const owner = 'GaussianProcessClassifier';
    requireWhole(owner, 'restarts', restarts);
    requireWhole(owner, 'maxIterations', maxIterations, 1);
    requireWhole(owner, 'seed', seed);
    this.kernel = kernel;
    this.optimize = optimize;
    this.restarts = restarts;
    this.maxIterations = maxIterations;
    this.seed = seed;
  }

  fit<L extends Label = number>(
    x: Features,
    y: Labels<L>,
    options: FitOptions = {},
  ): FittedGaussianProcessClassifier<L> {
    const op = 'GaussianProcessClassifier.fit';
    refuseWeights(op, options);
    const training = classTraining(op, x, y, {});
    const { classes, codes } = training.y;
    requireClasses(op, classes);
    const processes = (classes.length === 2 ? [1] : Array.from(classes.keys())).map((own) => {
      const targets = Float64Array.from(codes, (code) => (code === own ? 1 : 0));
      const evidence: Evidence = (kernel) => {
        const k = covariance(kernel.form, training.x);
        const mode = modeOf(k, targets, this.maxIterations);
        return mode && { value: mode.evidence, slopes: slopesAt(kernel, training.x, k, mode) };
      };
      return this.optimize ? tune(this.kernel, evidence, this.restarts, this.seed) : this.kernel;
    });
    return new FittedGaussianProcessClassifier(classes, codes, training.x, processes, this.maxIterations);
  }
}

/** @see GaussianProcessClassifier */
export class FittedGaussianProcessClassifier<L extends Label = Label> extends ProbabilisticBase<L> {
  readonly kind = 'GaussianProcessClassifier';
  readonly featuresIn: number;
  readonly classes: readonly L[];
  /** With the parameters that were found: one of two classes, else one a class. */
  readonly kernels: readonly CovarianceKernel[];
  /** The log marginal likelihood, the mean over classes. */
  readonly logMarginalLikelihood: number;
  readonly #x: Matrix;
  readonly #codes: Int32Array<ArrayBuffer>;
  readonly #maxIterations: number;
  readonly #processes: readonly BinaryProcess[];

  constructor(
    classes: readonly L[],
    codes: Int32Array<ArrayBuffer>,
    x: Matrix,
    kernels: readonly CovarianceKernel[],
    maxIterations: number,
  ) {
    super();
    this.classes = classes;
    this.kernels = kernels;
    this.featuresIn = x.columns;
    this.#x = x;
    this.#codes = codes;
    this.#maxIterations = maxIterations;
    this.#processes = kernels.map((kernel, k) => {
      const own = kernels.length === 1 ? 1 : k;
      const targets = Float64Array.from(codes, (code) => (code === own ? 1 : 0));
      return new BinaryProcess(kernel, x, targets, maxIterations);
    });
    this.logMarginalLikelihood =
      this.#processes.reduce((sum, process) => sum + process.evidence, 0) / this.#processes.length;
  }

  override probabilities(x: Matrix): Matrix {
    const k = this.classes.length;
    const result = new Matrix(x.rows, k);
    if (k === 2) {
      this.#processes[0]!.probabilities(x).forEach((p, i) => {
        result.data[2 * i] = 1 - p;
        result.data[2 * i + 1] = p;
      });
      return result;
    }
    this.#processes.forEach((process, c) => {
      process.probabilities(x).forEach((p, i) => (result.data[i * k + c] = p));
    });
    for (let i = 0; i < x.rows; i++) {
      const row = result.row(i);
      const sum = row.reduce((a, b) => a + b, 0);
      for (let c = 0; c < k; c++) row[c] = sum > 0 ? row[c]! / sum : 1 / k;
    }
    return result;
  }

  toState(): ModelState {
    const { kind, classes, kernels } = this;
    const fields = { classes: [...classes], kernels: kernels.map(({ form }) => formState(form)), maxIterations: this.#maxIterations }; // prettier-ignore
    return { kind, fields, arrays: { x: this.#x, codes: { data: this.#codes, shape: [this.#codes.length] } } };
  }

  static fromState(state: ModelState): FittedGaussianProcessClassifier {
    const kind = 'GaussianProcessClassifier';
    const read = new StateReader(state, kind);
    const classes = read.labels('classes');
    const x = read.matrix('x');
    const codes = read.integers('codes', x.rows);
    const kernels = read.list('kernels').map(kernelFrom);
    const isWhole = x.rows > 0 && x.columns > 0 && codes.every((code) => code >= 0 && code < classes.length);
    if (!isWhole || kernels.length !== (classes.length === 2 ? 1 : classes.length))
      raise(new FormatError(`${kind}: the state has ${x.rows} samples, ${classes.length} classes and ${kernels.length} kernels, which do not belong together`)); // prettier-ignore
    return new FittedGaussianProcessClassifier(classes, codes, x, kernels, read.whole('maxIterations', 1));
  }
}
