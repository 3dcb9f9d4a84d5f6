/**
 * The outlier detectors: the suite, and scikit-learn's values (test/golden/sklearn/outliers.py).
 */
import { describe, expect, it } from 'vitest';
import golden from '../../../test/golden/sklearn/outliers.json' with { type: 'json' };
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import { breastCancer, wine } from '../../data/tables/index.ts';
import { checkEstimator } from '../conformance/index.ts';
import { matrixOf } from '../matrix.ts';
import { rocAuc } from '../metrics/curves.ts';
import type { Estimator } from '../protocol.ts';
import { FittedIsolationForest, IsolationForest } from './isolation-forest.ts';
import { LocalOutlierFactor } from './local-outlier-factor.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest>>;
const W = matrixOf('test', wine().data);
const every = (start: number) => W.takeRows(Array.from({ length: 89 }, (_, i) => 2 * i + start));

const estimators: readonly (readonly [name: string, make: () => Estimator])[] = [
  ['IsolationForest', () => new IsolationForest({ estimators: 30 })],
  ['IsolationForest, some features', () => new IsolationForest({ estimators: 30, maxFeatures: 0.5, contamination: 0.1 })], // prettier-ignore
  ['LocalOutlierFactor', () => new LocalOutlierFactor()],
  ['LocalOutlierFactor, by a share', () => new LocalOutlierFactor({ neighbors: 5, contamination: 0.1 })],
];

describe.each(estimators)('%s', (_, make) => {
  for (const { name, run, skip } of checkEstimator(make, { noSampleWeight: true })) {
    it.skipIf(skip !== undefined)(name, run);
  }
});

describe('LocalOutlierFactor against scikit-learn', () => {
  it.each([5, 20])('of %i neighbours', (neighbors) => {
    const model = new LocalOutlierFactor({ neighbors, contamination: 0.1 }).fit(W);
    expectDigest(model.factors, cases[`LocalOutlierFactor ${neighbors} factors`], 1e-10);
    expectDigest(model.outliers, cases[`LocalOutlierFactor ${neighbors} outliers`], 1e-12);
    const novelty = new LocalOutlierFactor({ neighbors }).fit(every(0));
    expectDigest(novelty.decision(every(1)), cases[`LocalOutlierFactor ${neighbors} decision`], 1e-10);
  });
});

describe('IsolationForest against scikit-learn', () => {
  const { data, target } = breastCancer();
  const all = matrixOf('test', data);
  const labels = Int32Array.from(target.dataSync());
  const benign = Array.from(labels.keys()).filter((i) => labels[i] === 1);
  const malignant = Array.from(labels.keys()).filter((i) => labels[i] === 0);
  const rare = [...benign, ...malignant.filter((_, k) => k % 10 === 0)];
  const x = all.takeRows(rare);
  const y = Int32Array.from(rare, (i) => labels[i]!);
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  const scores = seeds.map((seed) => new IsolationForest({ seed }).fit(x).scores(x));

  it('the scores, averaged over seeds, are the same within 1.3 %: four standard errors', () => {
    // The mean score of one forest varies by 0.005 between seeds, here and there; ours are 20 forests, theirs 40.
    const mean = Float64Array.from(
      { length: x.rows },
      (_, i) => seeds.reduce((sum, s) => sum + scores[s]![i]!, 0) / 20,
    );
    expectDigest(mean, cases['IsolationForest mean scores'], 0.013);
  });
  it('the rare, malignant samples are found as well, within 0.005 of the area under the curve', () => {
    const area = seeds.reduce((sum, s) => sum + rocAuc(y, scores[s]!), 0) / 20;
    expect(Math.abs(area - Number(cases['IsolationForest area']![1]))).toBeLessThan(0.005);
  });
  it('trees that name nodes that are not there are refused', () => {
    const state = new IsolationForest({ estimators: 2 }).fit(x).toState();
    const nodes = state.arrays.left!.data.length;
    const spoilt = { data: new Int32Array(nodes), shape: [nodes] };
    expect(() => FittedIsolationForest.fromState({ ...state, arrays: { ...state.arrays, left: spoilt } })).toThrow(
      'not there',
    );
  });
});
