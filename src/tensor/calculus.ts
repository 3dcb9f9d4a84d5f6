/**
 * Sampled functions: differences, slopes, areas, interpolation, convolution of sequences, polynomials.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, normalizeAxes, normalizeAxis } from '../base/shape.ts';
import { tableAlong } from './constants.ts';
import { concat, where } from './functions.ts';
import { filled, floatOf, numberOf, tensorOf } from './lifting.ts';
import { narrow } from './movement.ts';
import { searchsorted } from './ordering.ts';
import type { Axes } from './reductions.ts';
import { conv1d } from './spatial.ts';
import { Tensor, type TensorLike } from './tensor.ts';

/** Elements `start` … `start + length − 1` of an axis. */
function part(x: Tensor, axis: number, start: number, length: number): Tensor {
  return new Tensor(narrow(x.node, axis, start, length));
}

export interface DiffOptions {
  /** How often. Default 1. */
  readonly n?: number;
  /** Default the last. */
  readonly axis?: number;
  /** Elements put before and after first. */
  readonly prepend?: Tensor;
  readonly append?: Tensor;
}

/** x[i + 1] − x[i] along an axis, n times; of booleans, whether they differ. @example diff(tensor([1, 4, 9])) // [3, 5] */
export function diff(x: Tensor, { n = 1, axis = -1, prepend, append }: DiffOptions = {}): Tensor {
  if (!Number.isInteger(n) || n < 0) raise(new ValueError(`diff: n must be a whole number from 0 up, got ${n}`));
  const at = normalizeAxis('diff', axis, x.rank);
  const parts = [prepend, x, append].filter((one) => one !== undefined);
  let result = parts.length > 1 ? concat(parts, at) : x;
  for (let i = 0; i < n; i++) {
    const length = Math.max(0, result.shape[at]! - 1);
    if (length === 0) return part(result, at, 0, 0);
    const [low, high] = [part(result, at, 0, length), part(result, at, 1, length)];
    result = result.dtype === 'bool' ? high.notEqual(low) : high.sub(low);
  }
  return result;
}

/** The differences of all elements in a row. @example ediff1d(tensor([1, 2, 4])) // [1, 2] */
export function ediff1d(x: Tensor): Tensor {
  return diff(x.reshape(-1));
}

export interface GradientOptions {
  /** One axis or several; default all. */
  readonly axes?: Axes;
  /** How far samples are apart, or where they are (a list for an axis). Default 1. */
  readonly spacing?: number | readonly (number | readonly number[])[];
  /** How accurate the one-sided slopes at the ends are. Default 1. */
  readonly edgeOrder?: 1 | 2;
}

/**
 * Slopes of sampled values by second-order central differences, one-sided at the ends: NumPy's gradient, one tensor for each axis. (For
 * derivatives of functions see `grad`.)
 * @throws ShapeError for an axis with too few samples   @example gradient(tensor([1, 4, 9])) // [[3, 4, 5]]
 */
export function gradient(x: Tensor, { axes, spacing = 1, edgeOrder = 1 }: GradientOptions = {}): Tensor[] {
  const v = floatOf(x);
  const list = normalizeAxes('gradient', axes, v.rank);
  if (typeof spacing !== 'number' && spacing.length !== list.length) {
    raise(
      new ValueError(
        `gradient: ${spacing.length} spacings for ${list.length} axes; give one number, or one entry for each axis`,
      ),
    );
  }
  return list.map((axis, i) => slope(v, axis, typeof spacing === 'number' ? spacing : spacing[i]!, edgeOrder));
}

