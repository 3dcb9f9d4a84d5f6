/**
 * k-means: groups around their means.
 */
import { tensor } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { centered } from '../decomposition/spectral.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { moments } from '../moments.ts';
import { requireNumber, requireWhole } from '../options.ts';
import type { Clusterer, Features, FittedClusterer, FitOptions } from '../protocol.ts';
import { Random } from '../random.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { sampleTraining } from '../training.ts';
import { Assigner, type CenterInit, firstCenters, requireSamples, squaredDistance } from './centers.ts';

export interface KMeansOptions {
  /** Default 8. */
  readonly clusters?: number;
  /** Default `k-means++`. */
  readonly init?: CenterInit;
  /** How often to begin anew; the best is kept. Default 10 for `random`, 1 otherwise. */
  readonly initializations?: number;
  /** Default 300. */
  readonly maxIterations?: number;
  /** Stops when the centres move by less than this share of the mean variance, squared and summed. Default 1e-4. */
  readonly tolerance?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * min Σᵢ wᵢ ‖xᵢ − c_{g(i)}‖² by Lloyd's iterations: each sample to its nearest centre, each centre to the mean of its samples. A centre
 * that loses all of its samples moves to the sample that is furthest from its own. Groups are numbered by the first feature of their
 * centres, so that the order does not hang on the draw.
 * @see Lloyd 1982; Arthur and Vassilvitskii 2007
 * @example new KMeans({ clusters: 2 }).fit([[0], [1], [9], [10]]).labels // [0, 0, 1, 1]
 */
export class KMeans implements Clusterer {
  readonly role = 'clusterer';
  readonly clusters: number;
  readonly init: CenterInit;
  readonly initializations: number;
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly seed: number;

  constructor({
    clusters = 8,
    init = 'k-means++',
    initializations = init === 'random' ? 10 : 1,
    maxIterations = 300,
    tolerance = 1e-4,
    seed = 0,
  }: KMeansOptions = {}) {
    requireWhole('KMeans', 'clusters', clusters, 1);
    requireWhole('KMeans', 'initializations', initializations, 1);
    requireWhole('KMeans', 'maxIterations', maxIterations, 1);
    requireNumber('KMeans', 'tolerance', tolerance, { low: 0 });
    requireWhole('KMeans', 'seed', seed);
    this.clusters = clusters;
    this.init = init;
    this.initializations = initializations;
    this.maxIterations = maxIterations;
    this.tolerance = tolerance;
    this.seed = seed;
  }

  fit(x: Features, options: FitOptions = {}): FittedKMeans {
    const op = 'KMeans.fit';
    const all = matrixOf(op, x);
    const { x: samples, weights } = sampleTraining(op, all, options);
    requireSamples(op, samples.rows, this.clusters);
    const { mean, variance } = moments(samples, weights);
    // Around the mean, products lose the fewest digits.
    const flat = centered(samples, mean);
    const tolerance = (this.tolerance * variance.reduce((a, b) => a + b, 0)) / samples.columns;
    const assigner = new Assigner(flat);
    const random = new Random(this.seed);
    let best: Lloyd | undefined;
    for (let run = 0; run < this.initializations; run++) {
      const start = firstCenters(op, flat, this.clusters, this.init, weights, mean, random);
      const result = lloyd(assigner, start, weights, this.maxIterations, tolerance);
      if (best === undefined || result.inertia < best.inertia) best = result;
    }
    const { centers, inertia, iterations } = best!;
    return FittedKMeans.of('KMeans', all, ordered(centers, mean, best!.labels), inertia, iterations);
  }
}

interface Lloyd {
  readonly centers: Matrix;
  readonly labels: Int32Array<ArrayBuffer>;
  readonly inertia: number;
  readonly iterations: number;
}

function lloyd(
  assigner: Assigner,
  start: Matrix,
  weights: Float64Array | undefined,
  maxIterations: number,
  tolerance: number,
): Lloyd {
  const { x } = assigner;
  const distances = new Float64Array(x.rows);
  let centers = start;
  let labels = assigner.nearest(centers);
  let iterations = 0;
  let isStrict = false;
  while (iterations < maxIterations) {
    iterations++;
    const next = means(x, labels, centers, weights);
    let shift = 0;
    for (let c = 0; c < centers.rows; c++) shift += squaredDistance(next, c, centers, c);
    centers = next;
    const before = labels;
    labels = assigner.nearest(centers);
    isStrict = labels.every((label, i) => label === before[i]);
    if (isStrict || shift <= tolerance) break;
  }
  // The groups are those of the last centres.
  for (let i = 0; i < x.rows; i++) distances[i] = squaredDistance(x, i, centers, labels[i]!);
  const inertia = distances.reduce((sum, distance, i) => sum + distance * (weights?.[i] ?? 1), 0);
  return { centers, labels, inertia, iterations };
}

/** The mean of each group; a group without samples takes the sample that is furthest from its centre. */
function means(x: Matrix, labels: Int32Array, centers: Matrix, weights: Float64Array | undefined): Matrix {
  const width = x.columns;
  const sums = new Matrix(centers.rows, width);
  const totals = new Float64Array(centers.rows);
  // Hot: once a sample and feature.
  for (let i = 0; i < x.rows; i++) {
    const label = labels[i]!;
    const w = weights === undefined ? 1 : weights[i]!;
    totals[label]! += w;
    for (let j = 0; j < width; j++) sums.data[label * width + j]! += w * x.data[i * width + j]!;
  }
  const empty = Array.from(totals.keys()).filter((c) => totals[c] === 0);
  if (empty.length > 0) {
    const distances = Float64Array.from(labels, (label, i) => squaredDistance(x, i, centers, label));
    const furthest = Array.from(distances.keys())
      .sort((a, b) => distances[b]! - distances[a]! || a - b)
      .slice(0, empty.length);
    empty.forEach((c, at) => {
      const i = furthest[at]!;
      const [w, from] = [weights?.[i] ?? 1, labels[i]!];
      // The only sample of a group stays where it is.
      if (totals[from]! <= w) {
        sums.row(c).set(x.row(i));
        totals[c] = 1;
        return;
      }
      for (let j = 0; j < width; j++) {
        const part = w * x.data[i * width + j]!;
        sums.data[from * width + j]! -= part;
        sums.data[c * width + j] = part;
      }
      totals[from]! -= w;
      totals[c] = w;
    });
  }
  for (let c = 0; c < centers.rows; c++) for (let j = 0; j < width; j++) sums.data[c * width + j]! /= totals[c]!;
  return sums;
}

/** Centres around 0 back to where the samples are, in ascending order; those without samples are left out. */
export function ordered(centers: Matrix, mean: Float64Array, labels: Int32Array): Matrix {
  const used = [...new Set(labels)];
  // Rounding in a constant feature decides nothing.
  const scale =
    1e-9 * centers.data.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE * 2 ** 52);
  used.sort((a, b) => {
    for (let j = 0; j < centers.columns; j++) {
      const difference = Math.round(centers.at(a, j) / scale) - Math.round(centers.at(b, j) / scale);
      if (difference !== 0) return difference;
    }
    return a - b;
  });
  const result = centers.takeRows(used);
  for (let k = 0; k < result.data.length; k++) result.data[k]! += mean[k % result.columns]!;
  return result;
}

