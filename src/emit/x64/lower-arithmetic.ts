/**
 * Values computed lane by lane: arithmetic, compares, conversions, fused multiply-add, select.
 * Every target may share its register with operands that end here, so nothing is written before the last operand is read.
 */
import {
  type ArithmeticOp,
  type CompareOp,
  type ConvertOp,
  type Lane,
  laneBytes,
  type Register,
  type UnaryOp,
  type Value,
} from '../../kernel/nest.ts';
import type { OpTaking } from './instructions.ts';
import { isCommutative, type Tier } from './lower-analysis.ts';
import { type Lowering, scratchMask } from './lower-context.ts';
import { type Mem, rax, type Vec } from './registers.ts';

type Three = OpTaking<[Vec, Vec, Vec | Mem]>;
type Two = OpTaking<[Vec, Vec | Mem]>;

const floatOps = {
  f32: { add: 'vaddps', sub: 'vsubps', mul: 'vmulps', div: 'vdivps', max: 'vmaxps', min: 'vminps' },
  f64: { add: 'vaddpd', sub: 'vsubpd', mul: 'vmulpd', div: 'vdivpd', max: 'vmaxpd', min: 'vminpd' },
} as const satisfies Record<'f32' | 'f64', Partial<Record<ArithmeticOp, Three>>>;

const integerOps = {
  add: 'vpaddd',
  sub: 'vpsubd',
  mul: 'vpmulld',
  max: 'vpmaxsd',
  min: 'vpminsd',
} as const satisfies Partial<Record<ArithmeticOp, Three>>;
const wideIntegerOps = {
  add: 'vpaddq',
  sub: 'vpsubq',
  mul: 'vpmullq',
  max: 'vpmaxsq',
  min: 'vpminsq',
} as const satisfies Partial<Record<ArithmeticOp, Three>>;
const logicOps = { and: 'vpand', or: 'vpor', xor: 'vpxor', andnot: 'vpandn' } as const;
const wideLogicOps = {
  4: { and: 'vpandd', or: 'vpord', xor: 'vpxord', andnot: 'vpandnd' },
  8: { and: 'vpandq', or: 'vporq', xor: 'vpxorq', andnot: 'vpandnq' },
} as const;
const maskLogicOps = { and: 'kandw', or: 'korw', xor: 'kxorw', andnot: 'kandnw' } as const;
const immediateShifts = {
  i32: { shl: 'vpslld', shr: 'vpsrld', sar: 'vpsrad' },
  i64: { shl: 'vpsllq', shr: 'vpsrlq', sar: 'vpsraq' },
} as const;
const variableShifts = {
  i32: { shl: 'vpsllvd', shr: 'vpsrlvd', sar: 'vpsravd' },
  i64: { shl: 'vpsllvq', shr: 'vpsrlvq', sar: 'vpsravq' },
} as const;

/** Predicates of vcmpps and vpcmpd, as written and with the operands exchanged. */
const floatPredicates = { lt: [0x11, 0x1e], le: [0x12, 0x1d], eq: [0x00, 0x00], ne: [0x04, 0x04] } as const;
const integerPredicates = { lt: [1, 6], le: [2, 5], eq: [0, 0], ne: [4, 4] } as const;

const conversions = {
  'f32>i32': 'vcvttps2dq',
  'i32>f32': 'vcvtdq2ps',
  'f32>f64': 'vcvtps2pd',
  'f64>f32': 'vcvtpd2ps',
  'i32>f64': 'vcvtdq2pd',
  'f64>i32': 'vcvttpd2dq',
  'i32>i64': 'vpmovsxdq',
  'i64>f32': 'vcvtqq2ps',
  'i64>f64': 'vcvtqq2pd',
  'f64>i64': 'vcvttpd2qq',
} as const satisfies Record<Exclude<ConvertOp, 'bits' | 'f16>f32' | 'f32>f16' | 'i64>i32'>, Two>;

const multiplyAdd = {
  f32: { fma: ['vfmadd132ps', 'vfmadd213ps', 'vfmadd231ps'], fnma: ['vfnmadd132ps', 'vfnmadd213ps', 'vfnmadd231ps'] },
  f64: { fma: ['vfmadd132pd', 'vfmadd213pd', 'vfmadd231pd'], fnma: ['vfnmadd132pd', 'vfnmadd213pd', 'vfnmadd231pd'] },
} as const satisfies Record<'f32' | 'f64', Record<'fma' | 'fnma', readonly Three[]>>;

