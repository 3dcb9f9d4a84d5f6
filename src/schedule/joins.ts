/**
 * Sums of pads that do not meet, which is what `concat` and `stack` are made of and what the gradients of pieces of a value
 * add up to. Such a sum is one buffer with each part written where it belongs: no zeros to write, read and add.
 */
import { sizeOf } from '../base/shape.ts';
import type { Node, NodeOf } from '../ir/node.ts';

export type Pad = NodeOf<'pad'> & Node;

export interface Joins {
  /** The sums, each with its pads. */
  readonly parts: ReadonlyMap<Node, readonly Pad[]>;
  /** The pads and the sums of some of them: they have no value of their own. */
  readonly inside: ReadonlySet<Node>;
}

/** More parts than this are not compared with each other, pair by pair. */
const MAX_PARTS = 256;

/** @param order inputs before users */
export function findJoins(order: readonly Node[], isPrivate: (node: Node) => boolean): Joins {
  const lists = new Map<Node, readonly Pad[]>();
  const inside = new Set<Node>();
  for (const node of order) {
    if (node.op === 'pad') {
      if (isPart(node)) lists.set(node, [node]);
      continue;
    }
    if (node.op !== 'add' && !(node.op === 'or' && node.dtype === 'bool')) continue;
    const [a, b] = node.inputs;
    const [left, right] = [lists.get(a!), lists.get(b!)];
    if (left === undefined || right === undefined || !isPrivate(a!) || !isPrivate(b!)) continue;
    if (left.length + right.length > MAX_PARTS || !left.every((x) => right.every((y) => areApart(x, y)))) continue;
    lists.set(node, [...left, ...right]);
    inside.add(a!).add(b!);
  }
  const parts = new Map<Node, readonly Pad[]>();
  for (const [node, list] of lists) if (list.length > 1 && !inside.has(node)) parts.set(node, list);
  return { parts, inside };
}

function isPart({ attributes: { value, interior }, inputs }: Pad): boolean {
  return value === 0 && interior.every((n) => n === 0) && sizeOf(inputs[0]!.shape) > 0;
}

/** Whether some axis has one wholly before the other. */
function areApart(a: Pad, b: Pad): boolean {
  return a.shape.some((_, axis) => {
    const [from, other] = [a.attributes.low[axis]!, b.attributes.low[axis]!];
    return from + a.inputs[0]!.shape[axis]! <= other || other + b.inputs[0]!.shape[axis]! <= from;
  });
}
