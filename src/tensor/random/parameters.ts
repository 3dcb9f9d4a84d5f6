/**
 * What the samplers of this folder share: parameters that meet in the shape of what is drawn, checked where their values are known.
 * They draw in float64 and round once, so that tails reach as far as 53 bits do, and all devices agree.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { broadcastShapes, formatShape, sameShape, type Shape } from '../../base/shape.ts';
import { knownValue } from '../../engine/realize.ts';
import { isFloat, numbersOf, promote } from '../../ir/dtype.ts';
import { currentDevice } from '../../runtime/registry.ts';
import { filled, tensorOf } from '../lifting.ts';
import { type FloatDType, uniform } from '../random.ts';
import { Tensor, type TensorLike } from '../tensor.ts';

export interface DrawOptions {
  /** Default: that of the parameters, float32 for numbers. */
  readonly dtype?: FloatDType;
}

export interface Draw {
  /** In float64, in the shape of what is drawn. */
  readonly parameters: readonly Tensor[];
  readonly shape: Shape;
  readonly dtype: FloatDType;
}

/**
 * Parameters in the shape that was asked for, or in the one in which they meet.
 * @throws ShapeError if they do not stretch to it
 */
export function drawOf(
  op: string,
  parameters: readonly TensorLike[],
  shape: Shape | undefined,
  { dtype }: DrawOptions = {},
): Draw {
  const met = parameters.map((x) => tensorOf(x).shape).reduce((a, b) => broadcastShapes(op, a, b), []);
  const whole = shape ?? met;
  if (shape !== undefined && !sameShape(broadcastShapes(op, met, shape), shape)) {
    raise(
      new ShapeError(
        `${op}: parameters of shape ${formatShape(met)} do not stretch to ${formatShape(shape)}; ask for a shape that ends in the parameters'`,
      ),
    );
  }
  return {
    shape: whole,
    dtype: dtype ?? dtypeOf(parameters),
    parameters: parameters.map((x) => doubleOf(x).expand(whole)),
  };
}

/** Numbers and whole numbers keep all their digits. */
function doubleOf(x: TensorLike): Tensor {
  const double = tensorOf(x).cast('float64');
  return x instanceof Tensor ? double : filled(double, Number(x));
}

function dtypeOf(parameters: readonly TensorLike[]): FloatDType {
  const found = parameters
    .flatMap((x) => (x instanceof Tensor && isFloat(x.dtype) ? [x.dtype] : []))
    .reduce(promote, 'bool');
  return found === 'float64' ? 'float64' : 'float32';
}

/**
 * Refuses a parameter that holds a value it must not, where its values are known already: numbers, and tensors that need no run. Others,
 * and those of a function that is being traced, give NaN (integers: −1) where they are wrong.
 * @throws ValueError naming the parameter, what it must be, and the first value that is not
 */
export function checkValues(
  op: string,
  name: string,
  x: TensorLike,
  mustBe: string,
  isGood: (value: number) => boolean,
): void {
  for (const value of knownValues(x) ?? []) {
    if (!isGood(value)) raise(new ValueError(`${op}: ${name} must be ${mustBe}, got ${value}`));
  }
}

/** The elements of what needs no run: numbers, stored tensors and constants; undefined for others. */
export function knownValues(x: TensorLike): (ArrayLike<number> & Iterable<number>) | undefined {
  if (!(x instanceof Tensor)) return [Number(x)];
  const stored = knownValue(x.node, currentDevice())?.storage.read();
  return stored && numbersOf(x.dtype, stored);
}

export const isPositive = (x: number): boolean => x > 0 && x < Infinity;
export const isFinite = (x: number): boolean => Number.isFinite(x);
export const isProbability = (x: number): boolean => x >= 0 && x <= 1;

/** Uniform in [0, 1), to 53 bits. */
export function unit(from: Tensor, shape: Shape): Tensor {
  return uniform(from, shape, { dtype: 'float64' });
}

/** Uniform in (0, 1). */
export function openUnit(from: Tensor, shape: Shape): Tensor {
  return unit(from, shape).maximum(2 ** -54);
}
