/**
 * Graph in, plan out: simplify, fuse and lower to kernels, choose loops and tiles for each, and place every buffer.
 */
import type { DType } from '../ir/dtype.ts';
import { infoOf } from '../ir/dtype.ts';
import type { Graph, Node } from '../ir/node.ts';
import { coefficient, equal, Space } from '../kernel/affine.ts';
import { type BufferId, type Kernel, type RoutineKernel, visitExpressions } from '../kernel/kernel.ts';
import { simplifyInOrder } from '../transform/simplify.ts';
import { heuristics, vectorAxis } from './choose.ts';
import type { Chooser } from './directives.ts';
import { allocate, type Lifetime } from './allocate.ts';
import { Joiner } from './join.ts';
import { type Bound, scheduleLoops } from './loops.ts';
import { lower } from './lower.ts';
import type { Buffer, LoweredStep } from './lowered.ts';
import { hoistInvariant, resolve } from './invariant.ts';
import { mergeVars } from './merge.ts';
import { touched } from './order.ts';
import { sharingRepeats } from './repeat.ts';
import { splitReduction } from './split.ts';
import type { Plan, PlannedBuffer, RoutineStep, Step } from './plan.ts';
import type { Target } from './target.ts';
import { scheduleTiles, type Workspace } from './tile.ts';

/** Everything between a graph and its code, kept for those who want to look. */
export interface Schedule {
  readonly plan: Plan;
  readonly kernels: readonly LoweredStep[];
}

export function schedule(graph: Graph, target: Target): Plan {
  return scheduleInStages(graph, target).plan;
}

export function scheduleInStages(graph: Graph, target: Target, chooser: Chooser = heuristics): Schedule {
  const { outputs, rank } = simplifyInOrder(graph.outputs);
  const lowered = lower(
    { ...graph, outputs },
    (_, index, a, b, summed) => vectorAxis(target, index, a, b, summed, a.dtype),
    rank,
  );
  const buffers: Buffer[] = [...lowered.buffers];
  const space = new Space();
  /** How many loops are open around the kernel being scheduled. */
  let depth = 0;
  const workspace: Workspace = {
    // Fresh variables only meet those of one kernel; ids need not be unique, identities are.
    variable: (size) => space.variable(size),
    temporary: (dtype: DType, size: number): BufferId => {
      buffers.push({ dtype, size, home: { kind: 'arena' }, depth });
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
  const inPlace = overwritable(graph, buffers, lowered.kernels);
  const joiner = new Joiner(aliases(buffers, inPlace), (one, other) => {
    const behind = resolve(buffers, one);
    return resolve(buffers, other).some((buffer) => behind.includes(buffer));
  });
  const boundOf = new Map<Step, Bound>();
  const joinNests = (steps: readonly Step[]): readonly Step[] => {
    const joined: Step[] = [];
    let nests: Bound[] = [];
    const flush = (): void => {
      for (const { nest, bindings, nodes = [] } of joiner.join(nests))
        joined.push({ kind: 'nest', nest, bindings, nodes });
      nests = [];
    };
    for (const step of steps) {
      const bound = boundOf.get(step);
      if (bound !== undefined) nests.push(bound);
      else {
        flush();
        joined.push(step);
      }
    }
    flush();
    return joined;
  };
  /** The steps of kernels, still to be joined; those of the bodies of loops are. */
  const scheduleAll = (kernels: readonly LoweredStep[]): readonly Step[] =>
    kernels.flatMap((kernel): readonly Step[] => {
      const node = lowered.nodes.get(kernel);
      const nodes = node === undefined ? [] : [node];
      if ('routine' in kernel) return [asStep(kernel, nodes)];
      if ('effects' in kernel) {
        return scheduleKernel(kernel).map((bound) => {
          const step: Step = { kind: 'nest', nest: bound.nest, bindings: bound.bindings };
          boundOf.set(step, { ...bound, nodes });
          return step;
        });
      }
      depth++;
      const body = scheduleAll(kernel.body);
      depth--;
      const { before, inside } = hoistInvariant(buffers, { ...kernel, body }, depth);
      return [...before, { ...inside, body: joinNests(inside.body) }];
    });
  const steps = joinNests(scheduleAll(lowered.kernels));
  return { plan: placeBuffers(buffers, steps, inPlace), kernels: lowered.kernels };
}

/** For an output that may be written over an input, the input's buffer. */
function aliases(buffers: readonly Buffer[], inPlace: ReadonlyMap<number, number>): (buffer: BufferId) => BufferId {
  const inputs = new Map<number, BufferId>();
  buffers.forEach(({ home }, buffer) => {
    if (home.kind === 'input') inputs.set(home.index, buffer);
  });
  return (buffer) => {
    const home = buffers[buffer]!.home;
    const input = home.kind === 'output' ? inPlace.get(home.index) : undefined;
    return (input === undefined ? undefined : inputs.get(input)) ?? buffer;
  };
}

function asStep({ routine, inputs, output }: RoutineKernel, nodes: readonly Node[]): RoutineStep {
  return {
    kind: 'routine',
    routine,
    shapes: inputs.map(({ shape }) => shape),
    bindings: [...inputs.map(({ buffer }) => buffer), output],
    nodes,
  };
}

function placeBuffers(buffers: readonly Buffer[], steps: readonly Step[], inPlace: ReadonlyMap<number, number>): Plan {
  const first = new Map<BufferId, number>();
  const last = new Map<BufferId, number>();
  for (const { buffer, from, to } of usesOf(buffers, steps)) {
    first.set(buffer, Math.min(first.get(buffer) ?? from, from));
    last.set(buffer, Math.max(last.get(buffer) ?? to, to));
  }
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
    if (home.kind === 'pointer') return { dtype, size, home: { kind: 'pointer' } };
    return { dtype, size, home: home.kind === 'arena' ? { kind: 'arena', offset: offsetOf.get(buffer) ?? 0 } : home };
  });
  return { buffers: planned, steps, arenaBytes: bytes, inPlace };
}

