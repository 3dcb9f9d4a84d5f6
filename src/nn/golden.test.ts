/**
 * Every layer and loss against PyTorch's values and gradients: test/golden/layers.json says how their inputs are made.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import golden from '../../test/golden/layers.json' with { type: 'json' };
import { testDevices } from '../../test/devices.ts';
import { labels, uniform } from '../../test/golden/lcg.ts';
import { device } from '../engine/index.ts';
import { stack } from '../tensor/functions.ts';
import { tensor } from '../tensor/creation.ts';
import { gradients } from '../tensor/gradients.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { GELU, Softmax } from './activation.ts';
import { BatchNorm2d } from './batch-norm.ts';
import { Conv2d } from './conv.ts';
import { Embedding } from './embedding.ts';
import { binaryCrossEntropyWithLogits, crossEntropy, mse } from './losses.ts';
import type { Module } from './module.ts';
import { LayerNorm } from './norm.ts';
import { AvgPool2d, MaxPool2d } from './pooling.ts';
import type { Pair } from './sizes.ts';

interface Case {
  readonly name: string;
  readonly op: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly tensors: readonly {
    readonly shape: readonly number[];
    readonly scale?: number;
    readonly offset?: number;
    readonly classes?: number;
  }[];
  readonly shape: readonly number[];
  readonly outputs: readonly number[];
  readonly gradients: readonly (readonly number[] | null)[];
}

const cases = golden.cases as unknown as readonly Case[];

/** For a tensor that was loaded into a module, what the module reads in its place. */
const heldFor = new Map<Tensor, Tensor>();

/** The module of a case, with the case's tensors in its cells, by state name. */
function loaded<M extends Module>(module: M, state: Readonly<Record<string, Tensor | undefined>>): M {
  const given = Object.entries(state).filter((entry): entry is [string, Tensor] => entry[1] !== undefined);
  // Not strict: a case says nothing of the count of batches. modules.test.ts holds the names.
  module.load(Object.fromEntries(given), { strict: false });
  const held = module.state();
  for (const [name, one] of given) heldFor.set(one, held[name]!);
  return module;
}

interface ConvOptions {
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  readonly groups?: number;
}
interface PoolOptions extends ConvOptions {
  readonly kernel: Pair;
  readonly countIncludePad?: boolean;
}

/** What each case computes. */
const ops: Readonly<Record<string, (options: never, ...tensors: Tensor[]) => Tensor>> = {
  conv2d: (options: ConvOptions, x, weight, bias) => {
    const [out, inGroup, ...kernel] = weight!.shape as [number, number, number, number];
    const layer = new Conv2d(inGroup * (options.groups ?? 1), out, kernel, { ...options, bias: bias !== undefined });
    return loaded(layer, { weight, bias }).forward(x!);
  },
  maxPool2d: ({ kernel, ...options }: PoolOptions, x) => new MaxPool2d(kernel, options).forward(x!),
  avgPool2d: ({ kernel, ...options }: PoolOptions, x) => new AvgPool2d(kernel, options).forward(x!),
  batchNorm2d: ({ training, eps }: { training: boolean; eps: number }, x, weight, bias, mean, variance) =>
    loaded(new BatchNorm2d(3, { eps }), { weight, bias, running_mean: mean, running_var: variance })
      .train(training)
      .forward(x!),
  batchNorm2dRunning: ({ momentum }: { momentum: number }, x, mean, variance) => {
    const layer = loaded(new BatchNorm2d(3, { momentum, affine: false }), {
      running_mean: mean,
      running_var: variance,
    });
    layer.forward(x!);
    return stack([layer.runningMean!.value, layer.runningVariance!.value]);
  },
  layerNorm: ({ normalizedShape, eps }: { normalizedShape: number[]; eps: number }, x, weight, bias) =>
    loaded(new LayerNorm(normalizedShape, { eps, affine: weight !== undefined }), { weight, bias }).forward(x!),
  gelu: (options: { approximate: 'none' | 'tanh' }, x) => new GELU(options).forward(x!),
  softmax: ({ axis }: { axis: number }, x) => new Softmax(axis).forward(x!),
  logSoftmax: ({ axis }: { axis: number }, x) => x!.logSoftmax(axis),
  embedding: (_, weight, index) => loaded(new Embedding(7, 4), { weight }).forward(index!.reshape(3, 5)),
  crossEntropy: (options: { labelSmoothing?: number }, logits, target) => crossEntropy(logits!, target!, options),
  bceWithLogits: (_, logits, target) => binaryCrossEntropyWithLogits(logits!, target!),
  mse: (_, guess, target) => mse(guess!, target!),
};

/**
 * The golden values are float64. A float32 sum of n terms errs by about n · 6e-8 of its largest term: with up to 48 terms
 * that is 3e-6 of the tensor's largest value, or 1e-6 where all values are small.
 */
function expectClose(found: Tensor, expected: readonly number[]): void {
  const values = found.dataSync();
  expect(values.length).toBe(expected.length);
  const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const tolerance = 1e-6 + 3e-6 * largest;
  expected.forEach((x, i) => {
    if (!(Math.abs(values[i]! - x) <= tolerance))
      expect.fail(`element ${i}: ${values[i]} instead of ${x} ± ${tolerance}`);
  });
}

describe.each(testDevices)('on %s', (name) => {
  beforeAll(() => {
    device(name);
  });

  it.each(cases)(
    "$name: values and gradients are PyTorch's",
    ({ op, options, seed, tensors, shape, outputs, gradients: expected }) => {
      const inputs = tensors.map(({ shape, scale, offset, classes }, i) => {
        const size = shape.reduce((product, n) => product * n, 1);
        return classes === undefined
          ? tensor(uniform(size, seed + i, scale, offset), { shape })
          : tensor(labels(size, seed + i, classes), { shape });
      });
      const y = ops[op]!(options as never, ...inputs);
      expect(y.shape).toEqual(shape);
      expectClose(y, outputs);
      const upstream = tensor(uniform(y.size, seed + 99), { shape });
      const wanted = inputs.filter((_, i) => expected[i] !== null).map((one) => heldFor.get(one) ?? one);
      const found = gradients(y, wanted, upstream);
      const known = expected.filter((list) => list !== null);
      found.forEach((gradient, i) => expectClose(gradient, known[i]!));
    },
  );
});
