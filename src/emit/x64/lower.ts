/**
 * A nest as x86-64 machine code: one function of (table, begin, end), which runs iterations begin … end − 1 of a parallel nest's outer
 * loop, and the whole of any other nest. Registers are chosen in lower-demand.ts and lower-frame.ts, instructions in the other
 * lower-*.ts; here are the function around them and the loops.
 */
import type { Nest, Register, Statement } from '../../kernel/nest.ts';
import { INTEGER_WALK, planPointers, type Pointer } from './address.ts';
import type { Assembler } from './assembler.ts';
import { analyse, type Site, type Tier } from './lower-analysis.ts';
import {
  lowerArithmetic,
  lowerCompare,
  lowerConvert,
  lowerMultiplyAdd,
  lowerSelect,
  lowerUnary,
} from './lower-arithmetic.ts';
import { type GeneralHome, Lowering } from './lower-context.ts';
import { findHomes, isMemory } from './lower-demand.ts';
import { type Frame, frameOffsets, planFrame, planHoisting, planLaneMasks } from './lower-frame.ts';
import { lowerAcrossLanes, lowerGroups, lowerZip } from './lower-lanes.ts';
import { lowerAccumulate, lowerGather, lowerLoad, lowerStore } from './lower-memory.ts';
import { mem, rax, rdi, rdx, rsi, rsp, vec } from './registers.ts';

/** Where a slot of a nest lies: `offset` bytes past the pointer in entry `entry` of the table. */
export interface Binding {
  readonly entry: number;
  readonly offset: number;
}

/** Small innermost loops are written out until their bodies have about so many statements. */
const UNROLLED_STATEMENTS = 16;
const MAX_UNROLL = 4;

/** True: the nest's outer loop may be run in pieces. */
export function isDivisible(nest: Nest): boolean {
  return outerLoop(nest) !== undefined;
}

/** The outer loop of a parallel nest; only values may be computed beside it. */
export function outerLoop(nest: Nest): Extract<Statement, { kind: 'loop' }> | undefined {
  if (!nest.parallel) return undefined;
  const loops = nest.body.flatMap((statement) => (statement.kind === 'loop' ? [statement] : []));
  const last = nest.body.at(-1);
  const others = nest.body.filter((statement) => statement.kind !== 'loop' && statement.kind !== 'set');
  return loops.length === 1 && others.length === 0 && last?.kind === 'loop' && last.count > 1 ? last : undefined;
}

/**
 * Emits the function of a nest at the assembler's end: rdi = table, rsi = begin, rdx = end (both unused unless `isDivisible`).
 * It changes every register but rsp and expects rsp as a call leaves it.
 */
export function lowerNest(assembler: Assembler, nest: Nest, tier: Tier, bindings: readonly Binding[]): void {
  const vectorCount = tier === 'avx512' ? 32 : 16;
  const excluded = new Set<Register>();
  for (;;) {
    const analysis = analyse(nest, tier, excluded);
    const laneMasks = planLaneMasks(analysis);
    const opmaskNumbers = [1, 2, 3, 4, 5, 6].filter(
      (number) => ![...laneMasks.values()].some(({ index }) => index === number),
    );
    const homes = findHomes(analysis, vectorCount, opmaskNumbers);
    if ('vectorMasks' in homes) {
      for (const register of homes.vectorMasks) excluded.add(register);
      continue;
    }
    const pointers = planPointers(analysis);
    const dynamic = outerLoop(nest)?.loop;
    const counted = new Set([...analysis.spans.values()].filter(({ count }) => count > 1).map(({ loop }) => loop));
    const frame = planFrame(analysis, pointers, homes, counted);
    const hoisted = planHoisting(analysis, homes, vectorCount);
    const context = new Lowering({
      assembler,
      analysis,
      homes,
      pointers,
      pointerHomes: frame.pointers,
      hoisted,
      laneMasks,
      stack: frame.stack,
    });
    new Emission(context, frame, dynamic).run(bindings);
    return;
  }
}

class Emission {
  private readonly context: Lowering;
  private readonly assembler: Assembler;
  private readonly frame: Frame;
  /** The loop whose bounds are arguments. */
  private readonly dynamic: number | undefined;

  constructor(context: Lowering, frame: Frame, dynamic: number | undefined) {
    this.context = context;
    this.assembler = context.assembler;
    this.frame = frame;
    this.dynamic = dynamic;
  }

