/**
 * Neighbours: the suite, and scikit-learn's predictions (test/golden/sklearn/neighbors.py).
 */
import { describe, expect, it } from 'vitest';
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import golden from '../../../test/golden/sklearn/neighbors.json' with { type: 'json' };
import { diabetes, digits, wine } from '../../data/tables/index.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { checkEstimator } from '../conformance/index.ts';
import { matrixOf } from '../matrix.ts';
import type { Estimator, Features } from '../protocol.ts';
import { KNeighborsClassifier, type KNeighborsOptions, KNeighborsRegressor } from './k-neighbors.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest>>;

const estimators: readonly (readonly [name: string, make: () => Estimator])[] = [
  ['KNeighborsClassifier', () => new KNeighborsClassifier()],
  ['KNeighborsClassifier, tree', () => new KNeighborsClassifier({ algorithm: 'kdTree', weights: 'distance' })],
  ['KNeighborsRegressor', () => new KNeighborsRegressor({ metric: 'manhattan' })],
  ['KNeighborsRegressor, tree', () => new KNeighborsRegressor({ algorithm: 'kdTree', metric: { minkowski: 3 } })],
];

describe.each(estimators)('%s', (_, make) => {
  for (const { name, run, skip } of checkEstimator(make, { noSampleWeight: true }))
    it.skipIf(skip !== undefined)(name, run);
});

/** Every third sample is for testing. */
function split({ data, target }: { readonly data: Features; readonly target: Tensor }) {
  const x = matrixOf('test', data);
  const y = target.dataSync();
  const pick = (isTest: boolean) => Array.from({ length: x.rows }, (_, i) => i).filter((i) => (i % 3 === 2) === isTest);
  const [train, test] = [pick(false), pick(true)];
  return { x: x.takeRows(train), y: Float64Array.from(train, (i) => y[i]!), testX: x.takeRows(test) };
}

const variants: readonly (readonly [name: string, options: KNeighborsOptions])[] = [
  ['plain', {}],
  ['distance', { weights: 'distance', neighbors: 8 }],
  ['manhattan', { metric: 'manhattan', neighbors: 3 }],
  ['chebyshev', { metric: 'chebyshev', neighbors: 7 }],
  ['minkowski', { metric: { minkowski: 3 } }],
];

describe('neighbours against scikit-learn', () => {
  const own = { wine: split(wine()), digits: split(digits()), diabetes: split(diabetes()) };
  describe.each(['brute', 'kdTree'] as const)('by %s', (algorithm) => {
    it.each(variants)('%s', (name, options) => {
      const regressor = new KNeighborsRegressor({ ...options, algorithm }).fit(own.diabetes.x, own.diabetes.y);
      // By the largest difference alone, many neighbours are equally far; only how far they are is compared then.
      if (name !== 'chebyshev') {
        const model = new KNeighborsClassifier({ ...options, algorithm }).fit(own.wine.x, own.wine.y);
        expectDigest(model.predictProba(own.wine.testX), cases[`wine ${name}`], 1e-12);
        expectDigest(regressor.predict(own.diabetes.testX), cases[`diabetes ${name}`], 1e-12);
      }
      expectDigest(regressor.kneighbors(own.diabetes.testX).distances, cases[`diabetes ${name} distances`], 1e-12);
    });
  });

  it('digits, through the engine', () => {
    const model = new KNeighborsClassifier({ neighbors: 1 }).fit(own.digits.x, own.digits.y);
    expectDigest(Float64Array.from(model.predict(own.digits.testX)), cases['digits'], 1e-12);
  });

  it('fewer samples than neighbours are refused', () => {
    expect(() => new KNeighborsClassifier().fit([[1], [2]], [0, 1])).toThrow(
      '5 neighbors are asked for, but there are 2 samples',
    );
  });
});
