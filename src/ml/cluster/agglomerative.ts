/**
 * Agglomerative clustering: from single samples up, the two nearest groups merge.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import type { Clusterer, Features, FittedClusterer } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { requireSamples } from './centers.ts';
import { type Metric, metrics } from './distance.ts';
import { labelsAfter, type Linkage, type MergeTree, mergeTree } from './linkage.ts';

export interface AgglomerativeClusteringOptions {
  /** How many groups. Default 2, unless there is a threshold. */
  readonly clusters?: number;
  /** Instead: groups that are this far apart or further do not merge. */
  readonly distanceThreshold?: number;
  /** Default `ward`. */
  readonly linkage?: Linkage;
  /** Ward's is always Euclidean. Default `euclidean`. */
  readonly metric?: Metric;
}

/**
 * The model keeps the whole tree: `linkage()` is what a dendrogram draws, `cut` and `cutAt` give other numbers of groups.
 * @see Ward 1963; Müllner 2011
 * @example new AgglomerativeClustering({ clusters: 2 }).fit([[0], [1], [9], [10]]).labels // [0, 0, 1, 1]
 */
export class AgglomerativeClustering implements Clusterer {
  readonly role = 'clusterer';
  readonly clusters: number | undefined;
  readonly distanceThreshold: number | undefined;
  readonly linkage: Linkage;
  readonly metric: Metric;

  constructor({
    clusters,
    distanceThreshold,
    linkage = 'ward',
    metric = 'euclidean',
  }: AgglomerativeClusteringOptions = {}) {
    const owner = 'AgglomerativeClustering';
    if (clusters !== undefined) requireWhole(owner, 'clusters', clusters, 1);
    if (distanceThreshold !== undefined) requireNumber(owner, 'distanceThreshold', distanceThreshold, { low: 0 });
    if (clusters !== undefined && distanceThreshold !== undefined) {
      raise(new ValueError(`${owner}: give clusters or distanceThreshold, not both`));
    }
    requireOneOf(owner, 'linkage', linkage, ['ward', 'complete', 'average', 'single']);
    requireOneOf(owner, 'metric', metric, metrics);
    if (linkage === 'ward' && metric !== 'euclidean') {
      raise(new ValueError(`${owner}: ward needs the euclidean metric, got ${metric}`));
    }
    this.clusters = distanceThreshold === undefined ? (clusters ?? 2) : undefined;
    this.distanceThreshold = distanceThreshold;
    this.linkage = linkage;
    this.metric = metric;
  }

  fit(x: Features): FittedAgglomerativeClustering {
    const op = 'AgglomerativeClustering.fit';
    const samples = matrixOf(op, x, { minRows: 2 });
    requireSamples(op, samples.rows, this.clusters ?? 1);
    const tree = mergeTree(samples, this.linkage, this.metric);
    const threshold = this.distanceThreshold;
    const steps =
      this.clusters !== undefined ? samples.rows - this.clusters : tree.heights.filter((d) => d < threshold!).length;
    return new FittedAgglomerativeClustering(tree, labelsAfter(tree, steps), samples.columns);
  }
}

/** @see AgglomerativeClustering */
export class FittedAgglomerativeClustering implements FittedClusterer {
  readonly kind = 'AgglomerativeClustering';
  readonly featuresIn: number;
  /** Groups are numbered in the order in which they first come. */
  readonly labels: Int32Array<ArrayBuffer>;
  readonly tree: MergeTree;

  constructor(tree: MergeTree, labels: Int32Array<ArrayBuffer>, featuresIn: number) {
    this.tree = tree;
    this.labels = labels;
    this.featuresIn = featuresIn;
  }

  /** The labels of so many groups. */
  cut(clusters: number): Int32Array<ArrayBuffer> {
    requireWhole('AgglomerativeClustering.cut', 'clusters', clusters, 1, this.labels.length);
    return labelsAfter(this.tree, this.labels.length - clusters);
  }

  /** The labels where groups at this distance or further apart have not merged. */
  cutAt(distance: number): Int32Array<ArrayBuffer> {
    requireNumber('AgglomerativeClustering.cutAt', 'distance', distance, { low: 0 });
    return labelsAfter(this.tree, this.tree.heights.filter((height) => height < distance).length);
  }

  /** (n − 1, 4) as SciPy has it: the two groups, their distance, the samples in the new one, which is n + the row. */
  linkage(): Matrix {
    const { left, right, heights, sizes } = this.tree;
    const rows = Array.from(heights, (height, i) => [left[i]!, right[i]!, height, sizes[i]!]);
    return new Matrix(rows.length, 4, Float64Array.from(rows.flat()));
  }

  toState(): ModelState {
    const { left, right, heights, sizes } = this.tree;
    return {
      kind: this.kind,
      fields: { featuresIn: this.featuresIn },
      arrays: {
        labels: vectorState(this.labels),
        left: vectorState(left),
        right: vectorState(right),
        heights: vectorState(heights),
        sizes: vectorState(sizes),
      },
    };
  }

  static fromState(state: ModelState): FittedAgglomerativeClustering {
    const read = new StateReader(state, 'AgglomerativeClustering');
    const labels = read.integers('labels');
    const steps = labels.length - 1;
    const tree: MergeTree = {
      left: read.integers('left', steps),
      right: read.integers('right', steps),
      heights: read.vector('heights', steps),
      sizes: read.integers('sizes', steps),
    };
    for (let step = 0; step < steps; step++) {
      const [a, b] = [tree.left[step]!, tree.right[step]!];
      if (!(a >= 0 && b >= 0 && a < labels.length + step && b < labels.length + step)) {
        raise(new ShapeError(`AgglomerativeClustering: the state's merge ${step} names a group that is not there`));
      }
    }
    return new FittedAgglomerativeClustering(tree, labels, read.whole('featuresIn', 1));
  }
}
