/**
 * What a `buffer` node stands on: a value that exists. The graph only needs to know that it is there; the storage itself belongs to a device.
 */
import type { DType, TypedArray } from './dtype.ts';

/** Elements of one dtype, row-major, held for a device. Owned by the garbage collector. */
export interface Storage {
  readonly dtype: DType;
  /** Number of elements. */
  readonly size: number;
  /** The elements on the host: a view where the device's memory is the host's, else a copy. Not to be written to. */
  read(): TypedArray;
  /** Replaces all elements. */
  write(values: TypedArray): void;
}

export interface Leaf {
  readonly storage: Storage;
}
