/**
 * Normalisation over the last axes: LayerNorm, and RMSNorm, which leaves out the mean.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sameShape, type Shape } from '../base/shape.ts';
import { dtypes, infoOf } from '../ir/dtype.ts';
import { ones, zeros } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Module, Parameter } from './module.ts';
import { checkCount, checkPositive } from './sizes.ts';
import type { SameShape } from './shape-rules.ts';

export interface LayerNormOptions {
  /** Added to the variance. Default: 1e-5. */
  readonly eps?: number;
  /** Learn a scale, and unless `bias` is false a shift, per element. Default: true. */
  readonly affine?: boolean;
  /** Default: true. */
  readonly bias?: boolean;
}

/**
 * y = (x − mean) / √(var + eps) · weight + bias over the last axes, whose sizes are `normalizedShape`: (…, normalizedShape) → the same.
 * @throws ShapeError if x does not end in normalizedShape   @see Ba et al. 2016   @example new LayerNorm(64).forward(zeros([8, 16, 64])) // (8, 16, 64)
 */
export class LayerNorm extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly normalizedShape: Shape;
  readonly eps: number;
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;

  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}) {
    super();
    const { eps = 1e-5, affine = true, bias = true } = options;
    this.normalizedShape = lastSizes('LayerNorm', normalizedShape);
    checkPositive('LayerNorm', 'eps', eps);
    this.eps = eps;
    this.weight = affine ? new Parameter(ones(this.normalizedShape)) : undefined;
    this.bias = affine && bias ? new Parameter(zeros(this.normalizedShape)) : undefined;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    const axes = lastAxes('LayerNorm', x, this.normalizedShape);
    const centered = x.sub(x.mean(axes, { keepDims: true }));
    const y = centered.mul(centered.square().mean(axes, { keepDims: true }).add(this.eps).rsqrt());
    const scaled = this.weight === undefined ? y : y.mul(this.weight.value);
    return this.bias === undefined ? scaled : scaled.add(this.bias.value);
  }
}

export interface RMSNormOptions {
  /** Added to the mean square. Default: the dtype's spacing at 1, as in PyTorch. */
  readonly eps?: number;
  /** Learn a scale per element. Default: true. */
  readonly affine?: boolean;
}

/**
 * y = x / √(mean(x²) + eps) · weight over the last axes, whose sizes are `normalizedShape`: (…, normalizedShape) → the same.
 * @throws ShapeError if x does not end in normalizedShape   @see Zhang and Sennrich 2019   @example new RMSNorm(64, { eps: 1e-5 })
 */
export class RMSNorm extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly normalizedShape: Shape;
  readonly eps: number | undefined;
  readonly weight: Parameter | undefined;

  constructor(normalizedShape: number | Shape, { eps, affine = true }: RMSNormOptions = {}) {
    super();
    this.normalizedShape = lastSizes('RMSNorm', normalizedShape);
    if (eps !== undefined) checkPositive('RMSNorm', 'eps', eps);
    this.eps = eps;
    this.weight = affine ? new Parameter(ones(this.normalizedShape)) : undefined;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    const axes = lastAxes('RMSNorm', x, this.normalizedShape);
    const eps = this.eps ?? infoOf(x.dtype).epsilon ?? dtypes.float32.epsilon;
    const y = x.mul(x.square().mean(axes, { keepDims: true }).add(eps).rsqrt());
    return this.weight === undefined ? y : y.mul(this.weight.value);
  }
}

function lastSizes(op: string, normalizedShape: number | Shape): Shape {
  const sizes = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
  if (sizes.length === 0) raise(new ValueError(`${op}: normalizedShape is empty; name at least one axis size`));
  checkCount(op, Object.fromEntries(sizes.map((n, i) => [`normalizedShape[${i}]`, n])));
  return sizes;
}

function lastAxes(op: string, x: Tensor, sizes: Shape): number[] {
  const { length } = sizes;
  if (x.rank < length || !sameShape(x.shape.slice(-length), sizes)) {
    raise(new ShapeError(`${op}: expected (…, ${sizes.join(', ')}), got ${formatShape(x.shape)}`));
  }
  return sizes.map((_, i) => i - length);
}
