/**
 * Local outlier factor: an outlier lies where samples are thinner than around its neighbours.
 */
import { raise, ShapeError } from '../../base/errors.ts';
import { type Matrix, matrixOf } from '../matrix.ts';
import { distanceOf } from '../neighbors/distances.ts';
import { type Neighbors, NeighborSearch } from '../neighbors/nearest.ts';
import { requireWhole } from '../options.ts';
import type { Features, OutlierDetector } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { type Contamination, DetectorBase, requireContamination, thresholdOf } from './detector.ts';

export interface LocalOutlierFactorOptions {
  /** Default 20, or all others if there are fewer. */
  readonly neighbors?: number;
  /** Default `auto`: outliers are 1.5 times less dense than their neighbours. */
  readonly contamination?: Contamination;
}

/**
 * The density of a sample is 1 / (the mean over its neighbours of max(their distance, how far the neighbour's own k-th neighbour is));
 * the factor is the mean density of its neighbours over its own. The score is −factor: about −1 within a group.
 * `factors` are those of the samples of the fit, each without itself as a neighbour; `predict` and `decision` take every sample as a
 * new one (scikit-learn's `novelty`).
 * @see Breunig, Kriegel, Ng and Sander 2000
 * @example new LocalOutlierFactor({ neighbors: 2 }).fit([[0], [1], [2], [3], [50]]).outliers // [1, 1, 1, 1, -1]
 */
export class LocalOutlierFactor implements OutlierDetector {
  readonly role = 'outlierDetector';
  readonly neighbors: number;
  readonly contamination: Contamination;

  constructor({ neighbors = 20, contamination = 'auto' }: LocalOutlierFactorOptions = {}) {
    requireWhole('LocalOutlierFactor', 'neighbors', neighbors, 1);
    requireContamination('LocalOutlierFactor', contamination);
    this.neighbors = neighbors;
    this.contamination = contamination;
  }

  fit(x: Features): FittedLocalOutlierFactor {
    const samples = matrixOf('LocalOutlierFactor.fit', x, { minRows: 2 });
    const k = Math.min(this.neighbors, samples.rows - 1);
    const { ids, distances } = searchOf(samples).findOthers(k);
    const reach = Float64Array.from({ length: samples.rows }, (_, i) => distances.data[i * k + k - 1]!);
    const density = densities({ ids, distances }, reach);
    const scores = scoresOf(ids, density, density, k);
    const threshold = thresholdOf(this.contamination, scores, -1.5);
    return new FittedLocalOutlierFactor({ samples, reach, density, factors: scores.map((s) => -s), k, threshold });
  }
}

function searchOf(samples: Matrix): NeighborSearch {
  return new NeighborSearch(samples, distanceOf('LocalOutlierFactor', 'euclidean'), true, 'auto');
}

/** 1 / the mean reachable distance. @param reach how far each neighbour's k-th neighbour is */
function densities({ ids, distances }: Neighbors, reach: Float64Array): Float64Array<ArrayBuffer> {
  const k = distances.columns;
  const result = new Float64Array(distances.rows);
  for (let i = 0; i < result.length; i++) {
    let sum = 0;
    for (let m = 0; m < k; m++) sum += Math.max(distances.data[i * k + m]!, reach[ids[i * k + m]!]!);
    // Samples that are all alike have no distance at all.
    result[i] = 1 / (sum / k + 1e-10);
  }
  return result;
}

function scoresOf(indices: Int32Array, own: Float64Array, density: Float64Array, k: number): Float64Array<ArrayBuffer> {
  const result = new Float64Array(own.length);
  for (let i = 0; i < result.length; i++) {
    let sum = 0;
    for (let m = 0; m < k; m++) sum += density[indices[i * k + m]!]! / own[i]!;
    result[i] = -sum / k;
  }
  return result;
}

interface Learned {
  readonly samples: Matrix;
  readonly reach: Float64Array<ArrayBuffer>;
  readonly density: Float64Array<ArrayBuffer>;
  readonly factors: Float64Array<ArrayBuffer>;
  readonly k: number;
  readonly threshold: number;
}

/** @see LocalOutlierFactor */
export class FittedLocalOutlierFactor extends DetectorBase {
  readonly kind = 'LocalOutlierFactor';
  readonly featuresIn: number;
  readonly threshold: number;
  /** Of the samples of the fit: about 1 within a group, larger further out. */
  readonly factors: Float64Array<ArrayBuffer>;
  readonly #learned: Learned;

  constructor(learned: Learned) {
    super();
    this.#learned = learned;
    this.featuresIn = learned.samples.columns;
    this.threshold = learned.threshold;
    this.factors = learned.factors;
  }

  /** 1 or −1 for each sample of the fit. */
  get outliers(): Int32Array<ArrayBuffer> {
    return Int32Array.from(this.factors, (factor) => (-factor < this.threshold ? -1 : 1));
  }

  override scores(x: Matrix): Float64Array<ArrayBuffer> {
    const { samples, reach, density, k } = this.#learned;
    const found = searchOf(samples).find(x, k);
    return scoresOf(found.ids, densities(found, reach), density, k);
  }

  toState(): ModelState {
    const { samples, reach, density, factors, k, threshold } = this.#learned;
    return {
      kind: this.kind,
      fields: { k, threshold },
      arrays: { samples, reach: vectorState(reach), density: vectorState(density), factors: vectorState(factors) },
    };
  }

  static fromState(state: ModelState): FittedLocalOutlierFactor {
    const read = new StateReader(state, 'LocalOutlierFactor');
    const samples = read.matrix('samples');
    const n = samples.rows;
    const k = read.whole('k', 1);
    if (k > n) raise(new ShapeError(`LocalOutlierFactor: the state asks for ${k} neighbours of ${n} samples`));
    return new FittedLocalOutlierFactor({
      samples,
      reach: read.vector('reach', n),
      density: read.vector('density', n),
      factors: read.vector('factors', n),
      k,
      threshold: read.number('threshold'),
    });
  }
}
