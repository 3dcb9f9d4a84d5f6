/**
 * ModRM, SIB and displacement of a memory operand: the part that all encodings share.
 */
import type { CodeBuffer } from './code-buffer.ts';
import type { Mem } from './registers.ts';

/**
 * Writes ModRM (with `reg` in its middle field), SIB and displacement.
 * @param step bytes one disp8 unit stands for (EVEX disp8·N; 1 elsewhere)
 * @param tail bytes of immediate that follow, for rip-relative displacements
 */
export function encodeMemory(buffer: CodeBuffer, reg: number, memory: Mem, step: number, tail: number): void {
  const field = (reg & 7) << 3;
  const { base, index, disp } = memory;
  if (memory.label !== undefined) {
    buffer.u8(field | 5);
    buffer.relative(memory.label, disp, tail);
    return;
  }
  if (base < 0) {
    // Without a base: SIB with base 5 under mod 0, always disp32.
    buffer.u8(field | 4);
    buffer.u8((memory.scaleLog2 << 6) | ((index < 0 ? 4 : index & 7) << 3) | 5);
    buffer.u32(disp);
    return;
  }
  const low = base & 7;
  // rbp and r13 have no form without displacement; rsp and r12 always take a SIB.
  let mod = 0x80;
  let short = 0;
  if (disp === 0 && low !== 5) mod = 0;
  else if (step === 1) {
    short = disp;
    if (short >= -128 && short <= 127) mod = 0x40;
  } else {
    short = disp / step;
    if (short >= -128 && short <= 127 && Math.floor(short) === short) mod = 0x40;
  }
  if (index >= 0) {
    buffer.u8(mod | field | 4);
    buffer.u8((memory.scaleLog2 << 6) | ((index & 7) << 3) | low);
  } else if (low === 4) {
    buffer.u8(mod | field | 4);
    buffer.u8(0x24);
  } else buffer.u8(mod | field | low);
  if (mod === 0x40) buffer.u8(short);
  else if (mod === 0x80) buffer.u32(disp);
}
