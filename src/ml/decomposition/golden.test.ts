/**
 * The decompositions against scikit-learn: test/golden/sklearn/decomposition.py says what is done with which samples.
 */
import { describe, expect, it } from 'vitest';
import golden from '../../../test/golden/sklearn/decomposition.json' with { type: 'json' };
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import { digits, iris, wine } from '../../data/tables/index.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { type Contrast, FastICA } from './fast-ica.ts';
import { IncrementalPCA } from './incremental-pca.ts';
import { KernelPCA, type KernelPCAOptions } from './kernel-pca.ts';
import { NMF } from './nmf.ts';
import { FittedPCA, PCA } from './pca.ts';
import type { FittedProjection } from './projection.ts';
import { TruncatedSVD } from './truncated-svd.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest>>;
const I = matrixOf('test', iris().data);
const W = matrixOf('test', wine().data);
const D = matrixOf('test', digits().data);

/** Closed forms: what the conditioning of the matrix leaves. */
const CLOSED = 1e-9;

function expectPrincipal(name: string, model: FittedProjection, x: Matrix, tolerance = CLOSED): void {
  expectDigest(model.transform(x), cases[name], tolerance);
  expectDigest(model.components, cases[`${name} components`], tolerance);
  expectDigest(model.explainedVarianceRatio, cases[`${name} ratio`], tolerance);
  expectDigest(model.explainedVariance, cases[`${name} variance`], tolerance);
  expectDigest(model.noiseVariance, cases[`${name} noise`], tolerance);
}

describe('decompositions against scikit-learn', () => {
  it('PCA of iris', () => expectPrincipal('PCA iris', new PCA().fit(I), I));
  it('PCA of wine by factoring the samples', () =>
    expectPrincipal('PCA wine full', new PCA({ components: 5, solver: 'full' }).fit(W), W));
  it('PCA of wine by the covariance', () =>
    expectPrincipal('PCA wine covariance', new PCA({ components: 5, solver: 'covariance' }).fit(W), W));
  it('whitened PCA of wine', () =>
    expectPrincipal('PCA wine whiten', new PCA({ components: 4, whiten: true }).fit(W), W));
  it('PCA of digits by a share of the variance', () =>
    expectPrincipal('PCA digits share', new PCA({ components: 0.9 }).fit(D), D));
  it('PCA of digits by the randomised solver is that of the full one to 1e-6 with 10 power iterations', () =>
    expectPrincipal('PCA digits', new PCA({ components: 6, solver: 'randomized', iterations: 10 }).fit(D), D, 1e-6));
  it('incremental PCA of iris in batches', () =>
    expectPrincipal('IncrementalPCA iris', new IncrementalPCA({ components: 3, batchSize: 40 }).fit(I), I));
  it('incremental, whitened PCA of wine', () =>
    expectPrincipal('IncrementalPCA wine whiten', new IncrementalPCA({ components: 4, whiten: true }).fit(W), W));
  it.each([
    ['exact', 1e-9],
    ['randomized', 1e-6],
  ] as const)('truncated SVD, %s', (solver, tolerance) => {
    for (const [name, x, components] of [
      ['digits', D, 6],
      ['iris', I, 2],
    ] as const) {
      const model = new TruncatedSVD({ components, solver, iterations: 12 }).fit(x);
      expectDigest(model.transform(x), cases[`TruncatedSVD ${name}`], tolerance);
      expectDigest(model.components, cases[`TruncatedSVD ${name} components`], tolerance);
      expectDigest(model.explainedVariance, cases[`TruncatedSVD ${name} variance`], tolerance);
      expectDigest(model.explainedVarianceRatio, cases[`TruncatedSVD ${name} ratio`], tolerance);
    }
  });
});

describe('KernelPCA against scikit-learn', () => {
  const every = (start: number) => I.takeRows(Array.from({ length: 75 }, (_, i) => 2 * i + start));
  const options: readonly KernelPCAOptions[] = [
    { kernel: 'linear' },
    { kernel: 'poly', gamma: 0.1 },
    { kernel: 'rbf', gamma: 0.2 },
    { kernel: 'sigmoid', gamma: 0.01 },
    { kernel: 'cosine' },
  ];
  it.each(options)('$kernel', (one) => {
    const model = new KernelPCA({ components: 3, ...one }).fit(every(0));
    expectDigest(model.eigenvalues, cases[`KernelPCA ${one.kernel} values`], CLOSED);
    expectDigest(model.transform(every(1)), cases[`KernelPCA ${one.kernel}`], CLOSED);
  });
});

describe('NMF against scikit-learn', () => {
  const options = [
    ['iris', I, {}],
    ['digits', D.takeRows(Array.from({ length: 300 }, (_, i) => i)), {}],
    ['penalty', W, { alpha: 0.01, l1Ratio: 0.5 }],
  ] as const;
  it.each(options)('%s', (name, x, one) => {
    const model = new NMF({ components: 3, ...one }).fit(x);
    // The same steps from the same beginning, but for the digits of the singular vectors there.
    expectDigest(model.components, cases[`NMF ${name} components`], 1e-6);
    expectDigest(model.reconstructionError, cases[`NMF ${name} error`], 1e-6);
  });
  it('negative numbers are refused where they are', () => {
    expect(() => new NMF({ components: 1 }).fit([[1, 2], [3, -4]])).toThrow('got -4 at row 1, column 1'); // prettier-ignore
  });
});

describe('FastICA against scikit-learn', () => {
  const source = (t: number) => [Math.sin(t / 11), Math.floor(t / 37) % 2 === 0 ? 1 : -1, (t % 53) / 26.5 - 1];
  const mixing = [[1, 0.5, 1.5], [1, 2, 1], [0.4, 0.3, 2]]; // prettier-ignore
  const mixed = Array.from({ length: 600 }, (_, t) =>
    [0, 1, 2].map((j) => source(t).reduce((sum, value, k) => sum + value * mixing[k]![j]!, 0)),
  );
  it.each<Contrast>(['logcosh', 'exp', 'cube'])('%s', (contrast) => {
    const model = new FastICA({ contrast, tolerance: 1e-10, maxIterations: 2000 }).fit(mixed);
    expectDigest(model.mixing, cases[`FastICA ${contrast} mixing`], 1e-4);
  });
});

describe('decompositions', () => {
  it('batches one by one give the model of all at once', () => {
    const rows = (from: number, to: number) => I.takeRows(Array.from({ length: to - from }, (_, i) => from + i));
    const whole = new IncrementalPCA({ components: 2, batchSize: 50 }).fit(I);
    const parts = new IncrementalPCA({ components: 2, batchSize: 50 }).fit(rows(0, 50)).partialFit(rows(50, 100)).partialFit(rows(100, 150)); // prettier-ignore
    expect(parts.components.data).toEqual(whole.components.data);
    expect(parts.samplesSeen).toBe(150);
  });
  it('more components than there are directions are refused', () => {
    expect(() => new PCA({ components: 5 }).fit(I)).toThrow('150 samples of 4 have 4');
    expect(() => new TruncatedSVD({ components: 5 }).fit(I)).toThrow('150 samples of 4 have 4');
    expect(() => new IncrementalPCA({ components: 5 }).fit(I)).toThrow('need at least as many features');
    expect(() => new PCA({ components: 0.5, solver: 'randomized' }).fit(I)).toThrow('needs a number');
    expect(() => new PCA({ components: 1.5 })).toThrow('whole number');
  });
  it('a state of another model is refused', () => {
    const state = new IncrementalPCA().fit(I).toState();
    expect(() => FittedPCA.fromState(state)).toThrow('this state is of a "IncrementalPCA"');
  });
});
