/**
 * The linear models that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedElasticNet, FittedLassoCV } from './elastic-net.ts';
import { FittedHuberRegressor } from './huber-regressor.ts';
import { FittedLinearRegression } from './linear-regression.ts';
import { LinearClassifier } from './linear-classifier.ts';
import { FittedLogisticRegression } from './logistic-regression.ts';
import { FittedPoissonRegressor } from './poisson-regressor.ts';
import { FittedSGDRegressor } from './sgd-estimators.ts';
import { FittedRidge, FittedRidgeCV } from './ridge.ts';

export const linearKinds: Kinds = {
  LinearRegression: FittedLinearRegression,
  Ridge: FittedRidge,
  RidgeCV: FittedRidgeCV,
  Lasso: FittedElasticNet,
  ElasticNet: FittedElasticNet,
  LassoCV: FittedLassoCV,
  LogisticRegression: FittedLogisticRegression,
  PoissonRegressor: FittedPoissonRegressor,
  HuberRegressor: FittedHuberRegressor,
  SGDClassifier: LinearClassifier.ofKind('SGDClassifier'),
  Perceptron: LinearClassifier.ofKind('Perceptron'),
  SGDRegressor: FittedSGDRegressor,
};
