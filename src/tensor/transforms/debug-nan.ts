/**
 * `debugNaN`: finds the op and the line where NaN comes into a computation.
 */
import { raise, TraceError } from '../../base/errors.ts';
import { realize, settleWaiting } from '../../engine/realize.ts';
import { searchNaN } from '../../engine/nan-search.ts';
import { currentTrace, raiseAsyncTransform, type Transform, withTransform } from '../../engine/trace.ts';
import { recordOrigins } from '../../ir/origin.ts';
import { tensorsOf } from './vjp.ts';

export interface DebugNaNOptions {
  /** Infinities are mistakes as well. Default: false, because masks are made of them. */
  readonly infinities?: boolean;
}

/**
 * The same function, which fails where a value first is NaN: the error names the op, the line that called it (or of which it is the gradient),
 * the first such element and what it was made of. Everything that is computed is looked at: results, gradients, what cells
 * are given. A compiled function is run op by op. Much slower than the function itself. Inside a `scan`, the loop is named.
 * @throws ValueError at the first NaN   @throws TraceError inside compile
 * @example debugNaN(step)(x, y) // ValueError: debugNaN: log at model.ts:12:20 is the first to hold NaN: 1 of 6 elements, first at [0, 2], made of -1
 */
export function debugNaN<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  { infinities = false }: DebugNaNOptions = {},
): (...args: A) => R {
  const transform: Transform = {
    name: 'debugNaN',
    beforeRun: (request, inputs, device) => {
      searchNaN(request, inputs, device, { infinities });
    },
  };
  return (...args) => {
    if (currentTrace() !== undefined) {
      raise(
        new TraceError(
          'debugNaN: there are no values to look at while a function is being compiled; wrap the compiled function itself: debugNaN(step)(x)',
        ),
      );
    }
    return withTransform(transform, () => {
      const result = recordOrigins(() => f(...args));
      if (result instanceof Promise) raiseAsyncTransform(transform);
      realize(tensorsOf(result), 'debugNaN');
      settleWaiting();
      return result;
    });
  };
}
