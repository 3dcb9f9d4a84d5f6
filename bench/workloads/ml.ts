/**
 * Classical machine learning as workloads: which estimator, on how many samples of what. Both sides draw the samples from the
 * stream of test/golden/lcg.ts (fathom-ml.ts and sklearn_ml.py say how, alike), fit on them, and show one figure to compare.
 */

export type MlTask =
  'linear' | 'ridge' | 'logistic' | 'svm' | 'neighbors' | 'forest' | 'boosting' | 'kMeans' | 'pca' | 'tsne';

export interface MlWorkload {
  readonly kind: 'ml';
  readonly name: string;
  /** Not counted. */
  readonly flops: 0;
  readonly task: MlTask;
  readonly samples: number;
  readonly features: number;
  /** What a step is, and what is shown of it. */
  readonly about: string;
  /** How far apart the shown figures may be, relative to the larger: solvers' tolerances, or chance. */
  readonly tolerance: number;
}

function row(task: MlTask, samples: number, features: number, about: string, tolerance: number): MlWorkload {
  const name = `${task} ${samples.toLocaleString('en')} × ${features}`;
  return { kind: 'ml', name, flops: 0, task, samples, features, about, tolerance };
}

/** In the order of the table. Of those with chance in them, figures of other seeds differ as much as the tolerance says. */
export function mlWorkloads(): readonly MlWorkload[] {
  return [
    row('linear', 100_000, 50, 'fit; R² of 2,000 others', 1e-6),
    row('ridge', 100_000, 50, 'fit, alpha 1; R² of 2,000 others', 1e-6),
    row('logistic', 100_000, 50, 'fit, C 1, tolerance 1e-4; log loss of 2,000 others', 1e-3),
    row('svm', 5_000, 20, 'fit, radial kernel, C 1; accuracy of 2,000 others', 2e-3),
    row('neighbors', 50_000, 50, '5 neighbours by brute force, 10,000 queries; accuracy', 1e-3),
    row('forest', 20_000, 20, '100 trees; accuracy of 2,000 others', 0.02),
    row('boosting', 1_000_000, 20, '100 iterations, 31 leaves, 255 bins; R² of 2,000 others', 0.02),
    row('kMeans', 100_000, 50, 'k 20, k-means++, one start; inertia per sample', 0.1),
    row('pca', 10_000, 500, '50 components; their share of the variance', 1e-6),
    row('tsne', 5_000, 20, 'perplexity 30, 1,000 iterations; divergence', 0.05),
  ];
}
