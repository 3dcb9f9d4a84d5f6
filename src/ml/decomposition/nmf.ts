/**
 * Non-negative matrix factorization: samples as sums of parts, nothing taken away.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { TransformerBase } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import { product, productTransposed, transposedProduct } from '../products.ts';
import type { Features, Transformer } from '../protocol.ts';
import { Random } from '../random.ts';
import { type ModelState, StateReader } from '../state.ts';
import { singularOf } from './spectral.ts';

export type NMFInit = 'nndsvd' | 'nndsvda' | 'random';

export interface NMFOptions {
  /** Default: as many as there are features. */
  readonly components?: number;
  /** From the singular vectors, with zeros as they are or filled with the mean; or random. Default `nndsvda`, `random` for more components than directions. */
  readonly init?: NMFInit;
  /** Stops when the change falls below this share of the first. Default 1e-4. */
  readonly tolerance?: number;
  /** Default 200. */
  readonly maxIterations?: number;
  /** α of α ‖·‖² on W (times features) and on H (times samples), and of the 1-norms. Default 0. */
  readonly alpha?: number;
  /** The share of the penalty that is a 1-norm. Default 0. */
  readonly l1Ratio?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * min ½ ‖X − W H‖² over W, H ≥ 0, by coordinate descent.
 * @see Lee and Seung 1999; Cichocki and Phan 2009; Boutsidis and Gallopoulos 2008 for the beginning
 * @example new NMF({ components: 1 }).fit([[1, 2], [2, 4]]).reconstructionError // 0, but for rounding
 */
export class NMF implements Transformer {
  readonly role = 'transformer';
  readonly components: number | undefined;
  readonly init: NMFInit | undefined;
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly alpha: number;
  readonly l1Ratio: number;
  readonly seed: number;

  constructor({
    components,
    init,
    tolerance = 1e-4,
    maxIterations = 200,
    alpha = 0,
    l1Ratio = 0,
    seed = 0,
  }: NMFOptions = {}) {
    if (components !== undefined) requireWhole('NMF', 'components', components, 1);
    if (init !== undefined) requireOneOf('NMF', 'init', init, ['nndsvd', 'nndsvda', 'random']);
    requireNumber('NMF', 'tolerance', tolerance, { low: 0 });
    requireWhole('NMF', 'maxIterations', maxIterations, 1);
    requireNumber('NMF', 'alpha', alpha, { low: 0 });
    requireNumber('NMF', 'l1Ratio', l1Ratio, { low: 0, high: 1 });
    requireWhole('NMF', 'seed', seed);
    this.components = components;
    this.init = init;
    this.tolerance = tolerance;
    this.maxIterations = maxIterations;
    this.alpha = alpha;
    this.l1Ratio = l1Ratio;
    this.seed = seed;
  }

  fit(x: Features): FittedNMF {
    return this.fitTransform(x)[0];
  }

  /** The model and W of the samples it was fitted on: what they were when the parts were last changed. */
  fitTransform(x: Features): readonly [FittedNMF, Tensor] {
    const op = 'NMF.fit';
    const samples = matrixOf(op, x);
    requireNonNegative(op, samples);
    const size = this.components ?? samples.columns;
    const isNarrow = size > Math.min(samples.rows, samples.columns);
    if (isNarrow && this.init !== undefined && this.init !== 'random') {
      raise(new ValueError(`${op}: ${this.init} has at most ${Math.min(samples.rows, samples.columns)} components, ${size} asked for: begin with 'random'`)); // prettier-ignore
    }
    const start = begin(op, samples, size, this.init ?? (isNarrow ? 'random' : 'nndsvda'), this.seed);
    const penalty = penaltyOf(this, samples);
    const { w, ht } = start;
    const xt = samples.transpose();
    let first = 0;
    let iterations = 0;
    while (iterations < this.maxIterations) {
      iterations++;
      let change = sweep(samples, w, ht, penalty.w);
      change += sweep(xt, ht, w, penalty.h);
      if (iterations === 1) first = change;
      if (first === 0 || change / first <= this.tolerance) break;
    }
    const parts = ht.transpose();
    const back = product(w, parts);
    let error = 0;
    for (let k = 0; k < back.data.length; k++) error += (samples.data[k]! - back.data[k]!) ** 2;
    const { tolerance, maxIterations } = this;
    const model = new FittedNMF(parts, Math.sqrt(error), iterations, {
      tolerance,
      maxIterations,
      l1: penalty.w.l1 / samples.columns,
      l2: penalty.w.l2 / samples.columns,
    });
    return [model, w.toTensor()];
  }
}

function requireNonNegative(op: string, x: Matrix): void {
  const bad = x.data.findIndex((value) => value < 0);
  if (bad < 0) return;
  const place = `row ${Math.floor(bad / x.columns)}, column ${bad % x.columns}`;
  raise(new ValueError(`${op}: X must be 0 or more, got ${x.data[bad]} at ${place}; MinMaxScaler makes it so`));
}

interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

function penaltyOf({ alpha, l1Ratio }: NMF, x: Matrix): { w: Penalty; h: Penalty } {
  const of = (scale: number) => ({ l1: scale * alpha * l1Ratio, l2: scale * alpha * (1 - l1Ratio) });
  return { w: of(x.columns), h: of(x.rows) };
}