  run(bindings: readonly Binding[]): void {
    const { assembler, context, frame } = this;
    assembler.emit('mov', rax, rsp);
    assembler.emit('sub', rsp, frame.bytes);
    assembler.emit('and', rsp, -64);
    assembler.emit('mov', mem(rsp, frameOffsets.stackPointer), rax);
    assembler.emit('mov', mem(rsp, frameOffsets.table), rdi);
    if (this.dynamic !== undefined) {
      assembler.emit('mov', mem(rsp, frameOffsets.begin), rsi);
      assembler.emit('mov', mem(rsp, frameOffsets.end), rdx);
    }
    for (const [pointer, home] of frame.pointers) this.initialize(pointer, home, bindings);
    for (const [active, mask] of context.laneMasks) context.setLaneMask(mask, active);
    this.block(context.nest.body);
    assembler.emit('mov', rsp, mem(rsp, frameOffsets.stackPointer));
    assembler.emit('ret');
  }

  private initialize(pointer: Pointer, home: GeneralHome, bindings: readonly Binding[]): void {
    const { assembler } = this;
    const register = home.kind === 'register' ? home.register : rax;
    let constant = pointer.base;
    if (pointer.slot === INTEGER_WALK) assembler.emit('xor', register.as(32), register.as(32));
    else {
      const binding = bindings[pointer.slot];
      if (binding === undefined) throw new Error(`bug: slot ${pointer.slot} of ${this.context.nest.name} is not bound`);
      assembler.emit('mov', register, mem(rsp, frameOffsets.table));
      assembler.emit('mov', register, mem(register, 8 * binding.entry));
      constant += binding.offset;
    }
    this.addTo({ kind: 'register', register }, constant);
    if (home.kind === 'stack') assembler.emit('mov', mem(rsp, home.offset), rax);
  }

  /** Moves the pointers that follow the outer loop to its first iteration; what stands before the loop has used them from its start. */
  private moveToBegin(loop: number): void {
    const { assembler } = this;
    for (const [pointer, home] of this.frame.pointers) {
      const stride = pointer.strides.get(loop) ?? 0;
      if (stride === 0) continue;
      if (stride !== (stride | 0))
        throw new Error(`bug: ${this.context.nest.name} steps ${stride} bytes, beyond 2 GiB`);
      assembler.emit('mov', rdx, mem(rsp, frameOffsets.begin));
      assembler.emit('imul', rdx, rdx, stride);
      assembler.emit('add', home.kind === 'register' ? home.register : mem(rsp, home.offset).as(64), rdx);
    }
  }

  private addTo(home: GeneralHome, amount: number): void {
    if (amount === 0) return;
    const { assembler } = this;
    const place = home.kind === 'register' ? home.register : mem(rsp, home.offset).as(64);
    if (amount === (amount | 0)) assembler.emit('add', place, amount);
    else {
      assembler.emit('mov', rdx, BigInt(amount));
      assembler.emit('add', place, rdx);
    }
  }

  private block(statements: readonly Statement[]): void {
    for (const statement of statements) {
      if (statement.kind === 'loop') this.loop(statement);
      else this.statement(statement);
    }
  }

  private loop({ loop, count, body }: Extract<Statement, { kind: 'loop' }>): void {
    if (count === 0) return;
    const { assembler, context } = this;
    const span = context.analysis.spans.get(loop);
    for (const { register, vector, start } of context.hoisted) {
      const constant = context.analysis.constants.get(register);
      if (start !== span?.start || constant === undefined) continue;
      const lane = context.laneOf(register);
      context.loadConstant(vec(vector, context.bitsOf(lane)), lane, constant);
    }
    if (count === 1) {
      this.block(body);
      return;
    }
    const isDynamic = loop === this.dynamic;
    const unroll = isDynamic ? 1 : unrollFactor(body, count);
    const rounds = Math.floor(count / unroll);
    const advance = (): void => {
      for (const { strides, pointer } of moving)
        context.pending.set(pointer, (context.pending.get(pointer) ?? 0) + strides);
    };
    const moving = context.pointers.all.flatMap((pointer) => {
      const stride = pointer.strides.get(loop) ?? 0;
      return stride === 0 ? [] : [{ pointer, strides: stride }];
    });
    if (rounds > 1) {
      const counter = this.frame.counters.get(loop);
      if (counter === undefined) throw new Error('bug: a loop has no counter');
      const place = counter.kind === 'register' ? counter.register.as(32) : mem(rsp, counter.offset).as(32);
      if (isDynamic) {
        this.moveToBegin(loop);
        assembler.emit('mov', rax, mem(rsp, frameOffsets.end));
        assembler.emit('sub', rax, mem(rsp, frameOffsets.begin));
        assembler.emit('mov', place, rax.as(32));
      } else if (counter.kind === 'register') assembler.emit('mov', counter.register.as(32), rounds);
      else assembler.emit('mov', mem(rsp, counter.offset).as(32), rounds);
      const settled = new Map(context.pending);
      if (!body.some(({ kind }) => kind === 'loop')) assembler.align(32);
      const head = assembler.here();
      for (let copy = 0; copy < unroll; copy++) {
        this.block(body);
        advance();
      }
      for (const [pointer, home] of this.frame.pointers) {
        const before = settled.get(pointer) ?? 0;
        this.addTo(home, (context.pending.get(pointer) ?? 0) - before);
        context.pending.set(pointer, before);
      }
      assembler.emit('dec', place);
      assembler.emit('jnz', head);
    }
    const left = rounds > 1 ? count - rounds * unroll : count;
    for (let copy = 0; copy < left; copy++) {
      this.block(body);
      advance();
    }
    // The loop is over: its counter is 0 again for whatever comes next.
    for (const { pointer, strides } of moving)
      context.pending.set(pointer, (context.pending.get(pointer) ?? 0) - (rounds > 1 ? count : left) * strides);
  }

