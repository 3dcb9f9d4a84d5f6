/**
 * Every estimator keeps every promise of the suite. One line an estimator; a family with many has its own list beside it.
 */
import { describe, expect, it } from 'vitest';
import { GaussianNB } from './bayes/gaussian-nb.ts';
import { checkEstimator, type Traits } from './conformance/index.ts';
import { LinearRegression } from './linear/linear-regression.ts';
import { StandardScaler } from './preparation/standard-scaler.ts';
import type { Estimator } from './protocol.ts';

const estimators: readonly (readonly [name: string, make: () => Estimator, traits: Traits])[] = [
  ['LinearRegression', () => new LinearRegression(), {}],
  ['GaussianNB', () => new GaussianNB(), {}],
  ['StandardScaler', () => new StandardScaler(), { allowsNaN: true }],
];

describe.each(estimators)('%s', (_, make, traits) => {
  for (const { name, run, skip } of checkEstimator(make, traits)) it.skipIf(skip !== undefined)(name, run);
});

describe('checkEstimator', () => {
  it('refuses an exception for a check that does not exist', () => {
    expect(() => checkEstimator(() => new LinearRegression(), { except: { nonsense: 'x' } })).toThrow(
      /names "nonsense"/,
    );
  });
});
