/**
 * Columns made of values and of other columns.
 */
import { raise, ValueError } from '../base/errors.ts';
import { CategoryColumn, type Column, DateColumn, NumberColumn, TextColumn } from './column.ts';
import type { CellOf, Kind, Value } from './schema.ts';

/**
 * A column of these values; NaN, null and undefined are missing. @param kind default: numbers, dates or strings as the values are
 * @throws ValueError with the row whose value is of another kind
 */
export function columnOf<V>(name: string, values: ArrayLike<V>, kind?: Kind): Column<CellOf<V>>;
export function columnOf(name: string, values: ArrayLike<unknown>, kind?: Kind): Column {
  if (values instanceof Float64Array && kind === undefined) return fromNumbers(values);
  const { length } = values;
  const mask = new Uint8Array(length);
  let first: unknown;
  for (let i = 0; i < length; i++) {
    const value = values[i];
    if (value === null || value === undefined || Number.isNaN(value)) mask[i] = 1;
    else first ??= value;
  }
  return makers[kind ?? kindOf(first)](name, values, mask);
}

function fromNumbers(numbers: Float64Array): NumberColumn {
  const mask = new Uint8Array(numbers.length);
  const own = numbers.slice();
  for (let i = 0; i < own.length; i++) {
    if (!Number.isNaN(own[i])) continue;
    mask[i] = 1;
    own[i] = 0;
  }
  return new NumberColumn(own, mask);
}

function kindOf(value: unknown): Kind {
  return value instanceof Date ? 'date' : typeof value === 'string' ? 'string' : 'number';
}

type Maker = (name: string, values: ArrayLike<unknown>, mask: Uint8Array) => Column;

const makers: { readonly [K in Kind]: Maker } = {
  number(name, values, mask) {
    const numbers = new Float64Array(mask.length);
    for (let i = 0; i < mask.length; i++) {
      const value = values[i];
      if (mask[i] === 1) continue;
      if (typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'bigint')
        raiseKind(name, i, value, 'number');
      numbers[i] = Number(value);
    }
    return new NumberColumn(numbers, mask);
  },
  date(name, values, mask) {
    const numbers = new Float64Array(mask.length);
    for (let i = 0; i < mask.length; i++) {
      const value = values[i];
      if (mask[i] === 1) continue;
      if (!(value instanceof Date) || Number.isNaN(value.getTime())) raiseKind(name, i, value, 'date');
      numbers[i] = value.getTime();
    }
    return new DateColumn(numbers, mask);
  },
  string(name, values, mask) {
    return new TextColumn(textsOf(name, values, mask), mask);
  },
  category(name, values, mask) {
    const texts = textsOf(name, values, mask);
    const categories = [...new Set(texts.filter((_, row) => mask[row] === 0))].sort();
    const codes = new Map(categories.map((text, i) => [text, i]));
    return new CategoryColumn(
      categories,
      Int32Array.from(texts, (text) => codes.get(text) ?? 0),
      mask,
    );
  },
};

/** Equal texts become one string, which a file of millions of rows may repeat. */
function textsOf(name: string, values: ArrayLike<unknown>, mask: Uint8Array): string[] {
  const known = new Map<string, string>();
  return Array.from(mask, (isMissing, row) => {
    if (isMissing === 1) return '';
    const value = values[row];
    if (typeof value !== 'string') raiseKind(name, row, value, 'string');
    const same = known.get(value);
    if (same === undefined) known.set(value, value);
    return same ?? value;
  });
}

function raiseKind(name: string, row: number, value: unknown, kind: Kind): never {
  raise(new ValueError(`column '${name}', row ${row}: ${JSON.stringify(value)} is not a ${kind}`));
}

/** The rows of several columns, one after another. @throws ValueError if their kinds differ */
export function joinColumns(name: string, parts: readonly Column<Value>[]): Column {
  const isAll = <C extends Column>(kind: new (...args: never[]) => C, all: readonly Column[]): all is readonly C[] =>
    all.every((part) => part instanceof kind);
  const mask = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    mask.set(part.mask, at);
    at += part.length;
  }
  if (isAll(NumberColumn, parts)) return new NumberColumn(joinNumbers(parts, mask.length), mask);
  if (isAll(DateColumn, parts)) return new DateColumn(joinNumbers(parts, mask.length), mask);
  if (isAll(TextColumn, parts)) return new TextColumn(parts.flatMap(({ texts }) => texts), mask); // prettier-ignore
  if (isAll(CategoryColumn, parts)) return joinCategories(parts, mask);
  const other = parts.find(({ kind }) => kind !== parts[0]?.kind);
  return raise(
    new ValueError(`column '${name}' is ${parts[0]?.kind} in one table and ${other?.kind} in another; convert one`),
  );
}

function joinNumbers(parts: readonly { readonly numbers: Float64Array }[], length: number): Float64Array {
  const all = new Float64Array(length);
  let at = 0;
  for (const { numbers } of parts) {
    all.set(numbers, at);
    at += numbers.length;
  }
  return all;
}

function joinCategories(parts: readonly CategoryColumn[], mask: Uint8Array): CategoryColumn {
  const categories = [...new Set(parts.flatMap((part) => part.categories))].sort();
  const place = new Map(categories.map((text, i) => [text, i]));
  const numbers = new Int32Array(mask.length);
  let at = 0;
  for (const part of parts) {
    const places = part.categories.map((text) => place.get(text)!);
    for (const number of part.numbers) numbers[at++] = places[number] ?? 0;
  }
  return new CategoryColumn(categories, numbers, mask);
}