function slope(x: Tensor, axis: number, spacing: number | readonly number[], edgeOrder: 1 | 2): Tensor {
  const n = x.shape[axis]!;
  if (n < edgeOrder + 1) {
    raise(new ShapeError(`gradient: axis ${axis} of ${formatShape(x.shape)} needs at least ${edgeOrder + 1} samples`));
  }
  if (typeof spacing !== 'number' && spacing.length !== n) {
    raise(new ShapeError(`gradient: ${spacing.length} places for ${n} samples along axis ${axis}`));
  }
  const gaps = Array.from({ length: n - 1 }, (_, i) =>
    typeof spacing === 'number' ? spacing : spacing[i + 1]! - spacing[i]!,
  );
  const isEven = gaps.every((gap) => gap === gaps[0]);
  const sample = (i: number): Tensor => part(x, axis, i, 1);
  const first = gaps[0]!;
  const last = gaps[n - 2]!;
  const ends =
    edgeOrder === 1
      ? [
          sample(1).sub(sample(0)).div(first),
          sample(n - 1)
            .sub(sample(n - 2))
            .div(last),
        ]
      : [
          parabola(first, gaps[1]!, sample(0), sample(1), sample(2)),
          parabola(last, gaps[n - 3]!, sample(n - 1), sample(n - 2), sample(n - 3)).neg(),
        ];
  if (n === 2) return concat(ends, axis);
  const [before, at, after] = [part(x, axis, 0, n - 2), part(x, axis, 1, n - 2), part(x, axis, 2, n - 2)];
  let inner: Tensor;
  if (isEven) inner = after.sub(before).div(2 * first);
  else {
    const weigh = (of: Tensor, weight: (left: number, right: number) => number): Tensor => {
      const weights = gaps.slice(1).map((right, i) => weight(gaps[i]!, right));
      return of.mul(new Tensor(tableAlong(weights, x.dtype, axis, x.rank)));
    };
    inner = weigh(before, (l, r) => -r / (l * (l + r)))
      .add(weigh(at, (l, r) => (r - l) / (l * r)))
      .add(weigh(after, (l, r) => l / (r * (l + r))));
  }
  return concat([ends[0]!, inner, ends[1]!], axis);
}

/** The slope at the first of three samples of the parabola through them; `a` and `b` are the gaps. */
function parabola(a: number, b: number, x0: Tensor, x1: Tensor, x2: Tensor): Tensor {
  const w0 = -(2 * a + b) / (a * (a + b));
  const w1 = (a + b) / (a * b);
  const w2 = -a / (b * (a + b));
  return x0.mul(w0).add(x1.mul(w1)).add(x2.mul(w2));
}

export interface TrapezoidOptions {
  /** Where the samples are: a vector along the axis, or in the shape of y. */
  readonly x?: Tensor;
  /** How far they are apart, if x is not given. Default 1. */
  readonly dx?: number;
  /** Default the last. */
  readonly axis?: number;
}

/** The area under samples by the trapezoidal rule, Σ (yᵢ + yᵢ₊₁) / 2 · Δxᵢ. @example trapezoid(tensor([1, 2, 3])) // 4 */
export function trapezoid(y: Tensor, { x, dx = 1, axis = -1 }: TrapezoidOptions = {}): Tensor {
  const v = floatOf(y);
  const at = normalizeAxis('trapezoid', axis, v.rank);
  const n = v.shape[at]!;
  const length = Math.max(0, n - 1);
  const sums = part(v, at, 0, length).add(part(v, at, n - length, length));
  if (x === undefined) return sums.sum(at).mul(dx / 2);
  const places = x.rank === 1 ? x.reshape(v.shape.map((_, i) => (i === at ? x.size : 1))) : x;
  const gaps = diff(places, { axis: at });
  if (gaps.shape[at] !== length) {
    raise(new ShapeError(`trapezoid: ${x.shape[x.rank === 1 ? 0 : at]} places for ${n} samples along axis ${at}`));
  }
  return sums.mul(gaps).sum(at).mul(0.5);
}

export interface InterpOptions {
  /** The value left of the first place, and right of the last. Default: the value there. */
  readonly left?: number;
  readonly right?: number;
}

