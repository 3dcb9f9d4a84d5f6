/**
 * Comparing tensors with expected numbers in tests.
 */
import { expect } from 'vitest';
import type { NestedNumbers, Tensor } from '../src/tensor/tensor.ts';

/** All numbers of nested arrays, from left to right. */
export function flatNumbers(nested: NestedNumbers): number[] {
  return Array.isArray(nested) ? nested.flatMap(flatNumbers) : [nested];
}

/** The shape of nested arrays. */
export function shapeOfNested(nested: NestedNumbers): number[] {
  if (!Array.isArray(nested)) return [];
  return nested.length === 0 ? [0] : [nested.length, ...shapeOfNested(nested[0]!)];
}

/** Each element within `tolerance` · (1 + |expected|); NaN and infinities must be the same. */
export function expectClose(actual: Tensor, expected: NestedNumbers, tolerance: number): void {
  expect(actual.shape).toEqual(shapeOfNested(expected));
  const got = actual.dataSync();
  const wanted = flatNumbers(expected);
  const worst = wanted.findIndex((y, i) => !isClose(got[i]!, y, tolerance));
  const report = worst < 0 ? undefined : `element ${worst}: expected ${wanted[worst]}, received ${got[worst]}`;
  expect(report).toBeUndefined();
}

function isClose(x: number, y: number, tolerance: number): boolean {
  if (!Number.isFinite(y)) return Object.is(x, y);
  return Math.abs(x - y) <= tolerance * (1 + Math.abs(y));
}
