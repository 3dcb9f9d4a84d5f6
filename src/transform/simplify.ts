/**
 * A graph as an equal, smaller one: common subexpressions become one node, and the rules below apply. It runs before scheduling.
 * Values are kept exactly, except that a sum may be taken in another order or replaced by a product (n equal terms: n times one).
 * What is trivial where a node is made (x + 0, a permute of a permute) is build.ts's; it is used here again where simplified inputs make it apply.
 */
import { sameShape, type Shape, sizeOf } from '../base/shape.ts';
import {
  binary,
  cast,
  constant,
  constantValue,
  expand,
  flip,
  permute,
  reduce,
  reshape,
  shrink,
  unary,
  where,
  withInputs,
} from '../ir/build.ts';
import { isFloat, isLossless, roundTo } from '../ir/dtype.ts';
import { usedParts } from '../ir/loop.ts';
import type { Node, NodeOf } from '../ir/node.ts';
import { standFor } from '../ir/origin.ts';
import type { Op } from '../ir/op.ts';
import { topological } from '../ir/walk.ts';
import { InternTable } from './intern.ts';
import { pruneScan } from './scan/prune.ts';

/** Another way to write a node whose inputs are simple already; the node itself, or undefined, if there is none. */
type Rule<K extends Op> = (node: NodeOf<K>) => Node | undefined;

const rules: { readonly [K in Op]?: Rule<K> } = {
  neg: (node) => {
    const x = node.inputs[0]!;
    const factor = constantFactor(x);
    if (factor && isFloat(node.dtype)) return binary('mul', factor.x, constant(-factor.value, node.shape, node.dtype));
    return x.op === 'neg' || constantValue(x) !== undefined ? unary('neg', x) : undefined;
  },
  cast: (node) => {
    const x = node.inputs[0]!;
    if (x.op === 'cast' && isLossless(x.inputs[0]!.dtype, x.dtype)) return cast(x.inputs[0]!, node.dtype);
    return constantValue(x) === undefined ? undefined : cast(x, node.dtype);
  },
  add: again,
  max: again,
  or: again,
  xor: again,
  mul: (node) => multiplied(node) ?? again(node),
  div: (node) => {
    // Dividing by a power of two is multiplying by another one.
    const divisor = constantValue(node.inputs[1]!);
    if (divisor !== undefined && isPowerOfTwo(divisor))
      return binary('mul', node.inputs[0]!, constant(1 / divisor, node.shape, node.dtype));
    return again(node);
  },
  where: (node) => {
    const [condition, a, b] = [node.inputs[0]!, node.inputs[1]!, node.inputs[2]!];
    if (a === b) return a;
    return constantValue(condition) === undefined ? undefined : where(condition, a, b);
  },

  sum: (node) => reduced(node, times),
  amax: (node) => reduced(node, once),
  prod: (node) => merged(node),

  // Made again over an input that they merge with, which build.ts does.
  reshape: (node) => (follows(node, 'reshape') ? reshape(node.inputs[0]!, node.shape) : undefined),
  permute: (node) => (follows(node, 'permute') ? permute(node.inputs[0]!, node.attributes.order) : undefined),
  expand: (node) =>
    follows(node, 'expand') ? expand(node.inputs[0]!, node.shape, node.attributes.axes) : placed(node),
  shrink: (node) =>
    follows(node) ? shrink(node.inputs[0]!, node.attributes.start, node.shape, node.attributes.step) : undefined,
  flip: (node) => (follows(node) ? flip(node.inputs[0]!, node.attributes.axes) : undefined),

  // Gradients have been taken by now.
  detach: (node) => node.inputs[0]!,
  custom: (node) => node.inputs[node.attributes.result]!,
  barrier: (node) => (node.inputs[0]!.op === 'const' ? node.inputs[0]! : undefined),
  realize: (node) => (isStored(node.inputs[0]!) ? node.inputs[0]! : undefined),
};

/** Equal outputs from fewer nodes, and when each node of theirs was recorded. */
export interface Simplified {
  readonly outputs: Node[];
  /** Rises in the order in which the nodes that they were made from had been recorded. */
  readonly rank: ReadonlyMap<Node, number>;
}

