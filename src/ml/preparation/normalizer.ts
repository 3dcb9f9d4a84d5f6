/**
 * Samples of length 1, each on its own.
 */
import { TransformerBase } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { requireOneOf } from '../options.ts';
import type { Features, Transformer } from '../protocol.ts';
import { type ModelState, StateReader } from '../state.ts';

const norms = ['l1', 'l2', 'max'] as const;
export type Norm = (typeof norms)[number];

export interface NormalizerOptions {
  /** Which length becomes 1. Default l2. */
  readonly norm?: Norm;
}

/**
 * x / ‖x‖, sample by sample; a sample of zeros stays.
 * @example new Normalizer().fit([[3, 4]]).transform([[3, 4]]) // [[0.6, 0.8]]
 */
export class Normalizer implements Transformer {
  readonly role = 'transformer';
  readonly norm: Norm;

  constructor({ norm = 'l2' }: NormalizerOptions = {}) {
    requireOneOf('Normalizer', 'norm', norm, norms);
    this.norm = norm;
  }

  fit(x: Features): FittedNormalizer {
    return new FittedNormalizer(this.norm, matrixOf('Normalizer.fit', x).columns);
  }
}

/** @see Normalizer */
export class FittedNormalizer extends TransformerBase {
  readonly kind = 'Normalizer';
  readonly featuresIn: number;
  readonly norm: Norm;

  constructor(norm: Norm, featuresIn: number) {
    super();
    this.norm = norm;
    this.featuresIn = featuresIn;
  }

  override map(x: Matrix): Matrix {
    const result = new Matrix(x.rows, x.columns, x.data.slice());
    for (let i = 0; i < x.rows; i++) {
      const row = result.row(i);
      const length = lengthOf(row, this.norm);
      if (length > 0) for (let j = 0; j < row.length; j++) row[j]! /= length;
    }
    return result;
  }

  toState(): ModelState {
    return { kind: this.kind, fields: { norm: this.norm, featuresIn: this.featuresIn }, arrays: {} };
  }

  static fromState(state: ModelState): FittedNormalizer {
    const read = new StateReader(state, 'Normalizer');
    return new FittedNormalizer(read.text('norm', norms), read.whole('featuresIn', 1));
  }
}

/** The length of a vector by one of the norms. */
export function lengthOf(row: Float64Array, norm: Norm): number {
  switch (norm) {
    case 'l1':
      return row.reduce((sum, x) => sum + Math.abs(x), 0);
    case 'l2':
      return Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    case 'max':
      return row.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
  }
}
