/**
 * Models judged on samples that they have not seen.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { encodeLabels } from '../labels.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { requireWhole } from '../options.ts';
import { asLabels, asTargets } from '../preparation/selection.ts';
import type { Classifier, FitOptions, Label, Labels, Regressor, Targets, Weights } from '../protocol.ts';
import { Random } from '../random.ts';
import { rowCount, type Samples, takeRows } from '../rows.ts';
import { requireLength, vectorOf } from '../targets.ts';
import { type FittedPredictor, type Predictor, type Scorer, scorerOf, type Scoring, tensorFrom } from './scoring.ts';
import { type Fold, KFold, type Splitter, StratifiedKFold } from './splitters.ts';

export interface CrossValidationOptions<X> {
  /** A number of folds, with the shares of classes kept for a classifier; or a splitter. Default 5. */
  readonly cv?: number | Splitter;
  /** Default: the model's own score. */
  readonly scoring?: Scoring<X>;
  /** Samples of one group stay together, for splitters that heed it. */
  readonly groups?: Labels;
  readonly sampleWeight?: Weights;
}

/** What cross-validation found, one entry a fold. */
export interface CrossValidation<X> {
  readonly testScores: Float64Array<ArrayBuffer>;
  readonly trainScores: Float64Array<ArrayBuffer>;
  /** Milliseconds. */
  readonly fitTimes: Float64Array<ArrayBuffer>;
  readonly models: readonly FittedPredictor<X>[];
}

/** The folds that an estimator is validated with. */
export function foldsFor<X>(
  op: string,
  estimator: Predictor<X>,
  x: Samples,
  y: Targets | Labels,
  cv: number | Splitter = 5,
  groups?: Labels,
): Fold[] {
  requireLength(op, 'y', rowCount(op, y), rowCount(op, x));
  const isClassifier = estimator.role === 'classifier';
  const splitter =
    typeof cv !== 'number' ? cv : isClassifier ? new StratifiedKFold({ folds: cv }) : new KFold({ folds: cv });
  const about = { ...(isClassifier ? { labels: asLabels(y) } : {}), ...(groups === undefined ? {} : { groups }) };
  return splitter.split(rowCount(op, x), about);
}

/** Fits an estimator of either role. */
export function fitPredictor<X>(
  estimator: Predictor<X>,
  x: X,
  y: Targets | Labels,
  options: FitOptions,
): FittedPredictor<X> {
  return estimator.role === 'classifier'
    ? estimator.fit<Label>(x, asLabels(y), options)
    : estimator.fit(x, asTargets(y), options);
}

/** @internal Some of the samples with their targets and weights. */
export function partOf<X extends Samples>(
  op: string,
  x: X,
  y: Targets | Labels,
  weights: Float64Array | undefined,
  rows: Int32Array,
) {
  const options: FitOptions = weights === undefined ? {} : { sampleWeight: takeRows(op, weights, rows) };
  return { x: takeRows(op, x, rows), y: takeRows(op, y, rows), options };
}

/**
 * Fits on all folds but one and judges on that one, for each.
 * @example crossValidate(new Ridge(), X, y, { cv: 10, scoring: 'rmse' }).testScores
 */
export function crossValidate<X extends Samples>(
  estimator: Predictor<X>,
  x: X,
  y: Targets | Labels,
  { cv, scoring, groups, sampleWeight }: CrossValidationOptions<X> = {},
): CrossValidation<X> {
  const op = 'crossValidate';
  const score = scorerOf(scoring);
  const weights = sampleWeight && vectorOf(op, sampleWeight, rowCount(op, x), 'sampleWeight');
  const rounds = foldsFor(op, estimator, x, y, cv, groups).map((fold) => {
    const train = partOf(op, x, y, weights, fold.train);
    const start = performance.now();
    const model = fitPredictor(estimator, train.x, train.y, train.options);
    const time = performance.now() - start;
    const test = partOf(op, x, y, weights, fold.test);
    const judge = (part: typeof train) => score(model, part.x, part.y, part.options);
    return { model, time, test: judge(test), train: judge(train) };
  });
  return {
    testScores: Float64Array.from(rounds, (round) => round.test),
    trainScores: Float64Array.from(rounds, (round) => round.train),
    fitTimes: Float64Array.from(rounds, (round) => round.time),
    models: rounds.map((round) => round.model),
  };
}

/** The test scores alone. @example const scores = crossValScore(model, X, y) // one a fold */
export function crossValScore<X extends Samples>(
  estimator: Predictor<X>,
  x: X,
  y: Targets | Labels,
  options: CrossValidationOptions<X> = {},
): Float64Array<ArrayBuffer> {
  return crossValidate(estimator, x, y, options).testScores;
}

