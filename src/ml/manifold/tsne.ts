/**
 * t-SNE: samples laid out in two or three dimensions so that neighbours stay neighbours.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { PCA } from '../decomposition/pca.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import type { Features } from '../protocol.ts';
import { Random } from '../random.ts';
import { affinities } from './affinities.ts';
import type { NeighborGraph } from './neighbor-graph.ts';
import { SpaceTree } from './space-tree.ts';

export interface TSNEOptions {
  /** Dimensions of the layout. Default 2. */
  readonly components?: 2 | 3 | undefined;
  /** About how many neighbours each sample has; below the number of samples. Default 30. */
  readonly perplexity?: number | undefined;
  /** What affinities are multiplied by for the first 250 iterations. Default 12. */
  readonly earlyExaggeration?: number | undefined;
  /** Default `auto`: n / earlyExaggeration / 4, at least 50. (Belkina et al. 2019.) */
  readonly learningRate?: number | 'auto' | undefined;
  /** Default 1000. */
  readonly maxIterations?: number | undefined;
  /** Where points begin: at the first principal components, made small, or by chance. Default `pca`. */
  readonly init?: 'pca' | 'random' | undefined;
  /** How wide a group of points may seem to count as one; smaller is slower and more exact. Default 0.5. */
  readonly angle?: number | undefined;
  /** Stop when no component of the mean gradient is larger. Default 1e-7. */
  readonly minGradient?: number | undefined;
  /** For the start. Default 0. */
  readonly seed?: number | undefined;
}

const EARLY = 250;

/** How often it is looked at whether there is progress, and how long there may be none. */
const LOOK = 50;
const PATIENCE = 300;

/** What t-SNE came to. There is no map for new samples: it finds places, not a function. */
export interface FittedTSNE {
  /** float64 (n, components). */
  readonly embedding: Tensor;
  /** Σ pᵢⱼ log(pᵢⱼ / qᵢⱼ) at the end. */
  readonly klDivergence: number;
  readonly iterations: number;
}

/**
 * Barnes and Hut's approximation of t-SNE: gradient descent, with momentum and a gain for each coordinate, on the divergence
 * between affinities of the samples (normal, of a given perplexity) and of the points (Student's t). O(n log n) an iteration.
 * It has no role in pipelines, because new samples cannot be laid out.
 * @see van der Maaten and Hinton 2008; van der Maaten 2014
 * @throws ValueError from `fit` unless the perplexity is below the number of samples
 * @example const { embedding } = new TSNE({ perplexity: 20 }).fit(digits().data); // (1797, 2)
 */
export class TSNE {
  readonly components: 2 | 3;
  readonly perplexity: number;
  readonly earlyExaggeration: number;
  readonly learningRate: number | 'auto';
  readonly maxIterations: number;
  readonly init: 'pca' | 'random';
  readonly angle: number;
  readonly minGradient: number;
  readonly seed: number;

  constructor({
    components = 2,
    perplexity = 30,
    earlyExaggeration = 12,
    learningRate = 'auto',
    maxIterations = 1000,
    init = 'pca',
    angle = 0.5,
    minGradient = 1e-7,
    seed = 0,
  }: TSNEOptions = {}) {
    requireOneOf('TSNE', 'components', components, [2, 3]);
    requireNumber('TSNE', 'perplexity', perplexity, { low: 1 });
    requireNumber('TSNE', 'earlyExaggeration', earlyExaggeration, { low: 1 });
    if (learningRate !== 'auto') requireNumber('TSNE', 'learningRate', learningRate, { low: 0, open: true });
    requireWhole('TSNE', 'maxIterations', maxIterations, EARLY);
    requireOneOf('TSNE', 'init', init, ['pca', 'random']);
    requireNumber('TSNE', 'angle', angle, { low: 0, high: 1, open: true });
    requireNumber('TSNE', 'minGradient', minGradient, { low: 0 });
    requireWhole('TSNE', 'seed', seed);
    this.components = components;
    this.perplexity = perplexity;
    this.earlyExaggeration = earlyExaggeration;
    this.learningRate = learningRate;
    this.maxIterations = maxIterations;
    this.init = init;
    this.angle = angle;
    this.minGradient = minGradient;
    this.seed = seed;
  }

