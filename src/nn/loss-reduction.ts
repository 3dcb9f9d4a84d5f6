/**
 * What every loss shares: one value per row or element, some of them left out, then their mean, their sum, or all.
 */
import { DTypeError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { broadcastShapes, formatShape, sameShape, sizeOf } from '../base/shape.ts';
import { where } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';

export interface LossOptions {
  /** 'none' keeps the values apart. Default: 'mean'. */
  readonly reduction?: 'mean' | 'sum' | 'none';
  /** bool, broadcasts to the values: false ones count as 0 and not in the mean, whatever they are. Default: all count. */
  readonly mask?: Tensor;
}

/** Values, and what each weighs in the mean. */
export function reduced(values: Tensor, { reduction = 'mean', mask }: LossOptions, weights?: Tensor): Tensor {
  checkMask(values, mask);
  const counted = mask === undefined ? values : where(mask, values, 0);
  switch (reduction) {
    case 'mean': {
      if (mask === undefined && weights === undefined) return values.mean();
      const shares = weights ?? mask!.cast(values.dtype).expand(values.shape);
      const total = mask === undefined || weights === undefined ? shares : where(mask, shares, 0);
      return counted.sum().div(total.sum());
    }
    case 'sum':
      return counted.sum();
    case 'none':
      return counted;
    default:
      return raise(new ValueError(`loss: reduction must be 'mean', 'sum' or 'none', got '${String(reduction)}'`));
  }
}

function checkMask(values: Tensor, mask: Tensor | undefined): void {
  if (mask === undefined) return;
  if (mask.dtype !== 'bool')
    raise(new DTypeError(`loss: the mask must be bool, got ${mask.dtype}; compare it first, e.g. mask.notEqual(0)`));
  const shape = broadcastShapes('loss: mask', values.shape, mask.shape);
  if (sizeOf(shape) !== sizeOf(values.shape))
    raise(
      new ShapeError(
        `loss: the mask ${formatShape(mask.shape)} is larger than the values ${formatShape(values.shape)}`,
      ),
    );
}

/** Two masks that both must hold. */
export function both(a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined {
  return a === undefined ? b : b === undefined ? a : a.logicalAnd(b);
}

/** The options with this mask, if there is one. */
export function masked(options: LossOptions, mask: Tensor | undefined): LossOptions {
  return mask === undefined ? options : { ...options, mask };
}

/** @throws ShapeError unless all have one shape: nothing is broadcast, because that is usually a mistake */
export function checkSame(op: string, first: Tensor, ...others: readonly Tensor[]): void {
  for (const other of others) {
    if (!sameShape(first.shape, other.shape)) {
      raise(
        new ShapeError(`${op}: shapes ${formatShape(first.shape)} and ${formatShape(other.shape)} differ; reshape one`),
      );
    }
  }
}
