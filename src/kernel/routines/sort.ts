/**
 * Sorting by the bits of the elements: floats and integers become unsigned keys in the same order, which are distributed by digits of 11 bits,
 * lowest first (radix sort). Stable, linear, and never compares. NaN is above everything, as in NumPy; the zeros are equal.
 */
import type { TypedArray } from '../../ir/dtype.ts';
import { batchSize, member, type Routine } from './operand.ts';

const DIGIT = 11;
const BUCKETS = 1 << DIGIT;
/** Fewer elements than this are sorted by insertion: clearing the buckets alone would take longer. */
const FEW = 96;

const SIGN = 0x80000000;
const HIGHEST = 0xffffffff;

/** Places and keys of one row, and room to move them to. */
export class Row {
  keys: Uint32Array;
  places: Int32Array;
  private spareKeys: Uint32Array;
  private sparePlaces: Int32Array;
  private readonly counts = new Int32Array(3 * BUCKETS);

  constructor(size: number) {
    this.keys = new Uint32Array(size);
    this.places = new Int32Array(size);
    this.spareKeys = new Uint32Array(size);
    this.sparePlaces = new Int32Array(size);
  }

  /** Sorts keys and places together. */
  sort(): void {
    const { keys, counts } = this;
    if (keys.length < FEW) {
      insert(keys, this.places);
      return;
    }
    countDigits(keys, counts);
    for (let digit = 0; digit < 3; digit++) {
      const shift = digit * DIGIT;
      const starts = startsOf(counts, digit, this.keys, shift);
      if (starts === undefined) continue;
      distributeBoth(this.keys, this.places, this.spareKeys, this.sparePlaces, starts, shift);
      [this.keys, this.spareKeys] = [this.spareKeys, this.keys];
      [this.places, this.sparePlaces] = [this.sparePlaces, this.places];
    }
  }
}

/** How often each value of each of the three digits occurs. Hot, as everything below. */
function countDigits(keys: Uint32Array, counts: Int32Array): void {
  counts.fill(0);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    counts[key & (BUCKETS - 1)]!++;
    counts[BUCKETS + ((key >>> DIGIT) & (BUCKETS - 1))]!++;
    counts[2 * BUCKETS + (key >>> (2 * DIGIT))]!++;
  }
}

/** Where each bucket begins; undefined if one bucket has all. */
function startsOf(counts: Int32Array, digit: number, keys: Uint32Array, shift: number): Int32Array | undefined {
  const starts = counts.subarray(digit * BUCKETS, (digit + 1) * BUCKETS);
  if (starts[(keys[0]! >>> shift) & (BUCKETS - 1)] === keys.length) return undefined;
  let next = 0;
  for (let b = 0; b < BUCKETS; b++) {
    const count = starts[b]!;
    starts[b] = next;
    next += count;
  }
  return starts;
}

function distributeBoth(
  keys: Uint32Array,
  places: Int32Array,
  toKeys: Uint32Array,
  toPlaces: Int32Array,
  starts: Int32Array,
  shift: number,
): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const bucket = (key >>> shift) & (BUCKETS - 1);
    const at = starts[bucket]!;
    starts[bucket] = at + 1;
    toKeys[at] = key;
    toPlaces[at] = places[i]!;
  }
}

function distribute(keys: Uint32Array, toKeys: Uint32Array, starts: Int32Array, shift: number): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const bucket = (key >>> shift) & (BUCKETS - 1);
    const at = starts[bucket]!;
    starts[bucket] = at + 1;
    toKeys[at] = key;
  }
}

function insert(keys: Uint32Array, places: Int32Array): void {
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!;
    const place = places[i]!;
    let j = i - 1;
    for (; j >= 0 && keys[j]! > key; j--) {
      keys[j + 1] = keys[j]!;
      places[j + 1] = places[j]!;
    }
    keys[j + 1] = key;
    places[j + 1] = place;
  }
}

/** float32 as keys: negative numbers turned around, positive ones above them. */
function float32Keys(bits: Uint32Array, keys: Uint32Array): void {
  for (let i = 0; i < bits.length; i++) {
    const b = bits[i]!;
    keys[i] = (b & 0x7fffffff) > 0x7f800000 ? HIGHEST : b === SIGN ? SIGN : b ^ (-(b >>> 31) | SIGN);
  }
}

/** The high word of a float64 as its key; the zeros made one, NaN on top. */
function float64HighKeys(words: Uint32Array, places: Int32Array, flip: number, keys: Uint32Array): void {
  for (let i = 0; i < places.length; i++) {
    const at = 2 * places[i]!;
    keys[i] = highKey(words[at]!, words[at + 1]!) ^ flip;
  }
}

function isNotANumber(low: number, high: number): boolean {
  const size = high & 0x7fffffff;
  return size > 0x7ff00000 || (size === 0x7ff00000 && low !== 0);
}

