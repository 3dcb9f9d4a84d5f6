/**
 * Element types: their width, their JavaScript arrays, how they print and promote.
 */

export type DType = 'float32' | 'float64' | 'int32' | 'uint8' | 'bool';

/** The array that holds elements of any dtype on the host; bool is stored as 0 or 1 in bytes. */
export type TypedArray =
  Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

interface DTypeInfo {
  readonly bytes: number;
  readonly isFloat: boolean;
  /** Promotion rank: the higher of two dtypes wins. */
  readonly rank: number;
  /** The smallest value; the identity of max. */
  readonly lowest: number;
  readonly array: {
    new (length: number): TypedArray;
    new (buffer: ArrayBuffer, byteOffset?: number, length?: number): TypedArray;
  };
}

export const dtypes = {
  float64: { bytes: 8, isFloat: true, rank: 4, lowest: -Infinity, array: Float64Array },
  float32: { bytes: 4, isFloat: true, rank: 3, lowest: -Infinity, array: Float32Array },
  int32: { bytes: 4, isFloat: false, rank: 2, lowest: -2147483648, array: Int32Array },
  uint8: { bytes: 1, isFloat: false, rank: 1, lowest: 0, array: Uint8Array },
  bool: { bytes: 1, isFloat: false, rank: 0, lowest: 0, array: Uint8Array },
} as const satisfies Record<DType, DTypeInfo>;

export function infoOf(dtype: DType): DTypeInfo {
  return dtypes[dtype];
}

export function isFloat(dtype: DType): boolean {
  return dtypes[dtype].isFloat;
}

/** The dtype two operands meet in: the one of higher rank in bool < uint8 < int32 < float32 < float64. */
export function promote(a: DType, b: DType): DType {
  return dtypes[a].rank >= dtypes[b].rank ? a : b;
}

/** A number as an element of this dtype would hold it (int32 wraps, uint8 wraps, bool is 0 or 1, float32 rounds). */
export function roundTo(dtype: DType, value: number): number {
  switch (dtype) {
    case 'float64':
      return value;
    case 'float32':
      return Math.fround(value);
    case 'int32':
      return value | 0;
    case 'uint8':
      return value & 255;
    case 'bool':
      return value === 0 ? 0 : 1;
  }
}
