/**
 * Decides which values are stored; everything else is computed where it is used. A kernel is a stored value and the expression over stored
 * values behind it. The rules, in the order they matter: inputs, outputs and borders are stored; operands of contractions are; a kernel holds
 * at most one reduction, with elementwise work after it (the epilogue); what several kernels use is stored unless it is as cheap as a load.
 */
import { sizeOf } from '../base/shape.ts';
import type { Node } from '../ir/node.ts';
import { families, type Op } from '../ir/op.ts';
import { topological, useCounts } from '../ir/walk.ts';
import { ofVar, Space } from '../kernel/affine.ts';
import { findJoins, type Pad } from './joins.ts';
import { findProduct, isContraction } from './product.ts';

/** Rough cost of an elementwise op, in additions; 1 where none is given. */
export const costs: Partial<Record<Op, number>> = {
  exp: 12,
  log: 14,
  sin: 16,
  tanh: 18,
  erf: 24,
  sqrt: 6,
  div: 5,
  idiv: 12,
  mod: 12,
  threefry: 100,
};

/** A value that costs no more than this may be computed again by each kernel that uses it. */
const cheap = 2;

export interface Fusion {
  /** Nodes that get a buffer. */
  readonly stored: ReadonlySet<Node>;
  /** Sums that are contractions. */
  readonly contractions: ReadonlySet<Node>;
  /** Sums of pads that are one buffer, each with the pads whose inputs are written into it. */
  readonly joins: ReadonlyMap<Node, readonly Pad[]>;
  /** True if a node has exactly one user and is not an output. */
  readonly isPrivate: (node: Node) => boolean;
}

export function fuse(outputs: readonly Node[]): Fusion {
  const order = topological(outputs);
  const uses = useCounts(order, outputs);
  const outputSet = new Set(outputs);
  const isPrivate = (node: Node) => uses.get(node) === 1 && !outputSet.has(node);
  const stored = new Set<Node>(outputs);
  const contractions = new Set<Node>();
  const absorbed = new Set<Node>();

  // From the outside in, so that nested sums belong to the outermost contraction.
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    if (node.op !== 'sum' || absorbed.has(node) || sizeOf(node.inputs[0]!.shape) === 0) continue;
    const space = new Space();
    const index = node.shape.map((size) => ofVar(space.variable(size)));
    const product = findProduct(node, index, space, isPrivate);
    if (product === undefined || product === 'zero') continue;
    if (!isContraction(product.a, product.b, product.summed, space)) continue;
    contractions.add(node);
    for (const inner of product.interior) absorbed.add(inner);
    for (const { source } of [product.a, product.b])
      stored.add(source.op === 'pad' && !uses.has(source) ? source.inputs[0]! : source);
  }

  const joins = findJoins(order, isPrivate);
  for (const node of joins.parts.keys()) stored.add(node);
  for (const node of joins.inside) absorbed.add(node);

  /** For a value that is not stored: the reduction inside its expression, and what computing it again costs. */
  const reduction = new Map<Node, Node>();
  const cost = new Map<Node, number>();
  const costOf = (node: Node) => (stored.has(node) ? 0 : (cost.get(node) ?? 0));
  const reductionOf = (node: Node) => (stored.has(node) ? undefined : reduction.get(node));
  const storeWithReduction = (node: Node) => {
    if (reductionOf(node) !== undefined) stored.add(node);
  };

  /** Elementwise values that are stored only so that nobody computes them twice. */
  const shared: Node[] = [];

  for (const node of order) {
    if (absorbed.has(node)) continue;
    const [first] = node.inputs;
    switch (families[node.op]) {
      case 'leaf':
        if (node.op === 'buffer' || node.op === 'param') stored.add(node);
        continue;
      case 'unary':
      case 'binary':
      case 'ternary': {
        let inner: Node | undefined;
        let total = costs[node.op] ?? 1;
        for (const input of new Set(node.inputs)) {
          const found = reductionOf(input);
          if (found !== undefined && inner !== undefined && found !== inner) stored.add(input);
          else inner ??= found;
          total += costOf(input);
        }
        if (inner !== undefined) reduction.set(node, inner);
        cost.set(node, total);
        if (!isPrivate(node) && (inner !== undefined || total > cheap)) {
          if (inner === undefined && !stored.has(node)) shared.push(node);
          stored.add(node);
        }
        break;
      }
      case 'reduce':
        if (!contractions.has(node)) storeWithReduction(first!);
        reduction.set(node, node);
        cost.set(node, Infinity);
        if (!isPrivate(node)) stored.add(node);
        break;
      case 'movement': {
        if (node.op === 'pad' || node.op === 'unslide') {
          // Both are written into a padded buffer; an unslide is then a view of it.
          storeWithReduction(first!);
          if (node.op === 'pad') stored.add(node);
          break;
        }
        const inner = reductionOf(first!);
        if (inner !== undefined) {
          if (isPrivate(first!) && keepsElements(node)) reduction.set(node, inner);
          else stored.add(first!);
        }
        const repeats = sizeOf(node.shape) / Math.max(1, sizeOf(first!.shape));
        if (repeats >= 2 && costOf(first!) > cheap * 2) storeSource(first!, stored);
        cost.set(node, costOf(first!));
        if (!isPrivate(node) && (costOf(node) > cheap || reductionOf(node) !== undefined)) storeSource(node, stored);
        break;
      }
      case 'indexing':
        for (const input of node.inputs) storeWithReduction(input);
        if (node.op === 'scatterAdd') stored.add(node);
        else if (first!.op !== 'const') stored.add(behindBarrier(first!));
        cost.set(node, 4 + costOf(node.inputs[1]!));
        if (!isPrivate(node)) stored.add(node);
        break;
      case 'loop':
        if (node.op === 'part') stored.add(node);
        else for (const input of node.inputs) stored.add(input);
        break;
      case 'structure':
        if (node.op === 'routine') {
          stored.add(node);
          for (const input of node.inputs) stored.add(sourceOf(input));
          break;
        }
        if (node.op === 'realize') {
          stored.add(node);
          break;
        }
        cost.set(node, costOf(first!));
        if (reductionOf(first!) !== undefined) reduction.set(node, reductionOf(first!)!);
        if (!isPrivate(node) && costOf(node) > cheap) stored.add(node);
        break;
    }
  }
  const users = usersOf(order);
  const isPassing = (node: Node): boolean => isElementwise(node) && !absorbed.has(node);
  for (const node of shared.toReversed()) if (meet(node, users, stored, isPassing)) stored.delete(node);
  return { stored, contractions, joins: joins.parts, isPrivate };
}

