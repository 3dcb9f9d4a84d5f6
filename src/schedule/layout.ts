/**
 * How the axes of a value lie in memory. Inputs and outputs of a program are row-major; an intermediate takes the order its producer writes best.
 */
import { type Shape, stridesOf } from '../base/shape.ts';
import { affine, type Affine, coefficient, plus, type Space, times, type Var } from '../kernel/affine.ts';
import { type Expression, type Load, visitExpressions } from '../kernel/kernel.ts';

/** Which axis of a contraction's result the vector units would like to be contiguous. */
export type ChooseVectorAxis = (
  sizes: readonly number[],
  index: readonly Affine[],
  a: Load,
  b: Load,
  summed: readonly Var[],
) => number;

/** The memory order for a value that is free to choose: a contraction's preference, or that of the largest thing read. */
export function layoutOf(
  shape: Shape,
  index: readonly Affine[],
  value: Expression,
  space: Space,
  chooseVectorAxis: ChooseVectorAxis,
): number[] {
  let main: Load | undefined;
  let mainRank = 0;
  let product: { a: Load; b: Load; summed: readonly Var[] } | undefined;
  const own = new Set(index.flatMap((at) => [...space.resolve(at).terms.keys()]));
  visitExpressions(value, (expression) => {
    if (expression.kind === 'load') {
      let rank = 0;
      for (const v of space.resolve(expression.at).terms.keys()) if (own.has(v)) rank++;
      if (rank > mainRank) {
        mainRank = rank;
        main = expression;
      }
    } else if (expression.kind === 'reduce') product ??= asProduct(expression);
  });
  const resolved = index.map((at) => space.resolve(at));
  if (product) {
    const summed = space.current(product.summed);
    const resolve = (load: Load): Load => ({ ...load, at: space.resolve(load.at) });
    const last = chooseVectorAxis(shape, resolved, resolve(product.a), resolve(product.b), summed);
    const order = shape.map((_, axis) => axis).filter((axis) => axis !== last);
    return stridesInOrder(shape, [...order, last]);
  }
  if (main === undefined || mainRank < own.size) return stridesOf(shape);
  const at = space.resolve(main.at);
  const stride = resolved.map((one) =>
    Math.min(Infinity, ...[...one.terms.keys()].map((v) => Math.abs(coefficient(at, v)))),
  );
  const order = shape.map((_, axis) => axis);
  order.sort((a, b) => (stride[b] === stride[a] ? a - b : stride[b]! - stride[a]!));
  return stridesInOrder(shape, order);
}

export function address(index: readonly Affine[], strides: readonly number[]): Affine {
  let at = affine(0);
  for (let i = 0; i < index.length; i++) at = plus(at, times(index[i]!, strides[i]!));
  return at;
}

export function isRowMajor(shape: Shape, strides: readonly number[]): boolean {
  const expected = stridesOf(shape);
  return shape.every((size, i) => size === 1 || strides[i] === expected[i]);
}

/** Strides of a dense array whose axes lie in `order`, outermost first. */
function stridesInOrder(shape: Shape, order: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    strides[order[i]!] = stride;
    stride *= shape[order[i]!]!;
  }
  return strides;
}

/** The two loads under a sum of products, if that is what a reduction is. */
export function asProduct(expression: Expression): { a: Load; b: Load; summed: readonly Var[] } | undefined {
  if (
    expression.kind !== 'reduce' ||
    expression.op !== 'sum' ||
    expression.arg.kind !== 'apply' ||
    expression.arg.op !== 'mul'
  )
    return undefined;
  const [a, b] = expression.arg.args;
  return a?.kind === 'load' && b?.kind === 'load' ? { a, b, summed: expression.vars } : undefined;
}
