/**
 * Builders of vector instruction forms: the vocabulary in which the tables of vector-*.ts are written.
 * A builder fixes the operand layout; its arguments are opcode, prefix, W, disp8 tuple and broadcast element.
 */
import {
  countOf,
  type Form,
  type Instruction,
  MR,
  MRI,
  MVR,
  RM,
  RMI,
  RMV,
  RVM,
  RVMI,
  RVMR,
  signature,
  VECTOR,
  VMI,
} from './form.ts';
import { GPR, type Gpr, IMM, MASK, type Mask, MEM, type Mem, VEC, type Vec } from './registers.ts';

/** Opcode map · 4 + mandatory prefix (0 none, 1 = 66, 2 = F3, 3 = F2). Map 1 = 0F, 2 = 0F 38, 3 = 0F 3A. */
export const NP_0F = 4,
  P66_0F = 5,
  F3_0F = 6,
  F2_0F = 7,
  P66_38 = 9,
  F3_38 = 10,
  P66_3A = 13;

/** W: bits 0-1 = 1 + VEX.W, bits 2-3 = 1 + EVEX.W; 0 means the encoding does not exist. Bit 4: W follows the general register. Bit 5: the source is wider than the destination. */
export const NARROWS = 32;
export const VEX0 = 1,
  VEX1 = 2,
  EVEX0 = 4,
  EVEX1 = 8,
  W0 = 5,
  W1 = 10,
  W01 = 9,
  WGPR = 16 + 5,
  WGPR_VEX = 16 + 1;

/** Tuples that scale with the vector length: all of it, a half, a quarter, an eighth. Positive tuples are bytes. */
export const FULL = 0,
  HALF = -1,
  QUARTER = -2,
  EIGHTH = -3;

const VM = VEC | MEM;

function form(
  layout: number,
  a: number,
  b: number,
  c: number,
  d: number,
  opcode: number,
  prefix: number,
  w: number,
  tuple: number,
  element: number,
  digit = -1,
  length = -1,
): { forms: readonly Form[] } {
  const [accepts, count] = [signature(a, b, c, d), countOf(a, b, c, d)];
  return {
    forms: [{ family: VECTOR, layout, count, accepts, a, b, c, d, prefix, opcode, digit, w, tuple, element, length }],
  };
}

type Builder<Operands extends readonly unknown[]> = (
  opcode: number,
  prefix: number,
  w: number,
  tuple?: number,
  element?: number,
) => Instruction<Operands>;

/** dst, a, b|mem */
export const rvm: Builder<[Vec, Vec, Vec | Mem]> = (o, p, w, t = FULL, e = 0) =>
  form(RVM, VEC, VEC, VM, 0, o, p, w, t, e);
/** dst, a, b: registers only */
export const rvmRegister: Builder<[Vec, Vec, Vec]> = (o, p, w, t = FULL, e = 0) =>
  form(RVM, VEC, VEC, VEC, 0, o, p, w, t, e);
/** dst, a, b as a store: the mirror of rvmRegister */
export const mvrRegister: Builder<[Vec, Vec, Vec]> = (o, p, w, t = FULL, e = 0) =>
  form(MVR, VEC, VEC, VEC, 0, o, p, w, t, e);
/** dst, a, mem */
export const rvmMemory: Builder<[Vec, Vec, Mem]> = (o, p, w, t = FULL, e = 0) =>
  form(RVM, VEC, VEC, MEM, 0, o, p, w, t, e);
/** dst, a, general|mem */
export const rvmGeneral: Builder<[Vec, Vec, Gpr | Mem]> = (o, p, w, t = FULL, e = 0) =>
  form(RVM, VEC, VEC, GPR | MEM, 0, o, p, w, t, e);
/** opmask, a, b|mem */
export const kvm: Builder<[Mask, Vec, Vec | Mem]> = (o, p, w, t = FULL, e = 0) =>
  form(RVM, MASK, VEC, VM, 0, o, p, w, t, e);
