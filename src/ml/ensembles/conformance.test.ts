/**
 * Ensembles keep every promise of the suite.
 */
import { describe, it } from 'vitest';
import { checkEstimator, type Traits } from '../conformance/index.ts';
import type { Estimator } from '../protocol.ts';
import { HistGradientBoostingClassifier, HistGradientBoostingRegressor } from './hist-gradient-boosting.ts';

const REPEATED = 'a weight of k is as good as the sample k times, and 0 as good as leaving it out';
const boosting: Traits = {
  allowsNaN: true,
  except: { [REPEATED]: 'the fewest samples of a leaf are counted, not weighed' },
};
const small = { minSamplesLeaf: 3, maxIter: 20 } as const;

const estimators: readonly (readonly [name: string, make: () => Estimator, traits: Traits])[] = [
  ['HistGradientBoostingRegressor', () => new HistGradientBoostingRegressor(small), boosting],
  ['HistGradientBoostingClassifier', () => new HistGradientBoostingClassifier(small), boosting],
  [
    'HistGradientBoostingClassifier, two classes',
    () => new HistGradientBoostingClassifier(small),
    { ...boosting, binaryOnly: true },
  ],
];

describe.each(estimators)('%s', (_, make, traits) => {
  for (const { name, run, skip } of checkEstimator(make, traits)) it.skipIf(skip !== undefined)(name, run);
});
