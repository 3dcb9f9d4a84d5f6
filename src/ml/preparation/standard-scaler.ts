/**
 * Features of mean 0 and deviation 1.
 */
import { moments } from '../moments.ts';
import type { Features, FitOptions, Labels, Targets, Transformer } from '../protocol.ts';
import type { ModelState } from '../state.ts';
import { sampleTraining } from '../training.ts';
import { ColumnScaler, type Scaling } from './column-scaler.ts';

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
    return new FittedStandardScaler({ shift, scale });
  }
}

/** √v, or 1 where v is no more than rounding leaves of a constant. */
function deviationOf(variance: number, mean: number, weight: number): number {
  const rounding = weight * 2 ** -52 * variance + (weight * mean * 2 ** -52) ** 2;
  return variance > rounding ? Math.sqrt(variance) : 1;
}

/** @see StandardScaler */
export class FittedStandardScaler extends ColumnScaler {
  constructor(scaling: Scaling) {
    super('StandardScaler', scaling);
  }

  static fromState(state: ModelState): FittedStandardScaler {
    return new FittedStandardScaler(ColumnScaler.scalingFrom(state, 'StandardScaler'));
  }
}
