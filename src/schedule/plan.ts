/**
 * The plan: nests in order, and where every buffer lives. Intermediates sit at fixed offsets of one arena; two whose lifetimes do not overlap may share bytes.
 */
import type { DType } from '../ir/dtype.ts';
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

export type Step = NestStep;

export interface Plan {
  readonly buffers: readonly PlannedBuffer[];
  readonly steps: readonly Step[];
  readonly arenaBytes: number;
  /** Output i may be given the storage of input inPlace.get(i): nothing reads that input after the output's first write. */
  readonly inPlace: ReadonlyMap<number, number>;
}
