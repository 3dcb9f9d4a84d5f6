/**
 * Pooling layers over signals (N, C, L), images (N, C, H, W) and volumes (N, C, D, H, W): each window becomes one value.
 */
import { avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d } from '../tensor/spatial.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Sizes } from '../tensor/windows.ts';
import { Module } from './module.ts';
import { spatialSizes } from './sizes.ts';

export interface PoolingOptions {
  /** Step between windows. Default: the kernel's size. */
  readonly stride?: Sizes;
  /** Elements on each side that hold no data. Default: 0. */
  readonly padding?: Sizes;
  /** Whether a last window that reaches past the end counts. Default: false. */
  readonly ceilMode?: boolean;
}

export interface MaxPoolOptions extends PoolingOptions {
  /** Step between the elements of a window. Default: 1. */
  readonly dilation?: Sizes;
}

export interface AvgPoolOptions extends PoolingOptions {
  /** Padding counts as zeros; if false, the mean is over what the window sees of the data. Default: true. */
  readonly countIncludePad?: boolean;
}

/** What windows share, whatever becomes of their elements. */
abstract class Pool extends Module {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly ceilMode: boolean;

  protected constructor(rank: 1 | 2 | 3, kernelSize: Sizes, options: PoolingOptions) {
    super();
    const { stride = kernelSize, padding = 0, ceilMode = false } = options;
    const op = this.constructor.name;
    this.kernelSize = spatialSizes(op, 'kernelSize', kernelSize, rank);
    this.stride = spatialSizes(op, 'stride', stride, rank);
    this.padding = spatialSizes(op, 'padding', padding, rank, 0);
    this.ceilMode = ceilMode;
  }
}

const maxPools = [maxPool1d, maxPool2d, maxPool3d] as const;
const avgPools = [avgPool1d, avgPool2d, avgPool3d] as const;

abstract class MaxPool extends Pool {
  readonly dilation: readonly number[];

  protected constructor(rank: 1 | 2 | 3, kernelSize: Sizes, options: MaxPoolOptions) {
    super(rank, kernelSize, options);
    this.dilation = spatialSizes(this.constructor.name, 'dilation', options.dilation ?? 1, rank);
  }

  forward(x: Tensor): Tensor {
    const { stride, padding, dilation, ceilMode } = this;
    return maxPools[this.kernelSize.length - 1]!(x, this.kernelSize, { stride, padding, dilation, ceilMode });
  }
}

abstract class AvgPool extends Pool {
  readonly countIncludePad: boolean;

  protected constructor(rank: 1 | 2 | 3, kernelSize: Sizes, options: AvgPoolOptions) {
    super(rank, kernelSize, options);
    this.countIncludePad = options.countIncludePad ?? true;
  }

  forward(x: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad } = this;
    return avgPools[this.kernelSize.length - 1]!(x, this.kernelSize, { stride, padding, ceilMode, countIncludePad });
  }
}

/**
 * The largest element of each window; padding never wins: (N, C, L) → (N, C, L′), L′ = ⌊(L + 2·padding − kernel) / stride⌋ + 1.
 * @throws ShapeError if x is not of rank 3 or smaller than a window   @example new MaxPool1d(2).forward(zeros([8, 16, 100])) // (8, 16, 50)
 */
export class MaxPool1d extends MaxPool {
  constructor(kernelSize: Sizes, options: MaxPoolOptions = {}) {
    super(1, kernelSize, options);
  }
}

/**
 * The largest element of each window; padding never wins: (N, C, H, W) → (N, C, H′, W′), H′ = ⌊(H + 2·padding − kernel) / stride⌋ + 1.
 * @throws ShapeError if x is not of rank 4 or smaller than a window   @example new MaxPool2d(2).forward(zeros([8, 16, 28, 28])) // (8, 16, 14, 14)
 */
export class MaxPool2d extends MaxPool {
  constructor(kernelSize: Sizes, options: MaxPoolOptions = {}) {
    super(2, kernelSize, options);
  }
}

/**
 * The largest element of each window; padding never wins: (N, C, D, H, W) → (N, C, D′, H′, W′), D′ = ⌊(D + 2·padding − kernel) / stride⌋ + 1.
 * @throws ShapeError if x is not of rank 5 or smaller than a window   @example new MaxPool3d(2).forward(zeros([1, 4, 8, 8, 8])) // (1, 4, 4, 4, 4)
 */
export class MaxPool3d extends MaxPool {
  constructor(kernelSize: Sizes, options: MaxPoolOptions = {}) {
    super(3, kernelSize, options);
  }
}

/**
 * The mean of each window: (N, C, L) → (N, C, L′), L′ = ⌊(L + 2·padding − kernel) / stride⌋ + 1.
 * @throws ShapeError if x is not of rank 3 or smaller than a window   @example new AvgPool1d(2).forward(zeros([8, 16, 100])) // (8, 16, 50)
 */
export class AvgPool1d extends AvgPool {
  constructor(kernelSize: Sizes, options: AvgPoolOptions = {}) {
    super(1, kernelSize, options);
  }
}

/**
 * The mean of each window: (N, C, H, W) → (N, C, H′, W′), H′ = ⌊(H + 2·padding − kernel) / stride⌋ + 1.
 * @throws ShapeError if x is not of rank 4 or smaller than a window   @example new AvgPool2d(2).forward(zeros([8, 16, 28, 28])) // (8, 16, 14, 14)
 */
export class AvgPool2d extends AvgPool {
  constructor(kernelSize: Sizes, options: AvgPoolOptions = {}) {
    super(2, kernelSize, options);
  }
}

/**
 * The mean of each window: (N, C, D, H, W) → (N, C, D′, H′, W′), D′ = ⌊(D + 2·padding − kernel) / stride⌋ + 1.
 * @throws ShapeError if x is not of rank 5 or smaller than a window   @example new AvgPool3d(2).forward(zeros([1, 4, 8, 8, 8])) // (1, 4, 4, 4, 4)
 */
export class AvgPool3d extends AvgPool {
  constructor(kernelSize: Sizes, options: AvgPoolOptions = {}) {
    super(3, kernelSize, options);
  }
}
