/**
 * Operations with several subjects, as functions.
 */
import { einsum as einsumOf, einsumPath as einsumPathOf } from './contraction.ts';
import { where as whereOf } from './elementwise.ts';
import { plainDType, toNode } from './operands.ts';
import * as movement from './movement.ts';
import { operandOf, Tensor, type TensorLike } from './tensor.ts';

/** a where the condition is true, else b; all three broadcast. @example where(x.greater(0), x, 0) */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  const node = condition instanceof Tensor ? condition.node : toNode(condition, plainDType(condition));
  return new Tensor(whereOf(node, operandOf(a), operandOf(b)));
}

/** Joined along an existing axis. @throws ShapeError if other sizes differ   @example concat([a, b], 1) */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  return new Tensor(
    movement.concat(
      tensors.map((x) => x.node),
      axis,
    ),
  );
}

/** Joined along a new axis. @example stack([row, row]) // (3,) → (2, 3) */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  return new Tensor(
    movement.stack(
      tensors.map((x) => x.node),
      axis,
    ),
  );
}

/** Pieces along an axis: that many equal ones, or of the sizes listed. @example split(x, [2, 3], 1) */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] {
  return movement.split(x.node, sizes, axis).map((node) => new Tensor(node));
}

/**
 * Einstein summation: letters name axes, those missing from the output are summed.
 * @throws ShapeError if a letter has two sizes; ValueError for a malformed formula
 * @example einsum('bhqd,bhkd->bhqk', q, k)   @example einsum('ii', x) // the trace
 */
export function einsum(formula: string, ...operands: readonly Tensor[]): Tensor {
  return new Tensor(
    einsumOf(
      formula,
      operands.map((x) => x.node),
    ),
  );
}

/** In which order einsum multiplies these operands, as pairs of positions; each product goes to the end of the list. @example einsumPath('ij,jk,k->i', a, b, x) // [[1, 2], [0, 1]] */
export function einsumPath(formula: string, ...operands: readonly Tensor[]): [number, number][] {
  return einsumPathOf(
    formula,
    operands.map((x) => x.node),
  );
}
