/**
 * Distances between samples, reduced: a number that orders as the distance does and is cheaper (squares without the root).
 */
import { requireNumber } from '../options.ts';

/** √Σd², Σ|d|, max |d|, or (Σ|d|ᵖ)^(1/p). */
export type Metric = 'euclidean' | 'manhattan' | 'chebyshev' | { readonly minkowski: number };

/** @see distanceOf */
export interface Distance {
  /** The reduced distance of two rows. */
  between(a: Float64Array, atA: number, b: Float64Array, atB: number, length: number): number;
  /** A reduced distance with another difference, from 0 up, put to it. */
  add(sum: number, difference: number): number;
  /** The distance itself. */
  finish(reduced: number): number;
}

/** @throws ValueError for a Minkowski distance of p below 1 */
export function distanceOf(owner: string, metric: Metric): Distance {
  if (metric === 'euclidean') return euclidean;
  if (metric === 'manhattan') return manhattan;
  if (metric === 'chebyshev') return chebyshev;
  const { minkowski: p } = metric;
  requireNumber(owner, 'metric.minkowski', p, { low: 1 });
  return {
    between(a, atA, b, atB, length) {
      let sum = 0;
      for (let j = 0; j < length; j++) sum += Math.abs(a[atA + j]! - b[atB + j]!) ** p;
      return sum;
    },
    add: (sum, difference) => sum + difference ** p,
    finish: (reduced) => reduced ** (1 / p),
  };
}

const euclidean: Distance = {
  between(a, atA, b, atB, length) {
    let sum = 0;
    for (let j = 0; j < length; j++) {
      const d = a[atA + j]! - b[atB + j]!;
      sum += d * d;
    }
    return sum;
  },
  add: (sum, difference) => sum + difference * difference,
  finish: Math.sqrt,
};

const manhattan: Distance = {
  between(a, atA, b, atB, length) {
    let sum = 0;
    for (let j = 0; j < length; j++) sum += Math.abs(a[atA + j]! - b[atB + j]!);
    return sum;
  },
  add: (sum, difference) => sum + difference,
  finish: (reduced) => reduced,
};

const chebyshev: Distance = {
  between(a, atA, b, atB, length) {
    let largest = 0;
    for (let j = 0; j < length; j++) largest = Math.max(largest, Math.abs(a[atA + j]! - b[atB + j]!));
    return largest;
  },
  add: Math.max,
  finish: (reduced) => reduced,
};
