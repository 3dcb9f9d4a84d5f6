/**
 * Ensembles keep every promise of the suite.
 */
import { describe, it } from 'vitest';
import { checkEstimator, type Traits } from '../conformance/index.ts';
import { GaussianNB } from '../bayes/gaussian-nb.ts';
import { LinearRegression } from '../linear/linear-regression.ts';
import { LogisticRegression } from '../linear/logistic-regression.ts';
import { Ridge } from '../linear/ridge.ts';
import type { Estimator } from '../protocol.ts';
import { DecisionTreeClassifier, DecisionTreeRegressor } from '../trees/decision-trees.ts';
import { AdaBoostClassifier, AdaBoostRegressor } from './ada-boost.ts';
import { BaggingClassifier, BaggingRegressor } from './bagging.ts';
import { HistGradientBoostingClassifier, HistGradientBoostingRegressor } from './hist-gradient-boosting.ts';
import { StackingClassifier, StackingRegressor } from './stacking.ts';
import { SoftVotingClassifier, VotingClassifier, VotingRegressor } from './voting.ts';

const REPEATED = 'a weight of k is as good as the sample k times, and 0 as good as leaving it out';
const boosting: Traits = {
  allowsNaN: true,
  except: { [REPEATED]: 'the fewest samples of a leaf are counted, not weighed' },
};
const drawing: Traits = {
  allowsNaN: true,
  except: { [REPEATED]: 'samples are drawn, and repeated ones are drawn otherwise' },
};
const folded: Traits = { except: { [REPEATED]: 'what is left out at a time is a sample, whatever it weighs' } };
const small = { minSamplesLeaf: 3, maxIter: 20 } as const;

const single = { minSamplesLeaf: 1, maxIter: 20 } as const;

const estimators: readonly (readonly [name: string, make: () => Estimator, traits: Traits])[] = [
  ['HistGradientBoostingRegressor', () => new HistGradientBoostingRegressor(small), boosting],
  ['HistGradientBoostingClassifier', () => new HistGradientBoostingClassifier(small), boosting],
  [
    'HistGradientBoostingClassifier, two classes',
    () => new HistGradientBoostingClassifier(small),
    { ...boosting, binaryOnly: true },
  ],
  // Where any leaf may be as small as one sample, weights are repetitions.
  [
    'HistGradientBoostingRegressor, leaves of one',
    () => new HistGradientBoostingRegressor(single),
    { allowsNaN: true },
  ],
  [
    'HistGradientBoostingClassifier, leaves of one',
    () => new HistGradientBoostingClassifier(single),
    { allowsNaN: true },
  ],
  ['AdaBoostClassifier', () => new AdaBoostClassifier({ estimators: 10 }), { allowsNaN: true }],
  [
    'AdaBoostClassifier, two classes',
    () => new AdaBoostClassifier({ estimators: 10 }),
    { allowsNaN: true, binaryOnly: true },
  ],
  ['AdaBoostClassifier of Bayes', () => new AdaBoostClassifier({ estimator: new GaussianNB(), estimators: 4 }), {}],
  ['AdaBoostRegressor', () => new AdaBoostRegressor({ estimators: 10 }), drawing],
  ['BaggingClassifier', () => new BaggingClassifier({ oobScore: true }), drawing],
  [
    'BaggingClassifier of lines',
    () =>
      new BaggingClassifier({
        estimator: new LogisticRegression(),
        bootstrap: false,
        maxSamples: 0.8,
        maxFeatures: 0.7,
      }),
    { ...drawing, allowsNaN: false },
  ],
  ['BaggingRegressor', () => new BaggingRegressor({ bootstrapFeatures: true, maxFeatures: 6 }), drawing],
  [
    'VotingClassifier',
    () =>
      new VotingClassifier(
        { tree: new DecisionTreeClassifier({ maxDepth: 3 }), bayes: new GaussianNB() },
        { weights: { bayes: 2 } },
      ),
    {},
  ],
  [
    'SoftVotingClassifier',
    () => new SoftVotingClassifier({ tree: new DecisionTreeClassifier({ maxDepth: 3 }), bayes: new GaussianNB() }),
    {},
  ],
  [
    'VotingRegressor',
    () =>
      new VotingRegressor({
        line: new LinearRegression(),
        ridge: new Ridge(),
        tree: new DecisionTreeRegressor({ maxDepth: 3 }),
      }),
    {},
  ],
  [
    'StackingClassifier',
    () =>
      new StackingClassifier({ tree: new DecisionTreeClassifier({ maxDepth: 3 }), bayes: new GaussianNB() }, { cv: 3 }),
    folded,
  ],
  [
    'StackingRegressor with features',
    () =>
      new StackingRegressor(
        { line: new LinearRegression(), tree: new DecisionTreeRegressor({ maxDepth: 3 }) },
        { passthrough: true },
      ),
    folded,
  ],
];

describe.each(estimators)('%s', (_, make, traits) => {
  for (const { name, run, skip } of checkEstimator(make, traits)) it.skipIf(skip !== undefined)(name, run);
});