function floatLane(lane: Lane): 'f32' | 'f64' {
  if (lane === 'i32' || lane === 'i64') throw new Error('bug: this operation has no integer form');
  return lane;
}

/** The instruction of an arithmetic op that is not a shift or a scale. */
export function arithmeticOp(context: Lowering, op: ArithmeticOp, lane: Lane): Three {
  switch (op) {
    case 'and':
    case 'or':
    case 'xor':
    case 'andnot':
      return (context.wide ? wideLogicOps[laneBytes[lane]] : logicOps)[op];
    case 'add':
    case 'sub':
    case 'mul':
    case 'max':
    case 'min':
      return lane === 'i32' ? integerOps[op] : lane === 'i64' ? wideIntegerOps[op] : floatOps[lane][op];
    case 'div':
      return floatOps[floatLane(lane)].div;
    case 'shl':
    case 'shr':
    case 'sar':
      return variableShifts[lane === 'i64' ? 'i64' : 'i32'][op];
    case 'scale':
      return lane === 'f64' ? 'vscalefpd' : 'vscalefps';
  }
}

export function lowerArithmetic(context: Lowering, target: Register, op: ArithmeticOp, a: Register, b: Register): void {
  const { assembler } = context;
  const lane = context.laneOf(target);
  if (context.analysis.opmasks.has(target)) {
    if (op !== 'and' && op !== 'or' && op !== 'xor' && op !== 'andnot') throw new Error(`bug: ${op} of opmasks`);
    assembler.emit(maskLogicOps[op], context.opmask(target), context.opmask(a), context.opmask(b));
    return;
  }
  if (op === 'shl' || op === 'shr' || op === 'sar') {
    lowerShift(context, target, op, a, b);
    return;
  }
  if (op === 'scale' && !context.wide) {
    lowerScale(context, target, a, b);
    return;
  }
  if (lane === 'i64' && isComposed(context.tier, op)) {
    const [left, right] = [context.read(a), context.read(b)];
    combineComposed(context, op, context.target(target), left, right);
    return;
  }
  let first = a;
  let second = b;
  if (isCommutative(op, isInteger(lane)) && !context.isInRegister(a)) [first, second] = [b, a];
  const left = context.read(first);
  const right = context.readOrMemory(second);
  assembler.emit(arithmeticOp(context, op, lane), context.target(target), left, right);
}

function lowerShift(context: Lowering, target: Register, op: 'shl' | 'shr' | 'sar', a: Register, b: Register): void {
  const { assembler } = context;
  const constant = context.analysis.constants.get(b);
  const lane = context.laneOf(target) === 'i64' ? 'i64' : 'i32';
  const bits = lane === 'i64' ? 63 : 31;
  const left = context.read(a);
  if (op === 'sar' && lane === 'i64' && !context.wide)
    throw new Error('bug: AVX2 has no arithmetic shift of 64-bit integers');
  if (constant?.kind === 'splat') {
    assembler.emit(immediateShifts[lane][op], context.target(target), left, constant.value & bits);
    return;
  }
  const count = context.temp(lane);
  if (constant === undefined)
    assembler.emit(arithmeticOp(context, 'and', lane), count, context.read(b), context.splatMemory(lane, bits));
  else context.loadConstant(count, lane, { kind: 'lanes', values: constant.values.map((value) => value & bits) });
  assembler.emit(variableShifts[lane][op], context.target(target), left, count);
}

/** Whether an operation on 64-bit integers takes several instructions, and two temporaries. */
export function isComposed(tier: Tier, op: ArithmeticOp): boolean {
  return tier === 'avx2' && (op === 'mul' || op === 'max' || op === 'min');
}

/** `out` = a op b of 64-bit integers where there is no one instruction; `out` may be a or b. Takes two temporaries. */
export function combineComposed(context: Lowering, op: ArithmeticOp, out: Vec, a: Vec, b: Vec): void {
  const { assembler } = context;
  const high = context.temp('i64');
  const other = context.temp('i64');
  if (op === 'mul') {
    // (aₕ · 2³² + aₗ)(bₕ · 2³² + bₗ): what lies above 64 bits is left out.
    assembler.emit('vpsrlq', high, a, 32);
    assembler.emit('vpmuludq', high, high, b);
    assembler.emit('vpsrlq', other, b, 32);
    assembler.emit('vpmuludq', other, other, a);
    assembler.emit('vpaddq', high, high, other);
    assembler.emit('vpsllq', high, high, 32);
    assembler.emit('vpmuludq', out, a, b);
    assembler.emit('vpaddq', out, out, high);
    return;
  }
  assembler.emit('vpcmpgtq', high, op === 'max' ? a : b, op === 'max' ? b : a);
  assembler.emit('vblendvpd', out, b, a, high);
}

