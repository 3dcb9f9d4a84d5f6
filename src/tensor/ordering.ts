/**
 * Order among several subjects, as functions; and those whose result is as large as the values say (unique, nonzero, bincount). The
 * latter need the values, so they run what was recorded, and inside compile they are refused.
 */
import { DTypeError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import { realize } from '../engine/realize.ts';
import { gather, reshape } from '../ir/build.ts';
import { bigintsOf, isFloat, numbersOf, type TypedArray } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { table } from './constants.ts';
import { tensor } from './creation.ts';
import * as sorting from './sort.ts';
import { operandOf, Tensor, type TensorLike } from './tensor.ts';
import { plainDType, toNode } from './operands.ts';

export interface SearchOptions {
  /** Before the elements that equal a value (left, the default), or behind them. */
  readonly side?: 'left' | 'right';
}

/**
 * Where each value would go into an ascending vector so that it stays ascending, int32; NaN is above everything.
 * @param sorted (n), or (…, n) with one row for each row of values
 * @example searchsorted(tensor([1, 3, 5]), tensor([3, 4])) // [1, 2]
 */
export function searchsorted(sorted: Tensor, values: TensorLike, { side = 'left' }: SearchOptions = {}): Tensor {
  const operand = operandOf(values);
  const node =
    typeof operand === 'object'
      ? operand
      : toNode(operand, sorted.dtype === 'bool' ? plainDType(operand) : sorted.dtype);
  return new Tensor(sorting.searchsorted(sorted.node, node, side));
}

export interface HistogramOptions {
  /** From where to where the bins reach. Default: from the least element to the largest. */
  readonly range?: readonly [number, number];
  /** How much each element counts, in the shape of x. Default 1. */
  readonly weights?: Tensor;
  /** Divide by the sum and the widths, so that the area is 1. */
  readonly density?: boolean;
}

/**
 * How many elements of x fall into each bin [edge, next edge); the last bin has its right edge. Elements outside are left out.
 * @param bins how many of equal width, or their edges   @throws ShapeError, ValueError for bins or a range that are none
 * @example histogram(tensor([0, 1, 1, 4]), 2).counts // [3, 1]
 */
export function histogram(
  x: Tensor,
  bins: number | Tensor = 10,
  { range, weights, density }: HistogramOptions = {},
): { counts: Tensor; edges: Tensor } {
  const { counts, edges } = sorting.histogram(x.node, typeof bins === 'number' ? bins : bins.node, {
    ...(range && { range }),
    ...(weights && { weights: weights.node }),
    ...(density !== undefined && { density }),
  });
  return { counts: new Tensor(counts), edges: new Tensor(edges) };
}

export interface BincountOptions {
  /** How much each element counts. Default 1. */
  readonly weights?: Tensor;
  /** At least so many counts. Default 0. */
  readonly minLength?: number;
  /** Exactly so many counts; then nothing has to be known beforehand, and the function can be compiled. */
  readonly length?: number;
}

/**
 * How often each whole number from 0 up occurs in a vector.
 * @throws IndexError for an element below 0 or not below `length`; TraceError inside compile without `length`
 * @example bincount(tensor([0, 2, 2], { dtype: 'int32' })) // [1, 0, 2]
 */
export function bincount(x: Tensor, { weights, minLength = 0, length }: BincountOptions = {}): Tensor {
  if (isFloat(x.dtype) || x.rank !== 1)
    raise(new DTypeError(`bincount: expected a vector of whole numbers, got ${x.dtype} ${formatShape(x.shape)}`));
  if (![minLength, length ?? 0].every((n) => Number.isInteger(n) && n >= 0))
    raise(new ValueError(`bincount: lengths are whole numbers from 0 up, got ${length ?? minLength}`));
  let count = length;
  if (count === undefined) {
    count = minLength;
    for (const value of valuesOf('bincount', [x.node])[0]!) count = Math.max(count, value + 1);
  }
  return new Tensor(sorting.bincount(x.node, count, weights?.node));
}

/** What `uniqueAll` returns. */
export interface Unique {
  /** The different elements in ascending order. */
  readonly values: Tensor;
  /** Where each occurs first in x, flattened. */
  readonly indices: Tensor;
  /** For each element of x, in its shape, its place among the values. */
  readonly inverse: Tensor;
  /** How often each occurs. */
  readonly counts: Tensor;
}

/**
 * The different elements in ascending order; NaN counts as equal to itself.
 * @throws TraceError inside compile: how many there are depends on the values   @example unique(tensor([3, 1, 3])) // [1, 3]
 */
export function unique(x: Tensor): Tensor {
  return uniqueAll(x, 'unique').values;
}

/** As `unique`, with where each element occurs first, where in the result each element of x is, and how often each occurs. */
export function uniqueAll(x: Tensor, op = 'uniqueAll'): Unique {
  const flat = reshape(x.node, [x.size]);
  const order = sorting.argsort(flat, 0);
  const inOrder = gather(flat, order, 0);
  const [values, places] = realize([inOrder, order], op).map((value) => value.storage.read());
  const sorted = x.dtype === 'int64' ? bigintsOf(values!) : numbersOf(x.dtype, values!);
  const starts: number[] = [];
  const inverse = new Int32Array(x.size);
  for (let i = 0; i < x.size; i++) {
    const [here, before] = [sorted[i]!, sorted[i - 1]];
    const isSame = here === before || (here !== here && before !== before && i > 0);
    if (!isSame) starts.push(i);
    inverse[places![i]!] = starts.length - 1;
  }
  return {
    values: new Tensor(gather(inOrder, table(starts, 'int32'), 0)),
    // Sorting is stable, so the first of a run is the first in x.
    indices: tensor(Int32Array.from(starts, (start) => places![start]!)),
    inverse: tensor(inverse, { shape: [...x.shape] }),
    counts: tensor(Int32Array.from(starts, (start, i) => (starts[i + 1] ?? x.size) - start)),
  };
}

/**
 * Where x is not 0: one int32 vector of places for each axis, in row-major order.
 * @throws TraceError inside compile: how many there are depends on the values   @example nonzero(tensor([0, 5, 6])) // [[1, 2]]
 */
export function nonzero(x: Tensor): Tensor[] {
  if (x.rank === 0) raise(new ShapeError('nonzero: a scalar has no axes; use .reshape(1)'));
  const found = flatNonzero('nonzero', x);
  return x.shape.map((n, axis) => {
    const stride = sizeOf(x.shape.slice(axis + 1));
    return tensor(Int32Array.from(found, (place) => Math.floor(place / stride) % n));
  });
}

/** Where x is not 0, as rows of places: (count, rank), int32. */
export function argwhere(x: Tensor): Tensor {
  const found = flatNonzero('argwhere', x);
  const rows = new Int32Array(found.length * x.rank);
  found.forEach((place, row) => {
    let rest = place;
    for (let axis = x.rank - 1; axis >= 0; axis--) {
      rows[row * x.rank + axis] = rest % x.shape[axis]!;
      rest = Math.floor(rest / x.shape[axis]!);
    }
  });
  return tensor(rows, { shape: [found.length, x.rank] });
}

function flatNonzero(op: string, x: Tensor): number[] {
  const found: number[] = [];
  valuesOf(op, [x.node])[0]!.forEach((value, i) => {
    if (value !== 0) found.push(i);
  });
  return found;
}

/** The elements, computed in one run. @throws TraceError where they are not known yet */
function valuesOf(op: string, nodes: readonly Node[]): TypedArray[] {
  return realize(nodes, op).map((value) => numbersOf(value.storage.dtype, value.storage.read()));
}
