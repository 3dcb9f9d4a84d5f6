/**
 * Gaussian processes: the promises of every estimator, and the values of scikit-learn (test/golden/sklearn/gaussian_process.py).
 */
import { describe, expect, it } from 'vitest';
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import golden from '../../../test/golden/sklearn/gaussian_process.json' with { type: 'json' };
import { breastCancer, iris } from '../../data/tables/index.ts';
import { checkEstimator, type Traits } from '../conformance/index.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { moments } from '../moments.ts';
import type { Estimator } from '../protocol.ts';
import { restore } from '../saving.ts';
import { covariance, slopes, variances } from './covariance.ts';
import { GaussianProcessClassifier } from './gaussian-process-classifier.ts';
import { GaussianProcessRegressor } from './gaussian-process-regressor.ts';
import {
  ConstantKernel,
  type CovarianceKernel,
  DotProduct,
  ExpSineSquared,
  kernelFrom,
  Matern,
  RationalQuadratic,
  RBF,
  WhiteKernel,
} from './kernels.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest>>;
const ROUNDING = 1e-10;

const withoutWeights: Traits = { noSampleWeight: true };
const bounds = [0.1, 10] as const;
const near = new ConstantKernel(1, { bounds }).times(new RBF(1, { bounds }));
const noisy = new ConstantKernel(1).times(new RBF(1)).plus(new WhiteKernel(0.1));
const estimators: readonly (readonly [name: string, make: () => Estimator, traits: Traits])[] = [
  ['GaussianProcessRegressor', () => new GaussianProcessRegressor(), withoutWeights],
  ['GaussianProcessRegressor, tuned', () => new GaussianProcessRegressor({ kernel: near, alpha: 0.01, normalizeY: true }), withoutWeights], // prettier-ignore
  ['GaussianProcessClassifier', () => new GaussianProcessClassifier(), withoutWeights],
  ['GaussianProcessClassifier, two classes', () => new GaussianProcessClassifier({ kernel: near }), { ...withoutWeights, binaryOnly: true }], // prettier-ignore
];

describe.each(estimators)('%s', (_, make, traits) => {
  for (const { name, run, skip } of checkEstimator(make, traits)) it.skipIf(skip !== undefined)(name, run);
});

const places = Array.from({ length: 40 }, (_, i) => i);
const x = matrixOf('test', places.map((i) => [((i * 7) % 40) / 10, ((i * 11) % 13) / 6])); // prettier-ignore
const y = Float64Array.from(places, (i) => Math.sin(2 * x.at(i, 0)) + 0.5 * x.at(i, 1) + 0.1 * Math.cos(37 * i));
const z = matrixOf('test', Array.from({ length: 15 }, (_, i) => [-0.5 + (5 * i) / 14, (2 * i) / 14])); // prettier-ignore

const kernels: Readonly<Record<string, CovarianceKernel>> = {
  rbf: new RBF(0.8),
  'rbf by feature': new RBF([0.8, 1.5]),
  'matern 0.5': new Matern(1.1, { nu: 0.5 }),
  'matern 1.5': new Matern([1.1, 0.7]),
  'matern 2.5': new Matern(1.1, { nu: 2.5 }),
  'rational quadratic': new RationalQuadratic(1.2, { alpha: 0.7 }),
  'exp sine squared': new ExpSineSquared(1.3, { period: 2.9 }),
  'dot product': new DotProduct(0.8),
  constant: new ConstantKernel(1.7),
  'sums and products': new ConstantKernel(1.5)
    .times(new RBF(0.9))
    .plus(new ConstantKernel(0.3).times(new DotProduct(1.2)).times(new Matern(1.4, { nu: 2.5 })))
    .plus(new WhiteKernel(0.05)),
};

/** A period is one of a line, not of a plane. */
function samplesFor(name: string): readonly [Matrix, Matrix] {
  return name === 'exp sine squared' ? [x.takeColumns([0]), z.takeColumns([0])] : [x, z];
}

