/**
 * Elements as they are stored, for files: 16-bit floats as their bits. What users read and write are numbers (tensor.ts, creation.ts).
 */
import type { Shape } from '../base/shape.ts';
import { realize } from '../engine/realize.ts';
import { store } from '../engine/value.ts';
import { buffer } from '../ir/build.ts';
import { type DType, storedFrom, type TypedArray } from '../ir/dtype.ts';
import { currentDevice } from '../runtime/registry.ts';
import { Tensor } from './tensor.ts';

/** The stored elements of a tensor, row-major; not to be written to. @param op named in messages */
export function storedOf(x: Tensor, op: string): TypedArray {
  return realize([x.node], op)[0]!.storage.read();
}

/** A tensor of elements as they are stored, in the dtype's own array; they are copied. @throws ShapeError if they do not fill `shape` */
export function fromStored(dtype: DType, stored: TypedArray, shape: Shape): Tensor {
  // A file may hold other bytes for true than 1.
  const value = store(currentDevice(), dtype, dtype === 'bool' ? storedFrom('bool', stored) : stored);
  value.isShared = true;
  return new Tensor(buffer(value, shape));
}
