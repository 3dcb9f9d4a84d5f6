import { describe, expect, it } from 'vitest';
import { iris, penguins } from '../../data/tables/index.ts';
import { GaussianNB } from '../bayes/gaussian-nb.ts';
import { columnTransformer } from '../compose/column-transformer.ts';
import { pipeline } from '../compose/pipeline.ts';
import { LogisticRegression } from '../linear/logistic-regression.ts';
import { Ridge } from '../linear/ridge.ts';
import { CategoryImputer, OneHotEncoder } from '../preparation/encoders.ts';
import { SimpleImputer } from '../preparation/imputers.ts';
import { StandardScaler } from '../preparation/standard-scaler.ts';
import { Random } from '../random.ts';
import { gridCandidates, logUniformBetween, randomCandidates, wholeBetween } from './candidates.ts';
import { crossValScore, permutationTestScore } from './cross-validation.ts';
import { gridSearch, halvingSearch, randomizedSearch } from './search.ts';
import { LeaveOneGroupOut, StratifiedGroupKFold } from './group-splitters.ts';
import { LeaveOneOut, RepeatedKFold, ShuffleSplit, StratifiedKFold } from './splitters.ts';
import { trainTestSplit } from './train-test-split.ts';

const { data, target } = iris();

describe('trainTestSplit', () => {
  it('gives every sample to one part, in the form it came in, the same for the same seed', () => {
    const names = Array.from({ length: 20 }, (_, i) => `s${i}`);
    const [a, b, c, d] = trainTestSplit(names, Int32Array.from(names.keys()), { testSize: 0.3, seed: 4 });
    expect([a.length, b.length]).toEqual([14, 6]);
    expect([...a, ...b].toSorted()).toEqual(names.toSorted());
    expect([...c, ...d].map((i) => names[i])).toEqual([...a, ...b]);
    expect(trainTestSplit(names, names, { testSize: 0.3, seed: 4 })[1]).toEqual(b);
    expect(trainTestSplit(names, names, { testSize: 0.3, seed: 5 })[1]).not.toEqual(b);
    expect(trainTestSplit(names, names, { testSize: 5, shuffle: false })[1]).toEqual(names.slice(15));
  });

  it('keeps the shares of classes on request', () => {
    const labels = Array.from({ length: 50 }, (_, i) => (i < 40 ? 'common' : 'rare'));
    const [, , , test] = trainTestSplit(labels, labels, { testSize: 10, stratify: labels });
    expect(test.filter((label) => label === 'rare')).toHaveLength(2);
    expect(() => trainTestSplit(labels, labels.slice(1))).toThrow('X has 50 samples, but y has 49');
    expect(() => trainTestSplit(labels, labels, { testSize: 60 })).toThrow('50 samples cannot give');
  });
});

describe('splitters', () => {
  it('a shuffled stratified fold has each class in its share, and every sample is tested once', () => {
    const labels = Array.from({ length: 90 }, (_, i) => (i % 9 === 0 ? 1 : 0));
    const folds = new StratifiedKFold({ folds: 5, shuffle: true, seed: 3 }).split(90, { labels });
    expect(folds.map((fold) => fold.test.filter((i) => labels[i] === 1).length)).toEqual([2, 2, 2, 2, 2]);
    expect(folds.flatMap((fold) => [...fold.test]).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 90 }, (_, i) => i),
    );
    expect(folds.every(({ train, test }) => train.every((i) => !test.includes(i)))).toBe(true);
  });

  it('leave one out, leave one group out and repeated folds test what they say', () => {
    const one = new LeaveOneOut().split(4);
    expect(one.map(({ test }) => [...test])).toEqual([[0], [1], [2], [3]]);
    expect([...one[1]!.train]).toEqual([0, 2, 3]);
    const groups = ['b', 'a', 'b', 'c'];
    expect(new LeaveOneGroupOut().split(4, { groups }).map(({ test }) => [...test])).toEqual([[1], [0, 2], [3]]);
    const repeated = new RepeatedKFold({ folds: 3, repeats: 2 }).split(9);
    expect(repeated).toHaveLength(6);
    expect(repeated.slice(3).flatMap(({ test }) => [...test]).toSorted((a, b) => a - b)).toEqual([...Array(9).keys()]); // prettier-ignore
    expect(repeated.slice(0, 3)).not.toEqual(repeated.slice(3));
    expect(() => new LeaveOneGroupOut().split(4)).toThrow('the groups of the samples are needed');
    expect(() => new StratifiedGroupKFold().split(4, { groups, labels: [0, 1, 0, 1] })).toThrow('5 folds need');
  });

  it('random divisions differ from each other and do not overlap within', () => {
    const [a, b] = new ShuffleSplit({ splits: 2, testSize: 0.2, seed: 1 }).split(30);
    expect(a!.test).not.toEqual(b!.test);
    expect(new Set([...a!.train, ...a!.test]).size).toBe(30);
  });
});

