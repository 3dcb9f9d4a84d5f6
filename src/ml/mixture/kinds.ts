/**
 * The mixtures that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedGaussianMixture } from './gaussian-mixture.ts';

export const mixtureKinds: Kinds = { GaussianMixture: FittedGaussianMixture };
