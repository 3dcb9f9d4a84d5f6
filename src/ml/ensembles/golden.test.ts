/**
 * Boosting against scikit-learn: test/golden/sklearn/ensembles.py says what is done with which samples.
 */
import { describe, expect, it } from 'vitest';
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import golden from '../../../test/golden/sklearn/ensembles.json' with { type: 'json' };
import type { Tensor } from '../../tensor/tensor.ts';
import { breastCancer, diabetes, wine } from '../../data/tables/index.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { logLoss } from '../metrics/probability.ts';
import type { Features } from '../protocol.ts';
import { HistGradientBoostingClassifier, HistGradientBoostingRegressor } from './hist-gradient-boosting.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest & number>>;

/** Every third sample is for testing. */
function split({ data, target }: { readonly data: Features; readonly target: Tensor }) {
  const x = matrixOf('test', data);
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

/** scikit-learn sums float32 derivatives, ours are float64. */
const SINGLE = 2e-6;

/**
 * Where cuts are as good as each other (few different derivatives, or bins that a node has no samples in), the last digit
 * decides, and with it every tree after; then scores are compared: two samples in a hundred and ninety, at most.
 */
function expectNear(name: string, score: number, tolerance: number): void {
  expect(Math.abs(score - Number(cases[name])), `${score}, scikit-learn ${Number(cases[name])}`).toBeLessThan(
    tolerance,
  );
}

const options = { maxIter: 30, earlyStopping: false } as const;

describe('histogram boosting against scikit-learn', () => {
  const { x, y, testX, testY } = split(diabetes());
  it.each([
    ['regressor', () => new HistGradientBoostingRegressor(options).fit(x, y).predict(testX)],
    [
      'regressor l2',
      () =>
        new HistGradientBoostingRegressor({ ...options, l2Regularization: 3, maxLeafNodes: 5, learningRate: 0.3 })
          .fit(x, y)
          .predict(testX),
    ],
    [
      'regressor bins',
      () => new HistGradientBoostingRegressor({ ...options, maxBins: 16, maxDepth: 3 }).fit(x, y).predict(testX),
    ],
    [
      'regressor weights',
      () =>
        new HistGradientBoostingRegressor(options)
          .fit(x, y, { sampleWeight: y.map((_, i) => 1 + (i % 3)) })
          .predict(testX),
    ],
  ] as const)('%s', (name, predict) => expectDigest(predict(), cases[name], SINGLE));

  it('gaps, and directions', () => {
    const gaps = new HistGradientBoostingRegressor(options).fit(gapped(x), y);
    expectNear('gaps', gaps.score(gapped(testX), testY), 0.01);
    const directed = new HistGradientBoostingRegressor({ ...options, monotonic: [0, 0, 1, 1, 0, 0, -1, 0, 1, 0] });
    expectNear('monotonic', directed.fit(x, y).score(testX, testY), 0.01);
  });

  it('two classes', () => {
    const own = split(breastCancer());
    const model = new HistGradientBoostingClassifier(options).fit(own.x, own.y);
    expectNear('binary', model.score(own.testX, own.testY), 0.011);
    expectNear('binary loss', logLoss(own.testY, model.predictProba(own.testX)), 0.01);
  });

  it('three classes', () => {
    const own = split(wine());
    const model = new HistGradientBoostingClassifier({ ...options, minSamplesLeaf: 5 }).fit(own.x, own.y);
    expectNear('classes', model.score(own.testX, own.testY), 0.02);
    expectNear('classes loss', logLoss(own.testY, model.predictProba(own.testX)), 0.01);
  });

  it('stops where held-out samples gain no more, and keeps what they lost', () => {
    const model = new HistGradientBoostingRegressor({ maxIter: 500, earlyStopping: true, nIterNoChange: 5 }).fit(x, y);
    expect(model.iterations).toBeLessThan(200);
    const losses = model.boosted.validationLoss;
    expect(losses).toHaveLength(model.iterations + 1);
    expect(Math.min(...losses.slice(-5))).toBeGreaterThanOrEqual(losses.at(-6)! - 1e-7);
  });

  it('only rises or falls with a feature that is said to', () => {
    const model = new HistGradientBoostingRegressor({ ...options, monotonic: [0, 0, 1, 0, 0, 0, -1, 0, 0, 0] }).fit(
      x,
      y,
    );
    const along = (j: number) => {
      const line = new Matrix(50, x.columns);
      for (let i = 0; i < 50; i++) {
        line.data.set(x.row(7), i * x.columns);
        line.data[i * x.columns + j] = -0.2 + 0.008 * i;
      }
      return model.predict(line).dataSync();
    };
    const [rising, falling] = [along(2), along(6)];
    for (let i = 1; i < 50; i++) {
      expect(rising[i]).toBeGreaterThanOrEqual(rising[i - 1]!);
      expect(falling[i]).toBeLessThanOrEqual(falling[i - 1]!);
    }
  });
});
