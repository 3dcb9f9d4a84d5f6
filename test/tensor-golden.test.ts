/**
 * Convolutions, pooling, activations and lookups against PyTorch's values and gradients (golden/layers.json).
 */
import { describe, expect, it } from 'vitest';
import { gradients, type Tensor, tensor, device } from '../src/index.ts';
import type { Pair } from '../src/tensor/convolution.ts';
import { expectClose } from './arrays.ts';
import { testDevices } from './devices.ts';
import { labels, uniform } from './golden/lcg.ts';
import golden from './golden/layers.json' with { type: 'json' };

interface Options {
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  readonly groups?: number;
  readonly kernel?: Pair;
  readonly countIncludePad?: boolean;
  readonly approximate?: 'none' | 'tanh';
  readonly axis?: number;
}

type Rule = (tensors: readonly Tensor[], options: Options) => Tensor;

const rules: Readonly<Record<string, Rule>> = {
  conv2d: ([x, weight, bias], options) => {
    const y = x!.conv2d(weight!, options);
    return bias === undefined ? y : y.add(bias.reshape(-1, 1, 1));
  },
  maxPool2d: ([x], { kernel, ...options }) => x!.maxPool2d(kernel!, options),
  avgPool2d: ([x], { kernel, ...options }) => x!.avgPool2d(kernel!, options),
  gelu: ([x], options) => x!.gelu(options),
  softmax: ([x], { axis }) => x!.softmax(axis),
  logSoftmax: ([x], { axis }) => x!.logSoftmax(axis),
  embedding: ([table, index]) => table!.take(index!.reshape(3, 5)),
};

const cases = golden.cases.filter(({ op }) => op in rules);

/** PyTorch computed in float64; the values are stored with 9 digits. */
const TOLERANCES = { float64: 1e-8, float32: 1e-5 } as const;

describe.each(testDevices)('golden values on %s', (name) => {
  it('there are cases for every rule', () => {
    expect(new Set(cases.map(({ op }) => op)).size).toBe(Object.keys(rules).length);
  });

  describe.each(['float64', 'float32'] as const)('%s', (dtype) => {
    it.each(cases)('$name', ({ op, options, seed, tensors, shape, outputs, gradients: expected }) => {
      device(name);
      const inputs = tensors.map((spec, i) => inputOf(spec, seed + i, dtype));
      const y = rules[op]!(inputs, pairsOf(options));
      expect(y.shape).toEqual(shape);
      expectClose(y.reshape(-1), outputs ?? [], TOLERANCES[dtype]);
      const variables = inputs.filter((_, i) => expected[i] !== null);
      const upstream = tensor(uniform(y.size, seed + 99), { shape, dtype });
      const found = gradients(y, variables, upstream);
      expected
        .filter((values) => values !== null)
        .forEach((values, i) => {
          expectClose(found[i]!.reshape(-1), values ?? [], TOLERANCES[dtype]);
        });
    });
  });
});

interface Spec {
  readonly shape: readonly number[];
  readonly scale?: number;
  readonly offset?: number;
  readonly classes?: number;
}

function inputOf({ shape, scale, offset, classes }: Spec, seed: number, dtype: 'float32' | 'float64'): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  if (classes !== undefined) return tensor(labels(size, seed, classes), { shape });
  return tensor(uniform(size, seed, scale, offset), { shape, dtype });
}

/** The options as stored, lists taken for the pairs they are. */
function pairsOf(options: Readonly<Record<string, unknown>>): Options {
  return { ...options };
}
