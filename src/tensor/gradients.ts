/**
 * Gradients over trees of tensors. The walk itself is transform/gradients.ts, over nodes; it emits graph, so gradients of
 * gradients need nothing more.
 */
import { DTypeError, raise, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { withTransform } from '../engine/trace.ts';
import { variable } from '../ir/build.ts';
import type { Node } from '../ir/node.ts';
import { gradients as gradientsOf } from '../transform/gradients.ts';
import { Cell } from './cell.ts';
import { Tensor } from './tensor.ts';
import { type Compound, leavesOf, mapTree, replaceLeaves } from './tree.ts';

/** The tree of T with a tensor for each tensor or cell. */
export type GradientsOf<T> = T extends Tensor | Cell
  ? Tensor
  : T extends Compound
    ? T
    : { -readonly [K in keyof T]: GradientsOf<T[K]> };

/**
 * ∂y/∂x for every x in a tree (a tensor, a cell, arrays and objects of them), each in the shape of its x.
 * @param y a scalar, or any shape if `seed` says how its elements are weighed   @param seed the gradient of y, in its shape
 * @returns the tree of xs; zeros where y does not depend on an x
 * @throws ShapeError if y is not a scalar and has no seed; DTypeError if y or an x is not float
 * @example const [dw, db] = gradients(loss, [w, b])   @example optimizer.step(gradients(loss, model.parameters()))
 */
export function gradients<T>(y: Tensor, xs: T, seed?: Tensor): GradientsOf<T>;
export function gradients(y: Tensor, xs: unknown, seed?: Tensor): unknown {
  if (seed === undefined && y.size !== 1) {
    raise(
      new ShapeError(
        `gradients: expected a scalar, got shape ${formatShape(y.shape)}; reduce it with .sum() or .mean(), or give a seed of that shape`,
      ),
    );
  }
  const nodes = leavesOf(xs).map((x) => variableOf('gradients', x));
  const found = gradientsOf(y.node, nodes, seed?.node);
  let next = 0;
  return mapTree(xs, () => new Tensor(found[next++]!));
}

function variableOf(op: string, x: unknown): Node {
  if (x instanceof Tensor) return x.node;
  if (x instanceof Cell) return x.value.node;
  raise(
    new DTypeError(
      `${op}: expected tensors and cells in arrays or plain objects, got ${describe(x)}; pass model.parameters() for a model`,
    ),
  );
}

function describe(x: unknown): string {
  return typeof x === 'object' && x !== null ? x.constructor.name : String(x);
}

/**
 * The function that returns f's gradient with respect to its first argument, a tree of tensors; f returns a scalar.
 * @example const derivative = grad((x: Tensor) => x.square().sum()); derivative(tensor([1, 2])) // [2, 4]
 */
export function grad<T, A extends readonly unknown[]>(
  f: (xs: T, ...rest: A) => Tensor,
): (xs: T, ...rest: A) => GradientsOf<T> {
  const both = valueAndGrad(f);
  return (xs, ...rest) => both(xs, ...rest)[1];
}

/** As grad, with the value: [f(xs), its gradient]. @example const [loss, [dw, db]] = valueAndGrad(lossOf)([w, b], x, y) */
export function valueAndGrad<T, A extends readonly unknown[]>(
  f: (xs: T, ...rest: A) => Tensor,
): (xs: T, ...rest: A) => [value: Tensor, gradient: GradientsOf<T>] {
  return (xs, ...rest) => {
    const variables = asVariables(xs);
    const value = withTransform({ name: 'grad' }, () => f(variables, ...rest));
    return [value, gradients(value, variables)];
  };
}

/** The tree with its tensors under other names, of which derivatives can be taken. */
export function asVariables<T>(xs: T): T {
  return replaceLeaves(xs, (x) => (x instanceof Tensor ? new Tensor(variable(x.node)) : x));
}
