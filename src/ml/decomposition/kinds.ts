/**
 * The decompositions that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedFastICA } from './fast-ica.ts';
import { FittedIncrementalPCA } from './incremental-pca.ts';
import { FittedKernelPCA } from './kernel-pca.ts';
import { FittedNMF } from './nmf.ts';
import { FittedPCA } from './pca.ts';
import { FittedTruncatedSVD } from './truncated-svd.ts';

export const decompositionKinds: Kinds = {
  PCA: FittedPCA,
  IncrementalPCA: FittedIncrementalPCA,
  TruncatedSVD: FittedTruncatedSVD,
  KernelPCA: FittedKernelPCA,
  NMF: FittedNMF,
  FastICA: FittedFastICA,
};
