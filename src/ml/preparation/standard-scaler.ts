/**
 * Features of mean 0 and deviation 1.
 */
import type { Tensor } from '../../tensor/tensor.ts';
import { TransformerBase } from '../fitted.ts';
import { Matrix } from '../matrix.ts';
import { moments } from '../moments.ts';
import type { Features, FitOptions, Labels, Targets, Transformer } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { sampleTraining } from '../training.ts';

export interface StandardScalerOptions {
  /** Subtract the mean. Default true. */
  readonly mean?: boolean;
  /** Divide by the standard deviation. Default true. */
  readonly deviation?: boolean;
}

/**
 * (x − mean) / deviation, feature by feature; the deviation is over n, and 1 where a feature is constant. NaN stays NaN and
 * is left out of both.
 * @example const z = new StandardScaler().fit([[1], [3]]).transform([[5]]) // [[3]]
 */
export class StandardScaler implements Transformer {
  readonly role = 'transformer';
  readonly mean: boolean;
  readonly deviation: boolean;

  constructor({ mean = true, deviation = true }: StandardScalerOptions = {}) {
    this.mean = mean;
    this.deviation = deviation;
  }

  fit(x: Features, _y?: Targets | Labels, options: FitOptions = {}): FittedStandardScaler {
    const { x: samples, weights } = sampleTraining('StandardScaler.fit', x, { ...options, allowNaN: true });
    const { mean, variance, weight } = moments(samples, weights);
    const shift = mean.map((m) => (this.mean && !Number.isNaN(m) ? m : 0));
    const scale = variance.map((v, j) => (this.deviation ? deviationOf(v, mean[j]!, weight[j]!) : 1));
    return new FittedStandardScaler(shift, scale);
  }
}

/** √v, or 1 where v is no more than rounding leaves of a constant. */
function deviationOf(variance: number, mean: number, weight: number): number {
  const rounding = weight * 2 ** -52 * variance + (weight * mean * 2 ** -52) ** 2;
  return variance > rounding ? Math.sqrt(variance) : 1;
}

/** @see StandardScaler */
export class FittedStandardScaler extends TransformerBase {
  readonly kind = 'StandardScaler';
  readonly featuresIn: number;
  protected override readonly allowsNaN = true;
  /** What is subtracted, (features,). */
  readonly shift: Float64Array<ArrayBuffer>;
  /** What is divided by, (features,). */
  readonly scale: Float64Array<ArrayBuffer>;

  constructor(shift: Float64Array<ArrayBuffer>, scale: Float64Array<ArrayBuffer>) {
    super();
    this.featuresIn = shift.length;
    this.shift = shift;
    this.scale = scale;
  }

  override map({ data, rows, columns }: Matrix): Matrix {
    const result = new Matrix(rows, columns);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++)
        result.data[i * columns + j] = (data[i * columns + j]! - this.shift[j]!) / this.scale[j]!;
    }
    return result;
  }

  inverse(z: Features): Tensor {
    const { data, rows, columns } = this.samples('inverse', z);
    const result = new Matrix(rows, columns);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++)
        result.data[i * columns + j] = data[i * columns + j]! * this.scale[j]! + this.shift[j]!;
    }
    return result.toTensor();
  }

  toState(): ModelState {
    return { kind: this.kind, fields: {}, arrays: { shift: vectorState(this.shift), scale: vectorState(this.scale) } };
  }

  static fromState(state: ModelState): FittedStandardScaler {
    const read = new StateReader(state, 'StandardScaler');
    const shift = read.vector('shift');
    return new FittedStandardScaler(shift, read.vector('scale', shift.length));
  }
}
