/**
 * Axes merged, between convolutions and linear layers, and divided again.
 */
import { normalizeAxis, type Shape } from '../base/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Module } from './module.ts';
import type { Flattening, OutputOf } from './shape-rules.ts';

/**
 * Axes `start` … `end` (included) as one; by default all but the batch's: (N, C, H, W) → (N, C · H · W).
 * @throws ShapeError if an axis does not exist   @example new Flatten().forward(zeros([8, 32, 7, 7])) // (8, 1568)
 */
export class Flatten<Start extends number = 1, End extends number = -1> extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: Flattening<Start, End>;

  readonly start: number;
  readonly end: number;

  constructor(start?: Start, end?: End) {
    super();
    this.start = start ?? 1;
    this.end = end ?? -1;
  }

  forward<L, S extends Shape>(this: L, x: Tensor<S>): Tensor<OutputOf<L, S>>;
  forward(x: Tensor): Tensor {
    return x.flatten(this.start, this.end);
  }
}

/**
 * One axis as several, of which one size may be −1: (N, 32 · 49) → (N, 32, 7, 7).
 * @throws ShapeError if the sizes do not fill the axis   @example new Unflatten(1, [32, 7, 7]).forward(zeros([8, 1568])) // (8, 32, 7, 7)
 */
export class Unflatten extends Module {
  readonly axis: number;
  readonly sizes: readonly number[];

  constructor(axis: number, sizes: readonly number[]) {
    super();
    this.axis = axis;
    this.sizes = sizes;
  }

  forward(x: Tensor): Tensor {
    const at = normalizeAxis('Unflatten', this.axis, x.rank);
    return x.reshape([...x.shape.slice(0, at), ...this.sizes, ...x.shape.slice(at + 1)]);
  }
}
