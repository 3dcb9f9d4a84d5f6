/**
 * Every layer against PyTorch's state names, values, gradients and buffers: test/golden/modules.py says how inputs are made.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import golden from '../../test/golden/modules.json' with { type: 'json' };
import { testDevices } from '../../test/devices.ts';
import { labels, uniform } from '../../test/golden/lcg.ts';
import { sizeOf } from '../base/shape.ts';
import { device } from '../engine/index.ts';
import type { Cell } from '../tensor/cell.ts';
import { compile } from '../tensor/compile.ts';
import { tensor, zeros } from '../tensor/creation.ts';
import { gradients } from '../tensor/gradients.ts';
import type { Tensor } from '../tensor/tensor.ts';
import * as nn from './index.ts';

interface Case {
  readonly name: string;
  readonly inputs: readonly {
    readonly shape: readonly number[];
    readonly scale?: number;
    readonly offset?: number;
    readonly classes?: number;
  }[];
  readonly state: Readonly<Record<string, readonly number[]>>;
  readonly outputs: readonly { readonly shape: readonly number[]; readonly values: readonly number[] }[];
  readonly inputGradients: readonly (readonly number[])[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly buffers: Readonly<Record<string, readonly number[]>>;
}

const cases = golden.cases as unknown as readonly Case[];

/** A module and what is called, unless it is forward; `isEvaluated` puts it into evaluation first. */
interface Subject {
  readonly module: nn.Module;
  readonly call: (...xs: Tensor[]) => readonly Tensor[];
  readonly isEvaluated?: boolean;
}

const layer = (module: nn.Module & nn.Layer): Subject => ({ module, call: (x) => [module.forward(x!)] });
const evaluated = (module: nn.Module & nn.Layer): Subject => ({ ...layer(module), isEvaluated: true });

const whole = (...values: number[]): Tensor => tensor(values, { dtype: 'int32' });
/** Which of four keys are real, in two examples. */
const real = (): Tensor =>
  tensor([
    [true, true, true, false],
    [true, false, false, false],
  ]);

