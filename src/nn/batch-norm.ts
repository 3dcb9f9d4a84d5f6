/**
 * Batch normalisation: each channel is shifted and scaled to mean 0 and variance 1 over the batch, then by learned parameters.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { Cell } from '../tensor/cell.ts';
import { ones, tensor, zeros } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Module, Parameter } from './module.ts';
import { checkCount, checkPositive } from './sizes.ts';
import type { SameShape } from './shape-rules.ts';

export interface BatchNormOptions {
  /** Added to the variance. Default: 1e-5. */
  readonly eps?: number;
  /** How much a batch moves the running statistics: r ← (1 − momentum) · r + momentum · batch; null makes them the mean of all batches. Default: 0.1. */
  readonly momentum?: number | null;
  /** Learn a scale and a shift per channel. Default: true. */
  readonly affine?: boolean;
  /** Keep running statistics for evaluation; without, evaluation uses the batch's, too. Default: true. */
  readonly trackRunningStats?: boolean;
}

/** What batch and instance normalisation share: parameters and running statistics per channel. */
export abstract class ChannelNorm extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly features: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly runningMean: Cell | undefined;
  readonly runningVariance: Cell | undefined;
  /** Batches seen in training, as PyTorch counts them. */
  readonly batches: Cell | undefined;

  protected constructor(features: number, options: Required<BatchNormOptions>) {
    super();
    const { eps, momentum, affine, trackRunningStats } = options;
    const op = this.constructor.name;
    checkCount(op, { features });
    checkPositive(op, 'eps', eps);
    if (momentum !== null && !(momentum >= 0 && momentum <= 1))
      raise(new ValueError(`${op}: momentum must be from 0 to 1, got ${momentum}`));
    this.features = features;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? new Parameter(ones([features])) : undefined;
    this.bias = affine ? new Parameter(zeros([features])) : undefined;
    this.runningMean = trackRunningStats ? new Cell(zeros([features])) : undefined;
    this.runningVariance = trackRunningStats ? new Cell(ones([features])) : undefined;
    this.batches = trackRunningStats ? new Cell(tensor(0, { dtype: 'int32' })) : undefined;
  }

  /** (x − mean) / √(var + eps) · weight + bias; statistics and parameters in shapes that meet x. */
  protected normalised(x: Tensor, mean: Tensor, variance: Tensor): Tensor {
    const perChannel = (values: Tensor): Tensor =>
      values.rank > 1 ? values : values.reshape(this.features, ...x.shape.slice(2).map(() => 1));
    const inverse = variance.add(this.eps).rsqrt();
    const scale = this.weight === undefined ? inverse : inverse.mul(matching(inverse, this.weight.value, x.rank));
    const y = x.sub(perChannel(mean)).mul(perChannel(scale));
    return this.bias === undefined ? y : y.add(perChannel(this.bias.value));
  }

  /** Moves the running statistics by a batch's, (features,), and counts it if `isCounted`. */
  protected follow(mean: Tensor, unbiased: Tensor, isCounted = true): void {
    const { runningMean, runningVariance, batches } = this;
    if (runningMean === undefined || runningVariance === undefined || batches === undefined) return;
    const count = batches.value.add(1);
    const share = this.momentum ?? count.cast('float32').reciprocal();
    const move = (running: Cell, batch: Tensor): void => {
      const old = running.value;
      running.value =
        typeof share === 'number'
          ? old.mul(1 - share).add(batch.detach().mul(share))
          : old.add(batch.detach().sub(old).mul(share));
    };
    move(runningMean, mean);
    move(runningVariance, unbiased);
    if (isCounted) batches.value = count;
  }

  /** The statistics under PyTorch's names. */
  protected override fields(): Iterable<readonly [string, unknown]> {
    const { weight, bias, runningMean, runningVariance, batches } = this;
    return Object.entries({
      weight,
      bias,
      running_mean: runningMean,
      running_var: runningVariance,
      num_batches_tracked: batches,
    });
  }
}

/** The scale as it meets a variance of (features,) or of (N, features, 1, …). */
function matching(inverse: Tensor, weight: Tensor, rank: number): Tensor {
  return inverse.rank === 1 ? weight : weight.reshape(weight.size, ...new Array<number>(rank - 2).fill(1));
}

const defaults = { eps: 1e-5, momentum: 0.1, affine: true, trackRunningStats: true } as const;

/** What the batch normalisations of each rank share. */
abstract class BatchNorm extends ChannelNorm {
  readonly #ranks: readonly number[];
  readonly #form: string;

  protected constructor(features: number, options: BatchNormOptions, ranks: readonly number[], form: string) {
    super(features, { ...defaults, ...options });
    this.#ranks = ranks;
    this.#form = form;
  }

  forward(x: Tensor): Tensor {
    const op = this.constructor.name;
    if (!this.#ranks.includes(x.rank) || x.shape[1] !== this.features)
      raise(
        new ShapeError(
          `${op}: expected ${this.#form.replaceAll('C', String(this.features))}, got ${formatShape(x.shape)}`,
        ),
      );
    const { runningMean, runningVariance } = this;
    const isTraining = this.training;
    if (!isTraining && runningMean !== undefined && runningVariance !== undefined)
      return this.normalised(x, runningMean.value, runningVariance.value);
    const count = x.size / this.features;
    if (isTraining && count < 2)
      raise(
        new ShapeError(
          `${op}: training needs at least 2 values per channel, got ${formatShape(x.shape)}; use a larger batch or .eval()`,
        ),
      );
    const axes = x.shape.map((_, i) => i).filter((i) => i !== 1);
    const mean = x.mean(axes);
    const centred = x.sub(mean.reshape(this.features, ...x.shape.slice(2).map(() => 1)));
    const variance = centred.square().mean(axes);
    if (isTraining) this.follow(mean, variance.mul(count / (count - 1)));
    return this.normalised(x, mean, variance);
  }
}

/**
 * As BatchNorm2d for rows of features or signals: (N, C) or (N, C, L) → the same.
 * @throws ShapeError if x is neither, or in training if a channel has one value only
 * @see Ioffe and Szegedy 2015   @example new BatchNorm1d(16).forward(zeros([8, 16])) // (8, 16)
 */
export class BatchNorm1d extends BatchNorm {
  constructor(features: number, options: BatchNormOptions = {}) {
    super(features, options, [2, 3], '(N, C) or (N, C, L)');
  }
}

/**
 * y = (x − mean) / √(var + eps) · weight + bias per channel: (N, C, H, W) → the same. In training mean and (biased) variance
 * are the batch's and move the running ones (the variance unbiased there, as in PyTorch); in evaluation the running ones are used.
 * @throws ShapeError if x is not (N, C, H, W), or in training if a channel has one value only
 * @see Ioffe and Szegedy 2015   @example new BatchNorm2d(16).forward(zeros([8, 16, 14, 14])) // (8, 16, 14, 14)
 */
export class BatchNorm2d extends BatchNorm {
  constructor(features: number, options: BatchNormOptions = {}) {
    super(features, options, [4], '(N, C, H, W)');
  }
}

/**
 * As BatchNorm2d for volumes: (N, C, D, H, W) → the same.
 * @throws ShapeError if x is not (N, C, D, H, W), or in training if a channel has one value only
 * @see Ioffe and Szegedy 2015   @example new BatchNorm3d(4).forward(zeros([2, 4, 8, 8, 8])) // (2, 4, 8, 8, 8)
 */
export class BatchNorm3d extends BatchNorm {
  constructor(features: number, options: BatchNormOptions = {}) {
    super(features, options, [5], '(N, C, D, H, W)');
  }
}
