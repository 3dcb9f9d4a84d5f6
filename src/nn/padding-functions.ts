/**
 * Padding by what the tensor itself holds: mirrored, repeated at the edge, or wrapped around. Only movement, no lookup.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { concat } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** 'reflect': mirrored without the edge; 'replicate': the edge repeated; 'circular': from the other end; 'constant': a value. */
export type PaddingMode = 'constant' | 'reflect' | 'replicate' | 'circular';

/**
 * Elements before and after each of the last axes.
 * @param widths [before, after] for each of the last axes, in their order
 * @throws ShapeError for more than a mode can give: reflect size − 1, circular size
 * @example padAxes(tensor([1, 2, 3]), [[1, 2]], 'reflect') // [2, 1, 2, 3, 2, 1]
 */
export function padAxes(
  x: Tensor,
  widths: readonly (readonly [before: number, after: number])[],
  mode: PaddingMode,
  value = 0,
): Tensor {
  if (widths.length > x.rank)
    raise(new ShapeError(`pad: ${widths.length} pairs for ${formatShape(x.shape)}; give at most one for each axis`));
  if (mode === 'constant') return x.pad(widths, value);
  return widths.reduce((y, [before, after], i) => padAxis(y, x.rank - widths.length + i, before, after, mode), x);
}

function padAxis(
  x: Tensor,
  axis: number,
  before: number,
  after: number,
  mode: Exclude<PaddingMode, 'constant'>,
): Tensor {
  const size = x.shape[axis]!;
  const most = mode === 'reflect' ? size - 1 : mode === 'circular' ? size : Infinity;
  if (before > most || after > most || size === 0) {
    raise(
      new ShapeError(
        `pad: ${Math.max(before, after)} elements by '${mode}' on axis ${axis} of ${formatShape(x.shape)}; it can give at most ${most}`,
      ),
    );
  }
  const piece = (start: number, stop: number): Tensor => {
    const leading = new Array<null>(axis).fill(null);
    return x.slice([...leading, start], [...leading, stop]);
  };
  const edge = (start: number, count: number): Tensor =>
    piece(start, start + 1).expand(x.shape.map((n, i) => (i === axis ? count : n)));
  switch (mode) {
    case 'reflect':
      return joined(piece(1, 1 + before).flip(axis), x, piece(size - 1 - after, size - 1).flip(axis), axis);
    case 'replicate':
      return joined(edge(0, before), x, edge(size - 1, after), axis);
    case 'circular':
      return joined(piece(size - before, size), x, piece(0, after), axis);
  }
}

function joined(before: Tensor, x: Tensor, after: Tensor, axis: number): Tensor {
  return concat(
    [before, x, after].filter(({ shape }) => shape[axis] !== 0),
    axis,
  );
}