function isElementwise({ op }: Node): boolean {
  return families[op] === 'unary' || families[op] === 'binary' || families[op] === 'ternary';
}

function usersOf(order: readonly Node[]): ReadonlyMap<Node, ReadonlySet<Node>> {
  const users = new Map<Node, Set<Node>>(order.map((node) => [node, new Set()]));
  for (const node of order) for (const input of node.inputs) users.get(input)!.add(node);
  return users;
}

/** Users looked at before two paths are taken for ones that do not meet. */
const patience = 16;

/** Whether everything that uses a value elementwise is one kernel, which then computes it once for all of them. */
function meet(
  node: Node,
  users: ReadonlyMap<Node, ReadonlySet<Node>>,
  stored: ReadonlySet<Node>,
  isPassing: (node: Node) => boolean,
): boolean {
  const open = new Set(users.get(node));
  for (let looked = 0; looked < patience; looked++) {
    const [one] = open;
    if (one === undefined || [...open].some((user) => !isPassing(user))) {
      return open.size === 1 && one !== undefined && families[one.op] === 'reduce' && stored.has(one);
    }
    if (open.size === 1 && stored.has(one)) return true;
    // Inputs come before their users: the first of those that are open cannot be reached from another.
    const first = [...open].reduce((a, b) => (a.id < b.id ? a : b));
    if (stored.has(first)) return false;
    open.delete(first);
    for (const user of users.get(first)!) open.add(user);
  }
  return false;
}

/** Movement that neither repeats nor regroups elements: a reduction may be computed through it. */
function keepsElements(node: Node): boolean {
  switch (node.op) {
    case 'permute':
    case 'flip':
    case 'shrink':
      return true;
    case 'reshape': {
      const long = (shape: readonly number[]) => shape.filter((n) => n !== 1).join();
      return long(node.shape) === long(node.inputs[0]!.shape);
    }
    default:
      return false;
  }
}

/** What a routine reads for an input: the value before it was only given another shape. */
export function sourceOf(node: Node): Node {
  let source = node;
  while (source.op === 'reshape' || source.op === 'barrier') source = source.inputs[0]!;
  return source;
}

/** The value itself: a barrier only keeps graphs apart, and is never stored. */
export function behindBarrier(node: Node): Node {
  let source = node;
  while (source.op === 'barrier') source = source.inputs[0]!;
  return source;
}

/** Stores the value that a chain of views looks at. */
function storeSource(node: Node, stored: Set<Node>): void {
  let source = node;
  while (families[source.op] === 'movement' && source.op !== 'pad' && source.op !== 'unslide')
    source = source.inputs[0]!;
  if (families[source.op] !== 'leaf') stored.add(source);
}
