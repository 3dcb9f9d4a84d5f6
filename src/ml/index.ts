/**
 * Classical machine learning: estimators, preparation, metrics and model selection. protocol.ts says how estimators behave,
 * and `checkEstimator` holds any estimator to it.
 */
export type {
  Classifier,
  Clusterer,
  Estimator,
  Features,
  Fitted,
  FittedClassifier,
  FittedClusterer,
  FittedDecidingClassifier,
  FittedOutlierDetector,
  FittedProbabilisticClassifier,
  FittedRegressor,
  FittedTransformer,
  FitOptions,
  Label,
  Labels,
  NumberArray,
  OutlierDetector,
  ProbabilisticClassifier,
  Regressor,
  Targets,
  Transformer,
  Weights,
} from './protocol.ts';
export { Matrix } from './matrix.ts';
export type { ClassWeight } from './labels.ts';
export { ClassifierBase, ProbabilisticBase, RegressorBase, TransformerBase } from './fitted.ts';
export { loadModel, modelFromBytes, modelToBytes, type Restorable, restore, saveModel } from './saving.ts';
export { type ArrayState, type Json, type Kinds, type ModelState, type Restore, StateReader } from './state.ts';
export { type Check, checkEstimator, ConformanceError, type Traits } from './conformance/index.ts';

// Linear models
export { FittedLinearRegression, LinearRegression, type LinearRegressionOptions } from './linear/linear-regression.ts';

// Bayes
export { FittedGaussianNB, GaussianNB, type GaussianNBOptions } from './bayes/gaussian-nb.ts';

// Preparation
export { FittedStandardScaler, StandardScaler, type StandardScalerOptions } from './preparation/standard-scaler.ts';

// Metrics
export { accuracy } from './metrics/accuracy.ts';
export { r2 } from './metrics/regression.ts';
