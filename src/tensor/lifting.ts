/**
 * How functions of tensors take their arguments: numbers become tensors, integers become floats, two meet in one dtype and
 * shape. Below the functions that are composed of methods; not for methods themselves, which work on nodes.
 */
import { constant } from '../ir/build.ts';
import { type DType, isFloat } from '../ir/dtype.ts';
import { asFloat, asNumber, commonDType, isNumber, meet as meetNodes, type Operand, plainDType } from './operands.ts';
import { operandOf, Tensor, type TensorLike } from './tensor.ts';

/** The tensor itself, or a number as a scalar: bool for booleans, else float32. */
export function tensorOf(x: TensorLike): Tensor {
  return x instanceof Tensor ? x : new Tensor(constant(Number(x), [], plainDType(x)));
}

/** As tensorOf, integers and bool as float32. */
export function floatOf(x: TensorLike): Tensor {
  return new Tensor(asFloat(tensorOf(x).node));
}

/** As tensorOf, bool as int32. */
export function numberOf(x: TensorLike): Tensor {
  return new Tensor(asNumber(tensorOf(x).node));
}

/** Two operands in one dtype and shape. @throws ShapeError naming `op` if they do not broadcast */
export function meet(op: string, a: TensorLike, b: TensorLike, dtype?: DType): [Tensor, Tensor] {
  const [x, y] = meetNodes(op, operandOf(a), operandOf(b), dtype);
  return [new Tensor(x), new Tensor(y)];
}

/** As meet, in a float dtype. */
export function meetAsFloats(op: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  const dtype = commonOf(operandOf(a), operandOf(b));
  return meet(op, a, b, isFloat(dtype) ? dtype : 'float32');
}

/** As meet, bool as int32. */
export function meetAsNumbers(op: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  const dtype = commonOf(operandOf(a), operandOf(b));
  return meet(op, a, b, dtype === 'bool' ? 'int32' : dtype);
}

function commonOf(a: Operand, b: Operand): DType {
  return isNumber(a) && isNumber(b) ? commonDType(Number(a), Number(b)) : commonDType(a, b);
}

/** A tensor of x's shape and dtype, everywhere `value`. */
export function filled(x: Tensor, value: number): Tensor {
  return new Tensor(constant(value, x.shape, x.dtype));
}

/**
 * f of x computed in float64 and rounded once to x's dtype: for functions whose composition would lose digits in float32.
 * x must be float.
 */
export function inDouble(x: Tensor, f: (x: Tensor) => Tensor): Tensor {
  return f(x.cast('float64')).cast(x.dtype);
}

/** As inDouble, of two tensors of one dtype. */
export function inDoubles(x: Tensor, y: Tensor, f: (x: Tensor, y: Tensor) => Tensor): Tensor {
  return f(x.cast('float64'), y.cast('float64')).cast(x.dtype);
}