function highKey(low: number, high: number): number {
  if (isNotANumber(low, high)) return HIGHEST;
  if (high === SIGN && low === 0) return SIGN;
  return high ^ (-(high >>> 31) | SIGN);
}

function lowKey(low: number, high: number): number {
  return isNotANumber(low, high) ? HIGHEST : high >>> 31 === 1 && !(high === SIGN && low === 0) ? ~low : low;
}

function integerKeys(values: TypedArray, keys: Uint32Array): void {
  for (let i = 0; i < values.length; i++) keys[i] = values[i]! ^ SIGN;
}

/** The 32-bit words of a row; the lower one of a double comes first on every machine that JavaScript runs on. */
function wordsOf(values: TypedArray): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
}

/** Has `row` hold the places of the elements in stable order, NaN above everything. */
export function sortPlaces(values: TypedArray, row: Row, isDescending: boolean): void {
  const { length } = values;
  for (let i = 0; i < length; i++) row.places[i] = i;
  const flip = isDescending ? -1 : 0;
  if (values instanceof Float64Array) {
    const words = wordsOf(values);
    for (let i = 0; i < length; i++) row.keys[i] = lowKey(words[2 * i]!, words[2 * i + 1]!) ^ flip;
    row.sort();
    float64HighKeys(words, row.places, flip, row.keys);
  } else {
    if (values instanceof Float32Array) float32Keys(wordsOf(values), row.keys);
    else integerKeys(values, row.keys);
    if (isDescending) for (let i = 0; i < length; i++) row.keys[i] = ~row.keys[i]!;
  }
  row.sort();
}

export const argsort: Routine<'argsort'> = ({ descending }, [x], output) => {
  const { count, size } = batchSize(x!, 1);
  const row = new Row(size);
  for (let b = 0; b < count; b++) {
    sortPlaces(member(x!.values, b, size), row, descending);
    output.set(row.places, b * size);
  }
};

export const sort: Routine<'sort'> = (_, [x], output) => {
  const { count, size } = batchSize(x!, 1);
  if (output instanceof Float32Array && size >= FEW) {
    sortFloat32(wordsOf(x!.values), wordsOf(output), count, size);
    return;
  }
  output.set(x!.values);
  for (let b = 0; b < count; b++) member(output, b, size).sort();
};

function sortFloat32(from: Uint32Array, to: Uint32Array, count: number, size: number): void {
  const counts = new Int32Array(3 * BUCKETS);
  let keys = new Uint32Array(size);
  let spare = new Uint32Array(size);
  for (let b = 0; b < count; b++) {
    keysAndCounts(from.subarray(b * size, (b + 1) * size), keys, counts);
    for (let digit = 0; digit < 3; digit++) {
      const shift = digit * DIGIT;
      const starts = startsOf(counts, digit, keys, shift);
      if (starts === undefined) continue;
      distribute(keys, spare, starts, shift);
      [keys, spare] = [spare, keys];
    }
    bitsOfKeys(keys, to.subarray(b * size, (b + 1) * size));
  }
}

/** As float32Keys and countDigits, in one pass; here the zeros keep their signs, the negative one first. */
function keysAndCounts(bits: Uint32Array, keys: Uint32Array, counts: Int32Array): void {
  counts.fill(0);
  for (let i = 0; i < bits.length; i++) {
    const b = bits[i]!;
    const key = ((b & 0x7fffffff) > 0x7f800000 ? HIGHEST : b ^ (-(b >>> 31) | SIGN)) >>> 0;
    keys[i] = key;
    counts[key & (BUCKETS - 1)]!++;
    counts[BUCKETS + ((key >>> DIGIT) & (BUCKETS - 1))]!++;
    counts[2 * BUCKETS + (key >>> (2 * DIGIT))]!++;
  }
}

function bitsOfKeys(keys: Uint32Array, bits: Uint32Array): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    bits[i] = key ^ (~-(key >>> 31) | SIGN);
  }
}

/** Whether a comes before b; NaN comes last. */
function isBefore(a: number, b: number): boolean {
  return a < b || (b !== b && a === a);
}

export const searchsorted: Routine<'searchsorted'> = ({ right }, [sorted, values], output) => {
  const { count, size } = batchSize(sorted!, 1);
  const wanted = batchSize(values!, 1).size;
  for (let b = 0; b < count; b++) {
    const row = member(sorted!.values, b, size);
    for (let i = 0; i < wanted; i++) {
      const value = values!.values[b * wanted + i]!;
      let low = 0;
      let high = size;
      while (low < high) {
        const middle = (low + high) >>> 1;
        const goesOn = right ? !isBefore(value, row[middle]!) : isBefore(row[middle]!, value);
        if (goesOn) low = middle + 1;
        else high = middle;
      }
      output[b * wanted + i] = low;
    }
  }
};
