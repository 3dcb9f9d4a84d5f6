/**
 * Convolution, pooling and resampling as functions: (N, C, L) for signals, (N, C, H, W) for images, (N, C, D, H, W) for
 * volumes. Names and rules are those of torch.nn.functional. What each does is in its family's file, over nodes.
 */
import {
  type ConvolutionOptions,
  convolve,
  convolveTransposed,
  type TransposedConvolutionOptions,
} from './convolution.ts';
import { interpolate as interpolateNode, type InterpolateOptions } from './interpolation.ts';
import * as patches from './patches.ts';
import { adaptivePool, type AveragePoolOptions, avgPool, lpPool, maxPool, type PoolOptions } from './pooling.ts';
import { Tensor } from './tensor.ts';
import type { Sizes } from './windows.ts';

/** x (N, C, L), weight (O, C / groups, k) → (N, O, L'). @example conv1d(x, weight, { padding: 'same' }) */
export function conv1d(x: Tensor, weight: Tensor, options?: ConvolutionOptions): Tensor {
  return new Tensor(convolve('conv1d', 1, x.node, weight.node, options));
}

/** x (N, C, H, W), weight (O, C / groups, kh, kw) → (N, O, H', W'). @example conv2d(x, weight, { stride: 2, padding: 1 }) */
export function conv2d(x: Tensor, weight: Tensor, options?: ConvolutionOptions): Tensor {
  return new Tensor(convolve('conv2d', 2, x.node, weight.node, options));
}

/** x (N, C, D, H, W), weight (O, C / groups, kd, kh, kw) → (N, O, D', H', W'). @example conv3d(x, weight, { groups: 2 }) */
export function conv3d(x: Tensor, weight: Tensor, options?: ConvolutionOptions): Tensor {
  return new Tensor(convolve('conv3d', 3, x.node, weight.node, options));
}

/** x (N, C, L), weight (C, O / groups, k) → (N, O, (L − 1) · stride − 2 · padding + dilation · (k − 1) + outputPadding + 1). @example convTranspose1d(x, weight, { stride: 2 }) */
export function convTranspose1d(x: Tensor, weight: Tensor, options?: TransposedConvolutionOptions): Tensor {
  return new Tensor(convolveTransposed('convTranspose1d', 1, x.node, weight.node, options));
}

/** As convTranspose1d, over images. @example convTranspose2d(x, weight, { stride: 2, padding: 1, outputPadding: 1 }) */
export function convTranspose2d(x: Tensor, weight: Tensor, options?: TransposedConvolutionOptions): Tensor {
  return new Tensor(convolveTransposed('convTranspose2d', 2, x.node, weight.node, options));
}

/** As convTranspose1d, over volumes. @example convTranspose3d(x, weight) */
export function convTranspose3d(x: Tensor, weight: Tensor, options?: TransposedConvolutionOptions): Tensor {
  return new Tensor(convolveTransposed('convTranspose3d', 3, x.node, weight.node, options));
}

/** The largest element of each window, (N, C, L) → (N, C, L'). @example maxPool1d(x, 2) */
export function maxPool1d(x: Tensor, kernel: Sizes, options?: PoolOptions): Tensor {
  return new Tensor(maxPool('maxPool1d', 1, x.node, kernel, options));
}

/** The largest element of each window, (N, C, H, W) → (N, C, H', W'). @example maxPool2d(x, 3, { stride: 2, ceilMode: true }) */
export function maxPool2d(x: Tensor, kernel: Sizes, options?: PoolOptions): Tensor {
  return new Tensor(maxPool('maxPool2d', 2, x.node, kernel, options));
}

/** The largest element of each window, (N, C, D, H, W) → (N, C, D', H', W'). @example maxPool3d(x, [1, 2, 2]) */
export function maxPool3d(x: Tensor, kernel: Sizes, options?: PoolOptions): Tensor {
  return new Tensor(maxPool('maxPool3d', 3, x.node, kernel, options));
}

/** The mean of each window, (N, C, L) → (N, C, L'). @example avgPool1d(x, 2) */
export function avgPool1d(x: Tensor, kernel: Sizes, options?: AveragePoolOptions): Tensor {
  return new Tensor(avgPool('avgPool1d', 1, x.node, kernel, options));
}

/** The mean of each window, (N, C, H, W) → (N, C, H', W'). @example avgPool2d(x, 3, { padding: 1, countIncludePad: false }) */
export function avgPool2d(x: Tensor, kernel: Sizes, options?: AveragePoolOptions): Tensor {
  return new Tensor(avgPool('avgPool2d', 2, x.node, kernel, options));
}