  /** @throws ShapeError, ValueError */
  fit(x: Features): FittedTSNE {
    const samples = matrixOf('TSNE.fit', x, { minRows: 2 });
    if (this.perplexity >= samples.rows)
      raise(new ValueError(`TSNE.fit: perplexity must be below the number of samples, got ${this.perplexity} for ${samples.rows}`)); // prettier-ignore
    const descent = new Descent(affinities(samples, this.perplexity), this.#start(samples), this.angle);
    const rate =
      this.learningRate === 'auto' ? Math.max(samples.rows / this.earlyExaggeration / 4, 50) : this.learningRate;
    let best = Infinity;
    let bestAt = 0;
    let iteration = 0;
    for (; iteration < this.maxIterations; iteration++) {
      const isEarly = iteration < EARLY;
      if (iteration === EARLY) [best, bestAt] = [Infinity, iteration];
      const looks = (iteration + 1) % LOOK === 0;
      const exaggeration = isEarly ? this.earlyExaggeration : 1;
      const { gradient, divergence } = descent.step(exaggeration, isEarly ? 0.5 : 0.8, rate, looks);
      if (!looks) continue;
      if (divergence < best) [best, bestAt] = [divergence, iteration];
      if ((iteration - bestAt > PATIENCE || gradient <= this.minGradient) && !isEarly) break;
    }
    return {
      embedding: descent.y.toTensor(),
      klDivergence: descent.divergence(),
      iterations: Math.min(iteration + 1, this.maxIterations),
    };
  }

  /** Points about the middle, with a deviation of 1e-4. */
  #start(x: Matrix): Matrix {
    const { components } = this;
    const random = new Random(this.seed);
    const y = new Matrix(x.rows, components);
    if (this.init === 'random') {
      for (let p = 0; p < y.data.length; p++) y.data[p] = 1e-4 * random.normal();
      return y;
    }
    if (components > Math.min(x.rows, x.columns))
      raise(new ShapeError(`TSNE.fit: init 'pca' needs at least ${components} features and samples, got ${x.columns} and ${x.rows}; use init: 'random'`)); // prettier-ignore
    const places = new PCA({ components, seed: this.seed }).fit(x).map(x);
    const first = places.column(0);
    const deviation = Math.sqrt(first.reduce((sum, value) => sum + value * value, 0) / x.rows);
    // Of equal samples all components are 0: then chance parts the points.
    for (let p = 0; p < y.data.length; p++)
      y.data[p] = 1e-4 * (deviation > 0 ? places.data[p]! / deviation : random.normal());
    return y;
  }
}

/** Points on their way down. */
class Descent {
  readonly y: Matrix;
  readonly #graph: NeighborGraph;
  readonly #tree: SpaceTree;
  readonly #angle: number;
  readonly #push: Float64Array;
  readonly #pull: Float64Array;
  readonly #speed: Float64Array;
  readonly #gains: Float64Array;

  constructor(graph: NeighborGraph, y: Matrix, angle: number) {
    this.y = y;
    this.#graph = graph;
    this.#angle = angle;
    this.#tree = new SpaceTree(y.rows, y.columns === 2 ? 2 : 3);
    this.#push = new Float64Array(y.data.length);
    this.#pull = new Float64Array(y.data.length);
    this.#speed = new Float64Array(y.data.length);
    this.#gains = new Float64Array(y.data.length).fill(1);
  }

  /** ∂KL/∂yᵢ = 4 Σⱼ (pᵢⱼ − qᵢⱼ) (yᵢ − yⱼ) / (1 + |yᵢ − yⱼ|²). @returns its length, and the divergence if asked for */
  step(
    exaggeration: number,
    momentum: number,
    rate: number,
    looks: boolean,
  ): { readonly gradient: number; readonly divergence: number } {
    const { data } = this.y;
    this.#tree.build(data);
    const total = this.#tree.push(data, this.#angle, this.#push);
    const divergence = this.#attract(looks ? total : undefined);
    const [push, pull, speed, gains] = [this.#push, this.#pull, this.#speed, this.#gains];
    let length = 0;
    for (let p = 0; p < data.length; p++) {
      const slope = 4 * (exaggeration * pull[p]! - push[p]! / total);
      length += slope * slope;
      // A coordinate that keeps its direction gets faster. (Jacobs 1988.)
      const gain = Math.max(0.01, slope * speed[p]! < 0 ? gains[p]! + 0.2 : gains[p]! * 0.8);
      gains[p] = gain;
      speed[p] = momentum * speed[p]! - rate * gain * slope;
      data[p]! += speed[p]!;
    }
    return { gradient: Math.sqrt(length), divergence };
  }

  /** The divergence of the points as they are. */
  divergence(): number {
    this.#tree.build(this.y.data);
    return this.#attract(this.#tree.push(this.y.data, this.#angle, this.#push));
  }

  /** Writes Σⱼ pᵢⱼ qᵢⱼ (yᵢ − yⱼ). @param total Σ q, where the divergence is asked for. Hot. */
  #attract(total: number | undefined): number {
    const { starts, ids, values } = this.#graph;
    const { data, rows, columns } = this.y;
    const pull = this.#pull;
    let divergence = 0;
    if (columns === 2 && total === undefined) {
      for (let i = 0; i < rows; i++) {
        const x0 = data[2 * i]!;
        const x1 = data[2 * i + 1]!;
        let f0 = 0;
        let f1 = 0;
        const end = starts[i + 1]!;
        for (let p = starts[i]!; p < end; p++) {
          const j = ids[p]!;
          const d0 = x0 - data[2 * j]!;
          const d1 = x1 - data[2 * j + 1]!;
          const weight = values[p]! / (1 + d0 * d0 + d1 * d1);
          f0 += weight * d0;
          f1 += weight * d1;
        }
        pull[2 * i] = f0;
        pull[2 * i + 1] = f1;
      }
      return 0;
    }
    pull.fill(0);
    for (let i = 0; i < rows; i++) {
      for (let p = starts[i]!; p < starts[i + 1]!; p++) {
        const j = ids[p]!;
        let distance = 0;
        for (let c = 0; c < columns; c++) distance += (data[i * columns + c]! - data[j * columns + c]!) ** 2;
        const q = 1 / (1 + distance);
        for (let c = 0; c < columns; c++)
          pull[i * columns + c]! += values[p]! * q * (data[i * columns + c]! - data[j * columns + c]!);
        if (total !== undefined) divergence += values[p]! * Math.log((values[p]! * total) / q);
      }
    }
    return divergence;
  }
}
