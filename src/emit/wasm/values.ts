/**
 * One value into one register: what each operation of a nest is in SIMD instructions.
 * A nest that touches f64 has two lanes: its f32 and i32 registers use the low half of a vector.
 */
import { unreachable } from '../../base/errors.ts';
import type { ArithmeticOp, CompareOp, Lane, Register, UnaryOp, Value } from '../../kernel/nest.ts';
import { laneBytes, lanesPerGroup } from '../../kernel/nest.ts';
import type { FunctionBuilder } from './function.ts';
import { gather, load } from './memory.ts';
import type { NestContext } from './nest.ts';
import type { OpcodeWith } from './opcodes.ts';

/** The bytes of a value that is the same in every run and every iteration, else null. */
export function constantOf(value: Value, lane: Lane): Uint8Array | null {
  if (value.op === 'splat') return splatOf(lane, value.value);
  if (value.op === 'mask') return lanesOf((l) => (l < value.active ? -1 : 0));
  if (value.op === 'index' && value.walk.terms.length === 0)
    return lanesOf((l) => value.walk.constant + l * value.step);
  return null;
}

function splatOf(lane: Lane, value: number): Uint8Array {
  if (lane === 'f64') return new Uint8Array(new Float64Array(2).fill(value).buffer);
  if (lane === 'i64') return new Uint8Array(new BigInt64Array(2).fill(BigInt(value)).buffer);
  if (lane === 'f32') return new Uint8Array(new Float32Array(4).fill(value).buffer);
  return new Uint8Array(new Int32Array(4).fill(value).buffer);
}

/** The same bits in every lane: 32 for f32 and i32, 64 for f64. */
function wordsOf(lane: Lane, narrow: bigint, wide: bigint): Uint8Array {
  const words = lane === 'f64' ? [wide, wide] : [narrow | (narrow << 32n), narrow | (narrow << 32n)];
  return new Uint8Array(BigUint64Array.from(words).buffer);
}

function lanesOf(of: (lane: number) => number): Uint8Array {
  return new Uint8Array(Int32Array.from({ length: 4 }, (_, l) => of(l)).buffer);
}

/** Lowers `target = value`. */
export function setValue(context: NestContext, target: Register, value: Value): void {
  pushValue(context, value, context.nest.registers[target]!);
  context.pop(target);
}

function pushValue(context: NestContext, value: Value, result: Lane): void {
  const { f, nest } = context;
  const constant = constantOf(value, result);
  if (constant !== null) {
    f.v128(constant);
    return;
  }
  switch (value.op) {
    case 'splat':
    case 'mask':
      throw new Error(`bug: ${value.op} is a constant`);
    case 'index': {
      const place = context.addresses.value(value.walk);
      f.i32(place.offset);
      if (place.local !== undefined) {
        f.get(place.local);
        f.op('i32.add');
      }
      f.op('i32x4.splat');
      if (value.step !== 0) {
        f.v128(lanesOf((l) => l * value.step));
        f.op('i32x4.add');
      }
      return;
    }
    case 'load':
      load(context, value.element, value.access);
      return;
    case 'gather':
      gather(context, value);
      return;
    case 'copy':
      context.push(value.a);
      return;
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
      pushArithmetic(context, value.op, value.a, value.b);
      return;
    case 'max':
    case 'min':
      if (result === 'i64') pushWideExtreme(context, value.op, value.a, value.b);
      else pushArithmetic(context, value.op, value.a, value.b);
      return;
    case 'and':
    case 'or':
    case 'xor':
    case 'andnot':
      pushArithmetic(context, value.op, value.a, value.b);
      return;
    case 'scale':
      pushScale(context, value.a, value.b, result);
      return;
    case 'shl':
    case 'shr':
    case 'sar':
      pushShift(context, value.op, value.a, value.b);
      return;
    case 'lt':
    case 'le':
    case 'eq':
    case 'ne': {
      context.push(value.a);
      context.push(value.b);
      const lane = nest.registers[value.a]!;
      f.op(compareOps[lane][value.op]);
      if (laneBytes[lane] === 8) narrowMask(f);
      return;
    }
    case 'neg':
    case 'abs':
    case 'sqrt':
    case 'floor':
    case 'trunc':
    case 'nearest':
      context.push(value.a);
      f.op(unaryOp(nest.registers[value.a]!, value.op));
      return;
    case 'exponent':
      pushExponent(context, value.a, result);
      return;
    case 'mantissa':
      context.push(value.a);
      f.v128(wordsOf(result, 0x7fffffn, 0xfffffffffffffn));
      f.op('v128.and');
      f.v128(wordsOf(result, 0x3f800000n, 0x3ff0000000000000n));
      f.op('v128.or');
      return;
    case 'f32>i32':
      context.push(value.a);
      f.op(context.relaxed ? 'i32x4.relaxed_trunc_f32x4_s' : 'i32x4.trunc_sat_f32x4_s');
      return;
    case 'i32>f32':
      context.push(value.a);
      f.op('f32x4.convert_i32x4_s');
      return;
    case 'f32>f64':
      context.push(value.a);
      f.op('f64x2.promote_low_f32x4');
      return;
    case 'f64>f32':
      context.push(value.a);
      f.op('f32x4.demote_f64x2_zero');
      return;
    case 'i32>f64':
      context.push(value.a);
      f.op('f64x2.convert_low_i32x4_s');
      return;
    case 'f64>i32':
      context.push(value.a);
      f.op(context.relaxed ? 'i32x4.relaxed_trunc_f64x2_s_zero' : 'i32x4.trunc_sat_f64x2_s_zero');
      return;
    case 'i32>i64':
      context.push(value.a);
      f.op('i64x2.extend_low_i32x4_s');
      return;
    case 'i64>i32':
      context.push(value.a);
      narrowMask(f);
      return;
    case 'i64>f32':
    case 'i64>f64':
    case 'f64>i64':
      pushLaneByLane(context, value.op, value.a);
      return;
    case 'f16>f32':
    case 'f32>f16':
      throw new Error(`bug: ${value.op} has no instruction here`);
    case 'bits':
      context.push(value.a);
      return;
    case 'fma':
    case 'fnma':
      pushFused(context, value, result);
      return;
    case 'select':
      context.push(value.a);
      context.push(value.b);
      context.push(value.mask);
      if (laneBytes[result] === 8) f.op('i64x2.extend_low_i32x4_s');
      if (context.relaxed) f.op(laneBytes[result] === 8 ? 'i64x2.relaxed_laneselect' : 'i32x4.relaxed_laneselect');
      else f.op('v128.bitselect');
      return;
    case 'zipLow':
    case 'zipHigh':
      pushZip(context, value, result);
      return;
    case 'evenGroups':
    case 'oddGroups':
      throw new Error(`bug: ${value.op}: a vector is one group here`);
    case 'sumLanes':
      pushFold(context, value.a, 'add');
      return;
    case 'maxLanes':
      pushFold(context, value.a, 'max');
      return;
    case 'mulLanes':
      pushFold(context, value.a, 'mul');
      return;
    default:
      unreachable(value);
  }
}

