/**
 * The models of neighbours that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedKNeighborsClassifier, FittedKNeighborsRegressor } from './k-neighbors.ts';

export const neighborKinds: Kinds = {
  KNeighborsClassifier: FittedKNeighborsClassifier,
  KNeighborsRegressor: FittedKNeighborsRegressor,
};
