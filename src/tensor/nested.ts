/**
 * Nested arrays of numbers, as they are written in a program: their shape and their elements in a row.
 */
import { raise, ShapeError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';

/** Numbers or booleans in nested arrays of one length at each level. */
export type NestedValues = number | boolean | readonly NestedValues[];

export interface Flattened {
  readonly shape: Shape;
  readonly elements: number[];
  /** Whether one is a number; otherwise all are booleans, or there are none. */
  readonly hasNumbers: boolean;
}

/** @throws ShapeError if arrays of one level differ in length */
export function flattened(data: NestedValues): Flattened {
  const shape: number[] = [];
  for (let level: NestedValues = data; typeof level === 'object';) {
    shape.push(level.length);
    if (level.length === 0) break;
    level = level[0]!;
  }
  const elements: number[] = [];
  return { shape, hasNumbers: collect(data, shape, 0, elements), elements };
}

/** Appends the elements; returns whether any is a number. */
function collect(data: NestedValues, shape: Shape, axis: number, into: number[]): boolean {
  if (typeof data !== 'object') {
    if (axis !== shape.length)
      raise(
        new ShapeError(`tensor: a number stands where an array of ${shape[axis]} is expected; all rows must be alike`),
      );
    into.push(Number(data));
    return typeof data === 'number';
  }
  if (axis === shape.length || data.length !== shape[axis]) {
    raise(
      new ShapeError(
        `tensor: an array of ${data.length} stands where ${axis === shape.length ? 'a number' : `one of ${shape[axis]}`} is expected; all rows must be of one length`,
      ),
    );
  }
  let hasNumbers = false;
  for (const member of data) if (collect(member, shape, axis + 1, into)) hasNumbers = true;
  return hasNumbers;
}
