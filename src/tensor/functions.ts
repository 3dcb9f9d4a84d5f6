/**
 * Operations with several subjects, as functions.
 */
import type { Shape } from '../base/shape.ts';
import { einsum as einsumOf, einsumPath as einsumPathOf } from './contraction.ts';
import { where as whereOf } from './elementwise.ts';
import { plainDType, toNode } from './operands.ts';
import * as movement from './movement.ts';
import type { Einsum, CheckEinsum } from './shape-types-einsum.ts';
import type { Broadcast, CheckConcat, CheckStack, Concatenated, Stacked } from './shape-types.ts';
import type { Beside } from './methods/handle.ts';
import { operandOf, type ShapesOf, Tensor } from './tensor.ts';

/** a where the condition is true, else b; all three broadcast. @example where(x.greater(0), x, 0) */
export function where<C extends Shape = [], A extends Shape = [], B extends Shape = []>(
  condition: Tensor<C> | number | boolean,
  a: Beside<'where', C, A>,
  b: Beside<'where', Broadcast<C, A>, B>,
): Tensor<Broadcast<Broadcast<C, A>, B>> {
  const node = condition instanceof Tensor ? condition.node : toNode(condition, plainDType(condition));
  return new Tensor(whereOf(node, operandOf(a), operandOf(b)));
}

/** Joined along an existing axis. @throws ShapeError if other sizes differ   @example concat([a, b], 1) */
export function concat<const L extends readonly Tensor[], const X extends number = 0>(
  tensors: L & CheckConcat<ShapesOf<L>, X>,
  axis?: X,
): Tensor<Concatenated<ShapesOf<L>, X>>;
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  return new Tensor(
    movement.concat(
      tensors.map((x) => x.node),
      axis,
    ),
  );
}

/** Joined along a new axis. @example stack([row, row]) // (3,) → (2, 3) */
export function stack<const L extends readonly Tensor[], const X extends number = 0>(
  tensors: L & CheckStack<ShapesOf<L>>,
  axis?: X,
): Tensor<Stacked<ShapesOf<L>, X>>;
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
export function einsum<const F extends string, const L extends readonly Tensor[]>(
  formula: F & CheckEinsum<F, ShapesOf<L>>,
  ...operands: L
): Tensor<Einsum<F, ShapesOf<L>>>;
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
