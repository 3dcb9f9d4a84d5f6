/**
 * Forward-mode rules, one per primitive: given the tangent of each input (how it moves), the tangent of the output. A linear op
 * moves as its operand does: it is applied to the tangent. The walk that uses them is `tangents`, below.
 */
import { DTypeError, raise, ShapeError, TraceError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import {
  barrier,
  binary,
  cast,
  expand,
  flip,
  gather,
  pad,
  param,
  permute,
  reduce,
  reshape,
  scatterAdd,
  shrink,
  slide,
  unary,
  unslide,
  where,
} from '../ir/build.ts';
import { isFloat } from '../ir/dtype.ts';
import type { Node, NodeOf } from '../ir/node.ts';
import type { Op } from '../ir/op.ts';
import { madeFor } from '../ir/origin.ts';
import { topological } from '../ir/walk.ts';
import { cosine, larger, like, mul, othersOf, scale, spread, subtract } from './derivatives.ts';
import { gradientsOfAll } from './gradients.ts';
import { pushPart, pushScan } from './scan/push.ts';
import { flows, pullBack, pullBackCustom } from './vjp.ts';

/** How a value moves; undefined where it does not. */
type Tangent = Node | undefined;

/** The tangent of y from those of its inputs, at least one of which moves. */
type Rule<K extends Op> = (y: NodeOf<K>, tangents: readonly Tangent[]) => Tangent;

/** The op is flat almost everywhere, its operands are integers, or it has none. */
const still = (): undefined => undefined;

/** The rule of an op with one float operand, which moves. */
function one<K extends Op>(rule: (t: Node, y: NodeOf<K>) => Node): Rule<K> {
  return (y, [t]) => (t === undefined ? undefined : rule(t, y));
}

/** The rule of an op with two float operands: the sum of what each contributes. */
function two<K extends Op>(
  byFirst: (t: Node, y: NodeOf<K>) => Node,
  bySecond: (t: Node, y: NodeOf<K>) => Node,
): Rule<K> {
  return (y, [a, b]) => {
    if (a === undefined) return b && bySecond(b, y);
    if (b === undefined) return byFirst(a, y);
    return binary('add', byFirst(a, y), bySecond(b, y));
  };
}

const rules: { readonly [K in Op]: Rule<K> } = {
  const: still,
  iota: still,
  buffer: still,
  param: still,

  neg: one((t) => unary('neg', t)),
  exp: one((t, y) => mul(t, y)),
  log: one((t, y) => binary('div', t, first(y))),
  sin: one((t, y) => mul(t, cosine(first(y)))),
  sqrt: one((t, y) => binary('div', scale(t, 0.5), y)),
  floor: still,
  tanh: one((t, y) => mul(t, subtract(like(y, 1), mul(y, y)))),
  erf: one((t, y) => mul(t, scale(unary('exp', unary('neg', mul(first(y), first(y)))), 2 / Math.sqrt(Math.PI)))),
  // The walk lets tangents into floats only, so this is float → float.
  cast: one((t, y) => cast(t, y.dtype, y.attributes.isLoose)),
  bitcast: still,

  add: two(
    (t) => t,
    (t) => t,
  ),
  mul: two(
    (t, y) => mul(t, second(y)),
    (t, y) => mul(t, first(y)),
  ),
  div: two(
    (t, y) => binary('div', t, second(y)),
    (t, y) => unary('neg', mul(binary('div', t, second(y)), y)),
  ),
  idiv: still,
  mod: two(
    (t) => t,
    (t, y) => unary('neg', mul(t, unary('floor', binary('div', first(y), second(y))))),
  ),
  max: two(
    (t, y) => larger(t, y, first(y), second(y)),
    (t, y) => larger(t, y, second(y), first(y)),
  ),
  lt: still,
  eq: still,
  and: still,
  or: still,
  xor: still,
  shl: still,
  shr: still,

  where: (y, [, a, b]) => (a || b) && where(first(y), a ?? like(y, 0), b ?? like(y, 0)),
  threefry: still,

  sum: one((t, y) => reduce('sum', t, y.attributes.axes)),
  // The mean of how the largest elements move, as the gradient is shared among them.
  amax: one((t, y) => {
    const x = first(y);
    const { axes } = y.attributes;
    const largest = binary('eq', x, spread(y, x, axes));
    const total = reduce('sum', where(largest, t, like(x, 0)), axes);
    return binary('div', total, reduce('sum', cast(largest, y.dtype), axes));
  }),
  prod: one((t, y) => {
    const { axes } = y.attributes;
    return reduce('sum', mul(t, othersOf(first(y), axes)), axes);
  }),

  reshape: one((t, y) => reshape(t, y.shape)),
  permute: one((t, y) => permute(t, y.attributes.order)),
  expand: one((t, y) => expand(t, y.shape, y.attributes.axes)),
  pad: one((t, y) => pad(t, { ...y.attributes, value: 0 })),
  shrink: one((t, y) => shrink(t, y.attributes.start, y.shape, y.attributes.step)),
  flip: one((t, y) => flip(t, y.attributes.axes)),
  slide: one((t, y) => slide(t, y.shape[y.attributes.axis]!, y.attributes)),
  unslide: one((t, y) => unslide(t, y.shape[y.attributes.axis]!, y.attributes)),

  gather: one((t, y) => gather(t, second(y), y.attributes.axis)),
  scatterAdd: one((t, y) => scatterAdd(t, second(y), y.attributes.axis, y.shape[y.attributes.axis]!)),

  detach: still,
  realize: one((t) => t),
  custom: (y, given) => (y.attributes.rule.isOrdinary ? given[y.attributes.result] : transposedCustom(y, given)),
  barrier: one((t, y) => barrier(t, y.attributes.rerun)),
  routine: transposed,

  scan: (y, moves) => pushScan(y, moves, tangents),
  part: (y, [t]) => t && pushPart(t, y.attributes.index),
};

/**
 * The tangent by way of reverse mode: what goes back is linear in the gradient g of y, and its own gradient, which no longer holds g, is
 * J · t. So an op whose derivative is long has only one to write. What is made for the way back is not part of the result.
 */
function transposed(y: Node, given: readonly Tangent[]): Tangent {
  const moving = given.flatMap((t, i) => (t !== undefined && flows(y, i) ? [{ t, i }] : []));
  if (moving.length === 0) return undefined;
  const g = param(-1, y.shape, y.dtype);
  const back = moving.map(({ i }) => pullBack(y, i, g));
  const [tangent] = gradientsOfAll(
    back,
    moving.map(({ t }) => t),
    [g],
  );
  return tangent;
}

/** As `transposed`, for a function with a gradient of its own, which must be linear in what arrives. */
function transposedCustom(y: NodeOf<'custom'>, given: readonly Tangent[]): Tangent {
  const { rule, result } = y.attributes;
  const g = param(-1, y.shape, y.dtype);
  const arriving = new Array<Node | undefined>(rule.results).fill(undefined).with(result, g);
  const found = pullBackCustom(y, arriving);
  const moving = found.flatMap((back, i) =>
    back !== undefined && given[i] !== undefined ? [{ back, t: given[i] }] : [],
  );
  const [tangent] = gradientsOfAll(
    moving.map(({ back }) => back),
    moving.map(({ t }) => t),
    [g],
  );
  if (topological([tangent!]).includes(g)) {
    raise(
      new TraceError(
        `jvp: the gradient that ${rule.name} gives is not linear in the one it gets, so forward mode cannot follow it; use reverse mode (vjp, jacobian with mode 'reverse')`,
      ),
    );
  }
  return tangent;
}

/**
 * How each of ys moves when the xs move by their tangents: Σ ∂y/∂x · tangent.
 * @param ys nodes of any dtype   @param xs float nodes, none of which is made from another
 * @param moves in the shape and dtype of the xs; undefined for one that stands still
 * @returns in the shape and dtype of each y; undefined where it does not move
 * @throws DTypeError if an x or a tangent is not of the right float dtype; ShapeError if a tangent's shape differs
 * @example const [dy] = tangents([y], [x], [direction])
 */
export function tangents(ys: readonly Node[], xs: readonly Node[], moves: readonly Tangent[]): Tangent[] {
  xs.forEach((x, i) => {
    check(x, moves[i]);
  });
  // Ids rise in creation order, so what is older than every x depends on none.
  let oldest = Infinity;
  for (const x of xs) oldest = Math.min(oldest, x.id);
  const found = new Map<Node, Tangent>(xs.map((x, i) => [x, moves[i]]));
  for (const node of topological(ys, (y) => y.id < oldest || found.has(y))) {
    if (node.id < oldest || found.has(node) || !isFloat(node.dtype)) continue;
    const given = node.inputs.map((input) => found.get(input));
    if (given.every((t) => t === undefined)) continue;
    const t = madeFor(node, 'tangent', () => push(node, given));
    if (t !== undefined) found.set(node, t);
  }
  return ys.map((y) => found.get(y));
}

function push<K extends Op>(node: NodeOf<K>, given: readonly Tangent[]): Tangent {
  return rules[node.op](node, given);
}

function check(x: Node, t: Tangent): void {
  if (t === undefined) return;
  if (!isFloat(x.dtype)) {
    raise(new DTypeError(`jvp: only floats move, got a tangent for ${x.dtype}; give null for it`));
  }
  if (t.dtype !== x.dtype)
    raise(new DTypeError(`jvp: the tangent is ${t.dtype} and the value ${x.dtype}; convert one with .cast()`));
  if (!sameShape(t.shape, x.shape)) {
    raise(
      new ShapeError(
        `jvp: the tangent has shape ${formatShape(t.shape)}; it must have the value's, ${formatShape(x.shape)}`,
      ),
    );
  }
}

function first(y: NodeOf<Op>): Node {
  return y.inputs[0]!;
}

function second(y: NodeOf<Op>): Node {
  return y.inputs[1]!;
}
