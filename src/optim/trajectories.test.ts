/**
 * Fifty compiled steps of every optimizer against PyTorch's in float64: test/golden/optimizers.py says what is computed.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import golden from '../../test/golden/optimizers.json' with { type: 'json' };
import { testDevices } from '../../test/devices.ts';
import { uniform } from '../../test/golden/lcg.ts';
import { device } from '../engine/index.ts';
import { Cell } from '../tensor/cell.ts';
import { compile } from '../tensor/compile.ts';
import { tensor } from '../tensor/creation.ts';
import { gradients } from '../tensor/gradients.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  Adadelta,
  Adafactor,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  chainedLR,
  clipGradNorm,
  clipGradValue,
  constantLR,
  cosineAnnealingLR,
  cosineAnnealingWarmRestarts,
  EMA,
  exponentialLR,
  LAMB,
  LBFGS,
  linearLR,
  Lion,
  multiStepLR,
  Muon,
  NAdam,
  oneCycleLR,
  type Optimizer,
  polynomialLR,
  ReduceOnPlateau,
  RMSprop,
  SAM,
  type Schedule,
  sequentialLR,
  SGD,
  stepLR,
  SWA,
  warmup,
} from './index.ts';

/**
 * Both sides compute in float64 and differ in the order of sums. The golden file has 14 digits; measured after fifty steps:
 * 1e-13 at most, SAM 1e-12. L-BFGS divides by small changes of the gradient, which multiplies rounding: measured 6e-11.
 */
const TOLERANCE = 5e-12;
const TOLERANCE_LBFGS = 2e-10;

const wide = (shape: readonly number[], seed: number): Tensor =>
  tensor(
    uniform(
      shape.reduce((product, n) => product * n, 1),
      seed,
    ),
    { shape, dtype: 'float64' },
  );

/** The problem of optimizers.py. */
function problem() {
  const [x, y] = [wide([6, 3], 1), wide([6, 2], 2)];
  const cells = [new Cell(wide([4, 3], 3)), new Cell(wide([4], 4)), new Cell(wide([2, 4], 5))] as const;
  const loss = (): Tensor => {
    const [w, b, v] = cells.map(({ value }) => value) as [Tensor, Tensor, Tensor];
    return x.matmul(w.transpose()).add(b).tanh().matmul(v.transpose()).sub(y).square().mean();
  };
  return { cells, loss };
}

type Cells = ReturnType<typeof problem>['cells'];

const rules: Readonly<Record<string, (cells: Cells) => Optimizer>> = {
  sgd: (p) => new SGD(p, { lr: 0.1, weightDecay: 0.01 }),
  sgdNesterov: (p) => new SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true }),
  sgdMaximize: (p) => new SGD(p, { lr: 0.01, momentum: 0.5, maximize: true }),
  sgdMaxNorm: (p) => new SGD(p, { lr: 0.3, maxNorm: 0.8 }),
  sgdL1: (p) => new SGD(p, { lr: 0.1, l1: 0.01 }),
  sgdClipNorm: (p) => new SGD(p, { lr: 0.5 }),
  sgdClipMax: (p) => new SGD(p, { lr: 0.5 }),
  sgdClipValue: (p) => new SGD(p, { lr: 0.5 }),
  adam: (p) => new Adam(p, { lr: 0.05, weightDecay: 0.01 }),
  adamAmsgrad: (p) => new Adam(p, { lr: 0.1, amsgrad: true }),
  adamW: (p) => new AdamW(p, { lr: 0.05, weightDecay: 0.1 }),
  adamWGroups: ([w, b, v]) =>
    new AdamW([{ parameters: [w], lr: 0.01, weightDecay: 0.2 }, { parameters: [b, v] }], { lr: 0.03 }),
  nadam: (p) => new NAdam(p, { lr: 0.02 }),
  nadamDecoupled: (p) => new NAdam(p, { lr: 0.02, weightDecay: 0.1, momentumDecay: 0.01, decoupled: true }),
  adamax: (p) => new Adamax(p, { lr: 0.05, weightDecay: 0.01 }),
  rmsprop: (p) => new RMSprop(p, { lr: 0.01 }),
  rmspropCentered: (p) => new RMSprop(p, { lr: 0.01, alpha: 0.9, momentum: 0.5, centered: true, weightDecay: 0.01 }),
  adagrad: (p) => new Adagrad(p, { lr: 0.2 }),
  adagradDecay: (p) => new Adagrad(p, { lr: 0.2, lrDecay: 0.05, initialAccumulator: 0.1, weightDecay: 0.01 }),
  adadelta: (p) => new Adadelta(p, { lr: 1, weightDecay: 0.01 }),
  adafactor: (p) => new Adafactor(p),
  adafactorDecay: (p) =>
    new Adafactor(p, { lr: 0.5, beta2Decay: -0.5, eps: [1e-8, 1e-2], clippingThreshold: 1.5, weightDecay: 0.1 }),
  lion: (p) => new Lion(p, { lr: 0.01, weightDecay: 0.1 }),
  lamb: (p) => new LAMB(p, { lr: 0.02 }),
  muon: ([w, , v]) => new Muon([w, v], { lr: 0.02 }),
  muonPlain: ([w, , v]) =>
    new Muon([w, v], { lr: 0.02, momentum: 0.9, weightDecay: 0, nesterov: false, adjustment: 'matchAdamW' }),
};

