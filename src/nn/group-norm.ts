/**
 * Normalisation of each example by itself: over groups of channels, or over each channel alone.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { ones, zeros } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type BatchNormOptions, ChannelNorm } from './batch-norm.ts';
import { Module, Parameter } from './module.ts';
import { checkCount, checkPositive } from './sizes.ts';
import type { SameShape } from './shape-rules.ts';

export interface GroupNormOptions {
  /** Added to the variance. Default: 1e-5. */
  readonly eps?: number;
  /** Learn a scale and a shift per channel. Default: true. */
  readonly affine?: boolean;
}

/**
 * y = (x − mean) / √(var + eps) · weight + bias, mean and variance over each example's groups of channels: (N, C, …) → the same.
 * @throws ShapeError if x is not (N, C, …)   @throws ValueError if the groups do not divide the channels
 * @see Wu and He 2018   @example new GroupNorm(4, 16).forward(zeros([8, 16, 14, 14])) // (8, 16, 14, 14)
 */
export class GroupNorm extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly groups: number;
  readonly channels: number;
  readonly eps: number;
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;

  constructor(groups: number, channels: number, { eps = 1e-5, affine = true }: GroupNormOptions = {}) {
    super();
    checkCount('GroupNorm', { groups, channels });
    checkPositive('GroupNorm', 'eps', eps);
    if (channels % groups !== 0)
      raise(new ValueError(`GroupNorm: groups ${groups} must divide the ${channels} channels`));
    this.groups = groups;
    this.channels = channels;
    this.eps = eps;
    this.weight = affine ? new Parameter(ones([channels])) : undefined;
    this.bias = affine ? new Parameter(zeros([channels])) : undefined;
  }

  forward(x: Tensor): Tensor {
    if (x.rank < 2 || x.shape[1] !== this.channels)
      raise(new ShapeError(`GroupNorm: expected (N, ${this.channels}, …), got ${formatShape(x.shape)}`));
    const grouped = x.reshape(x.shape[0]!, this.groups, -1);
    const centred = grouped.sub(grouped.mean(-1, { keepDims: true }));
    const inverse = centred.square().mean(-1, { keepDims: true }).add(this.eps).rsqrt();
    const y = centred.mul(inverse).reshape(x.shape);
    if (this.weight === undefined || this.bias === undefined) return y;
    const form = [this.channels, ...x.shape.slice(2).map(() => 1)];
    return y.mul(this.weight.value.reshape(form)).add(this.bias.value.reshape(form));
  }
}

/** As BatchNormOptions; by default neither learned nor tracked. */
export type InstanceNormOptions = BatchNormOptions;

const defaults = { eps: 1e-5, momentum: 0.1, affine: false, trackRunningStats: false } as const;

/** What the instance normalisations of each rank share. */
abstract class InstanceNorm extends ChannelNorm {
  readonly #rank: number;
  readonly #form: string;

  protected constructor(features: number, options: InstanceNormOptions, rank: number, form: string) {
    super(features, { ...defaults, ...options });
    this.#rank = rank;
    this.#form = form;
  }

  forward(x: Tensor): Tensor {
    const op = this.constructor.name;
    if (x.rank !== this.#rank || x.shape[1] !== this.features)
      raise(
        new ShapeError(
          `${op}: expected ${this.#form.replaceAll('C', String(this.features))}, got ${formatShape(x.shape)}`,
        ),
      );
    const { runningMean, runningVariance } = this;
    const isTraining = this.training;
    if (!isTraining && runningMean !== undefined && runningVariance !== undefined)
      return this.normalised(x, runningMean.value, runningVariance.value);
    const axes = x.shape.map((_, i) => i).slice(2);
    const count = x.size / (x.shape[0]! * this.features);
    if (isTraining && count < 2)
      raise(
        new ShapeError(`${op}: training needs at least 2 values per channel and example, got ${formatShape(x.shape)}`),
      );
    const mean = x.mean(axes, { keepDims: true });
    const variance = x.sub(mean).square().mean(axes, { keepDims: true });
    const overBatch = (values: Tensor): Tensor => values.mean(0).reshape(this.features);
    // PyTorch does not count batches here, unless the count is what the statistics need.
    const isCounted = this.momentum === null;
    if (isTraining && runningMean !== undefined)
      this.follow(overBatch(mean), overBatch(variance.mul(count / (count - 1))), isCounted);
    return this.normalised(x, mean, variance);
  }
}

/** As InstanceNorm2d for signals: (N, C, L) → the same. @throws ShapeError if x is not   @example new InstanceNorm1d(16).forward(zeros([8, 16, 50])) // (8, 16, 50) */
export class InstanceNorm1d extends InstanceNorm {
  constructor(features: number, options: InstanceNormOptions = {}) {
    super(features, options, 3, '(N, C, L)');
  }
}

/**
 * y = (x − mean) / √(var + eps) per example and channel: (N, C, H, W) → the same; with a scale and shift per channel, and with
 * running statistics for evaluation, only if asked for.
 * @throws ShapeError if x is not (N, C, H, W)   @see Ulyanov et al. 2016   @example new InstanceNorm2d(16, { affine: true })
 */
export class InstanceNorm2d extends InstanceNorm {
  constructor(features: number, options: InstanceNormOptions = {}) {
    super(features, options, 4, '(N, C, H, W)');
  }
}

/** As InstanceNorm2d for volumes: (N, C, D, H, W) → the same. @throws ShapeError if x is not   @example new InstanceNorm3d(4) */
export class InstanceNorm3d extends InstanceNorm {
  constructor(features: number, options: InstanceNormOptions = {}) {
    super(features, options, 5, '(N, C, D, H, W)');
  }
}
