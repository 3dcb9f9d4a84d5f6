/**
 * The networks that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedMLPClassifier, FittedMLPRegressor } from './mlp.ts';

export const neuralKinds: Kinds = { MLPClassifier: FittedMLPClassifier, MLPRegressor: FittedMLPRegressor };