/** opmask, a, b|mem, predicate */
export const kvmi: Builder<[Mask, Vec, Vec | Mem, number]> = (o, p, w, t = FULL, e = 0) =>
  form(RVMI, MASK, VEC, VM, IMM, o, p, w, t, e);
/** dst, src|mem */
export const rm: Builder<[Vec, Vec | Mem]> = (o, p, w, t = FULL, e = 0) => form(RM, VEC, VM, 0, 0, o, p, w, t, e);
/** narrower dst, src|mem: a memory source gives the length, by `.as(bits)` where the destination cannot tell */
export const rmNarrow: Builder<[Vec, Vec | Mem]> = (o, p, w, t = FULL, e = 0) =>
  form(RM, VEC, VM, 0, 0, o, p, w | NARROWS, t, e);
/** dst, mem */
export const rmMemory: Builder<[Vec, Mem]> = (o, p, w, t = FULL, e = 0) => form(RM, VEC, MEM, 0, 0, o, p, w, t, e);
/** dst, general|mem */
export const rmGeneral: Builder<[Vec, Gpr | Mem]> = (o, p, w, t = FULL, e = 0) =>
  form(RM, VEC, GPR | MEM, 0, 0, o, p, w, t, e);
/** dst, general register only */
export const rmGeneralRegister: Builder<[Vec, Gpr]> = (o, p, w, t = FULL, e = 0) =>
  form(RM, VEC, GPR, 0, 0, o, p, w, t, e);
/** general dst, src */
export const gm: Builder<[Gpr, Vec]> = (o, p, w, t = FULL, e = 0) => form(RM, GPR, VEC, 0, 0, o, p, w, t, e);
/** general dst, src|mem */
export const gmMemory: Builder<[Gpr, Vec | Mem]> = (o, p, w, t = FULL, e = 0) => form(RM, GPR, VM, 0, 0, o, p, w, t, e);
/** dst vector, opmask */
export const rk: Builder<[Vec, Mask]> = (o, p, w, t = FULL, e = 0) => form(RM, VEC, MASK, 0, 0, o, p, w, t, e);
/** opmask, src */
export const km: Builder<[Mask, Vec]> = (o, p, w, t = FULL, e = 0) => form(RM, MASK, VEC, 0, 0, o, p, w, t, e);
/** dst|mem, src */
export const mr: Builder<[Vec | Mem, Vec]> = (o, p, w, t = FULL, e = 0) => form(MR, VM, VEC, 0, 0, o, p, w, t, e);
/** mem, src */
export const mrMemory: Builder<[Mem, Vec]> = (o, p, w, t = FULL, e = 0) => form(MR, MEM, VEC, 0, 0, o, p, w, t, e);
/** general|mem, src */
export const mrGeneral: Builder<[Gpr | Mem, Vec]> = (o, p, w, t = FULL, e = 0) =>
  form(MR, GPR | MEM, VEC, 0, 0, o, p, w, t, e);
/** general, src */
export const mrGeneralRegister: Builder<[Gpr, Vec]> = (o, p, w, t = FULL, e = 0) =>
  form(MR, GPR, VEC, 0, 0, o, p, w, t, e);
/** dst, src|mem, imm8 */
export const rmi: Builder<[Vec, Vec | Mem, number]> = (o, p, w, t = FULL, e = 0) =>
  form(RMI, VEC, VM, IMM, 0, o, p, w, t, e);
/** dst, a, b|mem, imm8 */
export const rvmi: Builder<[Vec, Vec, Vec | Mem, number]> = (o, p, w, t = FULL, e = 0) =>
  form(RVMI, VEC, VEC, VM, IMM, o, p, w, t, e);
/** dst, a, general|mem, imm8 */
export const rvmiGeneral: Builder<[Vec, Vec, Gpr | Mem, number]> = (o, p, w, t = FULL, e = 0) =>
  form(RVMI, VEC, VEC, GPR | MEM, IMM, o, p, w, t, e);
/** dst|mem, src, imm8 */
export const mri: Builder<[Vec | Mem, Vec, number]> = (o, p, w, t = FULL, e = 0) =>
  form(MRI, VM, VEC, IMM, 0, o, p, w, t, e);
