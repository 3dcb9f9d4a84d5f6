/**
 * A plan as one callable: run(table), where table = [arena, input 0, …, output 0, …] holds 64-bit pointers.
 * It runs the steps in order; the large parallel ones go through the thread pool (pool.ts). A plan with routines, which the host runs, is
 * one such callable for each run of steps between them.
 */
import {
  type EmittedStep,
  isEmitted,
  leavesOf,
  type LoopStep,
  type Move,
  type NestStep,
  type Plan,
  type Segment,
  segmentsOf,
  type Step,
} from '../../schedule/plan.ts';
import type { Nest } from '../../kernel/nest.ts';
import { type Abi, abis, enter, leave, locals } from './abi.ts';
import { Assembler } from './assembler.ts';
import type { Tier } from './lower-analysis.ts';
import { type Binding, lowerNest, outerLoop } from './lower.ts';
import { type Label, mem, rax, rcx, rdi, rdx, ripRelative, rsi, rsp } from './registers.ts';

export interface ProgramOptions {
  /** How the program is called. */
  readonly abi?: Abi;
  /** Address of the pool's `parallel for` (see pool.ts) and how many threads it has. Without one everything runs on the caller's thread. */
  readonly pool?: { readonly address: bigint; readonly threads: number };
  /** A parallel nest of less work than this runs on the caller's thread. */
  readonly parallelWork?: number;
  /** Every step gets a callable of its own, loops are left to the host: to time them. */
  readonly apart?: boolean;
}

export interface EmittedProgram {
  /** Position-independent, to be loaded at a multiple of 64. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** Where the callable of each emitted segment of the plan begins, in order; the first at 0. */
  readonly entries: readonly number[];
  /** Entries of the table: the arena, then so many inputs, then so many outputs; the code itself fills what comes after. */
  readonly inputs: number;
  readonly outputs: number;
  readonly tableEntries: number;
  /** Where each buffer of the plan lies. */
  readonly homes: readonly Binding[];
  /** The instructions as text. */
  listing(): string;
}

/** Floating-point operations: below, waking a thread costs more than it saves. */
export const defaultParallelWork = 1_000_000;

/** Chunks per thread of a parallel nest: small enough to even out, large enough not to matter. */
const CHUNKS_PER_THREAD = 4;

