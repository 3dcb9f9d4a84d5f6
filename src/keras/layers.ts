/**
 * Keras's layers, one by one, as modules of ours that take and give tensors in Keras's layout: channels last unless the layer says
 * otherwise. Merging layers, which read several, are network.ts.
 */
import type { KerasLayer } from '../io/keras-config.ts';
import {
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  Dropout,
  ELU,
  Embedding,
  Flatten,
  Identity,
  LayerNorm,
  LeakyReLU,
  Linear,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  ReLU,
  Sequential,
  Softmax,
  Upsample,
} from '../nn/index.ts';
import type { Layer } from '../nn/module.ts';
import { ones, zeros } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { activation, Mapped } from './activations.ts';
import { recurrent } from './recurrent.ts';
import { Settings } from './settings.ts';
import { ChannelsLast, Cut, Same, SameMean, type Windows } from './spatial.ts';

/** A layer of ours, and how many axes what it gives has. */
export interface Converted {
  readonly layer: Layer;
  readonly rank: number;
}

type Convert = (settings: Settings) => Converted;

/** @param rank axes of what comes in   @throws FormatError for a layer or a setting that is not converted */
export function convertLayer(layer: KerasLayer, rank: number, weights: readonly Tensor[]): Converted {
  const settings = new Settings(layer, rank, weights);
  if (!Object.hasOwn(converters, layer.className))
    settings.fail(`is not converted; converted are ${Object.keys(converters).join(', ')}`);
  const converted = converters[layer.className]!(settings);
  settings.done();
  return converted;
}

const same = (settings: Settings, layer: Layer): Converted => ({ layer, rank: settings.rank });

function activated(settings: Settings, layer: Layer): Layer {
  const after = activation(settings);
  return after === undefined ? layer : new Sequential(layer, after);
}

/** Around a layer that wants channels first, if Keras has them last. */
function placed(settings: Settings, layer: Layer): Layer {
  return settings.text('data_format', 'channels_last') === 'channels_last' ? new ChannelsLast(layer) : layer;
}

function windowsOf(settings: Settings, rank: number, kernel: readonly number[]): Windows {
  return {
    kernel,
    stride: settings.sizes('strides', rank, 1),
    dilation: settings.sizes('dilation_rate', rank, 1),
  };
}

/** 'same' or not. @throws FormatError for another padding */
function isSame(settings: Settings): boolean {
  const padding = settings.text('padding', 'valid').toLowerCase();
  if (padding !== 'same' && padding !== 'valid') settings.fail(`padding '${padding}' is not converted`);
  return padding === 'same';
}

type Rank = 1 | 2 | 3;
const convolutions = [Conv1d, Conv2d, Conv3d] as const;
const maxPools = [MaxPool1d, MaxPool2d, MaxPool3d] as const;
const avgPools = [AvgPool1d, AvgPool2d, AvgPool3d] as const;
const batchNorms = [BatchNorm1d, BatchNorm1d, BatchNorm2d, BatchNorm3d] as const;

/** (…k, in / groups, out) → (out, in / groups, …k) */
function channelsFirst(kernel: Tensor): Tensor {
  const { rank } = kernel;
  return kernel.permute([rank - 1, rank - 2, ...Array.from({ length: rank - 2 }, (_, i) => i)]);
}

function convolution(settings: Settings, rank: Rank, weight: Tensor, groups: number, hasBias: boolean): Layer {
  const windows = windowsOf(settings, rank, weight.shape.slice(2));
  const [outChannels, perGroup] = weight.shape as readonly [number, number];
  const { stride, dilation } = windows;
  const options = { stride, dilation, groups, bias: hasBias };
  const layer = new convolutions[rank - 1]!(perGroup * groups, outChannels, windows.kernel, options);
  layer.load(hasBias ? { weight, bias: settings.weight('bias', 1) } : { weight });
  return isSame(settings) ? new Same(layer, windows) : layer;
}

function conv(rank: Rank): Convert {
  return (settings) => {
    const weight = channelsFirst(settings.weight('kernel', rank + 2));
    const layer = convolution(settings, rank, weight, settings.number('groups', 1), settings.flag('use_bias', true));
    return same(settings, activated(settings, placed(settings, layer)));
  };
}

