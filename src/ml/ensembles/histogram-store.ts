/**
 * Samples of histogram boosting as their trees go through them: codes, derivatives, the order of samples, and the two operations
 * on a range of that order, counting and parting. Large ones in WebAssembly with several threads, others as plain loops; both
 * add in the same order, by parts that depend on the size of a range alone, and so give the same bits.
 */
import { hostStart, HostProgram } from '../../runtime/wasm/host-program.ts';
import { BINS, type Bins } from './bins.ts';
import { COUNTS, countFunction, GROUP, partitionFunction, SUMS, TABLE, words } from './histogram-code.ts';

/** Numbers that a feature's histogram takes: gradient, hessian and count of each bin. */
export const WIDTH = 3 * BINS;

/** A part has at least so many samples, and there are at most so many parts. */
const PART = 16_384;
const MOST_PARTS = 8;

/** Fewer codes than this are not worth the threads. */
const ENOUGH = 400_000;

/** How a range is divided. */
function partsOf(size: number): number {
  return Math.max(1, Math.min(MOST_PARTS, Math.floor(size / PART)));
}

function borderOf(start: number, end: number, part: number, parts: number): number {
  return start + Math.floor(((end - start) * part) / parts);
}

/** @see storeFor */
export interface HistogramStore {
  /** The order of samples, all at the start. */
  readonly samples: Int32Array;
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
  /** Sums over samples start … end − 1 of the order, at least one, feature by feature, bin by bin: gradient, hessian, count. */
  count(start: number, end: number, isCurved: boolean, result: Float64Array): void;
  /** Puts those first whose code `goesLeft` (256 of 0 or 1), keeping the order on both sides. @returns where the others begin */
  partition(feature: number, goesLeft: Uint8Array, start: number, end: number): number;
  /** To be called at the end. */
  release(): void;
}

/** A store for these bins. @param isLarge in WebAssembly; default: where it pays */
export function storeFor(bins: Bins, rows: number, isLarge = rows * bins.codes.length >= ENOUGH): HistogramStore {
  return (isLarge ? wasmStore(bins, rows) : undefined) ?? plainStore(bins, rows);
}

function plainStore({ codes }: Bins, rows: number): HistogramStore {
  const samples = Int32Array.from({ length: rows }, (_, i) => i);
  const gradients = new Float64Array(rows);
  const hessians = new Float64Array(rows);
  const spare = new Int32Array(rows);
  const own = new Float64Array(WIDTH);
  return {
    samples,
    gradients,
    hessians,
    count(start, end, isCurved, result) {
      result.fill(0);
      const parts = partsOf(end - start);
      codes.forEach((column, j) => {
        const sums = result.subarray(j * WIDTH, (j + 1) * WIDTH);
        for (let part = 0; part < parts; part++) {
          const [from, to] = [borderOf(start, end, part, parts), borderOf(start, end, part + 1, parts)];
          const target = part === 0 ? sums : own.fill(0);
          if (isCurved) countBoth(target, column, samples, gradients, hessians, from, to);
          else countFirst(target, column, samples, gradients, from, to);
          if (part > 0) for (let p = 0; p < WIDTH; p++) sums[p]! += own[p]!;
        }
        if (!isCurved) for (let b = 0; b < BINS; b++) sums[3 * b + 1] = sums[3 * b + 2]!;
      });
    },
    partition(feature, goesLeft, start, end) {
      const column = codes[feature]!;
      let middle = start;
      let others = 0;
      for (let i = start; i < end; i++) {
        const id = samples[i]!;
        if (goesLeft[column[id]!] === 1) samples[middle++] = id;
        else spare[others++] = id;
      }
      samples.set(spare.subarray(0, others), middle);
      return middle;
    },
    release() {},
  };
}

/** Hot. */
function countFirst(
  sums: Float64Array,
  column: Uint8Array,
  samples: Int32Array,
  gradients: Float64Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const id = samples[i]!;
    const place = column[id]! * 3;
    sums[place]! += gradients[id]!;
    sums[place + 2]! += 1;
  }
}

/** Hot. */
function countBoth(
  sums: Float64Array,
  column: Uint8Array,
  samples: Int32Array,
  gradients: Float64Array,
  hessians: Float64Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const id = samples[i]!;
    const place = column[id]! * 3;
    sums[place]! += gradients[id]!;
    sums[place + 1]! += hessians[id]!;
    sums[place + 2]! += 1;
  }
}

