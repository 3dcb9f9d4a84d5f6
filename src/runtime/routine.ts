/**
 * Runs the routine of a plan's step over the memory of a device, which says where each buffer is.
 */
import type { TypedArray } from '../ir/dtype.ts';
import { type Machine, runRoutine } from '../kernel/routines/index.ts';
import type { Plan, RoutineStep } from '../schedule/plan.ts';

/** @param viewOf the elements of a buffer of the plan where they lie, to be read or written   @throws LinAlgError */
export function runRoutineStep(
  { routine, shapes, bindings }: RoutineStep,
  { buffers }: Plan,
  viewOf: (buffer: number) => TypedArray,
  machine?: Machine,
): void {
  const output = bindings.at(-1);
  if (output === undefined || buffers[output] === undefined) throw new Error(`bug: ${routine.name} has no output`);
  const inputs = shapes.map((shape, i) => ({ values: viewOf(bindings[i]!), shape }));
  runRoutine(routine, inputs, viewOf(output), buffers[bindings[0]!]!.dtype, machine);
}
