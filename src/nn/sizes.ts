/**
 * Checks of the whole numbers that layers are built with, so that a wrong one fails in the constructor and not in a shape
 * three layers later.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { Sizes } from '../tensor/windows.ts';

/** A size for both axes, or one each for height and width. */
export type Pair = number | readonly [height: number, width: number];

/** How the spatial axes of signals, images and volumes are written in messages. */
export const spatialAxes = ['L', 'H, W', 'D, H, W'] as const;

const axisNames = [['length'], ['height', 'width'], ['depth', 'height', 'width']] as const;

/** @throws ValueError for anything but whole numbers from `least` up   @example checkCount('Linear', { inFeatures: 784 }) */
export function checkCount(op: string, counts: Readonly<Record<string, number>>, least = 1): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < least) {
      raise(new ValueError(`${op}: ${name} must be a whole number from ${least} up, got ${value}`));
    }
  }
}

/** One size for each of `rank` spatial axes. @throws ValueError   @example spatialSizes('Conv2d', 'stride', 2, 2) // [2, 2] */
export function spatialSizes(op: string, name: string, sizes: Sizes, rank: 1 | 2 | 3, least = 1): readonly number[] {
  const list = typeof sizes === 'number' ? new Array<number>(rank).fill(sizes) : [...sizes];
  if (list.length !== rank)
    raise(new ValueError(`${op}: ${name} has ${list.length} sizes; expected a number, or ${rank} of them`));
  const names = axisNames[rank - 1]!;
  checkCount(op, Object.fromEntries(list.map((size, i) => [`${name} (${names[i]!})`, size])), least);
  return list;
}

/** @throws ValueError unless 0 ≤ value < 1 */
export function checkFraction(op: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1)) raise(new ValueError(`${op}: ${name} must be from 0 to below 1, got ${value}`));
}

/** @throws ValueError unless value > 0 */
export function checkPositive(op: string, name: string, value: number): void {
  if (!(value > 0)) raise(new ValueError(`${op}: ${name} must be above 0, got ${value}`));
}
