/**
 * Where the time of a function goes: its kernels, each timed on its own. For the text of what they are see index.ts.
 */
import type { StepTime } from '../runtime/device.ts';
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
}

/** Kernels by what they cost, the most expensive first. */
export class Profile {
  readonly kernels: readonly KernelTime[];
  /** Sum over the kernels; the function as a whole takes less, as nothing is timed in it. */
  readonly ms: number;

  constructor(kernels: readonly KernelTime[]) {
    this.kernels = kernels.toSorted((a, b) => b.ms - a.ms);
    this.ms = kernels.reduce((sum, { ms }) => sum + ms, 0);
  }

  /** As a table: `      ms   share   Gop/s    GB/s  kernel`. */
  toString(): string {
    const cell = (value: number, digits: number): string => value.toFixed(digits).padStart(8);
    const lines = this.kernels.map(
      ({ name, count, ms, gops, gbs }) =>
        `${cell(ms, 3)}${cell((100 * ms) / this.ms, 1)} %${cell(gops, 1)}${cell(gbs, 1)}  ${name}${count > 1 ? ` ×${count}` : ''}`,
    );
    return [`      ms     share   Gop/s    GB/s  kernel`, ...lines, `${cell(this.ms, 3)}  in all`].join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
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
    const byName = new Map<string, { count: number; ms: number; operations: number; bytes: number }>();
    samples[0]?.forEach(({ name, operations, bytes }: StepTime, i) => {
      const ms = Math.min(...samples.map((steps) => steps[i]!.ms));
      const sum = byName.get(name) ?? { count: 0, ms: 0, operations: 0, bytes: 0 };
      byName.set(name, {
        count: sum.count + 1,
        ms: sum.ms + ms,
        operations: sum.operations + operations,
        bytes: sum.bytes + bytes,
      });
    });
    return new Profile(
      [...byName].map(([name, { count, ms, operations, bytes }]) => {
        const perSecond = (amount: number): number => (ms === 0 ? 0 : amount / ms / 1e6);
        return { name, count, ms, gops: perSecond(operations), gbs: perSecond(bytes) };
      }),
    );
  };
}