function isInteger(lane: Lane): lane is 'i32' | 'i64' {
  return lane === 'i32' || lane === 'i64';
}

/** (a + a) · 2^(b − 1), the power made by adding b into the low bits of a float and shifting them into the exponent. */
function lowerScale(context: Lowering, target: Register, a: Register, b: Register): void {
  const { assembler } = context;
  const lane = floatLane(context.laneOf(target));
  const left = context.read(a);
  const right = context.read(b);
  const power = context.temp(lane);
  const twice = context.temp(lane);
  const ops = floatOps[lane];
  if (lane === 'f32') {
    assembler.emit(ops.add, power, right, context.splatMemory(lane, 2 ** 23 + 126));
    assembler.emit('vpslld', power, power, 23);
  } else {
    assembler.emit(ops.add, power, right, context.splatMemory(lane, 2 ** 52 + 1022));
    assembler.emit('vpsllq', power, power, 52);
  }
  assembler.emit(ops.add, twice, left, left);
  assembler.emit(ops.mul, context.target(target), twice, power);
}

export function lowerCompare(context: Lowering, target: Register, op: CompareOp, a: Register, b: Register): void {
  const { assembler } = context;
  const lane = context.laneOf(a);
  if (context.wide) {
    const swap = !context.isInRegister(a) && context.isInRegister(b);
    const left = context.read(swap ? b : a);
    const right = context.readOrMemory(swap ? a : b);
    const isOpmask = context.analysis.opmasks.has(target);
    const mask = isOpmask ? context.opmask(target) : scratchMask;
    const predicate = (isInteger(lane) ? integerPredicates : floatPredicates)[op][swap ? 1 : 0];
    assembler.emit(wideCompares[lane], mask, left, right, predicate);
    if (!isOpmask) assembler.emit('vpmovm2d', context.target(target), mask);
    return;
  }
  const left = context.read(a);
  if (lane === 'f32') {
    const right = context.readOrMemory(b);
    assembler.emit('vcmpps', context.target(target), left, right, floatPredicates[op][0]);
    return;
  }
  const right = context.read(b);
  const temp = context.temp(lane);
  const out = context.target(target);
  if (lane === 'f64') {
    assembler.emit('vcmppd', temp, left, right, floatPredicates[op][0]);
    narrowWide(context, out, temp);
    return;
  }
  if (lane === 'i64') {
    if (op === 'lt') assembler.emit('vpcmpgtq', temp, right, left);
    else assembler.emit(op === 'le' ? 'vpcmpgtq' : 'vpcmpeqq', temp, left, right);
    narrowWide(context, out, temp);
    if (op === 'lt' || op === 'eq') return;
    const all = temp.as(128);
    assembler.emit('vpcmpeqd', all, all, all);
    assembler.emit('vpxor', out, out, all);
    return;
  }
  // Only "equal" and "greater" exist; the other two are their complements.
  if (op === 'lt') assembler.emit('vpcmpgtd', out, right, left);
  else if (op === 'eq') assembler.emit('vpcmpeqd', out, left, right);
  else {
    if (op === 'le') assembler.emit('vpcmpgtd', out, left, right);
    else assembler.emit('vpcmpeqd', out, left, right);
    assembler.emit('vpcmpeqd', temp, temp, temp);
    assembler.emit('vpxor', out, out, temp);
  }
}

const wideCompares = { f32: 'vcmpps', f64: 'vcmppd', i32: 'vpcmpd', i64: 'vpcmpq' } as const;

/** The low half of every 64-bit lane, masks too, without opmasks. `target` is not `source`. */
function narrowWide(context: Lowering, target: Vec, source: Vec): void {
  const { assembler } = context;
  assembler.emit('vextractf128', target, source, 1);
  assembler.emit('vshufps', target, source.as(128), target, 0x88);
}

