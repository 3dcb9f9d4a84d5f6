/**
 * Keeps V8 from optimizing the compiler while it runs for the first time. A first step runs each of our functions for a few
 * milliseconds; V8 hands the busiest to its optimizer, on threads that take the other cores from us, and nearly all of that
 * code is ready only when the step is over. It is more than half of a first step's processor time.
 */

/** Milliseconds of compiling until V8 may optimize: whoever compiles for longer than this has a use for it. */
const CALM_MS = 500;

/** What is used of node:v8. */
interface Engine {
  setFlagsFromString(flags: string): void;
}

let spent = 0;
let engine: Engine | undefined;

/** Calls `work`, a compilation. Nothing else runs meanwhile, so nobody's code but ours waits for its optimization. */
export function calmly<T>(work: () => T): T {
  if (spent >= CALM_MS) return work();
  engine ??= findEngine();
  if (engine === undefined) return work();
  const begin = performance.now();
  engine.setFlagsFromString('--no-opt');
  try {
    return work();
  } finally {
    engine.setFlagsFromString('--opt');
    spent += performance.now() - begin;
  }
}

/** V8's settings, unless there are none or the user has turned the optimizer off. */
function findEngine(): Engine | undefined {
  const { process } = globalThis;
  const flags = [...(process?.execArgv ?? []), process?.env['NODE_OPTIONS'] ?? ''].join(' ');
  if (/--(no-?opt|no-?turbofan|jitless)/.test(flags)) {
    spent = CALM_MS;
    return undefined;
  }
  return process?.getBuiltinModule?.('node:v8');
}
