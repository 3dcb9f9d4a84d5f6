/**
 * How many vector registers each statement needs beside its operands and its target, and how long every value lives.
 * The emitting files (lower-arithmetic, lower-memory, lower-lanes) take exactly what is promised here.
 */
import { laneBytes, type Register, type Value } from '../../kernel/nest.ts';
import { allocate, type Interval } from './allocate.ts';
import { isComposed } from './lower-arithmetic.ts';
import { type Analysis, isCommutative, type LoopSpan, operandsOf, type Site } from './lower-analysis.ts';

/** Temporaries of the site at `position` are keyed below zero. */
const TEMPS_PER_SITE = 8;

export function tempKey(position: number, index: number): number {
  return -1 - position * TEMPS_PER_SITE - index;
}

/** True: the register has no place of its own and is read from memory, or put into a temporary. */
export function isMemory(analysis: Analysis, register: Register): boolean {
  return analysis.constants.has(register) || analysis.folded.has(register);
}

/** How many of these the instruction cannot read from memory, if it can read `free` of them. */
function beyond(analysis: Analysis, registers: readonly Register[], free: number): number {
  let count = -free;
  for (const register of registers) if (isMemory(analysis, register)) count++;
  return Math.max(0, count);
}

function temporaries(analysis: Analysis, { statement }: Site): number {
  switch (statement.kind) {
    case 'set':
      return isMemory(analysis, statement.target) ? 0 : temporariesOf(analysis, statement.value);
    case 'store':
      return 3 + beyond(analysis, [statement.source], 0);
    case 'accumulate':
      return 4 + beyond(analysis, [statement.index, statement.source], 0);
  }
}

function temporariesOf(analysis: Analysis, value: Value): number {
  const { tier, nest } = analysis;
  switch (value.op) {
    case 'splat':
    case 'mask':
    case 'index':
    case 'copy':
      return 0;
    case 'load':
      return value.access.step === 1 || value.access.step === 0 ? 0 : 2;
    case 'gather':
      return 3 + beyond(analysis, [value.index], 0);
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'max':
    case 'min':
    case 'and':
    case 'or':
    case 'xor':
    case 'andnot': {
      const lane = nest.registers[value.a]!;
      if (lane === 'i64' && isComposed(tier, value.op)) return 2 + beyond(analysis, [value.a, value.b], 0);
      const commutes = isCommutative(value.op, lane === 'i32' || lane === 'i64');
      return commutes ? beyond(analysis, [value.a, value.b], 1) : beyond(analysis, [value.a], 0);
    }
    case 'shl':
    case 'shr':
    case 'sar':
      return 1 + beyond(analysis, [value.a], 0);
    case 'scale':
      return (tier === 'avx512' ? 0 : 2) + beyond(analysis, [value.a, value.b], 0);
    case 'lt':
    case 'le':
    case 'eq':
    case 'ne':
      return (tier === 'avx512' ? 0 : 1) + beyond(analysis, [value.a, value.b], tier === 'avx512' ? 1 : 0);
    case 'neg':
    case 'abs':
    case 'sqrt':
    case 'floor':
    case 'trunc':
    case 'nearest':
    case 'exponent':
    case 'mantissa':
      return 1 + beyond(analysis, [value.a], 0);
    case 'f32>i32':
    case 'i32>f32':
    case 'f32>f64':
    case 'f64>f32':
    case 'i32>f64':
    case 'f64>i32':
    case 'f16>f32':
    case 'f32>f16':
    case 'i32>i64':
    case 'bits':
      return beyond(analysis, [value.a], 0);
    case 'i64>i32':
      return (tier === 'avx2' ? 1 : 0) + beyond(analysis, [value.a], 0);
    case 'i64>f32':
    case 'i64>f64':
    case 'f64>i64':
      return (tier === 'avx2' ? 3 : 0) + beyond(analysis, [value.a], 0);
    case 'fma':
    case 'fnma':
      return beyond(analysis, [value.a, value.b, value.c], 1);
    case 'select': {
      const mask = analysis.opmasks.has(value.mask) ? 0 : beyond(analysis, [value.mask], 0);
      const widened = tier === 'avx2' && laneBytes[nest.registers[value.a]!] === 8 ? 1 : 0;
      return mask + widened + beyond(analysis, [value.b], 0) + (tier === 'avx2' ? beyond(analysis, [value.a], 0) : 0);
    }
    case 'zipLow':
    case 'zipHigh':
    case 'evenGroups':
    case 'oddGroups':
      return beyond(analysis, [value.a, value.b], 0);
    case 'sumLanes':
    case 'maxLanes':
    case 'mulLanes':
      // Where combining is composed, two in each of at most two rounds.
      return (tier === 'avx2' && nest.registers[value.a] === 'i64' ? 5 : 1) + beyond(analysis, [value.a], 0);
  }
}

/** True: the target is written before all operands have been read, so it may not share a register with them. */
function writesEarly({ statement }: Site): boolean {
  return statement.kind === 'set' && statement.value.op === 'gather';
}