describe('permutationTestScore', () => {
  it('a relation is told from none, and groups keep their own targets', () => {
    const options = { permutations: 20, cv: 3 };
    expect(permutationTestScore(new GaussianNB(), data, target, options).pValue).toBeCloseTo(1 / 21);
    const random = new Random(3);
    const noise = Array.from({ length: 150 }, () => random.below(3));
    expect(permutationTestScore(new GaussianNB(), data, noise, options).pValue).toBeGreaterThan(0.1);
    // Where all targets of a group are alike, no order within it changes anything.
    const fixed = permutationTestScore(new GaussianNB(), data, target, { ...options, groups: target });
    expect(new Set([fixed.score, ...fixed.permutationScores]).size).toBe(1);
  });
});

describe('search', () => {
  it('candidates are all combinations, or reproducible draws', () => {
    expect(gridCandidates({ a: [1, 2], b: ['x', 'y'] })).toEqual([{ a: 1, b: 'x' }, { a: 1, b: 'y' }, { a: 2, b: 'x' }, { a: 2, b: 'y' }]); // prettier-ignore
    const from = { c: logUniformBetween(0.01, 100), n: wholeBetween(1, 3), k: ['p', 'q'] };
    const drawn = randomCandidates<{ c: number; n: number; k: string }>(from, 40, 7);
    expect(drawn).toEqual(randomCandidates(from, 40, 7));
    expect(drawn.every(({ c, n }) => c >= 0.01 && c < 100 && [1, 2, 3].includes(n))).toBe(true);
    expect(new Set(drawn.map(({ n }) => n)).size).toBe(3);
    expect(() => gridCandidates({ a: [] })).toThrow('there are no values for a');
    expect(new Random(1).below(10)).toBe(new Random(1).below(10));
  });

  it('searches through a pipeline of mixed columns, by a function that the compiler checks', () => {
    const { columns, target: species } = penguins();
    const make = ({ C, strategy }: { C: number; strategy: 'mean' | 'median' }) =>
      pipeline(
        columnTransformer([
          [pipeline(new SimpleImputer({ strategy }), new StandardScaler()), ['beakLength', 'beakDepth', 'bodyMass']],
          [pipeline(new CategoryImputer(), new OneHotEncoder({ unknown: 'ignore' })), ['island', 'sex']],
        ]),
        new LogisticRegression({ C }),
      );
    const search = gridSearch(make, { C: [0.01, 1], strategy: ['mean', 'median'] }, { cv: 3 });
    const model = search.fit(columns, species);
    expect(model.result?.best.settings.C).toBe(1);
    expect(model.result?.best.mean).toBeGreaterThan(0.98);
    expect(model.predict(columns)).toHaveLength(344);
    // @ts-expect-error there is no such strategy
    expect(() => gridSearch(make, { C: [1], strategy: ['mode'] })).toThrow('strategy must be one of');
  });

  it('a search can itself be validated, and halving narrows the field while samples grow', () => {
    const search = randomizedSearch(
      ({ C }) => new LogisticRegression({ C }),
      { C: logUniformBetween(0.01, 10) },
      { candidates: 3, cv: 3 },
    );
    expect(Math.min(...crossValScore(search, data, target, { cv: 3 }))).toBeGreaterThan(0.9);
    const { result } = halvingSearch(
      ({ varSmoothing }) => new GaussianNB({ varSmoothing }),
      { varSmoothing: [1e-9, 1e-6, 1e-3, 1, 10, 100, 1e3, 1e4, 1e5] },
      { cv: 3 },
    ).fit(data, target);
    expect(result?.candidates.map((one) => one.round)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2]);
    expect(result?.best.samples).toBeGreaterThan(100);
    expect(result?.best.settings.varSmoothing).toBeLessThan(10);
  });

  it('of equal scores the first wins, and weights reach the models', () => {
    const model = gridSearch(({ alpha }) => new Ridge({ alpha }), { alpha: [1, 1] }).fit(data, target, {
      sampleWeight: new Float64Array(150).fill(2),
    });
    expect(model.result?.best).toBe(model.result?.candidates[0]);
  });
});
