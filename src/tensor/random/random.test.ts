/**
 * Every sampler against its distribution function (Kolmogorov-Smirnov) or its probabilities (chi-squared). Keys are fixed; a test fails where
 * the p-value is below 10⁻⁴, so a right sampler passes for all but one key in ten thousand.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { testDevices } from '../../../test/devices.ts';
import { betainc } from '../../kernel/special/incomplete-beta.ts';
import { gammainc, gammaincc } from '../../kernel/special/incomplete-gamma.ts';
import { logGamma } from '../../kernel/special/gamma.ts';
import { ndtr } from '../../kernel/special/normal.ts';
import { device } from '../../runtime/registry.ts';
import { compile } from '../compile.ts';
import { arange, tensor } from '../creation.ts';
import { grad } from '../gradients.ts';
import type { Tensor } from '../tensor.ts';
import { vmap } from '../transforms/vmap.ts';
import * as random from './index.ts';

const leastP = 1e-4;
const count = 20_000;

/** The p-value of n draws having the distribution function. (Marsaglia's correction of the asymptotic formula.) */
function ksP(draws: Iterable<number>, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(draws).sort();
  let distance = 0;
  sorted.forEach((x, i) => {
    const f = cdf(x);
    distance = Math.max(distance, f - i / sorted.length, (i + 1) / sorted.length - f);
  });
  const root = Math.sqrt(sorted.length);
  const t = (root + 0.12 + 0.11 / root) * distance;
  let p = 0;
  for (let k = 1; k < 100; k++) p += 2 * (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * t * t);
  return t < 0.2 ? 1 : p;
}

/** The p-value of counts having these probabilities; outcomes expected fewer than five times are pooled. */
function chiP(draws: Iterable<number>, probability: (k: number) => number): number {
  const counts = new Map<number, number>();
  let total = 0;
  for (const k of draws) {
    counts.set(k, (counts.get(k) ?? 0) + 1);
    total++;
  }
  let [statistic, cells, restSeen, restExpected] = [0, 0, total, total];
  const [low, high] = [Math.min(...counts.keys()), Math.max(...counts.keys())];
  for (let k = low; k <= high; k++) {
    const expected = total * probability(k);
    if (expected < 5) {
      expect(expected > 0 || !counts.has(k), `${k} is impossible`).toBe(true);
      continue;
    }
    const seen = counts.get(k) ?? 0;
    statistic += (seen - expected) ** 2 / expected;
    cells++;
    restSeen -= seen;
    restExpected -= expected;
  }
  if (restExpected > 1) statistic += (restSeen - restExpected) ** 2 / restExpected;
  return gammaincc((cells - (restExpected > 1 ? 0 : 1)) / 2, statistic / 2);
}

const poissonProbability = (rate: number) => (k: number) => Math.exp(k * Math.log(rate) - rate - logGamma(k + 1));
const binomialProbability = (n: number, p: number) => (k: number) =>
  Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) + k * Math.log(p) + (n - k) * Math.log1p(-p));
const tCdf = (df: number) => (x: number) => {
  const tail = 0.5 * betainc(df / 2, 0.5, df / (df + x * x));
  return x < 0 ? tail : 1 - tail;
};
const truncated = (low: number, high: number) => (x: number) => {
  const mirrored = low > 0;
  const [a, b, z] = mirrored ? [-high, -low, -x] : [low, high, x];
  const f = (ndtr(z) - ndtr(a)) / (ndtr(b) - ndtr(a));
  return mirrored ? 1 - f : f;
};

