/**
 * Rearranging: every element of the result is an element of the input (or a fill value); nothing is copied until a kernel
 * reads it.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { broadcastShapes, formatShape, normalizeAxis, sameShape, type Shape, sizeOf } from '../base/shape.ts';
import * as ir from '../ir/build.ts';
import { promote } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';

/** One size may be −1 and is computed from the others. */
export function reshape(x: Node, sizes: readonly number[]): Node {
  const unknown = sizes.indexOf(-1);
  if (unknown < 0) return ir.reshape(x, sizes);
  const known = sizes.filter((n) => n !== -1);
  const rest = sizeOf(x.shape) / sizeOf(known);
  if (known.length !== sizes.length - 1 || !Number.isInteger(rest)) {
    raise(
      new ShapeError(
        `reshape: ${formatShape(x.shape)} has ${sizeOf(x.shape)} elements, which do not fit ${formatShape(sizes)}; one size may be -1 if the others divide the count`,
      ),
    );
  }
  return ir.reshape(
    x,
    sizes.map((n) => (n === -1 ? rest : n)),
  );
}

/** Axes `start` … `end` (included) as one. */
export function flatten(x: Node, start = 0, end = -1): Node {
  if (x.shape.length === 0) return ir.reshape(x, [1]);
  const first = normalizeAxis('flatten', start, x.shape.length);
  const last = normalizeAxis('flatten', end, x.shape.length);
  if (last < first) raise(new ShapeError(`flatten: axis ${end} lies before axis ${start} in ${formatShape(x.shape)}`));
  const merged = sizeOf(x.shape.slice(first, last + 1));
  return ir.reshape(x, [...x.shape.slice(0, first), merged, ...x.shape.slice(last + 1)]);
}

export function permute(x: Node, order: readonly number[]): Node {
  return ir.permute(
    x,
    order.map((axis) => normalizeAxis('permute', axis, x.shape.length)),
  );
}

/** Swaps two axes. */
export function transpose(x: Node, a: number, b: number): Node {
  const rank = x.shape.length;
  const order = x.shape.map((_, i) => i);
  const i = normalizeAxis('transpose', a, rank);
  const j = normalizeAxis('transpose', b, rank);
  order[i] = j;
  order[j] = i;
  return ir.permute(x, order);
}

/** Stretched by NumPy's rule: axes align at the end; −1 keeps a size. */
export function expand(x: Node, sizes: readonly number[]): Node {
  const offset = sizes.length - x.shape.length;
  const shape = sizes.map((n, i) => (n === -1 ? (x.shape[i - offset] ?? -1) : n));
  if (offset < 0 || !sameShape(broadcastShapes('expand', x.shape, shape), shape)) {
    raise(
      new ShapeError(
        `expand: ${formatShape(x.shape)} does not stretch to ${formatShape(sizes)}; axes align at the end and sizes must be equal or 1`,
      ),
    );
  }
  return ir.expand(x, shape);
}

/** Without the axes of size 1, or without those named. */
export function squeeze(x: Node, axes?: number | readonly number[]): Node {
  const named = axes === undefined ? undefined : typeof axes === 'number' ? [axes] : axes;
  const dropped = named?.map((axis) => normalizeAxis('squeeze', axis, x.shape.length));
  for (const axis of dropped ?? []) {
    if (x.shape[axis] !== 1) {
      raise(
        new ShapeError(
          `squeeze: axis ${axis} of ${formatShape(x.shape)} has size ${x.shape[axis]}; only 1 can be dropped`,
        ),
      );
    }
  }
  return ir.reshape(
    x,
    x.shape.filter((n, i) => (dropped === undefined ? n !== 1 : !dropped.includes(i))),
  );
}

