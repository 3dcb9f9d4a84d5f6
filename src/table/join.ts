/**
 * Which rows of two tables belong together.
 */
import { joinColumns } from './column-of.ts';
import type { Column } from './column.ts';
import { gapsOf, keysOf } from './keys.ts';

export type JoinKind = 'inner' | 'left' | 'right' | 'outer';

/** Rows side by side; −1 where one has no partner. */
export interface Pairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/**
 * Rows with equal keys, in the order of the left table (for 'right', of the right one), then what is left over. Keys that are missing have no
 * partner.
 */
export function pairsOf(
  names: readonly string[],
  left: readonly Column[],
  right: readonly Column[],
  how: JoinKind,
): Pairs {
  if (how === 'right') {
    const { left: rightRows, right: leftRows } = pairsOf(names, right, left, 'left');
    return { left: leftRows, right: rightRows };
  }
  const leftLength = left[0]?.length ?? 0;
  const rightLength = right[0]?.length ?? 0;
  const both = left.map((column, i) => joinColumns(names[i]!, [column, right[i]!]));
  const { codes, count } = keysOf(both, leftLength + rightLength);
  const gaps = gapsOf(both, leftLength + rightLength);
  // For each key a chain through the right rows that have it.
  const first = new Int32Array(count).fill(-1);
  const next = new Int32Array(rightLength).fill(-1);
  for (let j = rightLength - 1; j >= 0; j--) {
    if (gaps[leftLength + j] === 1) continue;
    const key = codes[leftLength + j]!;
    next[j] = first[key]!;
    first[key] = j;
  }
  const pairs: [left: number[], right: number[]] = [[], []];
  const add = (i: number, j: number): void => {
    pairs[0].push(i);
    pairs[1].push(j);
  };
  const isMet = new Uint8Array(rightLength);
  for (let i = 0; i < leftLength; i++) {
    const start = gaps[i] === 1 ? -1 : first[codes[i]!]!;
    if (start < 0 && how !== 'inner') add(i, -1);
    for (let j = start; j >= 0; j = next[j]!) {
      isMet[j] = 1;
      add(i, j);
    }
  }
  if (how === 'outer') for (let j = 0; j < rightLength; j++) if (isMet[j] === 0) add(-1, j);
  return { left: Int32Array.from(pairs[0]), right: Int32Array.from(pairs[1]) };
}

/** A key's column in the result: the left value, or where there is no left row the right one. */
export function keyColumn(name: string, left: Column, right: Column, pairs: Pairs): Column {
  const both = joinColumns(name, [left, right]);
  return both.take(
    pairs.left.map((row, i) => (row >= 0 ? row : pairs.right[i]! >= 0 ? left.length + pairs.right[i]! : -1)),
  );
}