/** Undefined where there is no WebAssembly to run it. */
function wasmStore({ codes }: Bins, rows: number): HistogramStore | undefined {
  const groups = Math.ceil(codes.length / GROUP);
  const partBytes = groups * (SUMS + COUNTS);
  let end = hostStart;
  const place = (bytes: number) => {
    const start = end;
    end += Math.ceil(bytes / 64) * 64;
    return start;
  };
  const at = {
    table: place(TABLE),
    goesLeft: place(256),
    output: place(MOST_PARTS * partBytes),
    samples: place(4 * rows),
    spare: place(4 * rows),
    gradients: place(8 * rows),
    hessians: place(8 * rows),
    ordered: place(16 * rows),
    codes: place(groups * GROUP * rows),
  };
  // Addresses are compared as signed numbers nowhere, but shifted ones must not overflow.
  if (end >= 2 ** 31) return undefined;
  const program = HostProgram.make([countFunction(false), countFunction(true), partitionFunction()], end);
  if (program === undefined) return undefined;
  const { buffer } = program;
  const table = new Int32Array(buffer, at.table, TABLE / 4);
  const lookup = new Uint8Array(buffer, at.goesLeft, 256);
  const samples = new Int32Array(buffer, at.samples, rows);
  const spare = new Int32Array(buffer, at.spare, rows);
  const bytes = new Uint8Array(buffer, at.codes, groups * GROUP * rows);
  codes.forEach((column, j) => {
    const start = Math.floor(j / GROUP) * GROUP * rows + (j % GROUP);
    for (let i = 0; i < rows; i++) bytes[start + GROUP * i] = column[i]!;
  });
  for (let i = 0; i < rows; i++) samples[i] = i;
  const divide = (start: number, stop: number): number => {
    const parts = partsOf(stop - start);
    for (let p = 0; p <= parts; p++) table[words.parts + p] = at.samples + 4 * borderOf(start, stop, p, parts);
    return parts;
  };
  table[words.groupBytes] = GROUP * rows;
  table[words.groups] = groups;
  table[words.gradients] = at.gradients;
  table[words.hessians] = at.hessians;
  table[words.output] = at.output;
  table[words.ordered] = at.ordered;
  table[words.spare] = at.spare;
  table[words.goesLeft] = at.goesLeft;
  return {
    samples,
    gradients: new Float64Array(buffer, at.gradients, rows),
    hessians: new Float64Array(buffer, at.hessians, rows),
    count(start, stop, isCurved, result) {
      const parts = divide(start, stop);
      const stride = isCurved ? SUMS + COUNTS : SUMS;
      table[words.codes] = at.codes;
      table[words.partBytes] = groups * stride;
      program.run(isCurved ? 1 : 0, at.table, parts);
      for (let part = 0; part < parts; part++) {
        for (let j = 0; j < codes.length; j++) {
          const group = at.output + part * groups * stride + Math.floor(j / GROUP) * stride;
          const pairs = new Float64Array(buffer, group + (j % GROUP) * 4096, 512);
          const counts = new Int32Array(buffer, isCurved ? group + SUMS + (j % GROUP) * 1024 : group, 256);
          gather(result, j * WIDTH, pairs, counts, isCurved, part === 0);
        }
      }
    },
    partition(feature, goesLeft, start, stop) {
      const parts = divide(start, stop);
      lookup.set(goesLeft);
      table[words.codes] = at.codes + Math.floor(feature / GROUP) * GROUP * rows + (feature % GROUP);
      program.run(2, at.table, parts);
      let middle = start;
      const middles: number[] = [];
      for (let p = 0; p < parts; p++) {
        const from = borderOf(start, stop, p, parts);
        const to = (table[words.middles + p]! - at.samples) / 4;
        middles.push(to);
        samples.copyWithin(middle, from, to);
        middle += to - from;
      }
      let other = middle;
      for (let p = 0; p < parts; p++) {
        const from = borderOf(start, stop, p, parts);
        const others = borderOf(start, stop, p + 1, parts) - middles[p]!;
        samples.set(spare.subarray(from - start, from - start + others), other);
        other += others;
      }
      return middle;
    },
    release: () => program.dismiss(),
  };
}

/** Adds a part's sums to the result, or begins it. Hot. */
function gather(
  result: Float64Array,
  start: number,
  pairs: Float64Array,
  counts: Int32Array,
  isCurved: boolean,
  isFirst: boolean,
): void {
  for (let b = 0; b < BINS; b++) {
    const place = start + 3 * b;
    const first = pairs[2 * b]!;
    const second = pairs[2 * b + 1]!;
    const count = isCurved ? counts[b]! : second;
    result[place] = isFirst ? first : result[place]! + first;
    result[place + 1] = isFirst ? second : result[place + 1]! + second;
    result[place + 2] = isFirst ? count : result[place + 2]! + count;
  }
}