/**
 * Equal outputs from fewer nodes. Leaves that stand for storage (param, buffer) are kept as they are.
 * @example const [loss, ...grads] = simplify(outputs)
 */
export function simplify(outputs: readonly Node[]): Node[] {
  return simplifyInOrder(outputs).outputs;
}

/** As simplify. What is computed when is free in a graph; but the order of recording is a good one, so it is told. */
export function simplifyInOrder(outputs: readonly Node[]): Simplified {
  const table = new InternTable();
  /** Every node met, to what it became. */
  const results = new Map<Node, Node>();
  const order = topological(outputs);
  const used = usedParts(order);
  /** For each loop what its parts became. */
  const parts = new Map<Node, ReadonlyMap<number, Node>>();
  const rank = new Map<Node, number>();
  let recorded = order[0];
  const note = (result: Node): void => {
    if (rank.has(result) || recorded === undefined) return;
    rank.set(result, recorded.id);
    standFor(result, recorded);
  };
  const visit = (node: Node): Node => {
    const known = results.get(node);
    if (known !== undefined) return known;
    if (node.op === 'scan' && used.has(node)) {
      parts.set(node, pruneScan(node, node.inputs.map(visit), used.get(node)!, simplify));
      results.set(node, node);
      return node;
    }
    if (node.op === 'part') {
      visit(node.inputs[0]!);
      const made = parts.get(node.inputs[0]!)?.get(node.attributes.index);
      const result = made === undefined ? node : table.intern(made);
      results.set(node, result);
      results.set(result, result);
      note(result);
      return result;
    }
    const inputs = node.inputs.map(visit);
    let result = table.intern(withInputs(node, inputs));
    const better = rewrite(result);
    // A rule may have made several nodes: each is interned and simplified in its turn.
    if (better !== undefined) result = visit(better);
    results.set(node, result);
    results.set(result, result);
    note(result);
    return result;
  };
  // Inputs come first, so the recursion only goes as deep as what one rule has made.
  for (const node of order) {
    recorded = node;
    visit(node);
  }
  return { outputs: outputs.map(visit), rank };
}

function rewrite<K extends Op>(node: NodeOf<K>): Node | undefined {
  return rules[node.op]?.(node);
}

/** Whether the input of a movement is a constant or the same movement. */
function follows(node: NodeOf<Op>, op?: Op): boolean {
  const input = node.inputs[0]!;
  return input.op === 'const' || input.op === op;
}

function isStored(node: Node): boolean {
  return node.op === 'realize' || node.op === 'buffer' || node.op === 'param';
}

// Arithmetic

/** What build.ts makes of the operands where one of them is a constant. */
function again(node: NodeOf<'add' | 'mul' | 'div' | 'max' | 'or' | 'xor'>): Node | undefined {
  const [a, b] = [node.inputs[0]!, node.inputs[1]!];
  if (constantValue(a) === undefined && constantValue(b) === undefined) return undefined;
  const made = binary(node.op, a, b);
  return made.op === node.op && made.inputs[0] === a && made.inputs[1] === b ? undefined : made;
}

/** x · value, where x is not constant and value is. */
interface Factor {
  readonly x: Node;
  readonly value: number;
}

function constantFactor(node: Node): Factor | undefined {
  if (node.op !== 'mul') return undefined;
  const [a, b] = [node.inputs[0]!, node.inputs[1]!];
  const [left, right] = [constantValue(a), constantValue(b)];
  if (right !== undefined) return left === undefined ? { x: a, value: right } : undefined;
  return left === undefined ? undefined : { x: b, value: left };
}

/**
 * Signs and constants of a product in one place: (−a)(−b) = ab, x · −1 = −x, (−x) · c = x · −c, and (x · c) · d = x · cd where that rounds
 * the same: for integers, and where one constant is a power of two. (Short of overflow, which the right side avoids where the left meets it.)
 */
