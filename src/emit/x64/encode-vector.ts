/**
 * Vector and opmask instructions: VEX where it suffices, EVEX where an operand asks for it. Hot: no allocation, no closures.
 */
import type { CodeBuffer } from './code-buffer.ts';
import { encodeMemory } from './encode-memory.ts';
import { type Form, MR, MRI, MVR, RM, RMI, RMV, RVM, RVMI, RVMR, VMI } from './form.ts';
import { GPR, IMM, LABEL, MASK, MEM, type Mem, type Operand, type Register, VEC } from './registers.ts';
import { FULL, NARROWS } from './vector-forms.ts';

/** Vector bits an operand implies: its own, its vector index's, or the stated memory width. */
function widthOf(operand: Operand | undefined): number {
  if (operand === undefined || typeof operand === 'number' || typeof operand === 'bigint') return 0;
  if (operand.kind === VEC) return operand.bits;
  if (operand.kind === MEM) return operand.vectorBits > operand.bits ? operand.vectorBits : operand.bits;
  return 0;
}

/** The vector length in bits of an instruction with these operands (128 when nothing says more). */
export function vectorBits(form: Form, a: Operand | undefined, b: Operand | undefined, c: Operand | undefined): number {
  if (form.length >= 0) return 128 << form.length;
  if ((form.w & NARROWS) !== 0 && typeof b === 'object' && b.kind === MEM && b.bits === 0) {
    if (widthOf(a) === 256) return 512;
    throw new Error('bug: the source width is not stated; write memory.as(128) or memory.as(256)');
  }
  if (form.tuple === FULL && (form.w & NARROWS) === 0) {
    requireSameWidth(a, b);
    requireSameWidth(b, c);
  }
  return Math.max(128, widthOf(a), widthOf(b), widthOf(c));
}

function requireSameWidth(a: Operand | undefined, b: Operand | undefined): void {
  if (typeof a !== 'object' || typeof b !== 'object' || a.kind !== VEC || b.kind !== VEC || a.bits === b.bits) return;
  throw new Error(`bug: the operands have different width: ${a}, ${b}`);
}

function numberOf(operand: Operand | undefined): number {
  if (operand === undefined || typeof operand === 'number' || typeof operand === 'bigint')
    throw new Error('bug: an operand is not a register');
  if (operand.kind === VEC || operand.kind === GPR || operand.kind === MASK) return operand.index;
  throw new Error('bug: an operand is not a register');
}

function place(operand: Operand | undefined): Register | Mem {
  if (operand === undefined || typeof operand === 'number' || typeof operand === 'bigint')
    throw new Error('bug: an operand is neither register nor memory');
  if (operand.kind === VEC || operand.kind === MEM || operand.kind === GPR || operand.kind === MASK) return operand;
  throw new Error('bug: an operand is neither register nor memory');
}

function immediate(operand: Operand | undefined): number {
  if (typeof operand === 'number' && operand >= -128 && operand <= 255) return operand & 0xff;
  throw new Error(`bug: the immediate ${String(operand)} does not fit in 8 bits`);
}

