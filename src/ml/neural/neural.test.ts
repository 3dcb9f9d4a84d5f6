/**
 * Multi-layer perceptrons: the suite, what they must equal without hidden layers, and scikit-learn's scores
 * (test/golden/sklearn/neural.py).
 */
import { describe, expect, it } from 'vitest';
import golden from '../../../test/golden/sklearn/neural.json' with { type: 'json' };
import { breastCancer, diabetes, digits, wine } from '../../data/tables/index.ts';
import { pipeline } from '../compose/pipeline.ts';
import { checkEstimator, type Traits } from '../conformance/index.ts';
import { LogisticRegression } from '../linear/logistic-regression.ts';
import { Ridge } from '../linear/ridge.ts';
import { matrixOf } from '../matrix.ts';
import { StandardScaler } from '../preparation/standard-scaler.ts';
import type { Estimator, Features, Labels, Targets } from '../protocol.ts';
import { crossValScore } from '../selection/cross-validation.ts';
import type { Predictor } from '../selection/scoring.ts';
import { MLPClassifier, MLPRegressor } from './mlp.ts';

const weightOfK = 'a weight of k is as good as the sample k times, and 0 as good as leaving it out';
const inBatches: Traits['except'] = { [weightOfK]: 'with another number of samples the mini-batches differ' };
const few = { 'a constant target is predicted, or refused with a typed error': 'in a few passes it only comes near' };
const unscaled = 'features of very different size give finite results';
const estimators: readonly (readonly [name: string, make: () => Estimator, traits: Traits])[] = [
  ['MLPClassifier', () => new MLPClassifier({ hidden: [8], maxEpochs: 30, learningRate: 0.1 }), { except: inBatches }],
  [
    'MLPClassifier, two classes, L-BFGS',
    () => new MLPClassifier({ hidden: [], solver: 'lbfgs', alpha: 0.1, tolerance: 1e-9 }),
    { binaryOnly: true },
  ],
  [
    'MLPRegressor',
    () => new MLPRegressor({ hidden: [6], solver: 'sgd', schedule: 'adaptive', maxEpochs: 20, momentum: 0.5 }),
    { except: { ...inBatches, ...few, [unscaled]: 'the loss grows without bound, which is said' } },
  ],
  [
    'MLPRegressor, early stopping',
    () => new MLPRegressor({ hidden: [6], maxEpochs: 30, learningRate: 0.1, earlyStopping: true }),
    { except: { ...inBatches, ...few } },
  ],
];

describe.each(estimators)('%s', (_, make, own) => {
  for (const { name, run, skip } of checkEstimator(make, own)) it.skipIf(skip !== undefined)(name, run);
});

const [wines, cancer, sugar] = [wine(), breastCancer(), diabetes()];
const scaled = (x: Features) => new StandardScaler().fit(x).transform(x);

describe('without hidden layers', () => {
  it('a classifier is logistic regression with C = 1 / alpha, for two classes and more', () => {
    for (const { data, target } of [wines, cancer]) {
      const x = scaled(data);
      const ours = new MLPClassifier({ hidden: [], solver: 'lbfgs', alpha: 0.5, tolerance: 1e-10, maxEpochs: 1000 });
      const other = new LogisticRegression({ C: 2, tolerance: 1e-10, maxIterations: 1000 });
      const [p, q] = [ours, other].map((model) => model.fit(x, target).predictProba(x).dataSync());
      expect(Math.max(...Array.from(p!, (value, i) => Math.abs(value - q![i]!)))).toBeLessThan(1e-6);
    }
  });

  it('a regressor is ridge regression', () => {
    const x = scaled(sugar.data);
    const ours = new MLPRegressor({ hidden: [], solver: 'lbfgs', alpha: 3, tolerance: 1e-10, maxEpochs: 1000 });
    const [p, q] = [ours, new Ridge({ alpha: 3 })].map((model) => model.fit(x, sugar.target).predict(x).dataSync());
    expect(Math.max(...Array.from(p!, (value, i) => Math.abs(value - q![i]!)))).toBeLessThan(1e-4); // of about 150
  });
});

