/**
 * The linear models that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedLinearRegression } from './linear-regression.ts';

export const linearKinds: Kinds = { LinearRegression: FittedLinearRegression };
