/**
 * The transformers that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedStandardScaler } from './standard-scaler.ts';

export const preparationKinds: Kinds = { StandardScaler: FittedStandardScaler };