export interface CrossValPredictOptions<X> extends Omit<CrossValidationOptions<X>, 'scoring'> {
  /** Default predict. */
  readonly method?: 'predict' | 'predictProba' | 'decision';
}

/**
 * For each sample what the model that was fitted without it says: every sample must be tested exactly once.
 * @returns labels for a classifier, else a tensor @throws ValueError for a splitter that tests samples twice or never
 * @example confusionMatrix(y, crossValPredict(new LogisticRegression(), X, y))
 */
export function crossValPredict<X extends Samples, L extends Label = number>(
  estimator: Classifier<X>,
  x: X,
  y: Labels<L>,
  options?: CrossValPredictOptions<X> & { readonly method?: 'predict' },
): L[];
export function crossValPredict<X extends Samples>(
  estimator: Regressor<X>,
  x: X,
  y: Targets,
  options?: CrossValPredictOptions<X> & { readonly method?: 'predict' },
): Tensor;
export function crossValPredict<X extends Samples>(
  estimator: Predictor<X>,
  x: X,
  y: Targets | Labels,
  options: CrossValPredictOptions<X> & { readonly method: 'predictProba' | 'decision' },
): Tensor;
export function crossValPredict<X extends Samples>(
  estimator: Predictor<X>,
  x: X,
  y: Targets | Labels,
  { cv, groups, sampleWeight, method = 'predict' }: CrossValPredictOptions<X> = {},
): Tensor | Label[] {
  const op = 'crossValPredict';
  const rows = rowCount(op, x);
  const weights = sampleWeight && vectorOf(op, sampleWeight, rows, 'sampleWeight');
  const folds = foldsFor(op, estimator, x, y, cv, groups);
  const tested = folds.flatMap((fold) => [...fold.test]);
  if (tested.length !== rows || new Set(tested).size !== rows) {
    raise(
      new ValueError(
        `${op}: each sample must be tested exactly once, but ${new Set(tested).size} of ${rows} are, in ${tested.length} tests`,
      ),
    );
  }
  const labels = new Array<Label>(rows);
  const numbers: Matrix[] = [];
  let isVector = true;
  for (const fold of folds) {
    const train = partOf(op, x, y, weights, fold.train);
    const model = fitPredictor(estimator, train.x, train.y, train.options);
    const samples = takeRows(op, x, fold.test);
    const result = method === 'predict' ? model.predict(samples) : tensorFrom(model, [method], samples);
    if (Array.isArray(result)) fold.test.forEach((row, i) => (labels[row] = result[i]!));
    else {
      isVector = result.rank === 1;
      numbers.push(matrixOf(op, isVector ? result.reshape(-1, 1) : result, { name: 'the prediction' }));
    }
  }
  if (numbers.length === 0) return labels;
  const { columns } = numbers[0]!;
  const result = new Matrix(rows, columns);
  folds.forEach((fold, k) => {
    if (numbers[k]!.columns !== columns)
      raise(new ValueError(`${op}: a class is missing from one of the folds; use fewer folds`));
    fold.test.forEach((row, i) => result.data.set(numbers[k]!.row(i), row * columns));
  });
  return isVector ? result.toTensor().reshape(-1) : result.toTensor();
}

export interface PermutationTestOptions<X> extends Omit<CrossValidationOptions<X>, 'sampleWeight'> {
  /** How often the targets are put in random order. Default 100. */
  readonly permutations?: number;
  /** Default 0. */
  readonly seed?: number;
}

export interface PermutationTest {
  /** The mean over folds with the targets as they are. */
  readonly score: number;
  /** The same with targets in random order, one a permutation. */
  readonly permutationScores: Float64Array<ArrayBuffer>;
  /** (C + 1) / (permutations + 1), C how many of those reach the score: how likely such a score is by chance. */
  readonly pValue: number;
}

/**
 * Whether a score could be chance: the same model is validated on targets in random order, within each group if there are any.
 * (Ojala and Garriga 2010, test 1.)
 * @example permutationTestScore(new GaussianNB(), X, y, { permutations: 200 }).pValue
 */
