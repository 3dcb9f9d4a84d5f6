/**
 * Checks of the whole numbers that layers are built with, so that a wrong one fails in the constructor and not in a shape
 * three layers later.
 */
import { raise, ValueError } from '../base/errors.ts';

/** A size for both axes, or one each for height and width. */
export type Pair = number | readonly [height: number, width: number];

/** @throws ValueError for anything but whole numbers from `least` up   @example checkCount('Linear', { inFeatures: 784 }) */
export function checkCount(op: string, counts: Readonly<Record<string, number>>, least = 1): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < least) {
      raise(new ValueError(`${op}: ${name} must be a whole number from ${least} up, got ${value}`));
    }
  }
}

/** Both sizes of a pair. @throws ValueError */
export function pairOf(op: string, name: string, value: Pair, least = 1): readonly [height: number, width: number] {
  const [height, width] = typeof value === 'number' ? [value, value] : value;
  checkCount(op, { [`${name} (height)`]: height, [`${name} (width)`]: width }, least);
  return [height, width];
}

/** @throws ValueError unless 0 ≤ value < 1 */
export function checkFraction(op: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1)) raise(new ValueError(`${op}: ${name} must be from 0 to below 1, got ${value}`));
}
