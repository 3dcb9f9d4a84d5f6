/**
 * 16-bit floats in registers: their bits in i32, and the f32 that they stand for. Rounding is to the nearest, halves to even; NaN stays NaN.
 */
import type { HalfDType } from '../../ir/half.ts';
import { NestBuilder } from '../builder.ts';
import type { Nest, Register, Statement } from '../nest.ts';

/** 2⁻¹⁴, the smallest normal float16, and infinity, as bits of an f32. */
const smallestNormal = 0x38800000;
const infinity = 0x7f800000;
const signBit = -(2 ** 31);

/** The f32 for the bits of a 16-bit float in an i32. */
export function fromHalfBits(b: NestBuilder, dtype: HalfDType, bits: Register): Register {
  if (dtype === 'float16') return b.convert('f16>f32', bits);
  return b.convert('bits', b.binary('shl', bits, b.splat('i32', 16)));
}

/** The bits, in an i32, of the 16-bit float nearest to an f32. */
export function toHalfBits(b: NestBuilder, dtype: HalfDType, x: Register): Register {
  if (dtype === 'float16') return b.convert('f32>f16', x);
  return b.binary('shr', roundedToBfloat16(b, x), b.splat('i32', 16));
}

/** An f32 rounded to a value that the 16-bit float holds. */
export function roundToHalf(b: NestBuilder, dtype: HalfDType, x: Register): Register {
  if (dtype === 'float16') return b.convert('f16>f32', b.convert('f32>f16', x));
  return b.convert('bits', b.binary('and', roundedToBfloat16(b, x), b.splat('i32', -65536)));
}

/** Bits of x of which the upper 16 are those of the nearest bfloat16. */
function roundedToBfloat16(b: NestBuilder, x: Register): Register {
  const bits = b.convert('bits', x);
  const rounded = addHalf(b, bits, 16);
  // A NaN whose upper digits are 0 must not become infinity.
  return b.select(b.compare('ne', x, x), b.binary('or', bits, b.splat('i32', 0x400000)), rounded);
}

/** bits + ½ in place `by`, less one in the last place unless what is above is odd: the upper bits are then rounded to even. */
function addHalf(b: NestBuilder, bits: Register, by: number): Register {
  const odd = b.binary('and', b.binary('shr', bits, b.splat('i32', by)), b.splat('i32', 1));
  return b.binary('add', b.binary('add', bits, b.splat('i32', 2 ** (by - 1) - 1)), odd);
}

/** f64 → f32 rounded to odd: toward 0, the last bit set if anything was lost, so that rounding again is as if x was rounded once. */
export function oddFloat(b: NestBuilder, x: Register): Register {
  const near = b.convert('f64>f32', x);
  const back = b.convert('f32>f64', near);
  const isBeyond = b.compare('lt', b.unary('abs', x), b.unary('abs', back));
  const isInexact = b.compare('ne', x, back);
  const bits = b.binary('add', b.convert('bits', near), isBeyond);
  return b.convert('bits', b.binary('or', bits, b.binary('and', isInexact, b.splat('i32', 1))));
}

/** 'f16>f32' in integer steps: fraction and exponent moved into place, 2¹¹² times what that gives; infinities and NaN get the highest exponent. */
function expandFromBits(b: NestBuilder, bits: Register): Register {
  const size = b.binary('shl', b.binary('and', bits, b.splat('i32', 0x7fff)), b.splat('i32', 13));
  const finite = b.convert('bits', b.binary('mul', b.convert('bits', size), b.splat('f32', 2 ** 112)));
  const isFinite = b.compare('lt', size, b.splat('i32', 0x7c00 << 13));
  const value = b.select(isFinite, finite, b.binary('or', size, b.splat('i32', infinity)));
  const sign = b.binary('shl', b.binary('and', bits, b.splat('i32', 0x8000)), b.splat('i32', 16));
  return b.convert('bits', b.binary('or', value, sign));
}

/** 'f32>f16' in integer steps. Below 2⁻¹⁴ the elements are 2⁻²⁴ apart, as f32 is from ½ to 1. */
function expandToBits(b: NestBuilder, x: Register): Register {
  const bits = b.convert('bits', x);
  const size = b.binary('and', bits, b.splat('i32', 0x7fffffff));
  const above = b.binary('shr', addHalf(b, size, 13), b.splat('i32', 13));
  const normal = b.binary('min', b.binary('sub', above, b.splat('i32', 112 << 10)), b.splat('i32', 0x7c00));
  const shifted = b.convert('bits', b.binary('add', b.convert('bits', size), b.splat('f32', 0.5)));
  const small = b.binary('sub', shifted, b.splat('i32', 0x3f000000));
  const finite = b.select(b.compare('lt', size, b.splat('i32', smallestNormal)), small, normal);
  const isNumber = b.compare('le', size, b.splat('i32', infinity));
  const value = b.select(isNumber, finite, b.splat('i32', 0x7e00));
  const sign = b.binary('shr', b.binary('and', bits, b.splat('i32', signBit)), b.splat('i32', 16));
  return b.binary('or', value, sign);
}

/** The nest without conversions of float16, for machines that have no instruction for them; itself if it has none. */
export function expandHalves(nest: Nest): Nest {
  const b = new NestBuilder(nest.lanes, nest.registers);
  let found = false;
  const rewrite = (body: readonly Statement[]): Statement[] =>
    body.flatMap((statement): readonly Statement[] => {
      if (statement.kind === 'loop') return [{ ...statement, body: rewrite(statement.body) }];
      if (statement.kind !== 'set' || (statement.value.op !== 'f16>f32' && statement.value.op !== 'f32>f16'))
        return [statement];
      found = true;
      const { op, a } = statement.value;
      const made = b.collect(() => (op === 'f16>f32' ? expandFromBits(b, a) : expandToBits(b, a)));
      return [...made.statements, { ...statement, value: { op: 'copy', a: made.result } }];
    });
  const body = rewrite(nest.body);
  if (!found) return nest;
  const { parallel, work, slots } = nest;
  return { ...b.finish(nest.name, { parallel, work }), slots, body };
}
