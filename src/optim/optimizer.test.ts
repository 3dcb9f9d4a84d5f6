import { beforeAll, describe, expect, it } from 'vitest';
import { device } from '../engine/index.ts';
import { Cell } from '../tensor/cell.ts';
import { compile } from '../tensor/compile.ts';
import { tensor, zeros } from '../tensor/creation.ts';
import { gradients } from '../tensor/gradients.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  Adadelta,
  Adafactor,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  clipGradNorm,
  clipGradValue,
  cosine,
  EMA,
  GradientAccumulator,
  gradNorm,
  l1Penalty,
  l2Penalty,
  LAMB,
  LBFGS,
  Lion,
  Muon,
  NAdam,
  oneCycle,
  type Optimizer,
  orthogonalise,
  ReduceOnPlateau,
  RMSprop,
  SAM,
  sequentialLR,
  SGD,
  stepLR,
} from './index.ts';

beforeAll(() => {
  device('reference');
});

const rules: Readonly<Record<string, (cells: readonly Cell[]) => Optimizer>> = {
  'SGD with momentum': (cells) => new SGD(cells, { lr: 0.1, momentum: 0.9, weightDecay: 0.01 }),
  Adam: (cells) => new Adam(cells, { lr: 0.1, weightDecay: 0.01 }),
  'Adam with amsgrad': (cells) => new Adam(cells, { lr: 0.1, amsgrad: true }),
  AdamW: (cells) => new AdamW(cells, { lr: 0.1 }),
  NAdam: (cells) => new NAdam(cells, { lr: 0.1 }),
  Adamax: (cells) => new Adamax(cells, { lr: 0.1 }),
  RMSprop: (cells) => new RMSprop(cells, { lr: 0.1, momentum: 0.5, centered: true }),
  Adagrad: (cells) => new Adagrad(cells, { lr: 0.1, lrDecay: 0.1 }),
  Adadelta: (cells) => new Adadelta(cells),
  Adafactor: (cells) => new Adafactor(cells, { lr: 0.1 }),
  Lion: (cells) => new Lion(cells, { lr: 0.1, weightDecay: 0.1 }),
  LAMB: (cells) => new LAMB(cells, { lr: 0.1 }),
  Muon: (cells) => new Muon(cells, { lr: 0.1 }),
};

describe.each(Object.entries(rules))('%s', (_, make) => {
  /** Steps on f(w) = Σ w², from w = ((1, −2)). */
  function start() {
    const w = new Cell(tensor([[1, -2]]));
    const optimizer = make([w]);
    const step = () => {
      const loss = w.value.square().sum();
      optimizer.step(gradients(loss, [w]));
      return loss;
    };
    return { w, optimizer, step };
  }

  it('does the same captured and uncaptured', () => {
    const [plain, captured] = [start(), start()];
    const compiled = compile(captured.step);
    for (let i = 0; i < 5; i++) {
      plain.step();
      compiled();
    }
    expect(captured.w.value.arraySync()).toEqual(plain.w.value.arraySync());
  });

  it('minimizes as a step along the gradients does, and returns the loss', () => {
    const [byHand, minimized] = [start(), start()];
    const loss = byHand.step();
    expect(minimized.optimizer.minimize(minimized.w.value.square().sum()).itemSync()).toBe(loss.itemSync());
    expect(minimized.w.value.arraySync()).toEqual(byHand.w.value.arraySync());
  });

  it('goes on from a saved state as if nothing had happened', () => {
    const [whole, first, second] = [start(), start(), start()];
    for (let i = 0; i < 6; i++) whole.step();
    for (let i = 0; i < 3; i++) first.step();
    second.w.value = first.w.value;
    second.optimizer.load(first.optimizer.state());
    for (let i = 0; i < 3; i++) second.step();
    expect(second.w.value.arraySync()).toEqual(whole.w.value.arraySync());
  });

  it('a new learning rate takes effect without compiling again', () => {
    const { w, optimizer, step } = start();
    const compiled = compile(step);
    compiled();
    optimizer.lr = 0;
    const before = w.value.arraySync();
    compiled();
    expect(w.value.arraySync()).toEqual(before);
    expect(optimizer.lr).toBe(0);
    expect(compiled.traces).toBe(1);
  });
});

