/**
 * Axes and elements in another order, beyond the methods of Tensor, under NumPy's names.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { broadcastShapes, formatShape, normalizeAxes, normalizeAxis, type Shape, sizeOf } from '../base/shape.ts';
import { concat } from './functions.ts';
import { tensorOf } from './lifting.ts';
import { narrow } from './movement.ts';
import type { Axes } from './reductions.ts';
import type { Unsqueezed } from './shape-types.ts';
import { Tensor, type TensorLike } from './tensor.ts';

/** All elements as a vector. @example ravel(eye(2)) // [1, 0, 0, 1] */
export function ravel(x: Tensor): Tensor {
  return x.reshape(-1);
}

/** Two axes swapped. @example swapaxes(x, 0, 2) */
export function swapaxes(x: Tensor, a: number, b: number): Tensor {
  return x.transpose(a, b);
}

/** Axes moved to other places; the rest keep their order. @throws ShapeError if the lists differ in length   @example moveaxis(x, 0, -1) */
export function moveaxis(x: Tensor, source: Axes, destination: Axes): Tensor {
  const list = (axes: Axes): number[] =>
    (typeof axes === 'number' ? [axes] : axes).map((axis) => normalizeAxis('moveaxis', axis, x.rank));
  const [from, to] = [list(source), list(destination)];
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    raise(
      new ShapeError(
        `moveaxis: [${from.join(', ')}] to [${to.join(', ')}]: name each axis once, and as many on both sides`,
      ),
    );
  }
  const rest = x.shape.map((_, i) => i).filter((i) => !from.includes(i));
  const order = x.shape.map((_, i) => (to.includes(i) ? from[to.indexOf(i)]! : rest.shift()!));
  return x.permute(order);
}

/** With axes of size 1 put in at these places of the result. @example expandDims(x, [0, -1]) */
export function expandDims<A extends Shape, const X extends Axes>(
  x: Tensor<A>,
  axes: X,
): Tensor<X extends number ? Unsqueezed<A, X> : Shape>;
export function expandDims(x: Tensor, axes: Axes): Tensor {
  const list = typeof axes === 'number' ? [axes] : axes;
  const added = normalizeAxes('expandDims', list, x.rank + list.length);
  return added.reduce((result, axis) => result.unsqueeze(axis), x);
}

/** At least one axis. @example atleast1d(3) // [3] */
export function atleast1d(x: TensorLike): Tensor {
  const a = tensorOf(x);
  return a.rank >= 1 ? a : a.reshape(1);
}

/** At least two axes, new ones in front. @example atleast2d(tensor([1, 2])) // [[1, 2]] */
export function atleast2d(x: TensorLike): Tensor {
  const a = atleast1d(x);
  return a.rank >= 2 ? a : a.unsqueeze(0);
}

/** At least three axes: a vector becomes (1, n, 1), a matrix (m, n, 1). @example atleast3d(tensor([1, 2])) */
export function atleast3d(x: TensorLike): Tensor {
  const a = atleast2d(x);
  return a.rank >= 3 ? a : a.unsqueeze(-1);
}

/** Tensors stretched to the shape they broadcast to. @throws ShapeError if they do not   @example const [a, b] = broadcastArrays(x, y) */
export function broadcastArrays(...tensors: readonly TensorLike[]): Tensor[] {
  const list = tensors.map(tensorOf);
  const shape = list.reduce<Shape>((all, x) => broadcastShapes('broadcastArrays', all, x.shape), []);
  return list.map((x) => x.expand(shape));
}

/** Elements moved by `shift` places along axes, what leaves at one end comes in at the other; of all elements flattened without axes. @example roll(arange(3), 1) // [2, 0, 1] */
export function roll(x: Tensor, shift: number | readonly number[], axes?: Axes): Tensor {
  const shifts = typeof shift === 'number' ? [shift] : shift;
  if (shifts.some((n) => !Number.isInteger(n)))
    raise(new ValueError(`roll: shift ${shifts.join(', ')} is not a whole number`));
  if (axes === undefined) {
    const total = shifts.reduce((sum, n) => sum + n, 0);
    return rollAxis(ravel(x), total, 0).reshape(x.shape);
  }
  const list = typeof axes === 'number' ? [axes] : axes;
  if (shifts.length !== 1 && list.length !== 1 && shifts.length !== list.length) {
    raise(
      new ValueError(`roll: ${shifts.length} shifts for ${list.length} axes; give one shift, or one for each axis`),
    );
  }
  const count = Math.max(shifts.length, list.length);
  let result = x;
  for (let i = 0; i < count; i++) {
    const axis = normalizeAxis('roll', list[i] ?? list[0]!, x.rank);
    result = rollAxis(result, shifts[i] ?? shifts[0]!, axis);
  }
  return result;
}

function rollAxis(x: Tensor, shift: number, axis: number): Tensor {
  const n = x.shape[axis]!;
  const by = n === 0 ? 0 : ((shift % n) + n) % n;
  if (by === 0) return x;
  const part = (start: number, length: number): Tensor => new Tensor(narrow(x.node, axis, start, length));
  return concat([part(n - by, by), part(0, n - by)], axis);
}

/** Turned by 90° `times` times in the plane of two axes, from the first toward the second. @example rot90(tensor([[1, 2], [3, 4]])) // [[2, 4], [1, 3]] */
export function rot90(x: Tensor, times = 1, axes: readonly [number, number] = [0, 1]): Tensor {
  const [a, b] = normalizePair('rot90', axes, x.rank);
  if (!Number.isInteger(times)) raise(new ValueError(`rot90: ${times} times is not a whole number`));
  switch (((times % 4) + 4) % 4) {
    case 1:
      return x.flip(b).transpose(a, b);
    case 2:
      return x.flip(a, b);
    case 3:
      return x.transpose(a, b).flip(b);
    default:
      return x;
  }
}

function normalizePair(op: string, axes: readonly [number, number], rank: number): [number, number] {
  const a = normalizeAxis(op, axes[0], rank);
  const b = normalizeAxis(op, axes[1], rank);
  if (a === b) raise(new ShapeError(`${op}: axes ${axes[0]} and ${axes[1]} are the same; name two`));
  return [a, b];
}

/** Turned around along the first axis. @example flipud(tensor([[1], [2]])) // [[2], [1]] */
export function flipud(x: Tensor): Tensor {
  return x.flip(0);
}

/** Turned around along the second axis. @throws ShapeError for a vector   @example fliplr(tensor([[1, 2]])) // [[2, 1]] */
export function fliplr(x: Tensor): Tensor {
  if (x.rank < 2) raise(new ShapeError(`fliplr: expected at least two axes, got ${formatShape(x.shape)}`));
  return x.flip(1);
}

/** The elements in order, over and over, until they fill the shape. @throws ShapeError if there are none   @example resize(tensor([1, 2]), [3]) // [1, 2, 1] */
export function resize(x: Tensor, shape: Shape): Tensor {
  const size = sizeOf(shape);
  if (x.size === 0 && size > 0)
    raise(new ShapeError(`resize: ${formatShape(x.shape)} is empty and cannot fill ${formatShape(shape)}`));
  const flat = ravel(x);
  const repeated = x.size === 0 ? flat : flat.tile(Math.ceil(size / x.size));
  return new Tensor(narrow(repeated.node, 0, 0, size)).reshape(shape);
}
