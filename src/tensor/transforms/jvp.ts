/**
 * Forward mode: `jvp` says how a function's value moves when what it is given moves; `linearize` keeps what does not depend on how.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { realize } from '../../engine/realize.ts';
import {
  currentTrace,
  currentTransform,
  placeholder,
  raiseAsyncTransform,
  type Transform,
  withTransform,
} from '../../engine/trace.ts';
import { constant } from '../../ir/build.ts';
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { families } from '../../ir/op.ts';
import { topological } from '../../ir/walk.ts';
import { tangents as pushForward } from '../../transform/jvp.ts';
import { substitute } from '../../transform/substitute.ts';
import { asVariables } from '../gradients.ts';
import { Tensor } from '../tensor.ts';
import { leavesOf, replaceLeaves, spreadPrefix } from '../tree.ts';
import { tensorsOf } from './vjp.ts';

/** The tree of T with a tangent for each tensor: another tensor, or null for one that does not move. null may stand for a whole part. */
export type TangentsOf<T> = T extends Tensor
  ? Tensor | null
  : T extends object
    ? { readonly [K in keyof T]: TangentsOf<T[K]> } | null
    : T | null;

const why = 'its value would be stored without how it moves; return the value from the function and assign it outside';

/**
 * [f(...primals), J · tangents]: the value and how it moves when the primals move along the tangents.
 * @param f takes and returns trees of tensors; what it closes over stands still   @param primals its arguments
 * @param tangents for each argument a tree of its form, or null for what does not move, as tensors of integer dtypes never do
 * @returns the value, and a tree of its form with the directional derivative of each tensor
 * @throws ShapeError, DTypeError if a tangent does not fit its primal   @throws TraceError if f assigns a Cell
 * @example const [y, dy] = jvp((x: Tensor) => x.sin(), [x], [onesLike(x)]) // dy: cos x
 */
export function jvp<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  primals: readonly [...A],
  tangents: TangentsOf<A>,
): [value: R, tangent: R] {
  const { value, ys, xs } = evaluated({ name: 'jvp', refusesCells: why }, f, primals);
  const moves = pushForward(ys, xs, movesOf('jvp', primals, tangents));
  return [value, treeOf(value, ys, moves)];
}

/**
 * As `jvp` at fixed primals: [f(...primals), push], where push(...tangents) is J · tangents. What does not depend on the tangents is
 * computed once and kept, so that pushing again costs only the linear part.
 * @throws as jvp
 * @example const [y, push] = linearize((x: Tensor) => x.exp().sin(), x); const dy = push(onesLike(x));
 */
export function linearize<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  ...primals: A
): [value: R, push: (...tangents: { [K in keyof A]: TangentsOf<A[K]> }) => R] {
  const transform: Transform = { name: 'linearize', refusesCells: why };
  const { value, ys, xs } = evaluated(transform, f, primals);
  const stands = xs.map(({ shape, dtype }) => placeholder(transform, shape, dtype));
  const moves = pushForward(ys, xs, stands);
  // Under another transform or a trace there are no values to keep; the graph is shared all the same.
  if (currentTrace() === undefined && currentTransform() === undefined)
    realize([...ys, ...residuals(moves, stands)], transform.name);
  const push = (...tangents: { [K in keyof A]: TangentsOf<A[K]> }): R => {
    const given = movesOf('linearize', primals, tangents);
    const replaced = new Map(stands.map((stand, i) => [stand, given[i] ?? constant(0, stand.shape, stand.dtype)]));
    const moving = moves.flatMap((move) => (move === undefined ? [] : [move]));
    const pushed = substitute(moving, replaced);
    let next = 0;
    return treeOf(
      value,
      ys,
      moves.map((move) => (move === undefined ? undefined : pushed[next++]!)),
    );
  };
  return [value, push];
}

/** What f returns for variables of its own. */
function evaluated<A extends readonly unknown[], R>(
  transform: Transform,
  f: (...args: A) => R,
  primals: readonly [...A],
): { value: R; ys: Node[]; xs: Node[] } {
  const variables: readonly [...A] = asVariables(primals);
  const value = withTransform(transform, () => f(...variables));
  if (value instanceof Promise) raiseAsyncTransform(transform);
  return { value, ys: tensorsOf(value), xs: tensorsOf(variables).filter(({ dtype }) => isFloat(dtype)) };
}

/** The tangent of each float tensor among the primals. */
function movesOf(op: string, primals: readonly unknown[], tangents: unknown): (Node | undefined)[] {
  const spread = spreadPrefix(tangents, primals);
  if (spread === undefined) {
    raise(
      new ValueError(
        `${op}: the tangents have another form than the primals; give a tree alike, with null for what does not move`,
      ),
    );
  }
  return leavesOf(primals).flatMap((leaf, i) => {
    const tangent = spread[i];
    if (!(leaf instanceof Tensor)) return [];
    if (isFloat(leaf.dtype)) {
      if (tangent instanceof Tensor) return [tangent.node];
      if (tangent === null) return [undefined];
      return raise(
        new ValueError(`${op}: a tangent must be a tensor, or null for what does not move; got ${String(tangent)}`),
      );
    }
    if (tangent === null || tangent === undefined) return [];
    return raise(new ValueError(`${op}: a tensor of ${leaf.dtype} does not move; give null as its tangent`));
  });
}

/** The value's tree with its tensors replaced by how they move. */
function treeOf<R>(value: R, ys: readonly Node[], moves: readonly (Node | undefined)[]): R {
  let next = 0;
  return replaceLeaves(value, (leaf) => {
    if (!(leaf instanceof Tensor)) return leaf;
    const i = next++;
    const { shape, dtype } = ys[i]!;
    return new Tensor(moves[i] ?? constant(0, shape, dtype));
  });
}

/** What the linear part is made of besides its stand-ins, as the values behind views. */
function residuals(moves: readonly (Node | undefined)[], stands: readonly Node[]): Node[] {
  const linear = new Set<Node>(stands);
  const found = new Set<Node>();
  for (const node of topological(moves.flatMap((move) => (move === undefined ? [] : [move])))) {
    if (!node.inputs.some((input) => linear.has(input))) continue;
    linear.add(node);
    for (const input of node.inputs) if (!linear.has(input)) found.add(sourceOf(input));
  }
  return [...found].filter(({ op }) => families[op] !== 'leaf');
}

function sourceOf(node: Node): Node {
  let source = node;
  while (families[source.op] === 'movement') source = source.inputs[0]!;
  return source;
}
