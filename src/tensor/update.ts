/**
 * Updates at places, as functions that return a new tensor: `at(x, …index).set(values)`, NumPy's put family, PyTorch's scatter.
 * An index is used as in x.get(…); what it reads, the update writes.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape, sameShape, sizeOf } from '../base/shape.ts';
import { constant, iota } from '../ir/build.ts';
import { isFloat, promote } from '../ir/dtype.ts';
import { gradients } from '../transform/gradients.ts';
import { arithmeticRightShift } from './bits.ts';
import { concat, where } from './functions.ts';
import { filled, tensorOf } from './lifting.ts';
import { narrow } from './movement.ts';
import { type Index, select } from './selection.ts';
import { Tensor, type TensorLike } from './tensor.ts';

/** How values meet at a place. */
type Combine = (there: Tensor, value: Tensor) => Tensor;

/** Places of a tensor, to be read or written. Where an index names a place twice, `set` keeps the last value, the others combine all. */
export interface Places {
  /** The elements there. */
  get(): Tensor;
  /** x with these values there; they broadcast to what `get` gives. */
  set(values: TensorLike): Tensor;
  add(values: TensorLike): Tensor;
  sub(values: TensorLike): Tensor;
  mul(values: TensorLike): Tensor;
  div(values: TensorLike): Tensor;
  min(values: TensorLike): Tensor;
  max(values: TensorLike): Tensor;
  /** x with f of the elements there in their place. */
  apply(f: (there: Tensor) => Tensor): Tensor;
}

/**
 * Places of x, by an index as in x.get(…), to be updated: JAX's x.at[…]. x itself does not change.
 * @example at(x, 0, '1:3').set(7)   @example at(counts, labels).add(1)   @example at(x, x.less(0)).set(0)
 */
export function at(x: Tensor, ...indices: readonly Index[]): Places {
  const isUnique = !indices.some((index) => index instanceof Tensor || Array.isArray(index));
  const read = (of: Tensor): Tensor => new Tensor(select(of.node, indices));
  if (isUnique) return viewedPlaces(x, read);
  const places = read(numbered(x));
  return listedPlaces(x, places, () => read(x));
}

/** The place of every element, counted in row-major order, int32. */
function numbered(x: Tensor): Tensor {
  return new Tensor(iota([x.size], 0)).reshape(x.shape);
}

/** Of a view: no place twice, and writing is the adjoint of reading. */
function viewedPlaces(x: Tensor, read: (of: Tensor) => Tensor): Places {
  const there = (): Tensor => read(x);
  const put = (values: TensorLike): Tensor => {
    const [spread, isThere] = [adjoint(x, read, fitted(x, there(), values)), adjoint(x, read, filled(there(), 1))];
    return where(isThere.notEqual(0), spread.cast(x.dtype), x);
  };
  return {
    get: there,
    set: put,
    add: (values) => put(there().add(values)),
    sub: (values) => put(there().sub(values)),
    mul: (values) => put(there().mul(values)),
    div: (values) => put(there().div(values)),
    min: (values) => put(there().minimum(values)),
    max: (values) => put(there().maximum(values)),
    apply: (f) => put(f(there())),
  };
}

/** The values where `read` would have read them, zeros elsewhere. */
function adjoint(x: Tensor, read: (of: Tensor) => Tensor, values: Tensor): Tensor {
  if (values.dtype === 'int64') {
    // In two words, each of which float64 holds.
    const word = (part: Tensor): Tensor => adjoint(x, read, part.cast('float64')).cast('int64');
    return word(arithmeticRightShift(values, 32))
      .leftShift(32)
      .add(word(values.bitwiseAnd(0xffffffff)));
  }
  const dtype = isFloat(values.dtype) ? values.dtype : 'float64'; // which holds every narrower integer
  // Any elements will do, but movement sees through a constant, and there would be nothing to go back to.
  const source = numbered(x).cast(dtype);
  const view = read(source);
  return new Tensor(gradients(view.node, [source.node], values.cast(dtype).node)[0]!);
}

/** The values in the shape of the places and the dtype of x. */
function fitted(x: Tensor, places: Tensor, values: TensorLike): Tensor {
  const v = tensorOf(values);
  if (v.rank > places.rank || !sameShape(v.expand(places.shape).shape, places.shape)) {
    raise(
      new ShapeError(`at: values ${formatShape(v.shape)} do not broadcast to the places' ${formatShape(places.shape)}`),
    );
  }
  return v.expand(places.shape).cast(x.dtype);
}

/** Of places that may occur more than once. */
function listedPlaces(x: Tensor, places: Tensor, there: () => Tensor): Places {
  const combined = (values: TensorLike, neutral: number | undefined, combine: Combine): Tensor =>
    combineAt(x, places, fitted(x, places, values), neutral, combine);
  return {
    get: there,
    set: (values) => combined(values, undefined, (_, value) => value),
    add: (values) => addAt(x, places, fitted(x, places, values)),
    sub: (values) => addAt(x, places, fitted(x, places, values).neg()),
    mul: (values) => combined(values, 1, (a, b) => a.mul(b)),
    div: (values) => combined(tensorOf(values).reciprocal(), 1, (a, b) => a.mul(b)),
    min: (values) => combined(values, Infinity, (a, b) => a.minimum(b)),
    max: (values) => combined(values, -Infinity, (a, b) => a.maximum(b)),
    apply: (f) => combined(f(there()), undefined, (_, value) => value),
  };
}

