/**
 * Where the time of a function goes: its kernels, each timed on its own. For the text of what they are see index.ts.
 */
import type { Peaks, StepTime } from '../runtime/device.ts';
import { currentDevice } from '../runtime/registry.ts';
import { compile, type Compiled } from '../tensor/compile.ts';

/** One kernel of a function, all runs of it together. */
export interface KernelTime {
  /** What it computes, and how often it stands in the program. */
  readonly name: string;
  readonly count: number;
  /** The least over the runs. */
  readonly ms: number;
  /** Operations on numbers, in billions a second; rough but for contractions, where it is multiplications and additions. */
  readonly gops: number;
  /** Bytes of the buffers it touches, each counted once, in billions a second: less than what moves where a buffer is read twice. */
  readonly gbs: number;
  /** The share of what the machine can do, 0 to 1: of its multiplications or of its bandwidth, whichever is more. Caches go beyond 1. */
  readonly ofPeak: number;
  /** The lines that asked for it, `file:line:column`. */
  readonly lines: readonly string[];
}

/** Kernels by what they cost, the most expensive first. */
export class Profile {
  readonly kernels: readonly KernelTime[];
  /** What the machine can do, measured. */
  readonly peaks: Peaks;
  /** Sum over the kernels; the function as a whole takes less, as nothing is timed in it. */
  readonly ms: number;

  constructor(kernels: readonly KernelTime[], peaks: Peaks) {
    this.kernels = kernels.toSorted((a, b) => b.ms - a.ms);
    this.peaks = peaks;
    this.ms = kernels.reduce((sum, { ms }) => sum + ms, 0);
  }

  /** As a table: `      ms     share   Gop/s    GB/s  of peak  kernel, line`. */
  toString(): string {
    const cell = (value: number, digits: number): string => value.toFixed(digits).padStart(8);
    const percent = (share: number): string => (100 * share).toFixed(0).padStart(6);
    const lines = this.kernels.map(
      ({ name, count, ms, gops, gbs, ofPeak, lines: [first, ...others] }) =>
        `${cell(ms, 3)}${cell((100 * ms) / this.ms, 1)} %${cell(gops, 1)}${cell(gbs, 1)} ${percent(ofPeak)} %  ` +
        `${name}${count > 1 ? ` ×${count}` : ''}${first === undefined ? '' : `  ${placeOf(first)}`}` +
        (others.length > 0 ? ` and ${others.length} more` : ''),
    );
    const { flops, bytes } = this.peaks;
    return [
      `      ms     share   Gop/s    GB/s of peak  kernel, line`,
      ...lines,
      `${cell(this.ms, 3)}  in all; the machine does ${(flops / 1e9).toFixed(0)} Gop/s and ${(bytes / 1e9).toFixed(0)} GB/s`,
    ].join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** `file:line` without the folders. */
function placeOf(line: string): string {
  return line.replace(/^.*[/\\]/, '').replace(/:\d+$/, '');
}

/**
 * Runs `fn` several times, kernel by kernel. It really runs: what fn assigns to cells, a step of training, happens each time.
 * @param fn as for compile, or what compile returned   @param runs the least time of so many is reported; default 5
 * @throws DeviceError where the device does not time kernels   @example console.log(profile(step)(x, y))
 */
export function profile<A extends readonly unknown[], R>(
  fn: Compiled<A, R> | ((...args: A) => R),
  { runs = 5 }: { readonly runs?: number } = {},
): (...args: A) => Profile {
  const compiled = 'timed' in fn ? fn : compile(fn);
  return (...args) => {
    const samples = Array.from({ length: runs }, () => compiled.timed(...args));
    const peaks = currentDevice().peaks?.() ?? { flops: Infinity, bytes: Infinity };
    const byName = new Map<string, { steps: StepTime[]; ms: number }>();
    samples[0]?.forEach((step, i) => {
      const sum = byName.get(step.name) ?? { steps: [], ms: 0 };
      sum.steps.push(step);
      sum.ms += Math.min(...samples.map((steps) => steps[i]!.ms));
      byName.set(step.name, sum);
    });
    return new Profile(
      [...byName].map(([name, { steps, ms }]) => {
        const rate = (amount: (step: StepTime) => number): number =>
          ms === 0 ? 0 : steps.reduce((sum, step) => sum + amount(step), 0) / ms / 1e6;
        const [gops, gbs] = [rate(({ operations }) => operations), rate(({ bytes }) => bytes)];
        const ofPeak = Math.max((gops * 1e9) / peaks.flops, (gbs * 1e9) / peaks.bytes);
        const lines = [...new Set(steps.flatMap((step) => step.lines))];
        return { name, count: steps.length, ms, gops, gbs, ofPeak, lines };
      }),
      peaks,
    );
  };
}
