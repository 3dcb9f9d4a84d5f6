/**
 * Every transformer against scikit-learn: test/golden/sklearn/preparation.py says what is done with which samples.
 */
import { describe, it } from 'vitest';
import golden from '../../../test/golden/sklearn/preparation.json' with { type: 'json' };
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import { diabetes, iris, wine } from '../../data/tables/index.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Features, FittedTransformer, Transformer } from '../protocol.ts';
import type { SparseMatrix } from '../sparse.ts';
import { OneHotEncoder, OrdinalEncoder } from './encoders.ts';
import { chi2, fClassif, fRegression } from './feature-scores.ts';
import { KNNImputer, SimpleImputer } from './imputers.ts';
import { KBinsDiscretizer } from './k-bins-discretizer.ts';
import { Normalizer } from './normalizer.ts';
import { PolynomialFeatures } from './polynomial-features.ts';
import { PowerTransformer } from './power-transformer.ts';
import { QuantileTransformer } from './quantile-transformer.ts';
import { MaxAbsScaler, MinMaxScaler, RobustScaler } from './range-scalers.ts';
import { SelectKBest, VarianceThreshold } from './selection.ts';
import { StandardScaler } from './standard-scaler.ts';
import { TargetEncoder } from './target-encoder.ts';
import { CountVectorizer, HashingVectorizer, TfidfVectorizer } from './text-vectorizers.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest>>;
const X = matrixOf('test', wine().data);
const y = wine().target;
const sugar = diabetes();
const flowers = iris().data;
const gaps = new Matrix(
  X.rows,
  X.columns,
  X.data.map((value, k) => ((7 * Math.floor(k / X.columns) + 3 * (k % X.columns)) % 11 === 0 ? Number.NaN : value)),
);
const texts = [
  'The quick brown fox jumps over the lazy dog.',
  'The dog sleeps; the fox does not.',
  'Ein Über-Fuchs springt, 3 mal 42!',
  '',
  "fox fox FOX dog_house it's",
];
const herd: readonly (readonly [string, number])[] = [['cat', 1], ['dog', 2], ['cat', 3], ['bird', 1], ['dog', 1], ['cat', 2], ['bird', 3]]; // prettier-ignore
const animals = Array.from({ length: 35 }, (_, i) => herd[i % 7]!);
const each = <T>(value: (i: number) => T) => Array.from({ length: 35 }, (_, i) => value(i));
const amounts = each((i) => ((i * i) % 7) + 0.5 * (i % 3));
const kinds = each((i) => 'abc'[(i * i) % 3]!);
const binary = each((i) => ((i * i) % 3 ? 'yes' : 'no'));

function both<Z>(estimator: Transformer<Features, Z>, x: Features): Z {
  const model: FittedTransformer<Features, Z> = estimator.fit(x);
  return model.transform(x);
}
function read(estimator: Transformer<readonly string[], SparseMatrix>): SparseMatrix {
  return estimator.fit(texts).transform(texts);
}

/** Sums in another order, and logarithms and powers of another library. */
const CLOSED = 1e-11;
/** An optimiser of one variable stops where the likelihood is flat: half of the digits of λ. */
const SEARCHED = 1e-6;

const ours: Readonly<
  Record<string, readonly [result: () => Tensor | Matrix | SparseMatrix | Float64Array, tolerance?: number]>