/** The mean of each window, (N, C, D, H, W) → (N, C, D', H', W'). @example avgPool3d(x, 2) */
export function avgPool3d(x: Tensor, kernel: Sizes, options?: AveragePoolOptions): Tensor {
  return new Tensor(avgPool('avgPool3d', 3, x.node, kernel, options));
}

/** (Σ xᵖ)^(1/p) of each window. @example lpPool1d(x, 2, 3) */
export function lpPool1d(x: Tensor, p: number, kernel: Sizes, options?: PoolOptions): Tensor {
  return new Tensor(lpPool('lpPool1d', 1, x.node, p, kernel, options));
}

/** (Σ xᵖ)^(1/p) of each window. @example lpPool2d(x, 2, 3) */
export function lpPool2d(x: Tensor, p: number, kernel: Sizes, options?: PoolOptions): Tensor {
  return new Tensor(lpPool('lpPool2d', 2, x.node, p, kernel, options));
}

/** The largest element of each of `size` parts of the last axis; parts are ⌊i·n/size⌋ … ⌈(i + 1)·n/size⌉. @example adaptiveMaxPool1d(x, 4) */
export function adaptiveMaxPool1d(x: Tensor, size: Sizes): Tensor {
  return new Tensor(adaptivePool('adaptiveMaxPool1d', 1, 'max', x.node, size));
}

/** As adaptiveMaxPool1d, over images. @example adaptiveMaxPool2d(x, [2, 3]) */
export function adaptiveMaxPool2d(x: Tensor, size: Sizes): Tensor {
  return new Tensor(adaptivePool('adaptiveMaxPool2d', 2, 'max', x.node, size));
}

/** As adaptiveMaxPool1d, over volumes. @example adaptiveMaxPool3d(x, 1) */
export function adaptiveMaxPool3d(x: Tensor, size: Sizes): Tensor {
  return new Tensor(adaptivePool('adaptiveMaxPool3d', 3, 'max', x.node, size));
}

/** The mean of each of `size` parts of the last axis; parts are ⌊i·n/size⌋ … ⌈(i + 1)·n/size⌉. @example adaptiveAvgPool1d(x, 4) */
export function adaptiveAvgPool1d(x: Tensor, size: Sizes): Tensor {
  return new Tensor(adaptivePool('adaptiveAvgPool1d', 1, 'avg', x.node, size));
}

/** As adaptiveAvgPool1d, over images. @example adaptiveAvgPool2d(x, 1) // global average pooling */
export function adaptiveAvgPool2d(x: Tensor, size: Sizes): Tensor {
  return new Tensor(adaptivePool('adaptiveAvgPool2d', 2, 'avg', x.node, size));
}

/** As adaptiveAvgPool1d, over volumes. @example adaptiveAvgPool3d(x, [1, 2, 2]) */
export function adaptiveAvgPool3d(x: Tensor, size: Sizes): Tensor {
  return new Tensor(adaptivePool('adaptiveAvgPool3d', 3, 'avg', x.node, size));
}

/** (N, C, …) resampled to other spatial sizes. @throws ValueError unless exactly one of size and scale is given   @example interpolate(x, { scale: 2, mode: 'linear' }) */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  return new Tensor(interpolateNode(x.node, options));
}

/** Every window of an image as a column: (N, C, H, W) → (N, C · kh · kw, L). @example unfold(x, 3, { padding: 1 }) */
export function unfold(x: Tensor, kernel: Sizes, options?: patches.PatchOptions): Tensor {
  return new Tensor(patches.unfold(x.node, kernel, options));
}

/** Columns added up where `unfold` would have read them: (N, C · kh · kw, L) → (N, C, H, W). @example fold(columns, [8, 8], 3, { padding: 1 }) */
export function fold(x: Tensor, outputSize: Sizes, kernel: Sizes, options?: patches.PatchOptions): Tensor {
  return new Tensor(patches.fold(x.node, outputSize, kernel, options));
}

/** (…, C · r², H, W) → (…, C, H · r, W · r). @example pixelShuffle(x, 2) */
export function pixelShuffle(x: Tensor, factor: number): Tensor {
  return new Tensor(patches.pixelShuffle(x.node, factor));
}

/** (…, C, H · r, W · r) → (…, C · r², H, W). @example pixelUnshuffle(x, 2) */
export function pixelUnshuffle(x: Tensor, factor: number): Tensor {
  return new Tensor(patches.pixelUnshuffle(x.node, factor));
}
