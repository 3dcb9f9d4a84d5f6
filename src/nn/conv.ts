/**
 * Convolution layers over signals (N, C, L), images (N, C, H, W) and volumes (N, C, D, H, W).
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sizeOf, type Shape } from '../base/shape.ts';
import { defaultKey, splitKeys } from '../tensor/random.ts';
import { conv1d, conv2d, conv3d } from '../tensor/spatial.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Sizes } from '../tensor/windows.ts';
import { symmetric } from './init.ts';
import { Module, Parameter } from './module.ts';
import { padAxes, type PaddingMode } from './padding-functions.ts';
import { checkCount, spatialAxes, spatialSizes } from './sizes.ts';
import type { Channels, InputOf, OutputOf } from './shape-rules.ts';

export interface ConvOptions {
  /** Step between windows. Default: 1. */
  readonly stride?: Sizes;
  /** Elements on each side, or 'same' for an output of the input's size (stride 1). Default: 0. */
  readonly padding?: Sizes | 'same';
  /** Step between the elements of a window. Default: 1. */
  readonly dilation?: Sizes;
  /** Channels in this many independent groups; inChannels of them make it depthwise. Default: 1. */
  readonly groups?: number;
  /** What padding is filled with. Default: 'zeros'. */
  readonly paddingMode?: 'zeros' | Exclude<PaddingMode, 'constant'>;
  /** Add a bias. Default: true. */
  readonly bias?: boolean;
  /** Of the initial weights. Default: the next default key. */
  readonly key?: Tensor;
}

const convolutions = [conv1d, conv2d, conv3d] as const;

/** What the convolutions of each rank share. */
abstract class Conv<In extends number = number, Out extends number = number> extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: Channels<'Conv', In, Out>;

  readonly inChannels: In;
  readonly outChannels: Out;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | 'same';
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly paddingMode: NonNullable<ConvOptions['paddingMode']>;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  protected constructor(rank: 1 | 2 | 3, inChannels: In, outChannels: Out, kernelSize: Sizes, options: ConvOptions) {
    super();
    const { stride = 1, padding = 0, dilation = 1, groups = 1, paddingMode = 'zeros', bias = true } = options;
    const op = this.constructor.name;
    checkChannels(op, inChannels, outChannels, groups);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = spatialSizes(op, 'kernelSize', kernelSize, rank);
    this.stride = spatialSizes(op, 'stride', stride, rank);
    this.padding = padding === 'same' ? padding : spatialSizes(op, 'padding', padding, rank, 0);
    this.dilation = spatialSizes(op, 'dilation', dilation, rank);
    this.groups = groups;
    this.paddingMode = paddingMode;
    if (padding === 'same' && this.stride.some((n) => n !== 1)) {
      raise(
        new ValueError(
          `${op}: padding 'same' needs stride 1, got (${this.stride.join(', ')}); give the padding as a number`,
        ),
      );
    }
    [this.weight, this.bias] = convParameters(
      [outChannels, inChannels / groups, ...this.kernelSize],
      outChannels,
      bias,
      options.key ?? defaultKey(),
    );
  }

  forward<L, S extends Shape>(this: L, x: InputOf<L, S>): Tensor<OutputOf<L, S>>;
  forward(x: Tensor): Tensor {
    const { stride, dilation, groups } = this;
    const rank = this.kernelSize.length as 1 | 2 | 3;
    checkImage(this.constructor.name, x, this.inChannels, rank);
    const { paddingMode } = this;
    const source = paddingMode === 'zeros' ? x : padAxes(x, this.#around(), paddingMode);
    const padding = paddingMode === 'zeros' ? this.padding : 0;
    const y = convolutions[rank - 1]!(source, this.weight.value, { stride, padding, dilation, groups });
    return this.bias === undefined ? y : y.add(perChannel(this.bias.value, rank));
  }

  #around(): (readonly [before: number, after: number])[] {
    const { padding } = this;
    if (padding !== 'same') return padding.map((n) => [n, n] as const);
    return this.kernelSize.map((kernel, i) => {
      const reach = (kernel - 1) * this.dilation[i]!;
      return [reach >> 1, reach - (reach >> 1)] as const;
    });
  }
}