function multiplied(node: NodeOf<'mul'>): Node | undefined {
  const [a, b] = [node.inputs[0]!, node.inputs[1]!];
  if (a.op === 'neg' && b.op === 'neg') return binary('mul', a.inputs[0]!, b.inputs[0]!);
  const factor = constantFactor(node);
  if (factor === undefined) return undefined;
  const { x, value } = factor;
  if (value === -1) return unary('neg', x);
  if (x.op === 'neg' && isFloat(node.dtype))
    return binary('mul', x.inputs[0]!, constant(-value, node.shape, node.dtype));
  const inner = constantFactor(x);
  if (inner === undefined) return undefined;
  if (node.dtype === 'int64') return undefined;
  if (!isFloat(node.dtype))
    return binary('mul', inner.x, constant(Math.imul(inner.value, value), node.shape, node.dtype));
  if (!isPowerOfTwo(inner.value) && !isPowerOfTwo(value)) return undefined;
  const both = inner.value * value;
  return roundTo(node.dtype, both) === both
    ? binary('mul', inner.x, constant(both, node.shape, node.dtype))
    : undefined;
}

/** ±2ⁿ with n from −64 to 64: its reciprocal is a normal number in every float dtype. */
function isPowerOfTwo(x: number): boolean {
  const exponent = Math.log2(Math.abs(x));
  return Math.abs(exponent) <= 64 && Number.isInteger(exponent) && 2 ** exponent === Math.abs(x);
}

// Reductions

/** A reduction of the same reduction is one over the axes of both. */
function merged(node: NodeOf<'sum' | 'amax' | 'prod'>): Node | undefined {
  const inner = node.inputs[0]!;
  if (inner.op !== node.op) return undefined;
  const x = inner.inputs[0]!;
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !inner.attributes.axes.includes(axis));
  const axes = [...inner.attributes.axes, ...node.attributes.axes.map((axis) => kept[axis]!)].sort((a, b) => a - b);
  return reduce(node.op, x, axes);
}

/** A sum of n equal terms. */
function times(count: number, y: Node): Node {
  return binary('mul', y, constant(count, y.shape, y.dtype));
}

/** The largest of equal elements. */
function once(_count: number, y: Node): Node {
  return y;
}

/** A reduction of an expand is the expand of a reduction, with the repetitions counted: `repeat` says what `count` equal elements give. */
function reduced(node: NodeOf<'sum' | 'amax'>, repeat: (count: number, y: Node) => Node): Node | undefined {
  const inner = node.inputs[0]!;
  const { axes } = node.attributes;
  const value = constantValue(inner);
  if (value !== undefined) {
    const count = sizeOf(axes.map((axis) => inner.shape[axis]!));
    return count === 0 ? undefined : repeat(count, constant(value, node.shape, node.dtype));
  }
  if (inner.op !== 'expand') return merged(node);
  const x = inner.inputs[0]!;
  const places = inner.attributes.axes;
  let count = 1;
  for (const axis of axes) {
    const from = places.indexOf(axis);
    if (from < 0 || x.shape[from] !== inner.shape[axis]) count *= inner.shape[axis]!;
  }
  // Of nothing at all the reduction is its identity, whatever x holds.
  if (count === 0) return undefined;
  const kept = inner.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const few = repeat(
    count,
    reduce(
      node.op,
      x,
      indicesWhere(places, (place) => axes.includes(place)),
    ),
  );
  return expand(
    few,
    node.shape,
    places.filter((place) => !axes.includes(place)).map((place) => kept.indexOf(place)),
  );
}

function indicesWhere(list: readonly number[], holds: (value: number) => boolean): number[] {
  return list.flatMap((value, i) => (holds(value) ? [i] : []));
}

/** expand(reshape(x)) where the reshape only adds or removes axes of size 1: the expand can place the axes by itself. */
function placed(node: NodeOf<'expand'>): Node | undefined {
  const inner = node.inputs[0]!;
  if (inner.op !== 'reshape') return undefined;
  const x = inner.inputs[0]!;
  const real = indicesWhere(inner.shape, (n) => n !== 1);
  const sizes: Shape = real.map((axis) => inner.shape[axis]!);
  const isPlacement =
    real.length < inner.shape.length &&
    sameShape(
      sizes,
      x.shape.filter((n) => n !== 1),
    );
  if (!isPlacement) return undefined;
  return expand(
    reshape(x, sizes),
    node.shape,
    real.map((axis) => node.attributes.axes[axis]!),
  );
}
