/**
 * Order: sorting, where sorted things are, quantiles, and running sums, products and extreme values. Over nodes; the routines
 * underneath work along the last axis.
 */
import { DTypeError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, normalizeAxes, normalizeAxis, sameShape, sizeOf } from '../base/shape.ts';
import { cast, constant, expand, gather, iota, permute, reshape, routine, scatterAdd } from '../ir/build.ts';
import { isFloat } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import type { RoutineCall } from '../ir/routine.ts';
import { add, div, equal, greaterEqual, isNaN, less, logicalAnd, mul, sub, where } from './elementwise.ts';
import { narrow, stack } from './movement.ts';
import { asFloat, commonDType, like, widened } from './operands.ts';
import { type Axes, max, min, type ReduceOptions, sum } from './reductions.ts';

/** A routine along any axis: it is moved to the end and back. */
function along(op: string, x: Node, axis: number, call: RoutineCall): Node {
  const rank = x.shape.length;
  const at = normalizeAxis(op, axis, rank);
  if (at === rank - 1) return routine(call, [x]);
  const order = x.shape.map((_, i) => i).filter((i) => i !== at);
  const result = routine(call, [permute(x, [...order, at])]);
  return permute(
    result,
    x.shape.map((_, i) => (i === at ? rank - 1 : order.indexOf(i))),
  );
}

export interface SortOptions {
  /** Largest first, NaN before them. */
  readonly descending?: boolean;
}

/** The places of the elements in ascending order along an axis, int32. Stable; NaN last. */
export function argsort(x: Node, axis: number, { descending = false }: SortOptions = {}): Node {
  return along('argsort', x, axis, { name: 'argsort', descending });
}

/** The elements in ascending order along an axis; NaN last. */
export function sort(x: Node, axis: number, { descending = false }: SortOptions = {}): Node {
  if (!descending) return along('sort', x, axis, { name: 'sort' });
  return gather(x, argsort(x, axis, { descending }), normalizeAxis('sort', axis, x.shape.length));
}

export interface TopKOptions {
  /** Default the last. */
  readonly axis?: number;
  /** The largest (the default) or the smallest. */
  readonly largest?: boolean;
}

/** The k largest elements along an axis, largest first, and where they are. */
export function topk(
  x: Node,
  k: number,
  { axis = -1, largest = true }: TopKOptions = {},
): { values: Node; indices: Node } {
  const at = normalizeAxis('topk', axis, x.shape.length);
  const size = x.shape[at]!;
  if (!Number.isInteger(k) || k < 0 || k > size)
    raise(
      new ShapeError(`topk: ${k} of ${size} elements along axis ${at} of ${formatShape(x.shape)}; use 0 to ${size}`),
    );
  const indices = along('topk', x, at, { name: 'argtopk', k, descending: largest });
  return { values: gather(x, indices, at), indices };
}

/**
 * Where each value would go into `sorted`, int32: before what equals it (side 'left') or behind.
 * @param sorted (n) ascending, or (…, n) with the leading axes of values
 */
export function searchsorted(sorted: Node, values: Node, side: 'left' | 'right' = 'left'): Node {
  if (sorted.shape.length === 0) raise(new ShapeError('searchsorted: expected a sorted vector, got a scalar'));
  const dtype = commonDType(sorted, values);
  const isOne = sorted.shape.length === 1;
  const rows = isOne ? reshape(values, [sizeOf(values.shape)]) : values;
  if (!isOne && !sameShape(sorted.shape.slice(0, -1), values.shape.slice(0, -1))) {
    raise(
      new ShapeError(
        `searchsorted: ${formatShape(sorted.shape)} and ${formatShape(values.shape)} differ in their leading axes; give one sorted vector, or one row each`,
      ),
    );
  }
  const call = { name: 'searchsorted', right: side === 'right' } as const;
  return reshape(routine(call, [cast(sorted, dtype), cast(rows, dtype)]), values.shape);
}

/** How a quantile between two elements is found: between them in proportion, or one of them, or their mean. */
export type Interpolation = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';

export interface QuantileOptions extends ReduceOptions {
  /** Default linear. */
  readonly method?: Interpolation;
}

/**
 * The q-quantile over axes: element q · (n − 1) in ascending order. NaN where any element is.
 * @param q one or several, each from 0 to 1; several come along a new first axis
 */
export function quantile(
  input: Node,
  q: number | readonly number[],
  axes?: Axes,
  { method = 'linear', keepDims = false }: QuantileOptions = {},
): Node {
  if (typeof q === 'object') {
    return stack(
      q.map((one) => quantile(input, one, axes, { method, keepDims })),
      0,
    );
  }
  if (!(q >= 0 && q <= 1)) raise(new ValueError(`quantile: q must be from 0 to 1, got ${q}`));
  const x = asFloat(input);
  const reduced = normalizeAxes('quantile', axes, x.shape.length);
  const kept = x.shape.map((_, i) => i).filter((i) => !reduced.includes(i));
  const outer = kept.map((i) => x.shape[i]!);
  const count = sizeOf(reduced.map((i) => x.shape[i]!));
  if (count === 0)
    raise(
      new ShapeError(`quantile: the reduced axes of ${formatShape(x.shape)} are empty; there is no value to return`),
    );
  const rows = reshape(permute(x, [...kept, ...reduced]), [...outer, count]);
  const sorted = routine({ name: 'sort' }, [rows]);
  const place = (i: number): Node => reshape(narrow(sorted, outer.length, i, 1), outer);
  const exact = q * (count - 1);
  const [low, high] = [place(Math.floor(exact)), place(Math.ceil(exact))];
  const between = (share: number): Node => (share === 0 ? low : add(mul(low, 1 - share), mul(high, share)));
  // Halves go to the even neighbour, as NumPy rounds.
  const floor = Math.floor(exact);
  const nearest = exact - floor === 0.5 ? floor + (floor % 2) : Math.round(exact);
  const found = {
    linear: () => between(exact - floor),
    lower: () => low,
    higher: () => high,
    midpoint: () => between(Number.isInteger(exact) ? 0 : 0.5),
    nearest: () => place(nearest),
  }[method]();
  // NaN is sorted to the end.
  const last = place(count - 1);
  const value = where(isNaN(last), last, found);
  if (!keepDims) return value;
  return reshape(
    value,
    x.shape.map((n, i) => (reduced.includes(i) ? 1 : n)),
  );
}

