/**
 * Element types: their width, their JavaScript arrays, their limits, how they promote and convert. Whatever depends on the dtype is a row of a
 * table here, or of a table that is `Record<DType, …>` elsewhere, so that a dtype added makes the compiler list what it still lacks.
 */
import { bfloat16Bits, bfloat16Of, float16Bits, float16Of, type HalfDType } from './half.ts';

export type DType =
  'float64' | 'float32' | 'bfloat16' | 'float16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool';

/**
 * The array that holds elements of any dtype on the host, one in each place; bool is stored as 0 or 1 in bytes. What JavaScript has no array of
 * numbers for is stored as its bits: 16-bit floats in a Uint16Array, int64 in a Float64Array, whose places are then no numbers. `numbersOf`
 * and `wordsOf` say what they mean.
 */
export type TypedArray =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

/** An element as it is stored: a bigint of int64, else a number. */
export type Word = number | bigint;

/** Stored elements, read or replaced by place. */
export interface Words {
  readonly length: number;
  [at: number]: Word;
}

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
  // Its highest value, 2⁶³ − 1, is no number of JavaScript's: the nearest is given.
  int64: { ...integer, bytes: 8, lowest: -(2 ** 63), highest: 2 ** 63, computes: 'int64', array: Float64Array },
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

const columns = [
  'bool',
  'uint8',
  'int8',
  'int16',
  'int32',
  'int64',
  'float16',
  'bfloat16',
  'float32',
  'float64',
] as const;

const [b1, u1, i1, i2, i4, i8, f2, bf, f4, f8] = columns;

/**
 * The dtype in which two operands meet: the smallest that is at least both. An integer beside a float takes the float's dtype, whatever its
 * width; the two 16-bit floats, of which neither holds the other, meet in float32. It is JAX's table.
 */
// prettier-ignore
const promotions: Record<DType, readonly DType[]> = {
  //         bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64
  bool:     [ b1,  u1,   i1,  i2,   i4,   i8,   f2,     bf,      f4,     f8 ],
  uint8:    [ u1,  u1,   i2,  i2,   i4,   i8,   f2,     bf,      f4,     f8 ],
  int8:     [ i1,  i2,   i1,  i2,   i4,   i8,   f2,     bf,      f4,     f8 ],
  int16:    [ i2,  i2,   i2,  i2,   i4,   i8,   f2,     bf,      f4,     f8 ],
  int32:    [ i4,  i4,   i4,  i4,   i4,   i8,   f2,     bf,      f4,     f8 ],
  int64:    [ i8,  i8,   i8,  i8,   i8,   i8,   f2,     bf,      f4,     f8 ],
  float16:  [ f2,  f2,   f2,  f2,   f2,   f2,   f2,     f4,      f4,     f8 ],
  bfloat16: [ bf,  bf,   bf,  bf,   bf,   bf,   f4,     bf,      f4,     f8 ],
  float32:  [ f4,  f4,   f4,  f4,   f4,   f4,   f4,     f4,      f4,     f8 ],
  float64:  [ f8,  f8,   f8,  f8,   f8,   f8,   f8,     f8,      f8,     f8 ],
};

/** The dtype two operands meet in, by the table above. @example promote('int8', 'uint8') // 'int16' */
export function promote(a: DType, b: DType): DType {
  return promotions[a][columns.indexOf(b)]!;
}

const names = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int32',
  'int64',
  'int16',
  'int8',
  'uint8',
  'bool',
] as const;

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
  int64: (value) => Number(wrapped(value)),
  int32: (value) => value | 0,
  int16: (value) => (value << 16) >> 16,
  int8: (value) => (value << 24) >> 24,
  uint8: (value) => value & 255,
  bool: (value) => (value === 0 ? 0 : 1),
};

/** The whole part of a number modulo 2⁶⁴; 0 for what is no finite number, as typed arrays have it. */
function wrapped(value: number): bigint {
  return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : 0n;
}

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

const HIGHEST = 2n ** 63n - 1n;

/** As `convert`, from stored elements to stored elements, and exact for int64. */
export function convertStored(from: DType, to: DType, stored: Word): Word {
  if (typeof stored === 'bigint') {
    if (to === 'int64') return stored;
    const { kind, bytes } = infoOf(to);
    if (kind === 'bool') return stored === 0n ? 0 : 1;
    // The upper of 64 bits are of no use to fewer.
    if (kind === 'int') return roundTo(to, Number(BigInt.asIntN(8 * Math.min(bytes, 4), stored)));
    return encode(to, to === 'float64' ? Number(stored) : nearestFloat32(stored));
  }
  const value = codes[from]?.decode(stored) ?? stored;
  if (to !== 'int64') return encode(to, convert(from, to, value));
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return HIGHEST;
  return value < -(2 ** 63) ? -HIGHEST - 1n : BigInt(Math.trunc(value));
}

/** Rounded once: a double in between has 53 bits, which are first cut to 40 with a last bit that says whether anything was lost. */
function nearestFloat32(x: bigint): number {
  const size = x < 0n ? -x : x;
  const spare = Math.max(0, size.toString(2).length - 40);
  const rest = size & ((1n << BigInt(spare)) - 1n);
  const cut = Number(((size >> BigInt(spare)) << 1n) | (rest === 0n ? 0n : 1n)) * 2 ** (spare - 1);
  return Math.fround(x < 0n ? -cut : cut);
}

/** The stored element for a number that the dtype holds, or that is rounded to it. */
export function encode(dtype: DType, value: number): Word {
  return dtype === 'int64' ? wrapped(value) : (codes[dtype]?.encode(value) ?? value);
}

/** Stored elements one by one, as what they are: the array itself, or for int64 its bigints. */
export function wordsOf(dtype: DType, stored: TypedArray): Words {
  return dtype === 'int64' ? bigintsOf(stored) : stored;
}

/** Stored elements of int64, over the same memory. */
export function bigintsOf(stored: TypedArray): BigInt64Array<ArrayBuffer> {
  return new BigInt64Array(stored.buffer, stored.byteOffset, stored.length);
}

/** Stored elements as numbers: the array itself, or for 16-bit floats a Float32Array, for int64 a Float64Array of the nearest numbers. */
export function numbersOf(dtype: DType, stored: TypedArray): TypedArray {
  if (dtype === 'int64') return Float64Array.from(bigintsOf(stored), Number);
  const code = codes[dtype];
  if (code === undefined) return stored;
  const numbers = new Float32Array(stored.length);
  for (let i = 0; i < stored.length; i++) numbers[i] = code.decode(stored[i]!);
  return numbers;
}

/** Numbers as elements to be stored: wrapped or rounded as by `roundTo`. */
export function storedFrom(dtype: DType, numbers: ArrayLike<number>): TypedArray {
  const result = new (infoOf(dtype).array)(numbers.length);
  if (dtype !== 'bool' && dtype !== 'int64' && codes[dtype] === undefined) result.set(numbers);
  else {
    const words = wordsOf(dtype, result);
    for (let i = 0; i < words.length; i++) words[i] = encode(dtype, roundTo(dtype, numbers[i]!));
  }
  return result;
}

/** Stored elements that all are one number. */
export function filledArray(dtype: DType, size: number, value: number): TypedArray {
  const result = new (infoOf(dtype).array)(size);
  const word = encode(dtype, value);
  if (typeof word === 'bigint') bigintsOf(result).fill(word);
  else result.fill(word);
  return result;
}
