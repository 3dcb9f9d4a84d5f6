/**
 * The plan: nests in order, and where every buffer lives. Intermediates sit at fixed offsets of one arena; two whose lifetimes do not overlap may share bytes.
 */
import type { Shape } from '../base/shape.ts';
import type { DType } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import type { RoutineCall } from '../ir/routine.ts';
import type { Nest } from '../kernel/nest.ts';

/** Where a buffer lives: in the storage of input or output `index`, or in the arena at byte `offset` (a multiple of 64). */
export type Home =
  | { readonly kind: 'input' | 'output'; readonly index: number }
  | { readonly kind: 'arena'; readonly offset: number }
  /** Wherever the moves of loops have pointed it. */
  | { readonly kind: 'pointer' };

export interface PlannedBuffer {
  readonly dtype: DType;
  /** Elements. */
  readonly size: number;
  readonly home: Home;
}

/** One nest, over buffers of the plan. */
export interface NestStep {
  readonly kind: 'nest';
  readonly nest: Nest;
  /** Slot of the nest → index into plan.buffers. */
  readonly bindings: readonly number[];
  /** The nodes it is there for, for those who want to know. */
  readonly nodes?: readonly Node[];
}

/** An algorithm that the host runs over whole buffers. */
export interface RoutineStep {
  readonly kind: 'routine';
  readonly routine: RoutineCall;
  /** Of each input. */
  readonly shapes: readonly Shape[];
  /** The inputs, then the output → index into plan.buffers. */
  readonly bindings: readonly number[];
  readonly nodes?: readonly Node[];
}

/** Points a pointer, which is a buffer of that home, so many bytes past where another buffer lies. */
export interface Move {
  readonly to: number;
  readonly from: number;
  readonly offset: number;
}

/** A list of T repeated, in the graph's terms (kernels) or the plan's (steps). */
export interface LoopOf<T> {
  readonly kind: 'loop';
  /** Turns, from 1 up; with a test, the most there may be. */
  readonly count: number;
  /** A buffer whose first element, a bool, is looked at before every turn; false ends the loop. */
  readonly test: number | undefined;
  /** Made in order before the first turn. */
  readonly enter: readonly Move[];
  /** Made in order after every turn. */
  readonly turn: readonly Move[];
  readonly body: readonly T[];
}

export type LoopStep = LoopOf<Step>;

export type Step = NestStep | RoutineStep | LoopStep;

/** The steps that are no loops, each once however often it is repeated. */
export function leavesOf(steps: readonly Step[]): (NestStep | RoutineStep)[] {
  return steps.flatMap((step) => (step.kind === 'loop' ? leavesOf(step.body) : [step]));
}

export interface Plan {
  readonly buffers: readonly PlannedBuffer[];
  readonly steps: readonly Step[];
  readonly arenaBytes: number;
  /** Output i may be given the storage of input inPlace.get(i): nothing reads that input after the output's first write. */
  readonly inPlace: ReadonlyMap<number, number>;
}

/** A part of a plan: steps that are emitted together and called once, a routine, or a loop with a routine inside, which the host drives. */
export type Segment = readonly EmittedStep[] | RoutineStep | HostLoop;

/** A step without routines. */
export type EmittedStep = NestStep | LoopStep;

export interface HostLoop {
  readonly kind: 'loop';
  readonly loop: LoopStep;
  readonly body: readonly Segment[];
}

/** Steps cut at the routines, or `apart` into one segment each. A list without any is one segment, even if it is empty. */
export function segmentsOf(steps: readonly Step[], apart = false): readonly Segment[] {
  const segments: Segment[] = [];
  let run: EmittedStep[] = [];
  const cut = (segment: RoutineStep | HostLoop): void => {
    if (run.length > 0) segments.push(run);
    segments.push(segment);
    run = [];
  };
  for (const step of steps) {
    if (step.kind === 'routine') cut(step);
    else if (step.kind === 'nest') {
      if (apart) segments.push([step]);
      else run.push(step);
    } else if (!apart && leavesOf([step]).every(({ kind }) => kind === 'nest')) run.push(step);
    else cut({ kind: 'loop', loop: step, body: segmentsOf(step.body, apart) });
  }
  if (run.length > 0 || segments.length === 0) segments.push(run);
  return segments;
}

export function isEmitted(segment: Segment): segment is readonly EmittedStep[] {
  return !('kind' in segment);
}
