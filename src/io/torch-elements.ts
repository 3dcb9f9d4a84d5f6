/**
 * The elements of a stored PyTorch tensor in row-major order, as they are stored here. What a storage is, and where it lies, is torch-archive.ts.
 */
import { type DType, infoOf, type TypedArray, type Word, wordsOf } from '../ir/dtype.ts';
import { widthOf } from './torch-archive.ts';
import type { Element, Stored } from './torch-objects.ts';

/** The dtype of an element type. */
export const dtypeOf: Readonly<Record<Element, DType>> = {
  float64: 'float64',
  float32: 'float32',
  float16: 'float16',
  bfloat16: 'bfloat16',
  int64: 'int64',
  int32: 'int32',
  int16: 'int16',
  int8: 'int8',
  uint8: 'uint8',
  bool: 'bool',
};

/** Elements as they are stored here; 16-bit floats as their bits. */
const readers: Readonly<Record<Element, (view: DataView, at: number) => Word>> = {
  float64: (view, at) => view.getFloat64(at, true),
  float32: (view, at) => view.getFloat32(at, true),
  float16: (view, at) => view.getUint16(at, true),
  bfloat16: (view, at) => view.getUint16(at, true),
  int64: (view, at) => view.getBigInt64(at, true),
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

/** @param data the bytes of its storage */
export function readElements(stored: Stored, data: Uint8Array): TypedArray {
  const { element } = stored.storage;
  const { array } = infoOf(dtypeOf[element]);
  const count = countOf(stored);
  const width = widthOf[element];
  if (element !== 'bool' && isContiguous(stored)) {
    const start = stored.offset * width;
    return new array(new Uint8Array(data.subarray(start, start + count * width)).buffer);
  }
  const read = readers[element];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const elements = new array(count);
  const words = wordsOf(dtypeOf[element], elements);
  const { shape, strides } = stored;
  const index = shape.map(() => 0);
  let at = stored.offset;
  for (let i = 0; i < count; i++) {
    words[i] = read(view, at * width);
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
