/**
 * Making tensors: from data, filled with one number, or counting.
 */
import { DTypeError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { currentDevice } from '../runtime/registry.ts';
import { store } from '../engine/value.ts';
import { binary, buffer, cast, constant, iota, variable } from '../ir/build.ts';
import { bigintsOf, type DType, infoOf, isFloat, isHalf, storedFrom } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { add, mul } from './elementwise.ts';
import { flattened, type NestedValues } from './nested.ts';
import type { NestedShape, Sizes } from './shape-types.ts';
import { fromStored } from './stored.ts';
import { Tensor } from './tensor.ts';

export type { NestedValues } from './nested.ts';

/** Numbers in a typed array over any memory. A Float16Array, where there is one, is known by its name. */
type NumberArray =
  Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint16Array | Uint8Array | Uint8ClampedArray;

export type Data = NestedValues | NumberArray | BigInt64Array;

export interface TensorOptions<S extends Shape = Shape> {
  /** Default: the typed array's (Uint16Array: int32, which holds it; BigInt64Array: int64); bool for booleans; float32 for numbers. */
  readonly dtype?: DType;
  /** Default: as the arrays are nested. */
  readonly shape?: S;
}

/**
 * A tensor with these elements, which are copied.
 * @throws ShapeError if arrays are of unequal length or do not fill `shape`   @throws DTypeError for an array of unsigned 32-bit integers and its like
 * @example tensor([[1, 2], [3, 4]])   @example tensor(bytes, { shape: [28, 28] })   @example tensor([1, 2], { dtype: 'int32' })
 */
export function tensor<const D extends Data, const S extends Shape = NestedShape<D>>(
  data: D,
  options?: TensorOptions<S>,
): Tensor<Sizes<S>>;
export function tensor(data: Data, options: TensorOptions = {}): Tensor {
  if (data instanceof BigInt64Array) {
    const shape = options.shape ?? [data.length];
    checkFilled(data.length, shape);
    const stored = new Float64Array(data.length);
    bigintsOf(stored).set(data);
    return fromStored('int64', stored, shape).cast(options.dtype ?? 'int64');
  }
  if (isTypedArray(data)) {
    const dtype = options.dtype ?? dtypeOfArray(data);
    return fromElements(data, options.shape ?? [data.length], dtype);
  }
  const { shape, elements, hasNumbers } = flattened(data);
  const dtype = options.dtype ?? (hasNumbers || elements.length === 0 ? 'float32' : 'bool');
  if (shape.length === 0 && options.shape === undefined) return new Tensor(named(constant(elements[0]!, [], dtype)));
  return fromElements(elements, options.shape ?? shape, dtype);
}

/** The dtype for each typed array, by its name. */
const arrayDTypes: Readonly<Record<string, DType>> = {
  Float64Array: 'float64',
  Float32Array: 'float32',
  Float16Array: 'float16',
  Int32Array: 'int32',
  Int16Array: 'int16',
  Int8Array: 'int8',
  Uint16Array: 'int32',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
};

function isTypedArray(data: Exclude<Data, BigInt64Array>): data is NumberArray {
  return ArrayBuffer.isView(data);
}

function dtypeOfArray(data: NumberArray): DType {
  const name = data[Symbol.toStringTag];
  const dtype = arrayDTypes[name];
  if (dtype !== undefined) return dtype;
  return raise(
    new DTypeError(`tensor: ${name} holds no dtype of ours; expected one of ${Object.keys(arrayDTypes).join(', ')}`),
  );
}

function checkFilled(count: number, shape: Shape): void {
  if (count === sizeOf(shape)) return;
  raise(
    new ShapeError(`tensor: ${count} elements do not fill shape ${formatShape(shape)}, which has ${sizeOf(shape)}`),
  );
}

function fromElements(elements: ArrayLike<number>, shape: Shape, dtype: DType): Tensor {
  checkFilled(elements.length, shape);
  const { array } = infoOf(dtype);
  const isReady = elements instanceof array && dtype !== 'bool' && dtype !== 'int64' && !isHalf(dtype);
  const value = store(currentDevice(), dtype, isReady ? elements : storedFrom(dtype, elements));
  value.isShared = true;
  return new Tensor(buffer(value, shape));
}

export interface DTypeOption {
  /** Default float32. */
  readonly dtype?: DType;
}

/** Every element is `value`. @example full([2, 3], 7) */
export function full<const S extends Shape>(
  shape: S,
  value: number,
  { dtype = 'float32' }: DTypeOption = {},
): Tensor<Sizes<S>> {
  return new Tensor(named(constant(value, shape, dtype)));
}

/** Numbers alone would be computed with while they are recorded; what gradients can be asked for needs a name. */
function named(x: Node): Node {
  return isFloat(x.dtype) ? variable(x) : x;
}

export function zeros<const S extends Shape>(shape: S, options?: DTypeOption): Tensor<Sizes<S>> {
  return full(shape, 0, options);
}

export function ones<const S extends Shape>(shape: S, options?: DTypeOption): Tensor<Sizes<S>> {
  return full(shape, 1, options);
}

/** Zeros in the shape and dtype of x. */
export function zerosLike<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return new Tensor(named(constant(0, x.shape, x.dtype)));
}

