/**
 * Every metric against scikit-learn: test/golden/sklearn/metrics.py makes the same predictions up.
 */
import { describe, expect, it } from 'vitest';
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import golden from '../../../test/golden/sklearn/metrics.json' with { type: 'json' };
import { iris } from '../../data/tables/index.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import * as m from './index.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest>>;
const many = Array.from({ length: 60 }, (_, i) => i);
const from = (value: (i: number) => number) => Float64Array.from(many, value);
const labels = (value: (i: number) => number) => Int32Array.from(many, value);
const grid = (rows: number, columns: number, value: (i: number, j: number) => number) =>
  new Matrix(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, (_, k) => value(Math.floor(k / columns), k % columns)),
  );

const truth = labels((i) => ((i * i) % 7) % 3);
const guess = labels((i) => (i % 4 === 0 ? (truth[i]! + i) % 3 : truth[i]!));
const sampleWeight = from((i) => 1 + (i % 3));
const yes = labels((i) => Number((i * i) % 7 < 3));
const taken = labels((i) => (i % 5 === 0 ? 1 - yes[i]! : yes[i]!));
const score = from((i) => {
  const tenths = 10 * ((((i * 29) % 60) / 60 + yes[i]!) / 2);
  const below = Math.floor(tenths);
  // NumPy rounds halves to the even neighbour.
  const isUp = tenths - below > 0.5 || (tenths - below === 0.5 && below % 2 === 1);
  return (below + Number(isUp)) / 10;
});
const raw = grid(60, 3, (i, j) => 1 + ((i * [3, 5, 7][j]! + i * i) % 11) + (truth[i] === j ? 6 : 0));
const table = grid(60, 3, (i, j) => raw.at(i, j) / raw.row(i).reduce((a, b) => a + b, 0));
const y = from((i) => Math.sin(i) * 3 + 4);
const p = from((i) => y[i]! + Math.cos(i * 3) * 0.7);
const y2 = grid(60, 2, (i, j) => y[i]! ** (j + 1));
const p2 = grid(60, 2, (i, j) => (j === 0 ? p[i]! : p[i]! ** 2 + 0.3));
const groups = labels((i) => (i * 3) % 5);
const flowers = iris();
const petals = matrixOf('test', flowers.data);
const irisGroups = Int32Array.from({ length: 150 }, (_, i) =>
  petals.at(i, 2) < 2.5 ? 7 : petals.at(i, 3) < 1.7 ? 3 : 5,
);
const relevance = grid(10, 6, (i, j) => ((i + 1) * (j + 2)) ** 2 % 5);
const ranked = grid(10, 6, (i, j) => ((i + 3) * (j + 1)) ** 3 % 17);
const wanted = grid(10, 6, (i, j) => Number(j === 0 || relevance.at(i, j) > 2));

const roc = m.rocCurve(yes, score);
const curve = m.precisionRecallCurve(yes, score);
const calibration = m.calibrationCurve(
  yes,
  score.map((s) => s * 0.97),
  { bins: 4 },
);
const averages = ['micro', 'macro', 'weighted'] as const;
const clusterings = {
  rand_score: m.randIndex,
  adjusted_rand_score: m.adjustedRand,
  fowlkes_mallows_score: m.fowlkesMallows,
  mutual_info_score: m.mutualInfo,
  normalized_mutual_info_score: m.normalizedMutualInfo,
  adjusted_mutual_info_score: m.adjustedMutualInfo,
  homogeneity_score: m.homogeneity,
  completeness_score: m.completeness,
  v_measure_score: m.vMeasure,
};

