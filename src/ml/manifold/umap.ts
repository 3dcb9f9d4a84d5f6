/**
 * UMAP: samples laid out in a few dimensions so that their fuzzy neighbourhoods stay what they are; new samples, too.
 */
import { FormatError, raise, ValueError } from '../../base/errors.ts';
import { generator } from '../../base/generator.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { TransformerBase } from '../fitted.ts';
import { count, Matrix, matrixOf } from '../matrix.ts';
import { distanceOf, type Metric } from '../neighbors/distances.ts';
import { NeighborSearch } from '../neighbors/nearest.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import type { Features, Transformer } from '../protocol.ts';
import { Random } from '../random.ts';
import { type ModelState, StateReader } from '../state.ts';
import { curveFor, fading, fuzzyUnion, memberships } from './fuzzy-set.ts';
import type { NeighborGraph } from './neighbor-graph.ts';
import { nearestOthers } from './affinities.ts';
import { spectralLayout } from './spectral-layout.ts';

type NamedMetric = Metric & string;

export interface UMAPOptions {
  /** Dimensions of the layout. Default 2. */
  readonly components?: number | undefined;
  /** How large a neighbourhood is, with the sample itself: few for detail, many for the whole. Default 15. */
  readonly neighbors?: number | undefined;
  /** How near points may come to each other. Default 0.1. */
  readonly minDist?: number | undefined;
  /** How far points lie apart. Default 1. */
  readonly spread?: number | undefined;
  /** Default `euclidean`. */
  readonly metric?: NamedMetric | undefined;
  /** Default: 500 for up to 10,000 samples, else 200. */
  readonly epochs?: number | undefined;
  /** Default 1. */
  readonly learningRate?: number | undefined;
  /** How many points push each point that is pulled. Default 5. */
  readonly negativeSamples?: number | undefined;
  /** Where points begin. Default `spectral`. */
  readonly init?: 'spectral' | 'random' | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
}

interface Settings {
  readonly neighbors: number;
  readonly metric: NamedMetric;
  readonly epochs: number | undefined;
  readonly learningRate: number;
  readonly negativeSamples: number;
  readonly seed: number;
  /** Of 1 / (1 + a d^(2b)). */
  readonly a: number;
  readonly b: number;
}

const METRICS: readonly NamedMetric[] = ['euclidean', 'manhattan', 'chebyshev'];

/**
 * Uniform manifold approximation and projection. The graph of nearest neighbours, each edge as strong as its fuzzy set says, is
 * laid out by stochastic gradient descent on the cross entropy: edges pull, points drawn by chance push. The same seed gives
 * the same layout. New samples are laid out among the old ones, which stay.
 * @throws ValueError from `fit` unless there are more samples than neighbours
 * @see McInnes, Healy and Melville 2018
 * @example const [model, layout] = new UMAP({ neighbors: 10 }).fitTransform(X); model.transform(Z)
 */
export class UMAP implements Transformer {
  readonly role = 'transformer';
  readonly components: number;
  readonly minDist: number;
  readonly spread: number;
  readonly init: 'spectral' | 'random';
  readonly settings: Settings;

  constructor({
    components = 2,
    neighbors = 15,
    minDist = 0.1,
    spread = 1,
    metric = 'euclidean',
    epochs,
    learningRate = 1,
    negativeSamples = 5,
    init = 'spectral',
    seed = 0,
  }: UMAPOptions = {}) {
    requireWhole('UMAP', 'components', components, 1);
    requireWhole('UMAP', 'neighbors', neighbors, 2);
    requireNumber('UMAP', 'spread', spread, { low: 0, open: true });
    requireNumber('UMAP', 'minDist', minDist, { low: 0, high: spread });
    requireOneOf('UMAP', 'metric', metric, METRICS);
    if (epochs !== undefined) requireWhole('UMAP', 'epochs', epochs, 1);
    requireNumber('UMAP', 'learningRate', learningRate, { low: 0, open: true });
    requireWhole('UMAP', 'negativeSamples', negativeSamples);
    requireOneOf('UMAP', 'init', init, ['spectral', 'random']);
    requireWhole('UMAP', 'seed', seed);
    this.components = components;
    this.minDist = minDist;
    this.spread = spread;
    this.init = init;
    const { a, b } = curveFor(minDist, spread);
    this.settings = { neighbors, metric, epochs, learningRate, negativeSamples, seed, a, b };
  }

