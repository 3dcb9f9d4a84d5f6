/**
 * AdaBoost, bagging and voting against scikit-learn: test/golden/sklearn/voters.py says what is done with which samples.
 */
import { describe, expect, it } from 'vitest';
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import golden from '../../../test/golden/sklearn/voters.json' with { type: 'json' };
import { breastCancer, diabetes, penguins, wine } from '../../data/tables/index.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { GaussianNB } from '../bayes/gaussian-nb.ts';
import { columnTransformer } from '../compose/column-transformer.ts';
import { pipeline } from '../compose/pipeline.ts';
import { LinearRegression } from '../linear/linear-regression.ts';
import { LogisticRegression } from '../linear/logistic-regression.ts';
import { Ridge } from '../linear/ridge.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { KNeighborsClassifier } from '../neighbors/k-neighbors.ts';
import { CategoryImputer, OneHotEncoder } from '../preparation/encoders.ts';
import { SimpleImputer } from '../preparation/imputers.ts';
import { StandardScaler } from '../preparation/standard-scaler.ts';
import type { Features, Regressor } from '../protocol.ts';
import { modelFromBytes, modelToBytes } from '../saving.ts';
import { DecisionTreeClassifier, DecisionTreeRegressor } from '../trees/decision-trees.ts';
import { AdaBoostClassifier, AdaBoostRegressor } from './ada-boost.ts';
import { BaggingClassifier, BaggingRegressor } from './bagging.ts';
import { WeightedDraws } from './draws.ts';
import { StackingClassifier, StackingRegressor } from './stacking.ts';
import { FittedSoftVotingClassifier, SoftVotingClassifier, VotingClassifier, VotingRegressor } from './voting.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest>>;

/** Every third sample is for testing. Samples are rounded to float32, as scikit-learn's trees hold them. */
function split({ data, target }: { readonly data: Features; readonly target: Tensor }) {
  const given = matrixOf('test', data);
  const x = new Matrix(given.rows, given.columns, given.data.map(Math.fround));
  const y = target.dataSync();
  const pick = (isTest: boolean) => Array.from({ length: x.rows }, (_, i) => i).filter((i) => (i % 3 === 2) === isTest);
  const [train, test] = [pick(false), pick(true)];
  return {
    x: x.takeRows(train),
    y: Float64Array.from(train, (i) => y[i]!),
    testX: x.takeRows(test),
    testY: Float64Array.from(test, (i) => y[i]!),
  };
}

/** Sums in another order. */
const ROUNDING = 1e-9;

const tables = { wine: split(wine()), breastCancer: split(breastCancer()) };
const sugar = split(diabetes());

