/**
 * Linear models against scikit-learn: test/golden/sklearn/linear.py says how each is fitted.
 */
import { describe, expect, it } from 'vitest';
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import golden from '../../../test/golden/sklearn/linear.json' with { type: 'json' };
import { breastCancer, diabetes, wine } from '../../data/tables/index.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { StandardScaler } from '../preparation/standard-scaler.ts';
import { ElasticNet, Lasso, LassoCV, lassoPath } from './elastic-net.ts';
import { HuberRegressor } from './huber-regressor.ts';
import { LinearRegression } from './linear-regression.ts';
import { LogisticRegression } from './logistic-regression.ts';
import { PoissonRegressor } from './poisson-regressor.ts';
import { Ridge, RidgeCV } from './ridge.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest>>;
const sugar = diabetes();
const X = matrixOf('test', sugar.data);
const y = Float64Array.from(sugar.target.dataSync());
const w = { sampleWeight: y.map((_, i) => i % 4) };
const Y = new Matrix(
  y.length,
  2,
  Float64Array.from({ length: 2 * y.length }, (_, k) => y[k >> 1]! + (k % 2 ? 50 * Math.sin(k >> 1) : 0)),
);
const few = X.takeRows([0, 1, 2, 3, 4, 5, 6]);
// NumPy rounds halves to even.
const counts = y.map((value) =>
  Math.abs((value / 40) % 1) === 0.5 ? 2 * Math.round(value / 80) : Math.round(value / 40),
);
const scaled = (data: Tensor) => matrixOf('test', new StandardScaler().fit(data).transform(data));
const cancer = breastCancer();
const wines = wine();
const [C, W] = [scaled(cancer.data), scaled(wines.data)];
const wc = { sampleWeight: Float64Array.from({ length: C.rows }, (_, i) => 1 + (i % 3)) };

interface Linear {
  readonly coefficients: Tensor;
  readonly intercept: Tensor;
}
function parameters({ coefficients, intercept }: Linear): number[] {
  return [...coefficients.dataSync(), ...intercept.dataSync()];
}

/** Closed forms: rounding, times the condition of the problem. */
const CLOSED = 1e-10;
/** Both solvers were stopped at a small gap or gradient; the weights are within its root of each other. */
const SOLVED = 1e-6;
const tight = { tolerance: 1e-12, maxIterations: 100_000 };
const steep = { tolerance: 1e-9, maxIterations: 10_000 };

const cv = new RidgeCV({ alphas: Array.from({ length: 11 }, (_, k) => 10 ** (-4 + k / 2)) }).fit(X, y);
const lcv = new LassoCV({ count: 30, ...tight }).fit(X, y);
const path = lassoPath(X, y, { count: 20, ...tight });
const binary = new LogisticRegression(steep).fit(C, cancer.target);
const several = new LogisticRegression(steep).fit(W, wines.target);
const sparse = new LogisticRegression({ penalty: 'l1', C: 0.2, ...steep }).fit(W, wines.target);

const ours: Readonly<
  Record<string, readonly [result: () => readonly number[] | Tensor | Matrix | Float64Array, tolerance: number]>
