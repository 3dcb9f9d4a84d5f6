/**
 * `vjp`: a function's value together with the way back, from gradients of what it returns to gradients of what it was given.
 */
import { raise, ShapeError } from '../../base/errors.ts';
import { raiseAsyncTransform, withTransform } from '../../engine/trace.ts';
import { constant } from '../../ir/build.ts';
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { gradientsOfAll } from '../../transform/gradients.ts';
import { asVariables } from '../gradients.ts';
import { Tensor } from '../tensor.ts';
import { leavesOf, replaceLeaves } from '../tree.ts';

/**
 * [f(...primals), pullback], where pullback(u) is uᵀ J: the gradients of ⟨u, f⟩ with respect to every primal.
 * @param f takes and returns trees of tensors; what it closes over counts as constant
 * @returns the value, and a function from a tree of the value's form to a list of trees of the primals' forms. Tensors of an
 * integer dtype have gradient zeros; in the tree given back to the pullback they are ignored
 * @throws ShapeError, DTypeError from the pullback, if what it gets has not the form of the value
 * @example const [y, pullback] = vjp((x: Tensor) => x.sin(), x); const [dx] = pullback(onesLike(y)); // cos x
 */
export function vjp<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  ...primals: A
): [value: R, pullback: (gradient: R) => { -readonly [K in keyof A]: A[K] }] {
  const variables = asVariables(primals);
  const transform = { name: 'vjp' };
  const value = withTransform(transform, () => f(...variables));
  if (value instanceof Promise) raiseAsyncTransform(transform);
  const ys = tensorsOf(value);
  const xs = tensorsOf(variables).filter(({ dtype }) => isFloat(dtype));
  const pullback = (gradient: R) => {
    const seeds = tensorsOf(gradient);
    if (seeds.length !== ys.length) {
      raise(
        new ShapeError(
          `vjp: the gradient has ${seeds.length} tensors, the value ${ys.length}; give a tree of the value's form`,
        ),
      );
    }
    const moving = ys.flatMap((y, i) => (isFloat(y.dtype) ? [i] : []));
    const found = gradientsOfAll(
      moving.map((i) => ys[i]!),
      moving.map((i) => seeds[i]!),
      xs,
    );
    let next = 0;
    return replaceLeaves(primals, (x) => {
      if (!(x instanceof Tensor)) return x;
      return new Tensor(isFloat(x.dtype) ? found[next++]! : constant(0, x.shape, x.dtype));
    });
  };
  return [value, pullback];
}

/** The nodes of the tensors in a tree, from left to right. */
export function tensorsOf(tree: unknown): Node[] {
  return leavesOf(tree).flatMap((leaf) => (leaf instanceof Tensor ? [leaf.node] : []));
}
