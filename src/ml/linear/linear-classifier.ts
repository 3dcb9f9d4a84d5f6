/**
 * The fitted form of linear classifiers: a score for each class, or one for two classes, of which above 0 is the second.
 */
import { tensor } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { softmaxRows } from '../bayes/posterior.ts';
import { argmaxRows, asDecision, ClassifierBase } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import type {
  Features,
  FittedDecidingClassifier,
  FittedProbabilisticClassifier,
  FitOptions,
  Label,
  Labels,
} from '../protocol.ts';
import { accuracy } from '../metrics/accuracy.ts';
import { SparseMatrix } from '../sparse.ts';
import { sigmoid } from '../special.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { scoresOf } from './design.ts';

export interface LinearClassifierParameters<L extends Label> {
  readonly classes: readonly L[];
  /** (classes, features), or (1, features) for two classes */
  readonly weights: Matrix;
  readonly offsets: Float64Array<ArrayBuffer>;
}

/** A fitted linear classifier. Sparse samples are taken as they are. */
export class LinearClassifier<L extends Label = Label>
  extends ClassifierBase<L>
  implements FittedDecidingClassifier<L>
{
  readonly kind: string;
  readonly classes: readonly L[];
  readonly featuresIn: number;
  protected readonly parameters: LinearClassifierParameters<L>;

  constructor(kind: string, parameters: LinearClassifierParameters<L>) {
    super();
    this.kind = kind;
    this.classes = parameters.classes;
    this.featuresIn = parameters.weights.columns;
    this.parameters = parameters;
  }

  /** float64 (classes, features), or (1, features) for two classes. */
  get coefficients(): Tensor {
    return this.parameters.weights.toTensor();
  }

  /** float64 (classes,), or (1,) for two classes. */
  get intercept(): Tensor {
    return tensor(this.parameters.offsets);
  }

  /** @internal Scores of samples in any form. */
  protected scores(method: string, x: Features): Matrix {
    const { weights, offsets } = this.parameters;
    const isSparse = x instanceof SparseMatrix && x.columns === this.featuresIn && x.rows > 0;
    return scoresOf(
      isSparse ? x : matrixOf(`${this.kind}.${method}`, x, { columns: this.featuresIn }),
      weights,
      offsets,
    );
  }

  override codes(x: Matrix): Int32Array {
    return winners(scoresOf(x, this.parameters.weights, this.parameters.offsets));
  }

  override predict(x: Features): L[] {
    return Array.from(winners(this.scores('predict', x)), (code) => this.classes[code]!);
  }

  override score(x: Features, y: Labels<L>, options: FitOptions = {}): number {
    return accuracy(y, this.predict(x), options);
  }

  decision(x: Features): Tensor {
    return asDecision(this.scores('decision', x));
  }

  toState(): ModelState {
    const { classes, weights, offsets } = this.parameters;
    return { kind: this.kind, fields: { classes: [...classes] }, arrays: { weights, offsets: vectorState(offsets) } };
  }

  /** @internal */
  static parametersFrom(state: ModelState, kind: string): LinearClassifierParameters<Label> {
    const read = new StateReader(state, kind);
    const weights = read.matrix('weights');
    return { classes: read.labels('classes'), weights, offsets: read.vector('offsets', weights.rows) };
  }

  /** @internal How a classifier of this kind is restored. */
  static ofKind(kind: string): { fromState(state: ModelState): LinearClassifier } {
    return { fromState: (state) => new LinearClassifier(kind, LinearClassifier.parametersFrom(state, kind)) };
  }
}

function winners(scores: Matrix): Int32Array<ArrayBuffer> {
  return scores.columns === 1 ? Int32Array.from(scores.data, (score) => Number(score > 0)) : argmaxRows(scores);
}

/** One whose scores are logarithms of odds: probabilities are their sigmoid or softmax. */
export class LogisticClassifier<L extends Label = Label>
  extends LinearClassifier<L>
  implements FittedProbabilisticClassifier<L>
{
  predictProba(x: Features): Tensor {
    const scores = this.scores('predictProba', x);
    if (scores.columns > 1) return softmaxRows(scores).toTensor();
    const result = new Matrix(scores.rows, 2);
    scores.data.forEach((score, i) => result.data.set([sigmoid(-score), sigmoid(score)], 2 * i));
    return result.toTensor();
  }

  /** @internal */
  static override ofKind(kind: string): { fromState(state: ModelState): LogisticClassifier } {
    return { fromState: (state) => new LogisticClassifier(kind, LinearClassifier.parametersFrom(state, kind)) };
  }
}
