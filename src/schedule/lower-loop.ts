/**
 * Loops in memory. A turn finds what changes from turn to turn through pointers: slices of stacked values advance, and a carry is never
 * copied: its pointer goes from the first value to one of two buffers and on to the other, or along the stack that its values form anyway. Where
 * the values at the start of turns are stacked, as gradients ask, that stack has one slice more: what a turn finds and what it leaves are neighbours.
 */
import { type Shape, sizeOf, stridesOf } from '../base/shape.ts';
import { infoOf } from '../ir/dtype.ts';
import type { Node, Scan } from '../ir/node.ts';
import type { BufferId } from '../kernel/kernel.ts';
import type { LoopKernel, LoweredStep, Placement, Target } from './lowered.ts';
import type { Move } from './plan.ts';

/** What the lowering of the graph around a loop does for it. */
export interface LoopHost {
  buffer(like: Pick<Node, 'dtype'>, size: number, home?: Target): BufferId;
  pointer(like: Pick<Node, 'dtype'>, size: number, behind: readonly BufferId[]): BufferId;
  /** Where a value from outside lies; row-major if asked. */
  place(node: Node, rowMajor: boolean): Placement;
  /** Where an output of the loop should be, if somebody says so. */
  targetOf(index: number): Target | undefined;
  /** Stores a value from outside in a buffer, from an element on. */
  copyTo(node: Node, buffer: BufferId, at: number): void;
  /** Lowers the body, given where its inputs lie and its outputs go. */
  lowerBody(inputs: ReadonlyMap<Node, Placement>, outputs: readonly BodyOutput[]): readonly LoweredStep[];
}

export interface BodyOutput {
  readonly node: Node;
  readonly target: Target;
}

