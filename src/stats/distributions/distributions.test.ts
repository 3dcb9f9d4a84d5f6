/**
 * Every distribution against PyTorch (logProb, its gradients, KL) and SciPy (cdf, sf, icdf, entropy, moments), in float64.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { flatNumbers } from '../../../test/arrays.ts';
import { testDevices } from '../../../test/devices.ts';
import { realize } from '../../engine/realize.ts';
import { device } from '../../runtime/registry.ts';
import { compile } from '../../tensor/compile.ts';
import { eye, tensor } from '../../tensor/creation.ts';
import { where } from '../../tensor/functions.ts';
import { grad, gradients } from '../../tensor/gradients.ts';
import * as random from '../../tensor/random/index.ts';
import type { NestedNumbers } from '../../tensor/tensor.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { vmap } from '../../tensor/transforms/vmap.ts';
import * as stats from '../index.ts';
import type { Distribution } from '../index.ts';

type Numbers = readonly (number | string | Numbers)[];

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly parameters: Readonly<Record<string, number[]>>;
    readonly x: number[];
    readonly p: number[];
    readonly logProb: Numbers;
    readonly gradients?: Readonly<Record<string, Numbers>>;
    readonly cdf: Numbers;
    readonly sf: Numbers;
    readonly icdf: Numbers;
    readonly entropy: Numbers;
    readonly mean: Numbers;
    readonly variance: Numbers;
  }[];
  readonly pairs: readonly (readonly [
    string,
    Record<string, number>,
    string,
    Record<string, number>,
    number | string,
  ])[];
  readonly events: Readonly<Record<'dirichlet' | 'multivariateNormal' | 'categorical', Event>>;
}

interface Event {
  readonly alpha: number[][];
  readonly loc: number[][];
  readonly matrix: number[][];
  readonly probs: number[][];
  readonly x: number[][];
  readonly other: number[][];
  readonly logProb: Numbers;
  readonly gradients: readonly [Numbers, Numbers];
  readonly entropy: Numbers;
  readonly mean: Numbers;
  readonly variance: Numbers;
  readonly kl: Numbers;
}

const path = new URL('../../../test/golden/distributions.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

type Parameters = Readonly<Record<string, Tensor>>;
const makers: Readonly<Record<string, (p: Parameters) => Distribution>> = {
  Normal: ({ loc, scale }) => new stats.Normal({ loc: loc!, scale: scale! }),
  LogNormal: ({ loc, scale }) => new stats.LogNormal({ loc: loc!, scale: scale! }),
  HalfNormal: ({ scale }) => new stats.HalfNormal({ scale: scale! }),
  Laplace: ({ loc, scale }) => new stats.Laplace({ loc: loc!, scale: scale! }),
  Gumbel: ({ loc, scale }) => new stats.Gumbel({ loc: loc!, scale: scale! }),
  Cauchy: ({ loc, scale }) => new stats.Cauchy({ loc: loc!, scale: scale! }),
  Logistic: ({ loc, scale }) => new stats.Logistic({ loc: loc!, scale: scale! }),
  Uniform: ({ low, high }) => new stats.Uniform({ low: low!, high: high! }),
  Exponential: ({ rate }) => new stats.Exponential({ rate: rate! }),
  Gamma: ({ concentration, rate }) => new stats.Gamma({ concentration: concentration!, rate: rate! }),
  Chi2: ({ df }) => new stats.Chi2({ df: df! }),
  Beta: ({ concentration1, concentration0 }) =>
    new stats.Beta({ concentration1: concentration1!, concentration0: concentration0! }),
  StudentT: ({ df, loc, scale }) => new stats.StudentT({ df: df!, loc: loc!, scale: scale! }),
  Bernoulli: ({ probs }) => new stats.Bernoulli({ probs: probs! }),
  Geometric: ({ probs }) => new stats.Geometric({ probs: probs! }),
  Binomial: ({ totalCount, probs }) => new stats.Binomial({ totalCount: totalCount!, probs: probs! }),
  Poisson: ({ rate }) => new stats.Poisson({ rate: rate! }),
};

const f64 = (x: NestedNumbers): Tensor => tensor(x, { dtype: 'float64' });
const numbers = (x: Numbers | number | string): number[] => (Array.isArray(x) ? x.flatMap(numbers) : [Number(x)]);

/** What differs by more than the tolerance, relative to the number or to `floor`. */
function faults(what: string, actual: Tensor, expected: Numbers, tolerance: number, floor = 1e-300): string[] {
  const got = [...actual.dataSync()];
  const wanted = numbers(expected);
  if (got.length !== wanted.length) return [`${what}: ${got.length} numbers, expected ${wanted.length}`];
  return wanted.flatMap((y, i) => {
    const x = got[i]!;
    const isSame = Object.is(x, y) || x === y || Math.abs(x - y) <= tolerance * Math.max(Math.abs(y), floor);
    return isSame ? [] : [`${what} ${i}: ${x}, expected ${y}`];
  });
}

