/**
 * Independent component analysis: signals that were mixed, told apart by being far from normal.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { TransformerBase } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { columnMeans } from '../moments.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import { product, productTransposed, transposedProduct } from '../products.ts';
import type { Features, Transformer } from '../protocol.ts';
import { Random } from '../random.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { centered, fixSigns, singularOf } from './spectral.ts';

export type Contrast = 'logcosh' | 'exp' | 'cube';

export interface FastICAOptions {
  /** Default: all, min(samples, features). */
  readonly components?: number;
  /** The slope that measures distance from normal: tanh x, x exp(−x²/2) or x³. Default `logcosh`. */
  readonly contrast?: Contrast;
  /** Default 200. */
  readonly maxIterations?: number;
  /** Stops when no direction turns by more. Default 1e-4. */
  readonly tolerance?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Whitened samples are turned until their coordinates are as far from normal as they can be, all at once: W ← sym(E[g(W z) zᵀ] −
 * diag(E[g′(W z)]) W). Sources have variance 1; their order is by how much of the samples they make up, and in each the entry of
 * largest size in `mixing` is positive.
 * @see Hyvärinen and Oja 2000
 * @example new FastICA({ components: 2 }).fit([[1, 2], [2, 1], [4, 5], [3, 8], [9, 1]]).transform([[1, 2]])
 */
export class FastICA implements Transformer {
  readonly role = 'transformer';
  readonly components: number | undefined;
  readonly contrast: Contrast;
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly seed: number;

  constructor({
    components,
    contrast = 'logcosh',
    maxIterations = 200,
    tolerance = 1e-4,
    seed = 0,
  }: FastICAOptions = {}) {
    if (components !== undefined) requireWhole('FastICA', 'components', components, 1);
    requireOneOf('FastICA', 'contrast', contrast, ['logcosh', 'exp', 'cube']);
    requireWhole('FastICA', 'maxIterations', maxIterations, 1);
    requireNumber('FastICA', 'tolerance', tolerance, { low: 0 });
    requireWhole('FastICA', 'seed', seed);
    this.components = components;
    this.contrast = contrast;
    this.maxIterations = maxIterations;
    this.tolerance = tolerance;
    this.seed = seed;
  }

  fit(x: Features): FittedFastICA {
    const op = 'FastICA.fit';
    const samples = matrixOf(op, x, { minRows: 2 });
    const most = Math.min(samples.rows, samples.columns);
    if ((this.components ?? 1) > most) {
      raise(new ValueError(`${op}: ${this.components} components asked for, but X has ${most} directions`));
    }
    const { mean } = columnMeans(samples);
    const { u, s, vt } = singularOf(op, centered(samples, mean));
    // A direction without variance cannot be whitened.
    const rank = s.filter((value) => value > 1e-10 * s[0]!).length;
    if (rank === 0) raise(new ValueError(`${op}: the samples are all alike: there is nothing to tell apart`));
    const size = Math.min(this.components ?? most, rank);
    const root = Math.sqrt(samples.rows);
    const first = Array.from({ length: size }, (_, i) => i);
    const z = u.takeColumns(first); // (n, size), times √n of variance 1
    for (let i = 0; i < z.data.length; i++) z.data[i]! *= root;
    const { turn, iterations } = this.#turn(op, z);
    // Sources = W · whitening · (x − mean); the samples are `mixing` times those.
    const whitening = vt.takeRows(first);
    const unwhitening = vt.takeRows(first);
    first.forEach((t) => {
      whitening.row(t).forEach((value, j, row) => (row[j] = (value * root) / s[t]!));
      unwhitening.row(t).forEach((value, j, row) => (row[j] = (value * s[t]!) / root));
    });
    const mixing = product(turn, unwhitening); // (size, features): W is a rotation
    const signs = fixSigns(mixing);
    const components = product(turn, whitening);
    components.data.forEach((value, k, data) => (data[k] = value * signs[Math.floor(k / samples.columns)]!));
    const energy = first.map((t) => mixing.row(t).reduce((sum, value) => sum + value * value, 0));
    const order = first.slice().sort((a, b) => energy[b]! - energy[a]!);
    return new FittedFastICA(mean, components.takeRows(order), mixing.takeRows(order), iterations);
  }

