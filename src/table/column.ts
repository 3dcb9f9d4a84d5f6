/**
 * One typed column: numbers, texts, categories or dates, with a mask of what is missing. Columns never change once made.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { Kind, Value } from './schema.ts';

/** Rows by number; −1 stands for a row without a value. */
type Rows = ArrayLike<number>;

export abstract class Column<V extends Value = Value> {
  abstract readonly kind: Kind;
  /** 1 where the value is missing. */
  readonly mask: Uint8Array;

  constructor(mask: Uint8Array) {
    this.mask = mask;
  }

  get length(): number {
    return this.mask.length;
  }

  /** The value of a row that has one. */
  protected abstract at(row: number): V;
  protected abstract readonly missing: V;

  /** The rows given, in that order; −1 makes a missing value. */
  abstract take(rows: Rows): Column<V>;

  /** A number for each row, the same for equal values, 0 to `count` − 1 in the order in which they come first; what is missing is equal, too. */
  abstract codes(): Codes;

  /** A number for each row whose order is that of the values; of no meaning where they are missing. */
  abstract order(): ArrayLike<number>;

  /** @throws ValueError for a row that there is not */
  get(row: number): V {
    if (!(row >= 0 && row < this.length))
      raise(new ValueError(`Column.get: there is no row ${row}; rows are 0 to ${this.length - 1}`));
    return this.mask[row] === 1 ? this.missing : this.at(row);
  }

  toArray(): V[] {
    return Array.from(this.mask, (isMissing, row) => (isMissing === 1 ? this.missing : this.at(row)));
  }
}

export interface Codes {
  readonly codes: Int32Array;
  readonly count: number;
}

export class NumberColumn extends Column<number | null> {
  readonly kind = 'number';
  readonly numbers: Float64Array;
  protected readonly missing = null;

  constructor(numbers: Float64Array, mask: Uint8Array) {
    super(mask);
    this.numbers = numbers;
  }

  protected at(row: number): number {
    return this.numbers[row]!;
  }

  take(rows: Rows): NumberColumn {
    return new NumberColumn(takeNumbers(this.numbers, rows), takeMask(this.mask, rows));
  }

  codes(): Codes {
    return codesOf(this.numbers, this.mask);
  }

  order(): Float64Array {
    return this.numbers;
  }
}

export class DateColumn extends Column<Date | null> {
  readonly kind = 'date';
  /** Milliseconds since 1970. */
  readonly numbers: Float64Array;
  protected readonly missing = null;

  constructor(numbers: Float64Array, mask: Uint8Array) {
    super(mask);
    this.numbers = numbers;
  }

  protected at(row: number): Date {
    return new Date(this.numbers[row]!);
  }

  take(rows: Rows): DateColumn {
    return new DateColumn(takeNumbers(this.numbers, rows), takeMask(this.mask, rows));
  }

  codes(): Codes {
    return codesOf(this.numbers, this.mask);
  }

  order(): Float64Array {
    return this.numbers;
  }
}

export class TextColumn extends Column<string | null> {
  readonly kind = 'string';
  /** '' where the value is missing. */
  readonly texts: readonly string[];
  protected readonly missing = null;
  #order: Int32Array | undefined;

  constructor(texts: readonly string[], mask: Uint8Array) {
    super(mask);
    this.texts = texts;
  }

  protected at(row: number): string {
    return this.texts[row]!;
  }

  take(rows: Rows): TextColumn {
    return new TextColumn(
      Array.from(rows, (row) => this.texts[row] ?? ''),
      takeMask(this.mask, rows),
    );
  }

  codes(): Codes {
    return codesOf(this.texts, this.mask);
  }

  order(): Int32Array {
    if (this.#order === undefined) {
      const place = placesOf([...new Set(this.texts)]);
      this.#order = Int32Array.from(this.texts, (text) => place.get(text)!);
    }
    return this.#order;
  }
}

/** Texts of which there are few: each row holds the place of its own. */
export class CategoryColumn extends Column<string | null> {
  readonly kind = 'category';
  readonly categories: readonly string[];
  /** Places in `categories`; 0 where the value is missing. */
  readonly numbers: Int32Array;
  protected readonly missing = null;
  #order: Int32Array | undefined;

  constructor(categories: readonly string[], numbers: Int32Array, mask: Uint8Array) {
    super(mask);
    this.categories = categories;
    this.numbers = numbers;
  }

  protected at(row: number): string {
    return this.categories[this.numbers[row]!]!;
  }

  take(rows: Rows): CategoryColumn {
    const numbers = Int32Array.from(rows, (row) => this.numbers[row] ?? 0);
    return new CategoryColumn(this.categories, numbers, takeMask(this.mask, rows));
  }

  codes(): Codes {
    const codes = new Int32Array(this.length);
    // By place, and what is missing after the last.
    const known = new Int32Array(this.categories.length + 1).fill(-1);
    let count = 0;
    for (let i = 0; i < codes.length; i++) {
      const place = this.mask[i] === 1 ? this.categories.length : this.numbers[i]!;
      if (known[place] === -1) known[place] = count++;
      codes[i] = known[place]!;
    }
    return { codes, count };
  }

  order(): Int32Array {
    if (this.#order === undefined) {
      const place = placesOf(this.categories);
      const places = Int32Array.from(this.categories, (text) => place.get(text)!);
      this.#order = this.numbers.map((number) => places[number] ?? 0);
    }
    return this.#order;
  }
}

function takeNumbers(numbers: Float64Array, rows: Rows): Float64Array {
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = numbers[rows[i]!] ?? 0;
  return taken;
}

function takeMask(mask: Uint8Array, rows: Rows): Uint8Array {
  const taken = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = mask[rows[i]!] ?? 1;
  return taken;
}

function codesOf(values: ArrayLike<number | string>, mask: Uint8Array): Codes {
  const codes = new Int32Array(mask.length);
  const known = new Map<number | string | undefined, number>();
  for (let i = 0; i < mask.length; i++) {
    const key = mask[i] === 1 ? undefined : values[i]!;
    let code = known.get(key);
    if (code === undefined) known.set(key, (code = known.size));
    codes[i] = code;
  }
  return { codes, count: known.size };
}

/** The place of each text among the others, by code units. */
function placesOf(texts: readonly string[]): ReadonlyMap<string, number> {
  return new Map(texts.toSorted().map((text, i) => [text, i]));
}
