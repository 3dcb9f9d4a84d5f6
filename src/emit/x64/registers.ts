/**
 * Operands of the x86-64 assembler: general registers, vector registers, opmasks, memory, labels.
 * Plain objects with a numeric `kind`, made once (registers) or per use (memory); nothing here knows an opcode.
 */

/** Operand kinds are bits, so that an instruction form can accept several with one mask. */
export const GPR = 1;
export const VEC = 2;
export const MASK = 4;
export const MEM = 8;
export const IMM = 16;
export const LABEL = 32;

export type GprBits = 8 | 32 | 64;
export type VecBits = 128 | 256 | 512;

const NAMES = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'];

/** A general register in one width; `index` 0..15 is its number in the encoding. */
export class Gpr {
  readonly kind: typeof GPR = GPR;
  readonly index: number;
  readonly bits: GprBits;
  constructor(index: number, bits: GprBits) {
    this.index = index;
    this.bits = bits;
  }
  /** The same register in another width. */
  as(bits: GprBits): Gpr {
    const bank = bits === 64 ? r64 : bits === 32 ? r32 : r8;
    return registerAt(bank, this.index);
  }
  toString(): string {
    const name = NAMES[this.index];
    if (name === undefined) return `r${this.index}${this.bits === 64 ? '' : this.bits === 32 ? 'd' : 'b'}`;
    if (this.bits === 64) return `r${name}`;
    if (this.bits === 32) return `e${name}`;
    return this.index < 4 ? `${name.charAt(0)}l` : `${name}l`;
  }
}

/** An opmask register k0..k7. As a predicate k0 means "no mask". */
export class Mask {
  readonly kind: typeof MASK = MASK;
  readonly index: number;
  readonly mask: number;
  readonly zeroing = false;
  constructor(index: number, mask = 0) {
    this.index = index;
    this.mask = mask;
  }
  /** The same register as a compare destination, written only under `k`. */
  under(k: Mask): Mask {
    return new Mask(this.index, k.index);
  }
  toString(): string {
    return this.mask === 0 ? `k${this.index}` : `k${this.index}{k${this.mask}}`;
  }
}

/** A vector register 0..31 at one width, possibly with an opmask (as a destination). */
export class Vec {
  readonly kind: typeof VEC = VEC;
  readonly index: number;
  readonly bits: VecBits;
  readonly mask: number;
  readonly zeroing: boolean;
  constructor(index: number, bits: VecBits, mask = 0, zeroing = false) {
    this.index = index;
    this.bits = bits;
    this.mask = mask;
    this.zeroing = zeroing;
  }
  /** The same register at another width. */
  as(bits: VecBits): Vec {
    const bank = bits === 512 ? zmm : bits === 256 ? ymm : xmm;
    return registerAt(bank, this.index);
  }
  /** As a destination: lanes outside `k` keep their value. */
  under(k: Mask): Vec {
    return new Vec(this.index, this.bits, k.index, false);
  }
  /** As a destination: lanes outside `k` become zero. */
  zeroUnder(k: Mask): Vec {
    return new Vec(this.index, this.bits, k.index, true);
  }
  toString(): string {
    const name = `${this.bits === 512 ? 'z' : this.bits === 256 ? 'y' : 'x'}mm${this.index}`;
    if (this.mask === 0) return name;
    return `${name}{k${this.mask}}${this.zeroing ? '{z}' : ''}`;
  }
}

/** A place in the code (or the constant pool), bound later; `offset` is -1 until then. */
export class Label {
  readonly kind: typeof LABEL = LABEL;
  readonly name: string;
  offset = -1;
  constructor(name: string) {
    this.name = name;
  }
  toString(): string {
    return this.name;
  }
}

export type Scale = 1 | 2 | 4 | 8;
export type MemBits = 0 | 8 | 16 | 32 | 64 | 128 | 256 | 512;

const POINTERS: Record<MemBits, string> = {
  0: '',
  8: 'byte ptr ',
  16: 'word ptr ',
  32: 'dword ptr ',
  64: 'qword ptr ',
  128: 'xmmword ptr ',
  256: 'ymmword ptr ',
  512: 'zmmword ptr ',
};

/**
 * A memory operand: base + index · scale + displacement, or a label (rip-relative).
 * `base` and `index` are register numbers, -1 for none; `vectorBits` is non-zero when the index is a vector (gather).
 */
