/**
 * Where nodes come from: the user's line that made each, recorded only while somebody asks for it, because reading a stack for every node is
 * slow. What a transform makes for a node (its gradient) is told apart from what the user wrote.
 */
import { userFrame } from '../base/errors.ts';
import { type Node, observeNodes } from './node.ts';

export interface Origin {
  /** `file:line:column`; undefined where no frame is the user's. */
  readonly line: string | undefined;
  /** The node that a transform made this one for, and what of it. */
  readonly of: { readonly node: Node; readonly what: string } | undefined;
}

const origins = new WeakMap<Node, Origin>();
let depth = 0;
let source: Origin['of'];

/** Runs `body` and records the origin of every node it makes. */
export function recordOrigins<T>(body: () => T): T {
  observeNodes((node) => origins.set(node, { line: userFrame(new Error().stack), of: source }));
  depth++;
  try {
    return body();
  } finally {
    depth--;
    if (depth === 0) observeNodes(undefined);
  }
}

/** Runs `body`, whose nodes are made for another one. @example madeFor(node, 'gradient', () => pullBack(node, 0, g)) */
export function madeFor<T>(node: Node, what: string, body: () => T): T {
  if (depth === 0) return body();
  const outer = source;
  source = { node, what };
  try {
    return body();
  } finally {
    source = outer;
  }
}

/** Where a node was made, if that was being recorded. */
export function originOf(node: Node): Origin | undefined {
  return origins.get(node);
}