  fit(x: Features): FittedUMAP {
    const samples = matrixOf('UMAP.fit', x, { minRows: 2 });
    const { settings, components } = this;
    const { neighbors, seed } = settings;
    if (samples.rows <= neighbors)
      raise(new ValueError(`UMAP.fit: neighbourhoods of ${neighbors} need more samples than that, got ${count(samples.rows, 'sample')}`)); // prettier-ignore
    const graph = fuzzyGraph(samples, settings);
    const y =
      this.init === 'spectral' ? spectralLayout(graph, components, seed) : chance(samples.rows, components, seed);
    stretch(y);
    const epochs = settings.epochs ?? (samples.rows <= 10_000 ? 500 : 200);
    optimize(y, y, edgesOf(graph, epochs), settings, epochs, settings.learningRate, generator(seed, 1));
    return new FittedUMAP(samples, y, settings);
  }

  /** The model, and the layout of the samples that it was fitted on, float64 (n, components). */
  fitTransform(x: Features): readonly [FittedUMAP, Tensor] {
    const model = this.fit(x);
    return [model, model.embedding];
  }
}

/** The fuzzy neighbourhoods of samples. */
export function fuzzyGraph(x: Matrix, { neighbors, metric }: Pick<Settings, 'neighbors' | 'metric'>): NeighborGraph {
  const k = neighbors - 1;
  const { ids, distances } = nearestOthers(x, k, metric);
  return fuzzyUnion(ids, memberships(distances, k, fading(distances, k)), k);
}

function chance(rows: number, columns: number, seed: number): Matrix {
  const random = new Random(seed);
  const y = new Matrix(rows, columns);
  for (let p = 0; p < y.data.length; p++) y.data[p] = 20 * random.uniform() - 10;
  return y;
}

/** Each axis from 0 to 10. */
function stretch(y: Matrix): void {
  for (let c = 0; c < y.columns; c++) {
    const column = y.column(c);
    const low = column.reduce((a, b) => Math.min(a, b), Infinity);
    const width = column.reduce((a, b) => Math.max(a, b), -Infinity) - low;
    for (let i = 0; i < y.rows; i++) y.data[i * y.columns + c] = width > 0 ? (10 * (column[i]! - low)) / width : 0;
  }
}

/** Edges between two layouts, and how many epochs pass from one use of each to the next. */
interface Edges {
  readonly heads: Int32Array;
  readonly tails: Int32Array;
  readonly periods: Float64Array;
}

/** The strongest edge is used in every epoch, others as often as they are strong; those too weak for one use are left out. */
function edgesOf({ starts, ids, values }: NeighborGraph, epochs: number): Edges {
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  const heads: number[] = [];
  const tails: number[] = [];
  const periods: number[] = [];
  for (let i = 0; i + 1 < starts.length; i++) {
    for (let p = starts[i]!; p < starts[i + 1]!; p++) {
      if (values[p]! < largest / epochs) continue;
      heads.push(i);
      tails.push(ids[p]!);
      periods.push(largest / values[p]!);
    }
  }
  return { heads: Int32Array.from(heads), tails: Int32Array.from(tails), periods: Float64Array.from(periods) };
}

/** Steps are not longer than this in any coordinate. */
const LONGEST = 4;

/**
 * Stochastic gradient descent. @param head points at the beginnings of edges, moved @param tail those at their ends, moved if
 * they are the same @param draw 32 random bits. Hot.
 */
function optimize(
  head: Matrix,
  tail: Matrix,
  { heads, tails, periods }: Edges,
  { a, b, negativeSamples }: Settings,
  epochs: number,
  learningRate: number,
  draw: () => number,
): void {
  const d = head.columns;
  const movesBoth = head === tail;
  const [from, to] = [head.data, tail.data];
  const next = periods.slice();
  const pushPeriods = periods.map((period) => period / negativeSamples);
  const nextPush = pushPeriods.slice();
  const scale = tail.rows / 2 ** 32;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = learningRate * (1 - epoch / epochs);
    for (let e = 0; e < heads.length; e++) {
      if (next[e]! > epoch) continue;
      const i = heads[e]! * d;
      const j = tails[e]! * d;
      let distance = 0;
      for (let c = 0; c < d; c++) distance += (from[i + c]! - to[j + c]!) ** 2;
      if (distance > 0) {
        const power = distance ** b;
        const slope = (-2 * a * b * power) / (distance * (1 + a * power));
        for (let c = 0; c < d; c++) {
          const step = rate * Math.min(LONGEST, Math.max(-LONGEST, slope * (from[i + c]! - to[j + c]!)));
          from[i + c]! += step;
          if (movesBoth) to[j + c]! -= step;
        }
      }
      next[e]! += periods[e]!;
      const pushes = Math.floor((epoch - nextPush[e]!) / pushPeriods[e]!);
      for (let s = 0; s < pushes; s++) {
        const k = Math.floor(draw() * scale) * d;
        if (movesBoth && k === i) continue;
        let apart = 0;
        for (let c = 0; c < d; c++) apart += (from[i + c]! - to[k + c]!) ** 2;
        if (apart <= 0) continue;
        const slope = (2 * b) / ((0.001 + apart) * (1 + a * apart ** b));
        for (let c = 0; c < d; c++)
          from[i + c]! += rate * Math.min(LONGEST, Math.max(-LONGEST, slope * (from[i + c]! - to[k + c]!)));
      }
      if (pushes > 0) nextPush[e]! += pushes * pushPeriods[e]!;
    }
  }
}

