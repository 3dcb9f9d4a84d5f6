/**
 * Probabilities that come true as often as they say, for any classifier with scores.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { requireClassifier } from '../compose/pipeline.ts';
import { ClassifierBase, argmaxRows } from '../fitted.ts';
import { encodeLabels, requireClasses } from '../labels.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { requireOneOf } from '../options.ts';
import type {
  Classifier,
  Features,
  FittedClassifier,
  FittedProbabilisticClassifier,
  FitOptions,
  Label,
  Labels,
  ProbabilisticClassifier,
} from '../protocol.ts';
import { interpolate } from '../quantile.ts';
import { foldsFor, partOf } from '../selection/cross-validation.ts';
import { tensorFrom } from '../selection/scoring.ts';
import type { Splitter } from '../selection/splitters.ts';
import { type ModelState, type Restore, StateReader, vectorState } from '../state.ts';
import { vectorOf } from '../targets.ts';
import { isotonic } from './isotonic-regression.ts';
import { fitPlatt, plattProbability } from './platt.ts';

const methods = ['sigmoid', 'isotonic'] as const;
type Method = (typeof methods)[number];

export interface CalibratedClassifierOptions {
  /** Platt's sigmoid, or a monotone curve, which needs about a thousand samples. Default sigmoid. */
  readonly method?: Method;
  /** A number of folds or a splitter. Default 5. */
  readonly cv?: number | Splitter;
  /**
   * Keep a model a fold and average them. Otherwise one model is fitted on all samples, and its curve on the scores that each fold got
   * from a model of the others: smaller and faster to ask, for an SVM for instance. Default true.
   */
  readonly ensemble?: boolean;
}

/** From a score to a probability: Platt's A and B, or the corners of a curve. */
interface Curve {
  readonly method: Method;
  readonly places: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

/** One fold's model and its curves: one for two classes, else one a class. */
interface Member<L extends Label> {
  readonly model: FittedClassifier<L>;
  readonly curves: readonly Curve[];
}

/**
 * For each fold, a classifier is fitted on the others and its scores are turned into probabilities by that one; predictions are
 * their mean. Several classes are taken one against the rest. (Platt 1999; Zadrozny and Elkan 2002.) It is how an SVM gets
 * probabilities too.
 * @throws ValueError if a class is missing from a fold's training part
 * @example new CalibratedClassifier(new SVC(), { ensemble: false }).fit(X, y).predictProba(X)
 */
export class CalibratedClassifier implements ProbabilisticClassifier {
  readonly role = 'classifier';
  readonly estimator: Classifier;
  readonly method: Method;
  readonly cv: number | Splitter;
  readonly ensemble: boolean;

  constructor(
    estimator: Classifier,
    { method = 'sigmoid', cv = 5, ensemble = true }: CalibratedClassifierOptions = {},
  ) {
    requireOneOf('CalibratedClassifier', 'method', method, methods);
    this.ensemble = ensemble;
    this.estimator = estimator;
    this.method = method;
    this.cv = cv;
  }

