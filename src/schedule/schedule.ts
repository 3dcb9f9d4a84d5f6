/**
 * Graph in, plan out: simplify, fuse and lower to kernels, choose loops and tiles for each, and place every buffer.
 */
import type { DType } from '../ir/dtype.ts';
import { infoOf } from '../ir/dtype.ts';
import type { Graph } from '../ir/node.ts';
import { coefficient, equal, Space } from '../kernel/affine.ts';
import { type BufferId, type Kernel, type RoutineKernel, visitExpressions } from '../kernel/kernel.ts';
import { simplify } from '../transform/simplify.ts';
import { heuristics, vectorAxis } from './choose.ts';
import type { Chooser } from './directives.ts';
import { allocate, type Lifetime } from './allocate.ts';
import { type Bound, scheduleLoops, splitReduction } from './loops.ts';
import { type Buffer, lower } from './lower.ts';
import { mergeVars } from './merge.ts';
import { sharingRepeats } from './repeat.ts';
import type { Plan, PlannedBuffer, RoutineStep, Step } from './plan.ts';
import type { Target } from './target.ts';
import { scheduleTiles, type Workspace } from './tile.ts';

/** Everything between a graph and its code, kept for those who want to look. */
export interface Schedule {
  readonly plan: Plan;
  readonly kernels: readonly (Kernel | RoutineKernel)[];
}

export function schedule(graph: Graph, target: Target): Plan {
  return scheduleInStages(graph, target).plan;
}

export function scheduleInStages(graph: Graph, target: Target, chooser: Chooser = heuristics): Schedule {
  const outputs = simplify(graph.outputs);
  const lowered = lower({ ...graph, outputs }, (_, index, a, b, summed) =>
    vectorAxis(target, index, a, b, summed, a.dtype),
  );
  const buffers: Buffer[] = [...lowered.buffers];
  const space = new Space();
  const workspace: Workspace = {
    // Fresh variables only meet those of one kernel; ids need not be unique, identities are.
    variable: (size) => space.variable(size),
    temporary: (dtype: DType, size: number): BufferId => {
      buffers.push({ dtype, size, home: { kind: 'arena' } });
      return buffers.length - 1;
    },
  };
  const scheduleOnce = (kernel: Kernel, workspace: Workspace): readonly Bound[] => {
    const merged = mergeVars(kernel, workspace.variable);
    const tiles = scheduleTiles(merged, target, workspace, chooser, (part) => scheduleOnce(part, workspace));
    if (tiles) return tiles;
    return splitReduction(merged, workspace.variable, (like, size) => workspace.temporary(like.dtype, size)).flatMap(
      (part) => scheduleLoops(part, target, chooser),
    );
  };
  const scheduleKernel = sharingRepeats(scheduleOnce, workspace);
  const steps = lowered.kernels.flatMap((kernel): readonly Step[] =>
    'routine' in kernel ? [asStep(kernel)] : scheduleKernel(kernel).map((one) => ({ kind: 'nest', ...one })),
  );
  const plan = placeBuffers(buffers, steps, overwritable(graph, buffers, lowered.kernels));
  return { plan, kernels: lowered.kernels };
}

function asStep({ routine, inputs, output }: RoutineKernel): RoutineStep {
  return {
    kind: 'routine',
    routine,
    shapes: inputs.map(({ shape }) => shape),
    bindings: [...inputs.map(({ buffer }) => buffer), output],
  };
}

function placeBuffers(buffers: readonly Buffer[], steps: readonly Step[], inPlace: ReadonlyMap<number, number>): Plan {
  const first = new Map<BufferId, number>();
  const last = new Map<BufferId, number>();
  steps.forEach(({ bindings }, step) => {
    for (const buffer of bindings) {
      if (!first.has(buffer)) first.set(buffer, step);
      last.set(buffer, step);
    }
  });
  const inArena: BufferId[] = [];
  const lifetimes: Lifetime[] = [];
  buffers.forEach(({ home, dtype, size }, buffer) => {
    if (home.kind !== 'arena' || !first.has(buffer)) return;
    inArena.push(buffer);
    lifetimes.push({ bytes: size * infoOf(dtype).bytes, first: first.get(buffer)!, last: last.get(buffer)! });
  });
  const { offsets, bytes } = allocate(lifetimes);
  const offsetOf = new Map(inArena.map((buffer, i) => [buffer, offsets[i]!]));
  const planned = buffers.map(({ dtype, size, home }, buffer): PlannedBuffer => {
    return { dtype, size, home: home.kind === 'arena' ? { kind: 'arena', offset: offsetOf.get(buffer) ?? 0 } : home };
  });
  return { buffers: planned, steps, arenaBytes: bytes, inPlace };
}

/**
 * Which donated inputs an output may overwrite: those that no later kernel reads, and that the kernel writing the output reads
 * only at the element it is about to write.
 */
function overwritable(
  graph: Graph,
  buffers: readonly Buffer[],
  kernels: readonly (Kernel | RoutineKernel)[],
): Map<number, number> {
  const result = new Map<number, number>();
  const bufferOf = (kind: 'input' | 'output', index: number) =>
    buffers.findIndex(({ home }) => home.kind === kind && home.index === index);
  for (const [output, input] of graph.donations ?? []) {
    const written = bufferOf('output', output);
    const read = bufferOf('input', input);
    if (written < 0 || read < 0) continue;
    const writer = kernels.findIndex((kernel) => writes(kernel, written));
    const isSafe = kernels.every(
      (kernel, i) => i < writer || readsOnlyInStep(kernel, read, i === writer ? written : undefined),
    );
    if (writer >= 0 && isSafe) result.set(output, input);
  }
  return result;
}

function writes(kernel: Kernel | RoutineKernel, buffer: BufferId): boolean {
  if ('routine' in kernel) return kernel.output === buffer;
  return kernel.effects.some((effect) => effect.buffer === buffer);
}

/** True if the kernel does not read a buffer, or reads it only where it writes `written`. */
function readsOnlyInStep(kernel: Kernel | RoutineKernel, buffer: BufferId, written: BufferId | undefined): boolean {
  if ('routine' in kernel) return kernel.inputs.every((input) => input.buffer !== buffer);
  let isSafe = true;
  for (const effect of kernel.effects) {
    for (const root of effect.kind === 'accumulate' ? [effect.value, effect.index] : [effect.value]) {
      visitExpressions(root, (expression) => {
        if (expression.kind === 'gather' && expression.buffer === buffer) isSafe = false;
        if (expression.kind !== 'load' || expression.buffer !== buffer) return;
        const sameElement = effect.kind === 'store' && effect.buffer === written && equal(expression.at, effect.at);
        const everyVar = kernel.vars.every((v) => coefficient(effect.at, v) !== 0);
        if (!sameElement || !everyVar || kernel.effects.length > 1) isSafe = false;
      });
    }
  }
  return isSafe;
}
