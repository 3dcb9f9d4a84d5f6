/**
 * A plan as one callable: run(table), where table = [arena, input 0, …, output 0, …] holds 64-bit pointers.
 * It runs the steps in order; the large parallel ones go through the thread pool (pool.ts). A plan with routines, which the host runs, is
 * one such callable for each run of steps between them.
 */
import { isEmitted, type NestStep, type Plan, segmentsOf } from '../../schedule/plan.ts';
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
}

export interface EmittedProgram {
  /** Position-independent, to be loaded at a multiple of 64. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** Where the callable of each emitted segment of the plan begins, in order; the first at 0. */
  readonly entries: readonly number[];
  /** Entries of the table: the arena, then so many inputs, then so many outputs. */
  readonly inputs: number;
  readonly outputs: number;
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
  { abi = abis.sysv, pool, parallelWork = defaultParallelWork }: ProgramOptions = {},
): EmittedProgram {
  const assembler = new Assembler();
  const inputs = countOf(plan, 'input');
  const outputs = countOf(plan, 'output');
  const segments = segmentsOf(plan).filter(isEmitted);
  const emitCall = ({ nest }: NestStep, label: Label): void => {
    const outer = outerLoop(nest);
    assembler.emit('mov', rdi, mem(rsp, locals));
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
  const functions = segments.map((steps, i) => {
    if (i > 0) assembler.align(64);
    assembler.here(entryName(i));
    enter(assembler, abi);
    assembler.emit('mov', mem(rsp, locals), rdi);
    const labels = steps.map((step) => {
      const label = assembler.label(`step ${plan.steps.indexOf(step)}: ${step.nest.name}`);
      emitCall(step, label);
      return label;
    });
    leave(assembler, abi);
    return labels;
  });
  segments.forEach((steps, i) => {
    steps.forEach(({ nest, bindings }, j) => {
      assembler.align(64);
      assembler.bind(functions[i]![j]!);
      lowerNest(
        assembler,
        nest,
        tier,
        bindings.map((buffer) => bindingOf(plan, buffer, inputs)),
      );
    });
  });
  const { code, labels, listing } = assembler.finish();
  return { code, entries: segments.map((_, i) => labels.get(entryName(i))!), inputs, outputs, listing };
}

function entryName(segment: number): string {
  return segment === 0 ? 'run' : `run ${segment}`;
}

function countOf(plan: Plan, kind: 'input' | 'output'): number {
  let count = 0;
  for (const { home } of plan.buffers) if (home.kind === kind) count = Math.max(count, home.index + 1);
  return count;
}

function bindingOf(plan: Plan, buffer: number, inputs: number): Binding {
  const home = plan.buffers[buffer]?.home;
  if (home === undefined) throw new Error(`bug: the plan has no buffer ${buffer}`);
  if (home.kind === 'arena') return { entry: 0, offset: home.offset };
  return { entry: 1 + home.index + (home.kind === 'output' ? inputs : 0), offset: 0 };
}