> = {
  LinearRegression: [() => parameters(new LinearRegression().fit(X, y)), CLOSED],
  'LinearRegression weights': [() => parameters(new LinearRegression().fit(X, y, w)), CLOSED],
  'LinearRegression outputs': [() => parameters(new LinearRegression().fit(X, Y)), CLOSED],
  'LinearRegression wide': [() => parameters(new LinearRegression().fit(few, y.subarray(0, 7))), CLOSED],
  'LinearRegression plain': [() => parameters(new LinearRegression({ intercept: false }).fit(X, y)), CLOSED],
  Ridge: [() => parameters(new Ridge({ alpha: 0.5 }).fit(X, y)), CLOSED],
  'Ridge weights': [() => parameters(new Ridge({ alpha: 0.1 }).fit(X, Y, w)), CLOSED],
  'Ridge wide': [() => parameters(new Ridge({ alpha: 0.1 }).fit(few, y.subarray(0, 7))), CLOSED],
  RidgeCV: [() => parameters(cv), CLOSED],
  'RidgeCV chosen': [() => [cv.alpha, cv.error], CLOSED],
  Lasso: [() => parameters(new Lasso({ alpha: 0.3, ...tight }).fit(X, y)), SOLVED],
  'Lasso weights': [() => parameters(new Lasso({ alpha: 0.1, ...tight }).fit(X, y, w)), SOLVED],
  'Lasso positive': [() => parameters(new Lasso({ alpha: 0.1, positive: true, ...tight }).fit(X, y)), SOLVED],
  ElasticNet: [() => parameters(new ElasticNet({ alpha: 0.01, l1Ratio: 0.7, ...tight }).fit(X, y)), SOLVED],
  'lassoPath alphas': [() => path.alphas, CLOSED],
  'lassoPath weights': [() => path.weights, SOLVED],
  LassoCV: [() => parameters(lcv), SOLVED],
  'LassoCV chosen': [() => [...lcv.errors, lcv.alpha], SOLVED],
  PoissonRegressor: [() => parameters(new PoissonRegressor({ alpha: 0.1, ...steep }).fit(X, counts)), SOLVED],
  HuberRegressor: [() => parameters(new HuberRegressor({ epsilon: 1.5, alpha: 1e-3, ...steep }).fit(X, y)), SOLVED],
  LogisticRegression: [() => parameters(binary), SOLVED],
  'LogisticRegression proba': [() => binary.predictProba(C), SOLVED],
  'LogisticRegression strong': [
    () => parameters(new LogisticRegression({ C: 0.01, intercept: false, ...steep }).fit(C, cancer.target, wc)),
    SOLVED,
  ],
  'LogisticRegression balanced': [
    () => parameters(new LogisticRegression({ classWeight: 'balanced', ...steep }).fit(C, cancer.target)),
    SOLVED,
  ],
  'LogisticRegression classes': [() => parameters(several), SOLVED],
  'LogisticRegression classes proba': [() => several.predictProba(W), SOLVED],
  'LogisticRegression l1': [
    () => parameters(new LogisticRegression({ penalty: 'l1', C: 0.1, ...steep }).fit(C, cancer.target)),
    SOLVED,
  ],
  'LogisticRegression elastic': [
    () =>
      parameters(
        new LogisticRegression({ penalty: 'elasticnet', l1Ratio: 0.4, C: 0.2, ...steep }).fit(C, cancer.target, wc),
      ),
    SOLVED,
  ],
  'LogisticRegression l1 classes': [() => parameters(sparse), SOLVED],
  'LogisticRegression l1 classes proba': [() => sparse.predictProba(W), SOLVED],
};

describe('linear models against scikit-learn', () => {
  it.each(Object.entries(ours))('%s', (name, [result, tolerance]) => expectDigest(result(), cases[name], tolerance));

  it('cover every case that is stored', () => {
    expect(Object.keys(ours).sort()).toEqual(Object.keys(cases).sort());
  });
});

describe('logistic regression', () => {
  it('finds the same weights by coordinates as by L-BFGS', () => {
    const other = new LogisticRegression({ solver: 'coordinate', ...steep }).fit(W, wines.target);
    parameters(other).forEach((value, i) => expect(value).toBeCloseTo(parameters(several)[i]!, 6));
  });

  it('the elastic net of ratio 1 is the lasso, and all weights are 0 at the largest penalty of the path', () => {
    const [a, b] = [new ElasticNet({ alpha: 0.3, l1Ratio: 1 }).fit(X, y), new Lasso({ alpha: 0.3 }).fit(X, y)];
    expect(parameters(a)).toEqual(parameters(b));
    expect(path.weights.row(0).every((value) => value === 0)).toBe(true);
    expect(path.weights.row(19).some((value) => value !== 0)).toBe(true);
  });

  it('refuses what it cannot learn from, with the reason', () => {
    expect(() => new LogisticRegression().fit(C, new Int32Array(C.rows))).toThrow(
      'y must hold at least 2 classes, got only 0',
    );
    expect(() => new LogisticRegression({ C: 0 })).toThrow('C must be a finite number above 0, got 0');
    expect(() => new LogisticRegression({ penalty: 'l1', solver: 'lbfgs' })).toThrow('use the solver coordinate');
    expect(() => new PoissonRegressor().fit([[1], [2]], [1, -1])).toThrow('y must hold counts, 0 or more, got -1');
    expect(() => new LogisticRegression({ classWeight: { benign: 2 } }).fit(C, cancer.target)).toThrow(
      'classWeight names "benign"',
    );
  });
});