/** (h, w, in, multiplier) → (in · multiplier, 1, h, w), of which each channel reads its own. */
function depthwiseWeight(settings: Settings): Tensor {
  const kernel = settings.weight('depthwise kernel', 4);
  const [h, w, channels, multiplier] = kernel.shape as readonly [number, number, number, number];
  return kernel.permute([2, 3, 0, 1]).reshape([channels * multiplier, 1, h, w]);
}

const depthwise: Convert = (settings) => {
  const multiplier = settings.number('depth_multiplier', 1);
  const weight = depthwiseWeight(settings);
  const layer = convolution(settings, 2, weight, weight.shape[0]! / multiplier, settings.flag('use_bias', true));
  return same(settings, activated(settings, placed(settings, layer)));
};

const separable: Convert = (settings) => {
  const multiplier = settings.number('depth_multiplier', 1);
  const weight = depthwiseWeight(settings);
  const spatial = convolution(settings, 2, weight, weight.shape[0]! / multiplier, false);
  const pointwise = channelsFirst(settings.weight('pointwise kernel', 4));
  const bias = settings.flag('use_bias', true);
  const mixing = new Conv2d(pointwise.shape[1]!, pointwise.shape[0]!, 1, { bias });
  mixing.load(bias ? { weight: pointwise, bias: settings.weight('bias', 1) } : { weight: pointwise });
  return same(settings, activated(settings, placed(settings, new Sequential(spatial, mixing))));
};

function transposed(rank: 1 | 2): Convert {
  return (settings) => {
    settings.only({ output_padding: undefined, dilation_rate: new Array<number>(rank).fill(1) });
    const kernel = settings.weight('kernel', rank + 2); // (…k, out, in)
    const weight = channelsFirst(kernel); // (in, out, …k)
    const windows = windowsOf(settings, rank, weight.shape.slice(2));
    if (windows.kernel.some((k, i) => k < windows.stride[i]!))
      settings.fail('a kernel smaller than its stride is not converted');
    const bias = settings.flag('use_bias', true);
    const [inChannels, outChannels] = weight.shape as readonly [number, number];
    const options = { stride: windows.stride, bias };
    const layer =
      rank === 1
        ? new ConvTranspose1d(inChannels, outChannels, windows.kernel, options)
        : new ConvTranspose2d(inChannels, outChannels, windows.kernel, options);
    layer.load(bias ? { weight, bias: settings.weight('bias', 1) } : { weight });
    const cut = isSame(settings) ? new Cut(layer, windows) : layer;
    return same(settings, activated(settings, placed(settings, cut)));
  };
}

function pooling(kind: 'max' | 'mean', rank: Rank): Convert {
  return (settings) => {
    const kernel = settings.sizes('pool_size', rank);
    const stride =
      settings.get('strides') === undefined || settings.get('strides') === null
        ? kernel
        : settings.sizes('strides', rank);
    const windows = { kernel, stride, dilation: new Array<number>(rank).fill(1) };
    const pools = kind === 'max' ? maxPools : avgPools;
    const layer = new pools[rank - 1]!(kernel, { stride });
    if (!isSame(settings)) return same(settings, placed(settings, layer));
    return same(
      settings,
      placed(settings, kind === 'max' ? new Same(layer, windows, -Infinity) : new SameMean(layer, windows)),
    );
  };
}

function globalPooling(kind: 'max' | 'mean', rank: Rank): Convert {
  return (settings) => {
    const first = settings.text('data_format', 'channels_last') === 'channels_last' ? 1 : 2;
    const axes = Array.from({ length: rank }, (_, i) => first + i);
    const keepDims = settings.flag('keepdims', false);
    const layer = new Mapped((x) => (kind === 'max' ? x.max(axes, { keepDims }) : x.mean(axes, { keepDims })));
    return { layer, rank: keepDims ? settings.rank : 2 };
  };
}

const dense: Convert = (settings) => {
  const kernel = settings.weight('kernel', 2); // (in, out)
  const bias = settings.flag('use_bias', true);
  const layer = new Linear(kernel.shape[0]!, kernel.shape[1]!, { bias });
  const weight = kernel.transpose();
  layer.load(bias ? { weight, bias: settings.weight('bias', 1) } : { weight });
  return same(settings, activated(settings, layer));
};