/** Ones in the shape and dtype of x. */
export function onesLike<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return new Tensor(named(constant(1, x.shape, x.dtype)));
}

/**
 * start, start + step, … before stop. Whole numbers give int32, as in NumPy, unless a dtype is named.
 * @example arange(3) // [0, 1, 2]   @example arange(0, 1, 0.25)
 */
export function arange(start: number, stop?: number, step = 1, options: DTypeOption = {}): Tensor<[number]> {
  const [first, end] = stop === undefined ? [0, start] : [start, stop];
  if (step === 0 || ![first, end, step].every(Number.isFinite)) {
    raise(new ValueError(`arange: start ${first}, stop ${end}, step ${step} must be finite, and step not 0`));
  }
  const count = Math.max(0, Math.ceil((end - first) / step));
  const isWhole = Number.isInteger(first) && Number.isInteger(step);
  const dtype = options.dtype ?? (isWhole ? 'int32' : 'float32');
  return new Tensor(line(count, first, step, dtype));
}

export interface LinspaceOptions extends DTypeOption {
  /** Whether the last number is `stop`; otherwise it is the one before. Default true. */
  readonly endpoint?: boolean;
}

/** `count` numbers from start to stop, both included, evenly apart. @example linspace(0, 1, 5) // [0, 0.25, 0.5, 0.75, 1] */
export function linspace<const N extends number>(
  start: number,
  stop: number,
  count: N,
  { dtype = 'float32', endpoint = true }: LinspaceOptions = {},
): Tensor<[N]> {
  if (!Number.isInteger(count) || count < 0 || !Number.isFinite(start) || !Number.isFinite(stop)) {
    raise(
      new ValueError(
        `linspace: ${count} numbers from ${start} to ${stop}; the count must be a whole number from 0 up, the ends finite`,
      ),
    );
  }
  const gaps = endpoint ? count - 1 : count;
  return new Tensor(line(count, start, gaps > 0 ? (stop - start) / gaps : 0, dtype));
}

function line(count: number, start: number, step: number, dtype: DType) {
  const places = iota([count], 0);
  if (Number.isInteger(start) && Number.isInteger(step)) return cast(add(mul(places, step), start), dtype);
  return cast(add(mul(cast(places, 'float64'), step), start), dtype);
}

export interface EyeOptions extends DTypeOption {
  /** Which diagonal: above the main one, or below if negative. Default 0. */
  readonly k?: number;
}

/** The identity matrix. @example eye(2) // [[1, 0], [0, 1]] */
export function eye<const M extends number, const N extends number = M>(
  rows: M,
  columns?: N,
  options?: EyeOptions,
): Tensor<[M, N]>;
export function eye(rows: number, columns = rows, { dtype = 'float32', k = 0 }: EyeOptions = {}): Tensor {
  const shape = [rows, columns];
  return new Tensor(cast(binary('eq', add(iota(shape, 0), k), iota(shape, 1)), dtype));
}

/** Every element is `value`, in the shape and dtype of x. @example fullLike(x, 7) */
export function fullLike<S extends Shape>(
  x: Tensor<S>,
  value: number,
  { dtype = x.dtype }: DTypeOption = {},
): Tensor<S> {
  return new Tensor(named(constant(value, x.shape, dtype)));
}
