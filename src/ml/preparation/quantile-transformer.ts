/**
 * Features spread evenly, or normally, by their ranks.
 */
import type { Tensor } from '../../tensor/tensor.ts';
import { TransformerBase } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { requireOneOf, requireWhole } from '../options.ts';
import type { Features, Transformer } from '../protocol.ts';
import { interpolate, quantile, sortedValues } from '../quantile.ts';
import { Random } from '../random.ts';
import { normalCdf, normalQuantile } from '../special.ts';
import { type ModelState, StateReader } from '../state.ts';

const distributions = ['uniform', 'normal'] as const;
type Distribution = (typeof distributions)[number];

/** No probability is taken to be nearer to 0 or 1, so that a normal value is never infinite. */
const EDGE = 1e-7 - 2 ** -52;

export interface QuantileTransformerOptions {
  /** How many quantiles are remembered, at most one a sample. Default 1000. */
  readonly quantiles?: number;
  /** What the result looks like. Default uniform. */
  readonly distribution?: Distribution;
  /** The quantiles are those of so many samples at most, chosen at random. Default 10,000. */
  readonly subsample?: number;
  readonly seed?: number;
}

/**
 * x → the share of samples below x, or the normal value of that share. NaN stays NaN.
 * @example new QuantileTransformer({ distribution: 'normal' }).fit(X).transform(X)
 */
export class QuantileTransformer implements Transformer {
  readonly role = 'transformer';
  readonly quantiles: number;
  readonly distribution: Distribution;
  readonly subsample: number;
  readonly seed: number;

  constructor({
    quantiles = 1000,
    distribution = 'uniform',
    subsample = 10_000,
    seed = 0,
  }: QuantileTransformerOptions = {}) {
    requireWhole('QuantileTransformer', 'quantiles', quantiles, 1);
    requireWhole('QuantileTransformer', 'subsample', subsample, 1);
    requireWhole('QuantileTransformer', 'seed', seed);
    requireOneOf('QuantileTransformer', 'distribution', distribution, distributions);
    this.quantiles = quantiles;
    this.distribution = distribution;
    this.subsample = subsample;
    this.seed = seed;
  }

  fit(x: Features): FittedQuantileTransformer {
    const all = matrixOf('QuantileTransformer.fit', x, { allowNaN: true });
    const samples =
      all.rows > this.subsample
        ? all.takeRows(new Random(this.seed).permutation(all.rows).subarray(0, this.subsample))
        : all;
    const count = Math.max(1, Math.min(this.quantiles, samples.rows));
    const table = new Matrix(samples.columns, count);
    for (let j = 0; j < samples.columns; j++) {
      const sorted = sortedValues(samples.column(j));
      let largest = -Infinity;
      for (let q = 0; q < count; q++) {
        largest = Math.max(largest, quantile(sorted, shareOf(q, count)));
        table.data[j * count + q] = largest;
      }
    }
    return new FittedQuantileTransformer(table, this.distribution);
  }
}

function shareOf(q: number, count: number): number {
  return count === 1 ? 0 : q / (count - 1);
}

/** @see QuantileTransformer */
export class FittedQuantileTransformer extends TransformerBase {
  readonly kind = 'QuantileTransformer';
  readonly featuresIn: number;
  protected override readonly allowsNaN = true;
  /** (features, quantiles), ascending in each row. */
  readonly quantiles: Matrix;
  readonly distribution: Distribution;
  readonly #shares: Float64Array;

  constructor(quantiles: Matrix, distribution: Distribution) {
    super();
    this.featuresIn = quantiles.rows;
    this.quantiles = quantiles;
    this.distribution = distribution;
    this.#shares = Float64Array.from({ length: quantiles.columns }, (_, q) => shareOf(q, quantiles.columns));
  }

  override map(x: Matrix): Matrix {
    const shares = this.#shares;
    const [lowest, highest] = [normalQuantile(EDGE), normalQuantile(1 - EDGE)];
    const mirroredShares = shares.map((_, q) => -shares[shares.length - 1 - q]!);
    const result = new Matrix(x.rows, x.columns);
    for (let j = 0; j < x.columns; j++) {
      const row = this.quantiles.row(j);
      const mirrored = row.map((_, q) => -row[row.length - 1 - q]!);
      for (let i = 0; i < x.rows; i++) {
        const value = x.at(i, j);
        let share = Number.NaN;
        if (value <= row[0]!) share = 0;
        else if (value >= row.at(-1)!) share = 1;
        // The middle of a flat stretch, by going through it from both sides.
        else if (!Number.isNaN(value))
          share = 0.5 * (interpolate(value, row, shares) - interpolate(-value, mirrored, mirroredShares));
        const isNormal = this.distribution === 'normal';
        result.data[i * x.columns + j] = isNormal ? Math.min(highest, Math.max(lowest, normalQuantile(share))) : share;
      }
    }
    return result;
  }

  inverse(z: Features): Tensor {
    const { data, rows, columns } = this.samples('inverse', z);
    const isNormal = this.distribution === 'normal';
    const back = data.map((value, i) =>
      interpolate(isNormal ? normalCdf(value) : value, this.#shares, this.quantiles.row(i % columns)),
    );
    return new Matrix(rows, columns, back).toTensor();
  }

  toState(): ModelState {
    return { kind: this.kind, fields: { distribution: this.distribution }, arrays: { quantiles: this.quantiles } };
  }

  static fromState(state: ModelState): FittedQuantileTransformer {
    const read = new StateReader(state, 'QuantileTransformer');
    return new FittedQuantileTransformer(read.matrix('quantiles'), read.text('distribution', distributions));
  }
}
