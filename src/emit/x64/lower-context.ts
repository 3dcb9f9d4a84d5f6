/**
 * The state of lowering one nest: where every register lives at the statement being emitted, and how operands and addresses are reached.
 */
import type { Access, Element, Lane, Nest, Register, Slot, Walk } from '../../kernel/nest.ts';
import { elementBytes, laneBytes } from '../../kernel/nest.ts';
import { INTEGER_WALK, type Pointer, type Pointers } from './address.ts';
import type { Assembler } from './assembler.ts';
import type { Analysis, Constant, LoopSpan, Site, Tier } from './lower-analysis.ts';
import { type Homes, tempKey } from './lower-demand.ts';
import {
  type Gpr,
  indexed,
  k,
  type Mask,
  mem,
  type Mem,
  r64,
  rax,
  rdx,
  registerAt,
  rsp,
  vec,
  type Vec,
  type VecBits,
} from './registers.ts';

/** A constant that has a register for a while. */
export interface Hoisted {
  readonly register: Register;
  readonly vector: number;
  readonly start: number;
  readonly end: number;
}

/** Where a pointer or a counter lives: in a general register, or on the stack at [rsp + offset]. */
export type GeneralHome =
  { readonly kind: 'register'; readonly register: Gpr } | { readonly kind: 'stack'; readonly offset: number };

/** Opmask that any statement may overwrite. */
export const scratchMask: Mask = registerAt(k, 7);

const arrayOf = {
  f32: (values: readonly number[]) => Float32Array.from(values),
  f64: (values: readonly number[]) => Float64Array.from(values),
  i32: (values: readonly number[]) => Int32Array.from(values),
  i64: (values: readonly number[]) => BigInt64Array.from(values, BigInt),
} as const satisfies Record<Lane, unknown>;

export class Lowering {
  readonly assembler: Assembler;
  readonly analysis: Analysis;
  readonly nest: Nest;
  readonly tier: Tier;
  readonly homes: Homes;
  readonly pointers: Pointers;
  readonly pointerHomes: ReadonlyMap<Pointer, GeneralHome>;
  readonly hoisted: readonly Hoisted[];
  /** Number of active lanes → opmask that holds it throughout. */
  readonly laneMasks: ReadonlyMap<number, Mask>;
  /** Spilled register → its place on the stack. */
  readonly stack: ReadonlyMap<Register, number>;
  /** What each pointer's register lacks of its value: added to displacements until a loop's end settles it. */
  readonly pending = new Map<Pointer, number>();

  private site: Site | undefined;
  private freeTemps: number[] = [];
  private freeScratch: number[] = [];
  private readonly loaded = new Map<Register, Vec>();

  constructor(parts: {
    assembler: Assembler;
    analysis: Analysis;
    homes: Homes;
    pointers: Pointers;
    pointerHomes: ReadonlyMap<Pointer, GeneralHome>;
    hoisted: readonly Hoisted[];
    laneMasks: ReadonlyMap<number, Mask>;
    stack: ReadonlyMap<Register, number>;
  }) {
    this.assembler = parts.assembler;
    this.analysis = parts.analysis;
    this.nest = parts.analysis.nest;
    this.tier = parts.analysis.tier;
    this.homes = parts.homes;
    this.pointers = parts.pointers;
    this.pointerHomes = parts.pointerHomes;
    this.hoisted = parts.hoisted;
    this.laneMasks = parts.laneMasks;
    this.stack = parts.stack;
  }

  /** Whether this is the 512-bit tier, with opmasks, broadcast operands and 32 registers. */
  get wide(): boolean {
    return this.tier === 'avx512';
  }

  get lanes(): number {
    return this.nest.lanes;
  }

  // Statements

  begin(site: Site): void {
    this.site = site;
    this.loaded.clear();
    this.freeScratch = this.homes.scratch.slice();
    this.freeTemps = [];
    for (let i = 0; ; i++) {
      const temp = this.homes.vectors.get(tempKey(site.position, i));
      if (temp === undefined) break;
      this.freeTemps.push(temp);
    }
  }

  // Vector operands

  laneOf(register: Register): Lane {
    return registerAt(this.nest.registers, register);
  }

  bitsOf(lane: Lane): VecBits {
    const bits = this.lanes * 8 * laneBytes[lane];
    if (bits !== 128 && bits !== 256 && bits !== 512)
      throw new Error(`bug: ${this.lanes} lanes of ${lane} are no vector`);
    return bits;
  }