const batchNormalization: Convert = (settings) => {
  const { rank } = settings;
  const axisSetting = settings.get('axis');
  const axis = Array.isArray(axisSetting) ? Number(axisSetting[0]) : settings.number('axis', -1);
  const isLast = axis === -1 || axis === rank - 1;
  if (!isLast && axis !== 1) settings.fail(`axis ${axis} is not converted, only the last and 1`);
  const scale = settings.flag('scale', true) ? settings.weight('gamma', 1) : undefined;
  const shift = settings.flag('center', true) ? settings.weight('beta', 1) : undefined;
  const mean = settings.weight('moving mean', 1);
  const variance = settings.weight('moving variance', 1);
  const features = mean.shape[0]!;
  // Keras tells how much stays, PyTorch how much is new.
  const options = { eps: settings.number('epsilon', 1e-3), momentum: 1 - settings.number('momentum', 0.99) };
  const Norm = batchNorms[rank - 2] ?? settings.fail(`tensors with ${rank} axes are not converted`);
  const layer = new Norm(features, options);
  const state = {
    weight: scale ?? ones([features]),
    bias: shift ?? zeros([features]),
    running_mean: mean,
    running_var: variance,
  };
  layer.load(state, { strict: false });
  return same(settings, isLast && rank > 2 ? new ChannelsLast(layer) : layer);
};

const layerNormalization: Convert = (settings) => {
  const axis = settings.get('axis');
  const only = Array.isArray(axis) && axis.length === 1 ? Number(axis[0]) : axis;
  if (only !== -1 && only !== settings.rank - 1) settings.fail('only the last axis is converted');
  const [scale, shift] = [settings.flag('scale', true), settings.flag('center', true)];
  if (!scale) settings.fail('scale false is not converted');
  const weight = settings.weight('gamma', 1);
  const layer = new LayerNorm(weight.shape[0]!, { eps: settings.number('epsilon', 1e-3), bias: shift });
  layer.load(shift ? { weight, bias: settings.weight('beta', 1) } : { weight });
  return same(settings, layer);
};

const embedding: Convert = (settings) => {
  settings.only({ mask_zero: false });
  const weight = settings.weight('embeddings', 2);
  const layer = new Embedding(weight.shape[0]!, weight.shape[1]!);
  layer.load({ weight });
  return {
    layer: new Sequential(new Mapped((x) => x.cast('int32')), layer),
    rank: settings.rank + 1,
  };
};

const reshape: Convert = (settings) => {
  const shape = settings.get('target_shape');
  if (!Array.isArray(shape)) return settings.fail('target_shape is no list');
  const sizes = shape.map(Number);
  return { layer: new Mapped((x) => x.reshape([x.shape[0]!, ...sizes])), rank: sizes.length + 1 };
};

const permute: Convert = (settings) => {
  const order = settings.sizes('dims', settings.rank - 1);
  return same(settings, new Mapped((x) => x.permute([0, ...order])));
};

const zeroPadding: Convert = (settings) => {
  const { rank } = settings;
  const pairs = settings.get('padding');
  const asPair = (one: unknown): [number, number] =>
    Array.isArray(one) ? [Number(one[0]), Number(one[1])] : [Number(one), Number(one)];
  const widths =
    rank === 3 ? [asPair(pairs)] : Array.isArray(pairs) ? pairs.map(asPair) : new Array(rank - 2).fill(asPair(pairs));
  if (widths.length !== rank - 2 || widths.flat().some((n) => !Number.isInteger(n)))
    settings.fail('padding is no list of pairs');
  const isLast = settings.text('data_format', 'channels_last') === 'channels_last';
  const none: [number, number] = [0, 0];
  const all = isLast ? [none, ...widths, none] : [none, none, ...widths];
  return same(settings, new Mapped((x) => x.pad(all)));
};

const upsampling: Convert = (settings) => {
  const scale = settings.sizes('size', settings.rank - 2);
  const mode = settings.text('interpolation', 'nearest');
  if (mode !== 'nearest' && mode !== 'bilinear') return settings.fail(`interpolation '${mode}' is not converted`);
  const layer = new Upsample({ scale, mode: mode === 'nearest' ? 'nearest' : 'linear' });
  return same(settings, placed(settings, layer));
};

