/**
 * The Gaussian processes that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedGaussianProcessClassifier } from './gaussian-process-classifier.ts';
import { FittedGaussianProcessRegressor } from './gaussian-process-regressor.ts';

export const gaussianProcessKinds: Kinds = {
  GaussianProcessRegressor: FittedGaussianProcessRegressor,
  GaussianProcessClassifier: FittedGaussianProcessClassifier,
};
