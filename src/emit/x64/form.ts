/**
 * What the instruction tables are made of: one `Form` is one encodable shape of a mnemonic (opcode, prefix, operand kinds).
 * The operand types ride along as a phantom type, so that `emit('vaddps', …)` is checked against the table itself.
 */

/** Which operand goes to ModRM.reg (r), VEX.vvvv (v), ModRM.rm (m), the immediate (i); written in operand order. */
export const RM = 0,
  MR = 1,
  RVM = 2,
  RMI = 3,
  MRI = 4,
  RVMI = 5,
  VMI = 6,
  RVMR = 7,
  MVR = 8,
  RMV = 9;
/** General registers only: one operand, operand and immediate, register in the opcode, operand shifted by cl. */
export const M = 10,
  MI = 11,
  O = 12,
  MC = 13;

/** Who encodes the form. */
export const VECTOR = 0,
  INTEGER = 1,
  MOVE_IMMEDIATE = 2,
  BRANCH = 3,
  FIXED = 4;

export interface Form {
  readonly family: number;
  readonly layout: number;
  /** How many operands. */
  readonly count: number;
  /** The four kind masks below in one number, six bits each: what `signature` of fitting operands must be a subset of. */
  readonly accepts: number;
  /** Accepted operand kinds (bits of registers.ts), 0 where the form has no such operand. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  /** VECTOR: map · 4 + pp. INTEGER: mandatory prefix byte, + 0x100 where the opcode has the 0F escape. */
  readonly prefix: number;
  /** FIXED: the bytes, first in the low byte. BRANCH: the rel8 opcode. */
  readonly opcode: number;
  /** The /digit in ModRM.reg, or -1. FIXED: how many bytes. */
  readonly digit: number;
  /** VECTOR: W bits, see vector-forms.ts. INTEGER: flags, see integer-instructions.ts. */
  readonly w: number;
  /** Bytes of memory one disp8 step stands for under EVEX: > 0 fixed, else the vector length >> -tuple. */
  readonly tuple: number;
  /** Element bytes of an embedded broadcast, 0 if there is none. INTEGER: bytes of immediate. */
  readonly element: number;
  /** VEX.L / EVEX.L'L fixed by the instruction, or -1 to take it from the widest operand. */
  readonly length: number;
}

/** Operand kinds (or sets of kinds) packed into one number. */
export function signature(a: number, b: number, c: number, d: number): number {
  return a | (b << 6) | (c << 12) | (d << 18);
}

/** How many of four kinds are there; operands fill from the front. */
export function countOf(a: number, b: number, c: number, d: number): number {
  return d !== 0 ? 4 : c !== 0 ? 3 : b !== 0 ? 2 : a !== 0 ? 1 : 0;
}

/** The forms of one mnemonic, tried in order. `operands` exists in the type only. */
export interface Instruction<Operands extends readonly unknown[]> {
  readonly forms: readonly Form[];
  readonly operands?: Operands;
}

/** One mnemonic with the forms of two or more. */
export function either<A extends readonly unknown[], B extends readonly unknown[]>(
  a: Instruction<A>,
  b: Instruction<B>,
): Instruction<A | B> {
  return { forms: [...a.forms, ...b.forms] };
}
