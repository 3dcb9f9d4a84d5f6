/** The networks that are trained, run, and decoded from, by the name in the table. */

import { flopsOf, type Layer } from './layers.ts';

/** One whole train step: forward, loss (mean over everything), gradients, the optimizer, and the loss read back. */
export interface TrainWorkload {
  readonly kind: 'train';
  readonly name: string;
  readonly flops: number;
  readonly batch: number;
  /** The shape of a sample; token ids below `vocabulary` where that is given. */
  readonly input: readonly number[];
  readonly vocabulary?: number;
  readonly layers: readonly Layer[];
  readonly loss: 'mse' | 'crossEntropy';
  readonly optimizer: 'adam' | 'adamw' | 'sgd';
  readonly lr: number;
  /** The shape of a sample's target: values for mse; for crossEntropy, of labels below `classes`. */
  readonly target: readonly number[];
  readonly classes?: number;
}

/** One forward pass in evaluation mode. */
export interface InferenceWorkload {
  readonly kind: 'inference';
  readonly name: string;
  readonly flops: number;
  readonly batch: number;
  readonly input: readonly number[];
  readonly vocabulary?: number;
  readonly layers: readonly Layer[];
}

/**
 * One token of greedy decoding from a GPT with a key-value cache: embeddings, blocks over the token alone, the head (which is
 * the embedding, tied), the likeliest token fed back. The cache is of a fixed length for everyone; places that are not
 * written yet are masked, so that every token costs the same.
 */
export interface DecodeWorkload {
  readonly kind: 'decode';
  readonly name: string;
  readonly flops: number;
  readonly depth: number;
  readonly width: number;
  readonly heads: number;
  readonly vocabulary: number;
  /** Places in the cache; the next token after the last begins anew. */
  readonly length: number;
}

const relu: Layer = { kind: 'relu' };
const flatten: Layer = { kind: 'flatten' };

/** Every train step, in the order of the table. */
export function trainWorkloads(): readonly TrainWorkload[] {
  return [
    train('mlp-small', { batch: 64, input: [4], layers: mlp(4, 64, 64, 2), loss: 'mse', target: [2] }),
    train('mlp-mnist', { batch: 64, input: [784], layers: mlp(784, 256, 128, 10), target: [], classes: 10 }),
    train('cnn-mnist', {
      batch: 64,
      input: [1, 28, 28],
      layers: [
        { kind: 'conv', from: 1, to: 16, kernel: 3, padding: 1 },
        relu,
        { kind: 'maxPool', size: 2 },
        { kind: 'conv', from: 16, to: 32, kernel: 3, padding: 1 },
        relu,
        { kind: 'maxPool', size: 2 },
        flatten,
        { kind: 'linear', from: 1568, to: 10 },
      ],
      target: [],
      classes: 10,
    }),
    train('resnet20', {
      batch: 32,
      input: [3, 32, 32],
      layers: resnet20(),
      optimizer: 'sgd',
      lr: 0.01,
      target: [],
      classes: 10,
    }),
    train('lstm', {
      batch: 32,
      input: [32, 32],
      layers: [
        { kind: 'lstm', from: 32, to: 64 },
        { kind: 'linear', from: 64, to: 10 },
      ],
      target: [],
      classes: 10,
    }),
    train('char-gpt', {
      batch: 16,
      input: [128],
      vocabulary: 65,
      layers: gpt({ depth: 4, width: 128, heads: 4, length: 128, vocabulary: 65 }),
      optimizer: 'adamw',
      target: [128],
      classes: 65,
    }),
    train('autoencoder', {
      batch: 128,
      input: [784],
      layers: mlp(784, 128, 32, 128, 784),
      loss: 'mse',
      target: [784],
    }),
    train('dcgan-generator', {
      batch: 64,
      input: [100],
      layers: generator(),
      loss: 'mse',
      target: [1, 28, 28],
    }),
  ];
}

