/**
 * Recognises contractions: a sum, through any movement and nested sums, of a product of two views of stored values. Matrix
 * products, convolutions, their gradients and einsums all are; none is a primitive. What is found is two operands with affine indices into
 * their sources. The gradient of a convolution reads places outside its source (unslide); such an operand is given a padded source,
 * so that every index is affine and in range.
 */
import { affine, type Affine, bounds, ofVar, plus, type Space, times, type Var } from '../kernel/affine.ts';
import { pad } from '../ir/build.ts';
import { isFloat } from '../ir/dtype.ts';
import type { Node, NodeOf } from '../ir/node.ts';
import { isView, viewIndex, type ViewOp } from './view.ts';

export interface Operand {
  readonly source: Node;
  /** One index per axis of the source. */
  readonly index: readonly Affine[];
}

/** How far an operand reaches past both ends of an axis of its source, in elements. */
export interface Reach {
  readonly low: number;
  readonly high: number;
}

export interface Product {
  readonly a: Operand;
  readonly b: Operand;
  /** For each guarded axis, in a fixed order: how far it reaches. */
  readonly reaches: readonly Reach[];
  /** The guards that could not be resolved without storing zeros between the elements of a source. */
  readonly sparse: readonly Guard[];
  /** The variables summed over. */
  readonly summed: readonly Var[];
  /** Nodes between the sum and its sources that need no kernel of their own. */
  readonly interior: readonly Node[];
}

/** An index that is `at / divisor` where that is a whole number in range, and otherwise points at a zero. */
export interface Guard {
  readonly at: Affine;
  readonly divisor: number;
}

/** Where a path has arrived: a node and the index into it, some axes of it guarded. */
interface Position {
  readonly node: Node;
  readonly index: readonly Affine[];
  readonly guards: ReadonlyMap<number, Guard>;
}

/** Views do not compute on guarded axes: they may keep or move them. Returns undefined where one would. */
function step(position: Position, space: Space, mayDrop: boolean): Position | undefined {
  const { node, index, guards } = position;
  if (node.op === 'unslide') {
    const { axis, window, stride, dilation } = node.attributes;
    if (guards.has(axis) || guards.has(window)) return undefined;
    const at = plus(index[axis]!, times(index[window]!, -dilation));
    const moved = [...index];
    moved[axis] = affine(0);
    return { node: node.inputs[0]!, index: moved, guards: new Map([...guards, [axis, { at, divisor: stride }]]) };
  }
  if (!(node.op in isView)) return undefined;
  const view = node as NodeOf<ViewOp> & Node;
  const kept = guards.size === 0 ? guards : moveGuards(view, guards, mayDrop);
  if (kept === undefined) return undefined;
  const moved = viewIndex(view, index, space);
  return moved && { node: view.inputs[0]!, index: moved, guards: kept };
}

/** Zeros around or between the elements of a product: the index points at one of them unless it hits an element. */
function unpad(node: NodeOf<'pad'>, { index, guards }: Position): Position | undefined {
  const { low, high, interior, value } = node.attributes;
  if (value !== 0) return undefined;
  const moved = [...index];
  const added = new Map(guards);
  low.forEach((before, axis) => {
    if (before === 0 && high[axis] === 0 && interior[axis] === 0) return;
    const { at, divisor } = guards.get(axis) ?? { at: index[axis]!, divisor: 1 };
    moved[axis] = affine(0);
    added.set(axis, { at: plus(at, -before * divisor), divisor: divisor * (interior[axis]! + 1) });
  });
  return { node: node.inputs[0]!, index: moved, guards: added };
}

