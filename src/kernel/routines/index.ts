/**
 * How each routine computes: one table, one file per family. The host calls them between emitted steps, with views of whatever memory the
 * device has; they compute in double precision and know nothing of devices.
 */
import type { DType, TypedArray } from '../../ir/dtype.ts';
import type { RoutineCall, RoutineName } from '../../ir/routine.ts';
import { cumargmax, cumprod, cumsum } from './cumulative.ts';
import { eig, eigvals } from './eigen.ts';
import { fft, irfft, rfft } from './fft.ts';
import type { Machine } from './machine.ts';
import type { Operand, Routine } from './operand.ts';
import { qr } from './qr.ts';
import { cholesky, cofactors, det, expm, lu, slogdet, solve, triangularSolve } from './solve.ts';
import { argsort, searchsorted, sort } from './sort.ts';
import * as special from './special.ts';
import { pinv, svd, svdvals } from './svd.ts';
import { eigh, eigvalsh } from './symmetric.ts';
import { argtopk } from './topk.ts';
import { runWideRoutine } from './wide-integers.ts';

export type { Machine } from './machine.ts';
export type { Operand } from './operand.ts';

const routines: { readonly [K in RoutineName]: Routine<K> } = {
  argsort,
  argtopk,
  sort,
  searchsorted,
  cumsum,
  cumprod,
  cumargmax,
  cholesky,
  triangularSolve,
  solve,
  lu,
  det,
  cofactors,
  slogdet,
  qr,
  svd,
  svdvals,
  eigh,
  eigvalsh,
  eig,
  eigvals,
  pinv,
  expm,
  fft,
  rfft,
  irfft,
  ...special,
};

/**
 * Fills `output` with what the routine makes of its inputs. Memory of inputs and output must not overlap.
 * @param dtype of the inputs, which tells numbers from the bits of int64   @throws LinAlgError
 */
export function runRoutine(
  call: RoutineCall,
  inputs: readonly Operand[],
  output: TypedArray,
  dtype: DType,
  machine?: Machine,
): void {
  if (output.length === 0) return;
  if (dtype === 'int64') {
    runWideRoutine(call, inputs, output);
    return;
  }
  // The table is typed routine by routine; looking up by the call's own name is what correlates the two.
  const routine = routines[call.name] as Routine<RoutineName>;
  routine(call, inputs, output, machine);
}
