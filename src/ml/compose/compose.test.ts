import { describe, expect, expectTypeOf, it } from 'vitest';
import { iris, penguins } from '../../data/tables/index.ts';
import { GaussianNB } from '../bayes/gaussian-nb.ts';
import { LinearRegression } from '../linear/linear-regression.ts';
import { CategoryImputer, OneHotEncoder } from '../preparation/encoders.ts';
import { SimpleImputer } from '../preparation/imputers.ts';
import { PolynomialFeatures } from '../preparation/polynomial-features.ts';
import { StandardScaler } from '../preparation/standard-scaler.ts';
import { TfidfVectorizer } from '../preparation/text-vectorizers.ts';
import { modelFromBytes, modelToBytes } from '../saving.ts';
import { columnTransformer } from './column-transformer.ts';
import { FittedProbabilisticPipeline, pipeline } from './pipeline.ts';

describe('pipeline', () => {
  const { data, target } = iris();

  it('is what its steps do one after another', () => {
    const scaler = new StandardScaler().fit(data);
    const alone = new GaussianNB().fit(scaler.transform(data), target);
    const row = pipeline(new StandardScaler(), new GaussianNB()).fit(data, target);
    expect(row.predict(data)).toEqual(alone.predict(scaler.transform(data)));
    expect(row.predictProba(data).dataSync()).toEqual(alone.predictProba(scaler.transform(data)).dataSync());
  });

  it('has the role and the types of its last step, and the samples of its first', () => {
    const classifier = pipeline(new SimpleImputer(), new StandardScaler(), new GaussianNB());
    const named = classifier.fit([[1], [2]], ['a', 'b']);
    expectTypeOf(named.predict([[1]])).toEqualTypeOf<('a' | 'b')[]>();
    expect(pipeline(new PolynomialFeatures(), new LinearRegression()).role).toBe('regressor');
    const words = pipeline(new TfidfVectorizer(), new GaussianNB());
    expect(words.fit(['red fish', 'blue cat'], ['fish', 'cat']).predict(['fish'])).toEqual(['fish']);
    // @ts-expect-error texts are what the first step takes
    expect(() => words.fit([[1, 2]], [1])).toThrow(/expected texts/);
  });

  it('refuses a model before the end', () => {
    // @ts-expect-error a classifier does not transform
    expect(() => pipeline(new GaussianNB(), new GaussianNB())).toThrow('pipeline: step 0 is a classifier');
  });
});

describe('columnTransformer', () => {
  const { columns, target } = penguins();
  const prepare = columnTransformer([
    [
      pipeline(new SimpleImputer({ strategy: 'median' }), new StandardScaler()),
      ['beakLength', 'beakDepth', 'bodyMass'],
    ],
    [pipeline(new CategoryImputer(), new OneHotEncoder()), ['island', 'sex']],
  ]);

  it('prepares named columns of numbers and texts with gaps, for a model to learn from', () => {
    const model = pipeline(prepare, new GaussianNB({ varSmoothing: 0.1 })).fit(columns, target);
    expect(model.score(columns, target)).toBeGreaterThan(0.97);
    const loaded = modelFromBytes(modelToBytes(model), undefined);
    if (!(loaded instanceof FittedProbabilisticPipeline)) throw new Error('expected a pipeline');
    expect(loaded.predict(columns)).toEqual(model.predict(columns));
  });

  it('names its results', () => {
    expect(prepare.fit(columns).featureNames()).toEqual([
      ...['beakLength', 'beakDepth', 'bodyMass', 'island_Biscoe', 'island_Dream', 'island_Torgersen'],
      ...['sex_female', 'sex_male'],
    ]);
  });

  it('keeps columns of numbers as they are, on request', () => {
    const plain = columnTransformer([['keep', ['bodyMass']]])
      .fit(columns)
      .transform(columns);
    expect(plain.shape).toEqual([344, 1]);
    expect(plain.dataSync()[0]).toBe(3750);
  });

  it('a name that is not there is a type error, and at run time lists those that are', () => {
    const wrong = columnTransformer([['keep', ['wingspan']]]);
    // @ts-expect-error there is no such column
    expect(() => wrong.fit(columns)).toThrow('there is no column "wingspan"; there are "island", "beakLength"');
  });
});
