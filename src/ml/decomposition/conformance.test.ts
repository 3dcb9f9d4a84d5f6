/**
 * The decompositions keep every promise of the suite.
 */
import { describe, it } from 'vitest';
import { checkEstimator, type Traits } from '../conformance/index.ts';
import type { Estimator } from '../protocol.ts';
import { FastICA } from './fast-ica.ts';
import { IncrementalPCA } from './incremental-pca.ts';
import { KernelPCA } from './kernel-pca.ts';
import { NMF } from './nmf.ts';
import { PCA } from './pca.ts';
import { TruncatedSVD } from './truncated-svd.ts';

const plain: Traits = { noSampleWeight: true };
const lossy: Traits = {
  ...plain,
  except: { 'inverse undoes transform': 'fewer components than features: the rest is lost on purpose' },
};

const estimators: readonly (readonly [name: string, make: () => Estimator, traits: Traits])[] = [
  ['PCA', () => new PCA(), plain],
  ['PCA, whitened', () => new PCA({ whiten: true, solver: 'full' }), plain],
  ['PCA, by a share of the variance', () => new PCA({ components: 0.8 }), lossy],
  ['PCA, randomised', () => new PCA({ components: 1, solver: 'randomized' }), lossy],
  ['IncrementalPCA', () => new IncrementalPCA({ batchSize: 10 }), plain],
  ['TruncatedSVD', () => new TruncatedSVD({ components: 1 }), lossy],
  ['KernelPCA', () => new KernelPCA({ components: 3, kernel: 'rbf', gamma: 0.1 }), plain],
  ['NMF', () => new NMF({ components: 1 }), { ...lossy, nonNegative: true }],
  ['FastICA', () => new FastICA({ maxIterations: 1000 }), plain],
];

describe.each(estimators)('%s', (_, make, traits) => {
  for (const { name, run, skip } of checkEstimator(make, traits)) it.skipIf(skip !== undefined)(name, run);
});
