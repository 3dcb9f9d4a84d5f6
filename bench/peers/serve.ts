/**
 * The child's side of a benchmark: JSON lines in, JSON lines out. A contender supplies `prepare`; this file times it.
 *
 *   → (on start)            {"name", "version"}  or  {"absent": reason}
 *   {"prepare": Workload, "threads": n} → {"firstStepMs", "outputs"}  or  {"cannot": reason}
 *   {"step": n}             → {"seconds"}: n steps, timed here so that the pipe is not part of it
 *   {"memory": true}        → {"peakMiB"}: the process's high-water mark
 *
 * pytorch.py speaks the same protocol.
 */

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { comparedSteps, comparedTokens, type Workload } from '../workloads.ts';

/** One workload, ready to run. A train step returns its loss; the others show a few numbers through `outputs`. */
export interface Run {
  step(): void | number | Promise<void | number>;
  outputs?(): readonly number[] | Promise<readonly number[]>;
}

/** Builds a workload's inputs and compiled functions; throws when the engine cannot run it. */
export type Prepare = (workload: Workload, options: { readonly threads: number }) => Run | Promise<Run>;

/** A contender that takes this long for a step is not asked for more of its first losses. */
const patienceMs = 4000;

/** Answers the harness until the pipe closes. @example await serve('tfjs-wasm', '4.22.0', prepare) */
export async function serve(name: string, version: string, prepare: Prepare): Promise<void> {
  let run: Run = { step: () => undefined };
  say({ name, version });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as { prepare?: Workload; threads?: number; step?: number; memory?: boolean };
    try {
      if (request.prepare !== undefined) {
        run = await prepare(request.prepare, { threads: request.threads ?? 1 });
        say(await start(run, request.prepare));
      } else if (request.step !== undefined) say({ seconds: await repeat(run, request.step) });
      else say({ peakMiB: peakMiB() });
    } catch (error) {
      say({ cannot: error instanceof Error ? error.message.split('\n')[0] : String(error) });
    }
  }
}

/** Tells the harness why this contender is not here, and leaves. */
export function sayAbsent(reason: unknown): void {
  say({ absent: reason instanceof Error ? reason.message.split('\n')[0] : String(reason) });
}

async function start(run: Run, workload: Workload): Promise<{ firstStepMs: number; outputs: readonly number[] }> {
  const begin = performance.now();
  const losses: number[] = [];
  let last = await run.step();
  const firstStepMs = performance.now() - begin;
  if (workload.kind === 'decode') for (let i = 1; i < comparedTokens; i++) await run.step();
  if (workload.kind !== 'train') return { firstStepMs, outputs: (await run.outputs?.()) ?? [] };
  while (typeof last === 'number' && losses.push(last) < comparedSteps && firstStepMs < patienceMs)
    last = await run.step();
  return { firstStepMs, outputs: losses };
}

async function repeat(run: Run, count: number): Promise<number> {
  const begin = performance.now();
  for (let i = 0; i < count; i++) {
    const pending = run.step();
    if (pending instanceof Promise) await pending;
  }
  return (performance.now() - begin) / 1000;
}

/** Linux keeps the high-water mark; elsewhere the present size stands in for it. */
function peakMiB(): number {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
    if (peak?.[1] !== undefined) return Number(peak[1]) / 1024;
  } catch {
    // not Linux
  }
  return process.memoryUsage().rss / 2 ** 20;
}

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