const first = Array.from({ length: 500 }, (_, i) => i);
const pixels = matrixOf('test', digits().data).takeRows(first);
const kinds = Int32Array.from(digits().target.dataSync().subarray(0, 500));
const z = new StandardScaler().fit(sugar.target.reshape(-1, 1)).transform(sugar.target.reshape(-1, 1)).reshape(-1);
type Case = readonly [make: (seed: number) => Predictor<Features>, x: Features & object, y: Targets & Labels];
const cases: Readonly<Record<string, Case>> = {
  adam: [(seed) => new MLPClassifier({ hidden: [30], maxEpochs: 60, seed }), pixels, kinds],
  sgd: [
    (seed) =>
      new MLPClassifier({ hidden: [20], solver: 'sgd', activation: 'tanh', learningRate: 0.1, maxEpochs: 60, seed }),
    wines.data,
    wines.target,
  ],
  'early stopping': [
    (seed) => new MLPClassifier({ hidden: [20, 10], learningRate: 0.01, earlyStopping: true, seed }),
    cancer.data,
    cancer.target,
  ],
  adaptive: [
    (seed) =>
      new MLPClassifier({ hidden: [10], solver: 'sgd', activation: 'logistic', schedule: 'adaptive', learningRate: 0.5, maxEpochs: 100, patience: 3, seed }), // prettier-ignore
    wines.data,
    wines.target,
  ],
  regressor: [
    (seed) => new MLPRegressor({ hidden: [20], activation: 'tanh', alpha: 10, solver: 'lbfgs', maxEpochs: 300, seed }),
    sugar.data,
    z,
  ],
  'regressor adam': [
    (seed) => new MLPRegressor({ hidden: [20], learningRate: 0.01, maxEpochs: 20, seed }),
    sugar.data,
    z,
  ],
};

describe('scores against scikit-learn', () => {
  it.each(Object.entries(cases))('%s', (name, [make, x, y]) => {
    const seeds = [0, 1, 2, 3];
    const scores = seeds.map((seed) => {
      const folds = crossValScore(scaledFirst(make(seed)), x, y, { cv: 3 });
      return folds.reduce((a, b) => a + b, 0) / 3;
    });
    const mean = scores.reduce((a, b) => a + b, 0) / seeds.length;
    const [, theirs, spread] = (golden.cases as unknown as Record<string, readonly [unknown, number, number]>)[name]!;
    // Four standard errors of the difference of two means, of 4 and of 10 seeds; one sample in a thousand for no spread at all.
    const tolerance = 4 * spread * Math.sqrt(1 / 4 + 1 / 10) + 1e-3;
    expect(Math.abs(mean - theirs), `ours ${mean}, theirs ${theirs} ± ${spread}`).toBeLessThan(tolerance);
  });
});

function scaledFirst(model: Predictor<Features>): Predictor<Features> {
  return model.role === 'classifier' ? pipeline(new StandardScaler(), model) : pipeline(new StandardScaler(), model);
}

describe('partialFit', () => {
  const x = matrixOf('test', scaled(wines.data));
  const y = Array.from(wines.target.dataSync());
  const rows = (k: number) => y.map((_, i) => i).filter((i) => i % 2 === k);
  const part = (k: number) => [x.takeRows(rows(k)), rows(k).map((i) => y[i]!)] as const;
  const mlp = new MLPClassifier({ hidden: [10], learningRate: 0.02 });

  it('goes on from a model, which stays as it was', () => {
    const start = mlp.partialFit(...part(0), { classes: [0, 1, 2] });
    const before = start.predictProba(x).dataSync();
    let model = start;
    for (let pass = 0; pass < 30; pass++) model = mlp.partialFit(...part(pass % 2), { from: model });
    expect(start.predictProba(x).dataSync()).toEqual(before);
    expect(model.score(x, y)).toBeGreaterThan(0.97);
  });

  it('a whole fit is as many passes', () => {
    const regressor = new MLPRegressor({ hidden: [5], maxEpochs: 1 });
    const [a, b] = [regressor.fit(x, y), regressor.partialFit(x, y)];
    expect(a.predict(x).dataSync()).toEqual(b.predict(x).dataSync());
  });

  it('says what does not fit', () => {
    const model = mlp.partialFit(x, y);
    expect(() =>
      mlp.partialFit(
        x,
        y.map((label) => label + 1),
        { from: model },
      ),
    ).toThrow('none of 0, 1, 2');
    expect(() => mlp.partialFit(x.takeColumns([0]), y, { from: model })).toThrow('layers are 13, 10, 3, but 1, 10, 3');
    expect(() => new MLPClassifier({ solver: 'lbfgs' }).partialFit(x, y)).toThrow('goes with the solvers adam and sgd');
    expect(() => new MLPClassifier({ hidden: [0] })).toThrow('hidden[0] must be a whole number from 1 up');
    expect(() => new MLPRegressor({ learningRate: 1e6, solver: 'sgd' }).fit(x, y)).toThrow(
      'the loss grew without bound',
    );
  });
});