const subjects: Readonly<Record<string, () => Subject>> = {
  Linear: () => layer(new nn.Linear(4, 3)),
  Bilinear: () => {
    const module = new nn.Bilinear(3, 4, 2);
    return { module, call: (x, y) => [module.forward(x!, y!)] };
  },
  'Bilinear, more axes, no bias': () => {
    const module = new nn.Bilinear(2, 3, 2, { bias: false });
    return { module, call: (x, y) => [module.forward(x!, y!)] };
  },
  CosineSimilarity: () => {
    const module = new nn.CosineSimilarity();
    return { module, call: (x, y) => [module.forward(x!, y!)] };
  },
  PairwiseDistance: () => {
    const module = new nn.PairwiseDistance();
    return { module, call: (x, y) => [module.forward(x!, y!)] };
  },
  'PairwiseDistance 3': () => {
    const module = new nn.PairwiseDistance(3);
    return { module, call: (x, y) => [module.forward(x!, y!)] };
  },

  Conv1d: () => layer(new nn.Conv1d(3, 4, 3, { stride: 2, padding: 1 })),
  'Conv1d same, dilated, grouped': () => layer(new nn.Conv1d(4, 6, 4, { padding: 'same', dilation: 2, groups: 2 })),
  'Conv1d circular': () => layer(new nn.Conv1d(2, 3, 3, { padding: 2, paddingMode: 'circular' })),
  'Conv2d reflect': () => layer(new nn.Conv2d(2, 3, 3, { padding: [1, 2], paddingMode: 'reflect' })),
  'Conv2d replicate same': () => layer(new nn.Conv2d(2, 2, [2, 3], { padding: 'same', paddingMode: 'replicate' })),
  Conv3d: () => layer(new nn.Conv3d(2, 3, 2, { stride: [1, 2, 1], padding: 1 })),
  'Conv3d depthwise, no bias': () => layer(new nn.Conv3d(2, 4, [2, 1, 3], { groups: 2, bias: false })),
  ConvTranspose1d: () => layer(new nn.ConvTranspose1d(3, 2, 4, { stride: 3, padding: 1, outputPadding: 2 })),
  ConvTranspose2d: () => layer(new nn.ConvTranspose2d(2, 3, 3, { stride: 2, padding: 1, outputPadding: 1 })),
  'ConvTranspose2d grouped, dilated': () =>
    layer(new nn.ConvTranspose2d(4, 2, [2, 3], { groups: 2, dilation: 2, bias: false })),
  ConvTranspose3d: () => layer(new nn.ConvTranspose3d(2, 2, 2, { stride: 2 })),

  MaxPool1d: () => layer(new nn.MaxPool1d(3, { stride: 2, padding: 1 })),
  'MaxPool2d ceil': () => layer(new nn.MaxPool2d(3, { stride: 2, ceilMode: true })),
  'MaxPool2d dilated': () => layer(new nn.MaxPool2d(2, { stride: 1, dilation: 2 })),
  MaxPool3d: () => layer(new nn.MaxPool3d(2)),
  AvgPool1d: () => layer(new nn.AvgPool1d(3, { stride: 1, padding: 1, countIncludePad: false })),
  'AvgPool2d ceil': () => layer(new nn.AvgPool2d(3, { stride: 2, padding: 1, ceilMode: true })),
  AvgPool3d: () => layer(new nn.AvgPool3d([1, 2, 2])),
  AdaptiveAvgPool1d: () => layer(new nn.AdaptiveAvgPool1d(4)),
  AdaptiveAvgPool2d: () => layer(new nn.AdaptiveAvgPool2d([3, null])),
  AdaptiveAvgPool3d: () => layer(new nn.AdaptiveAvgPool3d([2, 1, 3])),
  AdaptiveMaxPool1d: () => layer(new nn.AdaptiveMaxPool1d(3)),
  AdaptiveMaxPool2d: () => layer(new nn.AdaptiveMaxPool2d(2)),
  AdaptiveMaxPool3d: () => layer(new nn.AdaptiveMaxPool3d(2)),

  BatchNorm1d: () => layer(new nn.BatchNorm1d(3)),
  'BatchNorm1d signals, mean of all': () => layer(new nn.BatchNorm1d(3, { momentum: null })),
  'BatchNorm1d eval': () => evaluated(new nn.BatchNorm1d(3)),
  'BatchNorm2d untracked eval': () => evaluated(new nn.BatchNorm2d(2, { trackRunningStats: false })),
  BatchNorm3d: () => layer(new nn.BatchNorm3d(2, { momentum: 0.3, eps: 1e-3 })),
  GroupNorm: () => layer(new nn.GroupNorm(2, 4)),
  'GroupNorm plain': () => layer(new nn.GroupNorm(3, 6, { affine: false })),
  InstanceNorm1d: () => layer(new nn.InstanceNorm1d(3)),
  'InstanceNorm2d affine': () => layer(new nn.InstanceNorm2d(2, { affine: true })),
  'InstanceNorm2d tracked': () => layer(new nn.InstanceNorm2d(2, { affine: true, trackRunningStats: true })),
  'InstanceNorm2d tracked eval': () => evaluated(new nn.InstanceNorm2d(2, { affine: true, trackRunningStats: true })),
  InstanceNorm3d: () => layer(new nn.InstanceNorm3d(2)),
  'LayerNorm no bias': () => layer(new nn.LayerNorm(6, { bias: false })),
  RMSNorm: () => layer(new nn.RMSNorm(6, { eps: 1e-5 })),
  'RMSNorm two axes': () => layer(new nn.RMSNorm([2, 3], { eps: 1e-6, affine: false })),

  ReLU: () => layer(new nn.ReLU()),
  ReLU6: () => layer(new nn.ReLU6()),
  SELU: () => layer(new nn.SELU()),
  SiLU: () => layer(new nn.SiLU()),
  Mish: () => layer(new nn.Mish()),
  Sigmoid: () => layer(new nn.Sigmoid()),
  LogSigmoid: () => layer(new nn.LogSigmoid()),
  Hardsigmoid: () => layer(new nn.Hardsigmoid()),
  Hardswish: () => layer(new nn.Hardswish()),
  Tanh: () => layer(new nn.Tanh()),
  Tanhshrink: () => layer(new nn.Tanhshrink()),
  Softsign: () => layer(new nn.Softsign()),
  LeakyReLU: () => layer(new nn.LeakyReLU(0.2)),
  ELU: () => layer(new nn.ELU(0.7)),
  CELU: () => layer(new nn.CELU(1.5)),
  Hardtanh: () => layer(new nn.Hardtanh(-2, 3)),
  Softplus: () => layer(new nn.Softplus(2)),
  Softshrink: () => layer(new nn.Softshrink(0.8)),
  Hardshrink: () => layer(new nn.Hardshrink(0.8)),
  Threshold: () => layer(new nn.Threshold(0.5, -1)),
  PReLU: () => layer(new nn.PReLU(3)),
  GLU: () => layer(new nn.GLU(1)),
  Softmin: () => layer(new nn.Softmin()),
  LogSoftmax: () => layer(new nn.LogSoftmax(1)),

  ConstantPad1d: () => layer(new nn.ConstantPad1d([1, 2], 0.5)),
  ConstantPad3d: () => layer(new nn.ConstantPad3d([1, 0, 0, 1, 2, 0], -1)),
  ZeroPad2d: () => layer(new nn.ZeroPad2d([1, 0, 2, 1])),
  ReflectionPad1d: () => layer(new nn.ReflectionPad1d(2)),
  ReflectionPad2d: () => layer(new nn.ReflectionPad2d([2, 1, 0, 1])),
  ReplicationPad2d: () => layer(new nn.ReplicationPad2d([1, 2, 3, 0])),
  ReplicationPad3d: () => layer(new nn.ReplicationPad3d(1)),
  CircularPad2d: () => layer(new nn.CircularPad2d([1, 2, 0, 3])),
  'Upsample nearest': () => layer(new nn.Upsample({ scale: 2 })),
  'Upsample linear': () => layer(new nn.Upsample({ size: 7, mode: 'linear' })),
  'Upsample bilinear, corners': () => layer(new nn.Upsample({ scale: [2, 3], mode: 'linear', alignCorners: true })),
  'Upsample bicubic': () => layer(new nn.Upsample({ size: [5, 6], mode: 'cubic' })),
  PixelShuffle: () => layer(new nn.PixelShuffle(2)),
  PixelUnshuffle: () => layer(new nn.PixelUnshuffle(2)),
  Unfold: () => layer(new nn.Unfold([2, 3], { stride: 2, padding: 1 })),
  Fold: () => layer(new nn.Fold([4, 5], [2, 3], { stride: 2, padding: 1 })),
  Unflatten: () => layer(new nn.Unflatten(1, [2, 3])),

  'Embedding with padding': () => layer(new nn.Embedding(6, 3, { paddingIndex: 2 })),
  'EmbeddingBag mean': () => layer(new nn.EmbeddingBag(6, 3)),
  'EmbeddingBag max': () => layer(new nn.EmbeddingBag(6, 3, { mode: 'max' })),
  'EmbeddingBag sum, weights': () => {
    const module = new nn.EmbeddingBag(6, 3, { mode: 'sum' });
    return { module, call: (index, weights) => [module.forward(index!, weights)] };
  },
  'EmbeddingBag mean, padding': () => layer(new nn.EmbeddingBag(4, 3, { paddingIndex: 1 })),

  RNNCell: () => {
    const module = new nn.RNNCell(3, 4);
    return { module, call: (x, h) => [module.forward(x!, h)] };
  },
  'RNNCell relu, no bias': () => {
    const module = new nn.RNNCell(3, 4, { bias: false, nonlinearity: 'relu' });
    return { module, call: (x, h) => [module.forward(x!, h)] };
  },
  LSTMCell: () => {
    const module = new nn.LSTMCell(3, 4);
    return { module, call: (x, h, c) => module.forward(x!, [h!, c!]) };
  },
  GRUCell: () => {
    const module = new nn.GRUCell(3, 4);
    return { module, call: (x, h) => [module.forward(x!, h)] };
  },
  RNN: () => {
    const module = new nn.RNN(3, 4);
    return { module, call: (x) => module.forward(x!) };
  },
  'RNN relu, two layers, both ways': () => {
    const module = new nn.RNN(2, 3, { layers: 2, nonlinearity: 'relu', bidirectional: true });
    return { module, call: (x, h) => module.forward(x!, h) };
  },
  LSTM: () => {
    const module = new nn.LSTM(3, 4);
    return { module, call: (x, h, c) => module.forward(x!, [h!, c!]).flat() };
  },
  'LSTM two layers, both ways, lengths': () => {
    const module = new nn.LSTM(2, 3, { layers: 2, bidirectional: true });
    return { module, call: (x) => module.forward(x!, undefined, { lengths: whole(5, 2, 3) }).flat() };
  },
  'GRU two layers, no bias': () => {
    const module = new nn.GRU(3, 2, { layers: 2, bias: false });
    return { module, call: (x) => module.forward(x!) };
  },
  'GRU both ways, lengths': () => {
    const module = new nn.GRU(2, 3, { bidirectional: true });
    return { module, call: (x) => module.forward(x!, undefined, { lengths: whole(1, 4, 2) }) };
  },

  MultiheadAttention: () => {
    const module = new nn.MultiheadAttention(8, 2);
    return { module, call: (q, k, v) => module.forwardWithWeights(q!, k, v) };
  },
  'MultiheadAttention causal': () => {
    const module = new nn.MultiheadAttention(6, 3, { bias: false });
    return { module, call: (x) => [module.forward(x!, x, x, { causal: true })] };
  },
  'MultiheadAttention other sizes, padding': () => {
    const module = new nn.MultiheadAttention(4, 2, { kdim: 3, vdim: 5 });
    return { module, call: (q, k, v) => [module.forward(q!, k, v, { keyMask: real() })] };
  },
  'scaledDotProductAttention grouped, masked': () => ({
    module: new nn.Identity(),
    call: (q, k, v, mask) => [nn.scaledDotProductAttention(q!, k!, v!, { mask: mask! })],
  }),
  TransformerEncoderLayer: () => layer(new nn.TransformerEncoderLayer(4, 2, { feedForward: 6, dropout: 0 })),
  'TransformerEncoderLayer gelu, norm first, masked': () => {
    const options = { feedForward: 6, dropout: 0, activation: 'gelu', normFirst: true } as const;
    const module = new nn.TransformerEncoderLayer(4, 2, options);
    return { module, call: (x) => [module.forward(x!, { causal: true, keyMask: real() })] };
  },
  TransformerDecoderLayer: () => {
    const module = new nn.TransformerDecoderLayer(4, 2, { feedForward: 6, dropout: 0 });
    return { module, call: (x, memory) => [module.forward(x!, memory!, { causal: true })] };
  },
  'TransformerDecoderLayer norm first, padding': () => {
    const module = new nn.TransformerDecoderLayer(4, 1, { feedForward: 5, dropout: 0, normFirst: true });
    return { module, call: (x, memory) => [module.forward(x!, memory!, { memoryKeyMask: real() })] };
  },
  TransformerEncoder: () => {
    const one = () => new nn.TransformerEncoderLayer(4, 2, { feedForward: 3, dropout: 0 });
    return layer(new nn.TransformerEncoder([one(), one()], new nn.LayerNorm(4)));
  },
  TransformerDecoder: () => {
    const one = () => new nn.TransformerDecoderLayer(4, 2, { feedForward: 3, dropout: 0 });
    const module = new nn.TransformerDecoder([one(), one()]);
    return { module, call: (x, memory) => [module.forward(x!, memory!)] };
  },
  Transformer: () => {
    const module = new nn.Transformer(4, 2, { encoderLayers: 1, decoderLayers: 1, feedForward: 3, dropout: 0 });
    return { module, call: (source, target) => [module.forward(source!, target!)] };
  },

  'weightNorm Linear': () => layer(nn.weightNorm(new nn.Linear(3, 2))),
  'weightNorm Conv2d': () => layer(nn.weightNorm(new nn.Conv2d(2, 3, 2), { axis: 1 })),
  'spectralNorm Linear': () => layer(nn.spectralNorm(new nn.Linear(4, 3))),
  'spectralNorm Conv2d, 3 iterations': () => layer(nn.spectralNorm(new nn.Conv2d(2, 3, 2), { iterations: 3 })),
  'spectralNorm Linear eval': () => evaluated(nn.spectralNorm(new nn.Linear(4, 3))),
  'spectralNorm ConvTranspose1d': () => layer(nn.spectralNorm(new nn.ConvTranspose1d(2, 3, 2))),
};

