/**
 * Support vector machines: the suite, and scikit-learn's decisions (test/golden/sklearn/svm.py).
 */
import { describe, expect, it } from 'vitest';
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import golden from '../../../test/golden/sklearn/svm.json' with { type: 'json' };
import { breastCancer, diabetes, iris, wine } from '../../data/tables/index.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { checkEstimator, type Traits } from '../conformance/index.ts';
import { matrixOf } from '../matrix.ts';
import { StandardScaler } from '../preparation/standard-scaler.ts';
import type { Estimator, Features } from '../protocol.ts';
import { OneClassSVM } from './one-class-svm.ts';
import { SVC, SVR } from './support-vectors.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest>>;

/** A machine is as near to the optimum as its tolerance. */
const traits: Traits = { tolerance: 1e-5 };
const estimators: readonly (readonly [name: string, make: () => Estimator, traits: Traits])[] = [
  ['SVC', () => new SVC({ tol: 1e-9 }), traits],
  [
    'SVC, linear, two classes',
    () => new SVC({ kernel: 'linear', tol: 1e-9, C: 0.1, maxIter: 100_000 }),
    { ...traits, binaryOnly: true },
  ],
  [
    'OneClassSVM',
    () => new OneClassSVM({ nu: 0.2, tol: 1e-9 }),
    {
      ...traits,
      except: {
        'a weight of k is as good as the sample k times, and 0 as good as leaving it out':
          'samples on the boundary are at 0 but for rounding, which decides their sign; decisions are compared below',
      },
    },
  ],
  ['SVR', () => new SVR({ C: 10, tol: 1e-9 }), traits],
];

describe.each(estimators)('%s', (_, make, own) => {
  for (const { name, run, skip } of checkEstimator(make, own)) it.skipIf(skip !== undefined)(name, run);
});

/** Every third sample is for testing; features are standardised by the others. */
function split({ data, target }: { readonly data: Features; readonly target: Tensor }) {
  const x = matrixOf('test', data);
  const y = target.dataSync();
  const pick = (isTest: boolean) => Array.from({ length: x.rows }, (_, i) => i).filter((i) => (i % 3 === 2) === isTest);
  const [train, test] = [pick(false), pick(true)];
  const scaler = new StandardScaler().fit(x.takeRows(train));
  return {
    x: scaler.transform(x.takeRows(train)),
    y: Float64Array.from(train, (i) => y[i]!),
    testX: scaler.transform(x.takeRows(test)),
  };
}

/** Both are solved to 1e-8, which moves decisions by about as much. */
const SOLVED = 1e-6;

describe('support vector machines against scikit-learn', () => {
  const tol = 1e-8;
  const own = {
    iris: split(iris()),
    wine: split(wine()),
    breastCancer: split(breastCancer()),
    diabetes: split(diabetes()),
  };
  const variants = [
    ['rbf', { tol }],
    ['linear', { kernel: 'linear', C: 0.5, tol }],
    ['poly', { kernel: 'poly', coef0: 1, degree: 2, tol }],
    ['sigmoid', { kernel: 'sigmoid', gamma: 0.01, tol }],
    ['balanced', { classWeight: 'balanced', gamma: 'auto', tol }],
  ] as const;
  for (const name of ['iris', 'wine', 'breastCancer'] as const) {
    // The sigmoid kernel is not positive definite, and has more than one solution where many samples overlap.
    const solvable = variants.filter(([variant]) => variant !== 'sigmoid' || name !== 'breastCancer');
    it.each(solvable)(`${name}, %s`, (variant, options) => {
      const { x, y, testX } = own[name];
      const model = new SVC(options).fit(x, y);
      expectDigest(model.decision(testX), cases[`${name} ${variant}`], SOLVED);
      expect(model.supportVectors.rows).toBe(Number(cases[`${name} ${variant} vectors`]![1]));
    });
  }
  it.each([
    ['rbf', { C: 100, epsilon: 1, tol }],
    ['linear', { kernel: 'linear', C: 1, tol }],
  ] as const)('diabetes, %s', (variant, options) => {
    const { x, y, testX } = own.diabetes;
    expectDigest(new SVR(options).fit(x, y).predict(testX), cases[`diabetes ${variant}`], SOLVED);
  });
  it.each([
    ['rbf', { nu: 0.1, tol }],
    ['poly', { kernel: 'poly', degree: 2, coef0: 1, nu: 0.3, tol }],
  ] as const)('wine of one class, %s', (variant, options) => {
    const { x, testX } = own.wine;
    const model = new OneClassSVM(options).fit(x);
    expectDigest(model.decision(testX), cases[`one class ${variant}`], SOLVED);
    expectDigest(model.predict(testX), cases[`one class ${variant} predict`], 1e-12);
  });

  it('of one class, a weight of k is as good as the sample k times', () => {
    const x = matrixOf('test', own.wine.x);
    const sampleWeight = Float64Array.from({ length: x.rows }, (_, i) => (i * 5) % 4);
    const repeated = x.takeRows(Array.from(sampleWeight).flatMap((count, i) => new Array<number>(count).fill(i)));
    const machine = new OneClassSVM({ nu: 0.2, tol: 1e-9 });
    const [a, b] = [machine.fit(x, { sampleWeight }), machine.fit(repeated)].map((model) => model.decision(x).dataSync()); // prettier-ignore
    expect(Math.max(...Array.from(a!, (value, i) => Math.abs(value - b![i]!)))).toBeLessThan(1e-6);
  });

  it('at most a share of nu is left outside', () => {
    const { x } = own.breastCancer;
    for (const nu of [0.05, 0.2, 0.5]) {
      const outside = new OneClassSVM({ nu, tol: 1e-6 })
        .fit(x)
        .decision(x)
        .dataSync()
        .filter((value) => value < -1e-6);
      expect(outside.length / x.shape[0]!).toBeLessThanOrEqual(nu);
    }
  });
});