export interface Homes {
  /** Values and temporaries (by `tempKey`) → vector register. */
  readonly vectors: ReadonlyMap<number, number>;
  /** Values that live on the stack. */
  readonly spilled: readonly Register[];
  /** Vector registers kept free for values on the stack, while a statement works on them. */
  readonly scratch: readonly number[];
  /** Masks → opmask register. */
  readonly opmasks: ReadonlyMap<Register, number>;
  readonly intervals: readonly Interval[];
}

/** @returns undefined with the masks that found no opmask register: analyse again without them */
export function findHomes(
  analysis: Analysis,
  vectorCount: number,
  opmaskNumbers: readonly number[],
): Homes | { readonly vectorMasks: readonly Register[] } {
  const lifetimes = findLifetimes(analysis);
  const opmasks = allocate(lifetimes.opmasks, opmaskNumbers);
  if (opmasks.spilled.length > 0) return { vectorMasks: opmasks.spilled };
  const intervals = [...lifetimes.vectors, ...lifetimes.temporaries];
  const all = Array.from({ length: vectorCount }, (_, i) => i);
  let scratch = 0;
  for (;;) {
    const { registers, spilled } = allocate(intervals, all.slice(0, vectorCount - scratch));
    const needed = scratchNeeded(analysis, new Set(spilled));
    if (needed <= scratch)
      return {
        vectors: registers,
        spilled,
        scratch: all.slice(vectorCount - scratch),
        opmasks: opmasks.registers,
        intervals,
      };
    scratch = needed;
  }
}

function scratchNeeded(analysis: Analysis, spilled: ReadonlySet<Register>): number {
  let most = 0;
  if (spilled.size === 0) return most;
  for (const { statement } of analysis.sites.values()) {
    const touched = new Set(operandsOf(statement));
    if (statement.kind === 'set') touched.add(statement.target);
    let count = 0;
    for (const register of touched) if (spilled.has(register)) count++;
    most = Math.max(most, count);
  }
  return most;
}

/** What is known of a register's lifetime while its references come in, in order of position. */
interface Lifetime {
  start: number;
  end: number;
  weight: number;
  readonly hints: Register[];
  /** The loops around the references so far. */
  readonly spans: Set<LoopSpan>;
  /** The loop around the last of them. */
  last: LoopSpan | undefined;
}

/** Positions count double: a statement reads at 2p and writes at 2p + 1. Hot: runs for every nest, over every operand. */
function findLifetimes(analysis: Analysis): {
  vectors: readonly Interval[];
  opmasks: readonly Interval[];
  temporaries: readonly Interval[];
} {
  const lifetimes = new Map<Register, Lifetime>();
  const temporaryIntervals: Interval[] = [];
  const note = (register: Register, at: number, writes: boolean, span: LoopSpan | undefined): void => {
    if (isMemory(analysis, register)) return;
    let life = lifetimes.get(register);
    if (life === undefined) {
      life = { start: at, end: at, weight: 0, hints: [], spans: new Set(), last: undefined };
      lifetimes.set(register, life);
    } else {
      if (at < life.start) life.start = at;
      if (at > life.end) life.end = at;
    }
    life.weight += span?.frequency ?? 1;
    if (span === life.last) return;
    life.last = span;
    for (let around = span; around !== undefined && !life.spans.has(around); around = around.parent) {
      life.spans.add(around);
      if (writes) continue;
      // A loop that reads the register before it writes it takes the value from before the loop, or from its last iteration.
      if (2 * around.start < life.start) life.start = 2 * around.start;
      if (2 * around.end + 1 > life.end) life.end = 2 * around.end + 1;
    }
  };
  for (const site of analysis.sites.values()) {
    const { statement, position, span } = site;
    const at = 2 * position;
    if (statement.kind === 'set' && isMemory(analysis, statement.target)) continue;
    const operands = operandsOf(statement);
    for (const register of operands) note(register, at, false, span);
    const count = temporaries(analysis, site);
    if (count > TEMPS_PER_SITE) throw new Error(`bug: ${count} temporaries`);
    for (let i = 0; i < count; i++)
      temporaryIntervals.push({ key: tempKey(position, i), start: at, end: at + 1, weight: Infinity, hints: [] });
    if (statement.kind !== 'set') continue;
    const { target, value } = statement;
    note(target, writesEarly(site) ? at : at + 1, true, span);
    const hints = lifetimes.get(target)?.hints;
    if (hints === undefined) continue;
    const isSum = value.op === 'fma' || value.op === 'fnma';
    for (let i = 0; i < operands.length; i++) {
      const register = operands[isSum ? operands.length - 1 - i : i]!;
      if (register !== target) hints.push(register);
    }
  }
  const vectors: Interval[] = [];
  const opmasks: Interval[] = [];
  for (const [key, { start, end, weight, hints }] of lifetimes)
    (analysis.opmasks.has(key) ? opmasks : vectors).push({ key, start, end, weight, hints });
  return { vectors, opmasks, temporaries: temporaryIntervals };
}