describe('Gaussian processes against scikit-learn', () => {
  it.each(Object.entries(kernels))('%s', (name, kernel) => {
    const [own, others] = samplesFor(name);
    expectDigest(covariance(kernel.form, own), cases[`${name} matrix`], ROUNDING);
    expectDigest(covariance(kernel.form, own, others), cases[`${name} cross`], ROUNDING);
    expectDigest(variances(kernel.form, others), cases[`${name} diagonal`], ROUNDING);
    const model = new GaussianProcessRegressor({ kernel, alpha: 1e-2, optimize: false }).fit(own, y);
    expectDigest(model.logMarginalLikelihood, cases[`${name} evidence`], ROUNDING);
    expectDigest(model.likelihoodOf(kernel)!.slopes, cases[`${name} slopes`], 1e-8);
    const { mean, std } = model.predictStd(others);
    expectDigest(mean, cases[`${name} mean`], 1e-8);
    expectDigest(std, cases[`${name} std`], 1e-8);
  });

  it('derivatives in reverse are those of each element', () => {
    const kernel = kernels['sums and products']!;
    const weight = new Matrix(
      40,
      40,
      Float64Array.from({ length: 1600 }, (_, p) => Math.sin(p)),
    );
    const sum = (theta: Float64Array) =>
      covariance(kernel.withTheta(theta).form, x).data.reduce((total, k, p) => total + k * weight.data[p]!, 0);
    slopes(kernel.form, x, weight).forEach((slope, p) => {
      const moved = (step: number) => sum(kernel.theta.map((value, q) => (p === q ? value + step : value)));
      expect(slope).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 5);
    });
  });

  it('finds the same parameters', () => {
    const kernel = new ConstantKernel(1).times(new RBF([1, 1])).plus(new WhiteKernel(0.1));
    const model = new GaussianProcessRegressor({ kernel, normalizeY: true }).fit(x, y);
    expectDigest(model.kernel.theta, cases['tuned theta'], 1e-5);
    expectDigest(model.logMarginalLikelihood, cases['tuned evidence'], 1e-9);
    const { mean, cov } = model.predictCov(z);
    expectDigest(mean, cases['tuned mean'], 1e-5);
    expectDigest(cov, cases['tuned cov'], 1e-5);
  });

  it('several outputs, and noise by sample', () => {
    const alpha = places.map((i) => 0.01 * (1 + (i % 3)));
    const both = new Matrix(
      40,
      2,
      Float64Array.from({ length: 80 }, (_, p) => y[p >> 1]! ** (1 + (p & 1))),
    );
    const model = new GaussianProcessRegressor({ kernel: new RBF(0.8), alpha, normalizeY: true }).fit(x, both);
    expectDigest(model.kernel.theta, cases['outputs theta'], 1e-5);
    const { mean, std } = model.predictStd(z);
    expectDigest(mean, cases['outputs mean'], 1e-5);
    expectDigest(std, cases['outputs std'], 1e-5);
  });

  it('classes', () => {
    const table = iris();
    const all = matrixOf('test', table.data);
    const labels = table.target.dataSync();
    const pick = (keep: (i: number) => boolean) => Array.from({ length: all.rows }, (_, i) => i).filter(keep);
    const train = pick((i) => i % 3 !== 2);
    const test = pick((i) => i % 3 === 2);
    const kernel = new ConstantKernel(2).times(new RBF(1.5));
    const model = new GaussianProcessClassifier({ kernel, optimize: false });
    const fitted = model.fit(all.takeRows(train), train.map((i) => labels[i]!)); // prettier-ignore
    expectDigest(fitted.predictProba(all.takeRows(test)), cases.iris, 1e-9);
    const two = train.filter((i) => labels[i]! < 2);
    const scaled = new ConstantKernel(2).times(new RBF([1.5, 1, 2, 1.5]));
    const evidence = (theta: Float64Array) =>
      new GaussianProcessClassifier({ kernel: scaled.withTheta(theta), optimize: false }).fit(
        all.takeRows(two),
        two.map((i) => labels[i]!),
      ).logMarginalLikelihood;
    expectDigest(evidence(scaled.theta), cases['two evidence'], 1e-9);
    const numeric = scaled.theta.map((_, p) => {
      const moved = (step: number) => evidence(scaled.theta.map((value, q) => (p === q ? value + step : value)));
      return (moved(1e-4) - moved(-1e-4)) / 2e-4;
    });
    expectDigest(numeric, cases['two slopes'], 1e-5);
  });

  it('finds the same parameters for classes', () => {
    const table = breastCancer();
    const all = matrixOf('test', table.data);
    const deviations = moments(all).variance.map(Math.sqrt);
    const scaled = new Matrix(all.rows, all.columns, all.data.map((v, p) => v / deviations[p % all.columns]!)); // prettier-ignore
    const labels = table.target.dataSync();
    const train = Array.from({ length: all.rows }, (_, i) => i).filter((i) => i % 3 !== 2).slice(0, 120); // prettier-ignore
    const test = Array.from({ length: all.rows }, (_, i) => i).filter((i) => i % 3 === 2);
    const kernel = new ConstantKernel(1).times(new RBF(3));
    const model = new GaussianProcessClassifier({ kernel }).fit(scaled.takeRows(train), train.map((i) => labels[i]!)); // prettier-ignore
    expectDigest(model.kernels[0]!.theta, cases['tuned classifier theta'], 1e-4);
    expectDigest(model.predictProba(scaled.takeRows(test)), cases['tuned classifier'], 1e-4);
  });
});

