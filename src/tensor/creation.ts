/**
 * Making tensors: from data, filled with one number, or counting.
 */
import { DTypeError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { currentDevice } from '../runtime/registry.ts';
import { store } from '../engine/value.ts';
import { binary, buffer, cast, constant, iota, variable } from '../ir/build.ts';
import { type DType, infoOf, isFloat, type TypedArray } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { add, mul } from './elementwise.ts';
import { flattened, type NestedValues } from './nested.ts';
import { Tensor } from './tensor.ts';

export type { NestedValues } from './nested.ts';

export type Data = NestedValues | TypedArray | Float32Array | Float64Array | Int32Array | Uint8Array;

export interface TensorOptions {
  /** Default: the typed array's; bool for booleans; float32 for numbers. */
  readonly dtype?: DType;
  /** Default: as the arrays are nested. */
  readonly shape?: Shape;
}

/**
 * A tensor with these elements, which are copied.
 * @throws ShapeError if arrays are of unequal length or do not fill `shape`   @throws DTypeError for a BigInt array and its like
 * @example tensor([[1, 2], [3, 4]])   @example tensor(bytes, { shape: [28, 28] })   @example tensor([1, 2], { dtype: 'int32' })
 */
export function tensor(data: Data, options: TensorOptions = {}): Tensor {
  if (ArrayBuffer.isView(data)) {
    const dtype = options.dtype ?? dtypeOfArray(data);
    return fromElements(data, options.shape ?? [data.length], dtype);
  }
  const { shape, elements, hasNumbers } = flattened(data);
  const dtype = options.dtype ?? (hasNumbers || elements.length === 0 ? 'float32' : 'bool');
  if (shape.length === 0 && options.shape === undefined) return new Tensor(named(constant(elements[0]!, [], dtype)));
  return fromElements(elements, options.shape ?? shape, dtype);
}

function dtypeOfArray(data: ArrayBufferView): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return 'uint8';
  raise(
    new DTypeError(
      `tensor: ${data.constructor.name} holds no dtype of ours; expected Float32Array, Float64Array, Int32Array or Uint8Array`,
    ),
  );
}

function fromElements(elements: ArrayLike<number>, shape: Shape, dtype: DType): Tensor {
  if (elements.length !== sizeOf(shape)) {
    raise(
      new ShapeError(
        `tensor: ${elements.length} elements do not fill shape ${formatShape(shape)}, which has ${sizeOf(shape)}`,
      ),
    );
  }
  const { array } = infoOf(dtype);
  const isReady = elements instanceof array && dtype !== 'bool';
  const value = store(currentDevice(), dtype, isReady ? elements : converted(elements, dtype));
  value.isShared = true;
  return new Tensor(buffer(value, shape));
}

/** The elements as the dtype's array holds them; whatever is not 0 is true. */
function converted(elements: ArrayLike<number>, dtype: DType): TypedArray {
  const result = new (infoOf(dtype).array)(elements.length);
  for (let i = 0; i < elements.length; i++) result[i] = dtype === 'bool' ? Number(elements[i] !== 0) : elements[i]!;
  return result;
}

export interface DTypeOption {
  /** Default float32. */
  readonly dtype?: DType;
}

/** Every element is `value`. @example full([2, 3], 7) */
export function full(shape: Shape, value: number, { dtype = 'float32' }: DTypeOption = {}): Tensor {
  return new Tensor(named(constant(value, shape, dtype)));
}

/** Numbers alone would be computed with while they are recorded; what gradients can be asked for needs a name. */
function named(x: Node): Node {
  return isFloat(x.dtype) ? variable(x) : x;
}

export function zeros(shape: Shape, options?: DTypeOption): Tensor {
  return full(shape, 0, options);
}

export function ones(shape: Shape, options?: DTypeOption): Tensor {
  return full(shape, 1, options);
}

/** Zeros in the shape and dtype of x. */
export function zerosLike(x: Tensor): Tensor {
  return full(x.shape, 0, x);
}

/** Ones in the shape and dtype of x. */
export function onesLike(x: Tensor): Tensor {
  return full(x.shape, 1, x);
}

/**
 * start, start + step, … before stop. Whole numbers give int32, as in NumPy, unless a dtype is named.
 * @example arange(3) // [0, 1, 2]   @example arange(0, 1, 0.25)
 */
export function arange(start: number, stop?: number, step = 1, options: DTypeOption = {}): Tensor {
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
export function linspace(
  start: number,
  stop: number,
  count: number,
  { dtype = 'float32', endpoint = true }: LinspaceOptions = {},
): Tensor {
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
export function eye(rows: number, columns = rows, { dtype = 'float32', k = 0 }: EyeOptions = {}): Tensor {
  const shape = [rows, columns];
  return new Tensor(cast(binary('eq', add(iota(shape, 0), k), iota(shape, 1)), dtype));
}

/** Every element is `value`, in the shape and dtype of x. @example fullLike(x, 7) */
export function fullLike(x: Tensor, value: number, { dtype = x.dtype }: DTypeOption = {}): Tensor {
  return full(x.shape, value, { dtype });
}
