/**
 * Graph nodes: immutable data. Made only by the smart constructors in build.ts, which check; everything after may trust them.
 */
import type { Shape } from '../base/shape.ts';
import type { DType } from './dtype.ts';
import type { Attributes, Op } from './op.ts';

export interface NodeOf<K extends Op> {
  /** Rises in creation order, so inputs always have smaller ids than their users. */
  readonly id: number;
  readonly op: K;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes[K];
}

/** A node of any op; `switch (node.op)` narrows its attributes. */
export type Node = { [K in Op]: NodeOf<K> }[Op];

/** A loop, which is one of the nodes. */
export type Scan = Extract<Node, { op: 'scan' }>;

/** A piece of graph to be compiled: the leaves it starts from (param or buffer nodes) and the values wanted. */
export interface Graph {
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
  /** For output i, the input whose storage it may overwrite if that is never observable. */
  readonly donations?: ReadonlyMap<number, number>;
}

let count = 0;
let observer: ((node: Node) => void) | undefined;

/** Tells `tell` of every node that is made from now on, for origin.ts. */
export function observeNodes(tell: ((node: Node) => void) | undefined): void {
  observer = tell;
}

/** Makes a node without checking; for build.ts. */
export function makeNode<K extends Op>(
  op: K,
  dtype: DType,
  shape: Shape,
  inputs: readonly Node[],
  attributes: Attributes[K],
): Node {
  const node: NodeOf<K> = { id: count++, op, dtype, shape, inputs, attributes };
  // Correlating K across the union is beyond the type checker; this is the one place where it is told.
  const made = node as unknown as Node;
  observer?.(made);
  return made;
}