/** The case's input or state as the script makes it. */
function made(shape: readonly number[], seed: number, scale?: number, offset?: number): Tensor {
  return tensor(uniform(sizeOf(shape), seed, scale, offset), { shape });
}

function loadState(module: nn.Module, state: Case['state'], seed: number): void {
  const shapes = Object.fromEntries(Object.entries(module.state()).map(([name, { shape }]) => [name, shape]));
  expect(shapes).toEqual(state);
  module.load(
    Object.fromEntries(
      Object.entries(state).map(([name, shape], i) => [
        name,
        name.endsWith('num_batches_tracked')
          ? zeros(shape, { dtype: 'int32' })
          : made(shape, seed + 10 + i, 0.5, name.endsWith('running_var') ? 1 : 0),
      ]),
    ),
  );
}

/**
 * The golden values are float64. A float32 sum of n terms errs by about n · 6e-8 of its largest term, and a result is a few
 * sums deep; what divides by a small deviation or a norm multiplies it. Measured: below 4e-6 of the largest value everywhere.
 */
function expectClose(found: Tensor, expected: readonly number[], what: string): void {
  const values = found.dataSync();
  expect(values.length, what).toBe(expected.length);
  const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const tolerance = 1e-6 + 6e-6 * largest;
  expected.forEach((x, i) => {
    if (!(Math.abs(values[i]! - x) <= tolerance))
      expect.fail(`${what}[${i}]: ${values[i]} instead of ${x} ± ${tolerance}`);
  });
}