const dtype = 'float64';
const continuous: Record<string, [draw: (key: Tensor) => Tensor, cdf: (x: number) => number]> = {
  uniform: [(k) => random.uniform(k, [count], { low: -2, high: 3 }), (x) => (x + 2) / 5],
  'normal in float32': [(k) => random.normal(k, [count]), ndtr],
  'normal in float64': [(k) => random.normal(k, [count], { mean: 3, std: 2, dtype }), (x) => ndtr((x - 3) / 2)],
  'truncated normal': [(k) => random.truncatedNormal(k, [count], { low: -0.5, high: 2 }), truncated(-0.5, 2)],
  'truncated normal far out': [(k) => random.truncatedNormal(k, [count], { low: 8, high: 9, dtype }), truncated(8, 9)],
  exponential: [(k) => random.exponential(k, [count], { rate: 2 }), (x) => -Math.expm1(-2 * x)],
  gumbel: [(k) => random.gumbel(k, [count], { loc: 1, scale: 2 }), (x) => Math.exp(-Math.exp(-(x - 1) / 2))],
  laplace: [
    (k) => random.laplace(k, [count], { loc: -1, scale: 0.5 }),
    (x) => (x < -1 ? 0.5 * Math.exp((x + 1) / 0.5) : 1 - 0.5 * Math.exp(-(x + 1) / 0.5)),
  ],
  logistic: [(k) => random.logistic(k, [count]), (x) => 1 / (1 + Math.exp(-x))],
  cauchy: [(k) => random.cauchy(k, [count], { scale: 3 }), (x) => 0.5 + Math.atan(x / 3) / Math.PI],
  'gamma of shape 0.3': [(k) => random.gamma(k, 0.3, [count]), (x) => gammainc(0.3, x)],
  'gamma of shape 1': [(k) => random.gamma(k, 1, [count], { rate: 4 }), (x) => gammainc(1, 4 * x)],
  'gamma of shape 40': [(k) => random.gamma(k, 40, [count], { dtype }), (x) => gammainc(40, x)],
  'beta of 0.5 and 2': [(k) => random.beta(k, 0.5, 2, [count]), (x) => betainc(0.5, 2, x)],
  'beta of 30 and 9': [(k) => random.beta(k, 30, 9, [count]), (x) => betainc(30, 9, x)],
  'the first of a Dirichlet draw': [
    (k) => random.dirichlet(k, tensor([0.5, 1, 3]), [count]).slice([null, 0], [null, 1]),
    (x) => betainc(0.5, 4, x),
  ],
  'chi-squared': [(k) => random.chisquare(k, 5, [count]), (x) => gammainc(2.5, x / 2)],
  "Student's t of 3": [(k) => random.studentT(k, 3, [count]), tCdf(3)],
};
const discrete: Record<string, [draw: (key: Tensor) => Tensor, probability: (k: number) => number]> = {
  bernoulli: [(k) => random.bernoulli(k, 0.3, [count]).cast('int32'), (x) => (x === 1 ? 0.3 : 0.7)],
  randint: [(k) => random.randint(k, [count], -3, 9), () => 1 / 12],
  rademacher: [(k) => random.rademacher(k, [count]), (x) => (Math.abs(x) === 1 ? 0.5 : 0)],
  'poisson of 0.4': [(k) => random.poisson(k, 0.4, [count]), poissonProbability(0.4)],
  'poisson of 9.5': [(k) => random.poisson(k, 9.5, [count]), poissonProbability(9.5)],
  'poisson of 10.5': [(k) => random.poisson(k, 10.5, [count]), poissonProbability(10.5)],
  'poisson of 300': [(k) => random.poisson(k, 300, [count]), poissonProbability(300)],
  'binomial of 7 and 0.2': [(k) => random.binomial(k, 7, 0.2, [count]), binomialProbability(7, 0.2)],
  'binomial of 40 and 0.9': [(k) => random.binomial(k, 40, 0.9, [count]), binomialProbability(40, 0.9)],
  'binomial of 100 and 0.4': [(k) => random.binomial(k, 100, 0.4, [count]), binomialProbability(100, 0.4)],
  'binomial of 1000 and 0.75': [(k) => random.binomial(k, 1000, 0.75, [count]), binomialProbability(1000, 0.75)],
  geometric: [(k) => random.geometric(k, 0.2, [count]), (k) => 0.2 * 0.8 ** (k - 1)],
  categorical: [
    (k) => random.categorical(k, tensor([0.1, 0, 0.6, 0.3, 0]).log(), [count]),
    (k) => [0.1, 0, 0.6, 0.3, 0][k]!,
  ],
  'choice by weights': [
    (k) => random.choice(k, tensor([5, 6, 7]), [count], { p: tensor([1, 0, 3]) }),
    (x) => [0.25, 0, 0.75][x - 5]!,
  ],
  'the first of a permutation': [
    (k) => vmap((one: Tensor) => random.permutation(one, 6).at(0))(random.split(k, 6000)),
    () => 1 / 6,
  ],
};

