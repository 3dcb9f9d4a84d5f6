/**
 * Whole matrices of derivatives: every direction at once, as a batch. Reverse mode makes a row of the Jacobian for each element of
 * what the function returns, forward mode a column for each element of what it is given.
 */
import { DTypeError, raise } from '../../base/errors.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import { placeholder, raiseAsyncTransform, type Transform, withTransform } from '../../engine/trace.ts';
import { binary, cast, constant, iota, permute, reshape } from '../../ir/build.ts';
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { batch, batched } from '../../transform/batch.ts';
import { gradients as gradientsOf } from '../../transform/gradients.ts';
import { tangents } from '../../transform/jvp.ts';
import { asVariables, grad, type GradientsOf } from '../gradients.ts';
import { Tensor } from '../tensor.ts';
import { mapTree } from '../tree.ts';
import { jvp, type TangentsOf } from './jvp.ts';
import { tensorsOf } from './vjp.ts';

/** For each tensor of R a tree of T with a tensor for each of its tensors. */
export type JacobianOf<R, T> = R extends Tensor ? GradientsOf<T> : { -readonly [K in keyof R]: JacobianOf<R[K], T> };

export interface JacobianOptions {
  /** 'reverse' is cheaper for more inputs than outputs, 'forward' for more outputs. Default: 'reverse'. */
  readonly mode?: 'reverse' | 'forward';
}

/**
 * The function that returns f's Jacobian with respect to its first argument: ∂f[i…]/∂x[j…], of shape (i…, j…), for every pair of
 * tensors. JAX's jacrev and jacfwd are its modes.
 * @param f takes and returns trees of float tensors   @throws DTypeError for tensors of other dtypes
 * @throws TraceError in forward mode, if f assigns a Cell
 * @example jacobian((x: Tensor) => x.square())(tensor([1, 2])) // [[2, 0], [0, 4]]
 */
export function jacobian<T, A extends readonly unknown[], R>(
  f: (x: T, ...rest: A) => R,
  options?: JacobianOptions,
): (x: T, ...rest: A) => JacobianOf<R, T>;
export function jacobian(
  f: (x: unknown, ...rest: readonly unknown[]) => unknown,
  { mode = 'reverse' }: JacobianOptions = {},
): (x: unknown, ...rest: readonly unknown[]) => unknown {
  const why =
    'its value would be stored without how it moves; return the value from the function and assign it outside';
  const transform: Transform = mode === 'forward' ? { name: 'jacobian', refusesCells: why } : { name: 'jacobian' };
  return (x, ...rest) => {
    const variables = asVariables(x);
    const value = withTransform(transform, () => f(variables, ...rest));
    if (value instanceof Promise) raiseAsyncTransform(transform);
    const [ys, xs] = [tensorsOf(value), tensorsOf(variables)];
    for (const node of [...xs, ...ys]) checkFloat(node);
    const parts =
      mode === 'reverse'
        ? ys.map((y) => rows(transform, y, xs))
        : transposed(
            xs.map((one) => columns(transform, ys, one)),
            ys.length,
          );
    let y = 0;
    return mapTree(value, (leaf) => {
      if (!(leaf instanceof Tensor)) return leaf;
      const row = parts[y++]!;
      let next = 0;
      return mapTree(x, (variable) => (variable instanceof Tensor ? new Tensor(row[next++]!) : variable));
    });
  };
}

/**
 * The function that returns the Hessian of f, which returns a scalar, with respect to its first argument: ∂²f/∂x[i…]∂x[j…], of shape
 * (i…, j…), forward over reverse. For a tree of tensors, a tree of trees.
 * @example hessian((x: Tensor) => x.square().sum().square())(tensor([1, 2])) // [[28, 16], [16, 52]]
 */
export function hessian<T, A extends readonly unknown[]>(
  f: (x: T, ...rest: A) => Tensor,
): (x: T, ...rest: A) => JacobianOf<GradientsOf<T>, T> {
  return jacobian<T, A, GradientsOf<T>>(grad(f), { mode: 'forward' });
}

/**
 * The Hessian of f at x times v, without the Hessian: the derivative of the gradient along v. Costs a few times f itself.
 * @param f returns a scalar   @param v in the form of x, null for what does not move   @returns a tree of x's form
 * @example hvp((x: Tensor) => x.pow(3).sum(), tensor([1, 2]), tensor([1, 1])) // [6, 12]
 */
export function hvp<T, A extends readonly unknown[]>(
  f: (x: T, ...rest: A) => Tensor,
  x: T,
  v: TangentsOf<T>,
  ...rest: A
): GradientsOf<T> {
  const gradient = (one: T) => grad(f)(one, ...rest);
  const tangent: TangentsOf<[T]> = [v];
  return jvp<[T], GradientsOf<T>>(gradient, [x], tangent)[1];
}

function checkFloat({ dtype }: Node): void {
  if (isFloat(dtype)) return;
  raise(new DTypeError(`jacobian: expected float tensors, got ${dtype}; convert with .cast('float32')`));
}

/** For each x, ∂y/∂x of shape (…y, …x). */
function rows(transform: Transform, y: Node, xs: readonly Node[]): Node[] {
  const seed = placeholder(transform, y.shape, y.dtype);
  const count = sizeOf(y.shape);
  const all = batch(gradientsOf(y, xs, seed), new Map([[seed, basis(y)]]), count); // (y, …x)
  return all.map((g, i) => reshape(batched(g, count), [...y.shape, ...xs[i]!.shape]));
}

/** For each y, ∂y/∂x of shape (…y, …x). */
function columns(transform: Transform, ys: readonly Node[], x: Node): Node[] {
  const move = placeholder(transform, x.shape, x.dtype);
  const count = sizeOf(x.shape);
  const found = tangents(ys, [x], [move]).map((t, i) => t ?? constant(0, ys[i]!.shape, ys[i]!.dtype));
  const all = batch(found, new Map([[move, basis(x)]]), count); // (x, …y)
  return all.map((t, i) => {
    const last = permute(batched(t, count), [...ys[i]!.shape.map((_, axis) => axis + 1), 0]);
    return reshape(last, [...ys[i]!.shape, ...x.shape]);
  });
}

/** Each direction that an element of x can move in: (n, …x), where n elements are in x. */
function basis({ shape, dtype }: Node): Node {
  const count = sizeOf(shape);
  const square: Shape = [count, count];
  return reshape(cast(binary('eq', iota(square, 0), iota(square, 1)), dtype), [count, ...shape]);
}

function transposed(table: readonly (readonly Node[])[], width: number): Node[][] {
  return Array.from({ length: width }, (_, i) => table.map((row) => row[i]!));
}