> = {
  StandardScaler: [() => both(new StandardScaler(), X)],
  'StandardScaler gaps': [() => both(new StandardScaler(), gaps)],
  'StandardScaler weights': [
    () =>
      new StandardScaler()
        .fit(X, undefined, { sampleWeight: Float64Array.from({ length: X.rows }, (_, i) => i % 4) })
        .transform(X),
  ],
  MinMaxScaler: [() => both(new MinMaxScaler(), X)],
  'MinMaxScaler range': [
    () =>
      new MinMaxScaler({ range: [-1, 3], clip: true })
        .fit(X.takeRows(Array.from({ length: 50 }, (_, i) => i)))
        .transform(X),
  ],
  MaxAbsScaler: [() => both(new MaxAbsScaler(), sugar.data)],
  RobustScaler: [() => both(new RobustScaler(), gaps)],
  'RobustScaler unit': [() => both(new RobustScaler({ quantiles: [10, 80], unitVariance: true }), X)],
  'Normalizer l2': [() => both(new Normalizer(), X)],
  'Normalizer l1': [() => both(new Normalizer({ norm: 'l1' }), sugar.data)],
  'Normalizer max': [() => both(new Normalizer({ norm: 'max' }), sugar.data)],
  PowerTransformer: [() => both(new PowerTransformer(), sugar.data), SEARCHED],
  'PowerTransformer box-cox': [() => both(new PowerTransformer({ method: 'box-cox' }), X), SEARCHED],
  QuantileTransformer: [() => both(new QuantileTransformer({ quantiles: 50 }), X)],
  'QuantileTransformer normal': [() => both(new QuantileTransformer({ distribution: 'normal' }), gaps)],
  PolynomialFeatures: [() => both(new PolynomialFeatures({ degree: 3 }), flowers)],
  'PolynomialFeatures interactions': [() => both(new PolynomialFeatures({ interactionOnly: true, bias: false }), X)],
  'KBinsDiscretizer uniform': [() => both(new KBinsDiscretizer({ encode: 'ordinal', strategy: 'uniform' }), X)],
  'KBinsDiscretizer quantile': [() => both(new KBinsDiscretizer({ bins: 7 }), X)],
  'KBinsDiscretizer kmeans': [() => both(new KBinsDiscretizer({ bins: 4, encode: 'ordinal', strategy: 'kmeans' }), X)],
  'SimpleImputer mean': [() => both(new SimpleImputer(), gaps)],
  'SimpleImputer median': [() => both(new SimpleImputer({ strategy: 'median' }), gaps)],
  'SimpleImputer mostFrequent': [() => both(new SimpleImputer({ strategy: 'mostFrequent' }), gaps)],
  'SimpleImputer indicator': [() => both(new SimpleImputer({ strategy: 'constant', value: 7, indicator: true }), gaps)],
  KNNImputer: [() => both(new KNNImputer(), gaps)],
  'KNNImputer distance': [() => both(new KNNImputer({ neighbors: 3, weights: 'distance' }), gaps)],
  OneHotEncoder: [() => new OneHotEncoder().fit(animals).transform(animals)],
  'OneHotEncoder drop': [() => new OneHotEncoder({ drop: 'first' }).fit(animals).transform(animals)],
  OrdinalEncoder: [() => new OrdinalEncoder().fit(animals).transform(animals)],
  TargetEncoder: [() => new TargetEncoder().fit(animals, amounts).transform(animals)],
  'TargetEncoder smooth': [() => new TargetEncoder({ smooth: 3 }).fit(animals, amounts).transform(animals)],
  'TargetEncoder binary': [() => new TargetEncoder().fit(animals, binary).transform(animals)],
  'TargetEncoder classes': [() => new TargetEncoder().fit(animals, kinds).transform(animals)],
  CountVectorizer: [() => read(new CountVectorizer())],
  'CountVectorizer options': [
    () => read(new CountVectorizer({ ngrams: [1, 2], minDocuments: 2, stopWords: ['the'], binary: true })),
  ],
  'CountVectorizer char': [() => read(new CountVectorizer({ analyzer: 'char', ngrams: [2, 3] }))],
  'CountVectorizer charWithin': [() => read(new CountVectorizer({ analyzer: 'charWithin', ngrams: [3, 4] }))],
  TfidfVectorizer: [() => read(new TfidfVectorizer())],
  'TfidfVectorizer options': [() => read(new TfidfVectorizer({ sublinear: true, smooth: false, norm: 'l1' }))],
  HashingVectorizer: [() => read(new HashingVectorizer({ features: 64 }))],
  VarianceThreshold: [() => both(new VarianceThreshold({ threshold: 0.5 }), X)],
  SelectKBest: [() => new SelectKBest({ score: fClassif, k: 4 }).fit(X, y).transform(X)],
  fClassif: [() => fClassif(X, y)],
  fRegression: [() => fRegression(sugar.data, sugar.target)],
  chi2: [() => chi2(X, y)],
};

describe('preparation against scikit-learn', () => {
  it.each(Object.entries(ours))('%s', (name, [result, tolerance = CLOSED]) =>
    expectDigest(result(), cases[name], tolerance),
  );
});
