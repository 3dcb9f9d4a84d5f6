/**
 * The trees and forests that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedDecisionTreeClassifier, FittedDecisionTreeRegressor } from './decision-trees.ts';
import { FittedForestClassifier, FittedForestRegressor } from './forests.ts';

export const treeKinds: Kinds = {
  DecisionTreeClassifier: FittedDecisionTreeClassifier,
  DecisionTreeRegressor: FittedDecisionTreeRegressor,
  RandomForestClassifier: FittedForestClassifier,
  RandomForestRegressor: FittedForestRegressor,
  ExtraTreesClassifier: FittedForestClassifier,
  ExtraTreesRegressor: FittedForestRegressor,
};
