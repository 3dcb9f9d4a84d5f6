/**
 * Trees and forests against scikit-learn: test/golden/sklearn/trees.py says what is done with which samples.
 */
import { describe, expect, it } from 'vitest';
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import golden from '../../../test/golden/sklearn/trees.json' with { type: 'json' };
import type { Tensor } from '../../tensor/tensor.ts';
import { breastCancer, diabetes, digits, iris, wine } from '../../data/tables/index.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import type { Features } from '../protocol.ts';
import {
  DecisionTreeClassifier,
  DecisionTreeRegressor,
  type FittedDecisionTreeClassifier,
  type FittedDecisionTreeRegressor,
} from './decision-trees.ts';
import { ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor } from './forests.ts';
import { permutationImportance } from './permutation-importance.ts';
import { pruningPath } from './prune.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest>>;

/** Every third sample is for testing. */
function split({ data, target }: { readonly data: Features; readonly target: Tensor }) {
  const given = matrixOf('test', data);
  // scikit-learn holds the samples of trees as float32.
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

function gapped(x: Matrix): Matrix {
  const hasGap = (k: number) => (7 * Math.floor(k / x.columns) + 3 * (k % x.columns)) % 11 === 0;
  return new Matrix(
    x.rows,
    x.columns,
    x.data.map((value, k) => (hasGap(k) ? Number.NaN : value)),
  );
}

/** Sums in another order. */
const ROUNDING = 1e-12;

function expectTree(
  name: string,
  model: FittedDecisionTreeClassifier<number> | FittedDecisionTreeRegressor,
  x: Matrix,
) {
  const { tree } = model;
  expectDigest(tree.nodes, cases[`${name} nodes`], ROUNDING);
  expectDigest(tree.feature, cases[`${name} features`], ROUNDING);
  expectDigest(tree.threshold, cases[`${name} thresholds`], ROUNDING);
  expectDigest(model.featureImportances, cases[`${name} importances`], ROUNDING);
  const predictions = 'predictProba' in model ? model.predictProba(x) : model.predict(x);
  expectDigest(predictions, cases[`${name} predictions`], ROUNDING);
}

const tables = { iris: iris(), wine: wine(), breastCancer: breastCancer(), digits: digits() };
const sugar = split(diabetes());

describe('decision trees against scikit-learn', () => {
  for (const [name, table] of Object.entries(tables)) {
    const { x, y, testX } = split(table);
    it.each(['gini', 'entropy'] as const)(`${name} by %s: the same tree`, (criterion) => {
      expectTree(`${name} ${criterion}`, new DecisionTreeClassifier({ criterion, maxDepth: 2 }).fit(x, y), testX);
    });
  }
  const { x, y, testX } = sugar;
  it.each([
    ['squared_error', () => new DecisionTreeRegressor({ maxDepth: 4 }).fit(x, y)],
    ['absolute_error', () => new DecisionTreeRegressor({ maxDepth: 4, criterion: 'absoluteError' }).fit(x, y)],
    ['leaf', () => new DecisionTreeRegressor({ minSamplesLeaf: 20 }).fit(x, y)],
    [
      'weights',
      () => new DecisionTreeRegressor({ maxDepth: 3 }).fit(x, y, { sampleWeight: y.map((_, i) => 1 + (i % 3)) }),
    ],
    ['pruned', () => new DecisionTreeRegressor({ ccpAlpha: 40 }).fit(x, y)],
  ] as const)('diabetes, %s: the same tree', (name, fit) => expectTree(`diabetes ${name}`, fit(), testX));

  it('diabetes with gaps: the same tree, and gaps go the same ways', () => {
    const model = new DecisionTreeRegressor({ maxDepth: 3 }).fit(gapped(x), y);
    expectTree('diabetes gaps', model, gapped(testX));
  });

  it('pruning takes the same steps', () => {
    const { alphas, impurities } = pruningPath(new DecisionTreeRegressor({ maxDepth: 4 }).fit(x, y).tree);
    expectDigest(alphas, cases['diabetes path alphas'], ROUNDING);
    expectDigest(impurities, cases['diabetes path impurities'], ROUNDING);
  });
});

/** Forests are random: the mean of two seeds must lie in the range of scikit-learn's five, give or take this much. */
const SPREAD = 0.02;

function expectScore(name: string, score: (seed: number) => number) {
  const [, low, high] = cases[name]!.map(Number);
  const mean = (score(0) + score(1)) / 2;
  expect(mean, `scikit-learn's are ${low} to ${high}`).toBeGreaterThan(low! - SPREAD);
  expect(mean, `scikit-learn's are ${low} to ${high}`).toBeLessThan(high! + SPREAD);
}

describe('forests against scikit-learn', () => {
  const { wine: a, breastCancer: b, digits: c } = tables;
  for (const [name, table] of Object.entries({ wine: a, breastCancer: b, digits: c })) {
    const { x, y, testX, testY } = split(table);
    it.each([
      ['RandomForestClassifier', (seed: number) => new RandomForestClassifier({ seed })],
      ['ExtraTreesClassifier', (seed: number) => new ExtraTreesClassifier({ seed })],
    ] as const)(`${name}, %s: as good on new samples`, (kind, make) => {
      expectScore(`${name} ${kind}`, (seed) => make(seed).fit(x, y).score(testX, testY));
    });
  }
  const { x, y, testX, testY } = sugar;
  it.each([
    ['RandomForestRegressor', (seed: number) => new RandomForestRegressor({ seed })],
    ['ExtraTreesRegressor', (seed: number) => new ExtraTreesRegressor({ seed })],
  ] as const)('diabetes, %s: as good on new samples', (kind, make) => {
    expectScore(`diabetes ${kind}`, (seed) => make(seed).fit(x, y).score(testX, testY));
  });

  it('the score by samples that trees did not draw is as high', () => {
    expectScore('diabetes oob', (seed) => {
      return new RandomForestRegressor({ estimators: 200, oobScore: true, seed }).fit(x, y).oobScore!;
    });
  });

  it('permuting the features that the trees use most costs most', () => {
    const model = new RandomForestRegressor({ estimators: 30 }).fit(x, y);
    const { mean } = permutationImportance((samples) => model.score(samples, y), x, { repeats: 3 });
    const byImpurity = model.featureImportances;
    const top = (values: Float64Array) => [...values.keys()].sort((i, j) => values[j]! - values[i]!).slice(0, 2);
    expect(top(mean).sort()).toEqual(top(byImpurity).sort());
  });
});
