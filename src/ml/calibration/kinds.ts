/**
 * The calibrated models and searches that a file may name.
 */
import { FittedSearch } from '../selection/search.ts';
import type { Kinds } from '../state.ts';
import { FittedCalibratedClassifier } from './calibrated-classifier.ts';
import { FittedIsotonicRegression } from './isotonic-regression.ts';

export const calibrationKinds: Kinds = {
  CalibratedClassifier: FittedCalibratedClassifier,
  IsotonicRegression: FittedIsotonicRegression,
  Search: FittedSearch,
};
