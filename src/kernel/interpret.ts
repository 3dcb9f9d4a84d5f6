/**
 * What nests mean, in code that refuses to be fast. Emitters are tested against it, so it is strict where they may be
 * lenient: an access outside its memory throws, naming the nest, the slot and the element.
 */
import { bigintsOf, convertStored, type TypedArray, type Word, type Words } from '../ir/dtype.ts';
import { unreachable } from '../base/errors.ts';
import { float16Bits, float16Of } from '../ir/half.ts';
import { lanesPerGroup } from './nest.ts';
import type {
  Access,
  ArithmeticOp,
  CompareOp,
  ConvertOp,
  Lane,
  Nest,
  Register,
  Slot,
  Statement,
  UnaryOp,
  Value,
  Walk,
} from './nest.ts';

/** What a register holds: one number per lane, bigints in those of i64. */
type Lanes = Word[];

interface Machine {
  readonly nest: Nest;
  readonly memories: readonly Words[];
  readonly registers: Lanes[];
  /** Loop id → its counter; only open loops are present. */
  readonly counters: Map<number, number>;
}

/**
 * Runs a nest over its memories, one typed array per slot, of the slot's element type.
 * @param range of a parallel nest: the iterations to run; the default is all of them
 * @throws Error starting with "bug:" if an access is out of range or a register is read before it is set
 */
export function interpret(
  nest: Nest,
  memories: readonly TypedArray[],
  range?: { readonly begin: number; readonly end: number },
): void {
  if (memories.length !== nest.slots.length) {
    throw new Error(`bug: nest ${nest.name}: ${nest.slots.length} slots, but ${memories.length} memories`);
  }
  const words = memories.map((memory, slot) => (nest.slots[slot]!.element === 'i64' ? bigintsOf(memory) : memory));
  const machine: Machine = { nest, memories: words, registers: nest.registers.map(() => []), counters: new Map() };
  if (range === undefined) {
    runAll(machine, nest.body);
    return;
  }
  const loop = nest.body[nest.body.length - 1];
  if (!nest.parallel || loop?.kind !== 'loop') {
    throw new Error(`bug: nest ${nest.name}: a range was given, but it does not end in a parallel loop`);
  }
  runAll(machine, nest.body.slice(0, -1));
  runLoop(machine, loop, Math.max(0, range.begin), Math.min(loop.count, range.end));
}

function runAll(machine: Machine, statements: readonly Statement[]): void {
  for (const statement of statements) run(machine, statement);
}

function runLoop(machine: Machine, loop: Extract<Statement, { kind: 'loop' }>, begin: number, end: number): void {
  for (let i = begin; i < end; i++) {
    machine.counters.set(loop.loop, i);
    runAll(machine, loop.body);
  }
  machine.counters.delete(loop.loop);
}

function run(machine: Machine, statement: Statement): void {
  const { nest } = machine;
  switch (statement.kind) {
    case 'loop':
      runLoop(machine, statement, 0, statement.count);
      return;
    case 'set':
      machine.registers[statement.target] = evaluate(machine, statement.target, statement.value);
      return;
    case 'store': {
      const source = read(machine, statement.source);
      const { slot, active } = statement.access;
      for (let l = 0; l < active; l++) write(machine, slot, elementOf(machine, statement.access, l), source[l]!);
      return;
    }
    case 'accumulate': {
      const source = read(machine, statement.source);
      const index = read(machine, statement.index);
      const lane = nest.registers[statement.source]!;
      const base = resolve(machine, statement.at);
      for (let l = 0; l < statement.active; l++) {
        const at = base + Number(index[l]) * statement.scale + l * statement.step;
        const before = fetch(machine, statement.slot, at);
        write(machine, statement.slot, at, arithmetic('add', lane, before, source[l]!));
      }
      return;
    }
    default:
      unreachable(statement);
  }
}

