/**
 * Windows that slide over the last axes of an image, a signal or a volume: what they cover, checked once for all operations
 * that use them, and the view that forms them. Nothing is copied.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { pad, slide } from '../ir/build.ts';
import type { Node } from '../ir/node.ts';

/** The same for every spatial axis, or one for each. */
export type Sizes = number | readonly number[];

/** What a window does along one axis. */
export interface Extent {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Elements put before and after the axis. */
  readonly before: number;
  readonly after: number;
  /** Number of windows. */
  readonly count: number;
}

export interface WindowOptions {
  readonly stride?: Sizes;
  /** Elements at both ends of each axis, or 'same' for as many windows as there are elements (stride 1). */
  readonly padding?: Sizes | 'same';
  readonly dilation?: Sizes;
  /** Whether a last window that reaches past the end counts. Default false. */
  readonly ceilMode?: boolean;
}

/** One whole number from `lowest` up for each of `rank` axes. */
export function sizesOf(op: string, name: string, sizes: Sizes, rank: number, lowest: number): readonly number[] {
  const list = typeof sizes === 'number' ? new Array<number>(rank).fill(sizes) : sizes;
  if (list.length !== rank) {
    raise(
      new ValueError(
        `${op}: ${name} [${list.join(', ')}] has ${list.length} sizes for ${rank} axes; give one number, or one for each axis`,
      ),
    );
  }
  if (list.some((n) => !Number.isInteger(n) || n < lowest)) {
    raise(new ValueError(`${op}: ${name} [${list.join(', ')}] must be whole numbers from ${lowest} up`));
  }
  return list;
}

/** The extents of windows of `kernel` over the axes of x from number `first` on. */
export function extentsOf(
  op: string,
  x: Pick<Node, 'shape'>,
  first: number,
  kernel: readonly number[],
  options: WindowOptions,
): Extent[] {
  const rank = kernel.length;
  const { stride = 1, padding = 0, dilation = 1, ceilMode = false } = options;
  sizesOf(op, 'kernel', kernel, rank, 1);
  const strides = sizesOf(op, 'stride', stride, rank, 1);
  const dilations = sizesOf(op, 'dilation', dilation, rank, 1);
  const paddings = padding === 'same' ? undefined : sizesOf(op, 'padding', padding, rank, 0);
  if (paddings === undefined && strides.some((n) => n !== 1)) {
    raise(
      new ValueError(`${op}: padding 'same' needs stride 1, got [${strides.join(', ')}]; give the padding as a number`),
    );
  }
  return kernel.map((size, i) => {
    const axis = first + i;
    const length = x.shape[axis]!;
    const step = strides[i]!;
    const reach = (size - 1) * dilations[i]!;
    const before = paddings?.[i] ?? reach >> 1;
    const after = paddings?.[i] ?? reach - (reach >> 1);
    const room = (length + before + after - reach - 1) / step;
    const whole = Math.floor(room) + 1;
    // A last, partial window counts only if it starts within the elements or the padding before them.
    const isPartial = ceilMode && !Number.isInteger(room) && whole * step < length + before;
    const count = isPartial ? whole + 1 : whole;
    if (count < 1) {
      raise(
        new ShapeError(
          `${op}: a window of ${reach + 1} does not fit axis ${axis} of ${formatShape(x.shape)} with padding ${before}; pad more or use a smaller kernel`,
        ),
      );
    }
    const missing = isPartial ? (count - 1) * step + reach + 1 - (length + before + after) : 0;
    return { kernel: size, stride: step, dilation: dilations[i]!, before, after: after + missing, count };
  });
}

/** x with `value` at both ends of its axes from `first` on, as the extents say. */
export function padded(x: Node, first: number, extents: readonly Extent[], value: number): Node {
  const amounts = (of: (extent: Extent) => number): number[] =>
    x.shape.map((_, axis) => {
      const extent = extents[axis - first];
      return extent === undefined ? 0 : of(extent);
    });
  return pad(x, { low: amounts(({ before }) => before), high: amounts(({ after }) => after), value });
}

/** Axes `first`, `first + 2`, … slid under the windows in the axes after them. */
export function windowed(x: Node, first: number, extents: readonly Extent[]): Node {
  return extents.reduce((node, { count, stride, dilation }, i) => {
    const axis = first + 2 * i;
    return slide(node, count, { axis, window: axis + 1, stride, dilation });
  }, x);
}

/** `size, kernel` of every axis, as the windows' view has them. @example interleaved([8, 8], [3, 3]) // [8, 3, 8, 3] */
export function interleaved(sizes: readonly number[], kernel: readonly number[]): number[] {
  return sizes.flatMap((n, i) => [n, kernel[i]!]);
}
