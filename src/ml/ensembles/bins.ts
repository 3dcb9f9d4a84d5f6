/**
 * Features cut into at most 255 bins, a byte a sample: what histogram boosting sees of them. The last byte is for gaps.
 */
import type { Matrix } from '../matrix.ts';
import { Random } from '../random.ts';
import { placeOf } from '../trees/ranks.ts';

/** Codes are bytes. */
export const BINS = 256;

/** The bin of NaN. */
export const GAP = BINS - 1;

/** Cuts are found on at most this many samples. */
const ENOUGH = 200_000;

/** @see bin */
export interface Bins {
  /** By feature, by sample. */
  readonly codes: readonly Uint8Array[];
  /** By feature: bin b holds values up to cuts[b], and above cuts[b − 1]. */
  readonly cuts: readonly Float64Array[];
  /** By feature: whether there are gaps. */
  readonly hasGaps: readonly boolean[];
}

/** Bins of equal numbers of samples, or one for each value where those are few. */
export function bin(x: Matrix, maxBins: number, seed: number): Bins {
  const codes: Uint8Array[] = [];
  const cuts: Float64Array[] = [];
  const hasGaps: boolean[] = [];
  const some = x.rows > ENOUGH ? new Random(seed).permutation(x.rows).subarray(0, ENOUGH) : undefined;
  for (let j = 0; j < x.columns; j++) {
    const column = x.column(j);
    const own = cutsOf(some === undefined ? column.slice() : Float64Array.from(some, (i) => column[i]!), maxBins);
    const bytes = new Uint8Array(x.rows);
    let gaps = false;
    // Hot: every value once.
    for (let i = 0; i < x.rows; i++) {
      const value = column[i]!;
      if (value === value) bytes[i] = placeOf(own, value);
      else {
        bytes[i] = GAP;
        gaps = true;
      }
    }
    codes.push(bytes);
    cuts.push(own);
    hasGaps.push(gaps);
  }
  return { codes, cuts, hasGaps };
}

/** @param values sorted in place */
function cutsOf(values: Float64Array, maxBins: number): Float64Array {
  values.sort();
  let count = values.length;
  while (count > 0 && values[count - 1] !== values[count - 1]) count--;
  const present = values.subarray(0, count);
  const different = present.filter((value, i) => i === 0 || value !== present[i - 1]);
  if (different.length <= maxBins) {
    return Float64Array.from({ length: Math.max(0, different.length - 1) }, (_, i) =>
      between(different[i]!, different[i + 1]!),
    );
  }
  const cuts = Float64Array.from({ length: maxBins - 1 }, (_, i) => {
    // The inverse of the distribution function, averaged where it jumps.
    const place = Math.floor(((i + 1) * count) / maxBins);
    return ((i + 1) * count) % maxBins === 0 ? between(present[place - 1]!, present[place]!) : present[place]!;
  });
  return cuts.filter((cut, i) => i === 0 || cut !== cuts[i - 1]);
}

/** The middle of two numbers. */
function between(a: number, b: number): number {
  return a / 2 + b / 2;
}