const flatten: Convert = (settings) => {
  const isFirst = settings.text('data_format', 'channels_last') === 'channels_first' && settings.rank > 2;
  if (isFirst) settings.fail('data_format channels_first is not converted');
  return { layer: new Flatten(), rank: 2 };
};

const relu: Convert = (settings) => {
  const [high, slope, bar] = [settings.get('max_value'), settings.get('negative_slope'), settings.get('threshold')];
  if (bar !== undefined && bar !== null && bar !== 0) settings.fail('a threshold is not converted');
  if (typeof slope === 'number' && slope !== 0) return same(settings, new LeakyReLU(slope));
  return same(settings, typeof high === 'number' ? new Mapped((x) => x.clip(0, high)) : new ReLU());
};

const leaky: Convert = (settings) =>
  same(
    settings,
    new LeakyReLU(settings.number(settings.get('negative_slope') === undefined ? 'alpha' : 'negative_slope', 0.3)),
  );

function cells(kind: 'SimpleRNN' | 'LSTM' | 'GRU'): Convert {
  return (settings) => {
    const layer = recurrent(kind, settings, settings, false);
    return { layer, rank: layer.returnsSequences ? 3 : 2 };
  };
}

const bidirectional: Convert = (settings) => {
  settings.only({ merge_mode: 'concat' });
  const inner = settings.get('layer');
  const isLayer = typeof inner === 'object' && inner !== null && 'class_name' in inner && 'config' in inner;
  if (!isLayer) return settings.fail('has no layer inside');
  const { class_name: kind, config } = inner as { readonly class_name: unknown; readonly config: KerasLayer['config'] };
  if (kind !== 'LSTM' && kind !== 'GRU' && kind !== 'SimpleRNN')
    return settings.fail(`a layer of class ${JSON.stringify(kind)} inside is not converted`);
  const cell = new Settings({ ...settings.layer, className: kind, config }, settings.rank, []);
  const layer = recurrent(kind, cell, settings, true);
  return { layer, rank: layer.returnsSequences ? 3 : 2 };
};

const nothing: Convert = (settings) => same(settings, new Identity());

const converters: Readonly<Record<string, Convert>> = {
  InputLayer: nothing,
  Dense: dense,
  Activation: (settings) => same(settings, activation(settings) ?? new Identity()),
  Dropout: (settings) => same(settings, new Dropout(settings.number('rate'))),
  ActivityRegularization: nothing,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  Rescaling: (settings) => {
    const [scale, offset] = [settings.number('scale'), settings.number('offset', 0)];
    return same(settings, new Mapped((x) => x.cast('float32').mul(scale).add(offset)));
  },
  Conv1D: conv(1),
  Conv2D: conv(2),
  Conv3D: conv(3),
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Conv1DTranspose: transposed(1),
  Conv2DTranspose: transposed(2),
  MaxPooling1D: pooling('max', 1),
  MaxPooling2D: pooling('max', 2),
  MaxPooling3D: pooling('max', 3),
  AveragePooling1D: pooling('mean', 1),
  AveragePooling2D: pooling('mean', 2),
  AveragePooling3D: pooling('mean', 3),
  GlobalMaxPooling1D: globalPooling('max', 1),
  GlobalMaxPooling2D: globalPooling('max', 2),
  GlobalMaxPooling3D: globalPooling('max', 3),
  GlobalAveragePooling1D: globalPooling('mean', 1),
  GlobalAveragePooling2D: globalPooling('mean', 2),
  GlobalAveragePooling3D: globalPooling('mean', 3),
  ZeroPadding1D: zeroPadding,
  ZeroPadding2D: zeroPadding,
  UpSampling2D: upsampling,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  ReLU: relu,
  LeakyReLU: leaky,
  ELU: (settings) => same(settings, new ELU(settings.number('alpha', 1))),
  Softmax: (settings) => same(settings, new Softmax(settings.number('axis', -1))),
  Embedding: embedding,
  SimpleRNN: cells('SimpleRNN'),
  LSTM: cells('LSTM'),
  GRU: cells('GRU'),
  Bidirectional: bidirectional,
};
