/**
 * Closing a piece of graph over what it uses from outside: every value that depends on no placeholder becomes an input of its own, so that
 * the piece can be repeated. What depends on nothing that changes is thereby computed once, in front of the loop.
 */
import { param, withInputs } from '../../ir/build.ts';
import type { Node } from '../../ir/node.ts';
import { families } from '../../ir/op.ts';
import { topological } from '../../ir/walk.ts';

export interface Closed {
  /** Values from outside. */
  readonly captured: readonly Node[];
  /** The params that stand for them in the body. */
  readonly params: readonly Node[];
  readonly outputs: readonly Node[];
}

/**
 * `outputs` with everything that depends on no placeholder captured.
 * @param first nodes with smaller ids were made outside
 * @param keepsOwn what was made inside stays inside, even if no placeholder changes it: for bodies that may not run at all
 */
export function closeOver(
  placeholders: ReadonlySet<Node>,
  outputs: readonly Node[],
  first: number,
  keepsOwn = false,
): Closed {
  const isLeaf = ({ op }: Node): boolean => op === 'param' || op === 'buffer';
  const isOutside = (node: Node): boolean => (node.id < first || isLeaf(node)) && !placeholders.has(node);
  const order = topological(outputs, (node) => isOutside(node) || placeholders.has(node));
  const inside = new Set<Node>();
  for (const node of order) {
    if (placeholders.has(node) || (!isOutside(node) && (keepsOwn || node.inputs.some((input) => inside.has(input)))))
      inside.add(node);
  }
  const captured = new Map<Node, Node>();
  const results = new Map<Node, Node>();
  /**
   * The value inside: constants and views that were made there are made again, which costs nothing. What was made outside is captured as it is,
   * because its gradient may be asked for.
   */
  const capture = (node: Node): Node => {
    const known = results.get(node);
    if (known !== undefined) return known;
    let result: Node;
    if (!isOutside(node) && (node.op === 'const' || node.op === 'iota')) result = node;
    else if (!isOutside(node) && isView(node)) result = withInputs(node, node.inputs.map(capture));
    else {
      result = param(placeholders.size + captured.size, node.shape, node.dtype);
      captured.set(node, result);
    }
    results.set(node, result);
    return result;
  };
  const inner = (node: Node): Node =>
    placeholders.has(node) ? node : inside.has(node) ? results.get(node)! : capture(node);
  for (const node of order) {
    if (inside.has(node) && !placeholders.has(node)) results.set(node, withInputs(node, node.inputs.map(inner)));
  }
  const closed = outputs.map(inner);
  return { captured: [...captured.keys()], params: [...captured.values()], outputs: closed };
}

/** Movement that reads elements where they lie. */
export function isView(node: Node): boolean {
  return families[node.op] === 'movement' && node.op !== 'pad' && node.op !== 'unslide';
}
