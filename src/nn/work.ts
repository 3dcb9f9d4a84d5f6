/**
 * How much arithmetic a graph asks for, counted on the graph itself and so for any function of tensors.
 */
import { sizeOf } from '../base/shape.ts';
import { isFloat } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { families } from '../ir/op.ts';
import { topological } from '../ir/walk.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** What costs no operation of its own; a difference is one, made of a sum and a change of sign. */
const free: ReadonlySet<string> = new Set(['cast', 'bitcast', 'neg']);

/**
 * Floating-point operations between nodes older than `since` and these tensors: one for each sum, product, comparison and value of
 * a function, so 2·M·N·K for a matrix product. What the compiler saves or adds does not show. While loops count all their turns.
 */
export function flopsOf(tensors: readonly Tensor[], since: number): number {
  const nodes = topological(
    tensors.map(({ node }) => node),
    (node) => node.id <= since,
  );
  return total(nodes.filter((node) => node.id > since));
}

function total(nodes: readonly Node[]): number {
  return nodes.reduce((sum, node) => sum + flopsOfNode(node), 0);
}

function flopsOfNode(node: Node): number {
  if (node.op === 'scan') return node.attributes.length * total(topological(node.attributes.body.outputs));
  const [first] = node.inputs;
  if (first === undefined || !isFloat(first.dtype)) return 0;
  switch (families[node.op]) {
    case 'unary':
      return free.has(node.op) ? 0 : sizeOf(node.shape);
    case 'binary':
      return sizeOf(node.shape);
    case 'reduce':
      return sizeOf(first.shape);
    case 'indexing':
      return node.op === 'scatterAdd' ? sizeOf(first.shape) : 0;
    default:
      return 0;
  }
}
