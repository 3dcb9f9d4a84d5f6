/**
 * The ensembles that a file may name; forests are with the trees.
 */
import type { Kinds } from '../state.ts';
import { FittedAdaBoostClassifier, FittedAdaBoostRegressor } from './ada-boost.ts';
import { FittedBaggingClassifier, FittedBaggingRegressor } from './bagging.ts';
import { FittedHistGradientBoostingClassifier, FittedHistGradientBoostingRegressor } from './hist-gradient-boosting.ts';
import { FittedStackingClassifier, FittedStackingRegressor } from './stacking.ts';
import { FittedSoftVotingClassifier, FittedVotingClassifier, FittedVotingRegressor } from './voting.ts';

export const ensembleKinds: Kinds = {
  HistGradientBoostingClassifier: FittedHistGradientBoostingClassifier,
  HistGradientBoostingRegressor: FittedHistGradientBoostingRegressor,
  AdaBoostClassifier: FittedAdaBoostClassifier,
  AdaBoostRegressor: FittedAdaBoostRegressor,
  BaggingClassifier: FittedBaggingClassifier,
  BaggingRegressor: FittedBaggingRegressor,
  VotingClassifier: FittedVotingClassifier,
  SoftVotingClassifier: FittedSoftVotingClassifier,
  VotingRegressor: FittedVotingRegressor,
  StackingClassifier: FittedStackingClassifier,
  StackingRegressor: FittedStackingRegressor,
};
