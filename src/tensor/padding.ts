/**
 * Padding with elements of the tensor itself. Every axis is read at places worked out on the host, beyond its ends.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { Node } from '../ir/node.ts';
import { table } from './constants.ts';
import { take } from './indexing.ts';
import { type PadWidths, widthsOf } from './movement.ts';

/** 'edge' a a b c c, 'reflect' c b a b c b a, 'symmetric' b a a b c c b, 'wrap' c a b c a. */
export type PadMode = 'edge' | 'reflect' | 'symmetric' | 'wrap';

/** Where place i, which may lie outside 0 … n − 1, reads. */
const places: Readonly<Record<PadMode, (i: number, n: number) => number>> = {
  edge: (i, n) => Math.min(n - 1, Math.max(0, i)),
  reflect: (i, n) => mirrored(i, n, Math.max(1, 2 * n - 2)),
  symmetric: (i, n) => {
    const at = wrapped(i, 2 * n);
    return at < n ? at : 2 * n - 1 - at;
  },
  wrap: wrapped,
};

function wrapped(i: number, n: number): number {
  return ((i % n) + n) % n;
}

function mirrored(i: number, n: number, period: number): number {
  const at = wrapped(i, period);
  return at < n ? at : period - at;
}

/** @throws ValueError for a width that is no whole number from 0 up; ShapeError for an axis without elements to repeat */
export function padWith(x: Node, widths: PadWidths, mode: PadMode): Node {
  const { low, high } = widthsOf(x, widths);
  return low.reduce((node, before, axis) => {
    const after = high[axis]!;
    const n = x.shape[axis]!;
    if (![before, after].every((width) => Number.isInteger(width) && width >= 0)) {
      raise(new ValueError(`pad: [${before}, ${after}] for axis ${axis} must be whole numbers from 0 up`));
    }
    if (before + after === 0) return node;
    if (n === 0)
      raise(new ShapeError(`pad: axis ${axis} of ${formatShape(x.shape)} is empty; '${mode}' has nothing to repeat`));
    const index = Array.from({ length: before + n + after }, (_, i) => places[mode](i - before, n));
    return take(node, table(index, 'int32'), axis);
  }, x);
}
