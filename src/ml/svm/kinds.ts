/**
 * The support vector machines that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedOneClassSVM } from './one-class-svm.ts';
import { FittedSVC, FittedSVR } from './support-vectors.ts';

export const svmKinds: Kinds = { SVC: FittedSVC, SVR: FittedSVR, OneClassSVM: FittedOneClassSVM };
