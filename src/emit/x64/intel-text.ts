/**
 * Reads one line of the Intel text that listings print, back into a mnemonic and operands. For tests and tools, not for emission.
 */
import { isOp, type Op } from './instructions.ts';
import {
  k,
  Mem,
  type MemBits,
  type Operand,
  r32,
  r64,
  r8,
  type Register,
  type Vec,
  xmm,
  ymm,
  zmm,
} from './registers.ts';

const REGISTERS: ReadonlyMap<string, Register> = new Map(
  [...r64, ...r32, ...r8, ...xmm, ...ymm, ...zmm, ...k].map((register) => [String(register), register]),
);
const WIDTHS: Readonly<Record<string, MemBits>> = {
  byte: 8,
  word: 16,
  dword: 32,
  qword: 64,
  xmmword: 128,
  ymmword: 256,
  zmmword: 512,
};
/** Memory width by the N of {1toN}, for 64-bit elements. */
const BROADCAST_WIDTHS: Readonly<Record<string, MemBits>> = { 2: 128, 4: 256, 8: 512 };
const NARROWING = /^vcvt(t?pd2(ps|dq)|qq2ps)$/;

function register(name: string): Register {
  const found = REGISTERS.get(name);
  if (found === undefined) throw new Error(`intel text: ${name} is not a register`);
  return found;
}

function parseMemory(inside: string, bits: MemBits, broadcasts: boolean, mask: number): Mem {
  let base = -1;
  let index = -1;
  let scaleLog2 = 0;
  let disp = 0;
  let vectorBits = 0;
  for (const [, part = ''] of inside.matchAll(/([+-]?[^+-]+)/g)) {
    const term = part.replace(/^\+/, '');
    const [name = '', scale] = term.split('*');
    if (/^-?\d+$/.test(term)) disp = Number(term);
    else if (scale === undefined) base = register(name).index;
    else {
      const found: Register = register(name);
      index = found.index;
      scaleLog2 = Math.log2(Number(scale));
      vectorBits = found.kind === 2 ? found.bits : 0;
    }
  }
  return new Mem(base, index, scaleLog2, disp, vectorBits, undefined, bits, broadcasts, mask);
}

function parseOperand(text: string, op: string): Operand {
  if (/^-?\d+$/.test(text)) return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
  const maskName = /\{k(\d)\}/.exec(text)?.[1];
  const mask = maskName === undefined ? undefined : k[Number(maskName)];
  const memory = /^(?:(\w+) ptr )?\[(.*)\]/.exec(text);
  if (memory !== null) {
    const lanes = /\{1to(2|4|8)\}/.exec(text)?.[1];
    // A narrowing conversion's destination does not tell the length, the broadcast count does.
    const stated = NARROWING.test(op) && lanes !== undefined ? BROADCAST_WIDTHS[lanes] : WIDTHS[memory[1] ?? ''];
    return parseMemory(memory[2] ?? '', stated ?? 0, text.includes('{1to'), mask?.index ?? 0);
  }
  const plain = register(/^\w+/.exec(text)?.[0] ?? '');
  if (mask === undefined || plain.kind === 1) return plain;
  if (plain.kind === 4) return plain.under(mask);
  const vector: Vec = plain;
  return text.includes('{z}') ? vector.zeroUnder(mask) : vector.under(mask);
}

/** The mnemonic and operands of e.g. `lock xadd [rdi+8], rax` or `vaddps zmm1{k1}{z}, zmm2, [rax]{1to16}`. */
export function parseIntel(text: string): { readonly op: Op; readonly operands: readonly Operand[] } {
  const [, op = '', rest = ''] = /^((?:lock |rep )?\w+) ?(.*)$/.exec(text) ?? [];
  if (!isOp(op)) throw new Error(`intel text: ${op} is not an instruction`);
  return { op, operands: rest === '' ? [] : rest.split(', ').map((operand) => parseOperand(operand, op)) };
}
