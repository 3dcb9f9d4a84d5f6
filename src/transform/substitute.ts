/**
 * A graph with some of its nodes replaced by others of the same shapes and dtypes; what does not depend on them stays as it is.
 */
import { withInputs } from '../ir/build.ts';
import type { Node } from '../ir/node.ts';
import { topological } from '../ir/walk.ts';

/** @param replacements for nodes of the graph, wherever they stand   @returns the outputs, made again where they depend on one */
export function substitute(outputs: readonly Node[], replacements: ReadonlyMap<Node, Node>): Node[] {
  // Ids rise in creation order, so what is older than every replaced node depends on none.
  let oldest = Infinity;
  for (const node of replacements.keys()) oldest = Math.min(oldest, node.id);
  const results = new Map<Node, Node>(replacements);
  const of = (node: Node): Node => results.get(node) ?? node;
  for (const node of topological(outputs, (one) => one.id < oldest || replacements.has(one))) {
    if (!results.has(node)) results.set(node, withInputs(node, node.inputs.map(of)));
  }
  return outputs.map(of);
}
