/**
 * Tables of numbers that an operation works out on the host, such as where an output reads its input, as nodes.
 */
import type { Shape } from '../base/shape.ts';
import { store } from '../engine/value.ts';
import { buffer } from '../ir/build.ts';
import { type DType, storedFrom } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { currentDevice } from '../runtime/registry.ts';

/** A node with these elements; without a shape, a vector. */
export function table(elements: ArrayLike<number>, dtype: DType, shape: Shape = [elements.length]): Node {
  const value = store(currentDevice(), dtype, storedFrom(dtype, elements));
  value.isShared = true;
  return buffer(value, shape);
}

/** As `table`, along one axis of a tensor of this rank; the other axes have size 1. */
export function tableAlong(elements: ArrayLike<number>, dtype: DType, axis: number, rank: number): Node {
  const shape = Array.from({ length: rank }, (_, i) => (i === axis ? elements.length : 1));
  return table(elements, dtype, shape);
}