  /** The rotation W (size, size). @param z whitened samples (n, size) */
  #turn(op: string, z: Matrix): { turn: Matrix; iterations: number } {
    const size = z.columns;
    const random = new Random(this.seed);
    const start = new Matrix(size, size);
    for (let i = 0; i < start.data.length; i++) start.data[i] = random.normal();
    let turn = decorrelated(op, start);
    for (let iterations = 1; ; iterations++) {
      const projected = productTransposed(z, turn); // (n, size)
      const slopes = new Float64Array(size);
      for (let k = 0; k < projected.data.length; k++) {
        const [g, slope] = contrastAt(this.contrast, projected.data[k]!);
        projected.data[k] = g;
        slopes[k % size]! += slope / z.rows;
      }
      const next = transposedProduct(projected, z); // (size, size)
      for (let k = 0; k < next.data.length; k++) {
        next.data[k] = next.data[k]! / z.rows - slopes[Math.floor(k / size)]! * turn.data[k]!;
      }
      const better = decorrelated(op, next);
      let change = 0;
      for (let t = 0; t < size; t++) {
        const cosine = better.row(t).reduce((sum, value, j) => sum + value * turn.at(t, j), 0);
        change = Math.max(change, Math.abs(Math.abs(cosine) - 1));
      }
      turn = better;
      if (change < this.tolerance || iterations >= this.maxIterations) return { turn, iterations };
    }
  }
}

/** The contrast's first and second slope. */
function contrastAt(contrast: Contrast, x: number): readonly [number, number] {
  switch (contrast) {
    case 'logcosh': {
      const t = Math.tanh(x);
      return [t, 1 - t * t];
    }
    case 'exp': {
      const bell = Math.exp((-x * x) / 2);
      return [x * bell, (1 - x * x) * bell];
    }
    case 'cube':
      return [x * x * x, 3 * x * x];
  }
}

/** (W Wᵀ)^−½ W: the nearest rotation. */
function decorrelated(op: string, w: Matrix): Matrix {
  const { u, vt } = singularOf(op, w);
  return product(u, vt);
}

/** @see FastICA */
export class FittedFastICA extends TransformerBase {
  readonly kind = 'FastICA';
  readonly featuresIn: number;
  readonly mean: Float64Array<ArrayBuffer>;
  /** (components, features): sources from centred samples. */
  readonly components: Matrix;
  /** (components, features): the share of each source in each feature. */
  readonly mixing: Matrix;
  readonly iterations: number;

  constructor(mean: Float64Array<ArrayBuffer>, components: Matrix, mixing: Matrix, iterations: number) {
    super();
    this.featuresIn = mean.length;
    this.mean = mean;
    this.components = components;
    this.mixing = mixing;
    this.iterations = iterations;
  }

  override map(x: Matrix): Matrix {
    return productTransposed(centered(x, this.mean), this.components);
  }

  /** Samples again from their sources. @param z (n, components) */
  inverse(z: Features): Tensor {
    const sources = matrixOf('FastICA.inverse', z, { columns: this.components.rows, name: 'Z' });
    const back = product(sources, this.mixing);
    for (let k = 0; k < back.data.length; k++) back.data[k]! += this.mean[k % back.columns]!;
    return back.toTensor();
  }

  toState(): ModelState {
    const { kind, mean, components, mixing, iterations } = this;
    return { kind, fields: { iterations }, arrays: { mean: vectorState(mean), components, mixing } };
  }

  static fromState(state: ModelState): FittedFastICA {
    const read = new StateReader(state, 'FastICA');
    const mean = read.vector('mean');
    const components = read.matrix('components', mean.length);
    return new FittedFastICA(mean, components, read.matrix('mixing', mean.length), read.whole('iterations'));
  }
}
