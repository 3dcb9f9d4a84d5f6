/**
 * Pooling: one number for each window of the last axes. Fixed windows as in a convolution, or `adaptive` ones that divide
 * an axis into a given number of parts.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { expand, pad, reduce, reshape, shrink } from '../ir/build.ts';
import { infoOf } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { table } from './constants.ts';
import { div, mul, pow } from './elementwise.ts';
import { take } from './indexing.ts';
import { asFloat, like } from './operands.ts';
import { type Extent, extentsOf, interleaved, padded, type Sizes, sizesOf, windowed } from './windows.ts';

export interface PoolOptions {
  /** Step between windows. Default: the kernel's size. */
  readonly stride?: Sizes;
  /** Elements around the input, which count as −∞ for max and 0 for average. Default 0. */
  readonly padding?: Sizes;
  readonly dilation?: Sizes;
  /** Whether a last window that reaches past the end counts. Default false. */
  readonly ceilMode?: boolean;
}

/** The largest element of each window of the last `rank` axes: (N, C, …) → (N, C, …). */
export function maxPool(op: string, rank: number, x: Node, kernel: Sizes, options: PoolOptions = {}): Node {
  const extents = poolExtents(op, rank, x, kernel, options);
  return reduce('amax', poolWindows(padded(x, 2, extents, infoOf(x.dtype).lowest), extents), windowAxes(rank));
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as zeros. Default true, as in PyTorch. */
  readonly countIncludePad?: boolean;
}

/** The mean of each window of the last `rank` axes. What a partial window (`ceilMode`) lacks is not counted. */
export function avgPool(op: string, rank: number, input: Node, kernel: Sizes, options: AveragePoolOptions = {}): Node {
  const x = asFloat(input);
  const extents = poolExtents(op, rank, x, kernel, options);
  const sums = (of: Node): Node => reduce('sum', poolWindows(of, extents), windowAxes(rank));
  const total = sums(padded(x, 2, extents, 0));
  const isPadded = extents.some(({ before }) => before > 0);
  if (options.ceilMode !== true && (options.countIncludePad !== false || !isPadded)) {
    return div(
      total,
      extents.reduce((product, extent) => product * extent.kernel, 1),
    );
  }
  // Count what each window covers: elements, and the padding asked for if it is to be counted.
  const asked = sizesOf(op, 'padding', options.padding ?? 0, rank, 0);
  const counted = options.countIncludePad === false ? like(x, 1) : around(like(x, 1), asked);
  const rest = extents.map((extent, i) => ({
    ...extent,
    before: options.countIncludePad === false ? extent.before : 0,
    after: options.countIncludePad === false ? extent.after : extent.after - asked[i]!,
  }));
  return div(total, sums(padded(counted, 2, rest, 0)));
}

/** More ones at both ends of each axis. */
function around(ones: Node, amounts: readonly number[]): Node {
  const widths = [0, 0, ...amounts];
  return pad(ones, { low: widths, high: widths, value: 1 });
}

/** (Σ |x|ᵖ)^(1/p) of each window, as PyTorch's lp_pool: x is not made positive for odd p. */
export function lpPool(op: string, rank: number, x: Node, p: number, kernel: Sizes, options: PoolOptions = {}): Node {
  const extents = poolExtents(op, rank, x, kernel, options);
  const powers = pow(asFloat(x), p);
  const sums = reduce('sum', poolWindows(padded(powers, 2, extents, 0), extents), windowAxes(rank));
  return pow(sums, 1 / p);
}

function windowAxes(rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => 3 + 2 * i);
}