  /** A temporary of this statement, as wide as `lane` asks. */
  temp(lane: Lane): Vec {
    const index = this.freeTemps.shift();
    if (index === undefined)
      throw new Error(`bug: too few temporaries were foreseen for ${JSON.stringify(this.site?.statement)}`);
    return vec(index, this.bitsOf(lane));
  }

  /** True if reading the register costs no temporary. */
  isInRegister(register: Register): boolean {
    return (
      this.hoistedAt(register) !== undefined ||
      (!this.analysis.constants.has(register) && !this.analysis.folded.has(register))
    );
  }

  /** A vector register that holds the value. */
  read(register: Register): Vec {
    const known = this.loaded.get(register);
    if (known !== undefined) return known;
    const lane = this.laneOf(register);
    const bits = this.bitsOf(lane);
    const hoisted = this.hoistedAt(register);
    if (hoisted !== undefined) return vec(hoisted, bits);
    const home = this.homes.vectors.get(register);
    if (home !== undefined) return vec(home, bits);
    const constant = this.analysis.constants.get(register);
    const target =
      constant !== undefined || this.analysis.folded.has(register) ? this.temp(lane) : this.scratch(register);
    if (constant !== undefined) this.loadConstant(target, lane, constant);
    else this.loadPlain(target, lane, this.memory(register));
    this.loaded.set(register, target);
    return target;
  }

  /** The value as last operand of an instruction with `lane` elements. */
  readOrMemory(register: Register): Vec | Mem {
    return this.isInRegister(register) ? this.read(register) : this.memory(register);
  }

  /** The register a statement writes; call `written` afterwards. */
  target(register: Register): Vec {
    const home = this.homes.vectors.get(register);
    if (home !== undefined) return vec(home, this.bitsOf(this.laneOf(register)));
    return this.loaded.get(register) ?? this.scratch(register);
  }

  /** Puts the value of one register into that of another. */
  copy(target: Register, source: Register): void {
    const constant = this.analysis.constants.get(source);
    const lane = this.laneOf(target);
    if (constant !== undefined) {
      this.loadConstant(this.target(target), lane, constant);
      return;
    }
    const from = this.read(source);
    this.move(this.target(target), from);
  }

  /** Puts a spilled target back on the stack. */
  written(register: Register): void {
    const offset = this.stack.get(register);
    const vector = this.loaded.get(register);
    if (offset !== undefined && vector !== undefined) this.assembler.emit('vmovups', mem(rsp, offset), vector);
  }

  private scratch(register: Register): Vec {
    const index = this.freeScratch.shift();
    if (index === undefined) throw new Error('bug: too few scratch registers for spilled values');
    const vector = vec(index, this.bitsOf(this.laneOf(register)));
    this.loaded.set(register, vector);
    return vector;
  }

  private hoistedAt(register: Register): number | undefined {
    const position = this.site?.position ?? 0;
    return this.hoisted.find((entry) => entry.register === register && entry.start <= position && position <= entry.end)
      ?.vector;
  }

  /** The memory operand of a constant, of a folded load or of a spilled value. */
  private memory(register: Register): Mem {
    const lane = this.laneOf(register);
    const constant = this.analysis.constants.get(register);
    if (constant !== undefined) return this.constantMemory(lane, constant);
    const load = this.analysis.folded.get(register);
    if (load !== undefined) {
      const address = this.address(load.access.slot, load.access.at);
      return load.access.step === 0 ? address.broadcast() : address;
    }
    const offset = this.stack.get(register);
    if (offset === undefined) throw new Error(`bug: register ${register} has no home`);
    return mem(rsp, offset);
  }

  private loadPlain(target: Vec, lane: Lane, from: Mem): void {
    if (!from.broadcasts) this.assembler.emit('vmovups', target, from);
    else
      this.assembler.emit(
        laneBytes[lane] === 8 ? 'vbroadcastsd' : 'vbroadcastss',
        target,
        mem(registerAt(r64, from.base), from.disp),
      );
  }

  // Constants

  /** A constant as the last operand: one element broadcast where the machine can, else a whole vector. */
  constantMemory(lane: Lane, constant: Constant): Mem {
    if (constant.kind === 'lanes') return this.lanesMemory(lane, constant.values);
    return this.wide
      ? this.element(lane, constant.value).broadcast()
      : this.lanesMemory(
          lane,
          Array.from({ length: this.lanes }, () => constant.value),
        );
  }