describe('on the fastest device', () => {
  describe.each(Object.keys(continuous))('%s', (name) => {
    it('has its distribution function', () => {
      const [draw, cdf] = continuous[name]!;
      expect(ksP(draw(random.key(20)).dataSync(), cdf)).toBeGreaterThan(leastP);
    });
  });

  describe.each(Object.keys(discrete))('%s', (name) => {
    it('has its probabilities', () => {
      const [draw, probability] = discrete[name]!;
      const x = draw(random.key(21)).dataSync();
      expect(chiP(x, probability)).toBeGreaterThan(leastP);
    });
  });

  it('large counts have their mean and variance', () => {
    const x = random.poisson(random.key(3), 1e8, [4000]).cast('float64');
    // Four standard errors: 10⁴ / √4000 of the mean, √(2 / 4000) of the variance relatively.
    expect(Math.abs(x.mean().itemSync() - 1e8)).toBeLessThan((4 * 1e4) / Math.sqrt(4000));
    expect(Math.abs(x.var().itemSync() / 1e8 - 1)).toBeLessThan(4 * Math.sqrt(2 / 4000));
    const y = random.binomial(random.key(4), 2e9, 0.25, [4000]).cast('float64');
    expect(Math.abs(y.mean().itemSync() - 5e8)).toBeLessThan((4 * Math.sqrt(3.75e8)) / Math.sqrt(4000));
    expect(Math.abs(y.var().itemSync() / 3.75e8 - 1)).toBeLessThan(4 * Math.sqrt(2 / 4000));
  });

  it('draws of keys that were split do not correlate', () => {
    const [a, b] = random.splitKeys(random.key(5));
    for (const draw of [random.normal, random.exponential, random.gumbel]) {
      const [x, y] = [draw(a!, [count]), draw(b!, [count])];
      const centred = (v: Tensor): Tensor => v.sub(v.mean()).div(v.std());
      // A correlation of n pairs has standard error 1/√n.
      expect(Math.abs(centred(x).mul(centred(y)).mean().itemSync())).toBeLessThan(4 / Math.sqrt(count));
    }
  });

  it('choice without replacement takes nothing twice, and the heavy ones first', () => {
    const taken = random.choice(random.key(6), 50, [5, 10], { replace: false });
    expect([...taken.dataSync()].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    const p = tensor([1, 2, 0, 7]);
    const pairs = vmap((one: Tensor) => random.choice(one, 4, [2], { replace: false, p }))(
      random.split(random.key(7), 6000),
    );
    // P(first = i, second = j) = pᵢ/10 · pⱼ/(10 − pᵢ)
    const weights = [1, 2, 0, 7];
    const code = pairs
      .slice([null, 0], [null, 1])
      .mul(4)
      .add(pairs.slice([null, 1]))
      .dataSync();
    const probability = (k: number): number => {
      const [i, j] = [k >> 2, k & 3];
      return i === j ? 0 : (weights[i]! / 10) * (weights[j]! / (10 - weights[i]!));
    };
    expect(chiP(code, probability)).toBeGreaterThan(leastP);
  });

  it('parameters broadcast, and each element has its own', () => {
    const rate = tensor([[1], [100]]);
    const x = random.poisson(random.key(8), rate, [2, 5000]).cast('float64').mean(1).dataSync();
    expect(Math.abs(x[0]! - 1)).toBeLessThan(4 / Math.sqrt(5000));
    expect(Math.abs(x[1]! - 100)).toBeLessThan(40 / Math.sqrt(5000));
    expect(random.gamma(random.key(8), tensor([1, 2]), [3, 2]).shape).toEqual([3, 2]);
    expect(random.beta(random.key(8), tensor([1, 2]), tensor([[1], [2], [3]])).shape).toEqual([3, 2]);
    expect(random.dirichlet(random.key(8), tensor([[1, 2, 3]]), [4, 1]).shape).toEqual([4, 1, 3]);
    expect(random.normal(random.key(8), [2, 3], { mean: tensor([1, 2, 3], { dtype: 'int32' }) }).dtype).toBe('float32');
    expect(random.exponential(random.key(8), [2], { rate: tensor([1, 2], { dtype }) }).dtype).toBe(dtype);
  });

  it('small shapes underflow in the gamma variable and not in a Dirichlet draw', () => {
    const x = random.dirichlet(random.key(9), tensor([1e-4, 1e-4]), [200]);
    expect(x.isFinite().all().itemSync()).toBe(1);
    expect(Math.abs(x.sum(-1).sub(1).abs().max().itemSync())).toBeLessThan(1e-6);
  });

  it('a permutation shuffles the slices of a tensor', () => {
    const x = arange(12).reshape(3, 4);
    const shuffled = random.permutation(random.key(3), x, { axis: 1 });
    expect(shuffled.sort(1).arraySync()).toEqual(x.arraySync());
    expect(shuffled.arraySync()).not.toEqual(x.arraySync());
    expect([...random.permutation(random.key(1), 3000).sort().dataSync()]).toEqual(
      Array.from({ length: 3000 }, (_, i) => i),
    );
  });

  it('wrong parameters are refused where they are known', () => {
    const k = random.key(0);
    expect(() => random.gamma(k, -1)).toThrow('gamma: the shape must be positive, got -1');
    expect(() => random.poisson(k, tensor([1, -2]))).toThrow('poisson: rate must be from 0 to 1e9, got -2');
    expect(() => random.poisson(k, NaN)).toThrow('got NaN');
    expect(() => random.binomial(k, 2.5, 0.5)).toThrow('binomial: n must be a whole number');
    expect(() => random.binomial(k, 2, 1.5)).toThrow('binomial: p must be from 0 to 1, got 1.5');
    expect(() => random.exponential(k, [2], { rate: 0 })).toThrow('exponential: rate must be positive, got 0');
    expect(() => random.truncatedNormal(k, [2], { low: 1, high: 1 })).toThrow(
      'low must be less than high, got 1 and 1',
    );
    expect(() => random.gamma(k, tensor([1, 2]), [3])).toThrow(/gamma.*\(2,\).*\(3,\)/);
    expect(() => random.categorical(k, tensor(1))).toThrow('need an axis of places');
    expect(() => random.choice(k, 3, [4], { replace: false })).toThrow('4 draws from 3 without replacement');
    expect(() => random.choice(k, 3, [3], { replace: false, p: tensor([1, 0, 1]) })).toThrow('3 draws from 2');
    expect(() => random.choice(k, 3, [1], { p: tensor([0, 0, 0]) })).toThrow('every weight is 0');
    expect(() => random.choice(k, 0, [1])).toThrow('nothing to draw from');
    expect(() => random.choice(k, 3, [1], { p: tensor([1, 1]) })).toThrow('one weight for each of 3');
    expect(() => random.dirichlet(k, tensor(1))).toThrow('alpha needs an axis');
  });

  it('parameters of other dtypes are what they say', () => {
    const k = random.key(0);
    expect(
      random
        .gamma(k, tensor([2, 0.5], { dtype: 'float16' }))
        .isFinite()
        .all()
        .itemSync(),
    ).toBe(1);
    expect(() => random.gamma(k, tensor([2, -0.5], { dtype: 'float16' }))).toThrow('got -0.5');
    expect(() => random.poisson(k, tensor([-3], { dtype: 'int64' }))).toThrow('got -3');
    // 2²⁴ + 1 is no float32.
    expect(random.binomial(k, tensor(2 ** 24 + 1, { dtype: 'int32' }), 1).itemSync()).toBe(2 ** 24 + 1);
  });

  it('wrong parameters that are not known give NaN, or -1', () => {
    const k = random.key(0);
    const bad = tensor([1, -2]).cumsum();
    expect(random.gamma(k, bad).isNaN().arraySync()).toEqual([0, 1]);
    expect(random.poisson(k, bad.mul(20)).less(0).arraySync()).toEqual([0, 1]);
    expect(random.binomial(k, 5, bad).dataSync()[1]).toBe(-1);
  });

  it('no draws at all are no error', () => {
    expect(random.gamma(random.key(0), 2, [0]).shape).toEqual([0]);
    expect([...random.poisson(random.key(0), 20, [0]).dataSync()]).toEqual([]);
    expect([...random.choice(random.key(0), 3, [0]).dataSync()]).toEqual([]);
  });
});

describe('gradients of draws', () => {
  const k = random.key(11);
  const values = (x: Tensor): number[] => [...x.dataSync()];

  it('go to locations and scales as they should', () => {
    const z = values(random.normal(k, [3], { dtype }));
    const found = grad((p: { mean: Tensor; std: Tensor }) => random.normal(k, [3], { ...p, dtype }).sum())({
      mean: tensor(1, { dtype }),
      std: tensor(2, { dtype }),
    });
    expect(found.mean.itemSync()).toBe(3);
    expect(found.std.itemSync()).toBeCloseTo(z[0]! + z[1]! + z[2]!, 12);
    const rate = tensor(2, { dtype });
    const slope = grad((r: Tensor) => random.exponential(k, [4], { rate: r }).sum())(rate).itemSync();
    const drawn = values(random.exponential(k, [4], { rate }));
    expect(slope).toBeCloseTo(drawn.reduce((a, b) => a + b) / -2, 12);
  });

  it('of gamma draws go to the shape as the distribution function says', () => {
    for (const a of [0.02, 0.4, 1, 3, 60, 5000]) {
      const shape = tensor([a, a, a], { dtype });
      const x = values(random.gamma(k, shape));
      const g = values(grad((s: Tensor) => random.gamma(k, s).sum())(shape));
      const h = a * 1e-5;
      x.forEach((value, i) => {
        if (value < 1e-290) return;
        // dx/da = −(∂P/∂a) / (∂P/∂x) by differences of P.
        const inA = (gammainc(a + h, value) - gammainc(a - h, value)) / (2 * h);
        const step = value * 1e-6;
        const inX = (gammainc(a, value + step) - gammainc(a, value - step)) / (2 * step);
        expect(Math.abs(g[i]! / (-inA / inX) - 1)).toBeLessThan(1e-5);
      });
    }
  });

  it('of beta and Dirichlet draws average to the gradients of their means', () => {
    // d/da of a / (a + b) is b / (a + b)².
    const mean = (a: Tensor): Tensor => random.beta(k, a, tensor(3, { dtype }), [count]).mean();
    expect(Math.abs(grad(mean)(tensor(2, { dtype })).itemSync() - 3 / 25)).toBeLessThan(0.003);
    const first = (alpha: Tensor): Tensor => random.dirichlet(k, alpha, [count]).mean(0).at(0);
    const g = values(grad(first)(tensor([1, 2, 3], { dtype })));
    [5 / 36, -1 / 36, -1 / 36].forEach((expected, i) => expect(Math.abs(g[i]! - expected)).toBeLessThan(0.004));
  });

  it('of truncated normal draws are those of the quantile', () => {
    const draw = (p: { low: Tensor; mean: Tensor }): Tensor =>
      random.truncatedNormal(k, [], { ...p, high: 3, dtype }).sum();
    const at = { low: tensor(-0.5, { dtype }), mean: tensor(0.2, { dtype }) };
    const g = grad(draw)(at);
    const h = 1e-6;
    const moved = (low: number, mean: number): number =>
      draw({ low: tensor(-0.5 + low, { dtype }), mean: tensor(0.2 + mean, { dtype }) }).itemSync();
    expect(g.low.itemSync()).toBeCloseTo((moved(h, 0) - moved(-h, 0)) / (2 * h), 7);
    expect(g.mean.itemSync()).toBeCloseTo((moved(0, h) - moved(0, -h)) / (2 * h), 7);
  });
});

describe.each(testDevices)('on %s', (name) => {
  beforeAll(() => void device(name));
  const k = random.key(30);
  const draws: Record<string, (key: Tensor) => Tensor> = {
    exponential: (key) => random.exponential(key, [40], { dtype }),
    truncatedNormal: (key) => random.truncatedNormal(key, [40], { low: 1, dtype }),
    gamma: (key) => random.gamma(key, 0.7, [40], { dtype }),
    poisson: (key) => random.poisson(key, tensor([4, 40]), [20, 2]),
    binomial: (key) => random.binomial(key, 100, 0.3, [40]),
    categorical: (key) => random.categorical(key, tensor([0, 1, 2]), [40]),
    permutation: (key) => random.permutation(key, 40),
    choice: (key) => random.choice(key, 9, [40], { p: arange(9) }),
  };

  it.each(Object.keys(draws))('%s draws what the reference draws, compiled and under vmap too', (which) => {
    const draw = draws[which]!;
    const here = draw(k).dataSync();
    device('reference');
    const there = draw(k).dataSync();
    device(name);
    // The last digits of exp and log may differ from device to device.
    here.forEach((x, i) => expect(Math.abs(x - there[i]!)).toBeLessThanOrEqual(1e-13 * Math.abs(there[i]!)));
    expect([...compile(draw)(k).dataSync()].map((x) => x.toPrecision(12))).toEqual(
      [...here].map((x) => x.toPrecision(12)),
    );
    const keys = random.split(k, 3);
    const batch = vmap(draw)(keys);
    expect([...batch.at(1).dataSync()].map((x) => x.toPrecision(12))).toEqual(
      [...draw(keys.at(1)).dataSync()].map((x) => x.toPrecision(12)),
    );
  });
});
