/**
 * Every estimator keeps every promise of the suite. One line an estimator; a family with many has its own list beside it.
 */
import { describe, expect, it } from 'vitest';
import { GaussianNB } from './bayes/gaussian-nb.ts';
import { pipeline } from './compose/pipeline.ts';
import { checkEstimator, type Traits } from './conformance/index.ts';
import { ElasticNet, Lasso, LassoCV } from './linear/elastic-net.ts';
import { HuberRegressor } from './linear/huber-regressor.ts';
import { LinearRegression } from './linear/linear-regression.ts';
import { LogisticRegression } from './linear/logistic-regression.ts';
import { PoissonRegressor } from './linear/poisson-regressor.ts';
import { Ridge, RidgeCV } from './linear/ridge.ts';
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
