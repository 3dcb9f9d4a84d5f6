/**
 * Gaussian mixtures: the suite, and scikit-learn's values (test/golden/sklearn/mixture.py).
 */
import { describe, expect, it } from 'vitest';
import golden from '../../../test/golden/sklearn/mixture.json' with { type: 'json' };
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import { iris, wine } from '../../data/tables/index.ts';
import { checkEstimator } from '../conformance/index.ts';
import { matrixOf } from '../matrix.ts';
import { columnMeans } from '../moments.ts';
import type { CovarianceType } from './covariance.ts';
import { FittedGaussianMixture, GaussianMixture } from './gaussian-mixture.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest>>;
const I = matrixOf('test', iris().data);
const W = matrixOf('test', wine().data);
const forms: readonly CovarianceType[] = ['full', 'tied', 'diag', 'spherical'];
/** Sums in another order, over some tens of iterations. */
const TOLERANCE = 1e-7;

describe.each(forms)('GaussianMixture, %s', (covariance) => {
  const make = () => new GaussianMixture({ components: 3, covariance });
  for (const { name, run, skip } of checkEstimator(make, { noSampleWeight: true })) {
    it.skipIf(skip !== undefined)(name, run);
  }
  it('agrees with scikit-learn', () => {
    for (const [name, x] of [
      ['iris', I],
      ['wine', W],
    ] as const) {
      const model = new GaussianMixture({ components: 3, covariance, tolerance: 1e-4 }).fit(x);
      const of = (what: string) => cases[`${covariance} ${name} ${what}`];
      expect(model.iterations).toBe(of('iterations')![1]);
      expectDigest(model.lowerBound, of('lower bound'), TOLERANCE);
      expectDigest(model.means, of('means'), TOLERANCE);
      expectDigest(model.weights, of('weights'), TOLERANCE);
      expectDigest(model.predictProba(x), of('proba'), TOLERANCE);
      expectDigest(model.scoreSamples(x), of('scores'), TOLERANCE);
      expectDigest(model.aic(x), of('aic'), TOLERANCE);
      expectDigest(model.bic(x), of('bic'), TOLERANCE);
      expectDigest(Float64Array.from(model.labels), of('labels'), 1e-12);
    }
  });
  it('draws samples with the means and deviations of the mixture', () => {
    const model = new GaussianMixture({ components: 2, covariance }).fit(I);
    const { x, labels } = model.sample(4000, { seed: 3 });
    const drawn = matrixOf('test', x);
    const own = Array.from(labels.keys()).filter((i) => labels[i] === 0);
    expect(own.length / 4000).toBeCloseTo(model.weights[0]!, 1);
    columnMeans(drawn.takeRows(own)).mean.forEach((mean, j) => {
      expect(Math.abs(mean - model.means.at(0, j))).toBeLessThan(0.08);
    });
    // The model finds its own samples as likely as those it was fitted on.
    expect(Math.abs(model.score(x) - model.score(I))).toBeLessThan(0.2);
  });
});

describe('GaussianMixture', () => {
  it('refuses fewer samples than components, and covariances that have collapsed', () => {
    expect(() => new GaussianMixture({ components: 3 }).fit([[1], [2]])).toThrow('3 components need as many samples');
    const line = Array.from({ length: 6 }, (_, i) => [i, 0]);
    expect(() => new GaussianMixture({ covarianceFloor: 0 }).fit(line)).toThrow(/not positive definite/);
  });
  it('a state with covariances of another form is refused', () => {
    const state = new GaussianMixture({ components: 2 }).fit(I).toState();
    expect(() =>
      FittedGaussianMixture.fromState({ ...state, fields: { ...state.fields, covariance: 'tied' } }),
    ).toThrow('must have 1 covariances, got 2');
  });
});