function evaluate(machine: Machine, target: Register, value: Value): Lanes {
  const { nest } = machine;
  const { lanes } = nest;
  const lane = nest.registers[target]!;
  const zero = lane === 'i64' ? 0n : 0;
  const each = (f: (l: number) => Word): Lanes => Array.from({ length: lanes }, (_, l) => f(l));
  switch (value.op) {
    case 'splat':
      return each(() => (lane === 'i64' ? BigInt(value.value) : round(lane, value.value)));
    case 'mask':
      return each((l) => (l < value.active ? -1 : 0));
    case 'index': {
      const base = resolve(machine, value.walk);
      return each((l) => (base + l * value.step) | 0);
    }
    case 'load': {
      const { access } = value;
      return each((l) => (l < access.active ? fetch(machine, access.slot, elementOf(machine, access, l)) : zero));
    }
    case 'gather': {
      const index = read(machine, value.index);
      const base = resolve(machine, value.at);
      if (value.uniform && index.some((i) => i !== index[0])) {
        throw new Error(
          `bug: nest ${nest.name}: a uniform gather from slot ${value.slot} got the indices ${index.join(', ')}`,
        );
      }
      return each((l) =>
        l < value.active ? fetch(machine, value.slot, base + Number(index[l]) * value.scale + l * value.step) : zero,
      );
    }
    case 'copy':
      return [...read(machine, value.a)];
    case 'fma':
    case 'fnma': {
      const [a, b, c] = [read(machine, value.a), read(machine, value.b), read(machine, value.c)];
      const sign = value.op === 'fma' ? 1 : -1;
      return each((l) => round(lane, sign * Number(a[l]) * Number(b[l]) + Number(c[l])));
    }
    case 'select': {
      const [mask, a, b] = [read(machine, value.mask), read(machine, value.a), read(machine, value.b)];
      return each((l) => (mask[l]! !== 0 ? a[l]! : b[l]!));
    }
    case 'sumLanes':
    case 'mulLanes':
    case 'maxLanes': {
      // Halves are combined until one lane is left, as vector code does it.
      const op = value.op === 'sumLanes' ? 'add' : value.op === 'mulLanes' ? 'mul' : 'max';
      let rest: Lanes = read(machine, value.a);
      while (rest.length > 1) {
        const half = rest.length >> 1;
        rest = rest.slice(0, half).map((a, l) => arithmetic(op, lane, a, rest[l + half]!));
      }
      return each(() => rest[0]!);
    }
    case 'zipLow':
    case 'zipHigh': {
      const [a, b] = [read(machine, value.a), read(machine, value.b)];
      const group = lanesPerGroup(lane, lanes);
      const from = value.op === 'zipLow' ? 0 : group / 2;
      const { unit } = value;
      return each((l) => {
        const within = l % group;
        const source = Math.floor(within / unit) % 2 === 0 ? a : b;
        return source[l - within + from + Math.floor(within / (2 * unit)) * unit + (within % unit)]!;
      });
    }
    case 'evenGroups':
    case 'oddGroups': {
      const both = [...read(machine, value.a), ...read(machine, value.b)];
      const group = lanesPerGroup(lane, lanes);
      const odd = value.op === 'oddGroups' ? 1 : 0;
      return each((l) => both[(2 * Math.floor(l / group) + odd) * group + (l % group)]!);
    }
    case 'lt':
    case 'le':
    case 'eq':
    case 'ne': {
      const [a, b] = [read(machine, value.a), read(machine, value.b)];
      const { op } = value;
      return each((l) => (compare(op, a[l]!, b[l]!) ? -1 : 0));
    }
    case 'neg':
    case 'abs':
    case 'sqrt':
    case 'floor':
    case 'trunc':
    case 'nearest':
    case 'exponent':
    case 'mantissa': {
      const a = read(machine, value.a);
      const { op } = value;
      return each((l) => unary(op, lane, a[l]!));
    }
    case 'f32>i32':
    case 'f64>i32':
    case 'i32>f32':
    case 'i32>f64':
    case 'f32>f64':
    case 'f64>f32':
    case 'f16>f32':
    case 'f32>f16':
    case 'i32>i64':
    case 'i64>i32':
    case 'i64>f32':
    case 'i64>f64':
    case 'f64>i64':
    case 'bits': {
      const a = read(machine, value.a);
      const { op } = value;
      return each((l) => convert(op, lane, a[l]!));
    }
    default: {
      const [a, b] = [read(machine, value.a), read(machine, value.b)];
      const { op } = value;
      return each((l) => arithmetic(op, lane, a[l]!, b[l]!));
    }
  }
}

/** A number as a lane of this type holds it. */
function round(lane: Lane, value: number): number {
  return lane === 'f32' ? Math.fround(value) : lane === 'i32' ? value | 0 : value;
}

function arithmetic(op: ArithmeticOp, lane: Lane, a: Word, b: Word): Word {
  if (typeof a === 'bigint' && typeof b === 'bigint') return BigInt.asIntN(64, wideArithmetic(op, a, b));
  return narrowArithmetic(op, lane, Number(a), Number(b));
}

function wideArithmetic(op: ArithmeticOp, a: bigint, b: bigint): bigint {
  switch (op) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'max':
      return a > b ? a : b;
    case 'min':
      return a < b ? a : b;
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'andnot':
      return ~a & b;
    case 'shl':
      return a << (b & 63n);
    case 'shr':
      return BigInt.asUintN(64, a) >> (b & 63n);
    case 'sar':
      return a >> (b & 63n);
    case 'div':
    case 'scale':
      throw new Error(`bug: ${op} of i64 registers`);
  }
}