/** mem, src, imm8 */
export const mriMemory: Builder<[Mem, Vec, number]> = (o, p, w, t = FULL, e = 0) =>
  form(MRI, MEM, VEC, IMM, 0, o, p, w, t, e);
/** general|mem, src, imm8 */
export const mriGeneral: Builder<[Gpr | Mem, Vec, number]> = (o, p, w, t = FULL, e = 0) =>
  form(MRI, GPR | MEM, VEC, IMM, 0, o, p, w, t, e);
/** dst, a, b|mem, selector register */
export const rvmr: Builder<[Vec, Vec, Vec | Mem, Vec]> = (o, p, w, t = FULL, e = 0) =>
  form(RVMR, VEC, VEC, VM, VEC, o, p, w, t, e);
/** mem, selector register, src */
export const mvr: Builder<[Mem, Vec, Vec]> = (o, p, w, t = FULL, e = 0) => form(MVR, MEM, VEC, VEC, 0, o, p, w, t, e);
/** dst, vector-indexed mem, selector register */
export const rmv: Builder<[Vec, Mem, Vec]> = (o, p, w, t = FULL, e = 0) => form(RMV, VEC, MEM, VEC, 0, o, p, w, t, e);

/** dst, src|mem, imm8 with the opcode's /digit */
export function vmi(
  opcode: number,
  digit: number,
  prefix: number,
  w: number,
  tuple = FULL,
  element = 0,
): Instruction<[Vec, Vec | Mem, number]> {
  return form(VMI, VEC, VM, IMM, 0, opcode, prefix, w, tuple, element, digit);
}

/** Opmask instructions are VEX with a fixed L: k, k */
export const kk = (o: number, p: number, w: number): Instruction<[Mask, Mask]> =>
  form(RM, MASK, MASK, 0, 0, o, p, w, 0, 0, -1, 0);
/** k, k, k */
export const kkk = (o: number, p: number, w: number): Instruction<[Mask, Mask, Mask]> =>
  form(RVM, MASK, MASK, MASK, 0, o, p, w, 0, 0, -1, 1);
/** k, k, imm8 */
export const kki = (o: number, p: number, w: number): Instruction<[Mask, Mask, number]> =>
  form(RMI, MASK, MASK, IMM, 0, o, p, w, 0, 0, -1, 0);
/** k, k|mem */
export const kMemory = (o: number, p: number, w: number): Instruction<[Mask, Mask | Mem]> =>
  form(RM, MASK, MASK | MEM, 0, 0, o, p, w, 0, 0, -1, 0);
/** mem, k */
export const memoryK = (o: number, p: number, w: number): Instruction<[Mem, Mask]> =>
  form(MR, MEM, MASK, 0, 0, o, p, w, 0, 0, -1, 0);
/** k, general */
export const kGeneral = (o: number, p: number, w: number): Instruction<[Mask, Gpr]> =>
  form(RM, MASK, GPR, 0, 0, o, p, w, 0, 0, -1, 0);
/** general, k */
export const generalK = (o: number, p: number, w: number): Instruction<[Gpr, Mask]> =>
  form(RM, GPR, MASK, 0, 0, o, p, w, 0, 0, -1, 0);

/** Packed single arithmetic: dst, a, b|mem|{1toN}. */
export const ps = (opcode: number, prefix = NP_0F, w = W0): Instruction<[Vec, Vec, Vec | Mem]> =>
  rvm(opcode, prefix, w, FULL, 4);
/** Packed double arithmetic. */
export const pd = (opcode: number, prefix = P66_0F, w = W01): Instruction<[Vec, Vec, Vec | Mem]> =>
  rvm(opcode, prefix, w, FULL, 8);
/** Scalar single and double. */
export const ss = (opcode: number, prefix = F3_0F, w = W0): Instruction<[Vec, Vec, Vec | Mem]> =>
  rvm(opcode, prefix, w, 4);
export const sd = (opcode: number, prefix = F2_0F, w = W01): Instruction<[Vec, Vec, Vec | Mem]> =>
  rvm(opcode, prefix, w, 8);
