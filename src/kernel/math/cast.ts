/**
 * Conversions between dtypes as registers hold them (element.ts says how). What they mean is `convert` in dtype.ts.
 */
import { type DType, dtypes, isFloat, isHalf, isLossless } from '../../ir/dtype.ts';
import type { NestBuilder } from '../builder.ts';
import type { Lane, Register } from '../nest.ts';
import { oddFloat, roundToHalf } from './half.ts';

/** The bits of 1 as an f32. */
const oneBits = 0x3f800000;

/** x converted. May be x itself, where registers hold both dtypes alike. */
export function cast(b: NestBuilder, from: DType, to: DType, x: Register): Register {
  if (from === to) return x;
  const { kind } = dtypes[to];
  if (kind === 'bool') return b.compare('ne', x, b.splat(b.laneOf(x), 0));
  if (kind === 'int') return toInteger(b, from, to, x);
  const wide = castUnrounded(b, from, to, x);
  return isHalf(to) && !isLossless(from, to) ? roundToHalf(b, to, wide) : wide;
}

/** x converted to a float dtype, before it is rounded to 16 bits, which storing it does as well. */
export function castUnrounded(b: NestBuilder, from: DType, to: DType, x: Register): Register {
  if (from === 'float64' && isHalf(to)) return oddFloat(b, x);
  const lane = to === 'float64' ? 'f64' : 'f32';
  if (from === 'bool') return fromMask(b, lane, x);
  const held = b.laneOf(x);
  return held === lane ? x : b.convert(floatConversions[held][lane], x);
}

const floatConversions = {
  i32: { f32: 'i32>f32', f64: 'i32>f64' },
  i64: { f32: 'i64>f32', f64: 'i64>f64' },
  f32: { f32: 'bits', f64: 'f32>f64' },
  f64: { f32: 'f64>f32', f64: 'bits' },
} as const satisfies Record<Lane, object>;

function fromMask(b: NestBuilder, lane: 'f32' | 'f64', mask: Register): Register {
  if (lane === 'f32') return b.convert('bits', b.binary('and', mask, b.splat('i32', oneBits)));
  return b.select(mask, b.splat('f64', 1), b.splat('f64', 0));
}

function toInteger(b: NestBuilder, from: DType, to: DType, x: Register): Register {
  if (to === 'int64') return toWideInteger(b, from, x);
  if (from === 'bool') return b.binary('and', x, b.splat('i32', 1));
  if (isFloat(from)) return saturated(b, to, x);
  if (from === 'int64') return wrapInteger(b, to, b.convert('i64>i32', x));
  return isLossless(from, to) ? x : wrapInteger(b, to, x);
}

function toWideInteger(b: NestBuilder, from: DType, x: Register): Register {
  if (from === 'bool') return b.binary('and', b.convert('i32>i64', x), b.splat('i64', 1));
  if (!isFloat(from)) return b.convert('i32>i64', x);
  const wide = from === 'float64' ? x : b.convert('f32>f64', x);
  const least = b.binary('max', wide, b.splat('f64', -(2 ** 63)));
  // 2⁶³ − 1 is no f64: what reaches 2⁶³ is replaced afterwards.
  const isBeyond = b.compare('le', b.splat('f64', 2 ** 63), least);
  const highest = b.binary('shr', b.splat('i64', -1), b.splat('i64', 1));
  const value = b.select(isBeyond, highest, b.convert('f64>i64', least));
  return b.select(b.compare('eq', wide, wide), value, b.splat('i64', 0));
}

/** A float without its fraction, held within the range of the integers; 0 for NaN. */
function saturated(b: NestBuilder, to: DType, x: Register): Register {
  const { lowest, highest } = dtypes[to];
  const lane = b.laneOf(x);
  const isNumber = b.compare('eq', x, x);
  const least = b.binary('max', x, b.splat(lane, lowest));
  const op = lane === 'f64' ? 'f64>i32' : 'f32>i32';
  if (to === 'int32' && lane === 'f32') {
    // 2³¹ − 1 is no f32: what reaches 2³¹ is replaced afterwards.
    const isBeyond = b.compare('le', b.splat(lane, 2 ** 31), least);
    return b.binary('and', isNumber, b.select(isBeyond, b.splat('i32', highest), b.convert(op, least)));
  }
  return b.binary('and', isNumber, b.convert(op, b.binary('min', least, b.splat(lane, highest))));
}

/** The low bits of an i32 as an integer of the dtype (int64: all of an i64): arithmetic on narrow integers happens in i32 and wraps here. */
export function wrapInteger(b: NestBuilder, dtype: DType, x: Register): Register {
  const { bytes, lowest, highest, kind } = dtypes[dtype];
  if (kind !== 'int' || bytes >= 4) return x;
  if (lowest === 0) return b.binary('and', x, b.splat('i32', highest));
  const spare = b.splat('i32', 32 - 8 * bytes);
  return b.binary('sar', b.binary('shl', x, spare), spare);
}
