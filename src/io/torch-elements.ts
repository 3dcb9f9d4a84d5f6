/**
 * The elements of a stored PyTorch tensor in row-major order and in a dtype that Fathom has: 16-bit floats become float32,
 * integers of 8, 16 and 64 bits with a sign become int32. What a storage is, and where it lies, is torch-archive.ts.
 */
import { type DType, infoOf, type TypedArray } from '../ir/dtype.ts';
import { widthOf } from './torch-archive.ts';
import { type Element, fail, type Stored } from './torch-objects.ts';

/** The dtype that holds every value of an element type (int64: if it fits). */
export const dtypeOf: Readonly<Record<Element, DType>> = {
  float64: 'float64',
  float32: 'float32',
  float16: 'float32',
  bfloat16: 'float32',
  int64: 'int32',
  int32: 'int32',
  int16: 'int32',
  int8: 'int32',
  uint8: 'uint8',
  bool: 'bool',
};

const readers: Readonly<Record<Element, (view: DataView, at: number) => number>> = {
  float64: (view, at) => view.getFloat64(at, true),
  float32: (view, at) => view.getFloat32(at, true),
  float16: (view, at) => fromHalf(view.getUint16(at, true)),
  bfloat16: (view, at) => fromBrain(view.getUint16(at, true)),
  int64: (view, at) => narrow(view.getBigInt64(at, true)),
  int32: (view, at) => view.getInt32(at, true),
  int16: (view, at) => view.getInt16(at, true),
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  bool: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
};

/** The number of elements. */
export function countOf({ shape }: Stored): number {
  return shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, 1);
}

/** @param data the bytes of its storage   @throws FormatError for an int64 outside int32 */
export function readElements(stored: Stored, data: Uint8Array): TypedArray {
  const { element } = stored.storage;
  const { array } = infoOf(dtypeOf[element]);
  const count = countOf(stored);
  const width = widthOf[element];
  if (dtypeOf[element] === element && element !== 'bool' && isContiguous(stored)) {
    const start = stored.offset * width;
    return new array(new Uint8Array(data.subarray(start, start + count * width)).buffer);
  }
  const read = readers[element];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const elements = new array(count);
  const { shape, strides } = stored;
  const index = shape.map(() => 0);
  let at = stored.offset;
  for (let i = 0; i < count; i++) {
    elements[i] = read(view, at * width);
    // The next index, as an odometer turns; hot.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return elements;
}

function isContiguous({ shape, strides }: Stored): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function fromBrain(bits: number): number {
  scratch.setUint32(0, bits * 65536);
  return scratch.getFloat32(0);
}

function narrow(value: bigint): number {
  const small = BigInt.asIntN(32, value);
  if (small !== value) fail(`the int64 value ${value} does not fit into int32, the widest integer here`);
  return Number(small);
}
