/**
 * Normalisation layers: values are shifted and scaled to mean 0 and variance 1 over some axes, then by learned parameters.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sameShape, type Shape } from '../base/shape.ts';
import { Cell } from '../tensor/cell.ts';
import { ones, zeros } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Module, Parameter } from './module.ts';
import { checkCount } from './sizes.ts';

export interface BatchNormOptions {
  /** Added to the variance. Default: 1e-5. */
  readonly eps?: number;
  /** How much a batch moves the running statistics: r ← (1 − momentum) · r + momentum · batch. Default: 0.1. */
  readonly momentum?: number;
  /** Learn a scale and a shift per channel. Default: true. */
  readonly affine?: boolean;
}

/**
 * y = (x − mean) / √(var + eps) · weight + bias per channel: (N, C, H, W) → the same. In training mean and (biased) variance
 * are the batch's and move the running ones (the variance unbiased there, as in PyTorch); in evaluation the running ones are used.
 * @throws ShapeError if x is not (N, C, H, W), or in training if a channel has one value only
 * @see Ioffe and Szegedy 2015   @example new BatchNorm2d(16).forward(zeros([8, 16, 14, 14])) // (8, 16, 14, 14)
 */
export class BatchNorm2d extends Module {
  readonly features: number;
  readonly eps: number;
  readonly momentum: number;
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly runningMean: Cell;
  readonly runningVariance: Cell;

  constructor(features: number, { eps = 1e-5, momentum = 0.1, affine = true }: BatchNormOptions = {}) {
    super();
    checkCount('BatchNorm2d', { features });
    checkPositive('BatchNorm2d', eps);
    if (!(momentum >= 0 && momentum <= 1))
      raise(new ValueError(`BatchNorm2d: momentum must be from 0 to 1, got ${momentum}`));
    this.features = features;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? new Parameter(ones([features])) : undefined;
    this.bias = affine ? new Parameter(zeros([features])) : undefined;
    this.runningMean = new Cell(zeros([features]));
    this.runningVariance = new Cell(ones([features]));
  }

  forward(x: Tensor): Tensor {
    if (x.rank !== 4 || x.shape[1] !== this.features) {
      raise(new ShapeError(`BatchNorm2d: expected (N, ${this.features}, H, W), got ${formatShape(x.shape)}`));
    }
    const perChannel = (values: Tensor): Tensor => values.reshape(this.features, 1, 1);
    let mean = this.runningMean.value;
    let variance = this.runningVariance.value;
    if (this.training) {
      const count = x.size / this.features;
      if (count < 2)
        raise(
          new ShapeError(
            `BatchNorm2d: training needs at least 2 values per channel, got ${formatShape(x.shape)}; use a larger batch or .eval()`,
          ),
        );
      mean = x.mean([0, 2, 3]);
      variance = x.sub(perChannel(mean)).square().mean([0, 2, 3]);
      this.#move(this.runningMean, mean);
      this.#move(this.runningVariance, variance.mul(count / (count - 1)));
    }
    const inverse = variance.add(this.eps).rsqrt();
    const scale = this.weight === undefined ? inverse : inverse.mul(this.weight.value);
    const y = x.sub(perChannel(mean)).mul(perChannel(scale));
    return this.bias === undefined ? y : y.add(perChannel(this.bias.value));
  }

  #move(running: Cell, batch: Tensor): void {
    running.value = running.value.mul(1 - this.momentum).add(batch.detach().mul(this.momentum));
  }

  /** The statistics under PyTorch's names. */
  protected override fields(): Iterable<readonly [string, unknown]> {
    const { weight, bias, runningMean, runningVariance } = this;
    return Object.entries({ weight, bias, running_mean: runningMean, running_var: runningVariance });
  }
}

export interface LayerNormOptions {
  /** Added to the variance. Default: 1e-5. */
  readonly eps?: number;
  /** Learn a scale and a shift per element. Default: true. */
  readonly affine?: boolean;
}

/**
 * y = (x − mean) / √(var + eps) · weight + bias over the last axes, whose sizes are `normalizedShape`: (…, normalizedShape) → the same.
 * @throws ShapeError if x does not end in normalizedShape   @see Ba et al. 2016   @example new LayerNorm(64).forward(zeros([8, 16, 64])) // (8, 16, 64)
 */
export class LayerNorm extends Module {
  readonly normalizedShape: Shape;
  readonly eps: number;
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;

  constructor(normalizedShape: number | Shape, { eps = 1e-5, affine = true }: LayerNormOptions = {}) {
    super();
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    if (this.normalizedShape.length === 0)
      raise(new ValueError('LayerNorm: normalizedShape is empty; name at least one axis size'));
    checkCount('LayerNorm', Object.fromEntries(this.normalizedShape.map((n, i) => [`normalizedShape[${i}]`, n])));
    checkPositive('LayerNorm', eps);
    this.eps = eps;
    this.weight = affine ? new Parameter(ones(this.normalizedShape)) : undefined;
    this.bias = affine ? new Parameter(zeros(this.normalizedShape)) : undefined;
  }

  forward(x: Tensor): Tensor {
    const { length } = this.normalizedShape;
    if (x.rank < length || !sameShape(x.shape.slice(-length), this.normalizedShape)) {
      raise(new ShapeError(`LayerNorm: expected (…, ${this.normalizedShape.join(', ')}), got ${formatShape(x.shape)}`));
    }
    const axes = this.normalizedShape.map((_, i) => i - length);
    const centered = x.sub(x.mean(axes, { keepDims: true }));
    const y = centered.mul(centered.square().mean(axes, { keepDims: true }).add(this.eps).rsqrt());
    const scaled = this.weight === undefined ? y : y.mul(this.weight.value);
    return this.bias === undefined ? scaled : scaled.add(this.bias.value);
  }
}

function checkPositive(op: string, eps: number): void {
  if (!(eps > 0)) raise(new ValueError(`${op}: eps must be above 0, got ${eps}`));
}
