/**
 * Pooling layers over images in NCHW: each window becomes one value.
 */
import { ones } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Module } from './module.ts';
import { type Pair, pairOf } from './sizes.ts';

export interface PoolingOptions {
  /** Step between windows. Default: the kernel's size. */
  readonly stride?: Pair;
  /** Rows and columns on each side that hold no data. Default: 0. */
  readonly padding?: Pair;
}

/**
 * The largest element of each window; padding never wins: (N, C, H, W) → (N, C, H′, W′), H′ = ⌊(H + 2·padding − kernel) / stride⌋ + 1.
 * @throws ShapeError if x is not of rank 4 or smaller than a window   @example new MaxPool2d(2).forward(zeros([8, 16, 28, 28])) // (8, 16, 14, 14)
 */
export class MaxPool2d extends Module {
  readonly kernelSize: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
  readonly padding: readonly [height: number, width: number];

  constructor(kernelSize: Pair, { stride = kernelSize, padding = 0 }: PoolingOptions = {}) {
    super();
    this.kernelSize = pairOf('MaxPool2d', 'kernelSize', kernelSize);
    this.stride = pairOf('MaxPool2d', 'stride', stride);
    this.padding = pairOf('MaxPool2d', 'padding', padding, 0);
  }

  forward(x: Tensor): Tensor {
    return x.maxPool2d(this.kernelSize, { stride: this.stride, padding: this.padding });
  }
}

export interface AvgPool2dOptions extends PoolingOptions {
  /** Padding counts as zeros; if false, the mean is over what the window sees of the image. Default: true. */
  readonly countIncludePad?: boolean;
}

/**
 * The mean of each window: (N, C, H, W) → (N, C, H′, W′), H′ = ⌊(H + 2·padding − kernel) / stride⌋ + 1.
 * @throws ShapeError if x is not of rank 4 or smaller than a window   @example new AvgPool2d(7).forward(zeros([8, 64, 7, 7])) // (8, 64, 1, 1)
 */
export class AvgPool2d extends Module {
  readonly kernelSize: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
  readonly padding: readonly [height: number, width: number];
  readonly countIncludePad: boolean;

  constructor(kernelSize: Pair, { stride = kernelSize, padding = 0, countIncludePad = true }: AvgPool2dOptions = {}) {
    super();
    this.kernelSize = pairOf('AvgPool2d', 'kernelSize', kernelSize);
    this.stride = pairOf('AvgPool2d', 'stride', stride);
    this.padding = pairOf('AvgPool2d', 'padding', padding, 0);
    this.countIncludePad = countIncludePad;
  }

  forward(x: Tensor): Tensor {
    const { stride, padding } = this;
    const means = x.avgPool2d(this.kernelSize, { stride, padding });
    if (this.countIncludePad || padding.every((n) => n === 0)) return means;
    // The share of each window that is image: the same pooling over ones.
    const image = ones([1, 1, ...x.shape.slice(2)], { dtype: means.dtype });
    return means.div(image.avgPool2d(this.kernelSize, { stride, padding }));
  }
}
