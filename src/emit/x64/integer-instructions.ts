/**
 * Instructions on general registers: moves, arithmetic, bit operations, atomics, branches, system.
 * The flags say how operand size, immediate and opcode depend on each other; encode-integer.ts obeys them.
 */
import {
  BRANCH,
  countOf,
  either,
  FIXED,
  type Form,
  type Instruction,
  INTEGER,
  M,
  MC,
  MI,
  MOVE_IMMEDIATE,
  MR,
  O,
  RM,
  RMI,
  signature,
} from './form.ts';
import { GPR, type Gpr, IMM, LABEL, type Label, MEM, type Mem } from './registers.ts';

/** The opcode's low bit says "not a byte". */
export const SIZED = 1;
/** F0 prefix. */
export const LOCKED = 2;
/** 64-bit by default, or without operand size: no REX.W. */
export const SIZELESS = 4;
/** 83 /n ib, or 81 /n id, or 80 /n ib, or the accumulator's short form. */
export const ARITHMETIC = 8;
/** D1 /n when the count is 1, else C1 /n ib. */
export const SHIFT = 16;
/** 6B ib or 69 id. */
export const MULTIPLY = 32;
/** The opcode's low bit says "the source is a word", else a byte. */
export const WIDENING = 64;
/** Byte operand, no low opcode bit. */
export const BYTE = 128;
/** A 32-bit source into a 64-bit register. */
export const SIGN_EXTENDING = 256;

const GM = GPR | MEM;
const ESCAPE = 0x100;

function form(
  layout: number,
  a: number,
  b: number,
  c: number,
  opcode: number,
  prefix: number,
  w: number,
  digit = -1,
  element = 0,
  family = INTEGER,
): { forms: readonly Form[] } {
  const [accepts, count] = [signature(a, b, c, 0), countOf(a, b, c, 0)];
  return {
    forms: [{ family, layout, count, accepts, a, b, c, d: 0, prefix, opcode, digit, w, tuple: 0, element, length: -1 }],
  };
}

type RegisterOrMemory = Gpr | Mem;
const rm = (opcode: number, prefix = 0, w = 0): Instruction<[Gpr, RegisterOrMemory]> =>
  form(RM, GPR, GM, 0, opcode, prefix, w);
const rMemory = (opcode: number, prefix = 0, w = 0): Instruction<[Gpr, Mem]> =>
  form(RM, GPR, MEM, 0, opcode, prefix, w);
const mr = (opcode: number, prefix = 0, w = 0): Instruction<[RegisterOrMemory, Gpr]> =>
  form(MR, GM, GPR, 0, opcode, prefix, w);
const memoryR = (opcode: number, prefix = 0, w = 0): Instruction<[Mem, Gpr]> =>
  form(MR, MEM, GPR, 0, opcode, prefix, w);
const mi = (
  opcode: number,
  digit: number,
  w: number,
  element: number,
  prefix = 0,
): Instruction<[RegisterOrMemory, number]> => form(MI, GM, IMM, 0, opcode, prefix, w, digit, element);
const m = (opcode: number, digit: number, prefix = 0, w = 0): Instruction<[RegisterOrMemory]> =>
  form(M, GM, 0, 0, opcode, prefix, w, digit);
const memory = (opcode: number, digit: number, prefix = ESCAPE): Instruction<[Mem]> =>
  form(M, MEM, 0, 0, opcode, prefix, SIZELESS, digit);
const o = (opcode: number): Instruction<[Gpr]> => form(O, GPR, 0, 0, opcode, 0, SIZELESS);
const fixed = (...bytes: number[]): Instruction<[]> => {
  let packed = 0;
  for (let i = bytes.length - 1; i >= 0; i--) packed = packed * 256 + (bytes[i] ?? 0);
  return form(0, 0, 0, 0, packed, 0, 0, bytes.length, 0, FIXED);
};
const branch = (opcode: number): Instruction<[Label]> => form(0, LABEL, 0, 0, opcode, 0, 0, -1, 0, BRANCH);

/** The eight two-operand operations that share one opcode pattern. */
const arithmetic = (digit: number) =>
  either(either(mr(digit << 3, 0, SIZED), rMemory((digit << 3) | 2, 0, SIZED)), mi(0x80, digit, SIZED | ARITHMETIC, 4));
const lockedArithmetic = (digit: number): Instruction<[Mem, Gpr] | [Mem, number]> =>
  either(memoryR(digit << 3, 0, SIZED | LOCKED), form(MI, MEM, IMM, 0, 0x80, 0, SIZED | ARITHMETIC | LOCKED, digit, 4));
const byCl = (digit: number): Instruction<[RegisterOrMemory, Gpr]> => form(MC, GM, GPR, 0, 0xd2, 0, SIZED, digit);
const shift = (digit: number) => either(mi(0xc0, digit, SIZED | SHIFT, 1), byCl(digit));
const multiply: Instruction<[Gpr, RegisterOrMemory, number]> = form(RMI, GPR, GM, IMM, 0x6b, 0, MULTIPLY);
const lockedUnary = (digit: number): Instruction<[Mem]> => form(M, MEM, 0, 0, 0xfe, 0, SIZED | LOCKED, digit);
const moveImmediate: Instruction<[Gpr, number | bigint]> = form(0, GPR, IMM, 0, 0, 0, 0, -1, 0, MOVE_IMMEDIATE);
const storeImmediate: Instruction<[Mem, number]> = form(MI, MEM, IMM, 0, 0xc6, 0, SIZED, 0, 4);
const set = (condition: number) => m(0x90 | condition, 0, ESCAPE, BYTE);
const cmov = (condition: number) => rm(0x40 | condition, ESCAPE);
const jump = (condition: number) => branch(0x70 | condition);

