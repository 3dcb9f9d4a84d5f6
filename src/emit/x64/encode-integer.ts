/**
 * General-register instructions: REX, operand sizes, immediates, branches.
 */
import type { CodeBuffer } from './code-buffer.ts';
import { encodeMemory } from './encode-memory.ts';
import { type Form, M, MC, MI, MR, O, RM, RMI } from './form.ts';
import {
  ARITHMETIC,
  BYTE,
  LOCKED,
  MULTIPLY,
  SHIFT,
  SIGN_EXTENDING,
  SIZED,
  SIZELESS,
  WIDENING,
} from './integer-instructions.ts';
import { GPR, type Gpr, LABEL, MEM, type Mem, type Operand } from './registers.ts';

function general(operand: Operand | undefined): Gpr {
  if (typeof operand === 'object' && operand.kind === GPR) return operand;
  throw new Error('bug: an operand is not a general register');
}

function place(operand: Operand | undefined): Gpr | Mem {
  if (typeof operand === 'object' && (operand.kind === GPR || operand.kind === MEM)) return operand;
  throw new Error('bug: an operand is neither general register nor memory');
}

/** An immediate as the signed 32-bit (8-bit) number that will be written. */
function immediateOf(operand: Operand | undefined, bits: number): number {
  if (typeof operand === 'number' && Number.isInteger(operand)) {
    if (bits === 8) {
      if (operand >= -128 && operand <= 255) return (operand << 24) >> 24;
    } else if (operand >= -0x80000000 && operand <= (bits === 32 ? 0xffffffff : 0x7fffffff)) return operand | 0;
  }
  throw new Error(`bug: the immediate ${String(operand)} does not fit the ${bits}-bit operation`);
}

/** Encodes a form of family INTEGER. */
export function encodeInteger(
  buffer: CodeBuffer,
  form: Form,
  a: Operand,
  b: Operand | undefined,
  c: Operand | undefined,
): void {
  const flags = form.w;
  let reg = form.digit;
  let regBits = 0;
  let rm: Gpr | Mem;
  let size: number;
  switch (form.layout) {
    case RM:
    case RMI: {
      const destination = general(a);
      reg = destination.index;
      regBits = destination.bits;
      rm = place(b);
      size = regBits;
      break;
    }
    case MR: {
      const source = general(b);
      rm = place(a);
      reg = source.index;
      regBits = source.bits;
      size = regBits;
      break;
    }
    case M:
    case MI:
    case MC:
    case O:
      rm = place(a);
      size = rm.bits;
      break;
    default:
      throw new Error(`bug: ${form.layout} is not an integer layout`);
  }
  if ((flags & SIZELESS) !== 0) size = 32;
  else if ((flags & BYTE) !== 0) size = 8;
  else if (size !== 8 && size !== 32 && size !== 64)
    throw new Error('bug: the operand size is not stated; write memory.as(32)');

  if ((flags & WIDENING) !== 0 && rm.bits !== 8 && rm.bits !== 16)
    throw new Error('bug: the source must be a byte or a word; write memory.as(8)');

  if (regBits !== 0 && rm.kind === GPR && rm.bits !== regBits && (flags & (WIDENING | SIGN_EXTENDING)) === 0) {
    throw new Error(`bug: the operands have different width: ${String(a)}, ${String(b)}`);
  }

  let opcode = form.opcode;
  let imm = 0;
  let immBytes = 0;
  if (form.layout === MI) {
    imm = form.element === 1 ? immediateOf(b, 8) : immediateOf(b, size);
    immBytes = form.element === 1 || size === 8 ? 1 : 4;
    if ((flags & SHIFT) !== 0 && imm === 1) {
      opcode = 0xd0;
      immBytes = 0;
    }
    if ((flags & ARITHMETIC) !== 0 && size !== 8 && imm >= -128 && imm <= 127) {
      opcode = 0x82;
      immBytes = 1;
    }
  } else if ((flags & MULTIPLY) !== 0) {
    imm = immediateOf(c, size);
    immBytes = imm >= -128 && imm <= 127 ? 1 : 4;
    opcode = immBytes === 1 ? 0x6b : 0x69;
  }
  if ((flags & SIZED) !== 0 && size !== 8) opcode |= 1;
  if ((flags & WIDENING) !== 0 && rm.bits === 16) opcode |= 1;

  // The accumulator has one-byte-shorter forms of `op eax, imm32`, `op al, imm8`.
  const isAccumulator = rm.kind === GPR && rm.index === 0 && form.layout === MI;
  const isTest = form.opcode === 0xf6 && form.digit === 0 && form.layout === MI;
  const isShort = isAccumulator && ((flags & ARITHMETIC) !== 0 ? opcode !== 0x83 : isTest);
  if (isShort) opcode = isTest ? 0xa8 | (opcode & 1) : (form.digit << 3) | 4 | (opcode & 1);

  let rex = size === 64 ? 0x48 : 0;
  if (reg > 7) rex |= 0x44;
  if (regBits === 8 && reg > 3) rex |= 0x40;
  if (rm.kind === GPR) {
    if (rm.index > 7) rex |= 0x41;
    if (rm.bits === 8 && rm.index > 3) rex |= 0x40;
  } else {
    if (rm.base > 7) rex |= 0x41;
    if (rm.index > 7) rex |= 0x42;
  }
  if ((flags & LOCKED) !== 0) buffer.u8(0xf0);
  if ((form.prefix & 0xff) !== 0) buffer.u8(form.prefix & 0xff);
  if (rex !== 0) buffer.u8(rex);
  if (form.prefix > 0xff) buffer.u8(0x0f);
  if (form.layout === O && rm.kind === GPR) {
    buffer.u8(opcode | (rm.index & 7));
    return;
  }
  buffer.u8(opcode);
  if (rm.kind === MEM) encodeMemory(buffer, reg, rm, 1, immBytes);
  else if (!isShort) buffer.u8(0xc0 | ((reg & 7) << 3) | (rm.index & 7));
  if (immBytes === 1) buffer.u8(imm);
  else if (immBytes === 4) buffer.u32(imm);
}