type Arithmetic = Exclude<ArithmeticOp, 'shl' | 'shr' | 'sar' | 'scale'>;
type Unary = Exclude<UnaryOp, 'exponent' | 'mantissa'>;

function pushArithmetic(context: NestContext, op: Arithmetic, a: Register, b: Register): void {
  // pmax(x, y) is x < y ? y : x, and ~a & b is andnot(b, a): operands change places.
  const isSwapped = op === 'max' || op === 'min' || op === 'andnot';
  context.push(isSwapped ? b : a);
  context.push(isSwapped ? a : b);
  context.f.op(arithmeticOp(context.nest.registers[a]!, op));
}

/** Bytes of the low or high half of a group of both, in turn; a group is the lanes of a vector that are in use. */
function pushZip(context: NestContext, { op, a, b, unit }: Value & { op: 'zipLow' | 'zipHigh' }, lane: Lane): void {
  const { f, nest } = context;
  const bytes = unit * laneBytes[lane];
  const group = lanesPerGroup(lane, nest.lanes) * laneBytes[lane];
  const from = op === 'zipLow' ? 0 : group / 2;
  context.push(a);
  context.push(b);
  f.shuffle(
    Array.from({ length: 16 }, (_, i) => {
      const within = i % group;
      const source = Math.floor(within / bytes) % 2 === 0 ? 0 : 16;
      return source + from + Math.floor(within / (2 * bytes)) * bytes + (within % bytes);
    }),
  );
}

/** a · b + c, or c − a · b. */
function pushFused(context: NestContext, value: Value & { op: 'fma' | 'fnma' }, lane: Lane): void {
  const { f } = context;
  if (context.relaxed && lane !== 'i32') {
    context.push(value.a);
    context.push(value.b);
    context.push(value.c);
    if (lane === 'f64') f.op(value.op === 'fma' ? 'f64x2.relaxed_madd' : 'f64x2.relaxed_nmadd');
    else f.op(value.op === 'fma' ? 'f32x4.relaxed_madd' : 'f32x4.relaxed_nmadd');
    return;
  }
  context.push(value.c);
  context.push(value.a);
  context.push(value.b);
  f.op(arithmeticOp(lane, 'mul'));
  f.op(arithmeticOp(lane, value.op === 'fma' ? 'add' : 'sub'));
}