export class Mem {
  readonly kind: typeof MEM = MEM;
  readonly base: number;
  readonly index: number;
  readonly scaleLog2: number;
  readonly disp: number;
  readonly vectorBits: number;
  readonly label: Label | undefined;
  readonly bits: MemBits;
  readonly broadcasts: boolean;
  readonly mask: number;
  readonly zeroing = false;
  constructor(
    base: number,
    index: number,
    scaleLog2: number,
    disp: number,
    vectorBits: number,
    label: Label | undefined,
    bits: MemBits,
    broadcasts: boolean,
    mask: number,
  ) {
    this.base = base;
    this.index = index;
    this.scaleLog2 = scaleLog2;
    this.disp = disp;
    this.vectorBits = vectorBits;
    this.label = label;
    this.bits = bits;
    this.broadcasts = broadcasts;
    this.mask = mask;
  }
  /** States the access width, where no register does (`inc [mem]`, `mov [mem], imm`, `movzx`, `vcvtpd2ps xmm, [mem]`). */
  as(bits: MemBits): Mem {
    return new Mem(
      this.base,
      this.index,
      this.scaleLog2,
      this.disp,
      this.vectorBits,
      this.label,
      bits,
      this.broadcasts,
      this.mask,
    );
  }
  /** EVEX embedded broadcast: one 32- or 64-bit element is read into every lane. */
  broadcast(): Mem {
    return new Mem(
      this.base,
      this.index,
      this.scaleLog2,
      this.disp,
      this.vectorBits,
      this.label,
      this.bits,
      true,
      this.mask,
    );
  }
  /** As a store destination: only lanes in `k` are written. */
  under(k: Mask): Mem {
    return new Mem(
      this.base,
      this.index,
      this.scaleLog2,
      this.disp,
      this.vectorBits,
      this.label,
      this.bits,
      this.broadcasts,
      k.index,
    );
  }
  /** The same operand `bytes` further on. */
  plus(bytes: number): Mem {
    const { base, index, scaleLog2, disp, vectorBits, label, bits, broadcasts, mask } = this;
    return new Mem(base, index, scaleLog2, disp + bytes, vectorBits, label, bits, broadcasts, mask);
  }
  toString(): string {
    return this.text(0);
  }
  /** Intel text; `lanes` is the N of {1toN} when the operand broadcasts. */
  text(lanes: number): string {
    const parts: string[] = [];
    if (this.label !== undefined) parts.push('rip', this.label.name);
    if (this.base >= 0) parts.push(registerAt(r64, this.base).toString());
    if (this.index >= 0) {
      const bank = this.vectorBits === 0 ? r64 : this.vectorBits === 512 ? zmm : this.vectorBits === 256 ? ymm : xmm;
      parts.push(`${registerAt<Gpr | Vec>(bank, this.index)}*${1 << this.scaleLog2}`);
    }
    let inside = parts.join('+');
    if (inside === '') inside = `${this.disp}`;
    else if (this.disp !== 0) inside += this.disp < 0 ? `${this.disp}` : `+${this.disp}`;
    const masked = this.mask === 0 ? '' : `{k${this.mask}}`;
    return `${this.broadcasts ? '' : POINTERS[this.bits]}[${inside}]${this.broadcasts ? `{1to${lanes}}` : ''}${masked}`;
  }
}

export type Register = Gpr | Vec | Mask;
export type Operand = Register | Mem | Label | number | bigint;

/** `[base + disp]`. */
export function mem(base: Gpr, disp = 0): Mem {
  return new Mem(base.index, -1, 0, disp, 0, undefined, 0, false, 0);
}

/** `[base + index · scale + disp]`; the index may be a vector (gather, scatter), the base may be null. */
export function indexed(base: Gpr | null, index: Gpr | Vec, scale: Scale, disp = 0): Mem {
  if (index.kind === GPR && index.index === 4) throw new Error('bug: rsp cannot be an index register');
  const log2 = scale === 1 ? 0 : scale === 2 ? 1 : scale === 4 ? 2 : 3;
  return new Mem(
    base === null ? -1 : base.index,
    index.index,
    log2,
    disp,
    index.kind === VEC ? index.bits : 0,
    undefined,
    0,
    false,
    0,
  );
}

/** `[rip + label + disp]`. */
export function ripRelative(label: Label, disp = 0): Mem {
  return new Mem(-1, -1, 0, disp, 0, label, 0, false, 0);
}

/** `bank[index]`, with a clear failure where the index is not a register. */
export function registerAt<R>(bank: readonly R[], index: number): R {
  const register = bank[index];
  if (register === undefined) throw new Error(`bug: there is no register ${index} in a bank of ${bank.length}`);
  return register;
}

function bank<R>(count: number, make: (index: number) => R): readonly R[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export const r64: readonly Gpr[] = bank(16, (index) => new Gpr(index, 64));
export const r32: readonly Gpr[] = bank(16, (index) => new Gpr(index, 32));
export const r8: readonly Gpr[] = bank(16, (index) => new Gpr(index, 8));
export const xmm: readonly Vec[] = bank(32, (index) => new Vec(index, 128));
export const ymm: readonly Vec[] = bank(32, (index) => new Vec(index, 256));
export const zmm: readonly Vec[] = bank(32, (index) => new Vec(index, 512));
export const k: readonly Mask[] = bank(8, (index) => new Mask(index));

/** The vector register `index` at `bits`. */
export function vec(index: number, bits: VecBits): Vec {
  return registerAt(bits === 512 ? zmm : bits === 256 ? ymm : xmm, index);
}

export const rax = registerAt(r64, 0),
  rcx = registerAt(r64, 1),
  rdx = registerAt(r64, 2),
  rbx = registerAt(r64, 3);
export const rsp = registerAt(r64, 4),
  rbp = registerAt(r64, 5),
  rsi = registerAt(r64, 6),
  rdi = registerAt(r64, 7);
export const r8q = registerAt(r64, 8),
  r9 = registerAt(r64, 9),
  r10 = registerAt(r64, 10),
  r11 = registerAt(r64, 11);
export const r12 = registerAt(r64, 12),
  r13 = registerAt(r64, 13),
  r14 = registerAt(r64, 14),
  r15 = registerAt(r64, 15);
export const eax = registerAt(r32, 0),
  ecx = registerAt(r32, 1),
  edx = registerAt(r32, 2),
  ebx = registerAt(r32, 3);
export const esi = registerAt(r32, 6),
  edi = registerAt(r32, 7);
