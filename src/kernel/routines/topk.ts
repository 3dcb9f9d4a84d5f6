/**
 * The first k places of argsort in one pass: a list keeps what may be among them, and whenever it is full only its first k stay. From then on
 * an element must come before the last of those to enter, which few do: of n in random order about k · ln(n / k).
 */
import type { TypedArray } from '../../ir/dtype.ts';
import { batchSize, member, type Routine } from './operand.ts';
import { Row, sortPlaces } from './sort.ts';

/** Places in the list, if the row has as many: so many, and so many times k. */
const ROOM = 2048,
  TIMES = 4;

/** How far a row has been read, and how many places of the list are in use. */
interface Progress {
  at: number;
  found: number;
}

export const argtopk: Routine<'argtopk'> = ({ k, descending }, [x], output) => {
  const { count, size } = batchSize(x!, 1);
  if (k === 0) return;
  const room = Math.min(size, Math.max(ROOM, TIMES * k));
  const list = new Int32Array(room);
  const chosen = x!.values.slice(0, room);
  const full = new Row(room);
  /** Leaves the first k of the places in the list, in order. What stood in front came earlier, so that equal elements stay in order. */
  const keepFirst = (values: TypedArray, found: number): void => {
    for (let i = 0; i < found; i++) chosen[i] = values[list[i]!]!;
    const row = found === room ? full : new Row(found);
    sortPlaces(chosen.subarray(0, found), row, descending);
    list.set(row.places.slice(0, k).map((place) => list[place]!));
  };
  for (let b = 0; b < count; b++) {
    const values = member(x!.values, b, size);
    for (let i = 0; i < room; i++) list[i] = i;
    keepFirst(values, room);
    const progress: Progress = { at: room, found: k };
    while (progress.at < size) {
      const last = values[list[k - 1]!]!;
      if (descending) addLarger(values, last, list, progress);
      else addSmaller(values, last, list, progress);
      keepFirst(values, progress.found);
      progress.found = k;
    }
    output.set(list.subarray(0, k), b * k);
  }
};

/** Adds the places of what is above `last` until the list is full. NaN is above everything, and nothing above it. Hot, as the next. */
function addLarger(values: TypedArray, last: number, list: Int32Array, progress: Progress): void {
  let { at, found } = progress;
  if (last !== last) at = values.length;
  for (; at < values.length && found < list.length; at++) if (!(values[at]! <= last)) list[found++] = at;
  progress.at = at;
  progress.found = found;
}

function addSmaller(values: TypedArray, last: number, list: Int32Array, progress: Progress): void {
  let { at, found } = progress;
  const isOpen = last !== last;
  for (; at < values.length && found < list.length; at++) if (isOpen || values[at]! < last) list[found++] = at;
  progress.at = at;
  progress.found = found;
}
