/**
 * Adaptive pooling layers: the output's size is given, and each axis is divided into that many parts, ⌊i·n/size⌋ up to
 * ⌈(i + 1)·n/size⌉.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from '../tensor/spatial.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Module } from './module.ts';
import { checkCount, spatialAxes } from './sizes.ts';

/** Sizes of the output's spatial axes: one for all, or one each; null keeps the input's. */
export type OutputSize = number | readonly (number | null)[];

const means = [adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d] as const;
const largest = [adaptiveMaxPool1d, adaptiveMaxPool2d, adaptiveMaxPool3d] as const;

/** What the adaptive layers share. */
abstract class AdaptivePool extends Module {
  readonly outputSize: readonly (number | null)[];
  readonly #pool: (typeof means)[number];

  protected constructor(rank: 1 | 2 | 3, pools: typeof means, outputSize: OutputSize) {
    super();
    const op = this.constructor.name;
    const sizes = typeof outputSize === 'number' ? new Array<number>(rank).fill(outputSize) : outputSize;
    if (sizes.length !== rank)
      raise(new ValueError(`${op}: outputSize has ${sizes.length} sizes; expected a number, or ${rank} of them`));
    for (const size of sizes) if (size !== null) checkCount(op, { outputSize: size });
    this.outputSize = sizes;
    this.#pool = pools[rank - 1]!;
  }

  forward(x: Tensor): Tensor {
    const { length } = this.outputSize;
    if (x.rank !== length + 2)
      raise(
        new ShapeError(
          `${this.constructor.name}: expected (N, C, ${spatialAxes[length - 1]}), got ${formatShape(x.shape)}`,
        ),
      );
    return this.#pool(
      x,
      this.outputSize.map((size, i) => size ?? x.shape[i + 2]!),
    );
  }
}

/** The mean of each part: (N, C, L) → (N, C, …outputSize). @throws ShapeError if x is not of rank 3   @example new AdaptiveAvgPool1d(4).forward(zeros([8, 16, 50])) // (8, 16, 4) */
export class AdaptiveAvgPool1d extends AdaptivePool {
  constructor(outputSize: OutputSize) {
    super(1, means, outputSize);
  }
}

/** The mean of each part: (N, C, H, W) → (N, C, …outputSize). @throws ShapeError if x is not of rank 4   @example new AdaptiveAvgPool2d(1).forward(zeros([8, 64, 7, 7])) // (8, 64, 1, 1) */
export class AdaptiveAvgPool2d extends AdaptivePool {
  constructor(outputSize: OutputSize) {
    super(2, means, outputSize);
  }
}

/** The mean of each part: (N, C, D, H, W) → (N, C, …outputSize). @throws ShapeError if x is not of rank 5   @example new AdaptiveAvgPool3d([1, null, 2]).forward(zeros([1, 4, 8, 6, 6])) // (1, 4, 1, 6, 2) */
export class AdaptiveAvgPool3d extends AdaptivePool {
  constructor(outputSize: OutputSize) {
    super(3, means, outputSize);
  }
}

/** The largest element of each part: (N, C, L) → (N, C, …outputSize). @throws ShapeError if x is not of rank 3   @example new AdaptiveMaxPool1d(4).forward(zeros([8, 16, 50])) // (8, 16, 4) */
export class AdaptiveMaxPool1d extends AdaptivePool {
  constructor(outputSize: OutputSize) {
    super(1, largest, outputSize);
  }
}

/** The largest element of each part: (N, C, H, W) → (N, C, …outputSize). @throws ShapeError if x is not of rank 4   @example new AdaptiveMaxPool2d(1).forward(zeros([8, 64, 7, 7])) // (8, 64, 1, 1) */
export class AdaptiveMaxPool2d extends AdaptivePool {
  constructor(outputSize: OutputSize) {
    super(2, largest, outputSize);
  }
}

/** The largest element of each part: (N, C, D, H, W) → (N, C, …outputSize). @throws ShapeError if x is not of rank 5   @example new AdaptiveMaxPool3d([1, null, 2]).forward(zeros([1, 4, 8, 6, 6])) // (1, 4, 1, 6, 2) */
export class AdaptiveMaxPool3d extends AdaptivePool {
  constructor(outputSize: OutputSize) {
    super(3, largest, outputSize);
  }
}