function moveGuards(node: Node, guards: ReadonlyMap<number, Guard>, mayDrop: boolean): Map<number, Guard> | undefined {
  const result = new Map<number, Guard>();
  const input = node.inputs[0]!;
  for (const [axis, guard] of guards) {
    let to: number | undefined;
    switch (node.op) {
      case 'permute':
        to = node.attributes.order[axis];
        break;
      case 'expand': {
        const from = node.attributes.axes.indexOf(axis);
        to = from >= 0 && input.shape[from] === node.shape[axis] ? from : undefined;
        break;
      }
      case 'shrink':
        if (node.attributes.start[axis] !== 0 || node.attributes.step[axis] !== 1) return undefined;
        to = axis;
        break;
      case 'flip':
        if (node.attributes.axes.includes(axis)) return undefined;
        to = axis;
        break;
      case 'barrier':
        to = axis;
        break;
      case 'slide':
        if (axis === node.attributes.axis || axis === node.attributes.window) return undefined;
        to = axis;
        break;
      default:
        return undefined;
    }
    if (to !== undefined) result.set(to, guard);
    else if (!mayDrop) return undefined;
  }
  return result;
}

/**
 * The product under a sum, indexed from `index` (one affine per axis of the sum's output), or undefined if it is not one; 'zero' if no
 * index in question ever meets an element. `isPrivate` says that a node has no other user; only such nodes are absorbed.
 * `reaches` widens the padding of sources to what several calls agree on.
 */
export function findProduct(
  sum: Node,
  index: readonly Affine[],
  space: Space,
  isPrivate: (node: Node) => boolean,
  reaches?: readonly Reach[],
): Product | 'zero' | undefined {
  if (sum.op !== 'sum' || !isFloat(sum.dtype)) return undefined;
  const summed: Var[] = [];
  const interior: Node[] = [];
  let position: Position = { node: sum, index, guards: new Map() };
  // Down to the product.
  for (;;) {
    const { node } = position;
    if (node !== sum && !isPrivate(node)) return undefined;
    if (node !== sum) interior.push(node);
    if (node.op === 'mul') break;
    if (node.op === 'sum') {
      const entered = enterSum(node, position, space, summed);
      position = entered;
      continue;
    }
    const next = node.op === 'pad' ? unpad(node, position) : step(position, space, false);
    if (next === undefined) return undefined;
    position = next;
  }
  const required = new Set(position.guards.values());
  const [left, right] = [position.node.inputs[0]!, position.node.inputs[1]!];
  const a = descend({ ...position, node: left }, space, interior, isPrivate);
  const b = descend({ ...position, node: right }, space, interior, isPrivate);
  for (const guard of required) if (![...a.guards.values(), ...b.guards.values()].includes(guard)) return undefined;
  if (a.node.op === 'const' || b.node.op === 'const' || a.node.op === 'iota' || b.node.op === 'iota') return undefined;
  const resolution: Resolution = { space, summed, agreed: reaches, reaches: [], sparse: [] };
  const [resolvedA, resolvedB] = [resolve(a, resolution), resolve(b, resolution)];
  if (resolvedA === undefined || resolvedB === undefined) return 'zero';
  return { a: resolvedA, b: resolvedB, summed, interior, reaches: resolution.reaches, sparse: resolution.sparse };
}

function enterSum(node: NodeOf<'sum'>, position: Position, space: Space, summed: Var[]): Position {
  const input = node.inputs[0]!;
  const index: Affine[] = [];
  const guards = new Map<number, Guard>();
  let from = 0;
  for (let axis = 0; axis < input.shape.length; axis++) {
    if (node.attributes.axes.includes(axis)) {
      const v = space.variable(input.shape[axis]!);
      summed.push(v);
      index.push(ofVar(v));
    } else {
      const guard = position.guards.get(from);
      if (guard) guards.set(axis, guard);
      index.push(position.index[from++]!);
    }
  }
  return { node: input, index, guards };
}

/** Follows movement to the value it is a view of. Guards that the path adds itself must not get lost on the way. */
function descend(start: Position, space: Space, interior: Node[], isPrivate: (node: Node) => boolean): Position {
  const inherited = new Set(start.guards.values());
  let position = start;
  for (;;) {
    const own = [...position.guards.values()].some((guard) => !inherited.has(guard));
    const next = step(position, space, !own);
    if (next === undefined) return position;
    if (isPrivate(position.node)) interior.push(position.node);
    position = next;
  }
}

