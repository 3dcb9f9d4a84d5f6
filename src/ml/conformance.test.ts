/**
 * Every estimator keeps every promise of the suite. One line an estimator; a family with many has its own list beside it.
 */
import { describe, expect, it } from 'vitest';
import { CategoricalNB } from './bayes/categorical-nb.ts';
import { BernoulliNB, ComplementNB, MultinomialNB } from './bayes/discrete-nb.ts';
import { GaussianNB } from './bayes/gaussian-nb.ts';
import { LDA } from './bayes/lda.ts';
import { QDA } from './bayes/qda.ts';
import { CalibratedClassifier } from './calibration/calibrated-classifier.ts';
import { pipeline } from './compose/pipeline.ts';
import { checkEstimator, type Traits } from './conformance/index.ts';
import { ElasticNet, Lasso, LassoCV } from './linear/elastic-net.ts';
import { HuberRegressor } from './linear/huber-regressor.ts';
import { LinearRegression } from './linear/linear-regression.ts';
import { LogisticRegression } from './linear/logistic-regression.ts';
import { PoissonRegressor } from './linear/poisson-regressor.ts';
import { Ridge, RidgeCV } from './linear/ridge.ts';
import { Perceptron, SGDClassifier, SGDRegressor } from './linear/sgd-estimators.ts';
import { OneHotEncoder, OrdinalEncoder } from './preparation/encoders.ts';
import { fClassif } from './preparation/feature-scores.ts';
import { KNNImputer, SimpleImputer } from './preparation/imputers.ts';
import { KBinsDiscretizer } from './preparation/k-bins-discretizer.ts';
import { Normalizer } from './preparation/normalizer.ts';
import { PolynomialFeatures } from './preparation/polynomial-features.ts';
import { PowerTransformer } from './preparation/power-transformer.ts';
import { QuantileTransformer } from './preparation/quantile-transformer.ts';
import { MaxAbsScaler, MinMaxScaler, RobustScaler } from './preparation/range-scalers.ts';
import { RFE, SelectKBest, VarianceThreshold } from './preparation/selection.ts';
import { StandardScaler } from './preparation/standard-scaler.ts';
import { TargetEncoder } from './preparation/target-encoder.ts';
import type { Estimator } from './protocol.ts';
import { logUniformBetween } from './selection/candidates.ts';
import { gridSearch, halvingSearch, randomizedSearch } from './selection/search.ts';

const withoutWeights: Traits = { noSampleWeight: true };
const takesGaps: Traits = { noSampleWeight: true, allowsNaN: true };

const categories: Traits = {
  ...takesGaps,
  except: { 'texts among the numbers are refused in fit': 'texts are what it encodes' },
};

const weightOfK = 'a weight of k is as good as the sample k times, and 0 as good as leaving it out';
const byParts: Traits['except'] = {
  [weightOfK]: 'what is left out at a time is a sample or a part, whatever it weighs',
};

const inSequence: Traits['except'] = { [weightOfK]: 'samples come one at a time, so a larger step is not two steps' };
const diverging: Traits['except'] = {
  ...inSequence,
  'features of very different size give finite results':
    'steps that fit the small features are too large for the large ones',
};
const singular = { 'a constant feature does no harm': 'the covariance is then singular, which is refused' };
const single = 'separate clouds are told apart';
const lengthOnly = 'these clouds differ in more than the shares of their features';