/** @see UMAP */
export class FittedUMAP extends TransformerBase {
  readonly kind = 'UMAP';
  readonly featuresIn: number;
  readonly settings: Settings;
  readonly #x: Matrix;
  readonly #y: Matrix;
  readonly #search: NeighborSearch;

  constructor(x: Matrix, y: Matrix, settings: Settings) {
    super();
    this.#x = x;
    this.#y = y;
    this.settings = settings;
    this.featuresIn = x.columns;
    const distance = distanceOf('UMAP', settings.metric);
    this.#search = new NeighborSearch(x, distance, settings.metric === 'euclidean', 'auto');
  }

  /** The layout of the samples that the model was fitted on, float64 (n, components). */
  get embedding(): Tensor {
    return this.#y.toTensor();
  }

  /** Each sample on its own: begun at the mean of its neighbours by their strength, then moved among points that stay. */
  override map(x: Matrix): Matrix {
    const { settings } = this;
    const { neighbors, seed } = settings;
    const old = this.#y;
    const d = old.columns;
    const epochs = settings.epochs === undefined ? (old.rows <= 10_000 ? 100 : 30) : Math.ceil(settings.epochs / 3);
    const { ids, distances } = this.#search.find(x, neighbors);
    const strengths = memberships(distances.data, neighbors, fading(distances.data, neighbors, true));
    const result = new Matrix(x.rows, d);
    for (let i = 0; i < x.rows; i++) {
      const own = { starts: Int32Array.of(0, neighbors), ids: ids.slice(i * neighbors, (i + 1) * neighbors), values: strengths.slice(i * neighbors, (i + 1) * neighbors) }; // prettier-ignore
      const point = new Matrix(1, d);
      const total = own.values.reduce((a, b) => a + b, 0);
      own.ids.forEach((j, p) => {
        for (let c = 0; c < d; c++) point.data[c]! += (own.values[p]! / total) * old.at(j, c);
      });
      // Where it is one of the old samples, it lies where that does.
      const same = own.ids.findIndex((_, p) => distances.data[i * neighbors + p] === 0);
      if (same >= 0) point.data.set(old.row(own.ids[same]!));
      else optimize(point, old, edgesOf(own, epochs), settings, epochs, settings.learningRate / 4, generator(seed, 2));
      result.data.set(point.data, i * d);
    }
    return result;
  }

  toState(): ModelState {
    const { kind, settings } = this;
    const fields = { ...settings, epochs: settings.epochs ?? null };
    return { kind, fields, arrays: { x: this.#x, y: this.#y } };
  }

  static fromState(state: ModelState): FittedUMAP {
    const read = new StateReader(state, 'UMAP');
    const x = read.matrix('x');
    const y = read.matrix('y');
    const neighbors = read.whole('neighbors', 2);
    if (y.rows !== x.rows || x.rows <= neighbors || x.columns === 0 || y.columns === 0)
      raise(new FormatError(`UMAP: the state has ${x.rows} samples and ${y.rows} points for neighbourhoods of ${neighbors}`)); // prettier-ignore
    return new FittedUMAP(x, y, {
      neighbors,
      metric: read.text<NamedMetric>('metric', METRICS),
      epochs: read.json('epochs') === null ? undefined : read.whole('epochs', 1),
      learningRate: read.number('learningRate'),
      negativeSamples: read.whole('negativeSamples'),
      seed: read.whole('seed'),
      a: read.number('a'),
      b: read.number('b'),
    });
  }
}
