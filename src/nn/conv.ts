/**
 * The convolution layer over images in NCHW.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { defaultKey, splitKeys } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { symmetric } from './init.ts';
import { Module, Parameter } from './module.ts';
import { checkCount, type Pair, pairOf } from './sizes.ts';

export interface Conv2dOptions {
  /** Step between windows. Default: 1. */
  readonly stride?: Pair;
  /** Zeros on each side, or 'same' for an output of the input's size (stride 1). Default: 0. */
  readonly padding?: Pair | 'same';
  /** Step between the elements of a window. Default: 1. */
  readonly dilation?: Pair;
  /** Channels in this many independent groups; inChannels of them make it depthwise. Default: 1. */
  readonly groups?: number;
  /** Add a bias. Default: true. */
  readonly bias?: boolean;
  /** Of the initial weights. Default: the next default key. */
  readonly key?: Tensor;
}

/**
 * y[n, o] = b[o] + Σ_c x[n, c] ⋆ w[o, c] (cross-correlation): (N, inChannels, H, W) → (N, outChannels, H′, W′) with
 * H′ = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. Weight (outChannels, inChannels / groups, kh, kw), bias
 * (outChannels,), both from U(−1/√fanIn, 1/√fanIn) at first, as in PyTorch.
 * @throws ShapeError if x is not (N, inChannels, H, W)   @throws ValueError for sizes that are no whole numbers or groups that do not divide
 * @example new Conv2d(1, 16, 3, { padding: 1 }).forward(zeros([8, 1, 28, 28])) // (8, 16, 28, 28)
 */
export class Conv2d extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
  readonly padding: readonly [height: number, width: number] | 'same';
  readonly dilation: readonly [height: number, width: number];
  readonly groups: number;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options: Conv2dOptions = {}) {
    super();
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, key = defaultKey() } = options;
    checkCount('Conv2d', { inChannels, outChannels, groups });
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      raise(
        new ValueError(`Conv2d: groups ${groups} must divide inChannels ${inChannels} and outChannels ${outChannels}`),
      );
    }
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = pairOf('Conv2d', 'kernelSize', kernelSize);
    this.stride = pairOf('Conv2d', 'stride', stride);
    this.padding = padding === 'same' ? padding : pairOf('Conv2d', 'padding', padding, 0);
    this.dilation = pairOf('Conv2d', 'dilation', dilation);
    this.groups = groups;
    if (padding === 'same' && this.stride.some((n) => n !== 1)) {
      raise(
        new ValueError(
          `Conv2d: padding 'same' needs stride 1, got (${this.stride.join(', ')}); give the padding as a number`,
        ),
      );
    }
    const shape = [outChannels, inChannels / groups, ...this.kernelSize];
    const bound = 1 / Math.sqrt((inChannels / groups) * this.kernelSize[0] * this.kernelSize[1]);
    const [weightKey, biasKey] = splitKeys(key);
    this.weight = new Parameter(symmetric(weightKey!, shape, bound));
    this.bias = bias ? new Parameter(symmetric(biasKey!, [outChannels], bound)) : undefined;
  }

  forward(x: Tensor): Tensor {
    if (x.rank !== 4 || x.shape[1] !== this.inChannels) {
      raise(new ShapeError(`Conv2d: expected (N, ${this.inChannels}, H, W), got ${formatShape(x.shape)}`));
    }
    const { stride, padding, dilation, groups } = this;
    const y = x.conv2d(this.weight.value, { stride, padding, dilation, groups });
    return this.bias === undefined ? y : y.add(this.bias.value.reshape(this.outChannels, 1, 1));
  }
}