describe.each(testDevices)('on %s', (name) => {
  beforeAll(() => void device(name));

  it.each(golden.cases.map((one) => one.name))('%s', (which) => {
    const one = golden.cases.find((row) => row.name === which)!;
    const given = Object.fromEntries(
      Object.entries(one.parameters).map(([key, value]) => [key, f64(value.map((v) => [v]))]),
    );
    const x = f64(one.x);
    const distribution = makers[which]!(given);
    const log = distribution.logProb(x);
    const expectedLog = numbers(one.logProb);
    const isInside = tensor(expectedLog.map(Number.isFinite), { shape: log.shape });
    const total = where(isInside, log, 0).sum();
    const wanted = Object.keys(one.gradients ?? {});
    const slopes = gradients(
      total,
      wanted.map((key) => (key === 'x' ? x : given[key]!)),
    );
    const functions = {
      cdf: distribution.cdf(x),
      sf: distribution.sf(x),
      icdf: distribution.icdf(f64(one.p)),
    };
    const { mean, variance } = distribution;
    const entropy = distribution.entropy();
    realize([log, ...slopes, ...Object.values(functions), mean, variance, entropy].map(({ node }) => node));
    expect([
      // A log density is a difference of terms as large as lgamma of the parameters.
      ...faults('logProb', log, one.logProb, 1e-12, 1e2),
      ...wanted.flatMap((key, i) => faults(`gradient in ${key}`, slopes[i]!, one.gradients![key]!, 1e-9, 1)),
      ...faults('cdf', functions.cdf, one.cdf, 1e-11),
      ...faults('sf', functions.sf, one.sf, 1e-11),
      ...faults('icdf', functions.icdf, one.icdf, 1e-10, 1e-3),
      ...faults('mean', mean, one.mean, 1e-14),
      ...faults('variance', variance, one.variance, 1e-14, 1),
      ...faults('entropy', entropy, one.entropy, 1e-11, 1),
    ]).toEqual([]);
  });

  it('with an event axis: Dirichlet, multivariate normal, categorical', () => {
    const { dirichlet, multivariateNormal: gauss, categorical } = golden.events;
    const alpha = f64(dirichlet.alpha);
    const d = new stats.Dirichlet({ concentration: alpha });
    const log = d.logProb(f64(dirichlet.x));
    const [loc, matrix] = [f64(gauss.loc), f64(gauss.matrix)];
    const m = new stats.MultivariateNormal({ loc, covarianceMatrix: matrix });
    const density = m.logProb(f64(gauss.x));
    const other = new stats.MultivariateNormal({ loc: f64([0, 0, 0]), covarianceMatrix: f64(gauss.other) });
    const c = new stats.Categorical({ probs: f64(categorical.probs) });
    const slopes = gradients(density.sum(), [loc, matrix]);
    // PyTorch's gradient of a Cholesky factor is that of a symmetric matrix, too.
    expect([
      ...faults('logProb', log, dirichlet.logProb, 1e-12),
      ...faults('gradient', gradients(log.sum(), [alpha])[0]!, dirichlet.gradients[0]!, 1e-10),
      ...faults('entropy', d.entropy(), dirichlet.entropy, 1e-12),
      ...faults('mean', d.mean, dirichlet.mean, 1e-14),
      ...faults('variance', d.variance, dirichlet.variance, 1e-14),
      ...faults(
        'KL',
        stats.klDivergence(d, new stats.Dirichlet({ concentration: f64(dirichlet.other) })),
        dirichlet.kl,
        1e-12,
      ),
      ...faults('density', density, gauss.logProb, 1e-12),
      ...faults('gradient in loc', slopes[0]!, gauss.gradients[0]!, 1e-11),
      ...faults('gradient in the matrix', slopes[1]!, gauss.gradients[1]!, 1e-11),
      ...faults('entropy', m.entropy(), gauss.entropy, 1e-12),
      ...faults('variance', m.variance, gauss.variance, 1e-12),
      ...faults('KL', stats.klDivergence(m, other), gauss.kl, 1e-12),
      ...faults(
        'probability',
        c.logProb(tensor(golden.events.categorical.x, { dtype: 'int32' })),
        categorical.logProb,
        1e-12,
      ),
      ...faults('entropy', c.entropy(), categorical.entropy, 1e-12),
      ...faults(
        'KL',
        stats.klDivergence(c, new stats.Categorical({ probs: f64(categorical.other) })),
        categorical.kl,
        1e-12,
      ),
    ]).toEqual([]);
  });
});

