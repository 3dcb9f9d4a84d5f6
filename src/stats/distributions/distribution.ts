/**
 * What every distribution can do. Parameters broadcast to the batch; each member of it has draws of the event's shape. Everything is composed
 * of tensor operations, so it is differentiable in parameters and values, compiles and batches. Computed in float64, rounded once.
 */
import { FathomError, raise, ValueError } from '../../base/errors.ts';
import { broadcastShapes, type Shape } from '../../base/shape.ts';
import { where } from '../../tensor/functions.ts';
import { filled, tensorOf } from '../../tensor/lifting.ts';
import { checkValues, drawOf } from '../../tensor/random/parameters.ts';
import type { Tensor, TensorLike } from '../../tensor/tensor.ts';

/** A distribution does not have what was asked for, in closed form. */
export class NotAvailableError extends FathomError {
  override readonly name = 'NotAvailableError';
}

/** A parameter by its name, what it must be, and the test of its known values. */
export interface Constraint {
  readonly mustBe: string;
  readonly isGood: (value: number) => boolean;
}

export const finite: Constraint = { mustBe: 'finite', isGood: Number.isFinite };
export const positive: Constraint = { mustBe: 'positive', isGood: (x) => x > 0 && x < Infinity };
export const probability: Constraint = { mustBe: 'from 0 to 1', isGood: (x) => x >= 0 && x <= 1 };
export const notNaN: Constraint = { mustBe: 'a number', isGood: (x) => !Number.isNaN(x) };
export const wholeCount: Constraint = {
  mustBe: 'a whole number from 0 up',
  isGood: (x) => Number.isInteger(x) && x >= 0,
};

export abstract class Distribution {
  /** The shape in which the parameters meet. */
  readonly batchShape: Shape;
  /** The shape of one draw. */
  readonly eventShape: Shape;

  protected constructor(batchShape: Shape, eventShape: Shape = []) {
    this.batchShape = batchShape;
    this.eventShape = eventShape;
  }

  /** The logarithm of the density, or of the probability of a whole number; −∞ outside of the support. x broadcasts with the batch. */
  abstract logProb(x: TensorLike): Tensor;

  /** Draws of shape (…shape, …batchShape, …eventShape). @param key see `random.key`   @example normal.sample(random.key(0), [1000]) */
  abstract sample(key: Tensor, shape?: Shape): Tensor;

  /** E[x], in the batch's shape. NaN where there is none. */
  abstract get mean(): Tensor;

  /** E[(x − mean)²]. */
  abstract get variance(): Tensor;

  /** −E[log p(x)], in nats. */
  abstract entropy(): Tensor;

  /** e^logProb. */
  prob(x: TensorLike): Tensor {
    return this.logProb(x).exp();
  }

  /** √variance. */
  get stddev(): Tensor {
    return this.variance.sqrt();
  }

  /** P(X ≤ x). @throws NotAvailableError where there is no closed form */
  cdf(_x: TensorLike): Tensor {
    return this.refuse('cdf', 'a distribution function in closed form');
  }

  /** P(X > x), accurate where it is small if the distribution has a form for it. */
  sf(x: TensorLike): Tensor {
    return this.cdf(x).neg().add(1);
  }

  /** The quantile: the smallest x with P(X ≤ x) ≥ p; NaN for a p outside 0 … 1. @throws NotAvailableError where there is no closed form */
  icdf(_p: TensorLike): Tensor {
    return this.refuse('icdf', 'quantiles in closed form');
  }

  /** All values, for those with finitely many: (K,), or undefined. */
  enumerateSupport(): Tensor | undefined {
    return undefined;
  }

  protected refuse(method: string, what: string): never {
    const { name } = this.constructor;
    return raise(
      new NotAvailableError(`${name}.${method}: a ${name} distribution has no ${what}; draw from it instead`),
    );
  }
}

type Parameters = Readonly<Record<string, TensorLike>>;

/**
 * Checks what is known of the parameters and finds the shape in which they meet.
 * @throws ValueError naming the parameter   @throws ShapeError if they do not broadcast
 */
export function batchShapeOf(
  name: string,
  parameters: Parameters,
  constraints: Readonly<Record<string, Constraint>>,
): Shape {
  for (const [key, { mustBe, isGood }] of Object.entries(constraints)) {
    const value = parameters[key];
    if (value !== undefined) checkValues(name, key, value, mustBe, isGood);
  }
  return Object.values(parameters)
    .map((x) => tensorOf(x).shape)
    .reduce((a, b) => broadcastShapes(name, a, b), []);
}

/** f of the arguments in float64 and in one shape, rounded to the dtype in which they meet. */
export function compute(
  op: string,
  args: readonly TensorLike[],
  f: (...args: Tensor[]) => Tensor,
  batch?: Shape,
): Tensor {
  const { parameters, dtype } = drawOf(op, args, batch);
  return f(...parameters).cast(dtype);
}

/** `value` on the support, −∞ elsewhere, NaN for NaN. `value` is computed of a harmless point elsewhere. */
export function onSupport(isInside: Tensor, x: Tensor, harmless: number, value: (x: Tensor) => Tensor): Tensor {
  const inside = value(where(isInside, x, harmless));
  return where(isInside, inside, where(x.isNaN(), filled(inside, NaN), filled(inside, -Infinity)));
}

/** A distribution function that is 0 up to `low` and 1 from `high` on, and `value` between. */
export function between(
  x: Tensor,
  low: Tensor | number,
  high: Tensor | number,
  harmless: Tensor | number,
  value: (x: Tensor) => Tensor,
): Tensor {
  const isInside = x.greater(low).logicalAnd(x.less(high));
  const inside = value(where(isInside, x, harmless));
  const outside = where(x.lessEqual(low), filled(inside, 0), where(x.isNaN(), filled(inside, NaN), filled(inside, 1)));
  return where(isInside, inside, outside);
}

/** What depends on p where 0 ≤ p ≤ 1; NaN elsewhere. */
export function ofProbability(p: Tensor, value: (p: Tensor) => Tensor): Tensor {
  const isGood = p.greaterEqual(0).logicalAnd(p.lessEqual(1));
  const inside = value(where(isGood, p, 0.5));
  return where(isGood, inside, filled(inside, NaN));
}

/** Exactly one of two ways to say a parameter. @throws ValueError for both or neither */
export function oneOf<T>(
  name: string,
  first: readonly [string, T | undefined],
  second: readonly [string, T | undefined],
): T {
  const given = [first, second].filter(([, value]) => value !== undefined);
  const [, value] = given[0] ?? [];
  if (given.length !== 1 || value === undefined) {
    raise(
      new ValueError(
        `${name}: give either ${first[0]} or ${second[0]}, got ${given.length === 0 ? 'neither' : 'both'}`,
      ),
    );
  }
  return value;
}
