/**
 * Convolution, pooling and resampling against torch.nn.functional.
 */
import * as spatial from '../../src/index.ts';
import type { Sizes, Tensor } from '../../src/index.ts';
import { numberIn, numbersIn, type Options, replay, type Rule, type Tolerance } from './replay.ts';

/** Sums of up to 100 products. */
const sums: Tolerance = { ulps: 16, floor: 'largest' };

function sizes(options: Options, key: string): Sizes {
  return typeof options[key] === 'number' ? numberIn(options, key) : numbersIn(options, key);
}

type Binary = (x: Tensor, w: Tensor, options: Options) => Tensor;
type Pool = (x: Tensor, kernel: Sizes, options: Options) => Tensor;

const weighted = (f: Binary): Rule => ({ answer: ([x, w], options) => f(x!, w!, options), values: sums });
const pool = (f: Pool, values?: Tolerance): Rule => ({
  answer: ([x], { kernel, ...options }) => f(x!, sizes({ kernel }, 'kernel'), options),
  ...(values && { values }),
});
const adaptive = (f: (x: Tensor, size: Sizes) => Tensor, values?: Tolerance): Rule => ({
  answer: ([x], options) => f(x!, sizes(options, 'size')),
  ...(values && { values }),
});

replay('spatial', {
  conv1d: weighted(spatial.conv1d),
  conv2d: weighted(spatial.conv2d),
  conv3d: weighted(spatial.conv3d),
  convTranspose1d: weighted(spatial.convTranspose1d),
  convTranspose2d: weighted(spatial.convTranspose2d),
  convTranspose3d: weighted(spatial.convTranspose3d),
  maxPool1d: pool(spatial.maxPool1d),
  maxPool2d: pool(spatial.maxPool2d),
  maxPool3d: pool(spatial.maxPool3d),
  avgPool1d: pool(spatial.avgPool1d, sums),
  avgPool2d: pool(spatial.avgPool2d, sums),
  avgPool3d: pool(spatial.avgPool3d, sums),
  adaptiveMaxPool1d: adaptive(spatial.adaptiveMaxPool1d),
  adaptiveMaxPool2d: adaptive(spatial.adaptiveMaxPool2d),
  adaptiveMaxPool3d: adaptive(spatial.adaptiveMaxPool3d),
  adaptiveAvgPool1d: adaptive(spatial.adaptiveAvgPool1d, sums),
  adaptiveAvgPool2d: adaptive(spatial.adaptiveAvgPool2d, sums),
  adaptiveAvgPool3d: adaptive(spatial.adaptiveAvgPool3d, sums),
  lpPool1d: { answer: ([x], o) => spatial.lpPool1d(x!, numberIn(o, 'p'), sizes(o, 'kernel')), values: sums },
  lpPool2d: { answer: ([x], o) => spatial.lpPool2d(x!, numberIn(o, 'p'), sizes(o, 'kernel')), values: sums },
  interpolate: { answer: ([x], options) => spatial.interpolate(x!, options), values: sums },
  unfold: { answer: ([x], { kernel, ...options }) => spatial.unfold(x!, sizes({ kernel }, 'kernel'), options) },
  fold: {
    answer: ([x], { kernel, outputSize, ...options }) =>
      spatial.fold(x!, sizes({ outputSize }, 'outputSize'), sizes({ kernel }, 'kernel'), options),
    values: sums,
  },
  pixelShuffle: { answer: ([x], o) => spatial.pixelShuffle(x!, numberIn(o, 'factor')) },
  pixelUnshuffle: { answer: ([x], o) => spatial.pixelUnshuffle(x!, numberIn(o, 'factor')) },
});