const clips: Readonly<Record<string, (found: readonly Tensor[]) => Tensor[]>> = {
  sgdClipNorm: (found) => clipGradNorm(found, 0.1),
  sgdClipMax: (found) => clipGradNorm(found, 0.05, Infinity),
  sgdClipValue: (found) => clipGradValue(found, 0.02),
};

interface Run {
  readonly losses: readonly number[];
  readonly parameters: readonly (readonly number[])[];
}

const runs: Readonly<Record<string, Run>> = golden.runs;
const samples = ['adam', 'muon', 'adafactor'];

function expectRun(losses: readonly number[], cells: readonly Cell[], run: Run, tolerance = TOLERANCE): void {
  expect(losses).toHaveLength(run.losses.length);
  losses.forEach((loss, k) => expect(Math.abs(loss / run.losses[k]! - 1), `loss ${k}`).toBeLessThan(tolerance));
  expectValues(
    cells.map(({ value }) => value),
    run.parameters,
    tolerance,
  );
}

function expectValues(values: readonly Tensor[], expected: Run['parameters'], tolerance = TOLERANCE): void {
  values.forEach((value, i) =>
    value.dataSync().forEach((found, k) => {
      expect(Math.abs(found - expected[i]![k]!), `parameter ${i}[${k}]`).toBeLessThan(tolerance);
    }),
  );
}

it('every run of the golden file is replayed', () => {
  expect([...Object.keys(rules), 'sam', 'lbfgs', 'lbfgsWolfe'].sort()).toEqual(Object.keys(runs).sort());
});

describe.each(testDevices)('on %s', (name) => {
  beforeAll(() => {
    device(name);
  });

  const chosen = Object.entries(rules).filter(([rule]) => name !== 'wasm' || samples.includes(rule));
  it.each(chosen)('%s follows PyTorch for fifty steps', (rule, make) => {
    const { cells, loss } = problem();
    const optimizer = make(cells);
    const clip = clips[rule] ?? ((found) => [...found]);
    const step = compile(() => {
      const value = loss();
      optimizer.step(clip(gradients(value, [...optimizer.parameters])));
      return value;
    });
    expectRun(
      runs[rule]!.losses.map(() => step().itemSync()),
      cells,
      runs[rule]!,
    );
    expect(step.traces).toBe(1);
  });

  it('SAM takes the step of the gradient nearby', () => {
    const { cells, loss } = problem();
    const optimizer = new SAM(new SGD(cells, { lr: 0.1, momentum: 0.9 }));
    const step = compile(() =>
      optimizer.step(() => {
        const value = loss();
        return [value, gradients(value, [...cells])];
      }),
    );
    expectRun(
      runs['sam']!.losses.map(() => step().itemSync()),
      cells,
      runs['sam']!,
    );
  });

  it.each([
    ['lbfgs', { lr: 0.5, maxIterations: 4, history: 3 }],
    ['lbfgsWolfe', { maxIterations: 4, history: 5, lineSearch: 'strongWolfe' }],
  ] as const)('%s makes the decisions that PyTorch makes', async (rule, options) => {
    const { cells, loss } = problem();
    let optimizer = new LBFGS(cells, options);
    const closure = compile(() => {
      const value = loss();
      return [value, gradients(value, [...cells])] as const;
    });
    const losses: number[] = [];
    for (let k = 0; k < runs[rule]!.losses.length; k++) {
      losses.push(await optimizer.step(closure));
      // Half of the way in another optimizer, which goes on from the state of the first.
      if (k === 5) optimizer = new LBFGS(cells, options).load(optimizer.state());
    }
    expectRun(losses, cells, runs[rule]!, TOLERANCE_LBFGS);
    expect(closure.traces).toBe(1);
  });
});

