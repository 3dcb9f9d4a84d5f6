/**
 * Conversions between dtypes as registers hold them: float32 in f32, float64 in f64, int32 and uint8 in i32 (uint8 within
 * 0..255), bool in i32 as a mask.
 */
import { unreachable } from '../../base/errors.ts';
import type { DType } from '../../ir/dtype.ts';
import type { NestBuilder } from '../builder.ts';
import type { Register } from '../nest.ts';

/** The bits of 1 as an f32. */
const oneBits = 0x3f800000;

/** x converted: float → int truncates toward zero, anything → bool is `≠ 0`, anything → uint8 wraps. May be x itself. */
export function cast(b: NestBuilder, from: DType, to: DType, x: Register): Register {
  if (from === to) return x;
  switch (to) {
    case 'bool':
      return b.compare('ne', x, b.splat(b.laneOf(x), 0));
    case 'uint8':
      return from === 'bool' ? toInteger(b, from, x) : wrapByte(b, toInteger(b, from, x));
    case 'int32':
      return toInteger(b, from, x);
    case 'float32':
      if (from === 'float64') return b.convert('f64>f32', x);
      if (from === 'bool') return b.convert('bits', b.binary('and', x, b.splat('i32', oneBits)));
      return b.convert('i32>f32', x);
    case 'float64':
      if (from === 'float32') return b.convert('f32>f64', x);
      if (from === 'bool') return b.select(x, b.splat('f64', 1), b.splat('f64', 0));
      return b.convert('i32>f64', x);
    default:
      return unreachable(to);
  }
}

function toInteger(b: NestBuilder, from: DType, x: Register): Register {
  switch (from) {
    case 'float32':
      return b.convert('f32>i32', x);
    case 'float64':
      return b.convert('f64>i32', x);
    case 'bool':
      return b.binary('and', x, b.splat('i32', 1));
    case 'int32':
    case 'uint8':
      return x;
  }
}

/** The low 8 bits: uint8 arithmetic happens in i32 registers and wraps here. */
export function wrapByte(b: NestBuilder, x: Register): Register {
  return b.binary('and', x, b.splat('i32', 255));
}
