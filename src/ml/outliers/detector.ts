/**
 * What fitted outlier detectors have in common: a score a sample, and a threshold.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { tensor } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Matrix, matrixOf } from '../matrix.ts';
import { quantile } from '../quantile.ts';
import type { Features, FittedOutlierDetector } from '../protocol.ts';
import type { ModelState } from '../state.ts';

/** The share of outliers among the samples of the fit; `auto` has a threshold of its own. */
export type Contamination = 'auto' | number;

/** @throws ValueError unless it is `auto` or a number in (0, 0.5] */
export function requireContamination(owner: string, value: Contamination): void {
  if (value === 'auto' || (value > 0 && value <= 0.5)) return;
  raise(new ValueError(`${owner}: contamination must be 'auto' or a number above 0 and at most 0.5, got ${value}`));
}

/** Scores below this are outliers. @param scores of the samples of the fit */
export function thresholdOf(contamination: Contamination, scores: Float64Array, automatic: number): number {
  return contamination === 'auto' ? automatic : quantile(scores.slice().sort(), contamination);
}

export abstract class DetectorBase implements FittedOutlierDetector {
  abstract readonly kind: string;
  abstract readonly featuresIn: number;
  /** Scores below this are outliers. */
  abstract readonly threshold: number;

  abstract toState(): ModelState;

  /** @internal A score for each sample; lower is further out. */
  abstract scores(x: Matrix): Float64Array<ArrayBuffer>;

  /** The scores before the threshold is taken off: float64 (n,). */
  scoreSamples(x: Features): Tensor {
    return tensor(this.scores(this.#samples('scoreSamples', x)));
  }

  decision(x: Features): Tensor {
    return tensor(this.#decisions('decision', x));
  }

  predict(x: Features): Int32Array<ArrayBuffer> {
    return Int32Array.from(this.#decisions('predict', x), (value) => (value < 0 ? -1 : 1));
  }

  #decisions(method: string, x: Features): Float64Array<ArrayBuffer> {
    return this.scores(this.#samples(method, x)).map((score) => score - this.threshold);
  }

  #samples(method: string, x: Features): Matrix {
    return matrixOf(`${this.kind}.${method}`, x, { columns: this.featuresIn });
  }
}