/** What k-means has learned. @see KMeans @see MiniBatchKMeans */
export class FittedKMeans implements FittedClusterer {
  readonly kind: 'KMeans' | 'MiniBatchKMeans';
  readonly featuresIn: number;
  readonly labels: Int32Array<ArrayBuffer>;
  /** (clusters, features): as many as were asked for, unless there were fewer different samples. */
  readonly centers: Matrix;
  /** Σ wᵢ ‖xᵢ − c‖² over the samples of the fit. */
  readonly inertia: number;
  readonly iterations: number;

  constructor(
    kind: 'KMeans' | 'MiniBatchKMeans',
    labels: Int32Array<ArrayBuffer>,
    centers: Matrix,
    inertia: number,
    iterations: number,
  ) {
    this.kind = kind;
    this.featuresIn = centers.columns;
    this.labels = labels;
    this.centers = centers;
    this.inertia = inertia;
    this.iterations = iterations;
  }

  /** @internal With the labels of all samples, those of weight 0 too. */
  static of(
    kind: 'KMeans' | 'MiniBatchKMeans',
    x: Matrix,
    centers: Matrix,
    inertia: number,
    iterations: number,
  ): FittedKMeans {
    return new FittedKMeans(kind, nearestOf(x, centers), centers, inertia, iterations);
  }

  /** The group of the nearest centre. */
  predict(x: Features): Int32Array<ArrayBuffer> {
    return nearestOf(matrixOf(`${this.kind}.predict`, x, { columns: this.featuresIn }), this.centers);
  }

  /** The distance to each centre: float64 (n, clusters). */
  transform(x: Features): Tensor {
    const samples = matrixOf(`${this.kind}.transform`, x, { columns: this.featuresIn });
    const { centers } = this;
    const distances = new Float64Array(samples.rows * centers.rows);
    for (let i = 0; i < samples.rows; i++) {
      for (let c = 0; c < centers.rows; c++)
        distances[i * centers.rows + c] = Math.sqrt(squaredDistance(samples, i, centers, c));
    }
    return tensor(distances, { shape: [samples.rows, centers.rows] });
  }

  toState(): ModelState {
    const { kind, labels, centers, inertia, iterations } = this;
    return { kind, fields: { inertia, iterations }, arrays: { labels: vectorState(labels), centers } };
  }

  /** The reader of one of the kinds. */
  static ofKind(kind: 'KMeans' | 'MiniBatchKMeans'): { fromState(state: ModelState): FittedKMeans } {
    return {
      fromState(state) {
        const read = new StateReader(state, kind);
        const centers = read.matrix('centers');
        return new FittedKMeans(
          kind,
          read.integers('labels'),
          centers,
          read.number('inertia'),
          read.whole('iterations'),
        );
      },
    };
  }
}

/** By differences, so that far from 0 no digits are lost. */
function nearestOf(x: Matrix, centers: Matrix): Int32Array<ArrayBuffer> {
  const mean = moments(centers).mean;
  return new Assigner(centered(x, mean)).nearest(centered(centers, mean));
}
