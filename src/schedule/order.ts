/**
 * The order of kernels. Lowering finds kernels as values are asked for, which is as late as can be for some and long before their
 * use for others: every activation of a train step would wait for the last gradient. Here they are put in the order in which what they
 * compute was recorded, which is that of eager execution; but a result that needs no memory of its own comes as soon as it can, so that
 * what it reads (a gradient, read by the optimizer) is not kept.
 */
import { infoOf } from '../ir/dtype.ts';
import { type BufferId, visitExpressions } from '../kernel/kernel.ts';
import { resolve } from './invariant.ts';
import type { Buffer, LoweredStep } from './lowered.ts';

/** Bytes that are not worth saving: scalars may wait, so that nothing has to wait for them. */
const small = 256;

export interface Ordering {
  /** For each kernel: of two that are free to run the lower rank goes first. */
  readonly ranks: readonly number[];
  readonly buffers: readonly Buffer[];
  /** For an output the input that it may be written over, once nothing else reads it. */
  readonly donations: ReadonlyMap<number, number> | undefined;
}

/** The same kernels, each after those it depends on. */
export function inOrder(kernels: readonly LoweredStep[], { ranks, buffers, donations }: Ordering): LoweredStep[] {
  const touches = kernels.map((kernel) => touched(kernel, buffers));
  const isFree = touches.map(({ writes }) =>
    [...writes].every((buffer) => {
      const { home, dtype, size } = buffers[buffer]!;
      return home.kind === 'output' || size * infoOf(dtype).bytes <= small;
    }),
  );
  const overwrites = overwritten(buffers, donations);
  const needs = dependencies(touches);
  const users = kernels.map((): number[] => []);
  needs.forEach((list, i) => {
    for (const j of list) users[j]!.push(i);
  });
  // What something early waits for is as urgent as that. Kernels are found after those they need, so one pass back is enough.
  const urgency = [...ranks];
  for (let i = kernels.length - 1; i >= 0; i--)
    for (const j of needs[i]!) urgency[j] = Math.min(urgency[j]!, urgency[i]!);
  const readers = new Map<BufferId, Set<number>>();
  touches.forEach(({ reads }, i) => {
    for (const buffer of reads) readers.set(buffer, (readers.get(buffer) ?? new Set()).add(i));
  });
  /** Whether it would be written over an input that something else has still to read. */
  const isEarly = (i: number): boolean =>
    [...touches[i]!.writes].some((buffer) => {
      const input = overwrites.get(buffer);
      const left = input === undefined ? undefined : readers.get(input);
      return left !== undefined && left.size > (left.has(i) ? 1 : 0);
    });

  const waiting = needs.map((list) => list.length);
  const ready = new Set(kernels.flatMap((_, i) => (waiting[i] === 0 ? [i] : [])));
  const result: LoweredStep[] = [];
  while (ready.size > 0) {
    let best = -1;
    let bestClass = Infinity;
    for (const i of ready) {
      const kind = isEarly(i) ? 2 : isFree[i] ? 0 : 1;
      const isBetter = kind < bestClass || (kind === bestClass && (urgency[i]! - urgency[best]! || i - best) < 0);
      if (isBetter) [best, bestClass] = [i, kind];
    }
    ready.delete(best);
    result.push(kernels[best]!);
    for (const buffer of touches[best]!.reads) readers.get(buffer)!.delete(best);
    for (const user of users[best]!) if (--waiting[user]! === 0) ready.add(user);
  }
  return result;
}

export interface Touched {
  readonly reads: ReadonlySet<BufferId>;
  readonly writes: ReadonlySet<BufferId>;
}

/** For each kernel those before it that wrote what it touches, or read what it writes. */
function dependencies(touches: readonly Touched[]): readonly (readonly number[])[] {
  const writers = new Map<BufferId, number[]>();
  const readers = new Map<BufferId, number[]>();
  return touches.map(({ reads, writes }, i) => {
    const found = new Set<number>();
    for (const buffer of [...reads, ...writes]) for (const j of writers.get(buffer) ?? []) found.add(j);
    for (const buffer of writes) for (const j of readers.get(buffer) ?? []) found.add(j);
    for (const buffer of reads) readers.set(buffer, [...(readers.get(buffer) ?? []), i]);
    for (const buffer of writes) writers.set(buffer, [...(writers.get(buffer) ?? []), i]);
    return [...found];
  });
}

/** For an output's buffer that of the input that it may be written over. */
function overwritten(buffers: readonly Buffer[], donations: Ordering['donations']): ReadonlyMap<BufferId, BufferId> {
  const find = (kind: 'input' | 'output', index: number): BufferId =>
    buffers.findIndex(({ home }) => home.kind === kind && home.index === index);
  return new Map([...(donations ?? [])].map(([output, input]) => [find('output', output), find('input', input)]));
}

/** What a kernel, or a loop of them, reads and writes: by the name it uses, and where that leads. */
export function touched(kernel: LoweredStep, buffers: readonly Buffer[]): Touched {
  const reads = new Set<BufferId>();
  const writes = new Set<BufferId>();
  const add = (to: Set<BufferId>, buffer: BufferId): void => {
    to.add(buffer);
    for (const one of resolve(buffers, buffer)) to.add(one);
  };
  const visit = (one: LoweredStep): void => {
    if ('routine' in one) {
      for (const { buffer } of one.inputs) add(reads, buffer);
      add(writes, one.output);
    } else if ('effects' in one) {
      for (const effect of one.effects) {
        add(writes, effect.buffer);
        for (const root of effect.kind === 'accumulate' ? [effect.value, effect.index] : [effect.value]) {
          visitExpressions(root, (expression) => {
            if (expression.kind === 'load' || expression.kind === 'gather') add(reads, expression.buffer);
          });
        }
      }
    } else {
      if (one.test !== undefined) add(reads, one.test);
      for (const { to, from } of [...one.enter, ...one.turn]) {
        writes.add(to);
        add(reads, from);
      }
      one.body.forEach(visit);
    }
  };
  visit(kernel);
  return { reads, writes };
}