export function lowerUnary(context: Lowering, target: Register, op: UnaryOp, a: Register): void {
  const { assembler, wide } = context;
  const lane = context.laneOf(target);
  const source = context.read(a);
  if (lane === 'i64') {
    if (op !== 'neg') throw new Error(`bug: ${op} of 64-bit integers`);
    const zero = context.temp(lane);
    context.zero(zero);
    assembler.emit('vpsubq', context.target(target), zero, source);
    return;
  }
  if (lane === 'i32') {
    if (op === 'abs') assembler.emit('vpabsd', context.target(target), source);
    else if (op === 'neg') {
      const zero = context.temp(lane);
      context.zero(zero);
      assembler.emit('vpsubd', context.target(target), zero, source);
    } else throw new Error(`bug: ${op} of integers`);
    return;
  }
  const isDouble = lane === 'f64';
  const out = context.target(target);
  switch (op) {
    case 'neg':
      assembler.emit(isDouble ? 'vxorpd' : 'vxorps', out, source, context.splatMemory(lane, -0));
      return;
    case 'abs': {
      // andn(−0, a): the pool then needs one constant for both.
      const sign = context.temp(lane);
      context.loadConstant(sign, lane, { kind: 'splat', value: -0 });
      assembler.emit(isDouble ? 'vandnpd' : 'vandnps', out, sign, source);
      return;
    }
    case 'sqrt':
      assembler.emit(isDouble ? 'vsqrtpd' : 'vsqrtps', out, source);
      return;
    case 'floor':
    case 'trunc':
    case 'nearest': {
      const mode = op === 'floor' ? 9 : op === 'trunc' ? 11 : 8;
      if (wide) assembler.emit(isDouble ? 'vrndscalepd' : 'vrndscaleps', out, source, mode);
      else assembler.emit(isDouble ? 'vroundpd' : 'vroundps', out, source, mode);
      return;
    }
    case 'exponent':
      if (wide) assembler.emit(isDouble ? 'vgetexppd' : 'vgetexpps', out, source);
      else lowerExponent(context, out, source, lane);
      return;
    case 'mantissa':
      if (wide) assembler.emit(isDouble ? 'vgetmantpd' : 'vgetmantps', out, source, 0);
      else {
        assembler.emit('vpand', out, source, wordsMemory(context, lane, isDouble ? [-1, 0x000f_ffff] : [0x007f_ffff]));
        assembler.emit('vpor', out, out, context.splatMemory(lane, 1));
      }
  }
}

/** The exponent field put into the low bits of 2^23 (2^52), read as a float, less that power and the bias. */
function lowerExponent(context: Lowering, out: Vec, source: Vec, lane: 'f32' | 'f64'): void {
  const { assembler } = context;
  const power = lane === 'f64' ? 2 ** 52 : 2 ** 23;
  if (lane === 'f64') assembler.emit('vpsrlq', out, source, 52);
  else assembler.emit('vpsrld', out, source, 23);
  assembler.emit('vpor', out, out, context.splatMemory(lane, power));
  assembler.emit(floatOps[lane].sub, out, out, context.splatMemory(lane, power + (lane === 'f64' ? 1023 : 127)));
}

/** A whole vector of repeated 32-bit words. */
function wordsMemory(context: Lowering, lane: Lane, words: readonly number[]): Mem {
  const count = context.bitsOf(lane) / 32;
  const all = Int32Array.from({ length: count }, (_, i) => words[i % words.length] ?? 0);
  return context.assembler.constant(new Uint8Array(all.buffer));
}

export function lowerConvert(context: Lowering, target: Register, op: ConvertOp, a: Register): void {
  const source = context.read(a);
  const out = context.target(target);
  const isLanewise = !context.wide && (op === 'i64>f32' || op === 'i64>f64' || op === 'f64>i64');
  if (op === 'bits') context.move(out, source);
  else if (op === 'f16>f32') lowerFromHalf(context, out, source);
  else if (op === 'f32>f16') {
    const half = halfOf(out);
    context.assembler.emit('vcvtps2ph', half, source, 0);
    context.assembler.emit('vpmovzxwd', out, half);
  } else if (op === 'i64>i32') {
    if (context.wide) context.assembler.emit('vpmovqd', out, source);
    else {
      const low = context.temp('i32');
      narrowWide(context, low, source);
      context.move(out, low);
    }
  } else if (isLanewise) convertLanes(context, op, out, source);
  else context.assembler.emit(conversions[op], out, source);
}

