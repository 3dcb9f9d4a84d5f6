/**
 * The naive Bayes models that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedGaussianNB } from './gaussian-nb.ts';

export const bayesKinds: Kinds = { GaussianNB: FittedGaussianNB };
