/**
 * Calling conventions: how emitted code is entered from, and calls back into, code that a compiler made.
 * Inside a program there is one convention of our own: arguments in rdi, rsi, rdx; only rsp survives a call.
 */
import type { Assembler } from './assembler.ts';
import { type Gpr, mem, r12, r13, r14, r15, r8q, r9, rbp, rbx, rcx, rdi, rdx, rsi, rsp, xmm } from './registers.ts';

export interface Abi {
  readonly name: 'sysv' | 'win64';
  /** Integer arguments in order. */
  readonly parameters: readonly Gpr[];
  /** General registers a function must leave as it found them (beside rsp). */
  readonly preserved: readonly Gpr[];
  /** Vector registers whose low 128 bits a function must leave as it found them. */
  readonly preservedVectors: readonly number[];
  /** Bytes a caller leaves free above the return address for the callee. */
  readonly shadow: number;
}

export const abis = {
  sysv: {
    name: 'sysv',
    parameters: [rdi, rsi, rdx, rcx],
    preserved: [rbx, rbp, r12, r13, r14, r15],
    preservedVectors: [],
    shadow: 0,
  },
  win64: {
    name: 'win64',
    parameters: [rcx, rdx, r8q, r9],
    preserved: [rbx, rbp, rdi, rsi, r12, r13, r14, r15],
    preservedVectors: [6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shadow: 32,
  },
} as const satisfies Record<string, Abi>;

/** Flush results to zero, take denormal operands for zero. */
const FTZ_DAZ = 0x8040;

/** Bytes of locals `enter` leaves at [rsp + locals], beside its own. */
export const locals = 16;
const FRAME_LOCALS = 64;

/**
 * Emits the prologue of a function called from outside: saves what the convention says, switches denormals off and aligns the stack.
 * Afterwards [rsp + locals … rsp + 64) is free for the caller of `enter`; its first argument is in rdi.
 */
export function enter(assembler: Assembler, abi: Abi): void {
  for (const register of abi.preserved) assembler.emit('push', register);
  assembler.emit('mov', rbp, rsp);
  assembler.emit('sub', rsp, FRAME_LOCALS + 16 * abi.preservedVectors.length);
  assembler.emit('and', rsp, -64);
  abi.preservedVectors.forEach((index, i) => {
    assembler.emit('vmovups', mem(rsp, FRAME_LOCALS + 16 * i), xmm[index]!);
  });
  assembler.emit('mov', mem(rsp, 0), rbp);
  assembler.emit('stmxcsr', mem(rsp, 8));
  assembler.emit('stmxcsr', mem(rsp, 12));
  assembler.emit('or', mem(rsp, 12).as(32), FTZ_DAZ);
  assembler.emit('ldmxcsr', mem(rsp, 12));
  const first = abi.parameters[0];
  if (first !== undefined && first !== rdi) assembler.emit('mov', rdi, first);
}

/** Undoes `enter` and returns. */
export function leave(assembler: Assembler, abi: Abi): void {
  assembler.emit('vzeroupper');
  assembler.emit('ldmxcsr', mem(rsp, 8));
  abi.preservedVectors.forEach((index, i) => {
    assembler.emit('vmovups', xmm[index]!, mem(rsp, FRAME_LOCALS + 16 * i));
  });
  assembler.emit('mov', rsp, mem(rsp, 0));
  for (const register of abi.preserved.toReversed()) assembler.emit('pop', register);
  assembler.emit('ret');
}