/** Four lanes one by one, through rax: AVX2 has no conversion of 64-bit integers. Takes three temporaries. */
function convertLanes(context: Lowering, op: 'i64>f32' | 'i64>f64' | 'f64>i64', out: Vec, source: Vec): void {
  const { assembler } = context;
  const part = context.temp('i64').as(128);
  const halves = [context.temp('i64'), context.temp('i64')];
  halves.forEach((half, i) => {
    const pair = half.as(128);
    assembler.emit('vextractf128', part, source, i);
    if (op === 'f64>i64') {
      assembler.emit('vcvttsd2si', rax, part);
      assembler.emit('vmovq', pair, rax);
      assembler.emit('vpermilpd', part, part, 1);
      assembler.emit('vcvttsd2si', rax, part);
      assembler.emit('vpinsrq', pair, pair, rax, 1);
      return;
    }
    const convert = op === 'i64>f32' ? 'vcvtsi2ss' : 'vcvtsi2sd';
    assembler.emit('vmovq', rax, part);
    assembler.emit(convert, pair, pair, rax);
    assembler.emit('vpextrq', rax, part, 1);
    assembler.emit(convert, part, part, rax);
    assembler.emit(op === 'i64>f32' ? 'vunpcklps' : 'vunpcklpd', pair, pair, part);
  });
  const [low, high] = [halves[0]!, halves[1]!];
  if (op === 'i64>f32') assembler.emit('vunpcklpd', out, low.as(128), high.as(128));
  else assembler.emit('vinsertf128', out, low, high.as(128), 1);
}

/** The lower half of a vector; of 128 bits, all. */
function halfOf(vector: Vec): Vec {
  return vector.bits === 512 ? vector.as(256) : vector.as(128);
}

/** The lower words of all lanes brought together, and converted. */
function lowerFromHalf(context: Lowering, out: Vec, source: Vec): void {
  const { assembler, wide } = context;
  const half = halfOf(out);
  if (wide) assembler.emit('vpmovdw', half, source);
  else {
    assembler.emit('vpackusdw', out, source, source);
    if (out.bits === 256) assembler.emit('vpermq', out, out, 0x08);
  }
  assembler.emit('vcvtph2ps', out, half);
}

/**
 * a · b + c in the form that leaves the result where the target is: 231 adds to its first operand, 213 and 132 multiply it.
 * One of the three may come from memory.
 */
export function lowerMultiplyAdd(
  context: Lowering,
  target: Register,
  { op, a, b, c }: Extract<Value, { op: 'fma' | 'fnma' }>,
): void {
  const { assembler } = context;
  const lane = context.laneOf(target);
  if (isInteger(lane)) throw new Error('bug: fma of integers');
  const [form132, form213, form231] = multiplyAdd[lane][op];
  // The operand that stays in memory: the first that is there, a factor before the addend.
  const inMemory = [a, b, c].find((register) => !context.isInRegister(register));
  const other = (register: Register): Vec => context.read(register);
  if (inMemory === c && inMemory !== a && inMemory !== b) {
    const left = other(a);
    const right = other(b);
    const addend = context.readOrMemory(c);
    const out = context.target(target);
    if (out.index === right.index && out.index !== left.index) assembler.emit(form213, out, left, addend);
    else {
      context.move(out, left);
      assembler.emit(form213, out, left.index === right.index ? out : right, addend);
    }
    return;
  }
  const factor = inMemory === a && a !== b ? a : b;
  const addend = other(c);
  const left = other(factor === a ? b : a);
  const right = factor === c || factor === (factor === a ? b : a) ? other(factor) : context.readOrMemory(factor);
  const out = context.target(target);
  const rightIndex = right.kind === addend.kind ? right.index : -1;
  if (out.index === addend.index) assembler.emit(form231, out, left, right);
  else if (out.index === left.index) assembler.emit(form132, out, addend, rightIndex === out.index ? out : right);
  else if (out.index === rightIndex) assembler.emit(form213, out, left, addend);
  else {
    context.move(out, addend);
    assembler.emit(form231, out, left, right);
  }
}

export function lowerSelect(context: Lowering, target: Register, mask: Register, a: Register, b: Register): void {
  const { assembler } = context;
  const lane = context.laneOf(target);
  const isDouble = laneBytes[lane] === 8;
  if (context.wide) {
    let opmask = scratchMask;
    if (context.analysis.opmasks.has(mask)) opmask = context.opmask(mask);
    else assembler.emit('vpmovd2m', opmask, context.read(mask));
    const otherwise = context.read(b);
    const then = context.readOrMemory(a);
    assembler.emit(isDouble ? 'vblendmpd' : 'vblendmps', context.target(target).under(opmask), otherwise, then);
    return;
  }
  let selector = context.read(mask);
  if (isDouble) {
    const widened = context.temp('f64');
    assembler.emit('vpmovsxdq', widened, selector);
    selector = widened;
  }
  const otherwise = context.read(b);
  const then = context.read(a);
  assembler.emit(isDouble ? 'vblendvpd' : 'vblendvps', context.target(target), otherwise, then, selector);
}