function narrowArithmetic(op: ArithmeticOp, lane: Lane, a: number, b: number): number {
  switch (op) {
    case 'add':
      return round(lane, a + b);
    case 'sub':
      return round(lane, a - b);
    case 'mul':
      return lane === 'i32' ? Math.imul(a, b) : round(lane, a * b);
    case 'div':
      return round(lane, a / b);
    case 'scale':
      return round(lane, round(lane, a + a) * power(lane, b - 1));
    case 'max':
      return a > b ? a : b;
    case 'min':
      return a < b ? a : b;
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'andnot':
      return ~a & b;
    case 'shl':
      return a << b;
    case 'shr':
      return (a >>> b) | 0;
    case 'sar':
      return a >> b;
  }
}

/** 2^n for a whole n, 0 where that is no normal number of the lane. */
function power(lane: Lane, n: number): number {
  return n < (lane === 'f32' ? -126 : -1022) ? 0 : 2 ** n;
}

function compare(op: CompareOp, a: Word, b: Word): boolean {
  switch (op) {
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
  }
}

function unary(op: UnaryOp, lane: Lane, a: Word): Word {
  if (typeof a !== 'bigint') return round(lane, unaryOf(op, a));
  if (op !== 'neg') throw new Error(`bug: ${op} of i64 registers`);
  return BigInt.asIntN(64, -a);
}

function unaryOf(op: UnaryOp, a: number): number {
  switch (op) {
    case 'neg':
      return -a;
    case 'abs':
      return Math.abs(a);
    case 'sqrt':
      return Math.sqrt(a);
    case 'floor':
      return Math.floor(a);
    case 'trunc':
      return Math.trunc(a);
    case 'nearest':
      return nearest(a);
    case 'exponent':
      return exponentOf(a);
    case 'mantissa':
      return a / 2 ** exponentOf(a);
  }
}

/** The nearest whole number, the even one of two. */
function nearest(a: number): number {
  const below = Math.floor(a);
  const rest = a - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
  const result = up ? below + 1 : below;
  return result === 0 && (a < 0 || Object.is(a, -0)) ? -0 : result;
}

const view = new DataView(new ArrayBuffer(8));

function exponentOf(a: number): number {
  view.setFloat64(0, a);
  return (view.getUint16(0) >>> 4) - 1023;
}

function convert(op: ConvertOp, to: Lane, x: Word): Word {
  const a = Number(x);
  switch (op) {
    case 'f32>i32':
    case 'f64>i32':
      // Out of range is unspecified; this is what x64 gives.
      return a > -2147483649 && a < 2147483648 ? Math.trunc(a) | 0 : -2147483648;
    case 'i32>f32':
    case 'f64>f32':
      return Math.fround(a);
    case 'i32>f64':
    case 'f32>f64':
      return a;
    case 'i64>f64':
      return a;
    case 'i32>i64':
      return BigInt(x);
    case 'i64>i32':
      return Number(BigInt.asIntN(32, BigInt(x)));
    case 'i64>f32':
      return Number(convertStored('int64', 'float32', BigInt(x)));
    case 'f64>i64':
      // As for i32.
      return a >= -(2 ** 63) && a < 2 ** 63 ? BigInt(Math.trunc(a)) : -(2n ** 63n);
    case 'f16>f32':
      return float16Of(a & 0xffff);
    case 'f32>f16':
      return float16Bits(a);
    case 'bits':
      if (to === 'i32') {
        view.setFloat32(0, a);
        return view.getInt32(0);
      }
      view.setInt32(0, a);
      return view.getFloat32(0);
  }
}

function read(machine: Machine, register: Register): Lanes {
  const value = machine.registers[register];
  if (value === undefined || value.length === 0) {
    throw new Error(`bug: nest ${machine.nest.name}: register ${register} is read before it is set`);
  }
  return value;
}

function resolve(machine: Machine, walk: Walk): number {
  let at = walk.constant;
  for (const { loop, by } of walk.terms) {
    const counter = machine.counters.get(loop);
    if (counter === undefined)
      throw new Error(`bug: nest ${machine.nest.name}: a walk follows loop ${loop}, which is not open`);
    at += by * counter;
  }
  return at;
}

function elementOf(machine: Machine, access: Access, lane: number): number {
  return resolve(machine, access.at) + lane * access.step;
}

function check(machine: Machine, slot: Slot, at: number): Words {
  const memory = machine.memories[slot];
  if (memory === undefined || !Number.isInteger(at) || at < 0 || at >= memory.length) {
    throw new Error(
      `bug: nest ${machine.nest.name}: slot ${slot} has ${memory?.length ?? 'no'} elements, but element ${at} is accessed`,
    );
  }
  return memory;
}

function fetch(machine: Machine, slot: Slot, at: number): Word {
  return check(machine, slot, at)[at]!;
}

function write(machine: Machine, slot: Slot, at: number, value: Word): void {
  check(machine, slot, at)[at] = value;
}