it('the first step of Adam is lr against the sign of the gradient', () => {
  const w = new Cell(zeros([3]));
  new Adam([w], { lr: 0.001 }).step([tensor([1e-3, -5, 1e4])]);
  // 1 − β₂ᵗ in float32 would be wrong in the fifth digit; eps is 1e-8 of the smallest gradient's 1e-3.
  [-1, 1, -1].forEach((sign, i) => expect(w.value.dataSync()[i]! / (sign * 0.001)).toBeCloseTo(1, 4));
});

describe('groups', () => {
  const start = () => [new Cell(tensor([1])), new Cell(tensor([1]))] as const;
  const one = [tensor([1]), tensor([1])];

  it('have rates of their own, which follow the optimizer in proportion', () => {
    const [a, b] = start();
    const optimizer = new SGD([{ parameters: [a] }, { parameters: [b], lr: 0.01 }], { lr: 0.1 });
    const step = compile(() => optimizer.step(one));
    step();
    expect([a, b].map(({ value }) => value.itemSync())).toEqual([Math.fround(0.9), Math.fround(0.99)]);
    optimizer.lr = 0.2;
    expect(optimizer.groups.map(({ lr }) => lr)).toEqual([0.2, expect.closeTo(0.02, 12)]);
    optimizer.groups[1]!.lr = 0;
    step();
    expect([a, b].map(({ value }) => value.itemSync())).toEqual([expect.closeTo(0.7, 6), Math.fround(0.99)]);
    expect(step.traces).toBe(1);
  });

  it('have a weight decay of their own', () => {
    const [a, b] = start();
    const groups = [{ parameters: [a] }, { parameters: [b], weightDecay: 0 }];
    new AdamW(groups, { lr: 0.1, weightDecay: 0.5 }).step([zeros([1]), zeros([1])]);
    expect([a, b].map(({ value }) => value.itemSync())).toEqual([Math.fround(0.95), 1]);
  });
});

describe('gradients', () => {
  const found = [tensor([3, 0]), tensor([[-4]])];

  it('are measured as one vector, and clipped by one factor', () => {
    expect(gradNorm(found).itemSync()).toBe(5);
    expect(gradNorm(found, Infinity).itemSync()).toBe(4);
    expect(clipGradNorm(found, 1).map((g) => g.arraySync())).toEqual([[expect.closeTo(0.6, 5), 0], [[expect.closeTo(-0.8, 5)]]]); // prettier-ignore
    expect(clipGradNorm(found, 6).map((g) => g.arraySync())).toEqual([[3, 0], [[-4]]]);
    expect(clipGradValue(found, 3.5).map((g) => g.arraySync())).toEqual([[3, 0], [[-3.5]]]);
  });

  it('add up over batches to the mean, and start anew', () => {
    const cells = [new Cell(zeros([2]))];
    const sum = new GradientAccumulator(cells);
    const add = compile((g: Tensor) => sum.add([g]));
    add(tensor([1, 2]));
    add(tensor([3, 4]));
    const take = compile(() => sum.take());
    expect(take()[0]!.arraySync()).toEqual([2, 3]);
    expect(take()[0]!.arraySync()).toEqual([0, 0]);
    add(tensor([5, 6]));
    expect(take()[0]!.arraySync()).toEqual([5, 6]);
  });
});

it('penalties have the gradients they promise', () => {
  const w = new Cell(tensor([2, -3, 0]));
  expect(l1Penalty([w, w]).itemSync()).toBe(10);
  expect(gradients(l1Penalty([w]), w).arraySync()).toEqual([1, -1, 0]);
  expect(l2Penalty([w]).itemSync()).toBe(6.5);
  expect(gradients(l2Penalty([w]), w).arraySync()).toEqual([2, -3, 0]);
});

it('an average goes on from a saved state', () => {
  const w = new Cell(tensor([1]));
  const average = new EMA([w], { decay: 0.5 });
  average.update();
  const later = new EMA([w], { decay: 0.5 }).load(average.state());
  w.value = tensor([3]);
  later.update();
  expect(later.values()[0]!.arraySync()).toEqual([2]);
});

