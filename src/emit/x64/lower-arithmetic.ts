/**
 * Values computed lane by lane: arithmetic, compares, conversions, fused multiply-add, select.
 * Every target may share its register with operands that end here, so nothing is written before the last operand is read.
 */
import type { ArithmeticOp, CompareOp, ConvertOp, Lane, Register, UnaryOp, Value } from '../../kernel/nest.ts';
import type { OpTaking } from './instructions.ts';
import { isCommutative } from './lower-analysis.ts';
import { type Lowering, scratchMask } from './lower-context.ts';
import type { Mem, Vec } from './registers.ts';

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
const logicOps = { and: 'vpand', or: 'vpor', xor: 'vpxor', andnot: 'vpandn' } as const;
const wideLogicOps = { and: 'vpandd', or: 'vpord', xor: 'vpxord', andnot: 'vpandnd' } as const;
const maskLogicOps = { and: 'kandw', or: 'korw', xor: 'kxorw', andnot: 'kandnw' } as const;
const immediateShifts = { shl: 'vpslld', shr: 'vpsrld', sar: 'vpsrad' } as const;
const variableShifts = { shl: 'vpsllvd', shr: 'vpsrlvd', sar: 'vpsravd' } as const;

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
} as const satisfies Record<Exclude<ConvertOp, 'bits' | 'f16>f32' | 'f32>f16'>, Two>;

const multiplyAdd = {
  f32: { fma: ['vfmadd132ps', 'vfmadd213ps', 'vfmadd231ps'], fnma: ['vfnmadd132ps', 'vfnmadd213ps', 'vfnmadd231ps'] },
  f64: { fma: ['vfmadd132pd', 'vfmadd213pd', 'vfmadd231pd'], fnma: ['vfnmadd132pd', 'vfnmadd213pd', 'vfnmadd231pd'] },
} as const satisfies Record<'f32' | 'f64', Record<'fma' | 'fnma', readonly Three[]>>;

function floatLane(lane: Lane): 'f32' | 'f64' {
  if (lane === 'i32') throw new Error('bug: this operation has no integer form');
  return lane;
}

/** The instruction of an arithmetic op that is not a shift or a scale. */
export function arithmeticOp(context: Lowering, op: ArithmeticOp, lane: Lane): Three {
  switch (op) {
    case 'and':
    case 'or':
    case 'xor':
    case 'andnot':
      return (context.wide ? wideLogicOps : logicOps)[op];
    case 'add':
    case 'sub':
    case 'mul':
    case 'max':
    case 'min':
      return lane === 'i32' ? integerOps[op] : floatOps[lane][op];
    case 'div':
      return floatOps[floatLane(lane)].div;
    case 'shl':
    case 'shr':
    case 'sar':
      return variableShifts[op];
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
  let first = a;
  let second = b;
  if (isCommutative(op, lane === 'i32') && !context.isInRegister(a)) [first, second] = [b, a];
  const left = context.read(first);
  const right = context.readOrMemory(second);
  assembler.emit(arithmeticOp(context, op, lane), context.target(target), left, right);
}

function lowerShift(context: Lowering, target: Register, op: 'shl' | 'shr' | 'sar', a: Register, b: Register): void {
  const { assembler } = context;
  const constant = context.analysis.constants.get(b);
  const left = context.read(a);
  if (constant?.kind === 'splat') {
    assembler.emit(immediateShifts[op], context.target(target), left, constant.value & 31);
    return;
  }
  const count = context.temp('i32');
  if (constant === undefined)
    assembler.emit(arithmeticOp(context, 'and', 'i32'), count, context.read(b), context.splatMemory('i32', 31));
  else context.loadConstant(count, 'i32', { kind: 'lanes', values: constant.values.map((value) => value & 31) });
  assembler.emit(variableShifts[op], context.target(target), left, count);
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
    const predicate = (lane === 'i32' ? integerPredicates : floatPredicates)[op][swap ? 1 : 0];
    assembler.emit(lane === 'i32' ? 'vpcmpd' : lane === 'f32' ? 'vcmpps' : 'vcmppd', mask, left, right, predicate);
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
    narrowMask(context, out, temp);
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

/** 64-bit lane masks to 32-bit ones: the low half of every lane. Overwrites `mask`. */
function narrowMask(context: Lowering, target: Vec, mask: Vec): void {
  const { assembler } = context;
  assembler.emit('vextractf128', target, mask, 1);
  assembler.emit('vshufps', target, mask.as(128), target, 0x88);
}

export function lowerUnary(context: Lowering, target: Register, op: UnaryOp, a: Register): void {
  const { assembler, wide } = context;
  const lane = context.laneOf(target);
  const source = context.read(a);
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
  if (op === 'bits') context.move(out, source);
  else if (op === 'f16>f32') lowerFromHalf(context, out, source);
  else if (op === 'f32>f16') {
    const half = halfOf(out);
    context.assembler.emit('vcvtps2ph', half, source, 0);
    context.assembler.emit('vpmovzxwd', out, half);
  } else context.assembler.emit(conversions[op], out, source);
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
  if (lane === 'i32') throw new Error('bug: fma of integers');
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
  const isDouble = lane === 'f64';
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
