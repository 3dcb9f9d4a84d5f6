/**
 * `customGradient`: a function with a gradient that the user gives, in place of the one that follows from how it computes.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { raiseAsyncTransform, withTransform } from '../../engine/trace.ts';
import { constant, custom } from '../../ir/build.ts';
import type { CustomGradient } from '../../ir/custom.ts';
import type { Node } from '../../ir/node.ts';
import { Tensor } from '../tensor.ts';
import { leavesOf, replaceLeaves, spreadPrefix } from '../tree.ts';
import type { TangentsOf } from './jvp.ts';
import { tensorsOf } from './vjp.ts';

/**
 * f, with `backward` as its way back. Works wherever gradients do: in compile, under vmap, for second derivatives (those of what backward
 * does), and in forward mode if backward is linear in the gradient it gets. No gradient flows to what f or backward close over.
 * @param f takes and returns trees of tensors
 * @param backward gets the gradient of what f returned (a tree alike), what f returned, and f's arguments; returns a list with a tree of
 * gradients for each argument, null where none flows. What it computes again from the arguments is not computed twice, so f
 * has nothing to hand over to it
 * @throws ValueError, ShapeError, DTypeError when gradients are taken, if what backward returns does not fit the arguments
 * @example
 * const clipped = customGradient((x: Tensor) => x, (g) => [g.clip(-1, 1)]);
 * @example
 * const log1pExp = customGradient((x: Tensor) => x.exp().add(1).log(), (g, _, x) => [g.mul(x.sigmoid())]);
 */
export function customGradient<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  backward: (gradient: R, value: R, ...args: A) => { readonly [K in keyof A]: TangentsOf<A[K]> },
): (...args: A) => R {
  const transform = { name: 'customGradient' };
  return (...args) => {
    const value = withTransform(transform, () => f(...args));
    if (value instanceof Promise) raiseAsyncTransform(transform);
    const results = tensorsOf(value);
    const rule: CustomGradient = {
      name: transform.name,
      results: results.length,
      isOrdinary: false,
      pullBack: (gradients, values, variables) => {
        const seeds = values.map((y, i) => gradients[i] ?? constant(0, y.shape, y.dtype));
        const given = withNodes(args, variables);
        const found = withTransform(transform, () =>
          backward(withNodes(value, seeds), withNodes(value, values), ...given),
        );
        return gradientsIn(found, args);
      },
    };
    return withNodes(value, custom(rule, results, tensorsOf(args)));
  };
}

/** The tree with its tensors replaced, from left to right. */
function withNodes<T>(tree: T, nodes: readonly Node[]): T {
  let next = 0;
  return replaceLeaves(tree, (leaf) => (leaf instanceof Tensor ? new Tensor(nodes[next++]!) : leaf));
}

/** For each tensor of the arguments its gradient among what backward returned. */
function gradientsIn(found: unknown, args: readonly unknown[]): (Node | undefined)[] {
  const spread = Array.isArray(found) ? spreadPrefix(found, args) : undefined;
  if (spread === undefined) {
    raise(
      new ValueError(
        `customGradient: backward must return a list with the gradient of each of the ${args.length} arguments, null where none flows, in the form of the argument`,
      ),
    );
  }
  return leavesOf(args).flatMap((leaf, i) => {
    const g = spread[i];
    if (!(leaf instanceof Tensor)) return [];
    if (g instanceof Tensor) return [g.node];
    if (g === null || g === undefined) return [undefined];
    return raise(
      new ValueError(`customGradient: backward must return tensors, or null where no gradient flows; got ${String(g)}`),
    );
  });
}