function poolExtents(op: string, rank: number, x: Node, kernel: Sizes, options: PoolOptions): Extent[] {
  if (x.shape.length !== rank + 2) {
    raise(
      new ShapeError(
        `${op}: expected (N, C, ${['L', 'H, W', 'D, H, W'][rank - 1]}), got ${formatShape(x.shape)}; add axes with .unsqueeze()`,
      ),
    );
  }
  const sizes = sizesOf(op, 'kernel', kernel, rank, 1);
  const { stride = kernel, padding = 0, dilation = 1, ceilMode = false } = options;
  const extents = extentsOf(op, x, 2, sizes, { stride, padding, dilation, ceilMode });
  for (const { before, kernel: size } of extents) {
    if (before * 2 > size) {
      raise(
        new ValueError(
          `${op}: padding ${before} is more than half the kernel ${size}; windows would see nothing but padding`,
        ),
      );
    }
  }
  return extents;
}

/** (N, C, …) → (N, C, count₁, kernel₁, …) */
function poolWindows(source: Node, extents: readonly Extent[]): Node {
  const leading = source.shape.slice(0, 2);
  const kernel = extents.map(({ kernel: size }) => size);
  if (extents.every(({ stride, kernel: size, dilation }) => stride === size && dilation === 1)) {
    const covered = [...leading, ...extents.map(({ count, kernel: size }) => count * size)];
    const counts = extents.map(({ count }) => count);
    return reshape(
      shrink(
        source,
        covered.map(() => 0),
        covered,
      ),
      [...leading, ...interleaved(counts, kernel)],
    );
  }
  const space = [...leading, ...interleaved(source.shape.slice(2), kernel)];
  const axes = [0, 1, ...extents.map((_, i) => 2 + 2 * i)];
  return windowed(expand(source, space, axes), 2, extents);
}

/**
 * Each of the last axes divided into the given number of parts, ⌊i·n/count⌋ up to ⌈(i + 1)·n/count⌉, and one number for each: the
 * parts overlap where they do not divide the axis.
 * @param sizes the number of parts for each axis, or for all
 */
export function adaptivePool(op: string, rank: number, kind: 'max' | 'avg', input: Node, sizes: Sizes): Node {
  const x = kind === 'avg' ? asFloat(input) : input;
  const counts = sizesOf(op, 'output size', sizes, rank, 1);
  if (x.shape.length !== rank + 2) {
    raise(new ShapeError(`${op}: expected ${rank + 2} axes (N, C, …), got ${formatShape(x.shape)}`));
  }
  return counts.reduce((node, count, i) => adaptiveAxis(op, kind, node, 2 + i, count), x);
}

function adaptiveAxis(op: string, kind: 'max' | 'avg', x: Node, axis: number, count: number): Node {
  const n = x.shape[axis]!;
  if (n === 0)
    raise(new ShapeError(`${op}: axis ${axis} of ${formatShape(x.shape)} is empty; there is nothing to pool`));
  const parts = (size: number): number[] => [...x.shape.slice(0, axis), count, size, ...x.shape.slice(axis + 1)];
  const combine = (windows: Node): Node => reduce(kind === 'max' ? 'amax' : 'sum', windows, [axis + 1]);
  if (n % count === 0) {
    const sums = combine(reshape(x, parts(n / count)));
    return kind === 'max' ? sums : div(sums, n / count);
  }
  // Parts of unequal length are read as equally long ones: max may see an element twice, a mean weighs what it must not count by 0.
  const starts = Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
  const lengths = starts.map((start, i) => Math.ceil(((i + 1) * n) / count) - start);
  const longest = Math.max(...lengths);
  const perElement = (value: (i: number, k: number) => number): number[] =>
    starts.flatMap((_, i) => Array.from({ length: longest }, (__, k) => value(i, k)));
  const places = perElement((i, k) => starts[i]! + Math.min(k, lengths[i]! - 1));
  const windows = take(x, table(places, 'int32', [count, longest]), axis);
  if (kind === 'max') return combine(windows);
  const weights = perElement((i, k) => (k < lengths[i]! ? 1 / lengths[i]! : 0));
  const trailing = x.shape.slice(axis + 1).map(() => 1);
  return combine(mul(windows, table(weights, x.dtype, [count, longest, ...trailing])));
}
