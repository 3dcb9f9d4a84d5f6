/**
 * DBSCAN: groups are where samples lie close together, of any shape and number; what lies alone is noise.
 */
import { Matrix, matrixOf } from '../matrix.ts';
import { moments } from '../moments.ts';
import { requireNumber, requireOneOf } from '../options.ts';
import type { Clusterer, Features, FittedClusterer, FitOptions } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { weightsOf } from '../targets.ts';
import { distanceOf, type Metric, metrics } from './distance.ts';

export interface DBSCANOptions {
  /** How far apart neighbours may be, in the unit of the metric. Default 0.5. */
  readonly epsilon?: number;
  /** How many neighbours, itself included (or how much weight), make a sample the core of a group. Default 5. */
  readonly minSamples?: number;
  /** Default `euclidean`. */
  readonly metric?: Metric;
}

/**
 * Samples with enough neighbours are core samples; neighbouring core samples are of one group, and so are their neighbours. All
 * others are noise: label −1. A sample of weight 0 makes none the core of a group, but may be in one.
 * @see Ester, Kriegel, Sander and Xu 1996
 * @example new DBSCAN({ epsilon: 1, minSamples: 2 }).fit([[0], [1], [8], [9], [50]]).labels // [0, 0, 1, 1, -1]
 */
export class DBSCAN implements Clusterer {
  readonly role = 'clusterer';
  readonly epsilon: number;
  readonly minSamples: number;
  readonly metric: Metric;

  constructor({ epsilon = 0.5, minSamples = 5, metric = 'euclidean' }: DBSCANOptions = {}) {
    requireNumber('DBSCAN', 'epsilon', epsilon, { low: 0, open: true });
    requireNumber('DBSCAN', 'minSamples', minSamples, { low: 0, open: true });
    requireOneOf('DBSCAN', 'metric', metric, metrics);
    this.epsilon = epsilon;
    this.minSamples = minSamples;
    this.metric = metric;
  }

  fit(x: Features, { sampleWeight }: FitOptions = {}): FittedDBSCAN {
    const samples = matrixOf('DBSCAN.fit', x);
    const weights = weightsOf('DBSCAN.fit', sampleWeight, samples.rows);
    const neighbours = neighboursWithin(samples, this.epsilon, this.metric);
    const isCore = neighbours.map((near) => {
      if (weights === undefined) return near.length >= this.minSamples;
      return near.reduce((sum, i) => sum + weights[i]!, 0) >= this.minSamples;
    });
    const labels = new Int32Array(samples.rows).fill(-1);
    let group = 0;
    for (let start = 0; start < samples.rows; start++) {
      if (labels[start] !== -1 || !isCore[start]) continue;
      labels[start] = group;
      const reached = [start];
      for (let i = reached.pop(); i !== undefined; i = reached.pop()) {
        for (const j of neighbours[i]!) {
          if (labels[j] !== -1) continue;
          labels[j] = group;
          // Those at the border take in no one else.
          if (isCore[j]) reached.push(j);
        }
      }
      group++;
    }
    const core = Int32Array.from(isCore.keys()).filter((i) => isCore[i]!);
    return new FittedDBSCAN(labels, core, samples.columns);
  }
}

/**
 * For each sample, those within the distance, itself included. Samples are walked along the feature that varies most: for every
 * metric but the cosine no two are nearer than they are along one feature.
 */
function neighboursWithin(x: Matrix, epsilon: number, metric: Metric): number[][] {
  const distance = distanceOf(metric);
  const { variance } = moments(x);
  const axis = variance.reduce((best, value, j) => (value > variance[best]! ? j : best), 0);
  const along = x.column(axis);
  const order = Array.from(along.keys()).sort((a, b) => along[a]! - along[b]! || a - b);
  const reach = metric === 'cosine' ? Infinity : epsilon;
  const neighbours: number[][] = Array.from(order, (_, i) => [i]);
  order.forEach((i, at) => {
    for (let next = at + 1; next < order.length; next++) {
      const j = order[next]!;
      if (along[j]! - along[i]! > reach) break;
      if (distance(x, i, x, j) > epsilon) continue;
      neighbours[i]!.push(j);
      neighbours[j]!.push(i);
    }
  });
  return neighbours;
}

/** @see DBSCAN */
export class FittedDBSCAN implements FittedClusterer {
  readonly kind = 'DBSCAN';
  readonly featuresIn: number;
  /** −1 for noise. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** Which samples are core samples, ascending. */
  readonly core: Int32Array<ArrayBuffer>;

  constructor(labels: Int32Array<ArrayBuffer>, core: Int32Array<ArrayBuffer>, featuresIn: number) {
    this.labels = labels;
    this.core = core;
    this.featuresIn = featuresIn;
  }

  toState(): ModelState {
    const { kind, featuresIn, labels, core } = this;
    return { kind, fields: { featuresIn }, arrays: { labels: vectorState(labels), core: vectorState(core) } };
  }

  static fromState(state: ModelState): FittedDBSCAN {
    const read = new StateReader(state, 'DBSCAN');
    return new FittedDBSCAN(read.integers('labels'), read.integers('core'), read.whole('featuresIn', 1));
  }
}
