/**
 * Vectors as sets, choices by conditions, order by several keys. Results whose size depends on the values need them, as `unique` does:
 * inside compile they are refused.
 */
import { IndexError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { concat, where } from './functions.ts';
import { filled, tensorOf } from './lifting.ts';
import { nonzero, searchsorted, unique } from './ordering.ts';
import { broadcastArrays } from './rearranging.ts';
import { isin } from './statistics.ts';
import { Tensor, type TensorLike } from './tensor.ts';

/** The distinct elements of both, ascending. @example union1d(tensor([1, 2]), tensor([2, 3])) // [1, 2, 3] */
export function union1d(x: Tensor, y: Tensor): Tensor {
  return unique(concat([x.reshape(-1), y.reshape(-1)]));
}

/** The distinct elements that are in both, ascending. @example intersect1d(tensor([1, 2]), tensor([2, 3])) // [2] */
export function intersect1d(x: Tensor, y: Tensor): Tensor {
  const a = unique(x);
  return a.get(isin(a, y).realize());
}

/** The distinct elements of x that are not in y, ascending. @example setdiff1d(tensor([1, 2]), tensor([2, 3])) // [1] */
export function setdiff1d(x: Tensor, y: Tensor): Tensor {
  const a = unique(x);
  return a.get(isin(a, y).logicalNot().realize());
}

/** The distinct elements that are in one of both only, ascending. @example setxor1d(tensor([1, 2]), tensor([2, 3])) // [1, 3] */
export function setxor1d(x: Tensor, y: Tensor): Tensor {
  return union1d(setdiff1d(x, y), setdiff1d(y, x));
}

/** Places of all elements that are not 0, counted row by row, int32. @example flatnonzero(tensor([0, 3, 4])) // [1, 2] */
export function flatnonzero(x: Tensor): Tensor {
  return nonzero(x.reshape(-1))[0]!;
}

/** The elements of x, in a row, where the condition holds. @example extract(x.greater(0), x) */
export function extract(condition: Tensor, x: Tensor): Tensor {
  return x.reshape(-1).take(flatnonzero(condition), 0);
}

/** The slices along an axis where the condition, a vector, holds; of all elements in a row without an axis. @example compress(tensor([false, true]), tensor([5, 6])) // [6] */
export function compress(condition: Tensor, x: Tensor, axis?: number): Tensor {
  if (condition.rank !== 1)
    raise(new ShapeError(`compress: the condition must be a vector, got ${formatShape(condition.shape)}`));
  const places = flatnonzero(condition);
  return axis === undefined ? x.reshape(-1).take(places, 0) : x.take(places, axis);
}

/** The choice of the first condition that holds, elementwise; `otherwise` where none does. @throws ValueError for lists of different lengths   @example select([x.less(0), x.greater(9)], [0, 9], x) */
export function select(
  conditions: readonly Tensor[],
  choices: readonly TensorLike[],
  otherwise: TensorLike = 0,
): Tensor {
  if (conditions.length !== choices.length || conditions.length === 0) {
    raise(
      new ValueError(
        `select: ${conditions.length} conditions for ${choices.length} choices; give as many, and at least one`,
      ),
    );
  }
  return conditions.reduceRight((result, condition, i) => where(condition, choices[i]!, result), tensorOf(otherwise));
}

/** The places that sort by the last key, equal ones by the key before it, and so on, int32. @throws ShapeError   @example lexsort([firstNames, lastNames]) */
export function lexsort(keys: readonly Tensor[], axis = -1): Tensor {
  const [first, ...rest] = keys;
  if (first === undefined) raise(new ValueError('lexsort: got no keys; give at least one'));
  return rest.reduce((order, key) => {
    const inOrder = key.takeAlongAxis(order, axis);
    return order.takeAlongAxis(inOrder.argsort(axis), axis);
  }, first.argsort(axis));
}

/** The bin of each element: bins[i − 1] ≤ x < bins[i], or with `right` bins[i − 1] < x ≤ bins[i]; bins that descend the other way round, int32. @example digitize(tensor([0.5, 2]), tensor([0, 1, 2])) // [1, 3] */
export function digitize(x: TensorLike, bins: Tensor, { right = false }: { readonly right?: boolean } = {}): Tensor {
  if (bins.rank !== 1) raise(new ShapeError(`digitize: the bins must be a vector, got ${formatShape(bins.shape)}`));
  const edges = bins.dataSync();
  const descends = edges.length > 1 && edges[0]! > edges[edges.length - 1]!;
  if (edges.some((edge, i) => i > 0 && (descends ? edge > edges[i - 1]! : edge < edges[i - 1]!))) {
    raise(new ValueError('digitize: the bins must ascend or descend'));
  }
  const side = right ? 'left' : 'right';
  const below = searchsorted(descends ? bins.flip() : bins, x, { side });
  return descends ? filled(below, edges.length).sub(below) : below;
}

/** The place of each multi-index, counted row by row, int32. @throws IndexError for one outside   @example ravelMultiIndex([tensor([1], { dtype: 'int32' }), tensor([2], { dtype: 'int32' })], [3, 4]) // [6] */
export function ravelMultiIndex(indices: readonly Tensor[], shape: readonly number[]): Tensor {
  if (indices.length !== shape.length || shape.length === 0) {
    raise(
      new ShapeError(`ravelMultiIndex: ${indices.length} indices for ${formatShape(shape)}; give one for each axis`),
    );
  }
  const list = broadcastArrays(...indices);
  list.forEach((index, axis) => {
    checkPlaces('ravelMultiIndex', index, shape[axis]!);
  });
  return list.reduce((place, index, axis) => place.mul(shape[axis]!).add(index));
}

/** The index along each axis of places counted row by row, int32. @throws IndexError for one outside   @example const [i, j] = unravelIndex(x.argmax(), x.shape) */
export function unravelIndex(places: Tensor, shape: readonly number[]): Tensor[] {
  const size = shape.reduce((product, n) => product * n, 1);
  checkPlaces('unravelIndex', places, size);
  let rest = places.cast('int32');
  const result: Tensor[] = [];
  for (const n of shape.toReversed()) {
    result.unshift(rest.mod(n));
    rest = rest.floorDivide(n);
  }
  return result;
}

/** Checked where the values are there; a computed place is left to the operation that uses it. */
function checkPlaces(op: string, places: Tensor, n: number): void {
  if (places.node.op !== 'buffer') return;
  for (const place of places.dataSync()) {
    if (!(place >= 0 && place < n)) raise(new IndexError(`${op}: ${place} is not a place; use 0 to ${n - 1}`));
  }
}
