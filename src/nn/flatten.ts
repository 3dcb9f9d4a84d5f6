/**
 * Several axes as one, between convolutions and linear layers.
 */
import type { Tensor } from '../tensor/tensor.ts';
import { Module } from './module.ts';

/**
 * Axes `start` … `end` (included) as one; by default all but the batch's: (N, C, H, W) → (N, C · H · W).
 * @throws ShapeError if an axis does not exist   @example new Flatten().forward(zeros([8, 32, 7, 7])) // (8, 1568)
 */
export class Flatten extends Module {
  readonly start: number;
  readonly end: number;

  constructor(start = 1, end = -1) {
    super();
    this.start = start;
    this.end = end;
  }

  forward(x: Tensor): Tensor {
    return x.flatten(this.start, this.end);
  }
}
