/**
 * Rows that agree in several columns: one number for each.
 */
import type { Codes, Column } from './column.ts';

/** A number for each row, the same for rows that are equal in every column, 0 to `count` − 1 in the order in which they come first. */
export function keysOf(columns: readonly Column[], length: number): Codes {
  let keys: Codes = { codes: new Int32Array(length), count: Math.min(length, 1) };
  columns.forEach((column, i) => {
    keys = i === 0 ? column.codes() : combine(keys, column.codes());
  });
  return keys;
}

function combine(a: Codes, b: Codes): Codes {
  const codes = new Int32Array(a.codes.length);
  const known = new Map<number, number>();
  for (let i = 0; i < codes.length; i++) {
    // Exact below 2⁵³; there are no more codes than rows.
    const pair = a.codes[i]! * b.count + b.codes[i]!;
    let code = known.get(pair);
    if (code === undefined) known.set(pair, (code = known.size));
    codes[i] = code;
  }
  return { codes, count: known.size };
}

/** The rows of each key, in order. */
export function membersOf({ codes, count }: Codes): Int32Array[] {
  const starts = new Int32Array(count + 1);
  for (const code of codes) starts[code + 1]!++;
  for (let code = 0; code < count; code++) starts[code + 1]! += starts[code]!;
  const next = starts.slice();
  const rows = new Int32Array(codes.length);
  for (let i = 0; i < codes.length; i++) rows[next[codes[i]!]!++] = i;
  return Array.from({ length: count }, (_, code) => rows.subarray(starts[code], starts[code + 1]));
}

/** True for rows that lack a value in one of the columns. */
export function gapsOf(columns: readonly Column[], length: number): Uint8Array {
  const gaps = new Uint8Array(length);
  for (const { mask } of columns) for (let i = 0; i < length; i++) gaps[i]! |= mask[i]!;
  return gaps;
}
