/** What the harness measured, as an aligned table, as JSON rows, and as warnings where results disagree. */

import type { Measured, Timing } from './harness.ts';
import type { Workload } from './workloads.ts';

/** One of our devices against one peer; `peer` and what follows are null when no peer could run the workload. */
export interface Row {
  readonly workload: string;
  readonly kind: Workload['kind'];
  /** Of the workload's contractions, and the bytes a single operation must read and write at least; 0 where there is nothing to count. */
  readonly flops: number;
  readonly bytes: number;
  readonly device: string;
  readonly ms: number;
  readonly bestMs: number;
  readonly firstStepMs: number;
  /** The process's high-water mark in MiB, runtime and inputs included. */
  readonly peakMb: number | null;
  readonly peer: string | null;
  readonly peerMs: number | null;
  readonly peerFirstStepMs: number | null;
  readonly peerPeakMb: number | null;
  /** peerMs / ms: above 1, ours is faster. */
  readonly ratio: number | null;
}

/**
 * Compared numbers may differ by this, relative to the largest of them: float32 sums in another order. Of random numbers the
 * mean and the deviation are compared, which for a million of them differ by 10⁻³ as it is.
 */
const tolerance = { computed: 1e-3, random: 1e-2 };

/** The rows for machines. @example rows([measured], ['native', 'wasm']) */
export function rows(all: readonly Measured[], devices: readonly string[]): readonly Row[] {
  return all.flatMap(({ workload, results }) => {
    const timings = results.filter((result) => result.kind === 'timing');
    const peers = timings.filter(({ contender }) => !devices.includes(contender));
    const ours = timings.filter(({ contender }) => devices.includes(contender));
    return ours.flatMap(({ contender: device, ms, bestMs, firstStepMs, peakMiB }): Row[] => {
      const { name, kind, flops } = workload;
      const bytes = 'bytes' in workload ? workload.bytes : 0;
      const row = { workload: name, kind, flops, bytes, device, ms, bestMs, firstStepMs, peakMb: peakMiB ?? null };
      if (peers.length === 0)
        return [{ ...row, peer: null, peerMs: null, peerFirstStepMs: null, peerPeakMb: null, ratio: null }];
      return peers.map((peer) => ({
        ...row,
        peer: peer.contender,
        peerMs: peer.ms,
        peerFirstStepMs: peer.firstStepMs,
        peerPeakMb: peer.peakMiB ?? null,
        ratio: peer.ms / ms,
      }));
    });
  });
}

/** The table for people: one line per contender, `×device` = its median over that device's. */
export function table(all: readonly Measured[], devices: readonly string[]): string {
  const header = [
    'workload',
    'contender',
    'median ms',
    'best ms',
    'GF/s',
    'GB/s',
    'first ms',
    'peak MiB',
    ...devices.map((d) => `× ${d}`),
  ];
  const lines: (readonly string[])[] = [header];
  const notes: string[] = [];
  for (const measured of all) {
    for (const result of measured.results) {
      if (result.kind === 'refusal') {
        lines.push([measured.workload.name, result.contender, 'cannot', ...Array<string>(header.length - 3).fill('')]);
        notes.push(`${measured.workload.name}: ${result.contender} cannot: ${result.reason}`);
        continue;
      }
      const { contender, ms, bestMs, firstStepMs, peakMiB } = result;
      const times = devices.map((device) => timingOf(measured, device)?.ms);
      lines.push([
        measured.workload.name,
        contender,
        significant(ms),
        significant(bestMs),
        rate(measured.workload.flops, ms),
        rate('bytes' in measured.workload ? measured.workload.bytes : 0, ms),
        significant(firstStepMs),
        peakMiB === undefined ? '' : peakMiB.toFixed(0),
        ...times.map((time) => (time === undefined ? '' : significant(ms / time))),
      ]);
    }
    for (const warning of disagreements(measured)) notes.push(`WARNING ${warning}`);
  }
  return [align(lines), ...notes].join('\n');
}

/**
 * Contenders whose outputs differ from the first peer's (or, without a peer, from the first contender's): whoever
 * computes something else has not won.
 */
export function disagreements({ workload, results }: Measured, reference = 'pytorch'): readonly string[] {
  const timings = results.filter((result) => result.kind === 'timing');
  const against = timings.find(({ contender }) => contender === reference) ?? timings[0];
  if (against === undefined) return [];
  return timings
    .filter((timing) => timing !== against)
    .flatMap((timing) => {
      const count = Math.min(timing.outputs.length, against.outputs.length);
      if (count === 0) return [`${workload.name}: ${timing.contender} shows no outputs to compare`];
      const isRandom = workload.kind === 'kernel' && workload.operation === 'normal';
      const allowed = isRandom ? tolerance.random : tolerance.computed;
      const scale = Math.max(...against.outputs.map(Math.abs));
      const compared = workload.kind === 'train' ? [0, count - 1] : Array.from({ length: count }, (_, i) => i);
      const wrong = compared.find((i) => !(Math.abs(at(timing, i) - at(against, i)) <= allowed * scale));
      if (wrong === undefined) return [];
      const where = workload.kind === 'train' ? `loss of step ${wrong + 1}` : `output ${wrong}`;
      return [
        `${workload.name}: ${where} is ${at(timing, wrong)} with ${timing.contender}, ${at(against, wrong)} with ${against.contender}`,
      ];
    });
}

/** Billions a second, where there is something to count. */
function rate(count: number, ms: number): string {
  return count === 0 ? '' : significant(count / ms / 1e6);
}

function at({ outputs }: Timing, i: number): number {
  return outputs[i] ?? Number.NaN;
}

function timingOf({ results }: Measured, contender: string): Timing | undefined {
  return results.filter((result) => result.kind === 'timing').find((result) => result.contender === contender);
}

function significant(value: number): string {
  if (!Number.isFinite(value)) return '?';
  return value >= 100
    ? value.toFixed(0)
    : value >= 10
      ? value.toFixed(1)
      : value >= 1
        ? value.toFixed(2)
        : value.toFixed(4);
}

function align(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
