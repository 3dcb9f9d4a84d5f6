/**
 * Gradients of one value with respect to others: a walk back through the graph that emits more graph. There is no tape. The rules are in vjp.ts.
 */
import { DTypeError, raise, ShapeError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { binary, constant } from '../ir/build.ts';
import { isFloat } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { topological } from '../ir/walk.ts';
import { flows, pullBack } from './vjp.ts';

/**
 * Σ seed · ∂y/∂x for every x: each in the shape and dtype of its x. They are total derivatives: an x that feeds another x gets that part too.
 * @param y any float node   @param xs float nodes, leaves or intermediate values; zeros where y does not depend on them
 * @param seed in the shape and dtype of y; ones if left out
 * @throws DTypeError if y, an x or the seed is not of the right float dtype; ShapeError if the seed's shape differs
 * @example const [dw, db] = gradients(loss, [w, b])
 */
export function gradients(y: Node, xs: readonly Node[], seed: Node = constant(1, y.shape, y.dtype)): Node[] {
  for (const [role, node] of [['the value', y] as const, ...xs.map((x) => ['the variable', x] as const)]) {
    if (!isFloat(node.dtype)) {
      raise(
        new DTypeError(
          `gradients: ${role} must be float32 or float64, got ${node.dtype}; convert with .cast('float32')`,
        ),
      );
    }
  }
  if (seed.dtype !== y.dtype)
    raise(new DTypeError(`gradients: the seed is ${seed.dtype} and the value ${y.dtype}; convert one with .cast()`));
  if (!sameShape(seed.shape, y.shape)) {
    raise(
      new ShapeError(
        `gradients: the seed has shape ${formatShape(seed.shape)}; it must have the value's, ${formatShape(y.shape)}`,
      ),
    );
  }

  const path = between(xs, y);
  const found = new Map<Node, Node>([[y, seed]]);
  for (const node of [...path].reverse()) {
    const g = found.get(node);
    if (g === undefined) continue;
    node.inputs.forEach((input, i) => {
      if (!path.has(input) || !flows(node, i)) return;
      const contribution = pullBack(node, i, g);
      const sum = found.get(input);
      found.set(input, sum === undefined ? contribution : binary('add', sum, contribution));
    });
  }
  return xs.map((x) => found.get(x) ?? constant(0, x.shape, x.dtype));
}

/** The nodes through which gradients flow from y to some x, inputs before users. */
function between(xs: readonly Node[], y: Node): Set<Node> {
  // Ids rise in creation order, so what is older than every x depends on none.
  let oldest = Infinity;
  for (const x of xs) oldest = Math.min(oldest, x.id);
  const ends = new Set(xs);
  const path = new Set<Node>();
  for (const node of topological([y], ({ id }) => id <= oldest)) {
    const reached = isFloat(node.dtype) && node.inputs.some((input, i) => path.has(input) && flows(node, i));
    if (reached || ends.has(node)) path.add(node);
  }
  return path;
}