/**
 * a · 2^b as (a + a) · 2^(b − 1). 1.5 · 2^23 + 126 + b has b − 1 + 127 in its lowest bits, which a shift makes the exponent;
 * all bits are set where b is NaN.
 */
function pushScale(context: NestContext, a: Register, b: Register, lane: Lane): void {
  const { f } = context;
  const isWide = lane === 'f64';
  context.push(a);
  context.push(a);
  f.op(arithmeticOp(lane, 'add'));
  context.push(b);
  f.v128(splatOf(lane, isWide ? 1.5 * 2 ** 52 + 1022 : 1.5 * 2 ** 23 + 126));
  f.op(arithmeticOp(lane, 'add'));
  f.i32(isWide ? 52 : 23);
  f.op(isWide ? 'i64x2.shl' : 'i32x4.shl');
  context.push(b);
  context.push(b);
  f.op(compareOps[lane].ne);
  f.op('v128.or');
  f.op(arithmeticOp(lane, 'mul'));
}

/** The exponent bits put below those of 2^23 (2^52) make 2^23 + exponent + 127: no conversion is needed. */
function pushExponent(context: NestContext, a: Register, lane: Lane): void {
  const { f } = context;
  const isWide = lane === 'f64';
  context.push(a);
  f.i32(isWide ? 52 : 23);
  f.op(isWide ? 'i64x2.shr_u' : 'i32x4.shr_u');
  f.v128(splatOf(lane, isWide ? 2 ** 52 : 2 ** 23));
  f.op('v128.or');
  f.v128(splatOf(lane, isWide ? 2 ** 52 + 1023 : 2 ** 23 + 127));
  f.op(arithmeticOp(lane, 'sub'));
}

function pushShift(context: NestContext, op: 'shl' | 'shr' | 'sar', a: Register, b: Register): void {
  const { f, nest } = context;
  const counts = context.constants.get(b);
  const ops = nest.registers[a] === 'i64' ? wideShiftOps : shiftOps;
  context.push(a);
  if (counts !== undefined) {
    // The low words of 64-bit counts say enough.
    const [first, ...others] = new Int32Array(counts.buffer).filter((_, i) => ops === shiftOps || i % 2 === 0);
    if (others.every((count) => count === first)) {
      f.i32(first! & (ops === shiftOps ? 31 : 63));
      f.op(ops[op].vector);
      return;
    }
  }
  for (let lane = 0; lane < nest.lanes; lane++) {
    context.push(a);
    f.lane(ops.extract, lane);
    context.push(b);
    f.lane(ops.extract, lane);
    f.op(ops[op].scalar);
    f.lane(ops.replace, lane);
  }
}

const shiftOps = {
  extract: 'i32x4.extract_lane',
  replace: 'i32x4.replace_lane',
  shl: { vector: 'i32x4.shl', scalar: 'i32.shl' },
  shr: { vector: 'i32x4.shr_u', scalar: 'i32.shr_u' },
  sar: { vector: 'i32x4.shr_s', scalar: 'i32.shr_s' },
} as const;

const wideShiftOps = {
  extract: 'i64x2.extract_lane',
  replace: 'i64x2.replace_lane',
  shl: { vector: 'i64x2.shl', scalar: 'i64.shl' },
  shr: { vector: 'i64x2.shr_u', scalar: 'i64.shr_u' },
  sar: { vector: 'i64x2.shr_s', scalar: 'i64.shr_s' },
} as const;

/** a > b ? a : b, or with <; there is no one instruction. */
function pushWideExtreme(context: NestContext, op: 'max' | 'min', a: Register, b: Register): void {
  const { f } = context;
  context.push(a);
  context.push(b);
  context.push(op === 'max' ? b : a);
  context.push(op === 'max' ? a : b);
  f.op('i64x2.lt_s');
  f.op('v128.bitselect');
}

/** Conversions that there is no vector instruction for. The lanes that are not in use stay 0. */
function pushLaneByLane(context: NestContext, op: keyof typeof scalarConversions, a: Register): void {
  const { f, nest } = context;
  const { extract, convert, replace } = scalarConversions[op];
  f.v128(new Uint8Array(16));
  for (let lane = 0; lane < nest.lanes; lane++) {
    context.push(a);
    f.lane(extract, lane);
    f.op(convert);
    f.lane(replace, lane);
  }
}

const scalarConversions = {
  'i64>f32': { extract: 'i64x2.extract_lane', convert: 'f32.convert_i64_s', replace: 'f32x4.replace_lane' },
  'i64>f64': { extract: 'i64x2.extract_lane', convert: 'f64.convert_i64_s', replace: 'f64x2.replace_lane' },
  'f64>i64': { extract: 'f64x2.extract_lane', convert: 'i64.trunc_sat_f64_s', replace: 'i64x2.replace_lane' },
} as const;

