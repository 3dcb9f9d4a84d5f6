/**
 * How each dtype lies in memory and in registers: float32 as f32, float64 as f64, int64 as i64, other integers as i32 within their range, bool as an i32 mask
 * (a byte of 0 or 1 in memory). 16-bit floats lie in memory as their bits and in registers as the f32 they stand for.
 */
import type { DType } from '../ir/dtype.ts';
import type { NestBuilder } from './builder.ts';
import type { Element, Lane, Register } from './nest.ts';
import { fromHalfBits, toHalfBits } from './math/half.ts';

export const elementOf = {
  float64: 'f64',
  float32: 'f32',
  bfloat16: 'u16',
  float16: 'u16',
  int64: 'i64',
  int32: 'i32',
  int16: 'i16',
  int8: 'i8',
  uint8: 'u8',
  bool: 'u8',
} as const satisfies Record<DType, Element>;

/** The register that holds a dtype. */
export const laneOfDType = {
  float64: 'f64',
  float32: 'f32',
  bfloat16: 'f32',
  float16: 'f32',
  int64: 'i64',
  int32: 'i32',
  int16: 'i32',
  int8: 'i32',
  uint8: 'i32',
  bool: 'i32',
} as const satisfies Record<DType, Lane>;

/** A loaded element as registers hold the dtype. */
export function fromElement(b: NestBuilder, dtype: DType, loaded: Register): Register {
  if (dtype === 'bool') return b.unary('neg', loaded);
  return dtype === 'float16' || dtype === 'bfloat16' ? fromHalfBits(b, dtype, loaded) : loaded;
}

/** What is to be stored for a value; 16-bit floats are rounded here. */
export function toElement(b: NestBuilder, dtype: DType, value: Register): Register {
  if (dtype === 'bool') return b.binary('and', value, b.splat('i32', 1));
  return dtype === 'float16' || dtype === 'bfloat16' ? toHalfBits(b, dtype, value) : value;
}
