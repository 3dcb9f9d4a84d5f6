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

interface Reference {
  readonly at: number;
  readonly writes: boolean;
  readonly site: Site;
}

/** Positions count double: a statement reads at 2p and writes at 2p + 1. */
function findLifetimes(analysis: Analysis): {
  vectors: readonly Interval[];
  opmasks: readonly Interval[];
  temporaries: readonly Interval[];
} {
  const references = new Map<Register, Reference[]>();
  const temporaryIntervals: Interval[] = [];
  const note = (register: Register, reference: Reference): void => {
    if (isMemory(analysis, register)) return;
    const list = references.get(register);
    if (list === undefined) references.set(register, [reference]);
    else list.push(reference);
  };
  const hints = new Map<Register, Register[]>();
  for (const site of analysis.sites.values()) {
    const { statement, position } = site;
    const at = 2 * position;
    if (statement.kind === 'set' && isMemory(analysis, statement.target)) continue;
    for (const register of operandsOf(statement)) note(register, { at, writes: false, site });
    const count = temporaries(analysis, site);
    if (count > TEMPS_PER_SITE) throw new Error(`bug: ${count} temporaries`);
    for (let i = 0; i < count; i++)
      temporaryIntervals.push({ key: tempKey(position, i), start: at, end: at + 1, weight: Infinity, hints: [] });
    if (statement.kind !== 'set') continue;
    note(statement.target, { at: writesEarly(site) ? at : at + 1, writes: true, site });
    const operands = operandsOf(statement).filter((register) => register !== statement.target);
    if (statement.value.op === 'fma' || statement.value.op === 'fnma') operands.reverse();
    hints.set(statement.target, [...(hints.get(statement.target) ?? []), ...operands]);
  }
  const vectors: Interval[] = [];
  const opmasks: Interval[] = [];
  for (const [register, list] of references) {
    let start = Infinity;
    let end = 0;
    let weight = 0;
    const spans = new Map<LoopSpan, Reference>();
    for (const reference of list) {
      start = Math.min(start, reference.at);
      end = Math.max(end, reference.at);
      weight += reference.site.span?.frequency ?? 1;
      for (let span = reference.site.span; span !== undefined; span = span.parent)
        if (!spans.has(span)) spans.set(span, reference);
    }
    // A loop that reads the register before it writes it takes the value from before the loop, or from its last iteration.
    for (const [span, first] of spans) {
      if (first.writes) continue;
      start = Math.min(start, 2 * span.start);
      end = Math.max(end, 2 * span.end + 1);
    }
    (analysis.opmasks.has(register) ? opmasks : vectors).push({
      key: register,
      start,
      end,
      weight,
      hints: hints.get(register) ?? [],
    });
  }
  return { vectors, opmasks, temporaries: temporaryIntervals };
}