  fit<L extends Label = number>(
    x: Features,
    y: Labels<L>,
    { sampleWeight }: FitOptions = {},
  ): FittedCalibratedClassifier<L> {
    const op = 'CalibratedClassifier.fit';
    const samples = matrixOf(op, x);
    const { classes, codes } = encodeLabels(op, y, samples.rows);
    requireClasses(op, classes);
    const labels = Array.from(codes, (code) => classes[code]!);
    const weights = sampleWeight && vectorOf(op, sampleWeight, samples.rows, 'sampleWeight');
    const curvesOf = (scores: Matrix, rows: Int32Array): Curve[] =>
      Array.from({ length: scores.columns }, (_, k) => {
        const positive = Float64Array.from(rows, (i) => Number(codes[i] === (scores.columns === 1 ? 1 : k)));
        return curveFrom(
          this.method,
          scores.column(k),
          positive,
          weights && Float64Array.from(rows, (i) => weights[i]!),
        );
      });
    const rounds = foldsFor(op, this.estimator, samples, labels, this.cv).map((fold) => {
      const train = partOf(op, samples, labels, weights, fold.train);
      const model = this.estimator.fit<L>(
        train.x,
        Array.from(fold.train, (i) => labels[i]!),
        train.options,
      );
      if (model.classes.length !== classes.length)
        raise(new ValueError(`${op}: a class is missing from the samples of a fold; use fewer folds`));
      return { model, rows: fold.test, scores: scoresFrom(model, samples.takeRows(fold.test)) };
    });
    if (this.ensemble) {
      const members = rounds.map(({ model, rows, scores }) => ({ model, curves: curvesOf(scores, rows) }));
      return new FittedCalibratedClassifier(classes, samples.columns, members);
    }
    const columns = rounds[0]!.scores.columns;
    const tested = rounds.flatMap(({ rows }) => [...rows]);
    const all = new Matrix(tested.length, columns, Float64Array.from(rounds.flatMap(({ scores }) => [...scores.data])));
    const model = this.estimator.fit<L>(samples, labels, weights === undefined ? {} : { sampleWeight: weights });
    const members = [{ model, curves: curvesOf(all, Int32Array.from(tested)) }];
    return new FittedCalibratedClassifier(classes, samples.columns, members);
  }
}

/** (n, classes), or (n, 1) for two: decisions where there are, else probabilities. */
function scoresFrom(model: FittedClassifier, x: Matrix): Matrix {
  const scores: Tensor = tensorFrom(model, ['decision', 'predictProba'], x);
  if (scores.rank === 1) return new Matrix(x.rows, 1, Float64Array.from(scores.dataSync()));
  const table = matrixOf('CalibratedClassifier', scores, { name: 'the scores' });
  return table.columns === 2 ? table.takeColumns([1]) : table;
}

function curveFrom(
  method: Method,
  scores: Float64Array,
  positive: Float64Array,
  weights: Float64Array | undefined,
): Curve {
  if (method === 'isotonic') return { method, ...isotonic(scores, positive, weights) };
  const { a, b } = fitPlatt(scores, positive, weights);
  return { method, places: Float64Array.of(a), values: Float64Array.of(b) };
}

function probabilityOf({ method, places, values }: Curve, score: number): number {
  return method === 'isotonic'
    ? interpolate(score, places, values)
    : plattProbability({ a: places[0]!, b: values[0]! }, score);
}

/** @see CalibratedClassifier */
export class FittedCalibratedClassifier<L extends Label = Label>
  extends ClassifierBase<L>
  implements FittedProbabilisticClassifier<L>
{
  readonly kind = 'CalibratedClassifier';
  readonly classes: readonly L[];
  readonly featuresIn: number;
  readonly #members: readonly Member<L>[];

  constructor(classes: readonly L[], featuresIn: number, members: readonly Member<L>[]) {
    super();
    this.classes = classes;
    this.featuresIn = featuresIn;
    this.#members = members;
  }

  override codes(x: Matrix): Int32Array {
    return argmaxRows(this.probabilities(x));
  }

  predictProba(x: Features): Tensor {
    return this.probabilities(this.samples('predictProba', x)).toTensor();
  }

  /** @internal The mean over members. */
  probabilities(x: Matrix): Matrix {
    const width = this.classes.length;
    const result = new Matrix(x.rows, width);
    for (const { model, curves } of this.#members) {
      const scores = scoresFrom(model, x);
      for (let i = 0; i < x.rows; i++) {
        const row = curves.map((curve, k) => probabilityOf(curve, scores.at(i, k)));
        const full = row.length === 1 ? [1 - row[0]!, row[0]!] : row;
        const sum = full.reduce((a, b) => a + b, 0);
        full.forEach(
          (p, k) => (result.data[i * width + k]! += (sum === 0 ? 1 / width : p / sum) / this.#members.length),
        );
      }
    }
    return result;
  }

  toState(): ModelState {
    const { kind, classes, featuresIn } = this;
    const curves = this.#members.flatMap((member, m) =>
      member.curves.map((curve, k) => ({ curve, name: `curve${m}_${k}` })),
    );
    const arrays = Object.fromEntries(curves.flatMap(({ curve, name }) => [[`${name}_places`, vectorState(curve.places)], [`${name}_values`, vectorState(curve.values)]])); // prettier-ignore
    const parts = Object.fromEntries(this.#members.map(({ model }, m) => [`model${m}`, model.toState()]));
    const { method } = this.#members[0]!.curves[0]!;
    return {
      kind,
      fields: { classes: [...classes], featuresIn, method, members: this.#members.length },
      arrays,
      parts,
    };
  }

  static fromState(state: ModelState, restore: Restore): FittedCalibratedClassifier {
    const read = new StateReader(state, 'CalibratedClassifier');
    const classes = read.labels('classes');
    const method = read.text('method', methods);
    const members = Array.from({ length: read.whole('members', 1) }, (_, m) => ({
      model: requireClassifier(restore(read.part(`model${m}`))),
      curves: Array.from({ length: classes.length === 2 ? 1 : classes.length }, (__, k): Curve => {
        const places = read.vector(`curve${m}_${k}_places`);
        return { method, places, values: read.vector(`curve${m}_${k}_values`, places.length) };
      }),
    }));
    return new FittedCalibratedClassifier(classes, read.whole('featuresIn', 1), members);
  }
}
