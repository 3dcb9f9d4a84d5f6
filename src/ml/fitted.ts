/**
 * What fitted models have in common, written once: checking samples, turning codes into labels, scoring. A model of ours
 * extends one of these and says what it computes from a `Matrix`; the public methods are here. Estimators from outside may
 * extend them too, or implement protocol.ts on their own.
 */
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Matrix, matrixOf } from './matrix.ts';
import { accuracy } from './metrics/accuracy.ts';
import { r2 } from './metrics/regression.ts';
import type {
  Features,
  Fitted,
  FittedClassifier,
  FittedProbabilisticClassifier,
  FittedRegressor,
  FittedTransformer,
  FitOptions,
  Label,
  Labels,
  Targets,
} from './protocol.ts';
import type { ModelState } from './state.ts';
import { asTargets } from './targets.ts';

abstract class FittedBase implements Fitted {
  /** The estimator's name, which begins messages and names the state. */
  abstract readonly kind: string;
  /** How many features the model was fitted on. */
  abstract readonly featuresIn: number;
  /** NaN stands for a missing value, which this model can deal with. */
  protected readonly allowsNaN: boolean = false;

  abstract toState(): ModelState;

  /** Samples for one of the methods, checked. */
  protected samples(method: string, x: Features): Matrix {
    return matrixOf(`${this.kind}.${method}`, x, { columns: this.featuresIn, allowNaN: this.allowsNaN });
  }
}

export abstract class RegressorBase extends FittedBase implements FittedRegressor {
  /** The targets were a vector, so predictions are. */
  protected readonly isVector: boolean = true;

  /** @internal Predictions (n, outputs) for checked samples. */
  abstract estimate(x: Matrix): Matrix;

  predict(x: Features): Tensor {
    return asTargets(this.estimate(this.samples('predict', x)), this.isVector);
  }

  score(x: Features, y: Targets, options: FitOptions = {}): number {
    return r2(y, this.predict(x), options);
  }
}

export abstract class ClassifierBase<L extends Label> extends FittedBase implements FittedClassifier<L> {
  abstract readonly classes: readonly L[];

  /** @internal The place in `classes` of each prediction. */
  abstract codes(x: Matrix): Int32Array;

  predict(x: Features): L[] {
    const { classes } = this;
    return Array.from(this.codes(this.samples('predict', x)), (code) => classes[code]!);
  }

  score(x: Features, y: Labels<L>, options: FitOptions = {}): number {
    return accuracy(y, this.predict(x), options);
  }
}

/** Predicts the class of the largest probability; of equals, the first. */
export abstract class ProbabilisticBase<L extends Label>
  extends ClassifierBase<L>
  implements FittedProbabilisticClassifier<L>
{
  /** @internal (n, classes); rows sum to 1. */
  abstract probabilities(x: Matrix): Matrix;

  codes(x: Matrix): Int32Array {
    return argmaxRows(this.probabilities(x));
  }

  predictProba(x: Features): Tensor {
    return this.probabilities(this.samples('predictProba', x)).toTensor();
  }
}

export abstract class TransformerBase extends FittedBase implements FittedTransformer {
  /** @internal The transformed samples. */
  abstract map(x: Matrix): Matrix;

  transform(x: Features): Tensor {
    return this.map(this.samples('transform', x)).toTensor();
  }
}

/** The place of the largest number of each row; of equals, the first. */
export function argmaxRows({ data, rows, columns }: Matrix): Int32Array<ArrayBuffer> {
  const places = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    let best = 0;
    for (let j = 1; j < columns; j++) if (data[i * columns + j]! > data[i * columns + best]!) best = j;
    places[i] = best;
  }
  return places;
}

/** Scores (n, k) as `decision` gives them out: of two classes, one number a sample. @param scores (n, 1) for two classes */
export function asDecision(scores: Matrix): Tensor {
  return scores.columns === 1 ? tensor(scores.data) : scores.toTensor();
}
