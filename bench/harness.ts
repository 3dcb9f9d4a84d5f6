/**
 * The interleaved runner: all contenders of a workload are prepared first, then take turns, one sample each per round,
 * so that whatever the machine does meanwhile hits them alike. What a contender runs in is its own affair: a child
 * process (contenders/child.ts) or this one (`inProcess`).
 */

import type { Workload } from './workloads.ts';

/** One engine's attempt at a workload. */
export interface Contender {
  readonly name: string;
  prepare(): Promise<Prepared>;
}

/** Ready to be timed. `step` may return a promise; without `run`, it is timed from here. */
export interface Prepared {
  readonly firstStepMs: number;
  step(): void | Promise<void>;
  /** Runs `count` steps and returns their seconds, timed where they run. */
  run?(count: number): Promise<number>;
  /** The first losses, or sampled entries of the results: what is compared between contenders. */
  outputs?(): Float32Array | number;
  peakMiB?(): Promise<number>;
  close?(): Promise<void>;
}

/**
 * How long and how often: `sampleMs` a sample, `rounds` samples each, no contender beyond `budgetMs` in all, and none
 * that needs more than `patienceMs` to get ready, first step included.
 */
export interface Effort {
  readonly patienceMs: number;
  readonly sampleMs: number;
  readonly rounds: number;
  readonly budgetMs: number;
}

export interface Timing {
  readonly kind: 'timing';
  readonly contender: string;
  /** Median and minimum over the samples, per step. */
  readonly ms: number;
  readonly bestMs: number;
  readonly samples: number;
  readonly firstStepMs: number;
  readonly peakMiB: number | undefined;
  readonly outputs: readonly number[];
}

export interface Refusal {
  readonly kind: 'refusal';
  readonly contender: string;
  readonly reason: string;
}

export interface Measured {
  readonly workload: Workload;
  readonly results: readonly (Timing | Refusal)[];
}

interface Entrant {
  readonly name: string;
  readonly prepared: Prepared;
  readonly inner: number;
  readonly rounds: number;
  readonly times: number[];
}

/**
 * Times the contenders of one workload, interleaved.
 * @returns per contender, in the order given, its timing or why it could not
 * @example await measure(workload, contenders, { patienceMs: 60_000, sampleMs: 40, rounds: 21, budgetMs: 8000 })
 */
export async function measure(workload: Workload, contenders: readonly Contender[], effort: Effort): Promise<Measured> {
  const entrants: Entrant[] = [];
  const refusals = new Map<string, string>();
  for (const { name, prepare } of contenders) {
    try {
      entrants.push(await enter(name, await prepare(), effort));
    } catch (error) {
      refusals.set(name, reasonOf(error));
    }
  }
  await takeTurns(entrants, effort.rounds, refusals);
  const timings = new Map<string, Timing>();
  for (const entrant of entrants) {
    if (!refusals.has(entrant.name)) timings.set(entrant.name, await conclude(entrant));
    await entrant.prepared.close?.();
  }
  const results = contenders.map(
    ({ name }): Timing | Refusal =>
      timings.get(name) ?? { kind: 'refusal', contender: name, reason: refusals.get(name) ?? 'bug: no result' },
  );
  return { workload, results };
}

/** A contender that runs in this process: its steps are timed here, the first one included. */
export function inProcess(name: string, build: () => Promise<Omit<Prepared, 'firstStepMs'>>): Contender {
  return {
    name,
    async prepare() {
      const built = await build();
      const begin = performance.now();
      await built.step();
      return { ...built, firstStepMs: performance.now() - begin };
    },
  };
}

/** Warms up, and finds how many steps fill a sample. A step beyond the whole budget has had its only sample with that. */
async function enter(name: string, prepared: Prepared, effort: Effort): Promise<Entrant> {
  let count = 1;
  let ms = await timeSteps(prepared, count);
  for (let spent = ms; spent < effort.sampleMs; spent += ms) {
    count = Math.min(2 * count, Math.max(1, Math.round(effort.sampleMs / (ms / count))));
    ms = await timeSteps(prepared, count);
  }
  const perStep = ms / count;
  if (perStep > effort.budgetMs) return { name, prepared, inner: 1, rounds: 0, times: [perStep] };
  const inner = Math.max(1, Math.round(effort.sampleMs / perStep));
  const affordable = Math.max(1, Math.floor(effort.budgetMs / (inner * perStep)));
  return { name, prepared, inner, rounds: Math.min(effort.rounds, affordable), times: [] };
}

async function takeTurns(entrants: readonly Entrant[], rounds: number, refusals: Map<string, string>): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < entrants.length; i++) {
      const entrant = entrants[(i + round) % entrants.length]; // nobody always runs after the same neighbour
      if (entrant === undefined || round >= entrant.rounds || refusals.has(entrant.name)) continue;
      try {
        entrant.times.push((await timeSteps(entrant.prepared, entrant.inner)) / entrant.inner);
      } catch (error) {
        refusals.set(entrant.name, reasonOf(error));
      }
    }
  }
}

async function timeSteps(prepared: Prepared, count: number): Promise<number> {
  if (prepared.run !== undefined) return 1000 * (await prepared.run(count));
  const begin = performance.now();
  for (let i = 0; i < count; i++) {
    const pending = prepared.step();
    if (pending instanceof Promise) await pending;
  }
  return performance.now() - begin;
}

async function conclude({ name, prepared, times }: Entrant): Promise<Timing> {
  const sorted = times.toSorted((a, b) => a - b);
  const shown = prepared.outputs?.() ?? [];
  return {
    kind: 'timing',
    contender: name,
    ms: median(sorted),
    bestMs: sorted[0] ?? Number.NaN,
    samples: sorted.length,
    firstStepMs: prepared.firstStepMs,
    peakMiB: await prepared.peakMiB?.(),
    outputs: typeof shown === 'number' ? [shown] : [...shown],
  };
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