/** During which steps each buffer is in use. One that lives outside a loop is in use in all of it wherever it is touched inside. */
function usesOf(buffers: readonly Buffer[], steps: readonly Step[]): { buffer: BufferId; from: number; to: number }[] {
  const uses: { buffer: BufferId; from: number; to: number }[] = [];
  let count = 0;
  const visit = (list: readonly Step[], depth: number): { buffer: BufferId; from: number; to: number }[] =>
    list.flatMap((step) => {
      const from = count++;
      const touched = step.kind === 'loop' ? (step.test === undefined ? [] : [step.test]) : step.bindings;
      const inside = step.kind === 'loop' ? visit(step.body, depth + 1) : [];
      const own = touched.flatMap((buffer) => resolve(buffers, buffer)).map((buffer) => ({ buffer, from, to: from }));
      if (step.kind !== 'loop') return own;
      const to = count++;
      return [...own, ...inside].map((use) => (buffers[use.buffer]!.depth <= depth ? { ...use, from, to } : use));
    });
  uses.push(...visit(steps, 0));
  return uses;
}

/**
 * Which donated inputs an output may overwrite: those that no later kernel reads, and that the kernel writing the output reads
 * only at the element it is about to write.
 */
function overwritable(graph: Graph, buffers: readonly Buffer[], kernels: readonly LoweredStep[]): Map<number, number> {
  const result = new Map<number, number>();
  const bufferOf = (kind: 'input' | 'output', index: number) =>
    buffers.findIndex(({ home }) => home.kind === kind && home.index === index);
  const readers = new Map<BufferId, number[]>();
  const writers = new Map<BufferId, number>();
  kernels.forEach((kernel, i) => {
    const { reads, writes } = touched(kernel, buffers);
    for (const buffer of reads) {
      const list = readers.get(buffer);
      if (list === undefined) readers.set(buffer, [i]);
      else list.push(i);
    }
    for (const buffer of writes) if (!writers.has(buffer)) writers.set(buffer, i);
  });
  for (const [output, input] of graph.donations ?? []) {
    const written = bufferOf('output', output);
    const read = bufferOf('input', input);
    if (written < 0 || read < 0) continue;
    const writer = writers.get(written);
    if (writer === undefined) continue;
    const isSafe = (readers.get(read) ?? []).every(
      (i) => i < writer || readsOnlyInStep(buffers, kernels[i]!, read, i === writer ? written : undefined),
    );
    if (isSafe) result.set(output, input);
  }
  return result;
}

/** True if the kernel does not read a buffer, or reads it only where it writes `written`. */
function readsOnlyInStep(
  buffers: readonly Buffer[],
  kernel: LoweredStep,
  buffer: BufferId,
  written: BufferId | undefined,
): boolean {
  const isIt = (one: BufferId): boolean => resolve(buffers, one).includes(buffer);
  if ('routine' in kernel) return kernel.inputs.every((input) => !isIt(input.buffer));
  if (!('effects' in kernel)) {
    const isTest = kernel.test !== undefined && isIt(kernel.test);
    return !isTest && kernel.body.every((one) => readsOnlyInStep(buffers, one, buffer, undefined));
  }
  let isSafe = true;
  for (const effect of kernel.effects) {
    for (const root of effect.kind === 'accumulate' ? [effect.value, effect.index] : [effect.value]) {
      visitExpressions(root, (expression) => {
        if (expression.kind === 'gather' && isIt(expression.buffer)) isSafe = false;
        if (expression.kind !== 'load' || !isIt(expression.buffer)) return;
        const sameElement =
          expression.buffer === buffer &&
          effect.kind === 'store' &&
          effect.buffer === written &&
          equal(expression.at, effect.at);
        const everyVar = kernel.vars.every((v) => coefficient(effect.at, v) !== 0);
        if (!sameElement || !everyVar || kernel.effects.length > 1) isSafe = false;
      });
    }
  }
  return isSafe;
}
