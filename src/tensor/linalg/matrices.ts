/**
 * What the functions of linalg share: arguments as batches of float matrices, and results taken apart. Over nodes.
 */
import { raise, ShapeError } from '../../base/errors.ts';
import { broadcastShapes, formatShape, type Shape, sizeOf } from '../../base/shape.ts';
import { expand, permute, reshape, routine, shrink } from '../../ir/build.ts';
import type { Node } from '../../ir/node.ts';
import type { RoutineCall } from '../../ir/routine.ts';
import { asFloat, commonDType, toNode } from '../operands.ts';
import { Tensor } from '../tensor.ts';

/** (…, m, n) as floats. @throws ShapeError for fewer than two axes */
export function matricesOf(op: string, x: Tensor): Node {
  if (x.rank < 2)
    raise(
      new ShapeError(
        `${op}: expected matrices, at least two axes, got ${formatShape(x.shape)}; add one with .unsqueeze()`,
      ),
    );
  return asFloat(x.node);
}

/** (…, n, n) as floats. @throws ShapeError */
export function squareOf(op: string, x: Tensor): Node {
  const node = matricesOf(op, x);
  const [m, n] = x.shape.slice(-2);
  if (m !== n)
    raise(
      new ShapeError(
        `${op}: expected square matrices, got ${formatShape(x.shape)}; use linalg.lstsq or linalg.pinv for others`,
      ),
    );
  return node;
}

/** A and B in one dtype, their leading axes stretched to one batch; a vector b (n,) is one column, and its axis is dropped again. */
export function meetAsSystem(op: string, a: Tensor, b: Tensor): { a: Node; b: Node; isVector: boolean } {
  const isVector = b.rank === 1;
  const left = matricesOf(op, a);
  const column = isVector ? b.unsqueeze(1) : b;
  const right = matricesOf(op, column);
  const dtype = commonDType(left, right);
  const batch = broadcastShapes(op, a.shape.slice(0, -2), column.shape.slice(0, -2));
  const stretched = (x: Node): Node => expand(toNode(x, dtype), [...batch, ...x.shape.slice(-2)]);
  if (left.shape.at(-2) !== right.shape.at(-2)) {
    raise(
      new ShapeError(
        `${op}: ${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit: A has ${left.shape.at(-2)} rows, b ${right.shape.at(-2)}`,
      ),
    );
  }
  return { a: stretched(left), b: stretched(right), isVector };
}

/** X, as a vector where b was one. */
export function solutionOf(x: Node, isVector: boolean): Tensor {
  return new Tensor(isVector ? reshape(x, x.shape.slice(0, -1)) : x);
}

export function run(call: RoutineCall, ...inputs: Node[]): Node {
  return routine(call, inputs);
}

/** What a routine has packed along its last axis, by the shapes of the parts. */
export function unpacked(packed: Node, cores: readonly Shape[]): Tensor[] {
  const batch = packed.shape.slice(0, -1);
  let at = 0;
  return cores.map((core) => {
    const size = sizeOf(core);
    const part = shrink(packed, [...batch.map(() => 0), at], [...batch, size]);
    at += size;
    return new Tensor(reshape(part, [...batch, ...core]));
  });
}

export function transposed(x: Node): Node {
  const last = x.shape.length - 1;
  return permute(
    x,
    x.shape.map((_, i) => (i === last ? last - 1 : i === last - 1 ? last : i)),
  );
}

/** The distance from 1 to the next number of a float dtype. */
export function epsilonOf(x: { readonly dtype: string }): number {
  return x.dtype === 'float64' ? 2 ** -52 : 2 ** -23;
}
