/**
 * Phases of strided gradients: a kernel whose contraction would mostly multiply zeros becomes several dense ones.
 */
import { type Affine, ofVar, Space } from '../kernel/affine.ts';
import type { Node, NodeOf } from '../ir/node.ts';
import { families } from '../ir/op.ts';
import type { Fusion } from './fuse.ts';
import { findProduct, type Reach } from './product.ts';
import { isView, viewIndex, type ViewOp } from './view.ts';

/** A contraction is not split into more kernels than this. */
const MAX_PHASES = 16;

/** Whether anything in a graph steps over places, so that there may be phases. */
export function hasStrides(nodes: readonly Node[]): boolean {
  return nodes.some(
    (node) =>
      (node.op === 'unslide' && node.attributes.stride > 1) ||
      (node.op === 'pad' && node.attributes.interior.some((n) => n > 0)),
  );
}

/**
 * Into how many kernels each axis is split. What a strided convolution passes back reaches every s-th place by every s-th tap: the places
 * j = s·q + p of one phase p meet the same taps, and together they are a dense convolution. Without phases, most products would be with zeros.
 */
export function phasesOf(
  node: Node,
  fusion: Fusion,
  isPlaced: (node: Node) => boolean,
): { counts: readonly number[]; reaches: readonly Reach[] | undefined } {
  const counts = node.shape.map(() => 1);
  const plain = { counts, reaches: undefined };
  const space = new Space();
  const vars = node.shape.map((size) => space.variable(size));
  const found = contractionUnder(node, vars.map(ofVar), space, fusion, isPlaced);
  const product = found && findProduct(found.sum, found.index, space, fusion.isPrivate);
  if (product === undefined || product === 'zero' || product.sparse.length === 0) return plain;
  for (const { at, divisor } of product.sparse) {
    for (const [v, by] of space.resolve(at).terms) {
      const axis = vars.indexOf(v);
      if (axis >= 0 && by % divisor !== 0) counts[axis] = Math.max(counts[axis]!, divisor);
    }
  }
  const kernels = counts.reduce((a, b) => a * b, 1);
  return kernels > MAX_PHASES ? plain : { counts, reaches: product.reaches };
}

/** The contraction that a node's kernel would hold, and where it is asked for. */
function contractionUnder(
  node: Node,
  index: readonly Affine[],
  space: Space,
  fusion: Fusion,
  isPlaced: (node: Node) => boolean,
): { sum: Node; index: readonly Affine[] } | undefined {
  if (fusion.contractions.has(node)) return { sum: node, index };
  const inputs = families[node.op] === 'movement' ? node.inputs.slice(0, 1) : node.inputs;
  for (const input of inputs) {
    if (isPlaced(input) || fusion.stored.has(input)) continue;
    let moved: readonly Affine[] | undefined;
    if (node.op in isView) moved = viewIndex(node as NodeOf<ViewOp> & Node, index, space);
    else if (isElementwise(node)) moved = index;
    const found = moved && contractionUnder(input, moved, space, fusion, isPlaced);
    if (found) return found;
  }
  return undefined;
}

/** Every combination of one number below each count. */
export function cornersOf(counts: readonly number[]): readonly (readonly number[])[] {
  return counts.reduce<readonly (readonly number[])[]>(
    (corners, count) => corners.flatMap((corner) => Array.from({ length: count }, (_, i) => [...corner, i])),
    [[]],
  );
}

function isElementwise(node: Node): boolean {
  const family = families[node.op];
  return family === 'unary' || family === 'binary' || family === 'ternary';
}