export const integerInstructions = {
  // Moves
  mov: either(either(mr(0x88, 0, SIZED), rMemory(0x8a, 0, SIZED)), either(moveImmediate, storeImmediate)),
  movzx: rm(0xb6, ESCAPE, WIDENING),
  movsx: rm(0xbe, ESCAPE, WIDENING),
  movsxd: rm(0x63, 0, SIGN_EXTENDING),
  lea: rMemory(0x8d),
  xchg: mr(0x86, 0, SIZED),
  push: o(0x50),
  pop: o(0x58),
  cmovo: cmov(0),
  cmovno: cmov(1),
  cmovb: cmov(2),
  cmovae: cmov(3),
  cmove: cmov(4),
  cmovne: cmov(5),
  cmovbe: cmov(6),
  cmova: cmov(7),
  cmovs: cmov(8),
  cmovns: cmov(9),
  cmovp: cmov(10),
  cmovnp: cmov(11),
  cmovl: cmov(12),
  cmovge: cmov(13),
  cmovle: cmov(14),
  cmovg: cmov(15),

  // Arithmetic and logic
  add: arithmetic(0),
  or: arithmetic(1),
  and: arithmetic(4),
  sub: arithmetic(5),
  xor: arithmetic(6),
  cmp: arithmetic(7),
  test: either(either(mr(0x84, 0, SIZED), rMemory(0x84, 0, SIZED)), mi(0xf6, 0, SIZED, 4)),
  imul: either(rm(0xaf, ESCAPE), multiply),
  inc: m(0xfe, 0, 0, SIZED),
  dec: m(0xfe, 1, 0, SIZED),
  not: m(0xf6, 2, 0, SIZED),
  neg: m(0xf6, 3, 0, SIZED),
  mul: m(0xf6, 4, 0, SIZED),
  div: m(0xf6, 6, 0, SIZED),
  idiv: m(0xf6, 7, 0, SIZED),
  rol: shift(0),
  ror: shift(1),
  shl: shift(4),
  shr: shift(5),
  sar: shift(7),
  bsf: rm(0xbc, ESCAPE),
  bsr: rm(0xbd, ESCAPE),
  tzcnt: rm(0xbc, 0xf3 | ESCAPE),
  lzcnt: rm(0xbd, 0xf3 | ESCAPE),
  popcnt: rm(0xb8, 0xf3 | ESCAPE),
  bt: mi(0xba, 4, 0, 1, ESCAPE),
  cdq: fixed(0x99),
  cqo: fixed(0x48, 0x99),
  seto: set(0),
  setno: set(1),
  setb: set(2),
  setae: set(3),
  sete: set(4),
  setne: set(5),
  setbe: set(6),
  seta: set(7),
  sets: set(8),
  setns: set(9),
  setp: set(10),
  setnp: set(11),
  setl: set(12),
  setge: set(13),
  setle: set(14),
  setg: set(15),

  // Atomics
  xadd: mr(0xc0, ESCAPE, SIZED),
  cmpxchg: mr(0xb0, ESCAPE, SIZED),
  'lock xadd': memoryR(0xc0, ESCAPE, SIZED | LOCKED),
  'lock cmpxchg': memoryR(0xb0, ESCAPE, SIZED | LOCKED),
  'lock inc': lockedUnary(0),
  'lock dec': lockedUnary(1),
  'lock add': lockedArithmetic(0),
  'lock or': lockedArithmetic(1),
  'lock and': lockedArithmetic(4),
  'lock sub': lockedArithmetic(5),

  // Branches: all conditions, to labels; calls and jumps also through a register or memory
  jmp: either(branch(0xeb), m(0xff, 4, 0, SIZELESS)),
  call: either(branch(0xe8), m(0xff, 2, 0, SIZELESS)),
  ret: fixed(0xc3),
  jo: jump(0),
  jno: jump(1),
  jb: jump(2),
  jc: jump(2),
  jae: jump(3),
  jnc: jump(3),
  je: jump(4),
  jz: jump(4),
  jne: jump(5),
  jnz: jump(5),
  jbe: jump(6),
  ja: jump(7),
  js: jump(8),
  jns: jump(9),
  jp: jump(10),
  jnp: jump(11),
  jl: jump(12),
  jge: jump(13),
  jle: jump(14),
  jg: jump(15),

  // System
  nop: fixed(0x90),
  pause: fixed(0xf3, 0x90),
  ud2: fixed(0x0f, 0x0b),
  int3: fixed(0xcc),
  syscall: fixed(0x0f, 0x05),
  cpuid: fixed(0x0f, 0xa2),
  rdtsc: fixed(0x0f, 0x31),
  rdtscp: fixed(0x0f, 0x01, 0xf9),
  xgetbv: fixed(0x0f, 0x01, 0xd0),
  mfence: fixed(0x0f, 0xae, 0xf0),
  lfence: fixed(0x0f, 0xae, 0xe8),
  sfence: fixed(0x0f, 0xae, 0xf8),
  vzeroupper: fixed(0xc5, 0xf8, 0x77),
  vzeroall: fixed(0xc5, 0xfc, 0x77),
  'rep movsb': fixed(0xf3, 0xa4),
  'rep stosb': fixed(0xf3, 0xaa),
  'rep stosd': fixed(0xf3, 0xab),
  stmxcsr: memory(0xae, 3),
  ldmxcsr: memory(0xae, 2),
  prefetchnta: memory(0x18, 0),
  prefetcht0: memory(0x18, 1),
  prefetcht1: memory(0x18, 2),
  prefetcht2: memory(0x18, 3),
  prefetchw: memory(0x0d, 1),
};