  private statement(statement: Exclude<Statement, { kind: 'loop' }>): void {
    const { context } = this;
    const site = context.analysis.sites.get(statement);
    if (site === undefined) throw new Error('bug: a statement was not analysed');
    if (statement.kind === 'set' && isMemory(context.analysis, statement.target)) return;
    context.begin(site);
    this.emit(site);
    if (statement.kind === 'set') context.written(statement.target);
  }

  private emit({ statement }: Site): void {
    const { context } = this;
    if (statement.kind === 'store') lowerStore(context, statement);
    else if (statement.kind === 'accumulate') lowerAccumulate(context, statement);
    else this.set(statement.target, statement);
  }

  private set(target: Register, { value }: Extract<Statement, { kind: 'set' }>): void {
    const { context } = this;
    switch (value.op) {
      case 'splat':
        context.loadConstant(context.target(target), context.laneOf(target), { kind: 'splat', value: value.value });
        return;
      case 'mask':
        context.loadConstant(context.target(target), 'i32', {
          kind: 'lanes',
          values: Array.from({ length: context.lanes }, (_, lane) => (lane < value.active ? -1 : 0)),
        });
        return;
      case 'index':
        this.index(target, value);
        return;
      case 'load':
        lowerLoad(context, target, value);
        return;
      case 'gather':
        lowerGather(context, target, value);
        return;
      case 'copy':
        context.copy(target, value.a);
        return;
      case 'fma':
      case 'fnma':
        lowerMultiplyAdd(context, target, value);
        return;
      case 'select':
        lowerSelect(context, target, value.mask, value.a, value.b);
        return;
      case 'sumLanes':
      case 'maxLanes':
      case 'mulLanes':
        lowerAcrossLanes(context, target, value.op, value.a);
        return;
      case 'zipLow':
      case 'zipHigh':
        lowerZip(context, target, value);
        return;
      case 'evenGroups':
      case 'oddGroups':
        lowerGroups(context, target, value);
        return;
      case 'lt':
      case 'le':
      case 'eq':
      case 'ne':
        lowerCompare(context, target, value.op, value.a, value.b);
        return;
      case 'neg':
      case 'abs':
      case 'sqrt':
      case 'floor':
      case 'trunc':
      case 'nearest':
      case 'exponent':
      case 'mantissa':
        lowerUnary(context, target, value.op, value.a);
        return;
      case 'f32>i32':
      case 'i32>f32':
      case 'f32>f64':
      case 'f64>f32':
      case 'i32>f64':
      case 'f64>i32':
      case 'f16>f32':
      case 'f32>f16':
      case 'i32>i64':
      case 'i64>i32':
      case 'i64>f32':
      case 'i64>f64':
      case 'f64>i64':
      case 'bits':
        lowerConvert(context, target, value.op, value.a);
        return;
      default:
        lowerArithmetic(context, target, value.op, value.a, value.b);
    }
  }

  private index(
    target: Register,
    value: { readonly walk: Parameters<Lowering['integer']>[0]; readonly step: number },
  ): void {
    const { assembler, context } = this;
    const out = context.target(target);
    const { home, constant } = context.integer(value.walk);
    if (home.kind === 'stack') assembler.emit('vpbroadcastd', out, mem(rsp, home.offset));
    else if (context.wide) assembler.emit('vpbroadcastd', out, home.register.as(32));
    else {
      assembler.emit('vmovd', out.as(128), home.register.as(32));
      assembler.emit('vpbroadcastd', out, out.as(128));
    }
    if (constant === 0 && value.step === 0) return;
    const offsets = Array.from({ length: context.lanes }, (_, lane) => constant + lane * value.step);
    assembler.emit(
      'vpaddd',
      out,
      out,
      value.step === 0 ? context.splatMemory('i32', constant) : context.lanesMemory('i32', offsets),
    );
  }
}

/** How often the body of a loop is written out: all of a short loop, a few times a small one, once any other. */
function unrollFactor(body: readonly Statement[], count: number): number {
  if (body.some(({ kind }) => kind === 'loop')) return 1;
  if (body.length * count <= UNROLLED_STATEMENTS) return count;
  return Math.max(1, Math.min(MAX_UNROLL, Math.floor(UNROLLED_STATEMENTS / Math.max(1, body.length)), count));
}
