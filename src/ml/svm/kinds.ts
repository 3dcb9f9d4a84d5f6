/**
 * The support vector machines that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedSVC, FittedSVR } from './support-vectors.ts';

export const svmKinds: Kinds = { SVC: FittedSVC, SVR: FittedSVR };
