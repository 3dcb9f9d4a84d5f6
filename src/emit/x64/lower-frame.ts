/**
 * What a nest's function keeps where, decided before anything is emitted: pointers and loop counters in general registers or on the
 * stack, spilled vectors on the stack, constants and lane masks in whatever vector and opmask registers are left.
 */
import type { Register, Statement } from '../../kernel/nest.ts';
import type { Pointer, Pointers } from './address.ts';
import { Occupancy } from './allocate.ts';
import type { Analysis, LoopSpan } from './lower-analysis.ts';
import { inputsOf, operandsOf } from './lower-analysis.ts';
import type { GeneralHome, Hoisted } from './lower-context.ts';
import type { Homes } from './lower-demand.ts';
import { type Gpr, k, type Mask, r64, registerAt } from './registers.ts';

/** [rsp]: the caller's rsp; then the three arguments. Pointers and counters follow. */
export const frameOffsets = { stackPointer: 0, table: 8, begin: 16, end: 24 } as const;
const FIRST_FREE = 32;

/** All but rsp and the two that any statement may use, rax and rdx. Those with the shortest encodings first. */
const generalRegisters: readonly Gpr[] = [1, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((index) =>
  registerAt(r64, index),
);

/** Opmasks for lane masks, from the top; masks of the nest come from the bottom. k7 is scratch. */
const laneMaskNumbers = [6, 5, 4];

export interface Frame {
  readonly pointers: ReadonlyMap<Pointer, GeneralHome>;
  readonly counters: ReadonlyMap<number, GeneralHome>;
  readonly stack: ReadonlyMap<Register, number>;
  readonly bytes: number;
}

/** @param counted loops that need a counter */
export function planFrame(analysis: Analysis, pointers: Pointers, homes: Homes, counted: ReadonlySet<number>): Frame {
  const occupancy = new Occupancy();
  const pointerHomes = new Map<Pointer, GeneralHome>();
  const counterHomes = new Map<number, GeneralHome>();
  let bytes = FIRST_FREE;
  const place = (start: number, end: number): GeneralHome => {
    const register = generalRegisters.find((candidate) => occupancy.isFree(candidate.index, start, end));
    if (register === undefined) {
      bytes += 8;
      return { kind: 'stack', offset: bytes - 8 };
    }
    occupancy.take(register.index, start, end);
    return { kind: 'register', register };
  };
  const wanted = [
    ...pointers.all.map((pointer) => ({
      weight: pointer.weight,
      put: (): void => void pointerHomes.set(pointer, place(0, Infinity)),
    })),
    ...[...analysis.spans.values()]
      .filter(({ loop }) => counted.has(loop))
      .map(({ loop, frequency, start, end }) => ({
        weight: frequency,
        put: (): void => void counterHomes.set(loop, place(start, end)),
      })),
  ];
  for (const { put } of wanted.sort((a, b) => b.weight - a.weight)) put();
  const stack = new Map<Register, number>();
  if (homes.spilled.length > 0) {
    bytes = Math.ceil(bytes / 64) * 64;
    for (const register of homes.spilled) {
      stack.set(register, bytes);
      bytes += 64;
    }
  }
  return { pointers: pointerHomes, counters: counterHomes, stack, bytes: Math.ceil(bytes / 64) * 64 };
}

/** The partial vectors that occur, commonest first: each gets an opmask for the whole nest while there are some. */
export function planLaneMasks(analysis: Analysis): ReadonlyMap<number, Mask> {
  const masks = new Map<number, Mask>();
  if (analysis.tier !== 'avx512') return masks;
  const weights = new Map<number, number>();
  for (const { statement, span } of analysis.sites.values()) {
    const active = activeOf(statement);
    if (active > 1 && active < analysis.nest.lanes)
      weights.set(active, (weights.get(active) ?? 0) + (span?.frequency ?? 1));
  }
  const byWeight = [...weights].sort((a, b) => b[1] - a[1]);
  laneMaskNumbers.forEach((number, i) => {
    const entry = byWeight[i];
    if (entry !== undefined) masks.set(entry[0], registerAt(k, number));
  });
  return masks;
}

function activeOf(statement: Statement): number {
  if (statement.kind === 'store') return statement.access.active;
  if (statement.kind === 'accumulate') return statement.active;
  if (statement.kind === 'loop') return 0;
  const { value } = statement;
  return value.op === 'load' ? value.access.active : value.op === 'gather' ? value.active : 0;
}

/** Gives constants the registers that are free throughout a loop, the most used first. */
export function planHoisting(analysis: Analysis, homes: Homes, vectorCount: number): readonly Hoisted[] {
  const uses = new Map<Register, Map<LoopSpan, number>>();
  for (const { statement, span } of analysis.sites.values()) {
    if (span === undefined || isImmediate(statement)) continue;
    for (const register of operandsOf(statement)) {
      if (!analysis.constants.has(register)) continue;
      const perSpan = uses.get(register) ?? new Map<LoopSpan, number>();
      uses.set(register, perSpan.set(span, (perSpan.get(span) ?? 0) + span.frequency));
    }
  }
  const hoisted: Hoisted[] = [];
  if (uses.size === 0) return hoisted;
  const occupancy = new Occupancy();
  for (const { key, start, end } of homes.intervals) {
    const register = homes.vectors.get(key);
    if (register !== undefined) occupancy.take(register, start, end);
  }
  for (const register of homes.scratch) occupancy.take(register, 0, Infinity);
  const wanted = [...uses].flatMap(([register, spans]) =>
    [...spans].map(([span, weight]) => ({ register, span, weight })),
  );
  for (const { register, span } of wanted.sort((a, b) => b.weight - a.weight)) {
    if (hoisted.some((entry) => entry.register === register && entry.start <= span.start && span.end <= entry.end))
      continue;
    // From the outermost loop inwards: the constant is loaded once, in front of the loop.
    const chain: LoopSpan[] = [];
    for (let outer: LoopSpan | undefined = span; outer !== undefined; outer = outer.parent) chain.unshift(outer);
    for (const { start, end } of chain) {
      const vector = Array.from({ length: vectorCount }, (_, i) => i).find((candidate) =>
        occupancy.isFree(candidate, 2 * start, 2 * end + 1),
      );
      if (vector === undefined) continue;
      occupancy.take(vector, 2 * start, 2 * end + 1);
      hoisted.push({ register, vector, start, end });
      break;
    }
  }
  return hoisted;
}

/** Shifts by a constant have it in the instruction. */
function isImmediate(statement: Statement): boolean {
  return (
    statement.kind === 'set' &&
    (statement.value.op === 'shl' || statement.value.op === 'shr' || statement.value.op === 'sar') &&
    inputsOf(statement.value).length === 2
  );
}