/** Encodes one instruction. @param forceEvex use EVEX wherever it exists (for its 32 registers or for tests) */
export function encodeVector(
  buffer: CodeBuffer,
  form: Form,
  forceEvex: boolean,
  a: Operand,
  b: Operand | undefined,
  c: Operand | undefined,
  d: Operand | undefined,
): void {
  let reg = 0;
  let v = 0;
  let rm: Register | Mem;
  let imm = -1;
  switch (form.layout) {
    case RM:
      reg = numberOf(a);
      rm = place(b);
      break;
    case MR:
      rm = place(a);
      reg = numberOf(b);
      break;
    case RVM:
      reg = numberOf(a);
      v = numberOf(b);
      rm = place(c);
      break;
    case RMI:
      reg = numberOf(a);
      rm = place(b);
      imm = immediate(c);
      break;
    case MRI:
      rm = place(a);
      reg = numberOf(b);
      imm = immediate(c);
      break;
    case RVMI:
      reg = numberOf(a);
      v = numberOf(b);
      rm = place(c);
      imm = immediate(d);
      break;
    case VMI:
      reg = form.digit;
      v = numberOf(a);
      rm = place(b);
      imm = immediate(c);
      break;
    case RVMR:
      reg = numberOf(a);
      v = numberOf(b);
      rm = place(c);
      imm = numberOf(d) << 4;
      break;
    case MVR:
      rm = place(a);
      v = numberOf(b);
      reg = numberOf(c);
      break;
    case RMV:
      reg = numberOf(a);
      rm = place(b);
      v = numberOf(c);
      break;
    default:
      throw new Error(`bug: ${form.layout} is not a vector layout`);
  }

  // A masked destination; general registers and numbers carry no mask.
  let mask = 0;
  let zeroing = false;
  if (typeof a === 'object' && a.kind !== GPR && a.kind !== LABEL) {
    mask = a.mask;
    zeroing = a.zeroing;
  }
  const bits = vectorBits(form, a, b, c);
  const vexW = (form.w & 3) - 1;
  const evexW = ((form.w >> 2) & 3) - 1;
  let wide = 0;
  if ((form.w & 16) !== 0 && (is64(a) || is64(b) || is64(c))) wide = 1;

  const broadcasts = rm.kind === MEM && rm.broadcasts;
  const evex =
    vexW < 0 ||
    bits === 512 ||
    mask !== 0 ||
    broadcasts ||
    reg > 15 ||
    v > 15 ||
    rm.index > 15 ||
    imm > 0xff ||
    // Shifts by an immediate read memory only under EVEX.
    (form.layout === VMI && rm.kind === MEM) ||
    (forceEvex && evexW >= 0);
  if (evex && evexW < 0) throw new Error('bug: this instruction has no EVEX encoding, which its operands ask for');

  // Inverted high bits of ModRM.reg (R), the index (X) and the base or ModRM.rm (B).
  const tail = imm < 0 ? 0 : 1;
  let x = 0;
  let base = 0;
  if (rm.kind === MEM) {
    x = rm.index < 0 ? 0 : (rm.index >> 3) & 1;
    base = rm.base < 0 ? 0 : rm.base >> 3;
  } else {
    x = (rm.index >> 4) & 1;
    base = (rm.index >> 3) & 1;
  }
  const map = form.prefix >> 2;
  const pp = form.prefix & 3;
  let step = 1;
  if (evex) {
    const w = evexW | wide;
    const vHigh = rm.kind === MEM && rm.vectorBits !== 0 ? (rm.index >> 4) & 1 : (v >> 4) & 1;
    const length = bits === 512 ? 2 : bits === 256 ? 1 : 0;
    if (broadcasts && form.element === 0) throw new Error('bug: this instruction has no broadcast operand');
    const { bytes, length: at } = buffer;
    bytes[at] = 0x62;
    bytes[at + 1] = ((~reg & 8) << 4) | ((x ^ 1) << 6) | ((base ^ 1) << 5) | (~reg & 16) | map;
    bytes[at + 2] = (w << 7) | ((~v & 15) << 3) | 4 | pp;
    bytes[at + 3] = (zeroing ? 0x80 : 0) | (length << 5) | (broadcasts ? 0x10 : 0) | ((vHigh ^ 1) << 3) | mask;
    bytes[at + 4] = form.opcode;
    buffer.length = at + 5;
    if (broadcasts) step = form.element;
    else if (form.tuple > 0) step = wide === 1 && form.layout === RVM ? 8 : form.tuple;
    else step = bits >> (3 - form.tuple);
  } else {
    const w = vexW | wide;
    const length = bits === 256 ? 4 : 0;
    const vInverted = (~v & 15) << 3;
    if (x === 0 && base === 0 && w === 0 && map === 1) {
      buffer.u8(0xc5);
      buffer.u8(((~reg & 8) << 4) | vInverted | length | pp);
    } else {
      buffer.u8(0xc4);
      buffer.u8(((~reg & 8) << 4) | ((x ^ 1) << 6) | ((base ^ 1) << 5) | map);
      buffer.u8((w << 7) | vInverted | length | pp);
    }
    buffer.u8(form.opcode);
  }
  if (rm.kind === MEM) encodeMemory(buffer, reg, rm, step, tail);
  else buffer.u8(0xc0 | ((reg & 7) << 3) | (rm.index & 7));
  if (imm >= 0) buffer.u8(imm);
}

function is64(operand: Operand | undefined): boolean {
  return typeof operand === 'object' && (operand.kind === GPR || operand.kind === MEM) && operand.bits === 64;
}

/** The kind bit of an operand, 0 for none. */
export function kindOf(operand: Operand | undefined): number {
  if (operand === undefined) return 0;
  return typeof operand === 'object' ? operand.kind : IMM;
}
