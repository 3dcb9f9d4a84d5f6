/**
 * The plan: nests in order, and where every buffer lives. Intermediates sit at fixed offsets of one arena; two whose lifetimes do not overlap may share bytes.
 */
import type { Shape } from '../base/shape.ts';
import type { DType } from '../ir/dtype.ts';
import type { RoutineCall } from '../ir/routine.ts';
import type { Nest } from '../kernel/nest.ts';

/** Where a buffer lives: in the storage of input or output `index`, or in the arena at byte `offset` (a multiple of 64). */
export type Home =
  { readonly kind: 'input' | 'output'; readonly index: number } | { readonly kind: 'arena'; readonly offset: number };

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
}

/** An algorithm that the host runs over whole buffers. */
export interface RoutineStep {
  readonly kind: 'routine';
  readonly routine: RoutineCall;
  /** Of each input. */
  readonly shapes: readonly Shape[];
  /** The inputs, then the output → index into plan.buffers. */
  readonly bindings: readonly number[];
}

export type Step = NestStep | RoutineStep;

export interface Plan {
  readonly buffers: readonly PlannedBuffer[];
  readonly steps: readonly Step[];
  readonly arenaBytes: number;
  /** Output i may be given the storage of input inPlace.get(i): nothing reads that input after the output's first write. */
  readonly inPlace: ReadonlyMap<number, number>;
}

/** A part of a plan: steps that are emitted together and called once, or a routine. */
export type Segment = readonly NestStep[] | RoutineStep;

/** The plan cut at its routines. A plan without any is one segment, even if it has no steps. */
export function segmentsOf({ steps }: Plan): readonly Segment[] {
  const segments: Segment[] = [];
  let run: NestStep[] = [];
  for (const step of steps) {
    if (step.kind === 'nest') {
      run.push(step);
      continue;
    }
    if (run.length > 0) segments.push(run);
    segments.push(step);
    run = [];
  }
  if (run.length > 0 || segments.length === 0) segments.push(run);
  return segments;
}

export function isEmitted(segment: Segment): segment is readonly NestStep[] {
  return !('kind' in segment);
}
