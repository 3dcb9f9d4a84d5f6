/**
 * Numbers in patterns: evenly apart in their logarithm, coordinates of a grid, a function of the indices.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import { iota } from '../ir/build.ts';
import { linspace, type LinspaceOptions } from './creation.ts';
import { where } from './functions.ts';
import { Tensor } from './tensor.ts';

export interface LogspaceOptions extends LinspaceOptions {
  /** Default 10. */
  readonly base?: number;
}

/** `count` powers of the base, from base^start to base^stop, evenly apart in their exponents. @example logspace(0, 2, 3) // [1, 10, 100] */
export function logspace(start: number, stop: number, count: number, options: LogspaceOptions = {}): Tensor {
  const { base = 10, endpoint = true, dtype = 'float32' } = options;
  if (!(base > 0)) raise(new ValueError(`logspace: the base must be positive, got ${base}`));
  const exponents = linspace(start, stop, count, { endpoint, dtype: 'float64' });
  const powers = exponents.mul(Math.log(base)).exp();
  // Whole powers of a whole base are whole.
  const error = powers.round().sub(powers);
  const isWhole = Number.isInteger(base) ? error.abs().lessEqual(powers.mul(2 ** -48)) : exponents.notEqual(exponents);
  return where(isWhole, powers.round(), powers).cast(dtype);
}

/** `count` numbers from start to stop, each the same multiple of the one before. @throws ValueError for ends of different signs, or 0   @example geomspace(1, 8, 4) // [1, 2, 4, 8] */
export function geomspace(start: number, stop: number, count: number, options: LinspaceOptions = {}): Tensor {
  const { endpoint = true, dtype = 'float32' } = options;
  if (!(start * stop > 0))
    raise(new ValueError(`geomspace: ${start} to ${stop}: both ends must be positive, or both negative`));
  const places = linspace(0, 1, count, { endpoint, dtype: 'float64' });
  const values = places
    .mul(Math.log(stop / start))
    .exp()
    .mul(start);
  const isLast = endpoint && count > 1 ? places.equal(1) : places.notEqual(places);
  return where(isLast, stop, values).cast(dtype);
}

export interface MeshgridOptions {
  /** 'xy' (default): the first vector runs along the columns; 'ij': along the first axis. */
  readonly indexing?: 'xy' | 'ij';
}

/** The coordinates of a grid from the vectors along its axes, one tensor for each. @example const [x, y] = meshgrid([arange(3), arange(2)]) // (2, 3) each */
export function meshgrid(vectors: readonly Tensor[], { indexing = 'xy' }: MeshgridOptions = {}): Tensor[] {
  for (const vector of vectors) {
    if (vector.rank > 1) raise(new ShapeError(`meshgrid: expected vectors, got ${formatShape(vector.shape)}`));
  }
  const isSwapped = indexing === 'xy' && vectors.length > 1;
  const axisOf = (i: number): number => (isSwapped && i < 2 ? 1 - i : i);
  const shape: number[] = vectors.map(() => 0);
  vectors.forEach((vector, i) => (shape[axisOf(i)] = vector.size));
  return vectors.map((vector, i) => {
    const along = shape.map((_, axis) => (axis === axisOf(i) ? vector.size : 1));
    return vector.reshape(along).expand(shape);
  });
}

/** The index of every element along each axis, int32: (rank, …shape). @example indices([2, 2]) // [[[0, 0], [1, 1]], [[0, 1], [0, 1]]] */
export function indices(shape: Shape): Tensor {
  const rank = shape.length;
  const coordinates = new Tensor(iota([rank, ...shape], 0));
  return Array.from({ length: rank }, (_, axis) => {
    const along = new Tensor(iota([rank, ...shape], axis + 1));
    return where(coordinates.equal(axis), along, 0);
  }).reduce((sum, part) => sum.add(part), coordinates.mul(0));
}

/** f of the index tensors of each axis, int32. @example fromFunction((i, j) => i.add(j), [2, 3]) */
export function fromFunction(f: (...indices: Tensor[]) => Tensor, shape: Shape): Tensor {
  return f(...shape.map((_, axis) => new Tensor(iota(shape, axis))));
}
