/**
 * What a routine is given: whole arrays, row-major, and how to walk their batch.
 */
import { type Shape, sizeOf } from '../../base/shape.ts';
import type { TypedArray } from '../../ir/dtype.ts';
import type { RoutineName, RoutineOf } from '../../ir/routine.ts';
import type { Machine } from './machine.ts';

/** An input: its elements and its shape. Not to be written to. */
export interface Operand {
  readonly values: TypedArray;
  readonly shape: Shape;
}

/** Computes one routine: fills `output` from the inputs, with the help of a machine if there is one. What shapes there are, ir/routine.ts has checked. */
export type Routine<K extends RoutineName> = (
  call: RoutineOf<K>,
  inputs: readonly Operand[],
  output: TypedArray,
  machine?: Machine,
) => void;

/** The elements of one member of a batch, as a view. */
export function member(values: TypedArray, index: number, size: number): TypedArray {
  return values.subarray(index * size, (index + 1) * size);
}

/** How many members the batch of an operand has whose core has `rank` axes, and how many elements each. */
export function batchSize({ shape }: Operand, rank: number): { readonly count: number; readonly size: number } {
  const at = shape.length - rank;
  return { count: sizeOf(shape.slice(0, at)), size: sizeOf(shape.slice(at)) };
}