export function emitProgram(
  plan: Plan,
  tier: Tier,
  { abi = abis.sysv, pool, parallelWork = defaultParallelWork, apart = false }: ProgramOptions = {},
): EmittedProgram {
  const assembler = new Assembler();
  const inputs = countOf(plan, 'input');
  const outputs = countOf(plan, 'output');
  const homes = homesOf(plan, inputs, outputs);
  const pointers = plan.buffers.filter(({ home }) => home.kind === 'pointer').length;
  /** Behind those of the pointers, entries of the table for what a nest's slots are bound to while it runs, */
  const firstSlot = 1 + inputs + outputs + pointers;
  /** and for the counters of loops, one for each that can be open at once. */
  const firstCounter = firstSlot + Math.max(0, ...nestsOf(plan.steps).map(({ slots }) => slots.length));
  const segments = emittedSegments(segmentsOf(plan.steps, apart));
  const functions = new Map<Nest, Label>();
  /** rax = the address `past` bytes behind the beginning of a buffer; rdi = table. */
  const loadHome = ({ entry, offset }: Binding, past: number): void => {
    const distance = offset + past;
    assembler.emit('mov', rax, mem(rdi, 8 * entry));
    if (distance === (distance | 0)) {
      if (distance !== 0) assembler.emit('add', rax, distance);
    } else {
      assembler.emit('mov', rcx, BigInt(distance));
      assembler.emit('add', rax, rcx);
    }
  };
  const emitNest = ({ nest, bindings }: NestStep, name: string): void => {
    let label = functions.get(nest);
    if (label === undefined) functions.set(nest, (label = assembler.label(name)));
    const outer = outerLoop(nest);
    assembler.emit('mov', rdi, mem(rsp, locals));
    bindings.forEach((buffer, slot) => {
      loadHome(homes[buffer]!, 0);
      assembler.emit('mov', mem(rdi, 8 * (firstSlot + slot)), rax);
    });
    assembler.emit('add', rdi, 8 * firstSlot);
    if (outer === undefined) {
      assembler.emit('call', label);
      return;
    }
    if (pool !== undefined && pool.threads > 1 && nest.work >= parallelWork) {
      assembler.emit('lea', rsi, ripRelative(label));
      assembler.emit('mov', rdx.as(32), outer.count);
      assembler.emit('mov', rcx.as(32), Math.max(1, Math.floor(outer.count / (pool.threads * CHUNKS_PER_THREAD))));
      assembler.emit('mov', rax, pool.address);
      assembler.emit('call', rax);
      return;
    }
    assembler.emit('xor', rsi.as(32), rsi.as(32));
    assembler.emit('mov', rdx.as(32), outer.count);
    assembler.emit('call', label);
  };
  const emitMoves = (moves: readonly Move[]): void => {
    assembler.emit('mov', rdi, mem(rsp, locals));
    for (const { to, from, offset } of moves) {
      loadHome(homes[from]!, offset);
      assembler.emit('mov', mem(rdi, 8 * homes[to]!.entry), rax);
    }
  };
  const emitLoop = (loop: LoopStep, depth: number, number: string): void => {
    const counter = mem(rdi, 8 * (firstCounter + depth)).as(32);
    const end = assembler.label(`end of loop ${number}`);
    emitMoves(loop.enter);
    assembler.emit('mov', counter, loop.count);
    const head = assembler.here(`loop ${number}`);
    if (loop.test !== undefined) {
      const { entry, offset } = homes[loop.test]!;
      assembler.emit('mov', rdi, mem(rsp, locals));
      assembler.emit('mov', rax, mem(rdi, 8 * entry));
      assembler.emit('cmp', mem(rax, offset).as(8), 0);
      assembler.emit('je', end);
    }
    emitSteps(loop.body, depth + 1, `${number}.`);
    emitMoves(loop.turn);
    assembler.emit('dec', counter);
    assembler.emit('jne', head);
    assembler.bind(end);
  };
  let deepest = 0;
  const emitSteps = (steps: readonly Step[], depth: number, prefix: string): void => {
    deepest = Math.max(deepest, depth);
    steps.forEach((step, i) => {
      if (step.kind === 'loop') emitLoop(step, depth, `${prefix}${i}`);
      else if (step.kind === 'nest') emitNest(step, `step ${prefix}${i}: ${step.nest.name}`);
      else throw new Error(`bug: ${step.routine.name} cannot be emitted`);
    });
  };
  segments.forEach((steps, i) => {
    if (i > 0) assembler.align(64);
    assembler.here(entryName(i));
    enter(assembler, abi);
    assembler.emit('mov', mem(rsp, locals), rdi);
    emitSteps(steps, 0, i === 0 ? '' : `${i}/`);
    leave(assembler, abi);
  });
  // A nest that several steps share is one function.
  for (const [nest, label] of functions) {
    assembler.align(64);
    assembler.bind(label);
    lowerNest(
      assembler,
      nest,
      tier,
      nest.slots.map((_, entry) => ({ entry, offset: 0 })),
    );
  }
  const { code, labels, listing } = assembler.finish();
  const entries = segments.map((_, i) => labels.get(entryName(i))!);
  return { code, entries, inputs, outputs, tableEntries: firstCounter + deepest, homes, listing };
}

/** The segments that are emitted, in order, those inside loops that the host drives among them. */
function emittedSegments(segments: readonly Segment[]): (readonly EmittedStep[])[] {
  return segments.flatMap((segment) => {
    if (isEmitted(segment)) return [segment];
    return segment.kind === 'loop' ? emittedSegments(segment.body) : [];
  });
}

function nestsOf(steps: readonly Step[]): Nest[] {
  return leavesOf(steps).flatMap((step) => (step.kind === 'nest' ? [step.nest] : []));
}

function entryName(segment: number): string {
  return segment === 0 ? 'run' : `run ${segment}`;
}

function countOf(plan: Plan, kind: 'input' | 'output'): number {
  let count = 0;
  for (const { home } of plan.buffers) if (home.kind === kind) count = Math.max(count, home.index + 1);
  return count;
}

function homesOf(plan: Plan, inputs: number, outputs: number): Binding[] {
  let pointers = 0;
  return plan.buffers.map(({ home }) => {
    switch (home.kind) {
      case 'arena':
        return { entry: 0, offset: home.offset };
      case 'input':
        return { entry: 1 + home.index, offset: 0 };
      case 'output':
        return { entry: 1 + inputs + home.index, offset: 0 };
      case 'pointer':
        return { entry: 1 + inputs + outputs + pointers++, offset: 0 };
    }
  });
}