it.each(golden.pairs.map((row, i) => [`${row[0]} and ${row[2]}, pair ${i}`, row] as const))(
  'KL of %s is that of PyTorch',
  (_, [first, a, second, b, expected]) => {
    const of = (kind: string, given: Record<string, number>): Distribution =>
      makers[kind]!(Object.fromEntries(Object.entries(given).map(([k, v]) => [k, f64(v)])));
    const found = stats.klDivergence(of(first, a), of(second, b));
    expect(faults('KL', found, [expected], 1e-13, 1)).toEqual([]);
  },
);

const all: readonly Distribution[] = [
  new stats.Normal({ loc: 2, scale: 0.5 }),
  new stats.LogNormal({ scale: 0.4 }),
  new stats.HalfNormal({ scale: 2 }),
  new stats.Laplace({ loc: -1 }),
  new stats.Gumbel({ scale: 2 }),
  new stats.Logistic({ loc: 1 }),
  new stats.Uniform({ low: -2, high: 3 }),
  new stats.Exponential({ rate: 3 }),
  new stats.Gamma({ concentration: 2.5, rate: 2 }),
  new stats.Chi2({ df: 4 }),
  new stats.Beta({ concentration1: 2, concentration0: 5 }),
  new stats.StudentT({ df: 9, loc: 1 }),
  new stats.Bernoulli({ probs: 0.3 }),
  new stats.Bernoulli({ logits: 0.7 }),
  new stats.Geometric({ probs: 0.4 }),
  new stats.Binomial({ totalCount: 12, probs: 0.7 }),
  new stats.Poisson({ rate: 4 }),
  new stats.Categorical({ probs: tensor([0.2, 0.5, 0.3]) }),
];

it.each(all.map((one) => [one.constructor.name, one] as const))(
  'draws of %s have its mean, variance and entropy',
  (_, one) => {
    const count = 20_000;
    const x = one.sample(random.key(12), [count]);
    const double = x.cast('float64');
    const deviation = one.stddev.itemSync();
    expect(x.shape).toEqual([count]);
    // Five standard errors; those of the variance and the entropy from the draws themselves.
    const near = (values: Tensor, expected: number): void => {
      const error = values.std().itemSync() / Math.sqrt(count);
      expect(Math.abs(values.mean().itemSync() - expected)).toBeLessThan(5 * error + 1e-6);
    };
    near(double, one.mean.itemSync());
    near(double.sub(one.mean.cast('float64')).square(), deviation ** 2);
    near(one.logProb(double).neg(), one.entropy().itemSync());
  },
);

