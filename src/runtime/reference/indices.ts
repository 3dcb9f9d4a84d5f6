/**
 * Index arithmetic of the reference evaluator: walking every index of a shape, in row-major order.
 */
import { type Shape, sizeOf } from '../../base/shape.ts';

/** Calls `visit` with every index of `shape` in row-major order and its position. The array is reused between calls. */
export function forEachIndex(shape: Shape, visit: (index: readonly number[], position: number) => void): void {
  const size = sizeOf(shape);
  const index = shape.map(() => 0);
  for (let position = 0; position < size; position++) {
    visit(index, position);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** Σ index[i] · strides[i]. */
export function offsetOf(index: readonly number[], strides: readonly number[]): number {
  let offset = 0;
  for (let i = 0; i < index.length; i++) offset += index[i]! * strides[i]!;
  return offset;
}