/** Every inference row: each network at batch 1 and 32. */
export function inferenceWorkloads(): readonly InferenceWorkload[] {
  return [
    ...infer('resnet50', [3, 224, 224], resnet50()),
    ...infer('mobilenetv2', [3, 224, 224], mobileNetV2()),
    ...infer('bert-base', [128], bert({ depth: 12, width: 768, heads: 12, length: 128, vocabulary: 30522 }), 30522),
  ];
}

/** Every decoding row. */
export function decodeWorkloads(): readonly DecodeWorkload[] {
  const [depth, width, heads, vocabulary, length] = [12, 768, 12, 50257, 256];
  const flops = 2 * (depth * (12 * width ** 2 + 2 * length * width) + vocabulary * width);
  return [{ kind: 'decode', name: 'decode-gpt2-124m', flops, depth, width, heads, vocabulary, length }];
}

function train(
  name: string,
  shape: Pick<TrainWorkload, 'batch' | 'input' | 'layers' | 'target'> & Partial<TrainWorkload>,
): TrainWorkload {
  const { forward, first } = flopsOf(shape.layers, shape.input);
  return {
    kind: 'train',
    name: `train-${name}`,
    flops: shape.batch * (3 * forward - first),
    loss: 'crossEntropy',
    optimizer: 'adam',
    lr: 1e-3,
    ...shape,
  };
}

function infer(
  name: string,
  input: readonly number[],
  layers: readonly Layer[],
  vocabulary?: number,
): readonly InferenceWorkload[] {
  const { forward } = flopsOf(layers, input);
  return [1, 32].map((batch) => ({
    kind: 'inference',
    name: `infer-${name}-b${batch}`,
    flops: batch * forward,
    batch,
    input,
    ...(vocabulary === undefined ? {} : { vocabulary }),
    layers,
  }));
}

function mlp(...widths: readonly number[]): readonly Layer[] {
  return widths.slice(1).flatMap((to, i): Layer[] => {
    const linear: Layer = { kind: 'linear', from: widths[i] ?? 0, to };
    return i < widths.length - 2 ? [linear, relu] : [linear];
  });
}

interface ConvShape {
  readonly kernel?: number;
  readonly stride?: number;
  readonly groups?: number;
}

/** A convolution that keeps the side (but for its stride), and its batch normalisation. */
function convNorm(from: number, to: number, { kernel = 3, stride = 1, groups = 1 }: ConvShape = {}): readonly Layer[] {
  return [
    { kind: 'conv', from, to, kernel, stride, padding: (kernel - 1) / 2, groups, bias: false },
    { kind: 'batchNorm', features: to },
  ];
}

/** He et al. 2016, section 4.2: three stages of three blocks at 16, 32, 64 channels. */
function resnet20(): readonly Layer[] {
  const block = (from: number, to: number): readonly Layer[] => {
    const stride = from === to ? 1 : 2;
    return [
      {
        kind: 'residual',
        body: [...convNorm(from, to, { stride }), relu, ...convNorm(to, to)],
        shortcut: from === to ? [] : convNorm(from, to, { kernel: 1, stride }),
      },
      relu,
    ];
  };
  const widths = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64];
  return [
    ...convNorm(3, 16),
    relu,
    ...widths.slice(1).flatMap((to, i) => block(widths[i] ?? to, to)),
    { kind: 'globalAvgPool' },
    { kind: 'linear', from: 64, to: 10 },
  ];
}