/**
 * y[n, o] = b[o] + Σ_c x[n, c] ⋆ w[o, c] (cross-correlation): (N, inChannels, L) → (N, outChannels, L′) with
 * L′ = ⌊(L + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. Weight (outChannels, inChannels / groups, k), bias
 * (outChannels,), both from U(−1/√fanIn, 1/√fanIn) at first, as in PyTorch.
 * @throws ShapeError if x is not (N, inChannels, L)   @throws ValueError for sizes that are no whole numbers or groups that do not divide
 * @example new Conv1d(16, 32, 5, { padding: 'same' }).forward(zeros([8, 16, 100])) // (8, 32, 100)
 */
export class Conv1d<In extends number = number, Out extends number = number> extends Conv<In, Out> {
  constructor(inChannels: In, outChannels: Out, kernelSize: Sizes, options: ConvOptions = {}) {
    super(1, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * As Conv1d over images: (N, inChannels, H, W) → (N, outChannels, H′, W′). Weight (outChannels, inChannels / groups, kh, kw).
 * @throws ShapeError if x is not (N, inChannels, H, W)   @throws ValueError for sizes that are no whole numbers or groups that do not divide
 * @example new Conv2d(1, 16, 3, { padding: 1 }).forward(zeros([8, 1, 28, 28])) // (8, 16, 28, 28)
 */
export class Conv2d<In extends number = number, Out extends number = number> extends Conv<In, Out> {
  constructor(inChannels: In, outChannels: Out, kernelSize: Sizes, options: ConvOptions = {}) {
    super(2, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * As Conv1d over volumes: (N, inChannels, D, H, W) → (N, outChannels, D′, H′, W′). Weight (outChannels, inChannels / groups, kd, kh, kw).
 * @throws ShapeError if x is not (N, inChannels, D, H, W)   @throws ValueError for sizes that are no whole numbers or groups that do not divide
 * @example new Conv3d(1, 4, [3, 1, 1]).forward(zeros([2, 1, 8, 8, 8])) // (2, 4, 6, 8, 8)
 */
export class Conv3d<In extends number = number, Out extends number = number> extends Conv<In, Out> {
  constructor(inChannels: In, outChannels: Out, kernelSize: Sizes, options: ConvOptions = {}) {
    super(3, inChannels, outChannels, kernelSize, options);
  }
}

/** Weight and bias of a convolution, from U(−1/√fanIn, 1/√fanIn) as in PyTorch, where fanIn is that of the weight's first slice. */
export function convParameters(
  shape: readonly number[],
  outChannels: number,
  hasBias: boolean,
  key: Tensor,
): [weight: Parameter, bias: Parameter | undefined] {
  const [weightKey, biasKey] = splitKeys(key);
  const bound = 1 / Math.sqrt(sizeOf(shape.slice(1)));
  const weight = new Parameter(symmetric(weightKey!, shape, bound));
  return [weight, hasBias ? new Parameter(symmetric(biasKey!, [outChannels], bound)) : undefined];
}

/** @throws ValueError unless groups divide both */
export function checkChannels(op: string, inChannels: number, outChannels: number, groups: number): void {
  checkCount(op, { inChannels, outChannels, groups });
  if (inChannels % groups !== 0 || outChannels % groups !== 0) {
    raise(
      new ValueError(`${op}: groups ${groups} must divide inChannels ${inChannels} and outChannels ${outChannels}`),
    );
  }
}

/** @throws ShapeError unless x is (N, channels, …) with `rank` spatial axes */
export function checkImage(op: string, x: Tensor, channels: number, rank: 1 | 2 | 3): void {
  if (x.rank !== rank + 2 || x.shape[1] !== channels) {
    raise(new ShapeError(`${op}: expected (N, ${channels}, ${spatialAxes[rank - 1]}), got ${formatShape(x.shape)}`));
  }
}

/** (C,) so that it meets (N, C, …). */
export function perChannel(values: Tensor, rank: number): Tensor {
  return values.reshape(values.size, ...new Array<number>(rank).fill(1));
}
