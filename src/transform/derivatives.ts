/**
 * The pieces of derivatives that forward and reverse mode share, so that they agree everywhere, at kinks and ties too.
 */
import { sizeOf } from '../base/shape.ts';
import { binary, constant, constantValue, expand, pad, permute, reshape, shrink, unary, where } from '../ir/build.ts';
import type { Node } from '../ir/node.ts';

export function mul(a: Node, b: Node): Node {
  return binary('mul', a, b);
}

export function subtract(a: Node, b: Node): Node {
  return binary('add', a, unary('neg', b));
}

/** `value` everywhere, in the shape and dtype of x. */
export function like(x: Pick<Node, 'shape' | 'dtype'>, value: number): Node {
  return constant(value, x.shape, x.dtype);
}

export function scale(x: Node, factor: number): Node {
  return mul(x, like(x, factor));
}

/** cos x = 1 − 2 sin²(x/2): halving is exact, while x + π/2 would lose x's low bits. */
export function cosine(x: Node): Node {
  const half = unary('sin', scale(x, 0.5));
  return subtract(like(x, 1), scale(mul(half, half), 2));
}

/** g, without the reduced `axes`, repeated along them to the shape of x. */
export function spread(g: Node, x: Node, axes: readonly number[]): Node {
  return expand(
    g,
    x.shape,
    x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)),
  );
}

/**
 * The gradient of max(a, b) with respect to a. Against a constant, g where the output is above it: so relu has gradient 0 at 0, and only its
 * output is kept for the way back; the constant has the rest. Otherwise g where a is larger, and half of it in a tie.
 */
export function larger(g: Node, y: Node, a: Node, b: Node): Node {
  const zero = like(g, 0);
  if (constantValue(b) !== undefined) return where(binary('lt', b, y), g, zero);
  if (constantValue(a) !== undefined) return where(binary('lt', a, y), zero, g);
  return where(binary('lt', b, a), g, where(binary('eq', a, b), scale(g, 0.5), zero));
}

/**
 * For each element of x the product of the others over `axes`: of those before it and of those behind it, both by doubling, in
 * 2 log₂ n steps. Without dividing by the element, so it is right to every order where elements are 0.
 */
export function othersOf(x: Node, axes: readonly number[]): Node {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes];
  const moved = permute(x, order);
  const count = sizeOf(axes.map((axis) => x.shape[axis]!));
  const rows = reshape(moved, [...kept.map((axis) => x.shape[axis]!), count]);
  const others = mul(exclusive(rows, 1), exclusive(rows, -1));
  return permute(
    reshape(others, moved.shape),
    order.map((_, axis) => order.indexOf(axis)),
  );
}

/** Along the last axis the product of everything before each element (direction 1) or behind it (−1). */
function exclusive(x: Node, direction: 1 | -1): Node {
  const count = x.shape.at(-1)!;
  let product = shifted(x, direction, 1);
  for (let step = 1; step < count; step *= 2) product = mul(product, shifted(product, direction * step, 1));
  return product;
}

/** Elements moved along the last axis by `by` places; `fill` takes the places that become free. */
export function shifted(x: Node, by: number, fill: number): Node {
  const axis = x.shape.length - 1;
  const count = x.shape[axis]!;
  const none = x.shape.map(() => 0);
  const free = Math.min(Math.abs(by), count);
  const rest = shrink(x, by > 0 ? none : none.with(axis, free), x.shape.with(axis, count - free));
  const [low, high] = by > 0 ? [free, 0] : [0, free];
  return pad(rest, { low: none.with(axis, low), high: none.with(axis, high), value: fill });
}
