/**
 * The ensembles that a file may name; forests are with the trees.
 */
import type { Kinds } from '../state.ts';
import { FittedHistGradientBoostingClassifier, FittedHistGradientBoostingRegressor } from './hist-gradient-boosting.ts';

export const ensembleKinds: Kinds = {
  HistGradientBoostingClassifier: FittedHistGradientBoostingClassifier,
  HistGradientBoostingRegressor: FittedHistGradientBoostingRegressor,
};
