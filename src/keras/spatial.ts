/**
 * What Keras's layers over signals, images and volumes need around ours: channels come last there, and padding 'same' depends on the
 * size of the input and may be uneven.
 */
import { type Layer, Module } from '../nn/module.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A layer that wants channels first, over tensors that have them last: (N, …, C) → (N, C, …) → layer → (N, …, C). */
export class ChannelsLast extends Module {
  readonly inner: Layer;

  constructor(inner: Layer) {
    super();
    this.inner = inner;
  }

  forward(x: Tensor): Tensor {
    const spatial = Array.from({ length: x.rank - 2 }, (_, i) => i);
    const y = this.inner.forward(x.permute([0, x.rank - 1, ...spatial.map((i) => i + 1)]));
    return y.permute([0, ...spatial.map((i) => i + 2), 1]);
  }
}

/** Windows of a kernel; sizes for each spatial axis. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

/** TensorFlow's padding 'same': ⌈n / stride⌉ outputs, what is uneven behind. @returns before and after for each spatial axis of (N, C, …) */
export function samePadding(x: Tensor, { kernel, stride, dilation }: Windows): (readonly [number, number])[] {
  return kernel.map((k, i) => {
    const n = x.shape[i + 2]!;
    const reach = (k - 1) * dilation[i]! + 1;
    const total = Math.max((Math.ceil(n / stride[i]!) - 1) * stride[i]! + reach - n, 0);
    return [Math.floor(total / 2), total - Math.floor(total / 2)];
  });
}

/** Pads (N, C, …) as 'same' does, before a layer without padding. */
export class Same extends Module {
  readonly inner: Layer;
  readonly #windows: Windows;
  readonly #fill: number;

  constructor(inner: Layer, windows: Windows, fill = 0) {
    super();
    this.inner = inner;
    this.#windows = windows;
    this.#fill = fill;
  }

  forward(x: Tensor): Tensor {
    return this.inner.forward(x.pad([[0, 0], [0, 0], ...samePadding(x, this.#windows)], this.#fill));
  }
}

/** The mean over what a window sees of the input, as average pooling with padding 'same' takes it. */
export class SameMean extends Module {
  readonly inner: Layer;
  readonly #windows: Windows;

  constructor(inner: Layer, windows: Windows) {
    super();
    this.inner = inner;
    this.#windows = windows;
  }

  forward(x: Tensor): Tensor {
    const widths = [[0, 0] as const, [0, 0] as const, ...samePadding(x, this.#windows)];
    return this.inner.forward(x.pad(widths)).div(this.inner.forward(x.mul(0).add(1).pad(widths)));
  }
}

/** Cuts the output of a transposed convolution to stride times the input's size, as 'same' has it. */
export class Cut extends Module {
  readonly inner: Layer;
  readonly #windows: Windows;

  constructor(inner: Layer, windows: Windows) {
    super();
    this.inner = inner;
    this.#windows = windows;
  }

  forward(x: Tensor): Tensor {
    const { kernel, stride } = this.#windows;
    const before = kernel.map((k, i) => Math.floor(Math.max(k - stride[i]!, 0) / 2));
    const after = kernel.map((_, i) => before[i]! + x.shape[i + 2]! * stride[i]!);
    return this.inner.forward(x).slice([0, 0, ...before], [null, null, ...after]);
  }
}