it('every case of the golden file has its layer', () => {
  expect(Object.keys(subjects)).toEqual(cases.map(({ name }) => name));
});

describe.each(testDevices)('on %s', (deviceName) => {
  beforeAll(() => {
    device(deviceName);
  });

  // Wasm runs the same kernels as native by another emitter, which has tests of its own: a third of the cases is enough here.
  const chosen = cases
    .map((one, number) => ({ ...one, number }))
    .filter((_, i) => deviceName !== 'wasm' || i % 3 === 0);
  it.each(chosen)("$name: names, values and gradients are PyTorch's", ({ name, number, ...expected }) => {
    const seed = 100 * number;
    const { module, call, isEvaluated = false } = subjects[name]!();
    module.train(!isEvaluated);
    loadState(module, expected.state, seed);
    const inputs = expected.inputs.map(({ shape, scale, offset, classes }, j) =>
      classes === undefined
        ? made(shape, seed + j, scale, offset)
        : tensor(labels(sizeOf(shape), seed + j, classes), { shape }),
    );
    const named = module.namedParameters();
    const variables: readonly (Tensor | Cell)[] = [
      ...inputs.filter(({ dtype }) => dtype === 'float32'),
      ...named.map(([, cell]) => cell),
    ];
    // Compiled, so that values and gradients are one program.
    const [outputs, found] = compile(() => {
      const ys = call(...inputs);
      const weighed = ys.map((y, j) => y.mul(made(y.shape, seed + 70 + j)).sum());
      return [ys, gradients(weighed.reduce((sum, one) => sum.add(one)), [...variables])] as const; // prettier-ignore
    })();
    expect(outputs.map(({ shape }) => shape)).toEqual(expected.outputs.map(({ shape }) => shape));
    outputs.forEach((y, j) => {
      expectClose(y, expected.outputs[j]!.values, `output ${j}`);
    });
    const wanted = [
      ...expected.inputGradients.map((values, j) => [`gradient of input ${j}`, values] as const),
      ...named.map(([path]) => [`gradient of ${path}`, expected.gradients[path]!] as const),
    ];
    expect(found).toHaveLength(wanted.length);
    wanted.forEach(([what, values], i) => {
      expectClose(found[i]!, values, what);
    });
    const state = module.state();
    for (const [path, values] of Object.entries(expected.buffers)) expectClose(state[path]!, values, path);
  });
});
