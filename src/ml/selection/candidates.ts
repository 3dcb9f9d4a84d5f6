/**
 * Settings to try: all combinations of lists, or random draws.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { requireWhole } from '../options.ts';
import { Random } from '../random.ts';

/** For each setting, the values to try. */
export type Grid<P> = { readonly [K in keyof P]: readonly P[K][] };

/** For each setting, a list to choose from, or a way to draw. */
export type Distributions<P> = { readonly [K in keyof P]: readonly P[K][] | ((random: Random) => P[K]) };

/** Every combination; the last setting changes fastest. @example gridCandidates({ a: [1, 2], b: ['x'] }) // [{ a: 1, b: 'x' }, { a: 2, b: 'x' }] */
export function gridCandidates<P extends object>(grid: Grid<P>): P[] {
  let all: Partial<P>[] = [{}];
  for (const key of keysOf(grid)) {
    const values = grid[key];
    if (values.length === 0) raise(new ValueError(`gridSearch: there are no values for ${String(key)}`));
    all = all.flatMap((one) => values.map((value) => ({ ...one, [key]: value })));
  }
  return all.map((one) => complete(grid, one));
}

/** So many random combinations. */
export function randomCandidates<P extends object>(distributions: Distributions<P>, count: number, seed: number): P[] {
  requireWhole('randomizedSearch', 'candidates', count, 1);
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const one: Partial<P> = {};
    for (const key of keysOf(distributions)) {
      const from: readonly P[typeof key][] | ((random: Random) => P[typeof key]) = distributions[key];
      if (typeof from !== 'function' && from.length === 0)
        raise(new ValueError(`randomizedSearch: there are no values for ${String(key)}`));
      one[key] = typeof from === 'function' ? from(random) : from[random.below(from.length)]!;
    }
    return complete(distributions, one);
  });
}

function keysOf<P extends object>(settings: { readonly [K in keyof P]: unknown }): (keyof P & string)[] {
  return Object.keys(settings).filter((key): key is keyof P & string => key in settings);
}

function complete<P extends object>(settings: { readonly [K in keyof P]: unknown }, one: Partial<P>): P {
  if (isComplete<P>(settings, one)) return one;
  throw new Error('bug: a setting was left without a value');
}

function isComplete<P extends object>(settings: { readonly [K in keyof P]: unknown }, one: Partial<P>): one is P {
  return keysOf<P>(settings).every((key) => Object.hasOwn(one, key));
}

/** Draws uniformly in low ≤ x < high. */
export function uniformBetween(low: number, high: number): (random: Random) => number {
  return (random) => low + (high - low) * random.uniform();
}

/** Draws so that the logarithm is uniform: for scales such as C and alpha. @example { C: logUniformBetween(1e-3, 1e3) } */
export function logUniformBetween(low: number, high: number): (random: Random) => number {
  if (!(low > 0)) raise(new ValueError(`logUniformBetween: low must be above 0, got ${low}`));
  return (random) => low * (high / low) ** random.uniform();
}

/** Draws a whole number, both ends included. */
export function wholeBetween(low: number, high: number): (random: Random) => number {
  return (random) => low + random.below(high - low + 1);
}