/** What resolving guards needs and finds. */
interface Resolution {
  readonly space: Space;
  readonly summed: readonly Var[];
  readonly agreed: readonly Reach[] | undefined;
  readonly reaches: Reach[];
  readonly sparse: Guard[];
}

/** The operand with its guarded axes resolved by padding the source; undefined if it never meets an element. */
function resolve({ node, index, guards }: Position, resolution: Resolution): Operand | undefined {
  if (guards.size === 0) return { source: node, index };
  const low = node.shape.map(() => 0);
  const high = node.shape.map(() => 0);
  const interior = node.shape.map(() => 0);
  const resolved = [...index];
  for (const [axis, guard] of guards) {
    const exact = divideExactly(guard, resolution);
    if (exact === 'never') return undefined;
    if (exact === undefined) resolution.sparse.push(guard);
    const { at, divisor } = exact ?? guard;
    const { min, max } = bounds(resolution.space.resolve(at));
    const last = node.shape[axis]! - 1;
    const { reaches, agreed } = resolution;
    // In elements of the source, whether they end up next to each other or spread.
    const scale = guard.divisor / divisor;
    const own = {
      low: Math.max(0, Math.floor((-min * scale) / guard.divisor)),
      high: Math.max(0, Math.floor((max * scale) / guard.divisor) - last),
    };
    const reach = agreed?.[reaches.length] ?? own;
    reaches.push(own);
    low[axis] = divisor === 1 ? reach.low : Math.max(0, -min);
    high[axis] = divisor === 1 ? reach.high : Math.max(0, max - last * divisor);
    interior[axis] = divisor - 1;
    resolved[axis] = plus(at, low[axis]!);
  }
  return { source: pad(node, { low, high, interior }), index: resolved };
}

/**
 * The guard's quotient as an affine index, where all but one variable step by multiples of the divisor and that one is summed over: of
 * its values those that leave a remainder contribute nothing and are left out.
 */
function divideExactly(guard: Guard, { space, summed }: Resolution): Guard | 'never' | undefined {
  const { divisor } = guard;
  if (divisor === 1) return guard;
  const at = space.resolve(guard.at);
  const odd = [...at.terms].filter(([, by]) => by % divisor !== 0);
  const [first] = odd;
  if (first === undefined) return at.constant % divisor === 0 ? quotient(at, divisor) : 'never';
  const [v, by] = first;
  if (odd.length > 1 || !space.current(summed).includes(v)) return undefined;
  // by · v + constant ≡ 0, solved by trying: divisors are small.
  const residues = Array.from({ length: divisor }, (_, r) => r).filter((r) => (by * r + at.constant) % divisor === 0);
  const [start] = residues;
  if (start === undefined || (residues.length === 1 && start >= v.size)) return 'never';
  if (residues.length > 1) return undefined;
  space.restrict(v, divisor, start);
  return quotient(space.resolve(at), divisor);
}

function quotient(at: Affine, divisor: number): Guard {
  const terms = new Map([...at.terms].map(([v, by]) => [v, by / divisor]));
  return { at: { constant: at.constant / divisor, terms }, divisor: 1 };
}

/**
 * How the two operands share the variables of a product. A contraction has at least one output variable that only one of them depends on,
 * and both depend on something summed; otherwise it is an ordinary reduction.
 */
export function isContraction(a: Operand, b: Operand, summed: readonly Var[], space: Space): boolean {
  const varsOf = (operand: Operand) => new Set(operand.index.flatMap((at) => [...space.resolve(at).terms.keys()]));
  const inA = varsOf(a);
  const inB = varsOf(b);
  const inner = space.current(summed);
  const sums = (vars: ReadonlySet<Var>) => inner.some((v) => vars.has(v));
  const exclusive =
    [...inA].some((v) => !inB.has(v) && !inner.includes(v)) || [...inB].some((v) => !inA.has(v) && !inner.includes(v));
  return exclusive && sums(inA) && sums(inB);
}
