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

/** So many rows fit into the cache. */
const BLOCK = 1024;

/** Cells of a grid. */
const CELLS = 2048;

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
  const { data, rows, columns } = x;
  const some = rows > ENOUGH ? someOf(rows, seed) : undefined;
  const cuts = columnsOf(x, some).map((values) => cutsOf(values, maxBins));
  const codes = cuts.map(() => new Uint8Array(rows));
  const grids = cuts.map(gridOf);
  const hasGaps = cuts.map(() => false);
  // Rows by blocks, so that what is read of a row for one column is there for the next.
  for (let start = 0; start < rows; start += BLOCK) {
    const end = Math.min(rows, start + BLOCK);
    for (let j = 0; j < columns; j++) if (encode(data, columns, j, start, end, grids[j]!, codes[j]!)) hasGaps[j] = true;
  }
  return { codes, cuts, hasGaps };
}
/** ENOUGH of the rows, drawn by chance, in ascending order. */
function someOf(rows: number, seed: number): Int32Array {
  const random = new Random(seed);
  const order = new Int32Array(rows);
  for (let i = 0; i < rows; i++) order[i] = i;
  for (let i = 0; i < ENOUGH; i++) {
    const j = i + random.below(rows - i);
    const drawn = order[j]!;
    order[j] = order[i]!;
    order[i] = drawn;
  }
  return order.subarray(0, ENOUGH).sort();
}

/** The values of these rows, or all, by column, without gaps; each row is read once. */
function columnsOf({ data, rows, columns }: Matrix, some: Int32Array | undefined): Float64Array<ArrayBuffer>[] {
  const length = some?.length ?? rows;
  const result = Array.from({ length: columns }, () => new Float64Array(length));
  const counts = new Int32Array(columns);
  for (let k = 0; k < length; k++) {
    const start = (some === undefined ? k : some[k]!) * columns;
    for (let j = 0; j < columns; j++) {
      const value = data[start + j]!;
      if (value === value) result[j]![counts[j]!++] = value;
    }
  }
  return result.map((values, j) => values.subarray(0, counts[j]));
}

/** Sorts numbers, no NaN among them, by their bits: whole numbers take the engine half the time. */
function sortNumbers(values: Float64Array<ArrayBuffer>): void {
  const { buffer, byteOffset, length } = values;
  const words = new Int32Array(buffer, byteOffset, 2 * length);
  // The bits of numbers below 0 are in the opposite order but for the sign. The second of two words is the higher one everywhere.
  const turn = () => {
    for (let w = 1; w < words.length; w += 2) {
      if (words[w]! >= 0) continue;
      words[w - 1]! ^= -1;
      words[w]! ^= 0x7fffffff;
    }
  };
  turn();
  new BigInt64Array(buffer, byteOffset, length).sort();
  turn();
}

/** Cuts with a grid of equal cells over them: for each cell the first cut that is not below its beginning. */
interface Grid {
  readonly cuts: Float64Array;
  readonly low: number;
  /** Cells a unit; 0 where there is no grid. */
  readonly scale: number;
  readonly firsts: Uint8Array;
}

function gridOf(cuts: Float64Array): Grid {
  const low = cuts[0] ?? 0;
  const scale = CELLS / (cuts.at(-1)! - low);
  const firsts = new Uint8Array(CELLS + 1);
  const isUsable = scale > 0 && scale < Infinity;
  // One below, because a value's cell and a cell's beginning are rounded each on its own.
  if (isUsable) for (let c = 0; c <= CELLS; c++) firsts[c] = placeOf(cuts, low + (c - 1) / scale);
  return { cuts, low, scale: isUsable ? scale : 0, firsts };
}

/** Codes of rows start … end − 1 of a column. Hot: every value once. @returns whether there are gaps */
function encode(
  data: Float64Array,
  columns: number,
  j: number,
  start: number,
  end: number,
  { cuts, low, scale, firsts }: Grid,
  codes: Uint8Array,
): boolean {
  const last = cuts.length;
  let gaps = false;
  for (let i = start; i < end; i++) {
    const value = data[i * columns + j]!;
    if (value !== value) {
      codes[i] = GAP;
      gaps = true;
      continue;
    }
    const cell = (value - low) * scale;
    if (cell >= CELLS || scale === 0) {
      codes[i] = placeOf(cuts, value);
      continue;
    }
    let code = cell > 0 ? firsts[cell | 0]! : 0;
    // Most cells hold no cut or one; a cell of many is where values lie close together.
    if (code + 8 < last && cuts[code + 8]! < value) code = placeOf(cuts, value);
    else while (code < last && cuts[code]! < value) code++;
    codes[i] = code;
  }
  return gaps;
}

/** @param present sorted in place */
function cutsOf(present: Float64Array<ArrayBuffer>, maxBins: number): Float64Array {
  sortNumbers(present);
  const count = present.length;
  const different: number[] = [];
  for (let i = 0; i < count && different.length <= maxBins; i++) {
    if (i === 0 || present[i] !== present[i - 1]) different.push(present[i]!);
  }
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
