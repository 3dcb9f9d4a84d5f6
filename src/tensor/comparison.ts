/**
 * Comparison of whole tensors and questions about single elements, beyond the methods of Tensor.
 */
import { sameShape } from '../base/shape.ts';
import { isFloat } from '../ir/dtype.ts';
import { where } from './functions.ts';
import { filled, meet, tensorOf } from './lifting.ts';
import { Tensor, type TensorLike } from './tensor.ts';

export interface CloseOptions {
  /** Relative tolerance. Default 1e-5. */
  readonly rtol?: number;
  /** Absolute tolerance. Default 1e-8. */
  readonly atol?: number;
  /** Whether NaN is close to NaN. Default false. */
  readonly equalNaN?: boolean;
}

/** |x − y| ≤ atol + rtol · |y|, elementwise; infinities are close to themselves. @example isClose(1, 1 + 1e-7) // true */
export function isClose(x: TensorLike, y: TensorLike, options: CloseOptions = {}): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNaN = false } = options;
  const [a, b] = meet('isClose', x, y, 'float64');
  const isFinite = a.isFinite().logicalAnd(b.isFinite());
  const within = a.sub(b).abs().lessEqual(b.abs().mul(rtol).add(atol));
  const close = where(isFinite, within, a.equal(b));
  return equalNaN ? close.logicalOr(a.isNaN().logicalAnd(b.isNaN())) : close;
}

/** Whether all elements are close, as a bool scalar. @example allClose(x, y, { rtol: 1e-3 }) */
export function allClose(x: TensorLike, y: TensorLike, options?: CloseOptions): Tensor {
  return isClose(x, y, options).all();
}

/** Whether shapes and all elements are equal, as a bool scalar. @example arrayEqual(x, x) */
export function arrayEqual(
  x: TensorLike,
  y: TensorLike,
  { equalNaN = false }: { readonly equalNaN?: boolean } = {},
): Tensor {
  const [a, b] = [tensorOf(x), tensorOf(y)];
  if (!sameShape(a.shape, b.shape)) return tensorOf(false);
  return sameElements(a, b, equalNaN);
}

/** As arrayEqual, of tensors that broadcast. @example arrayEquiv(tensor([1, 1]), 1) */
export function arrayEquiv(x: TensorLike, y: TensorLike): Tensor {
  return sameElements(...meet('arrayEquiv', x, y), false);
}

function sameElements(a: Tensor, b: Tensor, equalNaN: boolean): Tensor {
  const equal = a.equal(b);
  return (equalNaN ? equal.logicalOr(a.isNaN().logicalAnd(b.isNaN())) : equal).all();
}

/** True for ∞ and −∞. @example isInf(tensor([1, -Infinity])) // [false, true] */
export function isInf(x: TensorLike): Tensor {
  const a = tensorOf(x);
  return isFloat(a.dtype) ? a.abs().equal(Infinity) : filled(a, 0).notEqual(0);
}

/** True for ∞. @example isPosInf(Infinity) // true */
export function isPosInf(x: TensorLike): Tensor {
  const a = tensorOf(x);
  return isFloat(a.dtype) ? a.equal(Infinity) : filled(a, 0).notEqual(0);
}

/** True for −∞. @example isNegInf(-Infinity) // true */
export function isNegInf(x: TensorLike): Tensor {
  const a = tensorOf(x);
  return isFloat(a.dtype) ? a.equal(-Infinity) : filled(a, 0).notEqual(0);
}

/** True where exactly one of the two is not 0. @example logicalXor(x.greater(0), y.greater(0)) */
export function logicalXor(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = meet('logicalXor', tensorOf(x).cast('bool'), tensorOf(y).cast('bool'));
  return a.notEqual(b);
}
