/**
 * Bayes, discriminants, splits, cross-validation and calibration against scikit-learn: test/golden/sklearn/selection.py says how.
 */
import { describe, expect, it } from 'vitest';
import { type Digest, digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import golden from '../../../test/golden/sklearn/selection.json' with { type: 'json' };
import { breastCancer, diabetes, digits, iris, wine } from '../../data/tables/index.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { CategoricalNB } from '../bayes/categorical-nb.ts';
import { BernoulliNB, ComplementNB, MultinomialNB } from '../bayes/discrete-nb.ts';
import { GaussianNB } from '../bayes/gaussian-nb.ts';
import { LDA } from '../bayes/lda.ts';
import { QDA } from '../bayes/qda.ts';
import { CalibratedClassifier } from '../calibration/calibrated-classifier.ts';
import { IsotonicRegression } from '../calibration/isotonic-regression.ts';
import { pipeline } from '../compose/pipeline.ts';
import { LogisticRegression } from '../linear/logistic-regression.ts';
import { Ridge } from '../linear/ridge.ts';
import { Perceptron, SGDClassifier, SGDRegressor } from '../linear/sgd-estimators.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { StandardScaler } from '../preparation/standard-scaler.ts';
import { SVC } from '../svm/support-vectors.ts';
import { crossValidate, crossValPredict, crossValScore, learningCurve, validationCurve } from './cross-validation.ts';
import type { Predictor } from './scoring.ts';
import { gridSearch } from './search.ts';
import { GroupKFold, StratifiedGroupKFold } from './group-splitters.ts';
import { type Fold, KFold, StratifiedKFold, TimeSeriesSplit } from './splitters.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest>>;
const pixels = digits();
const first = Array.from({ length: 500 }, (_, i) => i);
const X = matrixOf('test', pixels.data).takeRows(first);
const quarters = new Matrix(
  X.rows,
  X.columns,
  X.data.map((value) => Math.floor(value / 4)),
);
const y = Int32Array.from(pixels.target.dataSync().subarray(0, 500));
const [flowers, wines, cancer, sugar] = [iris(), wine(), breastCancer(), diabetes()];
const sugarX = matrixOf('test', sugar.data);
const sixty = Array.from({ length: 60 }, (_, i) => i);
const labels = sixty.map((i) => ((i * i) % 7) % 3);
const groups = [5, 20, 3, 14, 7, 11].flatMap((size, group) => new Array<number>(size).fill(group));
const every = (n: number, value: (i: number) => number) => ({
  sampleWeight: Float64Array.from({ length: n }, (_, i) => value(i)),
});
const absolute = (x: Tensor) => x.abs();

function parts(folds: readonly Fold[]): number[] {
  const result = new Array<number>(60).fill(-1);
  folds.forEach((fold, k) => fold.test.forEach((i) => (result[i] = k)));
  return result;
}
const column = (j: number) => sugarX.takeColumns([j]);
const curve = learningCurve(new Ridge({ alpha: 0.1 }), sugar.data, sugar.target);
const grid = gridSearch(
  ({ alpha, intercept }: { alpha: number; intercept: boolean }) => new Ridge({ alpha, intercept }),
  {
    alpha: [0.01, 0.1, 1, 10],
    intercept: [true, false],
  },
).fit(sugar.data, sugar.target);
const logistic = pipeline(new StandardScaler(), new LogisticRegression({ tolerance: 1e-8 }));
const lines = new Matrix(
  50,
  1,
  Float64Array.from({ length: 50 }, (_, i) => -0.2 + (0.4 * i) / 49),
);

type Result = Tensor | Matrix | Float64Array | readonly number[] | number;
/** Closed forms: what rounding leaves after a few decompositions. */
const CLOSED = 1e-8;
/** Optimisers stopped at a small gradient. */
const SOLVED = 1e-5;

const ours: Readonly<Record<string, readonly [result: () => Result, tolerance: number]>> = {
  MultinomialNB: [
    () =>
      new MultinomialNB({ alpha: 0.5 })
        .fit(
          X,
          y,
          every(500, (i) => i % 3),
        )
        .predictProba(X),
    CLOSED,
  ],
  ComplementNB: [() => new ComplementNB().fit(X, y).predictProba(X), CLOSED],
  'ComplementNB norm': [() => new ComplementNB({ norm: true }).fit(X, y).predictProba(X), CLOSED],
  BernoulliNB: [() => new BernoulliNB({ threshold: 7 }).fit(X, y).predictProba(X), CLOSED],
  CategoricalNB: [
    () =>
      new CategoricalNB({ alpha: 0.3 })
        .fit(
          quarters,
          y,
          every(500, (i) => 1 + (i % 3)),
        )
        .predictProba(quarters),
    CLOSED,
  ],
  GaussianNB: [() => new GaussianNB().fit(wines.data, wines.target).predictProba(wines.data), CLOSED],
  'GaussianNB weights': [
    () =>
      // The floor of variances is a share of the largest, which scikit-learn takes without weights.
      new GaussianNB({ priors: [0.5, 0.3, 0.2], varSmoothing: 0 })
        .fit(
          wines.data,
          wines.target,
          every(178, (i) => i % 4),
        )
        .predictProba(wines.data),
    CLOSED,
  ],
  LDA: [() => new LDA().fit(wines.data, wines.target).predictProba(wines.data), CLOSED],
  'LDA transform': [() => absolute(new LDA().fit(wines.data, wines.target).transform(wines.data)), CLOSED],
  'LDA two': [() => new LDA({ priors: [0.3, 0.7] }).fit(cancer.data, cancer.target).decision(cancer.data), CLOSED],
  'LDA shrinkage': [() => new LDA({ shrinkage: 0.3 }).fit(wines.data, wines.target).predictProba(wines.data), CLOSED],
  'LDA shrinkage auto': [
    () => new LDA({ shrinkage: 'auto' }).fit(cancer.data, cancer.target).predictProba(cancer.data),
    CLOSED,
  ],
  QDA: [() => new QDA().fit(wines.data, wines.target).predictProba(wines.data), CLOSED],
  'QDA regularized': [
    () => new QDA({ regularization: 0.1 }).fit(cancer.data, cancer.target).decision(cancer.data),
    CLOSED,
  ],
  KFold: [() => parts(new KFold({ folds: 7 }).split(60)), CLOSED],
  StratifiedKFold: [() => parts(new StratifiedKFold({ folds: 4 }).split(60, { labels })), CLOSED],
  GroupKFold: [() => parts(new GroupKFold({ folds: 3 }).split(60, { groups })), CLOSED],
  StratifiedGroupKFold: [() => parts(new StratifiedGroupKFold({ folds: 3 }).split(60, { labels, groups })), CLOSED],
  TimeSeriesSplit: [
    () =>
      new TimeSeriesSplit({ folds: 4, gap: 2, maxTrainSize: 25 })
        .split(60)
        .map((fold) => fold.train.length * 1000 + fold.test[0]!),
    CLOSED,
  ],
  crossValScore: [() => crossValScore(new LDA(), flowers.data, flowers.target, { cv: 10 }), CLOSED],
  'crossValScore rmse': [
    () => crossValScore(new Ridge({ alpha: 0.1 }), sugar.data, sugar.target, { scoring: 'rmse' }),
    CLOSED,
  ],
  'crossValScore rocAuc': [
    () => crossValScore(new GaussianNB(), cancer.data, cancer.target, { scoring: 'rocAuc' }),
    CLOSED,
  ],
  'crossValScore logLoss': [
    () => crossValScore(new LDA(), flowers.data, flowers.target, { scoring: 'logLoss' }),
    CLOSED,
  ],
  'crossValScore f1Macro': [
    () => crossValScore(new GaussianNB(), wines.data, wines.target, { scoring: 'f1Macro' }),
    CLOSED,
  ],
  crossValPredict: [() => crossValPredict(new LDA(), flowers.data, flowers.target), CLOSED],
  'crossValPredict proba': [
    () => crossValPredict(new LDA(), flowers.data, flowers.target, { method: 'predictProba' }),
    CLOSED,
  ],
  'crossValPredict numbers': [() => crossValPredict(new Ridge({ alpha: 0.1 }), sugar.data, sugar.target), CLOSED],
  learningCurve: [() => curve.testScores, CLOSED],
  'learningCurve train': [() => curve.trainScores, CLOSED],
  validationCurve: [
    () => validationCurve((alpha: number) => new Ridge({ alpha }), [0.01, 0.1, 1], sugar.data, sugar.target).testScores,
    CLOSED,
  ],
  gridSearch: [() => grid.result!.candidates.map((one) => one.mean), CLOSED],
  IsotonicRegression: [
    () =>
      new IsotonicRegression({ outside: 'clip' })
        .fit(
          column(2),
          sugar.target,
          every(442, (i) => 1 + (i % 3)),
        )
        .predict(lines),
    CLOSED,
  ],
  'IsotonicRegression falling': [
    () =>
      new IsotonicRegression({ increasing: false, low: 100, high: 200 })
        .fit(column(6), sugar.target)
        .predict(column(6)),
    CLOSED,
  ],
  CalibratedClassifier: [
    () => new CalibratedClassifier(new GaussianNB()).fit(cancer.data, cancer.target).predictProba(cancer.data),
    SOLVED,
  ],
  'CalibratedClassifier isotonic': [
    () =>
      // Scores closer than 1e-15 are one to scikit-learn; these lie further apart.
      new CalibratedClassifier(new LDA(), { method: 'isotonic' })
        .fit(cancer.data, cancer.target)
        .predictProba(cancer.data),
    CLOSED,
  ],
  'CalibratedClassifier SVC': [
    () =>
      new CalibratedClassifier(new SVC({ tol: 1e-8 }), { ensemble: false })
        .fit(flowers.data, flowers.target)
        .predictProba(flowers.data),
    SOLVED,
  ],
  'CalibratedClassifier classes': [
    () => new CalibratedClassifier(new LDA(), { cv: 3 }).fit(wines.data, wines.target).predictProba(wines.data),
    SOLVED,
  ],
  'logistic iris': [() => crossValScore(logistic, flowers.data, flowers.target), CLOSED],
  'logistic wine': [() => crossValScore(logistic, wines.data, wines.target), CLOSED],
  'logistic cancer': [() => crossValScore(logistic, cancer.data, cancer.target), CLOSED],
};

describe('selection against scikit-learn', () => {
  it.each(Object.entries(ours))('%s', (name, [result, tolerance]) => expectDigest(result(), cases[name], tolerance));
});

/** The mean score over five seeds: the order of samples differs, so scores agree to about their own spread. */
const descents: Readonly<Record<string, readonly [make: (seed: number) => Predictor<Tensor>, tolerance: number]>> = {
  SGDClassifier: [(seed) => pipeline(new StandardScaler(), new SGDClassifier({ seed })), 0.015],
  'SGDClassifier log': [
    (seed) => pipeline(new StandardScaler(), new SGDClassifier({ loss: 'log', penalty: 'l1', alpha: 1e-3, seed })),
    0.015,
  ],
  'SGDClassifier average': [
    (seed) => pipeline(new StandardScaler(), new SGDClassifier({ loss: 'modifiedHuber', average: true, seed })),
    0.015,
  ],
  Perceptron: [(seed) => pipeline(new StandardScaler(), new Perceptron({ seed })), 0.015],
  SGDRegressor: [(seed) => pipeline(new StandardScaler(), new SGDRegressor({ seed })), 0.01],
  'SGDRegressor adaptive': [
    (seed) =>
      pipeline(
        new StandardScaler(),
        new SGDRegressor({ schedule: 'adaptive', loss: 'huber', epsilon: 20, start: 0.1, seed }),
      ),
    0.01,
  ],
};

describe('stochastic gradient descent against scikit-learn', () => {
  it.each(Object.entries(descents))('%s', (name, [make, tolerance]) => {
    const { data, target } = make(0).role === 'classifier' ? cancer : sugar;
    const means = [0, 1, 2, 3, 4].map((seed) => crossValScore(make(seed), data, target).reduce((a, b) => a + b, 0) / 5);
    const [, mean] = digest(means.reduce((a, b) => a + b, 0) / 5);
    expect(
      Math.abs(Number(mean) - Number(cases[name]![1])),
      `ours ${String(mean)}, theirs ${String(cases[name]![1])}`,
    ).toBeLessThan(tolerance);
  });

  it('every case that is stored is compared', () => {
    expect([...Object.keys(ours), ...Object.keys(descents)].sort()).toEqual(Object.keys(cases).sort());
  });
});

describe('cross-validation', () => {
  it('gives the models and scores of every fold', () => {
    const { models, trainScores, testScores, fitTimes } = crossValidate(
      new GaussianNB(),
      flowers.data,
      flowers.target,
      { cv: 3 },
    );
    expect([models.length, trainScores.length, testScores.length, fitTimes.length]).toEqual([3, 3, 3, 3]);
  });

  it('takes samples in any form, and says what is wrong', () => {
    expect(() => crossValScore(new Ridge(), [[1], [2]], [1, 2, 3])).toThrow('X has 2 samples, but y has 3');
    expect(() => crossValScore(new Ridge(), [[1], [2]], [1, 2])).toThrow('5 folds need at least 5 samples, got 2');
    expect(() => crossValScore(new Ridge(), sugar.data, sugar.target, { scoring: 'accuracy' })).toThrow(
      'score is of classes',
    );
    const twice = new TimeSeriesSplit();
    expect(() => crossValPredict(new Ridge(), sugar.data, sugar.target, { cv: twice })).toThrow('tested exactly once');
  });
});