/** He et al. 2016, table 1, the stride in the 3x3 convolution as the published checkpoints have it. */
function resnet50(): readonly Layer[] {
  const block = (from: number, width: number, stride: number): readonly Layer[] => {
    const to = 4 * width;
    return [
      {
        kind: 'residual',
        body: [
          ...convNorm(from, width, { kernel: 1 }),
          relu,
          ...convNorm(width, width, { stride }),
          relu,
          ...convNorm(width, to, { kernel: 1 }),
        ],
        shortcut: from === to ? [] : convNorm(from, to, { kernel: 1, stride }),
      },
      relu,
    ];
  };
  const stages = [
    { width: 64, count: 3, stride: 1 },
    { width: 128, count: 4, stride: 2 },
    { width: 256, count: 6, stride: 2 },
    { width: 512, count: 3, stride: 2 },
  ];
  let channels = 64;
  const blocks = stages.flatMap(({ width, count, stride }) =>
    Array.from({ length: count }, (_, i) => {
      const layers = block(channels, width, i === 0 ? stride : 1);
      channels = 4 * width;
      return layers;
    }).flat(),
  );
  return [
    ...convNorm(3, 64, { kernel: 7, stride: 2 }),
    relu,
    { kind: 'maxPool', size: 3, stride: 2, padding: 1 },
    ...blocks,
    { kind: 'globalAvgPool' },
    { kind: 'linear', from: 2048, to: 1000 },
  ];
}

/** Sandler et al. 2018, table 2: inverted residuals (expansion, channels, count, stride). */
function mobileNetV2(): readonly Layer[] {
  const relu6: Layer = { kind: 'relu6' };
  const block = (from: number, to: number, expansion: number, stride: number): readonly Layer[] => {
    const wide = from * expansion;
    const body: readonly Layer[] = [
      ...(expansion === 1 ? [] : [...convNorm(from, wide, { kernel: 1 }), relu6]),
      ...convNorm(wide, wide, { stride, groups: wide }),
      relu6,
      ...convNorm(wide, to, { kernel: 1 }),
    ];
    return from === to && stride === 1 ? [{ kind: 'residual', body, shortcut: [] }] : body;
  };
  const stages = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const;
  let channels = 32;
  const blocks = stages.flatMap(([expansion, to, count, stride]) =>
    Array.from({ length: count }, (_, i) => {
      const layers = block(channels, to, expansion, i === 0 ? stride : 1);
      channels = to;
      return layers;
    }).flat(),
  );
  return [
    ...convNorm(3, 32, { stride: 2 }),
    relu6,
    ...blocks,
    ...convNorm(320, 1280, { kernel: 1 }),
    relu6,
    { kind: 'globalAvgPool' },
    { kind: 'linear', from: 1280, to: 1000 },
  ];
}

interface TransformerShape {
  readonly depth: number;
  readonly width: number;
  readonly heads: number;
  readonly length: number;
  readonly vocabulary: number;
}

/** Radford et al. 2019: normalised before each part and once at the end; the head is not tied to the embedding. */
function gpt({ depth, width, heads, length, vocabulary }: TransformerShape): readonly Layer[] {
  return [
    { kind: 'tokens', vocabulary, width, length },
    ...Array.from({ length: depth }, (): Layer => {
      return { kind: 'transformer', width, heads, causal: true, normFirst: true };
    }),
    { kind: 'layerNorm', width },
    { kind: 'linear', from: width, to: vocabulary },
  ];
}

/** Devlin et al. 2019, the encoder: normalised after each part. */
function bert({ depth, width, heads, length, vocabulary }: TransformerShape): readonly Layer[] {
  return [
    { kind: 'tokens', vocabulary, width, length },
    { kind: 'layerNorm', width },
    ...Array.from({ length: depth }, (): Layer => {
      return { kind: 'transformer', width, heads, causal: false, normFirst: false };
    }),
  ];
}

/** Radford et al. 2016 in the size for 28x28: 100 → 128 x 7 x 7 → 64 x 14 x 14 → 1 x 28 x 28. */
function generator(): readonly Layer[] {
  return [
    { kind: 'linear', from: 100, to: 6272 },
    { kind: 'reshape', shape: [128, 7, 7] },
    { kind: 'batchNorm', features: 128 },
    relu,
    { kind: 'convTranspose', from: 128, to: 64, kernel: 4, stride: 2, padding: 1, bias: false },
    { kind: 'batchNorm', features: 64 },
    relu,
    { kind: 'convTranspose', from: 64, to: 1, kernel: 4, stride: 2, padding: 1 },
    { kind: 'tanh' },
  ];
}
