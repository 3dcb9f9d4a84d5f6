/**
 * Element types: their width, their JavaScript arrays, their limits, how they promote and convert. Whatever depends on the dtype is a row of a
 * table here, or of a table that is `Record<DType, …>` elsewhere, so that a dtype added makes the compiler list what it still lacks.
 */
import { bfloat16Bits, bfloat16Of, float16Bits, float16Of, type HalfDType } from './half.ts';

export type DType = 'float64' | 'float32' | 'bfloat16' | 'float16' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool';

/** The array that holds elements of any dtype on the host; bool is stored as 0 or 1 in bytes, 16-bit floats as their bits. */
export type TypedArray =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

interface DTypeInfo {
  readonly bytes: number;
  readonly kind: 'float' | 'int' | 'bool';
  readonly isFloat: boolean;
  /** The smallest value; the identity of max. */
  readonly lowest: number;
  /** The largest finite value. */
  readonly highest: number;
  /** Floats: the distance from 1 to the next larger number. */
  readonly epsilon?: number;
  /** The dtype that arithmetic takes place in: 16-bit floats are only stored. */
  readonly computes: DType;
  readonly array: {
    new (length: number): TypedArray;
    new (buffer: ArrayBuffer, byteOffset?: number, length?: number): TypedArray;
  };
}

const float = { kind: 'float', isFloat: true, lowest: -Infinity } as const;
const integer = { kind: 'int', isFloat: false } as const;

// prettier-ignore
export const dtypes = {
  float64: { ...float, bytes: 8, highest: Number.MAX_VALUE, epsilon: 2 ** -52, computes: 'float64', array: Float64Array },
  float32: { ...float, bytes: 4, highest: (2 - 2 ** -23) * 2 ** 127, epsilon: 2 ** -23, computes: 'float32', array: Float32Array },
  bfloat16: { ...float, bytes: 2, highest: (2 - 2 ** -7) * 2 ** 127, epsilon: 2 ** -7, computes: 'float32', array: Uint16Array },
  float16: { ...float, bytes: 2, highest: 65504, epsilon: 2 ** -10, computes: 'float32', array: Uint16Array },
  int32: { ...integer, bytes: 4, lowest: -(2 ** 31), highest: 2 ** 31 - 1, computes: 'int32', array: Int32Array },
  int16: { ...integer, bytes: 2, lowest: -(2 ** 15), highest: 2 ** 15 - 1, computes: 'int16', array: Int16Array },
  int8: { ...integer, bytes: 1, lowest: -128, highest: 127, computes: 'int8', array: Int8Array },
  uint8: { ...integer, bytes: 1, lowest: 0, highest: 255, computes: 'uint8', array: Uint8Array },
  bool: { kind: 'bool', isFloat: false, bytes: 1, lowest: 0, highest: 1, computes: 'bool', array: Uint8Array },
} as const satisfies Record<DType, DTypeInfo>;

export function infoOf(dtype: DType): DTypeInfo {
  return dtypes[dtype];
}

export function isFloat(dtype: DType): boolean {
  return dtypes[dtype].isFloat;
}

/** Whether elements are stored as the bits of a 16-bit float. */
export function isHalf(dtype: DType): dtype is HalfDType {
  return dtypes[dtype].computes !== dtype;
}

/** Whether the dtype is an integer without negative values; bool is not. */
export function isUnsigned(dtype: DType): boolean {
  return dtypes[dtype].kind === 'int' && dtypes[dtype].lowest === 0;
}

const columns = ['bool', 'uint8', 'int8', 'int16', 'int32', 'float16', 'bfloat16', 'float32', 'float64'] as const;

const [b1, u1, i1, i2, i4, f2, bf, f4, f8] = columns;

/**
 * The dtype in which two operands meet: the smallest that is at least both. An integer beside a float takes the float's dtype, whatever its
 * width; the two 16-bit floats, of which neither holds the other, meet in float32. It is JAX's table.
 */
// prettier-ignore
const promotions: Record<DType, readonly DType[]> = {
  //         bool uint8 int8 int16 int32 float16 bfloat16 float32 float64
  bool:     [ b1,  u1,   i1,  i2,   i4,   f2,     bf,      f4,     f8 ],
  uint8:    [ u1,  u1,   i2,  i2,   i4,   f2,     bf,      f4,     f8 ],
  int8:     [ i1,  i2,   i1,  i2,   i4,   f2,     bf,      f4,     f8 ],
  int16:    [ i2,  i2,   i2,  i2,   i4,   f2,     bf,      f4,     f8 ],
  int32:    [ i4,  i4,   i4,  i4,   i4,   f2,     bf,      f4,     f8 ],
  float16:  [ f2,  f2,   f2,  f2,   f2,   f2,     f4,      f4,     f8 ],
  bfloat16: [ bf,  bf,   bf,  bf,   bf,   f4,     bf,      f4,     f8 ],
  float32:  [ f4,  f4,   f4,  f4,   f4,   f4,     f4,      f4,     f8 ],
  float64:  [ f8,  f8,   f8,  f8,   f8,   f8,     f8,      f8,     f8 ],
};