const ours: Readonly<Record<string, number | Matrix | Float64Array>> = {
  accuracy: m.accuracy(truth, guess),
  'accuracy weighted': m.accuracy(truth, guess, { sampleWeight }),
  balancedAccuracy: m.balancedAccuracy(truth, guess),
  confusionMatrix: m.confusionMatrix(truth, guess, { sampleWeight }).counts,
  ...Object.fromEntries(
    averages.flatMap((average) => [
      [`precision ${average}`, m.precision(truth, guess, { average })],
      [`recall ${average}`, m.recall(truth, guess, { average, sampleWeight })],
      [`f1 ${average}`, m.f1(truth, guess, { average })],
      [`jaccard ${average}`, m.jaccard(truth, guess, { average })],
    ]),
  ),
  'precision binary': m.precision(yes, taken),
  'recall binary': m.recall(yes, taken, { positive: 0 }),
  fBeta: m.fBeta(yes, taken, 2),
  matthews: m.matthews(truth, guess),
  cohenKappa: m.cohenKappa(truth, guess),
  'cohenKappa quadratic': m.cohenKappa(truth, guess, { weights: 'quadratic', sampleWeight }),
  'rocCurve fpr': roc.falsePositiveRate,
  'rocCurve tpr': roc.truePositiveRate,
  rocAuc: m.rocAuc(yes, score),
  'rocAuc weighted': m.rocAuc(yes, score, { sampleWeight }),
  'rocAuc ovr': m.rocAuc(truth, table),
  'rocAuc ovr weighted': m.rocAuc(truth, table, { average: 'weighted' }),
  'rocAuc ovo': m.rocAuc(truth, table, { multi: 'ovo' }),
  'rocAuc ovo weighted': m.rocAuc(truth, table, { multi: 'ovo', average: 'weighted' }),
  'precisionRecallCurve precision': curve.precision,
  'precisionRecallCurve recall': curve.recall,
  'precisionRecallCurve thresholds': curve.thresholds,
  averagePrecision: m.averagePrecision(yes, score, { sampleWeight }),
  logLoss: m.logLoss(truth, table, { sampleWeight }),
  'logLoss binary': m.logLoss(yes, score),
  brier: m.brier(yes, score),
  'brier classes': m.brier(truth, table),
  hinge: m.hinge(
    yes,
    score.map((s) => s * 4 - 2),
  ),
  'hinge classes': m.hinge(
    truth,
    grid(60, 3, (i, j) => table.at(i, j) * 5),
  ),
  topKAccuracy: m.topKAccuracy(truth, table, 2),
  'calibrationCurve observed': calibration.observed,
  'calibrationCurve predicted': calibration.predicted,
  mse: m.mse(y, p, { sampleWeight }),
  'mse outputs': m.mse(y2, p2),
  'rmse outputs': m.rmse(y2, p2),
  mae: m.mae(y, p),
  mape: m.mape(y, p),
  msle: m.msle(y, p),
  medianAe: m.medianAe(y2, p2),
  maxError: m.maxError(y, p),
  r2: m.r2(y, p, { sampleWeight }),
  'r2 outputs': m.r2(y2, p2),
  explainedVariance: m.explainedVariance(y2, p2, { sampleWeight }),
  poissonDeviance: m.poissonDeviance(y, p),
  pinball: m.pinball(y, p, { alpha: 0.9 }),
  ...Object.fromEntries(
    Object.entries(clusterings).flatMap(([name, metric]) => [
      [name, metric(truth, groups)],
      [`${name} iris`, metric(flowers.target, irisGroups)],
    ]),
  ),
  silhouette: m.silhouette(flowers.data, irisGroups),
  calinskiHarabasz: m.calinskiHarabasz(flowers.data, irisGroups),
  daviesBouldin: m.daviesBouldin(flowers.data, irisGroups),
  dcg: m.dcg(relevance, ranked),
  ndcg: m.ndcg(relevance, ranked),
  'ndcg k': m.ndcg(relevance, ranked, { k: 3, sampleWeight: sampleWeight.subarray(0, 10) }),
  coverageError: m.coverageError(wanted, ranked),
  labelRankingAveragePrecision: m.labelRankingAveragePrecision(wanted, ranked),
  labelRankingLoss: m.labelRankingLoss(wanted, ranked),
};

describe('metrics against scikit-learn', () => {
  it.each(Object.entries(ours))('%s', (name, result) => expectDigest(result, cases[name], 1e-12));

  it('covers every case that is stored', () => {
    expect(Object.keys(ours).sort()).toEqual(Object.keys(cases).sort());
  });
});

describe('metrics', () => {
  it('a report prints as a table', () => {
    expect(`${m.classificationReport(['a', 'b', 'b'], ['a', 'b', 'a'])}`.split('\n')[2]).toBe(
      '           a      0.50      1.00      0.67         1',
    );
  });

  it('the mean reciprocal rank is over the place of the first relevant item', () => {
    expect(m.mrr([[0, 1, 1], [1, 0, 0]], [[3, 2, 1], [1, 2, 3]])).toBeCloseTo((1 / 2 + 1 / 3) / 2, 12); // prettier-ignore
  });

  it('bad input is refused with the reason', () => {
    expect(() => m.precision([0, 1, 2], [0, 1, 2])).toThrow('choose an average: macro, micro or weighted');
    expect(() => m.rocAuc([1, 1], [0.1, 0.2])).toThrow('both classes must occur');
    expect(() => m.accuracy([1, 2], [1])).toThrow('2 true labels, but 1 predicted ones');
    expect(() => m.mse([1, 2], [1])).toThrow('y has 1');
    expect(() => m.mse([1, NaN], [1, 2])).toThrow('must be finite');
    expect(() => m.logLoss([0, 1], [0.5, 1.5])).toThrow('probabilities must be within 0 and 1, got');
    expect(() => m.silhouette([[1], [2]], [0, 0])).toThrow('from 2 groups');
  });
});
