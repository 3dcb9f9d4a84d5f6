/**
 * k-means in small batches of samples: much faster for many of them, and slightly worse.
 */
import { centered } from '../decomposition/spectral.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { moments } from '../moments.ts';
import { requireNumber, requireWhole } from '../options.ts';
import type { Clusterer, Features, FitOptions } from '../protocol.ts';
import { Random } from '../random.ts';
import { sampleTraining } from '../training.ts';
import { Assigner, type CenterInit, firstCenters, requireSamples, squaredDistance } from './centers.ts';
import { FittedKMeans, ordered } from './k-means.ts';

export interface MiniBatchKMeansOptions {
  /** Default 8. */
  readonly clusters?: number;
  /** Default `k-means++`. */
  readonly init?: CenterInit;
  /** How many beginnings are tried on a part of the samples; the best goes on. Default 3. */
  readonly initializations?: number;
  /** Passes over as many samples as there are. Default 100. */
  readonly maxIterations?: number;
  /** Samples a batch. Default 1024. */
  readonly batchSize?: number;
  /** Stops after so many batches in which the smoothed inertia has not fallen. Default 10. */
  readonly maxNoImprovement?: number;
  /** A centre with fewer than this share of the largest group's samples is drawn anew. Default 0.01. */
  readonly reassignmentRatio?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Each batch pulls its nearest centres by 1 / (the samples they have seen): c ← c + (Σ w (x − c)) / N.
 * @see Sculley 2010, Web-scale k-means clustering
 * @example new MiniBatchKMeans({ clusters: 2 }).fit([[0], [1], [9], [10]]).labels // [0, 0, 1, 1]
 */
export class MiniBatchKMeans implements Clusterer {
  readonly role = 'clusterer';
  readonly clusters: number;
  readonly init: CenterInit;
  readonly initializations: number;
  readonly maxIterations: number;
  readonly batchSize: number;
  readonly maxNoImprovement: number;
  readonly reassignmentRatio: number;
  readonly seed: number;

  constructor({
    clusters = 8,
    init = 'k-means++',
    initializations = 3,
    maxIterations = 100,
    batchSize = 1024,
    maxNoImprovement = 10,
    reassignmentRatio = 0.01,
    seed = 0,
  }: MiniBatchKMeansOptions = {}) {
    requireWhole('MiniBatchKMeans', 'clusters', clusters, 1);
    requireWhole('MiniBatchKMeans', 'initializations', initializations, 1);
    requireWhole('MiniBatchKMeans', 'maxIterations', maxIterations, 1);
    requireWhole('MiniBatchKMeans', 'batchSize', batchSize, 1);
    requireWhole('MiniBatchKMeans', 'maxNoImprovement', maxNoImprovement, 1);
    requireNumber('MiniBatchKMeans', 'reassignmentRatio', reassignmentRatio, { low: 0, high: 1 });
    requireWhole('MiniBatchKMeans', 'seed', seed);
    this.clusters = clusters;
    this.init = init;
    this.initializations = initializations;
    this.maxIterations = maxIterations;
    this.batchSize = batchSize;
    this.maxNoImprovement = maxNoImprovement;
    this.reassignmentRatio = reassignmentRatio;
    this.seed = seed;
  }

  fit(x: Features, options: FitOptions = {}): FittedKMeans {
    const op = 'MiniBatchKMeans.fit';
    const all = matrixOf(op, x);
    const { x: samples, weights } = sampleTraining(op, all, options);
    const { rows, columns } = samples;
    requireSamples(op, rows, this.clusters);
    const { mean } = moments(samples, weights);
    const flat = centered(samples, mean);
    const random = new Random(this.seed);
    const size = Math.min(rows, this.batchSize);
    let centers = this.#begin(op, flat, weights, mean, random);
    const counts = new Float64Array(this.clusters);
    const steps = Math.ceil((this.maxIterations * rows) / size);
    const smoothing = Math.min(1, (2 * size) / (rows + 1));
    let [smoothed, least, idle, seen] = [Number.NaN, Infinity, 0, 0];
    let step = 0;
    while (step < steps) {
      const picked =
        size === rows ? random.permutation(rows) : Int32Array.from({ length: size }, () => random.below(rows));
      const batch = flat.takeRows(picked);
      const batchWeights = weights && Float64Array.from(picked, (i) => weights[i]!);
      const distances = new Float64Array(size);
      const labels = new Assigner(batch).nearest(centers, distances);
      let inertia = 0;
      for (let i = 0; i < size; i++) inertia += distances[i]! * (batchWeights?.[i] ?? 1);
      inertia /= size;
      centers = new Matrix(this.clusters, columns, centers.data.slice());
      pull(centers, counts, batch, labels, batchWeights);
      seen += size;
      // Centres that hardly any sample chose are drawn anew, but not at every batch.
      if (seen >= 10 * this.clusters) {
        seen = 0;
        this.#reassign(centers, counts, batch, random);
      }
      step++;
      // The first batch is seen with centres that were drawn from it.
      if (step === 1) continue;
      smoothed = Number.isNaN(smoothed) ? inertia : smoothed * (1 - smoothing) + inertia * smoothing;
      if (smoothed < least) [least, idle] = [smoothed, 0];
      else if (++idle >= this.maxNoImprovement) break;
    }
    const distances = new Float64Array(rows);
    const labels = new Assigner(flat).nearest(centers, distances);
    const inertia = distances.reduce((sum, distance, i) => sum + distance * (weights?.[i] ?? 1), 0);
    return FittedKMeans.of('MiniBatchKMeans', all, ordered(centers, mean, labels), inertia, step);
  }

