/**
 * Operations on the bits of integers, beyond the methods of Tensor.
 */
import { DTypeError, raise } from '../base/errors.ts';
import { dtypes, isFloat, isUnsigned } from '../ir/dtype.ts';
import { inverted } from './elementwise.ts';
import { where } from './functions.ts';
import { meetAsNumbers, tensorOf } from './lifting.ts';
import { Tensor, type TensorLike } from './tensor.ts';

function integerOf(op: string, x: TensorLike): Tensor {
  const a = typeof x === 'number' && Number.isInteger(x) ? tensorOf(x).cast('int32') : tensorOf(x);
  if (isFloat(a.dtype))
    raise(new DTypeError(`${op}: expected an integer, got ${a.dtype}; convert with .cast('int32')`));
  return a;
}

/** Every bit turned around; for bool, not. @example bitwiseNot(tensor([0], { dtype: 'int32' })) // [-1] */
export function bitwiseNot(x: TensorLike): Tensor {
  return new Tensor(inverted(integerOf('bitwiseNot', x).node));
}

/** Bits moved right with the sign coming in from the left: ⌊x / 2ⁿ⌋, as >> (`x.rightShift` is >>>). @example arithmeticRightShift(tensor([-5], { dtype: 'int32' }), 1) // [-3] */
export function arithmeticRightShift(x: TensorLike, bits: TensorLike): Tensor {
  const [a, n] = meetAsNumbers(
    'arithmeticRightShift',
    integerOf('arithmeticRightShift', x),
    integerOf('arithmeticRightShift', bits),
  );
  const width = 8 * dtypes[a.dtype].bytes;
  const shifted = n.clip(0, width - 1);
  if (isUnsigned(a.dtype)) return a.rightShift(n);
  const isNegative = a.less(0);
  const moved = where(isNegative, bitwiseNot(a), a).rightShift(shifted);
  return where(isNegative, bitwiseNot(moved), moved);
}

/** How many bits of |x| are 1, as uint8. @example bitwiseCount(tensor([7], { dtype: 'int32' })) // [3] */
export function bitwiseCount(x: TensorLike): Tensor {
  const a = integerOf('bitwiseCount', x);
  if (a.dtype !== 'int64') return bitsInWord(a.cast('int32').abs());
  const size = a.abs();
  return bitsInWord(size.cast('int32')).add(bitsInWord(size.rightShift(32).cast('int32')));
}

/** Pairs, nibbles, bytes added side by side (Hacker's Delight, 5-1). @param a int32, taken as 32 bits */
function bitsInWord(a: Tensor): Tensor {
  const pairs = a.sub(a.rightShift(1).bitwiseAnd(0x55555555));
  const nibbles = pairs.bitwiseAnd(0x33333333).add(pairs.rightShift(2).bitwiseAnd(0x33333333));
  const bytes = nibbles.add(nibbles.rightShift(4)).bitwiseAnd(0x0f0f0f0f);
  return bytes.mul(0x01010101).rightShift(24).cast('uint8');
}
