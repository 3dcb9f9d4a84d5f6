/**
 * Reductions over axes and what is built from them: means, variances, extreme values and where they are, softmax.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape, normalizeAxes, normalizeAxis, sizeOf } from '../base/shape.ts';
import { binary, cast, constant, detach, expand, iota, reduce, reshape, unary, where } from '../ir/build.ts';
import { isFloat } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import type { ReduceOp } from '../ir/op.ts';
import { div, inverted, isFinite, log, mul, sub } from './elementwise.ts';
import { asFloat, like, widened } from './operands.ts';

/** One axis, several, or all if left out. */
export type Axes = number | readonly number[];

export interface ReduceOptions<K extends boolean = boolean> {
  /** Keep the reduced axes with size 1. Default: drop them. */
  readonly keepDims?: K;
}

function reduced(op: string, primitive: ReduceOp, x: Node, axes: Axes | undefined, options: ReduceOptions): Node {
  const list = normalizeAxes(op, axes, x.shape.length);
  const result = reduce(primitive, x, list);
  if (options.keepDims !== true) return result;
  return reshape(
    result,
    x.shape.map((n, i) => (list.includes(i) ? 1 : n)),
  );
}

/** The number of elements that each result is made of. */
function countOf(op: string, x: Node, axes: Axes | undefined): number {
  return sizeOf(normalizeAxes(op, axes, x.shape.length).map((axis) => x.shape[axis]!));
}

/** Fails where an extreme value is asked of nothing. */
function checkFilled(op: string, x: Node, axes: Axes | undefined): void {
  if (countOf(op, x, axes) === 0) {
    raise(new ShapeError(`${op}: the reduced axes of ${formatShape(x.shape)} are empty; there is no value to return`));
  }
}

/** Σ x; bool and uint8 are summed as int32. */
export function sum(x: Node, axes?: Axes, options: ReduceOptions = {}): Node {
  return reduced('sum', 'sum', widened(x), axes, options);
}

/** Π x; bool and uint8 are multiplied as int32. */
export function prod(x: Node, axes?: Axes, options: ReduceOptions = {}): Node {
  return reduced('prod', 'prod', widened(x), axes, options);
}

/** Σ x / n; integers give float32. NaN over nothing. */
export function mean(x: Node, axes?: Axes, options: ReduceOptions = {}): Node {
  return div(reduced('mean', 'sum', asFloat(x), axes, options), countOf('mean', x, axes));
}

export function max(x: Node, axes?: Axes, options: ReduceOptions = {}): Node {
  checkFilled('max', x, axes);
  return reduced('max', 'amax', x, axes, options);
}

export function min(x: Node, axes?: Axes, options: ReduceOptions = {}): Node {
  checkFilled('min', x, axes);
  if (isFloat(x.dtype)) return unary('neg', reduced('min', 'amax', unary('neg', x), axes, options));
  return inverted(reduced('min', 'amax', inverted(x), axes, options));
}

export interface VarianceOptions<K extends boolean = boolean> extends ReduceOptions<K> {
  /** The divisor is n − correction: 0 as in NumPy (the default), 1 for the unbiased estimate. */
  readonly correction?: number;
}

/** Σ (x − mean)² / (n − correction). */
export function variance(x: Node, axes?: Axes, options: VarianceOptions = {}): Node {
  const values = asFloat(x);
  const centre = mean(values, axes, { keepDims: true });
  const deviation = sub(values, centre);
  const squares = reduced('var', 'sum', mul(deviation, deviation), axes, options);
  return div(squares, Math.max(0, countOf('var', x, axes) - (options.correction ?? 0)));
}

/** The square root of the variance. */
export function deviation(x: Node, axes?: Axes, options: VarianceOptions = {}): Node {
  return unary('sqrt', variance(x, axes, options));
}

/** Whether any element is not 0. */
export function any(x: Node, axes?: Axes, options: ReduceOptions = {}): Node {
  return reduced('any', 'amax', cast(x, 'bool'), axes, options);
}

/** Whether no element is 0. */
export function all(x: Node, axes?: Axes, options: ReduceOptions = {}): Node {
  return inverted(reduced('all', 'amax', inverted(cast(x, 'bool')), axes, options));
}

/** The first index of the largest element along an axis, int32; over all elements flattened if no axis is given. NaN counts as largest. */
export function argmax(x: Node, axis?: number, options: ReduceOptions = {}): Node {
  return positionOf('argmax', x, axis, options, (values, at) =>
    reduced('argmax', 'amax', values, at, { keepDims: true }),
  );
}

/** The first index of the smallest element, as argmax. */
export function argmin(x: Node, axis?: number, options: ReduceOptions = {}): Node {
  return positionOf('argmin', x, axis, options, (values, at) => min(values, at, { keepDims: true }));
}

function positionOf(
  op: string,
  x: Node,
  axis: number | undefined,
  options: ReduceOptions,
  extreme: (values: Node, axis: number) => Node,
): Node {
  const values = axis === undefined ? reshape(x, [sizeOf(x.shape)]) : x;
  const at = axis === undefined ? 0 : normalizeAxis(op, axis, x.shape.length);
  checkFilled(op, values, at);
  const found = expand(extreme(values, at), values.shape);
  let isFound = binary('eq', values, found);
  // NaN equals nothing: where the extreme is NaN, the elements that are NaN are the ones.
  if (isFloat(x.dtype)) {
    const isNumber = binary('eq', values, values);
    isFound = binary('or', isFound, binary('xor', isNumber, like(isNumber, 1)));
  }
  // The smallest of the indices found is the largest of their negatives.
  const last = values.shape[at]! - 1;
  const backwards = binary('add', unary('neg', iota(values.shape, at)), constant(last, values.shape, 'int32'));
  const position = reduced(op, 'amax', where(isFound, backwards, constant(-1, values.shape, 'int32')), at, options);
  const index = binary('add', unary('neg', position), like(position, last));
  if (axis !== undefined || options.keepDims !== true) return index;
  return reshape(
    index,
    x.shape.map(() => 1),
  );
}

/** The largest element of each slice, as a constant: what is subtracted before exp. 0 where it is not finite. */
function shift(x: Node, axes: Axes | undefined): Node {
  const largest = detach(reduced('softmax', 'amax', x, axes, { keepDims: true }));
  return where(isFinite(largest), largest, like(largest, 0));
}

/** log Σ eˣ, computed around the largest element so that nothing overflows. */
export function logSumExp(input: Node, axes?: Axes, options: ReduceOptions = {}): Node {
  const x = asFloat(input);
  const largest = shift(x, axes);
  const total = log(reduced('logSumExp', 'sum', unary('exp', sub(x, largest)), axes, options));
  return binary('add', total, reshape(largest, total.shape));
}

/** eˣ / Σ eˣ along an axis. */
export function softmax(input: Node, axis: number): Node {
  const x = asFloat(input);
  const at = normalizeAxis('softmax', axis, x.shape.length);
  const powers = unary('exp', sub(x, detach(reduced('softmax', 'amax', x, at, { keepDims: true }))));
  return div(powers, reduced('softmax', 'sum', powers, at, { keepDims: true }));
}

/** x − log Σ eˣ along an axis. */
export function logSoftmax(input: Node, axis: number): Node {
  const x = asFloat(input);
  const at = normalizeAxis('logSoftmax', axis, x.shape.length);
  const shifted = sub(x, detach(reduced('logSoftmax', 'amax', x, at, { keepDims: true })));
  return sub(shifted, log(reduced('logSoftmax', 'sum', unary('exp', shifted), at, { keepDims: true })));
}