/** Lowers a loop. @returns it, and where its outputs lie */
export function lowerLoop(
  { inputs, attributes: { body, length, carried, sliced, reverse, tested } }: Scan,
  host: LoopHost,
): { loop: LoopKernel; outputs: readonly Placement[] } {
  const enter: Move[] = [];
  const turn: Move[] = [];
  const placements = new Map<Node, Placement>();
  const results: BodyOutput[] = [];
  const outputs: Placement[] = [];
  const lastTurn = reverse ? 0 : length - 1;
  const move = (list: Move[], to: BufferId, from: BufferId, offset = 0): void => {
    list.push({ to, from, offset });
  };
  const advances: Move[] = [];
  /** A pointer to the slice of each turn, `stride` elements apart. */
  const walk = (node: Node, whole: BufferId, stride: number, strides: readonly number[]): BufferId => {
    const pointer = host.pointer(node, extentOf(node.shape, strides), [whole]);
    const bytes = stride * infoOf(node.dtype).bytes;
    move(enter, pointer, whole, reverse ? (length - 1) * bytes : 0);
    move(advances, pointer, pointer, reverse ? -bytes : bytes);
    return pointer;
  };

  /** Outputs that lie in the history of a carry, which has a slice for the first value and one for what each turn leaves. */
  const histories = new Map<number, { readonly of: number; readonly isNext: boolean }>();
  const claimed = new Set<Node>();
  for (let i = 0; i < carried && !tested; i++) {
    const [param, next] = [body.inputs[i]!, body.outputs[i]!];
    const before = body.outputs.indexOf(param, carried);
    if (before < 0) continue;
    histories.set(before, { of: i, isNext: false });
    const after = body.outputs.indexOf(next, carried);
    if (after < 0 || claimed.has(next) || next === param) continue;
    claimed.add(next);
    histories.set(after, { of: i, isNext: true });
  }
  const hasHistory = new Set([...histories.values()].map(({ of }) => of));

  body.outputs.forEach((node, i) => {
    if (i < carried || histories.has(i)) return;
    const size = sizeOf(node.shape);
    const whole = host.buffer(node, length * size, host.targetOf(i));
    const strides = stridesOf(node.shape);
    results.push({ node, target: { kind: 'placed', buffer: walk(node, whole, size, strides) } });
    outputs[i] = { buffer: whole, strides: [size, ...strides] };
  });
  const stackOf = new Map(
    results.map(({ node, target }) => [node, { target, number: body.outputs.indexOf(node, carried) }]),
  );

  let test: BufferId | undefined;
  const carries = new Set<Node>();
  for (let i = 0; i < carried; i++) {
    const param = body.inputs[i]!;
    const next = body.outputs[i]!;
    const size = sizeOf(param.shape);
    const strides = stridesOf(param.shape);
    if (hasHistory.has(i)) {
      const bytes = size * infoOf(param.dtype).bytes;
      const history = host.buffer(param, (length + 1) * size);
      host.copyTo(inputs[i]!, history, reverse ? length * size : 0);
      const at = (slice: number): Placement => {
        const pointer = slice === 0 ? history : host.pointer(param, size, [history]);
        if (slice !== 0) move(enter, pointer, history, slice * bytes);
        return { buffer: pointer, strides };
      };
      const forward = reverse ? -1 : 1;
      const [current, coming] = [host.pointer(param, size, [history]), host.pointer(param, size, [history])];
      move(enter, current, history, reverse ? length * bytes : 0);
      move(enter, coming, current, forward * bytes);
      move(turn, current, coming);
      move(turn, coming, coming, forward * bytes);
      placements.set(param, { buffer: current, strides });
      results.push({ node: next, target: { kind: 'placed', buffer: coming } });
      carries.add(next);
      outputs[i] = at(reverse ? 0 : length);
      for (const [number, { of, isNext }] of histories) {
        if (of === i) outputs[number] = { ...at(isNext === reverse ? 0 : 1), strides: [size, ...strides] };
      }
      continue;
    }
    const first = host.place(inputs[i]!, true).buffer;
    const stack = carries.has(next) ? undefined : stackOf.get(next);
    carries.add(next);
    if (stack?.target.kind === 'placed' && !tested) {
      const whole = outputs[stack.number]!.buffer;
      const current = host.pointer(param, size, [first, whole]);
      const last = host.pointer(param, size, [whole]);
      move(enter, current, first);
      move(enter, last, whole, lastTurn * size * infoOf(param.dtype).bytes);
      move(turn, current, stack.target.buffer);
      placements.set(param, { buffer: current, strides });
      outputs[i] = { buffer: last, strides };
      continue;
    }
    // The buffer of the last turn may be where the result is wanted.
    const target = tested ? undefined : host.targetOf(i);
    const odd = host.buffer(param, size, length % 2 === 1 ? target : undefined);
    const even = length === 1 ? odd : host.buffer(param, size, length % 2 === 0 ? target : undefined);
    const current = host.pointer(param, size, [first, odd, even]);
    const [coming, spare] = [host.pointer(param, size, [odd, even]), host.pointer(param, size, [odd, even])];
    move(enter, current, first);
    move(enter, coming, odd);
    move(enter, spare, even);
    move(turn, current, coming);
    move(turn, coming, spare);
    move(turn, spare, current);
    placements.set(param, { buffer: current, strides });
    results.push({ node: next, target: { kind: 'placed', buffer: coming } });
    outputs[i] = { buffer: tested ? current : length % 2 === 1 ? odd : even, strides };
    if (tested && i === 0) test = current;
  }

  for (let i = carried; i < inputs.length; i++) {
    const inner = body.inputs[i]!;
    const outer = host.place(inputs[i]!, false);
    if (i >= carried + sliced) {
      placements.set(inner, outer);
      continue;
    }
    const [stride = 0, ...strides] = outer.strides;
    placements.set(inner, { buffer: walk(inner, outer.buffer, stride, strides), strides });
  }

  const kernels = host.lowerBody(placements, results);
  return { loop: { kind: 'loop', count: length, test, enter, turn: [...turn, ...advances], body: kernels }, outputs };
}

/** Elements from the first to the last of a value that lies with these strides. */
function extentOf(shape: Shape, strides: readonly number[]): number {
  if (sizeOf(shape) === 0) return 0;
  return shape.reduce((extent, n, i) => extent + (n - 1) * strides[i]!, 1);
}