it('orthogonalising draws singular values near 1', () => {
  const x = tensor([[3, 0, 0], [0, 0.5, 0]]); // prettier-ignore
  for (const y of [orthogonalise(x), orthogonalise(x.T).T]) {
    const [[a, , c], [d, e]] = y.arraySync() as [[number, number, number], [number, number]];
    expect([c, d]).toEqual([0, 0]);
    expect(Math.min(a, e)).toBeGreaterThan(0.6);
    expect(Math.max(a, e)).toBeLessThan(1.3);
  }
});

it('L-BFGS finds the minimum of Rosenbrock’s valley', async () => {
  const w = new Cell(tensor([-1.2, 1], { dtype: 'float64' }));
  const closure = compile(() => {
    const [x, y] = [w.value.at(0), w.value.at(1)];
    const loss = y.sub(x.square()).square().mul(100).add(x.neg().add(1).square());
    return [loss, gradients(loss, [w])] as const;
  });
  await new LBFGS([w], { maxIterations: 60, toleranceChange: 1e-14, lineSearch: 'strongWolfe' }).step(closure);
  expect(w.value.arraySync()).toEqual([expect.closeTo(1, 6), expect.closeTo(1, 6)]);
});

describe('mistakes are told', () => {
  const w = () => new Cell(zeros([2]));
  it.each([
    [
      'too few gradients',
      () => new SGD([w(), w()], { lr: 1 }).step([zeros([2])]),
      'SGD: expected 2 gradients, one per parameter, got 1',
    ],
    ['a shape', () => new Adam([w()]).step([zeros([3])]), 'Adam: parameter 0 has shape (2,), its gradient (3,)'],
    [
      'a dtype',
      () => new Adam([w()]).step([zeros([2], { dtype: 'float64' })]),
      'Adam: parameter 0 is float32, its gradient float64',
    ],
    ['no parameters', () => new AdamW([]), 'AdamW: there are no parameters to train'],
    ['a negative rate', () => new SGD([w()], { lr: -1 }), 'SGD: lr must be 0 or more, got -1'],
    ['a rate that is no number', () => new SGD([w()], { lr: NaN }), 'SGD: lr must be 0 or more, got NaN'],
    ['nesterov alone', () => new SGD([w()], { lr: 1, nesterov: true }), 'SGD: nesterov needs momentum'],
    ['a beta', () => new Adam([w()], { betas: [0.9, 1] }), 'Adam: betas[1] must be from 0 to below 1, got 1'],
    ['a vector for Muon', () => new Muon([w()]), 'Muon: expected matrices, got a parameter of shape (2,)'],
    ['a limit', () => new SGD([w()], { lr: 1, maxNorm: 0 }), 'SGD: maxNorm must be above 0, got 0'],
    ['a group alone', () => new SGD([{ parameters: [w()], lr: 1 }], { lr: 0 }), "SGD: a group's lr counts relative to"],
    ['a radius', () => new SAM(new SGD([w()], { lr: 1 }), { rho: 0 }), 'SAM: rho must be above 0, got 0'],
    ['a bound', () => clipGradNorm([zeros([1])], -1), 'clipGradNorm: maxNorm must be above 0, got -1'],
    ['milestones', () => sequentialLR([stepLR(1), stepLR(2)], []), 'sequentialLR: 2 schedules need 1 milestones'],
    ['no steps', () => stepLR(0), 'stepLR: the number of steps must be a whole number from 1 up, got 0'],
    [
      'a growing plateau',
      () => new ReduceOnPlateau({ lr: 1 }, { factor: 2 }),
      'factor must be from 0 to below 1, got 2',
    ],
    [
      'gradients of others',
      () => new GradientAccumulator([w()]).add([]),
      'expected 1 gradients, one per parameter, got 0',
    ],
    ['an average of nothing', () => new EMA([]), 'EMA: there are no parameters'],
    ['a foreign state', () => new Adam([w()]).load({ 'velocity.0': zeros([2]) }), 'Adam: load: the state does not fit'],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});

it('schedules rise and fall between 0 and 1', () => {
  expect([0, 0.5, 1, 2].map(cosine)).toEqual([1, expect.closeTo(0.5, 12), 0, 0]);
  expect([0, 0.05, 0.1, 0.55, 1].map((t) => oneCycle(t))).toEqual([0, 0.5, 1, expect.closeTo(0.5, 12), 0]);
});
