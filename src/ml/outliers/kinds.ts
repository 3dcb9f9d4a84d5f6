/**
 * The outlier detectors that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedIsolationForest } from './isolation-forest.ts';
import { FittedLocalOutlierFactor } from './local-outlier-factor.ts';

export const outlierKinds: Kinds = {
  IsolationForest: FittedIsolationForest,
  LocalOutlierFactor: FittedLocalOutlierFactor,
};
