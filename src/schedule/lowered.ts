/**
 * What lowering makes: buffers, the kernels over them in order, and where the value of a node lies. Data only; lower.ts makes it.
 */
import type { DType } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import type { BufferId, Kernel, RoutineKernel } from '../kernel/kernel.ts';
import type { LoopOf } from './plan.ts';

export interface Buffer {
  readonly dtype: DType;
  readonly size: number;
  readonly home:
    | { readonly kind: 'input' | 'output'; readonly index: number }
    | { readonly kind: 'arena' }
    /** A pointer: what may lie behind it. */
    | { readonly kind: 'pointer'; readonly behind: readonly BufferId[] };
  /** How many loops its value lives inside of. */
  readonly depth: number;
}

/** Where a value is to go: to a new buffer, or to one that there is. */
export type Target = Buffer['home'] | { readonly kind: 'placed'; readonly buffer: BufferId };

export type LoopKernel = LoopOf<LoweredStep>;

export type LoweredStep = Kernel | RoutineKernel | LoopKernel;

export interface Lowered {
  readonly buffers: readonly Buffer[];
  readonly kernels: readonly LoweredStep[];
  /** What each is there for, those in loops too; empty unless origins are being recorded. */
  readonly nodes: ReadonlyMap<LoweredStep, Node>;
}

/** Where the value of a node lies: a buffer and the stride of each axis. */
export interface Placement {
  readonly buffer: BufferId;
  readonly strides: readonly number[];
}
