/**
 * Transposed convolution layers: the gradient of a convolution as a layer of its own, to enlarge images.
 */
import { defaultKey } from '../tensor/random.ts';
import { convTranspose1d, convTranspose2d, convTranspose3d } from '../tensor/spatial.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Sizes } from '../tensor/windows.ts';
import { checkChannels, checkImage, convParameters, perChannel } from './conv.ts';
import { Module, type Parameter } from './module.ts';
import { spatialSizes } from './sizes.ts';

export interface ConvTransposeOptions {
  /** Step between the places where windows are put down. Default: 1. */
  readonly stride?: Sizes;
  /** Elements cut off both ends of the output. Default: 0. */
  readonly padding?: Sizes;
  /** Elements added to one end of the output. Default: 0. */
  readonly outputPadding?: Sizes;
  /** Step between the elements of a window. Default: 1. */
  readonly dilation?: Sizes;
  /** Channels in this many independent groups. Default: 1. */
  readonly groups?: number;
  /** Add a bias. Default: true. */
  readonly bias?: boolean;
  /** Of the initial weights. Default: the next default key. */
  readonly key?: Tensor;
}

const convolutions = [convTranspose1d, convTranspose2d, convTranspose3d] as const;

/** What the transposed convolutions of each rank share. */
abstract class ConvTranspose extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly outputPadding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  protected constructor(
    rank: 1 | 2 | 3,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: ConvTransposeOptions,
  ) {
    super();
    const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1, bias = true } = options;
    const op = this.constructor.name;
    checkChannels(op, inChannels, outChannels, groups);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = spatialSizes(op, 'kernelSize', kernelSize, rank);
    this.stride = spatialSizes(op, 'stride', stride, rank);
    this.padding = spatialSizes(op, 'padding', padding, rank, 0);
    this.outputPadding = spatialSizes(op, 'outputPadding', outputPadding, rank, 0);
    this.dilation = spatialSizes(op, 'dilation', dilation, rank);
    this.groups = groups;
    [this.weight, this.bias] = convParameters(
      [inChannels, outChannels / groups, ...this.kernelSize],
      outChannels,
      bias,
      options.key ?? defaultKey(),
    );
  }

  forward(x: Tensor): Tensor {
    const { stride, padding, outputPadding, dilation, groups } = this;
    const rank = this.kernelSize.length as 1 | 2 | 3;
    checkImage(this.constructor.name, x, this.inChannels, rank);
    const options = { stride, padding, outputPadding, dilation, groups };
    const y = convolutions[rank - 1]!(x, this.weight.value, options);
    return this.bias === undefined ? y : y.add(perChannel(this.bias.value, rank));
  }
}

/**
 * Every element puts down a window of weights: (N, inChannels, L) → (N, outChannels, L′) with
 * L′ = (L − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1. Weight (inChannels, outChannels / groups, k),
 * bias (outChannels,), initialised as in PyTorch.
 * @throws ShapeError if x is not (N, inChannels, L)   @throws ValueError for sizes that do not fit
 * @example new ConvTranspose1d(16, 8, 4, { stride: 2, padding: 1 }).forward(zeros([8, 16, 50])) // (8, 8, 100)
 */
export class ConvTranspose1d extends ConvTranspose {
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options: ConvTransposeOptions = {}) {
    super(1, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * As ConvTranspose1d over images: (N, inChannels, H, W) → (N, outChannels, H′, W′). Weight (inChannels, outChannels / groups, kh, kw).
 * @throws ShapeError if x is not (N, inChannels, H, W)   @throws ValueError for sizes that do not fit
 * @example new ConvTranspose2d(16, 8, 4, { stride: 2, padding: 1 }).forward(zeros([8, 16, 7, 7])) // (8, 8, 14, 14)
 */
export class ConvTranspose2d extends ConvTranspose {
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options: ConvTransposeOptions = {}) {
    super(2, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * As ConvTranspose1d over volumes: (N, inChannels, D, H, W) → (N, outChannels, D′, H′, W′). Weight (inChannels, outChannels / groups, kd, kh, kw).
 * @throws ShapeError if x is not (N, inChannels, D, H, W)   @throws ValueError for sizes that do not fit
 * @example new ConvTranspose3d(4, 2, 2, { stride: 2 }).forward(zeros([1, 4, 3, 3, 3])) // (1, 2, 6, 6, 6)
 */
export class ConvTranspose3d extends ConvTranspose {
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options: ConvTransposeOptions = {}) {
    super(3, inChannels, outChannels, kernelSize, options);
  }
}
