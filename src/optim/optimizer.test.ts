import { beforeAll, describe, expect, it } from 'vitest';
import { device } from '../engine/index.ts';
import { Cell } from '../tensor/cell.ts';
import { compile } from '../tensor/compile.ts';
import { tensor, zeros } from '../tensor/creation.ts';
import { gradients } from '../tensor/gradients.ts';
import { Adam, AdamW } from './adam.ts';
import type { Optimizer } from './optimizer.ts';
import { cosine, oneCycle } from './schedules.ts';
import { SGD } from './sgd.ts';

beforeAll(() => {
  device('reference');
});

const rules: Readonly<Record<string, (cells: readonly Cell[]) => Optimizer>> = {
  'SGD with momentum': (cells) => new SGD(cells, { lr: 0.1, momentum: 0.9, weightDecay: 0.01 }),
  Adam: (cells) => new Adam(cells, { lr: 0.1, weightDecay: 0.01 }),
  AdamW: (cells) => new AdamW(cells, { lr: 0.1 }),
};

describe.each(Object.entries(rules))('%s', (_, make) => {
  /** Steps on f(w) = Σ w², from w = (1, −2). */
  function start() {
    const w = new Cell(tensor([1, -2]));
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
    ['a foreign state', () => new Adam([w()]).load({ 'velocity.0': zeros([2]) }), 'Adam: load: the state does not fit'],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});

it('schedules rise and fall between 0 and 1', () => {
  expect([0, 0.5, 1, 2].map(cosine)).toEqual([1, expect.closeTo(0.5, 12), 0, 0]);
  expect([0, 0.05, 0.1, 0.55, 1].map((t) => oneCycle(t))).toEqual([0, 0.5, 1, expect.closeTo(0.5, 12), 0]);
});