/** The function through the points (xp, fp) with straight lines between, at x; xp ascends. @throws ShapeError   @example interp(1.5, tensor([1, 2]), tensor([10, 20])) // 15 */
export function interp(x: TensorLike, xp: Tensor, fp: Tensor, { left, right }: InterpOptions = {}): Tensor {
  if (xp.rank !== 1 || fp.rank !== 1 || xp.size !== fp.size || xp.size === 0) {
    raise(
      new ShapeError(
        `interp: expected vectors of one length, got ${formatShape(xp.shape)} and ${formatShape(fp.shape)}`,
      ),
    );
  }
  const [v, places] = meetVectors(x, xp);
  const values = floatOf(fp).cast(v.dtype);
  const n = places.size;
  if (n === 1) return ends(v, places, values, left, right, values.at(0).expand(v.shape));
  const after = searchsorted(places.detach(), v.detach(), { side: 'right' }).clip(1, n - 1);
  const before = after.sub(1);
  const [x0, x1] = [places.take(before), places.take(after)];
  const [y0, y1] = [values.take(before), values.take(after)];
  const inside = v.greaterEqual(places.at(0)).logicalAnd(v.lessEqual(places.at(-1)));
  const step = where(inside, v.sub(x0), 0);
  const gap = x1.sub(x0);
  const line = y0.add(step.mul(y1.sub(y0)).div(where(gap.equal(0), 1, gap)));
  return ends(v, places, values, left, right, line);
}

function meetVectors(x: TensorLike, xp: Tensor): [Tensor, Tensor] {
  const [a, b] = [floatOf(x), floatOf(xp)];
  const dtype = a.dtype === 'float64' || b.dtype === 'float64' ? 'float64' : 'float32';
  return [a.cast(dtype), b.cast(dtype)];
}

function ends(
  x: Tensor,
  xp: Tensor,
  fp: Tensor,
  left: number | undefined,
  right: number | undefined,
  inner: Tensor,
): Tensor {
  const low = where(x.less(xp.at(0)), left ?? fp.at(0), inner);
  const high = where(x.greater(xp.at(-1)), right ?? fp.at(-1), low);
  return where(x.isNaN(), filled(high, NaN), high);
}

export interface UnwrapOptions {
  /** Jumps larger than this are wraps. Default: half the period. */
  readonly discont?: number;
  readonly axis?: number;
  /** Default 2π. */
  readonly period?: number;
}

/** Angles with jumps of more than half a period taken out by whole periods. @example unwrap(tensor([0, 3, -3])) // [0, 3, 3.28] */
export function unwrap(
  x: Tensor,
  { axis = -1, period = 2 * Math.PI, discont = period / 2 }: UnwrapOptions = {},
): Tensor {
  const v = floatOf(x);
  const at = normalizeAxis('unwrap', axis, v.rank);
  if (v.shape[at]! < 2) return v;
  const steps = diff(v, { axis: at });
  const half = period / 2;
  const folded = steps.add(half).mod(period).sub(half);
  const turned = where(folded.equal(-half).logicalAnd(steps.greater(0)), half, folded);
  const correction = where(steps.abs().less(discont), 0, turned.sub(steps));
  const total = correction.cumsum(at);
  const first = part(v, at, 0, 1);
  return concat([first, part(v, at, 1, v.shape[at]! - 1).add(total)], at);
}

/** Which part of a convolution: all of it, as many elements as the longer sequence has, or only where both overlap fully. */
export type ConvolveMode = 'full' | 'same' | 'valid';

/** Σₖ a[k] v[n − k] of two sequences. @throws ShapeError unless both are vectors with elements   @example convolve(tensor([1, 2]), tensor([1, 1])) // [1, 3, 2] */
export function convolve(a: Tensor, v: Tensor, mode: ConvolveMode = 'full'): Tensor {
  const [long, short] = a.size >= v.size ? [a, v] : [v, a];
  return slid('convolve', long, short.flip(), mode);
}

