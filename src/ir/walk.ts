/**
 * Walking a graph. Iterative, so that a chain of a hundred thousand nodes does not exhaust the stack.
 */
import type { Node } from './node.ts';

/** Every node that `outputs` depend on, inputs before users. `isLeaf` stops the walk at a node without hiding it. */
export function topological(outputs: readonly Node[], isLeaf: (node: Node) => boolean = () => false): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: Node[] = [];
  for (const output of outputs) {
    stack.push(output);
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      if (seen.has(node)) {
        stack.pop();
        continue;
      }
      let ready = true;
      if (!isLeaf(node)) {
        for (let i = node.inputs.length - 1; i >= 0; i--) {
          const input = node.inputs[i]!;
          if (!seen.has(input)) {
            stack.push(input);
            ready = false;
          }
        }
      }
      if (ready) {
        stack.pop();
        seen.add(node);
        order.push(node);
      }
    }
  }
  return order;
}

/** How many times each node is used by the others (an output counts as a use). */
export function useCounts(order: readonly Node[], outputs: readonly Node[]): Map<Node, number> {
  const uses = new Map<Node, number>();
  for (const node of order) for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  for (const output of outputs) uses.set(output, (uses.get(output) ?? 0) + 1);
  return uses;
}
