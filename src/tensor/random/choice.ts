/**
 * Order and choice by chance. Sorting random numbers is what shuffles, so that these run and compile wherever sorting does.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { formatShape, normalizeAxis, type Shape, sizeOf } from '../../base/shape.ts';
import { arange } from '../creation.ts';
import { floatOf } from '../lifting.ts';
import { searchsorted } from '../ordering.ts';
import { bits, randint } from '../random.ts';
import type { Tensor } from '../tensor.ts';
import { gumbel } from './continuous.ts';
import { checkValues, knownValues, unit } from './parameters.ts';

export interface PermutationOptions {
  /** Which axis of a tensor is shuffled. Default 0. */
  readonly axis?: number;
}

/**
 * 0 … count − 1 in random order, int32 (count,); or a tensor with its slices along an axis in random order.
 * @throws ValueError for a count that is no whole number from 0 up; ShapeError for a scalar   @example permutation(key(0), 5)
 */
export function permutation(from: Tensor, x: number | Tensor, { axis = 0 }: PermutationOptions = {}): Tensor {
  if (typeof x === 'number') return orderOf(from, countOf('permutation', x));
  const at = normalizeAxis('permutation', axis, x.rank);
  return x.take(orderOf(from, x.shape[at]!), at);
}

function countOf(op: string, count: number): number {
  if (!Number.isInteger(count) || count < 0)
    raise(new ValueError(`${op}: expected a tensor or a whole number from 0 up, got ${count}`));
  return count;
}

/** Up to here 32 bits are rarely equal (below 1 in 3000); beyond, 53 are. */
const FEW = 1625;

function orderOf(from: Tensor, count: number): Tensor {
  return (count <= FEW ? bits(from, [count]) : unit(from, [count])).argsort();
}

export interface ChoiceOptions {
  /** Whether one may be drawn several times. Default true. */
  readonly replace?: boolean;
  /** How likely each is, up to a factor. Default: all equally. */
  readonly p?: Tensor;
  /** From which axis of a tensor is drawn. Default 0. */
  readonly axis?: number;
}

/**
 * Elements (slices along an axis) of a tensor drawn by chance, or whole numbers below a count.
 * Weighted draws without replacement are those of drawing one after another from what is left (the Gumbel trick).
 * @param x (N, …) or N   @param shape of the draws, which takes the place of the axis   @returns (…shape, …)
 * @throws ValueError for more draws than there are without replacement, and for weights that are known to be negative or all 0
 * @throws ShapeError for weights of another length
 * @see Efraimidis and Spirakis, Weighted random sampling with a reservoir, 2006   @example choice(key(0), tensor([10, 20, 30]), [2], { replace: false })
 */
export function choice(
  from: Tensor,
  x: number | Tensor,
  shape: Shape = [],
  { replace = true, p, axis = 0 }: ChoiceOptions = {},
): Tensor {
  const at = typeof x === 'number' ? 0 : normalizeAxis('choice', axis, x.rank);
  const count = typeof x === 'number' ? countOf('choice', x) : x.shape[at]!;
  const places = drawPlaces(from, count, shape, replace, p);
  return typeof x === 'number' ? places : x.take(places, at);
}

function drawPlaces(from: Tensor, count: number, shape: Shape, replace: boolean, p: Tensor | undefined): Tensor {
  const draws = sizeOf(shape);
  if (p !== undefined && (p.rank !== 1 || p.size !== count))
    raise(new ShapeError(`choice: p has shape ${formatShape(p.shape)}, expected one weight for each of ${count}`));
  if (p !== undefined) checkValues('choice', 'p', p, 'finite and not negative', (w) => w >= 0 && w < Infinity);
  const known = p && knownValues(p);
  const possible = known === undefined ? count : [...known].filter((w) => w > 0).length;
  if (draws > 0 && count === 0) raise(new ValueError('choice: there is nothing to draw from'));
  if (draws > 0 && possible === 0) raise(new ValueError('choice: every weight is 0; at least one must be positive'));
  if (!replace && draws > possible) {
    raise(
      new ValueError(
        `choice: ${draws} draws from ${possible} without replacement; ask for fewer, or allow { replace: true }`,
      ),
    );
  }
  if (draws === 0) return arange(0, 0, 1, { dtype: 'int32' }).reshape(shape);
  if (p === undefined)
    return replace ? randint(from, shape, 0, count) : orderOf(from, count).slice(0, draws).reshape(shape);
  const weights = floatOf(p).cast('float64').detach();
  if (!replace) {
    const race = weights.log().add(gumbel(from, [count], { dtype: 'float64' }));
    return race.argsort(-1, { descending: true }).slice(0, draws).reshape(shape);
  }
  const sums = weights.cumsum();
  const total = sums.at(-1);
  const u = unit(from, [draws])
    .mul(total)
    .minimum(total.mul(1 - 2 ** -52));
  return searchsorted(sums, u, { side: 'right' }).reshape(shape);
}