  splatMemory(lane: Lane, value: number): Mem {
    return this.constantMemory(lane, { kind: 'splat', value });
  }

  lanesMemory(lane: Lane, values: readonly number[]): Mem {
    return this.assembler.constant(new Uint8Array(arrayOf[lane](values).buffer));
  }

  private element(lane: Lane, value: number): Mem {
    if (lane === 'f64') return this.assembler.f64(value);
    if (lane === 'i64') return this.lanesMemory(lane, [value]);
    return lane === 'f32' ? this.assembler.f32(value) : this.assembler.i32(value);
  }

  loadConstant(target: Vec, lane: Lane, constant: Constant): void {
    const { assembler } = this;
    if (constant.kind === 'lanes') {
      assembler.emit('vmovups', target, this.lanesMemory(lane, constant.values));
      return;
    }
    const { value } = constant;
    if (Object.is(value, 0)) this.zero(target);
    else if ((lane === 'i32' || lane === 'i64') && value === -1) {
      if (this.wide) assembler.emit('vpternlogd', target, target, target, 0xff);
      else assembler.emit('vpcmpeqd', target, target, target);
    } else assembler.emit(laneBytes[lane] === 8 ? 'vbroadcastsd' : 'vbroadcastss', target, this.element(lane, value));
  }

  zero(target: Vec): void {
    const low = target.as(128);
    this.assembler.emit(this.wide ? 'vpxord' : 'vpxor', low, low, low);
  }

  move(target: Vec, source: Vec): void {
    if (target.index !== source.index) this.assembler.emit('vmovaps', target, source);
  }

  // Opmasks

  opmask(register: Register): Mask {
    const index = this.homes.opmasks.get(register);
    if (index === undefined) throw new Error(`bug: register ${register} is no opmask`);
    return registerAt(k, index);
  }

  /** An opmask with the first `active` lanes set. */
  laneMask(active: number): Mask {
    const known = this.laneMasks.get(active);
    if (known !== undefined) return known;
    this.setLaneMask(scratchMask, active);
    return scratchMask;
  }

  /** Needs no general register: addresses may be in the making. */
  setLaneMask(mask: Mask, active: number): void {
    const bits = (1 << Math.min(active, this.lanes)) - 1;
    this.assembler.emit('kmovw', mask, this.assembler.constant(Uint8Array.of(bits & 255, bits >> 8)));
  }

  // Addresses

  /** The memory of a walk; may use rax. */
  address(slot: Slot, walk: Walk, scratch: Gpr = rax): Mem {
    const { base, disp } = this.base(slot, walk, scratch);
    return mem(base, disp);
  }

  /** The memory of a walk plus a byte offset in a register other than `scratch`. */
  addressPlus(slot: Slot, walk: Walk, offset: Gpr, scratch: Gpr = rdx): Mem {
    const { base, disp } = this.base(slot, walk, scratch);
    return indexed(base, offset, 1, disp);
  }

  accessAddress({ slot, at }: Access): Mem {
    return this.address(slot, at);
  }

  private base(slot: Slot, walk: Walk, scratch: Gpr): { base: Gpr; disp: number } {
    const { pointer, offset } = this.pointers.find(slot, walk, this.span);
    const disp = offset + (this.pending.get(pointer) ?? 0);
    const home = this.pointerHomes.get(pointer);
    if (home === undefined) throw new Error('bug: a pointer has no home');
    const { assembler } = this;
    if (disp > 0x7fff_0000 || disp < -0x7fff_0000) {
      assembler.emit('mov', scratch, BigInt(disp));
      if (home.kind === 'register') assembler.emit('add', scratch, home.register);
      else assembler.emit('add', scratch, mem(rsp, home.offset));
      return { base: scratch, disp: 0 };
    }
    if (home.kind === 'register') return { base: home.register, disp };
    assembler.emit('mov', scratch, mem(rsp, home.offset));
    return { base: scratch, disp };
  }

  /** An integer walk: the place of its register part, and what is to be added to it. */
  integer(walk: Walk): { home: GeneralHome; constant: number } {
    const { pointer, offset } = this.pointers.find(INTEGER_WALK, walk, this.span);
    const home = this.pointerHomes.get(pointer);
    if (home === undefined) throw new Error('bug: a walk has no home');
    return { home, constant: offset + (this.pending.get(pointer) ?? 0) };
  }

  private get span(): LoopSpan | undefined {
    return this.site?.span;
  }

  bytesOf(element: Element): number {
    return elementBytes[element];
  }
}