/** The middle element over axes, or the mean of the two in the middle. NaN where any element is. */
export function median(x: Node, axes?: Axes, options: ReduceOptions = {}): Node {
  return quantile(x, 0.5, axes, { ...options, method: 'midpoint' });
}

/** Σ of the elements up to each along an axis; bool and uint8 add up as int32. */
export function cumsum(x: Node, axis: number): Node {
  return along('cumsum', widened(x), axis, { name: 'cumsum', reverse: false });
}

/** Π of the elements up to each along an axis. */
export function cumprod(x: Node, axis: number): Node {
  return along('cumprod', widened(x), axis, { name: 'cumprod' });
}

/** The largest element up to each along an axis; NaN from the first one on. */
export function cummax(x: Node, axis: number): Node {
  return extremes('cummax', x, axis, false);
}

/** The smallest element up to each along an axis; NaN from the first one on. */
export function cummin(x: Node, axis: number): Node {
  return extremes('cummin', x, axis, true);
}

function extremes(op: string, x: Node, axis: number, smallest: boolean): Node {
  const places = along(op, x, axis, { name: 'cumargmax', smallest });
  return gather(x, places, normalizeAxis(op, axis, x.shape.length));
}

export interface HistogramOptions {
  /** From where to where the bins reach. Default: from the least element to the largest. */
  readonly range?: readonly [number, number];
  /** How much each element counts. Default 1. */
  readonly weights?: Node;
  /** Divide by the sum and the widths, so that the area is 1. */
  readonly density?: boolean;
}

/** How many elements fall into each bin, and the edges of the bins; the last bin has its right edge. */
export function histogram(
  input: Node,
  bins: number | Node,
  { range, weights, density = false }: HistogramOptions = {},
): { counts: Node; edges: Node } {
  const x = asFloat(input);
  const flat = reshape(x, [sizeOf(x.shape)]);
  const edges = typeof bins === 'number' ? evenEdges(flat, bins, range) : cast(bins, x.dtype);
  const count = edges.shape[0]! - 1;
  if (edges.shape.length !== 1 || count < 1)
    raise(new ShapeError(`histogram: expected a vector of at least two edges, got ${formatShape(edges.shape)}`));
  const values = weights === undefined ? like({ shape: flat.shape, dtype: 'int32' }, 1) : reshape(weights, flat.shape);
  const place = sub(searchsorted(edges, flat, 'right'), 1);
  const last = expand(narrow(edges, 0, count, 1), flat.shape);
  const inLast = where(equal(flat, last), like(place, count - 1), place);
  const isInside = logicalAnd(greaterEqual(inLast, 0), less(inLast, count));
  const safe = where(isInside, inLast, like(inLast, 0));
  const amounts = where(isInside, values, like(values, 0));
  const counts = flat.shape[0] === 0 ? constant(0, [count], values.dtype) : scatterAdd(amounts, safe, 0, count);
  if (!density) return { counts, edges };
  const widths = sub(narrow(edges, 0, 1, count), narrow(edges, 0, 0, count));
  return { counts: div(div(counts, widths), sum(counts)), edges };
}

function evenEdges(flat: Node, bins: number, range: readonly [number, number] | undefined): Node {
  if (!Number.isInteger(bins) || bins < 1)
    raise(new ValueError(`histogram: bins must be a whole number from 1 up, got ${bins}`));
  if (range !== undefined && !(range[0] <= range[1] && Number.isFinite(range[1] - range[0])))
    raise(new ValueError(`histogram: range must go upwards between finite numbers, got [${range.join(', ')}]`));
  let [low, high] =
    range !== undefined || flat.shape[0] === 0
      ? (range ?? [0, 1]).map((value) => constant(value, [], flat.dtype))
      : [min(flat), max(flat)];
  // As NumPy: a range of nothing is widened by a half on both sides.
  const isEmpty = equal(low!, high!);
  [low, high] = [where(isEmpty, sub(low!, 0.5), low!), where(isEmpty, add(high!, 0.5), high!)];
  // In double, so that edges which are whole numbers are so in every dtype.
  const places = cast(iota([bins + 1], 0), 'float64');
  const [first, last] = [cast(low, 'float64'), cast(high, 'float64')];
  const inner = add(first, mul(places, div(sub(last, first), bins)));
  return cast(where(equal(places, bins), last, inner), flat.dtype);
}

/** How often each whole number from 0 up to `length` occurs; elements beyond are an IndexError when the graph runs. */
export function bincount(x: Node, length: number, weights?: Node): Node {
  if (isFloat(x.dtype) || x.shape.length !== 1)
    raise(new DTypeError(`bincount: expected a vector of whole numbers, got ${x.dtype} ${formatShape(x.shape)}`));
  const values = weights ?? like({ shape: x.shape, dtype: 'int32' }, 1);
  if (!sameShape(values.shape, x.shape))
    raise(new ShapeError(`bincount: weights ${formatShape(values.shape)} and values ${formatShape(x.shape)} differ`));
  return scatterAdd(values, cast(x, 'int32'), 0, length);
}