/** Σₙ a[n + k] v[n], for every shift k: convolution with v turned around. @example correlate(tensor([1, 2, 3]), tensor([0, 1]), 'valid') // [2, 3] */
export function correlate(a: Tensor, v: Tensor, mode: ConvolveMode = 'valid'): Tensor {
  if (a.size >= v.size) return slid('correlate', a, v, mode);
  return slid('correlate', v, a, mode).flip();
}

function slid(op: string, long: Tensor, short: Tensor, mode: ConvolveMode): Tensor {
  if (long.rank !== 1 || short.rank !== 1 || short.size === 0) {
    raise(
      new ShapeError(
        `${op}: expected two vectors with elements, got ${formatShape(long.shape)} and ${formatShape(short.shape)}`,
      ),
    );
  }
  const reach = short.size - 1;
  const padding = mode === 'valid' ? [0, 0] : mode === 'full' ? [reach, reach] : [(reach + 1) >> 1, reach >> 1];
  const padded = long.pad([[padding[0]!, padding[1]!]]).reshape(1, 1, -1);
  return conv1d(padded, short.reshape(1, 1, -1)).reshape(-1);
}

/** p₀xⁿ + p₁xⁿ⁻¹ + … + pₙ, coefficients highest power first, by Horner's rule. @example polyval(tensor([1, 0, 2]), 3) // 11 */
export function polyval(p: Tensor, x: TensorLike): Tensor {
  checkPolynomial('polyval', p);
  const v = tensorOf(x);
  let result = v.mul(0).add(p.at(0));
  for (let i = 1; i < p.size; i++) result = result.mul(v).add(p.at(i));
  return result;
}

/** The sum of two polynomials. @example polyadd(tensor([1, 2]), tensor([3])) // [1, 5] */
export function polyadd(a: Tensor, b: Tensor): Tensor {
  const [p, q] = aligned('polyadd', a, b);
  return p.add(q);
}

/** The difference of two polynomials. @example polysub(tensor([1, 2]), tensor([3])) // [1, -1] */
export function polysub(a: Tensor, b: Tensor): Tensor {
  const [p, q] = aligned('polysub', a, b);
  return p.sub(q);
}

/** The product of two polynomials. @example polymul(tensor([1, 1]), tensor([1, -1])) // [1, 0, -1] */
export function polymul(a: Tensor, b: Tensor): Tensor {
  return convolve(a, b);
}

/** The derivative of a polynomial, m times. @example polyder(tensor([1, 0, 2])) // [2, 0] */
export function polyder(p: Tensor, m = 1): Tensor {
  checkPolynomial('polyder', p);
  let result = numberOf(p);
  for (let i = 0; i < m; i++) {
    const n = result.size - 1;
    if (n < 1) return filled(result, 0).slice(0, result.size === 0 ? 0 : 1);
    const factors = Array.from({ length: n }, (_, k) => n - k);
    result = part(result, 0, 0, n).mul(new Tensor(tableAlong(factors, result.dtype, 0, 1)));
  }
  return result;
}

/** An integral of a polynomial, m times, with constants 0. @example polyint(tensor([2, 0])) // [1, 0, 0] */
export function polyint(p: Tensor, m = 1): Tensor {
  checkPolynomial('polyint', p);
  let result = floatOf(p);
  for (let i = 0; i < m; i++) {
    const n = result.size;
    const factors = Array.from({ length: n }, (_, k) => n - k);
    result = result.div(new Tensor(tableAlong(factors, result.dtype, 0, 1))).pad([[0, 1]]);
  }
  return result;
}

function aligned(op: string, a: Tensor, b: Tensor): [Tensor, Tensor] {
  checkPolynomial(op, a);
  checkPolynomial(op, b);
  const n = Math.max(a.size, b.size);
  return [a.pad([[n - a.size, 0]]), b.pad([[n - b.size, 0]])];
}

function checkPolynomial(op: string, p: Tensor): void {
  if (p.rank === 1 && p.size > 0) return;
  raise(new ShapeError(`${op}: expected a vector of coefficients, highest power first, got ${formatShape(p.shape)}`));
}
