/**
 * Every mnemonic the assembler knows, and the operand types each accepts.
 */
import type { Form, Instruction } from './form.ts';
import { integerInstructions } from './integer-instructions.ts';
import { floatInstructions } from './vector-float-instructions.ts';
import { integerVectorInstructions } from './vector-integer-instructions.ts';

const instructions = { ...integerInstructions, ...floatInstructions, ...integerVectorInstructions };

/** A mnemonic. */
export type Op = keyof typeof instructions;

/** The operands `op` accepts, as a union of tuples in Intel order (destination first). */
export type OperandsOf<O extends Op> = (typeof instructions)[O] extends Instruction<infer Operands> ? Operands : never;

/** The mnemonics whose operands are exactly `Operands`: lets a caller hold an op in a variable. */
export type OpTaking<Operands extends readonly unknown[]> = {
  [O in Op]: Operands extends OperandsOf<O> ? O : never;
}[Op];

/** The forms of a mnemonic, in the order in which they are tried. */
export const formsOf: ReadonlyMap<string, readonly Form[]> = new Map(
  Object.entries(instructions).map(([op, { forms }]) => [op, forms]),
);

export function isOp(text: string): text is Op {
  return formsOf.has(text);
}