describe('averages', () => {
  it.each([
    ['ema', (cells: Cells) => new EMA(cells, { decay: 0.8 })],
    ['swa', (cells: Cells) => new SWA(cells)],
  ] as const)('%s of the parameters is that of torch.optim.swa_utils', (kind, make) => {
    device('reference');
    const { cells, loss } = problem();
    const optimizer = new SGD(cells, { lr: 0.1, momentum: 0.9 });
    const average = make(cells);
    const step = compile(() => optimizer.step(gradients(loss(), [...cells])));
    const update = compile(() => average.update());
    for (let k = 0; k < 50; k++) {
      step();
      if (k % 5 === 4) update();
    }
    const last = cells.map(({ value }) => value.arraySync());
    expectValues(average.values(), golden.averages[kind]);
    average.swap();
    expectValues(
      cells.map(({ value }) => value),
      golden.averages[kind],
    );
    average.swap();
    expect(cells.map(({ value }) => value.arraySync())).toEqual(last);
  });
});

describe('schedules', () => {
  const schedules: Readonly<Record<keyof typeof golden.schedules, Schedule>> = {
    step: stepLR(7, 0.5),
    multiStep: multiStepLR([10, 25, 40], 0.3),
    exponential: exponentialLR(0.93),
    constant: constantLR(0.25, 6),
    linear: linearLR(0.1, 0.8, 20),
    polynomial: polynomialLR(45, 0.9),
    cosine: cosineAnnealingLR(60, 0.05),
    cosineRestarts: cosineAnnealingWarmRestarts(5, 2, 0.02),
    cosineRestartsEqual: cosineAnnealingWarmRestarts(8),
    sequential: sequentialLR([linearLR(0.1, 1, 8), exponentialLR(0.9), stepLR(5, 0.5)], [8, 30]),
    chained: chainedLR(constantLR(0.1, 4), exponentialLR(0.95)),
    oneCycle: oneCycleLR(60),
    oneCycleLinear: oneCycleLR(60, { rising: 0.2, shape: 'linear', divisor: 10, finalDivisor: 100 }),
  };

  it.each(Object.entries(schedules))('%s has the rates of torch.optim.lr_scheduler', (name, schedule) => {
    const expected = golden.schedules[name as keyof typeof schedules];
    expected.forEach((rate, step) => expect(schedule(step), `step ${step}`).toBeCloseTo(rate, 12));
  });

  it('warm-up rises to 1', () => {
    expect([0, 1, 3, 4, 9].map(warmup(4))).toEqual([0.25, 0.4375, 0.8125, 1, 1]);
  });

  it('a plateau lowers the rate when PyTorch does', () => {
    const { metrics, min, max } = golden.plateau;
    const follow = (options: ConstructorParameters<typeof ReduceOnPlateau>[1]): number[] => {
      const held = { lr: 1 };
      let plateau = new ReduceOnPlateau(held, options);
      return metrics.map((metric, i) => {
        if (i === 30) plateau = new ReduceOnPlateau(held, options).load(plateau.state());
        plateau.step(metric);
        return held.lr;
      });
    };
    const near = (rates: readonly number[]): unknown[] => rates.map((rate) => expect.closeTo(rate, 12) as unknown);
    expect(follow({ factor: 0.5, patience: 2, threshold: 0.01 })).toEqual(near(min));
    expect(new Set(min).size).toBeGreaterThan(2);
    expect(
      follow({ mode: 'max', factor: 0.1, patience: 1, cooldown: 3, minimum: 1e-4, thresholdMode: 'absolute' }),
    ).toEqual(near(max));
  });
});
