/** Bayes' rule on tables, and expectations. */
import { describe, expect, it } from 'vitest';
import { flatNumbers } from '../../test/arrays.ts';
import { ones, tensor } from '../tensor/creation.ts';
import { grad } from '../tensor/gradients.ts';
import * as random from '../tensor/random/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Bernoulli, Binomial, Categorical, expectation, jointTable, Normal, posterior } from './index.ts';

describe('posterior', () => {
  it('is what Bayes says of a positive test for a rare disease', () => {
    const [ill] = posterior(tensor([0.01, 0.99]), tensor([0.9, 0.08])).dataSync();
    expect(ill).toBeCloseTo(0.009 / (0.009 + 0.0792), 6);
  });

  it('takes several possible data, and weights that do not add up', () => {
    const table = posterior(tensor([1, 3]), tensor([[0.5, 0.5], [0.9, 0.1]])); // prettier-ignore
    flatNumbers(table.arraySync()).forEach((p, i) =>
      expect(p).toBeCloseTo([0.5 / 3.2, 0.5 / 0.8, 2.7 / 3.2, 0.3 / 0.8][i]!, 6),
    );
  });

  it('has gradients, is NaN for the impossible, and refuses what does not fit', () => {
    const g = grad((p: Tensor) => posterior(p, tensor([0.9, 0.08])).at(0))(tensor([0.01, 0.99]));
    expect(g.dataSync()[0]).toBeGreaterThan(0);
    expect(
      posterior(tensor([1, 0]), tensor([0, 1]))
        .isNaN()
        .all()
        .itemSync(),
    ).toBe(1);
    expect(() => posterior(tensor([1, 2]), tensor([1, 2, 3]))).toThrow('expected (H) and (H, …)');
    expect(() => posterior(tensor([1, -2]), tensor([1, 2]))).toThrow(
      'the prior must be finite and not negative, got -2',
    );
  });
});

describe('a joint table', () => {
  const weather = jointTable(
    { sky: ['sun', 'rain'], street: ['dry', 'wet'], season: ['summer', 'winter'] },
    tensor([[[40, 20], [4, 6]], [[1, 4], [10, 15]]]), // prettier-ignore
  );

  it('is marginalised, conditioned and asked', () => {
    expect(weather.probability({ sky: 'sun' }).itemSync()).toBeCloseTo(0.7, 6);
    expect(weather.probability({}).itemSync()).toBeCloseTo(1, 6);
    const sky = weather.condition({ street: 'wet' }).marginal('sky');
    expect(sky.probability({ sky: 'rain' }).itemSync()).toBeCloseTo(25 / 35, 6);
    expect(Object.keys(sky.variables)).toEqual(['sky']);
    const swapped = weather.marginal('season', 'sky');
    expect(swapped.probabilities.shape).toEqual([2, 2]);
    expect(swapped.probability({ season: 'winter', sky: 'rain' }).itemSync()).toBeCloseTo(0.19, 6);
    expect(flatNumbers(swapped.probabilities.arraySync())[1]).toBeCloseTo(0.11, 6);
  });

  it('knows independence', () => {
    expect(weather.areIndependent('sky', 'street')).toBe(false);
    const dice = jointTable({ red: [1, 2, 3], blue: [1, 2, 3] }, ones([3, 3]));
    expect(dice.areIndependent('red', 'blue')).toBe(true);
  });

  it('refuses names, values and shapes that are none, and impossible evidence', () => {
    const loose: Record<string, string> = { sky: 'snow' };
    expect(() => weather.probability(loose as { sky: 'sun' })).toThrow('sky is one of sun, rain, got snow');
    expect(() => jointTable({ a: [1, 2] }, ones([3]))).toThrow('the variables have (2,) values and the weights (3,)');
    expect(() => jointTable({ a: [1, 2] }, tensor([1, -1]))).toThrow('weights must be finite and not negative');
    expect(() => jointTable({ a: [1, 2] }, tensor([1, 0])).condition({ a: 2 })).toThrow('has probability 0');
  });
});

describe('expectation', () => {
  it('is a sum over finitely many values, differentiable in the parameters', () => {
    expect(expectation(new Bernoulli({ probs: 0.3 }), (x) => x.mul(10)).itemSync()).toBeCloseTo(3, 6);
    const places = new Categorical({ probs: tensor([[0.5, 0.5], [0.1, 0.9]]) }); // prettier-ignore
    flatNumbers(expectation(places, (x) => x.add(1)).arraySync()).forEach((v, i) =>
      expect(v).toBeCloseTo([1.5, 1.9][i]!, 6),
    );
    // E[k²] = np(1 − p) + n²p², its derivative in p is n(1 − 2p) + 2n²p.
    const g = grad((p: Tensor) => expectation(new Binomial({ totalCount: 5, probs: p }), (k) => k.square()))(
      tensor(0.3),
    );
    expect(g.itemSync()).toBeCloseTo(5 * 0.4 + 50 * 0.3, 4);
  });

  it('is a mean of draws else', () => {
    const found = expectation(new Normal({ loc: 1 }), (x) => x.square(), { key: random.key(0), samples: 40_000 });
    expect(Math.abs(found.itemSync() - 2)).toBeLessThan(5 * Math.sqrt(6 / 40_000));
    expect(() => expectation(new Normal(), (x) => x)).toThrow('infinitely many values; give a key');
  });
});
