/**
 * What a `scan` node repeats. The body is a graph of its own: it sees nothing but its inputs, so that whoever rebuilds the graph around
 * a loop may leave the body as it is.
 */
import type { Node } from './node.ts';
import { topological } from './walk.ts';

export interface Body {
  /** Params: the carries, then a slice of each stacked input, then the constants. They are made before everything that uses them. */
  readonly inputs: readonly Node[];
  /**
   * The carries of the next turn, then the values that are stacked. The list may grow (build.ts, `stacked`), as gradients ask for values of
   * the body; what is there stays where it is. Devices are given the outputs in use only.
   */
  readonly outputs: Node[];
}

export interface Loop {
  readonly body: Body;
  /** Turns; of a tested loop, the most there may be. */
  readonly length: number;
  /** So many inputs and outputs, the first ones, are carries. */
  readonly carried: number;
  /** So many inputs behind the carries are stacked values (length, …), of which each turn sees one slice. */
  readonly sliced: number;
  /** Turns take the slices from the last to the first, and stack accordingly. */
  readonly reverse: boolean;
  /** Carry 0 is a bool of one element; there is no further turn once it is false. Such a loop stacks nothing. */
  readonly tested: boolean;
}

/** Which outputs of each scan are in use, ascending, given the nodes of a graph. */
export function usedParts(nodes: Iterable<Node>): Map<Node, number[]> {
  const used = new Map<Node, number[]>();
  for (const node of nodes) {
    if (node.op !== 'part') continue;
    const of = used.get(node.inputs[0]!) ?? [];
    if (!of.includes(node.attributes.index)) of.push(node.attributes.index);
    used.set(node.inputs[0]!, of);
  }
  for (const of of used.values()) of.sort((a, b) => a - b);
  return used;
}

/** The nodes of a loop's body that matter, given the numbers of its outputs in use: inputs before users. */
export function bodyOrder({ body, carried }: Loop, used: readonly number[]): Node[] {
  return topological(body.outputs.filter((_, i) => i < carried || used.includes(i)));
}
