/**
 * Steps that do the same in every turn of a loop, such as packing the weights that every turn multiplies by, go before it.
 */
import type { BufferId } from '../kernel/kernel.ts';
import type { Buffer } from './lowered.ts';
import type { LoopStep, NestStep, Step } from './plan.ts';

/**
 * The steps that move before the loop, and what is left of it.
 * @param buffers those that the moved steps fill live outside from now on   @param depth how many loops there are around the loop
 */
export function hoistInvariant(
  buffers: Buffer[],
  loop: LoopStep,
  depth: number,
): { before: readonly NestStep[]; inside: LoopStep } {
  const before: NestStep[] = [];
  let body = loop.body;
  for (;;) {
    const writes = writesOf(buffers, body);
    const found = body.findIndex((step) => step.kind === 'nest' && isInvariant(buffers, step, writes, depth));
    const step = body[found];
    if (step?.kind !== 'nest') return { before, inside: { ...loop, body } };
    before.push(step);
    body = body.filter((one) => one !== step);
    for (const buffer of step.bindings) {
      const one = buffers[buffer]!;
      if (one.depth > depth) buffers[buffer] = { ...one, depth };
    }
  }
}

/** It reads nothing that changes, and is the only one to write what it writes. */
function isInvariant(
  buffers: readonly Buffer[],
  { nest, bindings }: NestStep,
  writes: ReadonlyMap<BufferId, number>,
  depth: number,
): boolean {
  return bindings.every((buffer, slot) => {
    const { home, depth: own } = buffers[buffer]!;
    if (nest.slots[slot]!.access === 'read') return home.kind !== 'pointer' && !writes.has(buffer);
    return nest.slots[slot]!.access === 'write' && home.kind === 'arena' && own > depth && writes.get(buffer) === 1;
  });
}

/** How many steps write each buffer. */
function writesOf(
  buffers: readonly Buffer[],
  steps: readonly Step[],
  counts = new Map<BufferId, number>(),
): Map<BufferId, number> {
  const add = (buffer: BufferId): void => {
    for (const one of resolve(buffers, buffer)) counts.set(one, (counts.get(one) ?? 0) + 1);
  };
  for (const step of steps) {
    if (step.kind === 'loop') writesOf(buffers, step.body, counts);
    else if (step.kind === 'routine') add(step.bindings.at(-1)!);
    else
      step.bindings.forEach((buffer, slot) => {
        if (step.nest.slots[slot]!.access !== 'read') add(buffer);
      });
  }
  return counts;
}

/** The buffers with memory of their own that a buffer may stand for. */
export function resolve(buffers: readonly Buffer[], buffer: BufferId): BufferId[] {
  const { home } = buffers[buffer]!;
  return home.kind === 'pointer' ? home.behind.flatMap((one) => resolve(buffers, one)) : [buffer];
}