describe('AdaBoost against scikit-learn', () => {
  for (const [name, { x, y, testX }] of Object.entries(tables)) {
    it.each([
      ['stumps', new AdaBoostClassifier({ estimators: 8 })],
      // What scikit-learn settles by chance, or smooths without regard to weights, is not stored.
      name === 'wine'
        ? ['bayes', new AdaBoostClassifier({ estimator: new GaussianNB(), estimators: 6 })]
        : ['depth 2', new AdaBoostClassifier({ estimator: new DecisionTreeClassifier({ maxDepth: 2 }), estimators: 5, learningRate: 0.5 })], // prettier-ignore
    ] as const)(`${name}, %s: the same votes and probabilities`, (label, estimator) => {
      const model = estimator.fit(x, y);
      expectDigest(model.votes, cases[`${name} ${label} votes`], ROUNDING);
      expectDigest(model.predictProba(testX), cases[`${name} ${label} probabilities`], ROUNDING);
      expectDigest(model.decision(testX), cases[`${name} ${label} decision`], ROUNDING);
    });
  }

  it('says so where the first model is no better than chance', () => {
    // Exclusive or: no single question is right more often than not.
    const x = [[0, 0], [0, 1], [1, 0], [1, 1]]; // prettier-ignore
    expect(() => new AdaBoostClassifier().fit(x, [0, 1, 1, 0])).toThrow(/first model is wrong for 50 %/);
    expect(new AdaBoostClassifier({ estimator: new DecisionTreeClassifier() }).fit(x, [0, 1, 1, 0]).models).toHaveLength(1); // prettier-ignore
  });

  it('knows the importances of features where its models do', () => {
    const { x, y } = tables.wine;
    const importances = new AdaBoostClassifier({ estimators: 8 }).fit(x, y).featureImportances!;
    expect(importances.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    const bayes = new AdaBoostClassifier({ estimator: new GaussianNB(), estimators: 2 }).fit(x, y);
    expect(bayes.featureImportances).toBeUndefined();
  });
});

describe('voting against scikit-learn', () => {
  const members = { tree: new DecisionTreeClassifier({ maxDepth: 2 }), bayes: new GaussianNB(), near: new KNeighborsClassifier({ neighbors: 3 }) }; // prettier-ignore
  it.each(Object.entries(tables))('%s', (name, { x, y, testX }) => {
    expectDigest(new VotingClassifier(members).fit(x, y).predict(testX), cases[`${name} hard`], ROUNDING);
    const weighed = new VotingClassifier(members, { weights: { bayes: 3 } }).fit(x, y);
    expectDigest(weighed.predict(testX), cases[`${name} hard weights`], ROUNDING);
    const soft = new SoftVotingClassifier(members, { weights: { tree: 2 } }).fit(x, y);
    expectDigest(soft.predictProba(testX), cases[`${name} soft`], ROUNDING);
  });

  it('the mean of regressors', () => {
    const { x, y, testX } = sugar;
    const three = {
      line: new LinearRegression(),
      ridge: new Ridge(),
      tree: new DecisionTreeRegressor({ maxDepth: 2 }),
    };
    const model = new VotingRegressor(three, { weights: { ridge: 2 } }).fit(x, y);
    expectDigest(model.predict(testX), cases['diabetes mean'], ROUNDING);
  });

  it('takes samples of whatever kind its estimators take', () => {
    const { columns, target } = penguins();
    const prepare = columnTransformer([
      [pipeline(new SimpleImputer(), new StandardScaler()), ['beakLength', 'beakDepth', 'bodyMass']],
      [pipeline(new CategoryImputer(), new OneHotEncoder()), ['island', 'sex']],
    ]);
    const model = new SoftVotingClassifier({
      bayes: pipeline(prepare, new GaussianNB({ varSmoothing: 0.1 })),
      tree: pipeline(prepare, new DecisionTreeClassifier({ maxDepth: 3 })),
    }).fit(columns, target);
    expect(model.score(columns, target)).toBeGreaterThan(0.95);
    const loaded = modelFromBytes(modelToBytes(model), undefined);
    if (!(loaded instanceof FittedSoftVotingClassifier)) throw new Error('expected a soft voting classifier');
    expect(loaded.predict(columns)).toEqual(model.predict(columns));
    expect(Object.keys(loaded.models)).toEqual(['bayes', 'tree']);
  });

  it('refuses no estimators, and weights of unknown ones', () => {
    expect(() => new VotingClassifier({})).toThrow('VotingClassifier: at least one estimator is needed');
    const weights: Record<string, number> = { trees: 2 };
    expect(() => new VotingClassifier(members, { weights })).toThrow(/weights names "trees", which is none of "tree"/);
    expect(() => new VotingClassifier(members, { weights: { tree: 0 } })).toThrow(
      /weight of "tree" must be .* above 0/,
    );
  });

  it('forgets a class that has no weight', () => {
    const model = new VotingClassifier(members).fit([[0], [1], [2], [9], [10], [11], [5]], [...'aaabbbc'], {
      sampleWeight: [1, 1, 1, 1, 1, 1, 0],
    });
    expect(model.classes).toEqual(['a', 'b']);
  });
});

describe('stacking against scikit-learn', () => {
  const members = { tree: new DecisionTreeClassifier({ maxDepth: 1 }), bayes: new GaussianNB(), near: new KNeighborsClassifier({ neighbors: 3 }) }; // prettier-ignore
  const finalEstimator = new LogisticRegression({ tolerance: 1e-10, maxIterations: 10_000 });
  it.each(Object.entries(tables))('%s', (name, { x, y, testX }) => {
    const model = new StackingClassifier(members, { finalEstimator }).fit(x, y);
    expectDigest(model.transform(testX), cases[`${name} stacked answers`], ROUNDING);
    expectDigest(model.predictProba(testX), cases[`${name} stacked`], 1e-6);
    const plain = new StackingClassifier(members, { finalEstimator, stackMethod: 'predict', cv: 3 }).fit(x, y);
    expectDigest(plain.predictProba(testX), cases[`${name} stacked predictions`], 1e-6);
  });

  it('regressors', () => {
    const { x, y, testX } = sugar;
    const two = { ridge: new Ridge({ alpha: 2 }), tree: new DecisionTreeRegressor({ maxDepth: 2 }) };
    expectDigest(new StackingRegressor(two).fit(x, y).predict(testX), cases['diabetes stacked'], ROUNDING);
    const lines = { ridge: new Ridge({ alpha: 2 }), line: new LinearRegression() };
    const model = new StackingRegressor(lines, { finalEstimator: new LinearRegression(), cv: 4, passthrough: true });
    const weighed = model.fit(x, y, { sampleWeight: y.map((_, i) => 1 + (i % 3)) });
    expectDigest(weighed.predict(testX), cases['diabetes stacked weights'], 1e-7);
  });

  it('leaves out samples without weight before folds are made', () => {
    const { x, y, testX } = sugar;
    const model = new StackingRegressor({ ridge: new Ridge() });
    const kept = Array.from(y.keys()).filter((i) => i % 4 > 0);
    const weighed = model.fit(x, y, { sampleWeight: y.map((_, i) => (i % 4 > 0 ? 1 : 0)) });
    const own = model.fit(x.takeRows(kept), kept.map((i) => y[i]!)); // prettier-ignore
    expect(weighed.predict(testX).dataSync()).toEqual(own.predict(testX).dataSync());
  });

  it('refuses a method that an estimator does not have, and one fold', () => {
    const { x, y } = tables.wine;
    const model = new StackingClassifier({ hard: new VotingClassifier(members) }, { stackMethod: 'decision' });
    expect(() => model.fit(x, y)).toThrow(/decision/);
    expect(() => new StackingClassifier(members, { cv: 1 })).toThrow(/cv must be a whole number from 2/);
  });
});

/** Models are random: the mean of four seeds must lie in the range of scikit-learn's eight, give or take this much. */
const SPREAD = 0.01;

function expectScore(name: string, score: (seed: number) => number) {
  const [, low, high] = cases[name]!.map(Number);
  const mean = [0, 1, 2, 3].reduce((sum, seed) => sum + score(seed) / 4, 0);
  expect(mean, `scikit-learn's are ${low} to ${high}`).toBeGreaterThan(low! - SPREAD);
  expect(mean, `scikit-learn's are ${low} to ${high}`).toBeLessThan(high! + SPREAD);
}

describe('models of drawn samples are as good as those of scikit-learn', () => {
  const { x, y, testX, testY } = sugar;
  const scored = (make: (seed: number) => Regressor) => (seed: number) => make(seed).fit(x, y).score(testX, testY);
  it.each([
    ['boosted linear', scored((seed) => new AdaBoostRegressor({ seed }))],
    ['boosted square', scored((seed) => new AdaBoostRegressor({ loss: 'square', seed }))],
    ['boosted exponential', scored((seed) => new AdaBoostRegressor({ loss: 'exponential', seed }))],
    ['bagged trees', scored((seed) => new BaggingRegressor({ estimators: 30, seed }))],
    ['bagged parts', scored((seed) => new BaggingRegressor({ estimators: 30, maxSamples: 0.5, maxFeatures: 0.5, bootstrap: false, seed }))], // prettier-ignore
    ['bagged outside', (seed: number) => new BaggingRegressor({ estimators: 60, oobScore: true, seed }).fit(x, y).oobScore!], // prettier-ignore
  ] as const)('%s', (name, score) => expectScore(name, score));

  it('bagged neighbours', () => {
    const own = tables.breastCancer;
    const scaler = new StandardScaler().fit(own.x);
    const [train, test] = [scaler.transform(own.x), scaler.transform(own.testX)];
    expectScore('bagged neighbours', (seed) => {
      const estimator = new KNeighborsClassifier({ neighbors: 3 });
      const options = { estimator, estimators: 20, maxSamples: 0.3, maxFeatures: 0.5, bootstrapFeatures: true, seed };
      return new BaggingClassifier(options).fit(train, own.y).score(test, own.testY);
    });
  });

  it('refuses more than there is to draw from, and out-of-bag scores where nothing is out', () => {
    expect(() => new BaggingRegressor({ oobScore: true, bootstrap: false })).toThrow(/oobScore needs bootstrap/);
    const greedy = new BaggingRegressor({ maxFeatures: 11 });
    expect(() => greedy.fit(x, y)).toThrow('maxFeatures is 11, but there are only 10 to draw from');
  });

  it('draws by weight', () => {
    const weights = Float64Array.of(1, 0, 3, 4);
    const counts = [0, 0, 0, 0];
    for (const i of new WeightedDraws(weights, 5).replaced(80_000)) counts[i]! += 1;
    counts.forEach((count, i) => expect(count / 10_000).toBeCloseTo(weights[i]!, 1));
    const firsts = [0, 0, 0, 0];
    for (let seed = 0; seed < 8000; seed++) firsts[new WeightedDraws(weights, seed).distinct(1)[0]!]! += 1;
    firsts.forEach((count, i) => expect(count / 1000, `${firsts.join()}`).toBeCloseTo(weights[i]!, 0));
    expect([...new WeightedDraws(weights, 1).distinct(3)]).toEqual([0, 2, 3]);
  });
});