/** Folds all lanes by halves: lane l with lane l + half, so that at the end every lane holds the result. */
function pushFold(context: NestContext, a: Register, op: 'add' | 'max' | 'mul'): void {
  const { f, nest } = context;
  const lane = nest.registers[a]!;
  const isWide = laneBytes[lane] === 8;
  if (nest.lanes === 3) throw new Error(`bug: ${nest.name} folds 3 lanes`);
  context.push(a);
  const held = f.local('v128');
  for (let half = nest.lanes >> 1; half > 0; half >>= 1) {
    f.index('local.tee', held);
    f.get(held);
    f.get(held);
    f.shuffle(isWide ? rotateWide : half === 2 ? rotateTwo : rotateOne);
    if (lane === 'i64' && op === 'max') {
      // Which of the two halves of the comparison is right for which lane does not matter: both lanes get the larger.
      const other = f.local('v128');
      f.index('local.tee', other);
      f.get(other);
      f.get(held);
      f.op('i64x2.lt_s');
      f.op('v128.bitselect');
    } else f.op(arithmeticOp(lane, op));
  }
  // Lanes took their operands in different orders, which shows in a maximum with NaN.
  if (op !== 'max' || nest.lanes === 1) return;
  f.index('local.tee', held);
  f.get(held);
  f.shuffle(
    isWide ? [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7] : [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3],
  );
}

const rotateWide = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
const rotateTwo = rotateWide;
/** Neighbours change places: 1 0 3 2. */
const rotateOne = [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11];

/** The mask of two f64 lanes as two i32 lanes. */
function narrowMask(f: FunctionBuilder): void {
  f.v128(new Uint8Array(16));
  f.shuffle([0, 1, 2, 3, 8, 9, 10, 11, 16, 16, 16, 16, 16, 16, 16, 16]);
}

type Plain = OpcodeWith<'none'>;

const compareOps = {
  f32: { lt: 'f32x4.lt', le: 'f32x4.le', eq: 'f32x4.eq', ne: 'f32x4.ne' },
  f64: { lt: 'f64x2.lt', le: 'f64x2.le', eq: 'f64x2.eq', ne: 'f64x2.ne' },
  i64: { lt: 'i64x2.lt_s', le: 'i64x2.le_s', eq: 'i64x2.eq', ne: 'i64x2.ne' },
  i32: { lt: 'i32x4.lt_s', le: 'i32x4.le_s', eq: 'i32x4.eq', ne: 'i32x4.ne' },
} as const satisfies Record<Lane, Record<CompareOp, Plain>>;

const bitwise = { and: 'v128.and', or: 'v128.or', xor: 'v128.xor', andnot: 'v128.andnot' } as const;

const arithmeticOps: Record<Lane, Partial<Record<Arithmetic, Plain>>> = {
  f32: {
    add: 'f32x4.add',
    sub: 'f32x4.sub',
    mul: 'f32x4.mul',
    div: 'f32x4.div',
    max: 'f32x4.pmax',
    min: 'f32x4.pmin',
  },
  f64: {
    add: 'f64x2.add',
    sub: 'f64x2.sub',
    mul: 'f64x2.mul',
    div: 'f64x2.div',
    max: 'f64x2.pmax',
    min: 'f64x2.pmin',
  },
  i64: { add: 'i64x2.add', sub: 'i64x2.sub', mul: 'i64x2.mul', ...bitwise },
  i32: {
    add: 'i32x4.add',
    sub: 'i32x4.sub',
    mul: 'i32x4.mul',
    max: 'i32x4.max_s',
    min: 'i32x4.min_s',
    ...bitwise,
  },
};

function arithmeticOp(lane: Lane, op: Arithmetic): Plain {
  const found = arithmeticOps[lane][op];
  if (found === undefined) throw new Error(`bug: there is no ${op} of ${lane}`);
  return found;
}

const unaryOps: Record<Lane, Partial<Record<Unary, Plain>>> = {
  f32: {
    neg: 'f32x4.neg',
    abs: 'f32x4.abs',
    sqrt: 'f32x4.sqrt',
    floor: 'f32x4.floor',
    trunc: 'f32x4.trunc',
    nearest: 'f32x4.nearest',
  },
  f64: {
    neg: 'f64x2.neg',
    abs: 'f64x2.abs',
    sqrt: 'f64x2.sqrt',
    floor: 'f64x2.floor',
    trunc: 'f64x2.trunc',
    nearest: 'f64x2.nearest',
  },
  i64: { neg: 'i64x2.neg' },
  i32: { neg: 'i32x4.neg', abs: 'i32x4.abs' },
};

function unaryOp(lane: Lane, op: Unary): Plain {
  const found = unaryOps[lane][op];
  if (found === undefined) throw new Error(`bug: there is no ${op} of ${lane}`);
  return found;
}