/** With an axis of size 1 put in at `axis` of the result. */
export function unsqueeze(x: Node, axis: number): Node {
  const at = normalizeAxis('unsqueeze', axis, x.shape.length + 1);
  return ir.reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** Amounts per axis, the last axes if there are fewer: a number for both ends, or [before, after]. */
export type PadWidths = number | readonly (number | readonly [number, number])[];

/** What is asked for before and after every axis. @throws ShapeError for more widths than axes */
export function widthsOf(x: Node, widths: PadWidths): { readonly low: number[]; readonly high: number[] } {
  const rank = x.shape.length;
  const list = typeof widths === 'number' ? x.shape.map(() => widths) : widths;
  if (list.length > rank) {
    raise(
      new ShapeError(
        `pad: ${list.length} widths for a tensor of rank ${rank}; give one for each axis, or for the last ones`,
      ),
    );
  }
  const both = list.map((width) => (typeof width === 'number' ? ([width, width] as const) : width));
  const untouched = new Array<number>(rank - list.length).fill(0);
  return {
    low: [...untouched, ...both.map(([before]) => before)],
    high: [...untouched, ...both.map(([, after]) => after)],
  };
}

/** `value` put around the elements. */
export function pad(x: Node, widths: PadWidths, value: number): Node {
  return ir.pad(x, { ...widthsOf(x, widths), value });
}

/** A bound per leading axis, null for none; a number is for the first axis. */
export type Bounds = number | readonly (number | null)[];

/** Per axis the elements from `start` to before `stop` by `step`, with NumPy's rules for negative ones. */
export function slice(x: Node, start: Bounds, stop?: Bounds, step?: Bounds): Node {
  const listed = (bounds: Bounds | undefined): readonly (number | null)[] =>
    bounds === undefined ? [] : typeof bounds === 'number' ? [bounds] : bounds;
  const starts = listed(start);
  const stops = listed(stop);
  const steps = listed(step);
  for (const list of [starts, stops, steps]) {
    if (list.length > x.shape.length) {
      raise(
        new ShapeError(
          `slice: ${list.length} bounds for a tensor of rank ${x.shape.length}; give at most one for each axis`,
        ),
      );
    }
  }
  const spans = x.shape.map((n, i) => spanOf(n, starts[i] ?? null, stops[i] ?? null, steps[i] ?? 1));
  const flipped = spans.flatMap(({ isFlipped }, i) => (isFlipped ? [i] : []));
  return ir.shrink(
    ir.flip(x, flipped),
    spans.map(({ first }) => first),
    spans.map(({ count }) => count),
    spans.map(({ by }) => by),
  );
}

interface Span {
  readonly first: number;
  readonly count: number;
  readonly by: number;
  /** Counted on the flipped axis. */
  readonly isFlipped: boolean;
}

function spanOf(size: number, start: number | null, stop: number | null, step: number): Span {
  if (!Number.isInteger(step) || step === 0)
    raise(new ValueError(`slice: step ${step} is not a whole number other than 0`));
  for (const bound of [start, stop]) {
    if (bound !== null && !Number.isInteger(bound))
      raise(new ValueError(`slice: bound ${bound} is not a whole number`));
  }
  const fromFront = (bound: number): number => (bound < 0 ? bound + size : bound);
  const clamp = (bound: number): number => Math.min(size, Math.max(0, bound));
  if (step > 0) {
    const first = start === null ? 0 : clamp(fromFront(start));
    const end = stop === null ? size : clamp(fromFront(stop));
    const count = Math.max(0, Math.ceil((end - first) / step));
    return { first: count === 0 ? 0 : first, count, by: step, isFlipped: false };
  }
  // Element i is element size − 1 − i of the flipped axis, where the walk goes forward.
  const first = start === null ? 0 : clamp(size - 1 - fromFront(start));
  const end = stop === null ? size : clamp(size - 1 - fromFront(stop));
  const count = Math.max(0, Math.ceil((end - first) / -step));
  return { first: count === 0 ? 0 : first, count, by: -step, isFlipped: true };
}

/** Elements `start` … `start + length − 1` of one axis. */
export function narrow(x: Node, axis: number, start: number, length: number): Node {
  const starts = x.shape.map((_, i) => (i === axis ? start : 0));
  return ir.shrink(
    x,
    starts,
    x.shape.map((n, i) => (i === axis ? length : n)),
  );
}

export function flip(x: Node, axes: readonly number[]): Node {
  return ir.flip(
    x,
    axes.map((axis) => normalizeAxis('flip', axis, x.shape.length)),
  );
}

/** Joined along an existing axis. Each part is padded to the whole, and they are added: no element meets another. */
export function concat(parts: readonly Node[], axis: number): Node {
  const first = parts[0];
  if (first === undefined) raise(new ValueError('concat: got no tensors; give at least one'));
  const at = normalizeAxis('concat', axis, first.shape.length);
  for (const part of parts) {
    if (part.shape.length !== first.shape.length || part.shape.some((n, i) => i !== at && n !== first.shape[i])) {
      raise(
        new ShapeError(
          `concat: ${formatShape(first.shape)} and ${formatShape(part.shape)} differ in more than axis ${at}; other sizes must be equal`,
        ),
      );
    }
  }
  const dtype = parts.map((part) => part.dtype).reduce(promote);
  const total = parts.reduce((sum, part) => sum + part.shape[at]!, 0);
  const filled = parts.filter((part) => part.shape[at] !== 0);
  if (filled.length === 0) return ir.cast(first, dtype);
  let offset = 0;
  const padded = filled.map((part) => {
    const before = offset;
    offset += part.shape[at]!;
    return ir.pad(ir.cast(part, dtype), {
      low: part.shape.map((_, i) => (i === at ? before : 0)),
      high: part.shape.map((_, i) => (i === at ? total - offset : 0)),
    });
  });
  return balanced(padded, (a, b) => ir.binary(dtype === 'bool' ? 'or' : 'add', a, b));
}

/** Combined pairwise, so that the graph is as deep as the logarithm of the count. */
function balanced(parts: readonly Node[], combine: (a: Node, b: Node) => Node): Node {
  if (parts.length === 1) return parts[0]!;
  const middle = parts.length >> 1;
  return combine(balanced(parts.slice(0, middle), combine), balanced(parts.slice(middle), combine));
}

/** Joined along a new axis. */
export function stack(parts: readonly Node[], axis: number): Node {
  const first = parts[0];
  if (first === undefined) raise(new ValueError('stack: got no tensors; give at least one'));
  for (const part of parts) {
    if (!sameShape(part.shape, first.shape)) {
      raise(
        new ShapeError(
          `stack: shapes ${formatShape(first.shape)} and ${formatShape(part.shape)} differ; they must be equal`,
        ),
      );
    }
  }
  const at = normalizeAxis('stack', axis, first.shape.length + 1);
  return concat(
    parts.map((part) => unsqueeze(part, at)),
    at,
  );
}

/** Pieces of `sizes` along an axis; a number asks for that many equal pieces. */
export function split(x: Node, sizes: number | readonly number[], axis: number): Node[] {
  const at = normalizeAxis('split', axis, x.shape.length);
  const total = x.shape[at]!;
  if (typeof sizes === 'number' && (!Number.isInteger(sizes) || sizes < 1 || total % sizes !== 0)) {
    raise(
      new ShapeError(
        `split: axis ${at} of ${formatShape(x.shape)} does not divide into ${sizes} equal pieces; give a list of sizes`,
      ),
    );
  }
  const list = typeof sizes === 'number' ? new Array<number>(sizes).fill(total / sizes) : sizes;
  if (list.reduce((sum, n) => sum + n, 0) !== total) {
    raise(new ShapeError(`split: sizes [${list.join(', ')}] do not add up to axis ${at} of ${formatShape(x.shape)}`));
  }
  let start = 0;
  return list.map((length) => {
    const piece = narrow(x, at, start, length);
    start += length;
    return piece;
  });
}

/** The whole repeated `counts[i]` times along axis i (the last axes if there are fewer), as np.tile. */
export function tile(x: Node, counts: readonly number[]): Node {
  const rank = Math.max(counts.length, x.shape.length);
  const shape = [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape];
  const times = [...new Array<number>(rank - counts.length).fill(1), ...counts];
  const spread = expandBetween(
    ir.reshape(x, shape),
    shape.flatMap((n, i) => [times[i]!, n]),
    (i) => 2 * i + 1,
  );
  return ir.reshape(
    spread,
    shape.map((n, i) => n * times[i]!),
  );
}

/** Every element repeated `count` times along an axis, as np.repeat. */
export function repeat(x: Node, count: number, axis: number): Node {
  const at = normalizeAxis('repeat', axis, x.shape.length);
  const shape = [...x.shape.slice(0, at + 1), count, ...x.shape.slice(at + 1)];
  const spread = expandBetween(x, shape, (i) => (i <= at ? i : i + 1));
  return ir.reshape(
    spread,
    x.shape.map((n, i) => (i === at ? n * count : n)),
  );
}

function expandBetween(x: Node, shape: Shape, place: (axis: number) => number): Node {
  return ir.expand(
    x,
    shape,
    x.shape.map((_, i) => place(i)),
  );
}