/** The dtype two operands meet in, by the table above. @example promote('int8', 'uint8') // 'int16' */
export function promote(a: DType, b: DType): DType {
  return promotions[a][columns.indexOf(b)]!;
}

const names = ['float32', 'float64', 'float16', 'bfloat16', 'int32', 'int16', 'int8', 'uint8', 'bool'] as const;

/** The dtypes of these kinds, those that are used most first. */
export function dtypesWhere(...kinds: readonly DTypeInfo['kind'][]): readonly DType[] {
  return names.filter((dtype) => kinds.includes(dtypes[dtype].kind));
}

/** Whether every value of `from` survives in `to`. */
export function isLossless(from: DType, to: DType): boolean {
  if (from === to || from === 'bool') return true;
  const [a, b] = [infoOf(from), infoOf(to)];
  if (b.kind === 'bool' || (a.kind === 'float' && b.kind === 'int')) return false;
  // A float holds every whole number that its digits reach; a wider float, every number of a narrower one.
  if (b.kind === 'float') {
    if (a.kind === 'int') return Math.max(-a.lowest, a.highest) <= 2 / b.epsilon!;
    return b.bytes > a.bytes;
  }
  return b.lowest <= a.lowest && b.highest >= a.highest;
}

const rounding: Record<DType, (value: number) => number> = {
  float64: (value) => value,
  float32: Math.fround,
  bfloat16: (value) => bfloat16Of(bfloat16Bits(value)),
  float16: (value) => float16Of(float16Bits(value)),
  int32: (value) => value | 0,
  int16: (value) => (value << 16) >> 16,
  int8: (value) => (value << 24) >> 24,
  uint8: (value) => value & 255,
  bool: (value) => (value === 0 ? 0 : 1),
};

/** A number as an element of this dtype would hold it: integers wrap, bool is 0 or 1, floats round to the nearest, halves to even. */
export function roundTo(dtype: DType, value: number): number {
  return rounding[dtype](value);
}

/**
 * What a cast makes of a number: to bool it is `≠ 0`; floats become integers by dropping the fraction, those beyond the range its nearest end, and
 * NaN 0; integers become narrower integers by dropping high bits. To 16-bit floats integers go by way of float32.
 */
export function convert(from: DType, to: DType, value: number): number {
  const target = infoOf(to);
  if (isFloat(from) && target.kind === 'int') {
    if (Number.isNaN(value)) return 0;
    return Math.trunc(Math.min(Math.max(value, target.lowest), target.highest));
  }
  return roundTo(to, isHalf(to) && !isFloat(from) ? Math.fround(value) : value);
}

/** How a stored element and the number that it stands for become one another; undefined where they are the same. */
const codes: Partial<
  Record<DType, { readonly decode: (bits: number) => number; readonly encode: (x: number) => number }>
> = {
  bfloat16: { decode: bfloat16Of, encode: bfloat16Bits },
  float16: { decode: float16Of, encode: float16Bits },
};

/** The number that a stored element stands for. */
export function decode(dtype: DType, stored: number): number {
  return codes[dtype]?.decode(stored) ?? stored;
}

/** The stored element for a number that the dtype holds, or that is rounded to it. */
export function encode(dtype: DType, value: number): number {
  return codes[dtype]?.encode(value) ?? value;
}

/** Stored elements as numbers: the array itself, or for 16-bit floats a Float32Array. */
export function numbersOf(dtype: DType, stored: TypedArray): TypedArray {
  const code = codes[dtype];
  if (code === undefined) return stored;
  const numbers = new Float32Array(stored.length);
  for (let i = 0; i < stored.length; i++) numbers[i] = code.decode(stored[i]!);
  return numbers;
}

/** Numbers as elements to be stored: wrapped or rounded as by `roundTo`. */
export function storedFrom(dtype: DType, numbers: ArrayLike<number>): TypedArray {
  const result = new (infoOf(dtype).array)(numbers.length);
  const code = codes[dtype];
  if (dtype === 'bool') for (let i = 0; i < result.length; i++) result[i] = numbers[i] === 0 ? 0 : 1;
  else if (code === undefined) result.set(numbers);
  else for (let i = 0; i < result.length; i++) result[i] = code.encode(numbers[i]!);
  return result;
}