function addAt(x: Tensor, places: Tensor, values: Tensor): Tensor {
  if (x.size === 0) return x;
  const flat = x.reshape(-1).scatterAdd(places.reshape(-1), values.reshape(-1), 0);
  return flat.reshape(x.shape).cast(x.dtype);
}

/**
 * The values sorted by place; within a run of one place each is combined with those before it, in log₂ n steps (Hillis and Steele
 * 1986), and the last of the run is written.
 * @param neutral absent if the value replaces what is there
 */
function combineAt(x: Tensor, places: Tensor, values: Tensor, neutral: number | undefined, combine: Combine): Tensor {
  const n = places.size;
  if (n === 0 || x.size === 0) return x;
  const spots = places.reshape(n);
  const order = spots.argsort(0);
  const sorted = spots.take(order, 0);
  let run = values.reshape(n).take(order, 0);
  for (let step = 1; neutral !== undefined && step < n; step *= 2) {
    const part = (of: Tensor, start: number): Tensor => new Tensor(narrow(of.node, 0, start, n - step));
    const isSame = part(sorted, 0).equal(part(sorted, step));
    const joined = where(isSame, combine(part(run, 0), part(run, step)), part(run, step));
    run = concat([new Tensor(narrow(run.node, 0, 0, step)), joined]);
  }
  const next = concat([new Tensor(narrow(sorted.node, 0, 1, n - 1)), filled(sorted, -1).slice(0, 1)]);
  const isLast = sorted.notEqual(next);
  // Only one value a place is not zeroed, so that adding them up puts them down.
  const dtype = promote(x.dtype, 'int32');
  const zeros = new Tensor(constant(0, [x.size], dtype));
  const put = zeros.scatterAdd(sorted, where(isLast, run.cast(dtype), 0), 0);
  const count = zeros.scatterAdd(sorted, isLast.cast(dtype), 0).notEqual(0);
  const flat = x.reshape(-1);
  const result = neutral === undefined ? put.cast(x.dtype) : combine(flat, put.cast(x.dtype));
  return where(count, result, flat).reshape(x.shape);
}

export interface PutOptions {
  /** How values meet what is there. Default 'set'. */
  readonly mode?: 'set' | 'add' | 'mul' | 'min' | 'max';
}

/** x with values at places counted over all elements, row by row. @example put(zeros([2, 2]), tensor([3], { dtype: 'int32' }), 1) */
export function put(x: Tensor, places: Tensor, values: TensorLike, options?: PutOptions): Tensor {
  const flat = x.reshape(-1);
  return written(at(flat, places), values, options).reshape(x.shape);
}

/** x with values at places along an axis; the other axes broadcast: the counterpart of takeAlongAxis. @example putAlongAxis(x, x.argmax(1, { keepDims: true }), 0, 1) */
export function putAlongAxis(
  x: Tensor,
  places: Tensor,
  values: TensorLike,
  axis: number,
  options?: PutOptions,
): Tensor {
  const spots = numbered(x).takeAlongAxis(places, axis);
  return written(
    listedPlaces(x, spots, () => x.takeAlongAxis(places, axis)),
    values,
    options,
  );
}

/** x with source[… i …] at [… index[… i …] …] along an axis; the index may cover only the first part of the other axes: torch.scatter. @example scatter(zeros([3]), 0, index, source) */
export function scatter(x: Tensor, axis: number, index: Tensor, source: TensorLike, options?: PutOptions): Tensor {
  const spots = numbered(x).gather(index, axis);
  const values = tensorOf(source);
  const part =
    values.rank === 0
      ? values
      : values.slice(
          spots.shape.map(() => 0),
          [...spots.shape],
        );
  return written(
    listedPlaces(x, spots, () => x.gather(index, axis)),
    part,
    options,
  );
}

function written(places: Places, values: TensorLike, { mode = 'set' }: PutOptions = {}): Tensor {
  return places[mode](values);
}

/** x with the next of `values` wherever the mask is true, over and over: NumPy's putmask of a mask with a value. @example putmask(x, x.less(0), 0) */
export function putmask(x: Tensor, mask: Tensor, values: TensorLike): Tensor {
  const v = tensorOf(values);
  const size = sizeOf(x.shape);
  if (v.size === 0) raise(new ShapeError('putmask: got no values'));
  const repeated = v
    .reshape(-1)
    .tile(Math.ceil(Math.max(1, size) / v.size))
    .slice(0, size)
    .reshape(x.shape);
  return where(mask.expand(x.shape), repeated.cast(x.dtype), x);
}
