/**
 * Triangles, diagonals and matrices made of powers. Everything is a mask or a view; nothing is written element by element.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, normalizeAxis } from '../base/shape.ts';
import { iota } from '../ir/build.ts';
import { diagonal as diagonalOf } from './contraction.ts';
import { type DTypeOption, eye, tensor, zeros } from './creation.ts';
import { concat, where } from './functions.ts';
import { floatOf, tensorOf } from './lifting.ts';
import { narrow } from './movement.ts';
import { Tensor, type TensorLike } from './tensor.ts';

/** Whether element (i, j) of the last two axes has j − i ≤ k. */
function isBelow(shape: readonly number[], k: number): Tensor {
  const rank = shape.length;
  return new Tensor(iota(shape, rank - 1)).sub(new Tensor(iota(shape, rank - 2))).lessEqual(k);
}

function checkMatrix(op: string, x: Tensor): void {
  if (x.rank >= 2) return;
  raise(new ShapeError(`${op}: expected at least two axes, got ${formatShape(x.shape)}`));
}

/** Ones at and below the k-th diagonal, zeros above. @example tri(2) // [[1, 0], [1, 1]] */
export function tri(rows: number, columns = rows, k = 0, { dtype = 'float32' }: DTypeOption = {}): Tensor {
  return isBelow([rows, columns], k).cast(dtype);
}

/** x (…, M, N) with zeros above the k-th diagonal. @throws ShapeError for fewer than two axes   @example tril(x, -1) */
export function tril(x: Tensor, k = 0): Tensor {
  checkMatrix('tril', x);
  return where(isBelow(x.shape, k), x, zeros([], x));
}

/** x (…, M, N) with zeros below the k-th diagonal. @throws ShapeError for fewer than two axes   @example triu(x, 1) */
export function triu(x: Tensor, k = 0): Tensor {
  checkMatrix('triu', x);
  return where(isBelow(x.shape, k - 1), zeros([], x), x);
}

export interface DiagonalOptions {
  /** How far above the main diagonal; negative is below. Default 0. */
  readonly offset?: number;
  /** The axes of the matrices. Default the first two, as in NumPy. */
  readonly axis1?: number;
  readonly axis2?: number;
}

/** The diagonal of two axes, as a last axis in their place. @example diagonal(tensor([[1, 2], [3, 4]])) // [1, 4] */
export function diagonal(x: Tensor, { offset = 0, axis1 = 0, axis2 = 1 }: DiagonalOptions = {}): Tensor {
  checkMatrix('diagonal', x);
  const first = normalizeAxis('diagonal', axis1, x.rank);
  const second = normalizeAxis('diagonal', axis2, x.rank);
  if (first === second) raise(new ShapeError(`diagonal: axis ${first} is named twice; name two different axes`));
  const skipRows = Math.max(0, -offset);
  const skipColumns = Math.max(0, offset);
  const length = Math.max(0, Math.min(x.shape[first]! - skipRows, x.shape[second]! - skipColumns));
  const start = length === 0 ? 0 : 1;
  const rows = narrow(x.node, first, skipRows * start, length);
  const square = narrow(rows, second, skipColumns * start, length);
  return new Tensor(diagonalOf(square, first, second));
}

/** Σ of a diagonal. @example trace(eye(3)) // 3 */
export function trace(x: Tensor, options?: DiagonalOptions): Tensor {
  return diagonal(x, options).sum(-1);
}

/** The matrices whose k-th diagonal is the last axis of x, zeros elsewhere: (…, n) → (…, n + |k|, n + |k|). @example diagEmbed(tensor([1, 2])) */
export function diagEmbed(x: Tensor, k = 0): Tensor {
  if (x.rank === 0) raise(new ShapeError('diagEmbed: expected at least one axis, got a scalar'));
  const size = x.shape[x.rank - 1]! + Math.abs(k);
  const shape = [...x.shape.slice(0, -1), size, size];
  const [row, column] = [new Tensor(iota(shape, x.rank - 1)), new Tensor(iota(shape, x.rank))];
  const isOn = column.sub(row).equal(k);
  // Each row holds the whole vector, shifted to where its diagonal elements belong.
  const spread = x.pad([[Math.max(0, k), Math.max(0, -k)]]).unsqueeze(-2);
  return where(isOn, spread, zeros([], x));
}

