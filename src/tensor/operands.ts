/**
 * How operands meet: numbers take a tensor's dtype, dtypes promote, shapes broadcast. The families below call this, the
 * graph underneath knows nothing of it.
 */
import { DTypeError, raise } from '../base/errors.ts';
import { broadcastShapes, type Shape } from '../base/shape.ts';
import { binary, cast, constant, expand, number, where } from '../ir/build.ts';
import { type DType, infoOf, isFloat, promote, roundTo } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';

/** A node, or a number that takes the dtype of what it meets. */
export type Operand = Node | number | boolean;

export function isNumber(x: Operand): x is number | boolean {
  return typeof x !== 'object';
}

/**
 * The dtype a number takes next to `dtype`: that one if it holds the number, else the dtype in which that one meets int32 or, where that is too
 * narrow, int64; for what is not whole, or beyond ±(2^53 − 1), float32.
 * @example numberDType(0.5, 'int32') // 'float32'   @example numberDType(300, 'uint8') // 'int32'
 */
export function numberDType(value: number | boolean, dtype: DType): DType {
  if (typeof value === 'boolean' || isFloat(dtype)) return dtype;
  if (dtype !== 'bool' && Object.is(roundTo(dtype, value), value)) return dtype;
  if (roundTo('int32', value) === value) return promote(dtype, 'int32');
  return Number.isSafeInteger(value) ? 'int64' : 'float32';
}

/** The dtype two operands meet in. */
export function commonDType(a: Operand, b: Operand): DType {
  if (!isNumber(a)) return isNumber(b) ? numberDType(b, a.dtype) : promote(a.dtype, b.dtype);
  if (!isNumber(b)) return numberDType(a, b.dtype);
  return promote(plainDType(a), plainDType(b));
}

/** The dtype of a number alone: a fraction or not, float32, as literals in creation. */
export function plainDType(value: number | boolean): DType {
  return typeof value === 'boolean' ? 'bool' : 'float32';
}

export function toNode(x: Operand, dtype: DType): Node {
  return isNumber(x) ? constant(Number(x), [], dtype) : cast(x, dtype);
}

/** x stretched to `shape` by NumPy's rule. */
export function broadcastTo(x: Node, shape: Shape): Node {
  return expand(x, shape);
}

/** Both operands in one dtype and one shape. @throws ShapeError if they do not broadcast */
export function meet(op: string, a: Operand, b: Operand, dtype: DType = commonDType(a, b)): [Node, Node] {
  const shape = broadcastShapes(op, shapeOf(a), shapeOf(b));
  const whole = (x: Operand): Node =>
    isNumber(x) ? number(Number(x), shape, dtype) : broadcastTo(cast(x, dtype), shape);
  return [whole(a), whole(b)];
}

function shapeOf(x: Operand): Shape {
  return isNumber(x) ? [] : x.shape;
}

/** As `meet`, in a float dtype: integers become float32. */
export function meetAsFloats(op: string, a: Operand, b: Operand): [Node, Node] {
  const dtype = commonDType(a, b);
  return meet(op, a, b, isFloat(dtype) ? dtype : 'float32');
}

/** As `meet`, with bool counted as int32, for arithmetic. */
export function meetAsNumbers(op: string, a: Operand, b: Operand): [Node, Node] {
  const dtype = commonDType(a, b);
  return meet(op, a, b, dtype === 'bool' ? 'int32' : dtype);
}

export function asFloat(x: Node): Node {
  return isFloat(x.dtype) ? x : cast(x, 'float32');
}

export function asNumber(x: Node): Node {
  return x.dtype === 'bool' ? cast(x, 'int32') : x;
}

/** Integers narrower than int32, and bool, as int32, so that sums and products of them do not wrap. */
export function widened(x: Node): Node {
  return !isFloat(x.dtype) && infoOf(x.dtype).bytes < 4 ? cast(x, 'int32') : x;
}

/** An index as int32. @throws DTypeError for floats */
export function asIndex(op: string, x: Node): Node {
  if (isFloat(x.dtype) || x.dtype === 'bool') {
    raise(new DTypeError(`${op}: the index must be int32, got ${x.dtype}; convert with .cast('int32')`));
  }
  if (x.dtype !== 'int64') return cast(x, 'int32');
  // What is beyond int32 must stay beyond every axis.
  const [low, high] = [like(x, -(2 ** 31)), like(x, 2 ** 31 - 1)];
  const above = binary('max', x, low);
  return cast(where(binary('lt', above, high), above, high), 'int32');
}

/** A constant in the shape and dtype of x. */
export function like(x: Pick<Node, 'shape' | 'dtype'>, value: number): Node {
  return constant(value, x.shape, x.dtype);
}