const estimators: readonly (readonly [name: string, make: () => Estimator, traits: Traits])[] = [
  ['LinearRegression', () => new LinearRegression(), {}],
  ['Ridge', () => new Ridge(), {}],
  ['RidgeCV', () => new RidgeCV(), { except: byParts }],
  ['Lasso', () => new Lasso({ alpha: 0.1, tolerance: 1e-10 }), {}],
  ['ElasticNet', () => new ElasticNet({ alpha: 0.1, tolerance: 1e-10 }), {}],
  ['LassoCV', () => new LassoCV({ count: 20 }), { except: byParts }],
  ['PoissonRegressor', () => new PoissonRegressor({ alpha: 0 }), { nonNegative: true }],
  ['HuberRegressor', () => new HuberRegressor({ tolerance: 1e-9 }), {}],
  ['LogisticRegression', () => new LogisticRegression({ tolerance: 1e-9 }), {}],
  [
    'LogisticRegression by coordinates',
    () => new LogisticRegression({ penalty: 'elasticnet', tolerance: 1e-8, maxIterations: 100 }),
    {},
  ],
  ['SGDClassifier', () => new SGDClassifier(), { except: inSequence }],
  ['Perceptron', () => new Perceptron(), { except: inSequence }],
  ['SGDRegressor', () => new SGDRegressor({ tolerance: 1e-6, patience: 20 }), { except: diverging }],
  ['MultinomialNB', () => new MultinomialNB(), { nonNegative: true, except: { [single]: lengthOnly } }],
  ['ComplementNB', () => new ComplementNB(), { nonNegative: true }],
  ['BernoulliNB', () => new BernoulliNB({ threshold: 2 }), {}],
  ['CategoricalNB', () => pipeline(new KBinsDiscretizer(), new CategoricalNB()), withoutWeights],
  ['LDA', () => new LDA(), withoutWeights],
  ['LDA, shrunk', () => new LDA({ shrinkage: 'auto' }), withoutWeights],
  ['QDA', () => new QDA(), { ...withoutWeights, except: singular }],
  ['CalibratedClassifier', () => new CalibratedClassifier(new SGDClassifier()), { except: byParts }],
  [
    'CalibratedClassifier, isotonic',
    () => new CalibratedClassifier(new GaussianNB(), { method: 'isotonic' }),
    { except: byParts },
  ],
  ['a grid search', () => gridSearch(({ alpha }) => new Ridge({ alpha }), { alpha: [0.1, 10] }), { except: byParts }],
  [
    'a random search',
    () =>
      randomizedSearch(
        ({ C }) => new LogisticRegression({ C }),
        { C: logUniformBetween(0.1, 10) },
        { candidates: 3, cv: 3 },
      ),
    { except: byParts },
  ],
  [
    'a halving search',
    () => halvingSearch(({ alpha }) => new Ridge({ alpha }), { alpha: [0.1, 1, 10] }, { cv: 3 }),
    withoutWeights,
  ],
  ['GaussianNB', () => new GaussianNB(), {}],
  ['StandardScaler', () => new StandardScaler(), { allowsNaN: true }],
  ['MinMaxScaler', () => new MinMaxScaler(), takesGaps],
  ['MaxAbsScaler', () => new MaxAbsScaler(), takesGaps],
  ['RobustScaler', () => new RobustScaler(), takesGaps],
  ['Normalizer', () => new Normalizer(), withoutWeights],
  ['PowerTransformer', () => new PowerTransformer(), takesGaps],
  [
    'PowerTransformer, Box and Cox',
    () => new PowerTransformer({ method: 'box-cox' }),
    { ...takesGaps, nonNegative: true },
  ],
  ['QuantileTransformer', () => new QuantileTransformer(), takesGaps],
  ['PolynomialFeatures', () => new PolynomialFeatures(), withoutWeights],
  ['KBinsDiscretizer', () => new KBinsDiscretizer(), withoutWeights],
  ['SimpleImputer', () => new SimpleImputer(), takesGaps],
  ['KNNImputer', () => new KNNImputer(), takesGaps],
  ['OneHotEncoder', () => new OneHotEncoder({ unknown: 'ignore' }), categories],
  ['OrdinalEncoder', () => new OrdinalEncoder({ unknownValue: -1 }), categories],
  ['TargetEncoder', () => new TargetEncoder(), { ...categories, target: 'numbers' }],
  ['VarianceThreshold', () => new VarianceThreshold(), takesGaps],
  ['SelectKBest', () => new SelectKBest({ score: fClassif, k: 2 }), withoutWeights],
  [
    'RFE',
    () => new RFE({ estimator: () => new LinearRegression(), features: 2 }),
    { ...withoutWeights, target: 'numbers' },
  ],
  ['a pipeline of scaler and classifier', () => pipeline(new StandardScaler(), new GaussianNB()), withoutWeights],
  ['a pipeline of scaler and regressor', () => pipeline(new MinMaxScaler(), new LinearRegression()), withoutWeights],
  [
    'a pipeline of transformers',
    () => pipeline(new SimpleImputer(), new PolynomialFeatures(), new StandardScaler()),
    takesGaps,
  ],
];

describe.each(estimators)('%s', (_, make, traits) => {
  for (const { name, run, skip } of checkEstimator(make, traits)) it.skipIf(skip !== undefined)(name, run);
});

describe('checkEstimator', () => {
  it('refuses an exception for a check that does not exist', () => {
    expect(() => checkEstimator(() => new LinearRegression(), { except: { nonsense: 'x' } })).toThrow(
      /names "nonsense"/,
    );
  });
});