describe('in use', () => {
  it('parameters broadcast, and draws have the batch behind their shape', () => {
    const d = new stats.Normal({ loc: tensor([0, 1, 2]), scale: tensor([[1], [2]]) });
    expect(d.batchShape).toEqual([2, 3]);
    expect(d.sample(random.key(0), [5]).shape).toEqual([5, 2, 3]);
    expect(d.logProb(0).shape).toEqual([2, 3]);
    expect(d.mean.arraySync()).toEqual([[0, 1, 2], [0, 1, 2]]); // prettier-ignore
    const c = new stats.Categorical({ logits: tensor([[0, 1], [2, 3]]) }); // prettier-ignore
    expect(c.sample(random.key(0), [4]).shape).toEqual([4, 2]);
    const m = new stats.MultivariateNormal({ loc: tensor([[0, 1], [2, 3]]), covarianceMatrix: eye(2) }); // prettier-ignore
    expect(m.sample(random.key(0), [4]).shape).toEqual([4, 2, 2]);
    expect(m.logProb(tensor([0, 1])).shape).toEqual([2]);
  });

  it('the covariance of multivariate draws is theirs', () => {
    const matrix = [[2, 0.5], [0.5, 1]]; // prettier-ignore
    const m = new stats.MultivariateNormal({ loc: tensor([1, -1]), covarianceMatrix: tensor(matrix) });
    const x = m.sample(random.key(3), [20_000]).cast('float64');
    const centred = x.sub(x.mean(0));
    const found = flatNumbers(centred.T.matmul(centred).div(20_000).arraySync());
    // The standard error of a covariance is below √(2 · 4 / n).
    matrix
      .flat()
      .forEach((expected, i) => expect(Math.abs(found[i]! - expected)).toBeLessThan(5 * Math.sqrt(8 / 20_000)));
  });

  it('the dtype is that of the parameters and values, float32 for numbers', () => {
    expect(new stats.Normal().logProb(0).dtype).toBe('float32');
    expect(new stats.Normal().logProb(f64(0)).dtype).toBe('float64');
    expect(new stats.Gamma({ concentration: f64(2) }).sample(random.key(0)).dtype).toBe('float64');
    expect(new stats.Poisson({ rate: 3 }).sample(random.key(0)).dtype).toBe('int32');
    expect(new stats.Poisson({ rate: 3 }).logProb(tensor(2, { dtype: 'int32' })).dtype).toBe('float32');
  });

  it('maximum likelihood by gradients, compiled: of a gamma distribution', () => {
    const x = new stats.Gamma({ concentration: 3, rate: 2 }).sample(random.key(1), [5000]).cast('float64');
    const loss = (p: Tensor): Tensor => {
      const [a, mean] = [p.at(0).exp(), p.at(1).exp()];
      return new stats.Gamma({ concentration: a, rate: a.div(mean) }).logProb(x).mean().neg();
    };
    const step = compile((p: Tensor) => p.sub(grad(loss)(p).mul(0.5)));
    let p = f64([0, 0]);
    for (let i = 0; i < 300; i++) p = step(p);
    const [a, mean] = [...p.exp().dataSync()];
    expect(Math.abs(a! - 3)).toBeLessThan(0.25);
    expect(Math.abs(mean! - 1.5)).toBeLessThan(0.06);
    expect(Math.abs(grad(loss)(p).abs().max().itemSync())).toBeLessThan(1e-3);
  });

  it('under vmap one distribution for each example', () => {
    const f = (loc: Tensor, x: Tensor): Tensor => new stats.StudentT({ df: 4, loc }).logProb(x);
    const [loc, x] = [f64([0, 1, 2]), f64([1, 1, 1])];
    expect(vmap(f)(loc, x).arraySync()).toEqual(f(loc, x).arraySync());
  });

  it('a sampled objective has gradients by reparametrisation', () => {
    // E[x²] = μ² + σ²
    const objective = (p: { loc: Tensor; scale: Tensor }): Tensor =>
      new stats.Normal(p).sample(random.key(4), [20_000]).square().mean();
    const g = grad(objective)({ loc: f64(1.5), scale: f64(0.5) });
    expect(Math.abs(g.loc.itemSync() - 3)).toBeLessThan(0.05);
    expect(Math.abs(g.scale.itemSync() - 1)).toBeLessThan(0.1);
  });

  it('KL without a formula can be estimated, and is refused otherwise', () => {
    const [p, q] = [new stats.StudentT({ df: 5 }), new stats.Normal()];
    expect(() => stats.klDivergence(p, q)).toThrow('klDivergence: no formula for StudentT and Normal; estimate it');
    const found = stats.klDivergence(p, q, { monteCarlo: { key: random.key(5), samples: 50_000 } }).itemSync();
    expect(Math.abs(found - 0.1248)).toBeLessThan(0.02); // by integration
    expect(() => stats.klDivergence(p, q, { monteCarlo: { key: random.key(5), samples: 0 } })).toThrow('samples');
  });

  it('wrong parameters are refused by name', () => {
    expect(() => new stats.Normal({ scale: -1 })).toThrow('Normal: scale must be positive, got -1');
    expect(() => new stats.Normal({ loc: NaN })).toThrow('Normal: loc must be finite, got NaN');
    expect(() => new stats.Normal({ loc: tensor([1, 2]), scale: tensor([1, 2, 3]) })).toThrow(
      /Normal.*do not broadcast/,
    );
    expect(() => new stats.Bernoulli({ probs: 1.2 })).toThrow('Bernoulli: probs must be from 0 to 1, got 1.2');
    expect(() => new stats.Bernoulli({})).toThrow('Bernoulli: give either probs or logits, got neither');
    expect(() => new stats.Categorical({ probs: tensor([1]), logits: tensor([1]) })).toThrow('got both');
    expect(() => new stats.Categorical({ probs: tensor([1, -1]) })).toThrow('finite and not negative, got -1');
    expect(() => new stats.Binomial({ totalCount: 1.5, probs: 0.5 })).toThrow(
      'totalCount must be a whole number from 0 up',
    );
    expect(() => new stats.Uniform({ low: 1, high: 1 })).toThrow('low must be less than high, got 1 and 1');
    expect(() => new stats.Dirichlet({ concentration: tensor(1) })).toThrow('needs an axis');
    expect(() => new stats.MultivariateNormal({ loc: tensor([0, 0]), covarianceMatrix: eye(3) })).toThrow(
      '(…, D) and (…, D, D)',
    );
    expect(() => new stats.Dirichlet({ concentration: tensor([1, 2]) }).cdf(0.5)).toThrow(stats.NotAvailableError);
  });

  it('values at and beyond the ends of the support, and NaN', () => {
    expect(new stats.Beta({ concentration1: 1, concentration0: 2 }).logProb(tensor([0, 1, -1, NaN])).exp().arraySync()).toEqual([2, 0, 0, NaN]); // prettier-ignore
    expect(new stats.Gamma({ concentration: 0.5 }).logProb(0).itemSync()).toBe(Infinity);
    expect(new stats.Bernoulli({ probs: 0 }).logProb(tensor([0, 1, 0.5])).arraySync()).toEqual([
      0,
      -Infinity,
      -Infinity,
    ]);
    expect(new stats.Poisson({ rate: 2 }).prob(tensor([-1, 0.5, NaN])).arraySync()).toEqual([0, 0, NaN]);
    expect(new stats.Categorical({ probs: tensor([1, 3]) }).prob(tensor([-1, 1, 2])).arraySync()).toEqual([0, 0.75, 0]);
    expect(new stats.Categorical({ probs: tensor([1, 3]) }).icdf(tensor([0, 0.2, 0.3, 1])).arraySync()).toEqual([
      0, 0, 1, 1,
    ]);
    expect(new stats.Categorical({ probs: tensor([1, 3]) }).cdf(tensor([-1, 0, 0.5, 9])).arraySync()).toEqual([
      0, 0.25, 0.25, 1,
    ]);
    expect(new stats.Normal().icdf(tensor([0, 1, 2])).arraySync()).toEqual([-Infinity, Infinity, NaN]);
    expect(new stats.Normal({ loc: tensor([]) }).logProb(1).shape).toEqual([0]);
    // No gradient leaks from outside of the support.
    expect(grad((a: Tensor) => new stats.Gamma({ concentration: a }).logProb(tensor([-1, 1])).at(1))(tensor(2)).isFinite().itemSync()).toBe(1); // prettier-ignore
  });
});