export function permutationTestScore<X extends Samples>(
  estimator: Predictor<X>,
  x: X,
  y: Targets | Labels,
  { permutations = 100, seed = 0, ...options }: PermutationTestOptions<X> = {},
): PermutationTest {
  const op = 'permutationTestScore';
  requireWhole(op, 'permutations', permutations, 1);
  requireWhole(op, 'seed', seed);
  const random = new Random(seed);
  const rows = rowCount(op, x);
  requireLength(op, 'y', rowCount(op, y), rows);
  const groups = options.groups === undefined ? undefined : encodeLabels<Label>(op, options.groups, rows).codes;
  const mean = (targets: Targets | Labels) => {
    const scores = crossValScore(estimator, x, targets, options);
    return scores.reduce((a, b) => a + b, 0) / scores.length;
  };
  const score = mean(y);
  const permutationScores = Float64Array.from({ length: permutations }, () =>
    mean(takeRows(op, y, shuffledWithin(random, rows, groups))),
  );
  const reached = permutationScores.filter((one) => one >= score).length;
  return { score, permutationScores, pValue: (reached + 1) / (permutations + 1) };
}

/** 0 … rows − 1 in random order, each in a place of its own group. */
function shuffledWithin(random: Random, rows: number, groups: Int32Array | undefined): Int32Array {
  if (groups === undefined) return random.permutation(rows);
  const result = new Int32Array(rows);
  for (const group of new Set(groups)) {
    const members = Int32Array.from(groups.keys()).filter((i) => groups[i] === group);
    const order = members.slice();
    random.shuffle(order);
    members.forEach((place, k) => (result[place] = order[k]!));
  }
  return result;
}

/** Scores by number of samples or by setting, one row each, one column a fold. */
export interface ScoreCurve {
  readonly trainScores: Matrix;
  readonly testScores: Matrix;
}

export interface LearningCurveOptions<X> extends Omit<CrossValidationOptions<X>, 'sampleWeight'> {
  /** Shares of the samples of a fold, or numbers of them if above 1. Default 0.1, 0.325, 0.55, 0.775 and 1. */
  readonly sizes?: readonly number[];
}

/** How scores change with the number of samples: the first of each training part. @example learningCurve(new GaussianNB(), X, y).testScores */
export function learningCurve<X extends Samples>(
  estimator: Predictor<X>,
  x: X,
  y: Targets | Labels,
  { sizes = [0.1, 0.325, 0.55, 0.775, 1], cv, scoring, groups }: LearningCurveOptions<X> = {},
): ScoreCurve & { readonly sizes: Int32Array<ArrayBuffer> } {
  const op = 'learningCurve';
  const folds = foldsFor(op, estimator, x, y, cv, groups);
  const largest = Math.min(...folds.map((fold) => fold.train.length));
  const counts = Int32Array.from(sizes, (size) => (size <= 1 ? Math.floor(size * largest) : size));
  const wrong = counts.find((size) => size < 1 || size > largest);
  if (wrong !== undefined) raise(new ValueError(`${op}: sizes must be from 1 to ${largest} samples, got ${wrong}`));
  return {
    sizes: counts,
    ...curve(op, counts.length, folds, x, y, scorerOf(scoring), (k) => ({ estimator, size: counts[k]! })),
  };
}

/** How scores change with one setting. @example validationCurve((alpha) => new Ridge({ alpha }), [0.1, 1, 10], X, y) */
export function validationCurve<X extends Samples, V>(
  make: (value: V) => Predictor<X>,
  values: readonly V[],
  x: X,
  y: Targets | Labels,
  { cv, scoring, groups }: Omit<CrossValidationOptions<X>, 'sampleWeight'> = {},
): ScoreCurve {
  const op = 'validationCurve';
  if (values.length === 0) raise(new ValueError(`${op}: there are no values to try`));
  const folds = foldsFor(op, make(values[0]!), x, y, cv, groups);
  return curve(op, values.length, folds, x, y, scorerOf(scoring), (k) => ({
    estimator: make(values[k]!),
    size: Infinity,
  }));
}

function curve<X extends Samples>(
  op: string,
  points: number,
  folds: readonly Fold[],
  x: X,
  y: Targets | Labels,
  score: Scorer<X>,
  at: (point: number) => { readonly estimator: Predictor<X>; readonly size: number },
): ScoreCurve {
  const [trainScores, testScores] = [new Matrix(points, folds.length), new Matrix(points, folds.length)];
  folds.forEach((fold, f) => {
    const test = partOf(op, x, y, undefined, fold.test);
    for (let k = 0; k < points; k++) {
      const { estimator, size } = at(k);
      const train = partOf(op, x, y, undefined, fold.train.subarray(0, Math.min(size, fold.train.length)));
      const model = fitPredictor(estimator, train.x, train.y, {});
      trainScores.data[k * folds.length + f] = score(model, train.x, train.y, {});
      testScores.data[k * folds.length + f] = score(model, test.x, test.y, {});
    }
  });
  return { trainScores, testScores };
}