/**
 * `mov register, immediate` in its shortest form: a non-negative value below 2³² goes to the 32-bit register (which
 * clears the upper half), a negative 32-bit one is sign-extended, anything else takes ten bytes.
 */
export function encodeMoveImmediate(buffer: CodeBuffer, target: Operand, value: Operand | undefined): void {
  const register = general(target);
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new Error('bug: mov needs an immediate');
  const high = register.index > 7 ? 1 : 0;
  const low = register.index & 7;
  if (register.bits === 8) {
    if (register.index > 3) buffer.u8(0x40 | high);
    buffer.u8(0xb0 | low);
    buffer.u8(immediateOf(value, 8));
  } else if (register.bits === 32 || (value >= 0 && value <= 0xffffffff)) {
    if (high === 1) buffer.u8(0x41);
    buffer.u8(0xb8 | low);
    buffer.u32(immediateOf(Number(value), 32));
  } else if (value >= -0x80000000 && value < 0) {
    buffer.u8(0x48 | high);
    buffer.u8(0xc7);
    buffer.u8(0xc0 | low);
    buffer.u32(Number(value));
  } else {
    const bits = BigInt(value);
    buffer.u8(0x48 | high);
    buffer.u8(0xb8 | low);
    buffer.u32(Number(BigInt.asIntN(32, bits)));
    buffer.u32(Number(BigInt.asIntN(32, bits >> 32n)));
  }
}

/** A jump or call to a label: rel8 backwards where it fits (never for call), else rel32. */
export function encodeBranch(buffer: CodeBuffer, form: Form, target: Operand): void {
  if (typeof target !== 'object' || target.kind !== LABEL) throw new Error('bug: a branch needs a label');
  const isCall = form.opcode === 0xe8;
  const distance = target.offset - (buffer.length + 2);
  if (target.offset >= 0 && distance >= -128 && !isCall) {
    buffer.u8(form.opcode);
    buffer.u8(distance);
    return;
  }
  if (isCall) buffer.u8(0xe8);
  else if (form.opcode === 0xeb) buffer.u8(0xe9);
  else {
    buffer.u8(0x0f);
    buffer.u8(form.opcode + 0x10);
  }
  buffer.relative(target, 0, 0);
}

/** Fixed bytes. */
export function encodeFixed(buffer: CodeBuffer, form: Form): void {
  let bytes = form.opcode;
  for (let i = 0; i < form.digit; i++) {
    buffer.u8(bytes & 0xff);
    bytes >>>= 8;
  }
}