describe('Gaussian processes', () => {
  it('draws functions with the mean and covariance that it predicts', () => {
    const model = new GaussianProcessRegressor({ kernel: noisy }).fit(x, y);
    const some = z.takeRows([2, 3, 9]);
    const { mean, cov } = model.predictCov(some);
    const draws = model.sampleY(some, { samples: 20_000, seed: 3 });
    expect(draws.shape).toEqual([3, 20_000]);
    const centered = draws.sub(mean.reshape(3, 1));
    const found = centered.matmul(centered.T).div(20_000).dataSync();
    const scale = Math.max(...cov.dataSync());
    cov.dataSync().forEach((value, p) => expect(Math.abs(found[p]! - value)).toBeLessThan(0.04 * scale));
    expect(model.sampleY(some, { seed: 3 }).dataSync()).toEqual(model.sampleY(some, { seed: 3 }).dataSync());
  });

  it('finds a better optimum with restarts than from a bad start', () => {
    const kernel = new RBF(1000).plus(new WhiteKernel(1));
    const once = new GaussianProcessRegressor({ kernel }).fit(x, y);
    const often = new GaussianProcessRegressor({ kernel, restarts: 4 }).fit(x, y);
    expect(often.logMarginalLikelihood).toBeGreaterThanOrEqual(once.logMarginalLikelihood);
    expect(often.logMarginalLikelihood).toBeGreaterThan(-20);
  });

  it('keeps parameters within their bounds, and fixed ones where they are', () => {
    const kernel = new ConstantKernel(1, { bounds: 'fixed' }).times(new RBF(3, { bounds: [2, 5] }));
    const { parameters } = new GaussianProcessRegressor({ kernel, alpha: 0.1 }).fit(x, y).kernel;
    expect(parameters[0]!.value).toBe(1);
    expect(parameters[1]!.value).toBeCloseTo(2, 3);
    expect(parameters[1]!.value).toBeGreaterThanOrEqual(2);
  });

  it('says what is wrong', () => {
    expect(() => new RBF(-1)).toThrow('RBF: lengthScale must be a finite number above 0, got -1');
    expect(() => new RBF(1, { bounds: [2, 3] })).toThrow('lengthScale is 1, which is not within its bounds 2 to 3');
    const kernel = new RBF([1, 2, 3]);
    expect(() => new GaussianProcessRegressor({ kernel }).fit(x, y)).toThrow('3 length scales for 2 features');
    expect(() => new GaussianProcessRegressor({ alpha: [1, 2] }).fit(x, y)).toThrow(
      /alpha has 2 numbers, but X has 40/,
    );
    const model = new GaussianProcessRegressor({ alpha: 0 });
    expect(() => model.fit([[1], [1]], [1, 2])).toThrow(/singular to rounding; give a larger alpha than 0/);
    expect(() => model.fit([[1], [2]], [1, 2], { sampleWeight: [1, 2] })).toThrow(/no sample weights/);
    expect(() => kernelFrom({ kind: 'rbf', parameters: [{ value: -1, bounds: 'fixed' }] })).toThrow(/damaged/);
    const { fields, arrays } = new GaussianProcessRegressor().fit(x, y).toState();
    const broken = { kind: 'GaussianProcessRegressor', fields: { ...fields, kernel: { kind: 'sum' } }, arrays };
    expect(() => restore(broken)).toThrow(/holds no covariance function/);
  });

  it('prints kernels', () => {
    expect(`${kernels['sums and products']!}`).toBe(
      '1.5 · rbf(0.9) + 0.3 · dotProduct(1.2) · matern 2.5(1.4) + white(0.05)',
    );
  });
});
