/**
 * What there is to know about dtypes, under NumPy's names. The tables are in ir/dtype.ts; docs/dtypes.md says what they mean.
 */
import { DTypeError, raise } from '../base/errors.ts';
import { type DType, dtypes, infoOf, isFloat, isLossless, promote } from '../ir/dtype.ts';
import { numberDType } from './operands.ts';
import type { Tensor } from './tensor.ts';

/** The dtype in which two meet. @example promoteTypes('int8', 'uint8') // 'int16'   @example promoteTypes('int32', 'float16') // 'float16' */
export function promoteTypes(a: DType, b: DType): DType {
  return promote(a, b);
}

/**
 * The dtype of what is computed from all of these together: tensors and dtypes promote, and a number takes the dtype of the others where that
 * holds it. Numbers alone are float32.
 * @example resultType(x, 0.5)   @example resultType('int8', 300) // 'int32'
 */
export function resultType(...operands: readonly (Tensor | DType | number)[]): DType {
  const kinds = operands.flatMap((one) => (typeof one === 'number' ? [] : [typeof one === 'string' ? one : one.dtype]));
  const [first, ...others] = kinds;
  if (first === undefined) return 'float32';
  let result = others.reduce(promote, first);
  for (const one of operands) if (typeof one === 'number') result = numberDType(one, result);
  return result;
}

/** Whether every value of one dtype survives in the other. @example canCast('uint8', 'float16') // true   @example canCast('int32', 'float32') // false */
export function canCast(from: DType, to: DType): boolean {
  return isLossless(from, to);
}

/** The limits of a float dtype. */
export interface FloatInfo {
  readonly bits: number;
  /** The distance from 1 to the next larger number. */
  readonly eps: number;
  readonly max: number;
  readonly min: number;
  /** The smallest positive number with all its digits. */
  readonly tiny: number;
}

/** @throws DTypeError for a dtype that is no float   @example finfo('float16').max // 65504 */
export function finfo(dtype: DType): FloatInfo {
  const { bytes, epsilon, highest } = infoOf(dtype);
  if (epsilon === undefined) raise(new DTypeError(`finfo: expected a float dtype, got ${dtype}; use iinfo`));
  // The exponents run from 2 − k to k − 1, where the largest number is a little below 2ᵏ.
  const tiny = 2 ** (2 - Math.round(Math.log2(highest)));
  return { bits: 8 * bytes, eps: epsilon, max: highest, min: -highest, tiny };
}

/** The limits of an integer dtype, as bigints, which int64 needs. */
export interface IntegerInfo {
  readonly bits: number;
  readonly min: bigint;
  readonly max: bigint;
}

/** @throws DTypeError for floats and bool   @example iinfo('int8').max // 127n */
export function iinfo(dtype: DType): IntegerInfo {
  const { kind, bytes, lowest } = dtypes[dtype];
  if (kind !== 'int') {
    raise(new DTypeError(`iinfo: expected an integer dtype, got ${dtype}${isFloat(dtype) ? '; use finfo' : ''}`));
  }
  const count = 2n ** BigInt(8 * bytes);
  const min = BigInt(lowest);
  return { bits: 8 * bytes, min, max: min + count - 1n };
}