/** One coordinate step for each entry of W, in place, with Hᵀ fixed. @returns how far the gradient was from 0. Hot. */
function sweep(x: Matrix, w: Matrix, ht: Matrix, { l1, l2 }: Penalty): number {
  const k = w.columns;
  const hessian = transposedProduct(ht, ht); // (k, k)
  const linear = product(x, ht); // (n, k)
  for (let t = 0; t < k; t++) hessian.data[t * k + t]! += l2;
  let violation = 0;
  for (let t = 0; t < k; t++) {
    const curvature = hessian.data[t * k + t]!;
    for (let i = 0; i < w.rows; i++) {
      let gradient = l1 - linear.data[i * k + t]!;
      for (let r = 0; r < k; r++) gradient += hessian.data[t * k + r]! * w.data[i * k + r]!;
      const old = w.data[i * k + t]!;
      violation += Math.abs(old === 0 ? Math.min(0, gradient) : gradient);
      if (curvature !== 0) w.data[i * k + t] = Math.max(old - gradient / curvature, 0);
    }
  }
  return violation;
}

/** The first W and Hᵀ. */
function begin(op: string, x: Matrix, size: number, init: NMFInit, seed: number): { w: Matrix; ht: Matrix } {
  const [w, ht] = [new Matrix(x.rows, size), new Matrix(x.columns, size)];
  const mean = x.data.reduce((a, b) => a + b, 0) / x.data.length;
  if (init === 'random') {
    const random = new Random(seed);
    const scale = Math.sqrt(mean / size);
    for (const part of [ht, w])
      for (let i = 0; i < part.data.length; i++) part.data[i] = scale * Math.abs(random.normal());
    return { w, ht };
  }
  const { u, s, vt } = singularOf(op, x);
  for (let t = 0; t < size; t++) {
    const [left, right] = [u.column(t), vt.row(t)];
    // The larger of the positive and the negative sides of both vectors; the first pair is all of one sign.
    const sides = [1, -1].map((sign) => {
      const cut = (value: number) => (t === 0 ? Math.abs(value) : Math.max(0, sign * value));
      const [a, b] = [left.map(cut), right.map(cut)];
      const norms = [Math.hypot(...a), Math.hypot(...b)] as const;
      return { a, b, norms, weight: norms[0] * norms[1] };
    });
    const { a, b, norms, weight } = sides[0]!.weight > sides[1]!.weight || t === 0 ? sides[0]! : sides[1]!;
    const scale = Math.sqrt(s[t]! * weight);
    for (let i = 0; i < x.rows; i++) w.data[i * size + t] = norms[0] > 0 ? (scale * a[i]!) / norms[0] : 0;
    for (let j = 0; j < x.columns; j++) ht.data[j * size + t] = norms[1] > 0 ? (scale * b[j]!) / norms[1] : 0;
  }
  const fill = init === 'nndsvda' ? mean : 0;
  for (const part of [w, ht]) {
    for (let i = 0; i < part.data.length; i++) {
      if (part.data[i]! < 1e-6) part.data[i] = 0;
      if (part.data[i] === 0) part.data[i] = fill;
    }
  }
  return { w, ht };
}

interface Solving extends Penalty {
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** @see NMF */
export class FittedNMF extends TransformerBase {
  readonly kind = 'NMF';
  readonly featuresIn: number;
  /** H: (components, features), 0 or more. */
  readonly components: Matrix;
  /** ‖X − W H‖ of the samples of the fit. */
  readonly reconstructionError: number;
  readonly iterations: number;
  readonly #solving: Solving;

  constructor(components: Matrix, reconstructionError: number, iterations: number, solving: Solving) {
    super();
    this.featuresIn = components.columns;
    this.components = components;
    this.reconstructionError = reconstructionError;
    this.iterations = iterations;
    this.#solving = solving;
  }

  /** W with H fixed; each sample on its own, until its own change is small. */
  override map(x: Matrix): Matrix {
    requireNonNegative('NMF.transform', x);
    const ht = this.components.transpose();
    const { tolerance, maxIterations, l1, l2 } = this.#solving;
    const penalty = { l1: l1 * x.columns, l2: l2 * x.columns };
    const w = new Matrix(x.rows, ht.columns);
    for (let i = 0; i < x.rows; i++) {
      const sample = new Matrix(1, x.columns, x.data.slice(i * x.columns, (i + 1) * x.columns));
      const own = new Matrix(1, ht.columns);
      let first = 0;
      for (let iteration = 0; iteration < maxIterations; iteration++) {
        const change = sweep(sample, own, ht, penalty);
        if (iteration === 0) first = change;
        if (first === 0 || change / first <= tolerance) break;
      }
      w.row(i).set(own.data);
    }
    return w;
  }

  /** W H. @param z (n, components) */
  inverse(z: Features): Tensor {
    const scores = matrixOf('NMF.inverse', z, { columns: this.components.rows, name: 'Z' });
    return productTransposed(scores, this.components.transpose()).toTensor();
  }

  toState(): ModelState {
    const { kind, components, reconstructionError, iterations } = this;
    return { kind, fields: { reconstructionError, iterations, ...this.#solving }, arrays: { components } };
  }

  static fromState(state: ModelState): FittedNMF {
    const read = new StateReader(state, 'NMF');
    return new FittedNMF(read.matrix('components'), read.number('reconstructionError'), read.whole('iterations'), {
      tolerance: read.number('tolerance'),
      maxIterations: read.whole('maxIterations', 1),
      l1: read.number('l1'),
      l2: read.number('l2'),
    });
  }
}
