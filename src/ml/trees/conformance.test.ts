/**
 * Trees and forests keep every promise of the suite.
 */
import { describe, it } from 'vitest';
import { checkEstimator, type Traits } from '../conformance/index.ts';
import type { Estimator } from '../protocol.ts';
import { DecisionTreeClassifier, DecisionTreeRegressor } from './decision-trees.ts';
import { ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor } from './forests.ts';

const takesGaps: Traits = { allowsNaN: true };
const draws: Traits = {
  allowsNaN: true,
  except: {
    'a weight of k is as good as the sample k times, and 0 as good as leaving it out':
      'a bootstrap of other samples is another bootstrap',
  },
};

const estimators: readonly (readonly [name: string, make: () => Estimator, traits: Traits])[] = [
  ['DecisionTreeClassifier', () => new DecisionTreeClassifier(), takesGaps],
  ['DecisionTreeClassifier, entropy', () => new DecisionTreeClassifier({ criterion: 'entropy' }), takesGaps],
  ['DecisionTreeClassifier, random', () => new DecisionTreeClassifier({ splitter: 'random' }), takesGaps],
  ['DecisionTreeRegressor', () => new DecisionTreeRegressor(), takesGaps],
  ['DecisionTreeRegressor, absolute', () => new DecisionTreeRegressor({ criterion: 'absoluteError' }), takesGaps],
  ['RandomForestClassifier', () => new RandomForestClassifier({ estimators: 10 }), draws],
  ['RandomForestRegressor', () => new RandomForestRegressor({ estimators: 10 }), draws],
  ['ExtraTreesClassifier', () => new ExtraTreesClassifier({ estimators: 10 }), takesGaps],
  ['ExtraTreesRegressor', () => new ExtraTreesRegressor({ estimators: 10 }), takesGaps],
];

describe.each(estimators)('%s', (_, make, traits) => {
  for (const { name, run, skip } of checkEstimator(make, traits)) it.skipIf(skip !== undefined)(name, run);
});
