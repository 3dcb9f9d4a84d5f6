/**
 * Storage of the native device: one ordinary ArrayBuffer, owned by the garbage collector, whose address is taken once.
 */
import { DTypeError, ShapeError } from '../../base/errors.ts';
import { type DType, dtypes, type TypedArray } from '../../ir/dtype.ts';
import type { Storage } from '../../ir/leaf.ts';
import { addressOf } from './ffi.ts';
import { keepFreedMemory, useLargePages } from './memory.ts';
import { lookForDropped } from './young.ts';

/** A cache line, and the widest vector. */
const ALIGN = 64;

/**
 * Bytes from which memory is not filled with zeros, which nobody reads, and is kept by the process when it is freed: new pages cost the
 * operating system more than most kernels cost us.
 */
const LARGE = 1 << 18;

export class NativeStorage implements Storage {
  readonly dtype: DType;
  readonly size: number;
  /** Where the elements are; exact, since addresses stay below 2^53. */
  readonly address: number;
  private readonly values: TypedArray;

  private constructor(dtype: DType, values: TypedArray, address: number) {
    this.dtype = dtype;
    this.size = values.length;
    this.values = values;
    this.address = address;
  }

  static allocate(dtype: DType, size: number): NativeStorage {
    const { bytes, array } = dtypes[dtype];
    // A few bytes are allocated even for nothing: an empty buffer has no address.
    const length = size * bytes + ALIGN;
    const isLarge = length >= LARGE;
    if (isLarge) {
      keepFreedMemory();
      lookForDropped(length);
    }
    const buffer = isLarge ? Buffer.allocUnsafeSlow(length).buffer : new ArrayBuffer(length);
    const start = Number(addressOf(buffer));
    const offset = -start & (ALIGN - 1);
    if (isLarge) useLargePages(start, length);
    return new NativeStorage(dtype, new array(buffer, offset, size), start + offset);
  }

  /** Takes the array over if it is aligned, else copies it. */
  static of(dtype: DType, values: TypedArray): NativeStorage {
    const start =
      values.length === 0 || !(values instanceof dtypes[dtype].array)
        ? 1
        : Number(addressOf(values.buffer)) + values.byteOffset;
    if (start % ALIGN === 0) return new NativeStorage(dtype, values, start);
    const storage = NativeStorage.allocate(dtype, values.length);
    storage.values.set(values);
    return storage;
  }

  read(): TypedArray {
    return this.values;
  }

  write(values: TypedArray): void {
    if (values.length !== this.size)
      throw new ShapeError(`storage: expected ${this.size} elements. Received: ${values.length}`);
    if (!(values instanceof dtypes[this.dtype].array))
      throw new DTypeError(`storage: expected ${this.dtype}. Received: ${values.constructor.name}`);
    this.values.set(values);
  }
}