  /** The best of several beginnings, judged on a part of the samples. */
  #begin(op: string, x: Matrix, weights: Float64Array | undefined, mean: Float64Array, random: Random): Matrix {
    const size = Math.min(x.rows, Math.max(3 * this.batchSize, 3 * this.clusters));
    const isGiven = this.init !== 'k-means++' && this.init !== 'random';
    const part = () => (size === x.rows ? undefined : random.permutation(x.rows).subarray(0, size));
    const judged = part();
    const judge = new Assigner(judged === undefined ? x : x.takeRows(judged));
    let [best, least]: [Matrix | undefined, number] = [undefined, Infinity];
    for (let run = 0; run < (isGiven ? 1 : this.initializations); run++) {
      const drawn = part();
      const some = drawn === undefined ? x : x.takeRows(drawn);
      const own = drawn === undefined ? weights : weights && Float64Array.from(drawn, (i) => weights[i]!);
      const centers = firstCenters(op, some, this.clusters, this.init, own, mean, random);
      const distances = new Float64Array(judge.x.rows);
      judge.nearest(centers, distances);
      let inertia = 0;
      distances.forEach((distance, i) => {
        inertia += distance * (weights?.[judged?.[i] ?? i] ?? 1);
      });
      if (best === undefined || inertia < least) [best, least] = [centers, inertia];
    }
    return best!;
  }

  #reassign(centers: Matrix, counts: Float64Array, batch: Matrix, random: Random): void {
    const floor = this.reassignmentRatio * counts.reduce((a, b) => Math.max(a, b), 0);
    const rare = Array.from(counts.keys()).filter((c) => counts[c]! < floor || counts[c] === 0);
    if (rare.length === 0) return;
    const most = Math.floor(0.5 * batch.rows);
    rare.sort((a, b) => counts[a]! - counts[b]!);
    const replaced = new Set(rare.slice(0, most));
    const kept = Array.from(counts.keys()).filter((c) => !replaced.has(c));
    const fresh = random.permutation(batch.rows);
    const least = kept.reduce((a, c) => Math.min(a, counts[c]!), Infinity);
    let at = 0;
    for (const c of replaced) {
      // A new centre on top of another would stay empty.
      while (at < fresh.length - 1 && kept.some((k) => squaredDistance(batch, fresh[at]!, centers, k) === 0)) at++;
      centers.row(c).set(batch.row(fresh[at++ % fresh.length]!));
      // As heavy as the lightest that stays, so that it is not drawn anew at once.
      counts[c] = Number.isFinite(least) ? least : 1;
    }
  }
}

/** Moves centres and counts, in place, towards the samples that chose them. */
function pull(
  centers: Matrix,
  counts: Float64Array,
  batch: Matrix,
  labels: Int32Array,
  weights: Float64Array | undefined,
): void {
  const width = batch.columns;
  const sums = new Matrix(centers.rows, width);
  const totals = new Float64Array(centers.rows);
  for (let i = 0; i < batch.rows; i++) {
    const c = labels[i]!;
    const w = weights?.[i] ?? 1;
    totals[c]! += w;
    for (let j = 0; j < width; j++) sums.data[c * width + j]! += w * batch.data[i * width + j]!;
  }
  for (let c = 0; c < centers.rows; c++) {
    if (totals[c] === 0) continue;
    const all = counts[c]! + totals[c]!;
    for (let j = 0; j < width; j++) {
      centers.data[c * width + j] = (centers.data[c * width + j]! * counts[c]! + sums.data[c * width + j]!) / all;
    }
    counts[c] = all;
  }
}
