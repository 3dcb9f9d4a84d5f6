/**
 * Sizes of vectors and matrices.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { formatShape, normalizeAxis } from '../../base/shape.ts';
import { iota } from '../../ir/build.ts';
import { where } from '../functions.ts';
import { floatOf } from '../lifting.ts';
import { Tensor } from '../tensor.ts';
import { svdvals } from './factorizations.ts';
import { inv } from './solving.ts';

/** Of matrices: Frobenius, nuclear (Σ of the singular values), largest and least row (±∞), column (±1) or singular value (±2). Of vectors any number. */
export type Order = number | 'fro' | 'nuc';

export interface NormOptions {
  /** Default: the Euclidean length of all elements. */
  readonly ord?: Order;
  /** One axis for vectors, two for matrices. Default: all of them. */
  readonly axis?: number | readonly [number, number];
  readonly keepDims?: boolean;
}

/**
 * The norm of vectors or matrices, as numpy.linalg.norm. At 0 the gradient of a Euclidean length is 0.
 * @throws ValueError for an order that there is none of; ShapeError where an order needs axes to be named
 * @example linalg.norm(tensor([3, 4])).itemSync() // 5   @example linalg.norm(x, { ord: 'nuc', axis: [0, 1] })
 */
export function norm(x: Tensor, { ord, axis, keepDims = false }: NormOptions = {}): Tensor {
  const values = floatOf(x);
  if (axis === undefined) {
    if (ord !== undefined && x.rank !== 1 && x.rank !== 2)
      raise(new ShapeError(`norm: an order of ${formatShape(x.shape)} needs an axis, or two for matrices; name them`));
    if (ord !== undefined && x.rank === 2) return norm(values, { ord, axis: [0, 1], keepDims });
    if (ord !== undefined) return norm(values, { ord, axis: 0, keepDims });
    return lengthOf(values, undefined, keepDims);
  }
  return typeof axis === 'number'
    ? vectorNorm(values, ord ?? 2, normalizeAxis('norm', axis, x.rank), keepDims)
    : matrixNorm(values, ord ?? 'fro', axis, keepDims);
}

/** √Σx². */
function lengthOf(x: Tensor, axes: number | readonly number[] | undefined, keepDims: boolean): Tensor {
  const squares = x.square().sum(axes, { keepDims });
  const isZero = squares.equal(0);
  return where(isZero, 0, where(isZero, 1, squares).sqrt()).cast(x.dtype);
}

function vectorNorm(x: Tensor, ord: Order, axis: number, keepDims: boolean): Tensor {
  const options = { keepDims };
  if (typeof ord === 'string' || Number.isNaN(ord))
    raise(new ValueError(`norm: vectors have no order '${ord}'; use a number, or two axes for matrices`));
  if (ord === 2) return lengthOf(x, axis, keepDims);
  if (ord === Infinity) return x.abs().max(axis, options);
  if (ord === -Infinity) return x.abs().min(axis, options);
  if (ord === 0) return x.notEqual(0).cast(x.dtype).sum(axis, options);
  if (ord === 1) return x.abs().sum(axis, options);
  return x
    .abs()
    .pow(ord)
    .sum(axis, options)
    .pow(1 / ord);
}

function matrixNorm(x: Tensor, ord: Order, axis: readonly [number, number], keepDims: boolean): Tensor {
  const [row, column] = axis.map((one) => normalizeAxis('norm', one, x.rank)) as [number, number];
  if (row === column) raise(new ShapeError(`norm: axis [${axis.join(', ')}] names one axis twice`));
  const kept = (y: Tensor): Tensor =>
    keepDims ? y.reshape(x.shape.map((n, i) => (i === row || i === column ? 1 : n))) : y;
  const sums = (along: number): Tensor => x.abs().sum(along, { keepDims: true });
  const both = [row, column];
  const singular = (): Tensor => {
    const rest = x.shape.map((_, i) => i).filter((i) => !both.includes(i));
    return svdvals(x.permute(...rest, row, column));
  };
  switch (ord) {
    case 'fro':
      return lengthOf(x, both, keepDims);
    case 'nuc':
      return kept(singular().sum(-1));
    case Infinity:
      return sums(column).max(both, { keepDims });
    case -Infinity:
      return sums(column).min(both, { keepDims });
    case 1:
      return sums(row).max(both, { keepDims });
    case -1:
      return sums(row).min(both, { keepDims });
    case 2:
      return kept(singular().max(-1));
    case -2:
      return kept(singular().min(-1));
    default:
      raise(new ValueError(`norm: matrices have no order ${ord}; use 'fro', 'nuc', ±1, ±2 or ±Infinity`));
  }
}

/**
 * How much errors of b may grow in the solution of A x = b: |A| · |A⁻¹| in the norm of order p; by singular values (default, or p ±2) also of
 * matrices that are not square.
 */
export function cond(x: Tensor, p: Order = 2): Tensor {
  const values = floatOf(x);
  if (p === 2 || p === -2) {
    const s = svdvals(values);
    const [largest, smallest] = [s.max(-1), s.min(-1)];
    return p === 2 ? largest.div(smallest) : smallest.div(largest);
  }
  const axis = [-2, -1] as const;
  return norm(values, { ord: p, axis }).mul(norm(inv(values), { ord: p, axis }));
}

/** Σ of the diagonal of (…, m, n), `offset` columns to the right. */
export function trace(x: Tensor, { offset = 0 }: { readonly offset?: number } = {}): Tensor {
  if (x.rank < 2) raise(new ShapeError(`trace: expected matrices, at least two axes, got ${formatShape(x.shape)}`));
  const size = x.shape.slice(-2);
  const isDiagonal = new Tensor(iota(size, 1)).sub(new Tensor(iota(size, 0))).equal(offset);
  return where(isDiagonal, x, 0).sum([-2, -1]);
}
