/**
 * One typed column: numbers, texts, categories or dates, with a mask of what is missing.
 */
import { raise, ValueError } from '../base/errors.ts';

export type Kind = 'number' | 'string' | 'category' | 'date';

/** What a cell holds; null where there is nothing. */
export type Value = number | string | Date | null;

/** Values of one kind and a byte for each, 1 where the value is missing. Never changed once made. */
export class Column {
  readonly kind: Kind;
  readonly length: number;
  /** 1 where the value is missing. */
  readonly mask: Uint8Array;
  /** Numbers; milliseconds since 1970 for dates; places in `texts` for categories. Empty for strings. */
  readonly numbers: Float64Array | Int32Array;
  /** The strings, or the categories. Empty for numbers and dates. */
  readonly texts: readonly string[];

  constructor(kind: Kind, numbers: Float64Array | Int32Array, texts: readonly string[], mask: Uint8Array) {
    this.kind = kind;
    this.length = mask.length;
    this.numbers = numbers;
    this.texts = texts;
    this.mask = mask;
  }

  /** @throws ValueError for a row that there is not */
  get(row: number): Value {
    if (!(row >= 0 && row < this.length))
      raise(new ValueError(`Column.get: there is no row ${row}; rows are 0 to ${this.length - 1}`));
    if (this.mask[row] === 1) return null;
    if (this.kind === 'string') return this.texts[row]!;
    const number = this.numbers[row]!;
    return this.kind === 'number' ? number : this.kind === 'date' ? new Date(number) : this.texts[number]!;
  }

  /** The rows given, in that order; −1 makes a missing value. */
  take(rows: ArrayLike<number>): Column {
    const mask = Uint8Array.from(rows, (row) => (row < 0 ? 1 : this.mask[row]!));
    if (this.kind === 'string')
      return new Column('string', this.numbers, Array.from(rows, (row) => this.texts[row] ?? ''), mask); // prettier-ignore
    const numbers = this.kind === 'category' ? new Int32Array(rows.length) : new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) numbers[i] = this.numbers[rows[i]!] ?? 0;
    return new Column(this.kind, numbers, this.texts, mask);
  }

  toArray(): Value[] {
    return Array.from({ length: this.length }, (_, i) => this.get(i));
  }
}

/**
 * A column of these values; NaN, null and undefined are missing. @param kind default: numbers, dates or strings as the values are
 * @throws ValueError with the row whose value is of another kind
 */
export function columnOf(name: string, values: ArrayLike<unknown>, kind?: Kind): Column {
  const isMissing = (value: unknown) => value === null || value === undefined || Number.isNaN(value);
  const all = Array.from(values);
  const first = all.find((value) => !isMissing(value));
  const found = kind ?? (first instanceof Date ? 'date' : typeof first === 'string' ? 'string' : 'number');
  const mask = Uint8Array.from(all, (value) => (isMissing(value) ? 1 : 0));
  const wrong = (value: unknown, row: number) =>
    raise(
      new ValueError(
        `column '${name}', row ${row}: ${JSON.stringify(value)} is not a ${found === 'category' ? 'string' : found}`,
      ),
    );
  if (found === 'string' || found === 'category') {
    const texts = all.map((value, row) =>
      mask[row] === 1 ? '' : typeof value === 'string' ? value : wrong(value, row),
    );
    if (found === 'string') return new Column('string', new Float64Array(0), texts, mask);
    const categories = [...new Set(texts.filter((_, row) => mask[row] === 0))].sort();
    const codes = new Map(categories.map((text, i) => [text, i]));
    return new Column(
      'category',
      Int32Array.from(texts, (text) => codes.get(text) ?? 0),
      categories,
      mask,
    );
  }
  const numbers = Float64Array.from(all, (value, row) => {
    if (mask[row] === 1) return 0;
    if (found === 'date')
      return value instanceof Date && !Number.isNaN(value.getTime()) ? value.getTime() : wrong(value, row);
    return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
      ? Number(value)
      : wrong(value, row);
  });
  return new Column(found, numbers, [], mask);
}

/** Values in order, what is missing last. Texts by their code units. */
export function compareValues(a: Value, b: Value): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A text that is the same for equal values only. */
export function keyOf(value: Value): string {
  return JSON.stringify(value instanceof Date ? [value.getTime()] : value);
}
