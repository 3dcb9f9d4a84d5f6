/**
 * Storage that is a JavaScript array and nothing else; for devices that live on the host and need no alignment.
 */
import { type DType, infoOf, type TypedArray } from '../../ir/dtype.ts';
import type { Storage } from '../../ir/leaf.ts';

/** Elements in a typed array, which `read` hands out itself. */
export class ArrayStorage implements Storage {
  readonly dtype: DType;
  readonly #values: TypedArray;

  constructor(dtype: DType, values: TypedArray) {
    this.dtype = dtype;
    this.#values = values;
  }

  get size(): number {
    return this.#values.length;
  }

  read(): TypedArray {
    return this.#values;
  }

  write(values: TypedArray): void {
    this.#values.set(values);
  }
}

/** Storage of `size` elements, all 0. */
export function allocateArray(dtype: DType, size: number): Storage {
  return new ArrayStorage(dtype, new (infoOf(dtype).array)(size));
}
