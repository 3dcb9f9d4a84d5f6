/**
 * Principal component analysis in batches: samples that do not fit into memory at once, or that keep coming.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { moments } from '../moments.ts';
import { requireWhole } from '../options.ts';
import type { Features, Transformer } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { FittedProjection, type Principal } from './projection.ts';
import { centered, fixSigns, singularOf } from './spectral.ts';

export interface IncrementalPCAOptions {
  /** How many. Default: min(samples of the first batch, features). */
  readonly components?: number;
  /** Divide each component by its deviation. Default false. */
  readonly whiten?: boolean;
  /** Samples in a batch of `fit`. Default 5 times the features. */
  readonly batchSize?: number;
}

/**
 * Each batch is factored together with the components so far, scaled by their singular values, and a row that corrects the mean.
 * The model's `partialFit` takes more samples and returns the next model.
 * @see Ross, Lim, Lin and Yang 2008, Incremental Learning for Robust Visual Tracking
 * @example const later = new IncrementalPCA({ components: 1 }).fit([[0, 0], [1, 1], [2, 2]]).partialFit([[3, 3], [4, 4]])
 */
export class IncrementalPCA implements Transformer {
  readonly role = 'transformer';
  readonly components: number | undefined;
  readonly whiten: boolean;
  readonly batchSize: number | undefined;

  constructor({ components, whiten = false, batchSize }: IncrementalPCAOptions = {}) {
    if (components !== undefined) requireWhole('IncrementalPCA', 'components', components, 1);
    if (batchSize !== undefined) requireWhole('IncrementalPCA', 'batchSize', batchSize, 2);
    this.components = components;
    this.whiten = whiten;
    this.batchSize = batchSize;
  }

  fit(x: Features): FittedIncrementalPCA {
    const samples = matrixOf('IncrementalPCA.fit', x, { minRows: 2 });
    let model: FittedIncrementalPCA | undefined;
    const size = this.batchSize ?? Math.max(2, 5 * samples.columns);
    for (const [from, to] of batches(samples.rows, size, this.components ?? 0)) {
      const batch = new Matrix(
        to - from,
        samples.columns,
        samples.data.slice(from * samples.columns, to * samples.columns),
      );
      model = update(model, batch, this.components, this.whiten);
    }
    return model ?? raise(new ValueError('bug: IncrementalPCA.fit: no batch'));
  }
}

/** Ranges of `size` rows; the last takes in what would be a batch of fewer than `least`. */
function batches(rows: number, size: number, least: number): (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  let from = 0;
  while (from + size + least <= rows) {
    ranges.push([from, from + size]);
    from += size;
  }
  if (from < rows) ranges.push([from, rows]);
  return ranges;
}

function update(
  before: FittedIncrementalPCA | undefined,
  batch: Matrix,
  asked: number | undefined,
  whiten: boolean,
): FittedIncrementalPCA {
  const { rows, columns } = batch;
  const size = before?.components.rows ?? asked ?? Math.min(rows, columns);
  if (before === undefined && size > Math.min(rows, columns)) {
    raise(
      new ValueError(
        `IncrementalPCA: ${size} components need at least as many features and samples in the first batch, got ${rows} samples of ${columns}`,
      ),
    );
  }
  const seen = before?.samplesSeen ?? 0;
  const total = seen + rows;
  const own = moments(batch);
  const mean = own.mean.map((m, j) => (seen * (before?.mean[j] ?? 0) + rows * m) / total);
  const variance = own.variance.map((v, j) => {
    const gap = before === undefined ? 0 : before.mean[j]! - own.mean[j]!;
    return (seen * (before?.variance[j] ?? 0) + rows * v + ((seen * rows) / total) * gap * gap) / total;
  });
  let stacked = centered(batch, own.mean);
  if (before !== undefined) {
    const rest = stacked;
    stacked = new Matrix(size + rows + 1, columns);
    before.components.data.forEach((value, k) => {
      stacked.data[k] = value * before.singularValues[Math.floor(k / columns)]!;
    });
    stacked.data.set(rest.data, size * columns);
    const weight = Math.sqrt((seen / total) * rows);
    for (let j = 0; j < columns; j++) {
      stacked.data[(size + rows) * columns + j] = weight * (before.mean[j]! - own.mean[j]!);
    }
  }
  const { s, vt } = singularOf('IncrementalPCA', stacked);
  fixSigns(vt);
  const whole = variance.reduce((sum, v) => sum + v * total, 0);
  const left = s.slice(size).map((value) => (value * value) / (total - 1));
  const singularValues = s.slice(0, size);
  const isComplete = size === rows || size === columns;
  return new FittedIncrementalPCA(
    {
      mean,
      components: vt.takeRows(Array.from({ length: size }, (_, i) => i)),
      explainedVariance: singularValues.map((value) => (value * value) / (total - 1)),
      explainedVarianceRatio: singularValues.map((value) => (whole > 0 ? (value * value) / whole : 0)),
      singularValues,
      noiseVariance: isComplete || left.length === 0 ? 0 : left.reduce((a, b) => a + b, 0) / left.length,
      whiten,
    },
    total,
    variance,
  );
}

/** @see IncrementalPCA */
export class FittedIncrementalPCA extends FittedProjection {
  readonly kind = 'IncrementalPCA';
  /** How many samples it has learned from. */
  readonly samplesSeen: number;
  /** Of each feature, over n. */
  readonly variance: Float64Array<ArrayBuffer>;

  constructor(principal: Principal, samplesSeen: number, variance: Float64Array<ArrayBuffer>) {
    super(principal);
    this.samplesSeen = samplesSeen;
    this.variance = variance;
  }

  /** The model after one more batch; this one stays as it is. */
  partialFit(x: Features): FittedIncrementalPCA {
    return update(this, this.samples('partialFit', x), this.components.rows, this.whiten);
  }

  override toState(): ModelState {
    const { kind, fields, arrays } = super.toState();
    return {
      kind,
      fields: { ...fields, samplesSeen: this.samplesSeen },
      arrays: { ...arrays, variance: vectorState(this.variance) },
    };
  }

  static fromState(state: ModelState): FittedIncrementalPCA {
    const read = new StateReader(state, 'IncrementalPCA');
    const principal = FittedProjection.principalFrom(read);
    return new FittedIncrementalPCA(
      principal,
      read.whole('samplesSeen', 1),
      read.vector('variance', principal.mean.length),
    );
  }
}