/** A matrix with the vector x on its k-th diagonal, or the k-th diagonal of the matrix x. @throws ShapeError for other ranks   @example diag(tensor([1, 2])) // [[1, 0], [0, 2]] */
export function diag(x: Tensor, k = 0): Tensor {
  if (x.rank === 1) return diagEmbed(x, k);
  if (x.rank === 2) return diagonal(x, { offset: k });
  return raise(
    new ShapeError(`diag: expected a vector or a matrix, got ${formatShape(x.shape)}; use diagonal or diagEmbed`),
  );
}

/** A matrix with all elements of x on its k-th diagonal. @example diagflat(tensor([[1, 2]])) */
export function diagflat(x: TensorLike, k = 0): Tensor {
  return diagEmbed(tensorOf(x).reshape(-1), k);
}

/** x with `value` on the diagonal of its last two axes. @example fillDiagonal(x, 0) */
export function fillDiagonal(x: Tensor, value: TensorLike): Tensor {
  checkMatrix('fillDiagonal', x);
  const isOn = new Tensor(iota(x.shape, x.rank - 1)).equal(new Tensor(iota(x.shape, x.rank - 2)));
  return where(isOn, value, x);
}

export interface VanderOptions {
  /** The number of columns. Default: as many as elements. */
  readonly columns?: number;
  /** Powers from 0 up instead of down to 0. Default false. */
  readonly increasing?: boolean;
}

/** Vandermonde's matrix: column j holds x to the power of j, counted from the right. @example vander(tensor([1, 2])) // [[1, 1], [2, 1]] */
export function vander(x: Tensor, { columns, increasing = false }: VanderOptions = {}): Tensor {
  if (x.rank !== 1) raise(new ShapeError(`vander: expected a vector, got ${formatShape(x.shape)}`));
  const count = columns ?? x.shape[0]!;
  if (!Number.isInteger(count) || count < 0)
    raise(new ValueError(`vander: ${count} columns is not a whole number from 0 up`));
  const powers = Array.from({ length: count }, (_, j) => x.pow(increasing ? j : count - 1 - j).unsqueeze(1));
  return count === 0 ? zeros([x.shape[0]!, 0], x) : concat(powers, 1);
}

/** [rows, columns] of the elements at and below the k-th diagonal, int32. @example const [i, j] = trilIndices(3) */
export function trilIndices(rows: number, k = 0, columns = rows): [Tensor, Tensor] {
  return places(rows, columns, (i, j) => j - i <= k);
}

/** [rows, columns] of the elements at and above the k-th diagonal, int32. @example const [i, j] = triuIndices(3, 1) */
export function triuIndices(rows: number, k = 0, columns = rows): [Tensor, Tensor] {
  return places(rows, columns, (i, j) => j - i >= k);
}

function places(rows: number, columns: number, isIn: (i: number, j: number) => boolean): [Tensor, Tensor] {
  const found: [number[], number[]] = [[], []];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      if (!isIn(i, j)) continue;
      found[0].push(i);
      found[1].push(j);
    }
  }
  return [tensor(Int32Array.from(found[0])), tensor(Int32Array.from(found[1]))];
}

/** The matrix whose eigenvalues are the roots of a polynomial, coefficients highest power first. @example companion(tensor([1, -3, 2])) // [[3, -2], [1, 0]] */
export function companion(coefficients: TensorLike): Tensor {
  const c = floatOf(coefficients);
  if (c.rank !== 1 || c.size < 2)
    raise(new ShapeError(`companion: expected a vector of at least two coefficients, got ${formatShape(c.shape)}`));
  const n = c.size - 1;
  const top = c.slice(1).div(c.at(0)).neg().unsqueeze(0);
  const below = eye(n, n, { k: -1, dtype: c.dtype });
  return where(new Tensor(iota([n, n], 0)).equal(0), top, below);
}
