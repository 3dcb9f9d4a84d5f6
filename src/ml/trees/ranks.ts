/**
 * The values of each feature as their places among the different ones. Trees compare ranks only, so a forest sorts the samples
 * once, and a node's samples are sorted by counting.
 */
import type { Matrix } from '../matrix.ts';

/** @see rank */
export interface Ranks {
  readonly rows: number;
  readonly columns: number;
  /** By feature: the place of each sample's value; for NaN, the number of different values. */
  readonly places: readonly Int32Array[];
  /** By feature: the different values, ascending. */
  readonly values: readonly Float64Array[];
}

/** Ranks of all samples, feature by feature. */
export function rank(x: Matrix): Ranks {
  const places: Int32Array[] = [];
  const values: Float64Array[] = [];
  for (let j = 0; j < x.columns; j++) {
    const column = x.column(j);
    const sorted = column.slice().sort();
    let count = 0;
    for (let i = 0; i < sorted.length && sorted[i] === sorted[i]; i++) {
      if (count === 0 || sorted[i] !== sorted[count - 1]) sorted[count++] = sorted[i]!;
    }
    const different = sorted.slice(0, count);
    values.push(different);
    places.push(Int32Array.from(column, (value) => (value !== value ? count : placeOf(different, value))));
  }
  return { rows: x.rows, columns: x.columns, places, values };
}

/** The first place whose value is not below `value`. */
export function placeOf(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sorts pairs of a key and an id by key; keys are from 0 to `keyLimit`. Large lists by digits, small ones by Shell's method. */
export class PairSorter {
  readonly #keys: Int32Array;
  readonly #ids: Int32Array;
  readonly #counts = new Int32Array(2048);

  constructor(capacity: number) {
    this.#keys = new Int32Array(capacity);
    this.#ids = new Int32Array(capacity);
  }

  /** Hot: once a node and feature. */
  sort(keys: Int32Array, ids: Int32Array, length: number, keyLimit: number): void {
    if (length <= 96) {
      shellSort(keys, ids, length);
      return;
    }
    const bits = Math.max(1, 32 - Math.clz32(keyLimit));
    const passes = Math.ceil(bits / 11);
    const width = Math.ceil(bits / passes);
    const mask = (1 << width) - 1;
    let [fromKeys, fromIds, toKeys, toIds] = [keys, ids, this.#keys, this.#ids];
    const counts = this.#counts;
    for (let pass = 0; pass < passes; pass++) {
      const shift = pass * width;
      counts.fill(0, 0, mask + 1);
      for (let i = 0; i < length; i++) counts[(fromKeys[i]! >>> shift) & mask]! += 1;
      for (let digit = 0, sum = 0; digit <= mask; digit++) {
        const count = counts[digit]!;
        counts[digit] = sum;
        sum += count;
      }
      for (let i = 0; i < length; i++) {
        const key = fromKeys[i]!;
        const place = counts[(key >>> shift) & mask]!++;
        toKeys[place] = key;
        toIds[place] = fromIds[i]!;
      }
      [fromKeys, fromIds, toKeys, toIds] = [toKeys, toIds, fromKeys, fromIds];
    }
    if (fromKeys !== keys) {
      for (let i = 0; i < length; i++) keys[i] = fromKeys[i]!;
      for (let i = 0; i < length; i++) ids[i] = fromIds[i]!;
    }
  }
}

function shellSort(keys: Int32Array, ids: Int32Array, length: number): void {
  for (let gap = length > 57 ? 57 : length > 23 ? 23 : length > 10 ? 10 : length > 4 ? 4 : 1; ;) {
    for (let i = gap; i < length; i++) {
      const key = keys[i]!;
      const id = ids[i]!;
      let j = i;
      for (; j >= gap && keys[j - gap]! > key; j -= gap) {
        keys[j] = keys[j - gap]!;
        ids[j] = ids[j - gap]!;
      }
      keys[j] = key;
      ids[j] = id;
    }
    if (gap === 1) return;
    gap = gap === 57 ? 23 : gap === 23 ? 10 : gap === 10 ? 4 : 1;
  }
}
