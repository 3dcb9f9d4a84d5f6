/**
 * Loops in memory. A turn finds what changes from turn to turn through pointers: slices of stacked values advance, and a carry is never
 * copied: its pointer goes from the first value to one of two buffers and on to the other, or along the stack that its values form anyway.
 */
import { type Shape, sizeOf, stridesOf } from '../base/shape.ts';
import { infoOf } from '../ir/dtype.ts';
import type { Node, Scan } from '../ir/node.ts';
import type { BufferId } from '../kernel/kernel.ts';
import type { LoopKernel, LoweredStep, Placement, Target } from './lower.ts';
import type { Move } from './plan.ts';

/** What the lowering of the graph around a loop does for it. */
export interface LoopHost {
  buffer(like: Pick<Node, 'dtype'>, size: number, home?: Target): BufferId;
  pointer(like: Pick<Node, 'dtype'>, size: number, behind: readonly BufferId[]): BufferId;
  /** Where a value from outside lies; row-major if asked. */
  place(node: Node, rowMajor: boolean): Placement;
  /** Where an output of the loop should be, if somebody says so. */
  targetOf(index: number): Target | undefined;
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

  body.outputs.forEach((node, i) => {
    if (i < carried) return;
    const size = sizeOf(node.shape);
    const whole = host.buffer(node, length * size, host.targetOf(i));
    const strides = stridesOf(node.shape);
    results.push({ node, target: { kind: 'placed', buffer: walk(node, whole, size, strides) } });
    outputs[i] = { buffer: whole, strides: [size, ...strides] };
  });
  const stackOf = new Map(results.map(({ node, target }, k) => [node, { target, number: carried + k }]));

  let test: BufferId | undefined;
  const carries = new Set<Node>();
  for (let i = 0; i < carried; i++) {
    const param = body.inputs[i]!;
    const next = body.outputs[i]!;
    const size = sizeOf(param.shape);
    const strides = stridesOf(param.shape);
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
