/**
 * Layers that rearrange or resample images: Upsample, PixelShuffle and PixelUnshuffle, Fold and Unfold.
 */
import type { InterpolateOptions } from '../tensor/interpolation.ts';
import type { PatchOptions } from '../tensor/patches.ts';
import { fold, interpolate, pixelShuffle, pixelUnshuffle, unfold } from '../tensor/spatial.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Sizes } from '../tensor/windows.ts';
import { Module } from './module.ts';
import { checkCount } from './sizes.ts';

/**
 * (N, C, …) resampled to another size. @throws ValueError, when it is called, unless exactly one of size and scale is given
 * @see torch.nn.Upsample   @example new Upsample({ scale: 2, mode: 'linear' }).forward(zeros([8, 16, 7, 7])) // (8, 16, 14, 14)
 */
export class Upsample extends Module {
  readonly options: InterpolateOptions;

  constructor(options: InterpolateOptions) {
    super();
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return interpolate(x, this.options);
  }
}

/** (…, C · r², H, W) → (…, C, H · r, W · r): channels become places. @throws ShapeError   @see Shi et al. 2016   @example new PixelShuffle(2) */
export class PixelShuffle extends Module {
  readonly factor: number;

  constructor(factor: number) {
    super();
    checkCount('PixelShuffle', { factor });
    this.factor = factor;
  }

  forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.factor);
  }
}

/** (…, C, H · r, W · r) → (…, C · r², H, W): places become channels. @throws ShapeError   @example new PixelUnshuffle(2) */
export class PixelUnshuffle extends Module {
  readonly factor: number;

  constructor(factor: number) {
    super();
    checkCount('PixelUnshuffle', { factor });
    this.factor = factor;
  }

  forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.factor);
  }
}

/** Every window of an image as a column: (N, C, H, W) → (N, C · kh · kw, L). @throws ShapeError   @example new Unfold(3, { padding: 1 }) */
export class Unfold extends Module {
  readonly kernelSize: Sizes;
  readonly options: PatchOptions;

  constructor(kernelSize: Sizes, options: PatchOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return unfold(x, this.kernelSize, this.options);
  }
}

/** Columns added up where Unfold would have read them: (N, C · kh · kw, L) → (N, C, H, W). @throws ShapeError   @example new Fold([8, 8], 3, { padding: 1 }) */
export class Fold extends Module {
  readonly outputSize: Sizes;
  readonly kernelSize: Sizes;
  readonly options: PatchOptions;

  constructor(outputSize: Sizes, kernelSize: Sizes, options: PatchOptions = {}) {
    super();
    this.outputSize = outputSize;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return fold(x, this.outputSize, this.kernelSize, this.options);
  }
}
