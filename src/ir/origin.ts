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

/** Frames of ours between a node and the user's line; V8 keeps ten unless it is told otherwise. */
const FRAMES = 100;

/** Runs `body` and records the origin of every node it makes. */
export function recordOrigins<T>(body: () => T): T {
  observeNodes((node) => origins.set(node, { line: userFrame(new Error().stack), of: source }));
  depth++;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  try {
    return body();
  } finally {
    Error.stackTraceLimit = limit;
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

/** Whether origins are being recorded. */
export function isRecordingOrigins(): boolean {
  return depth > 0;
}

/** Says that a node stands for another one, which a pass has replaced by it. */
export function standFor(node: Node, original: Node): void {
  if (depth === 0 || node === original) return;
  const origin = origins.get(original);
  if (origin !== undefined) origins.set(node, origin);
}

/** The line of what a node was made for in the end: of the op itself where it is part of a gradient. */
export function lineOf(node: Node): string | undefined {
  let made = origins.get(node);
  while (made?.of !== undefined) {
    const inner = origins.get(made.of.node);
    if (inner === undefined) break;
    made = inner;
  }
  return made?.line;
}

/** Where a node was made, if that was being recorded. */
export function originOf(node: Node): Origin | undefined {
  return origins.get(node);
}
