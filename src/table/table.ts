/**
 * A table: named columns of one length. Every operation gives a new table; what columns hold never changes.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Column, columnOf, compareValues, type Kind, keyOf, type Value } from './column.ts';
import { Groups, summarize, type Summary } from './groups.ts';
import { tableText } from './print.ts';

export type TableRow = Readonly<Record<string, Value>>;

export interface TableOptions {
  /** The kinds of columns, where they are not to be inferred. */
  readonly kinds?: Readonly<Record<string, Kind>>;
}

/**
 * @example Table.fromRows([{ city: 'Ulm', rooms: 3 }, { city: 'Bonn', rooms: null }]).sort('city')
 */
export class Table {
  readonly names: readonly string[];
  readonly length: number;
  readonly #columns: ReadonlyMap<string, Column>;

  /** @throws ShapeError if columns differ in length */
  constructor(columns: ReadonlyMap<string, Column>) {
    this.#columns = columns;
    this.names = [...columns.keys()];
    this.length = columns.get(this.names[0] ?? '')?.length ?? 0;
    for (const [name, { length }] of columns)
      if (length !== this.length)
        raise(new ShapeError(`Table: column '${name}' has ${length} rows, '${this.names[0]}' has ${this.length}`));
  }

  /** @throws ShapeError, ValueError   @example Table.fromColumns({ x: Float64Array.of(1, NaN), name: ['a', 'b'] }) */
  static fromColumns(columns: Readonly<Record<string, ArrayLike<unknown>>>, { kinds = {} }: TableOptions = {}): Table {
    return new Table(
      new Map(Object.entries(columns).map(([name, values]) => [name, columnOf(name, values, kinds[name])])),
    );
  }

  /** Columns are those of all rows; a row that lacks one has a missing value. @throws ValueError with the row that does not fit */
  static fromRows(rows: readonly Readonly<Record<string, unknown>>[], { kinds = {} }: TableOptions = {}): Table {
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const values = (name: string) => rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null));
    return new Table(new Map(names.map((name) => [name, columnOf(name, values(name), kinds[name])])));
  }

  /** (N, F) as a column for each name. @throws ShapeError   @example Table.fromTensor(x, ['width', 'height']) */
  static fromTensor(x: Tensor, names: readonly string[]): Table {
    const [rows = 0, width] = x.shape;
    if (x.shape.length !== 2 || width !== names.length)
      raise(new ShapeError(`Table.fromTensor: expected (N, ${names.length}), a column for each name. Received: (${x.shape.join(', ')})`)); // prettier-ignore
    const data = x.dataSync();
    return Table.fromColumns(
      Object.fromEntries(
        names.map((name, j) => [
          name,
          Float64Array.from({ length: rows }, (_, i) => Number(data[i * names.length + j])),
        ]),
      ),
    );
  }

  /** The rows of several tables of the same columns. @throws ValueError if names or kinds differ */
  static concat(tables: readonly Table[]): Table {
    const first = tables[0];
    if (first === undefined) return new Table(new Map());
    for (const table of tables)
      if (table.names.join('\0') !== first.names.join('\0'))
        raise(new ValueError(`Table.concat: columns differ: ${first.names.join(', ')} and ${table.names.join(', ')}`));
    return new Table(new Map(first.names.map((name) => [name, joined(name, tables.map((table) => table.column(name)))]))); // prettier-ignore
  }

  /** @throws ValueError if there is none of that name */
  column(name: string): Column {
    const column = this.#columns.get(name);
    return column ?? raise(new ValueError(`Table: there is no column '${name}'; there are ${this.names.join(', ')}`));
  }

  /** A row as an object. @throws ValueError for a row that there is not */
  row(i: number): TableRow {
    return Object.fromEntries(this.names.map((name) => [name, this.column(name).get(i)]));
  }

  rows(): TableRow[] {
    return Array.from({ length: this.length }, (_, i) => this.row(i));
  }

  select(...names: readonly string[]): Table {
    return new Table(new Map(names.map((name) => [name, this.column(name)])));
  }

  drop(...names: readonly string[]): Table {
    names.forEach((name) => this.column(name));
    return this.select(...this.names.filter((name) => !names.includes(name)));
  }

  /** With one more column, or another in place of one. @example t.with('area', t.rows().map((r) => Number(r.width) * Number(r.height))) */
  with(name: string, values: ArrayLike<unknown>, kind?: Kind): Table {
    return new Table(new Map(this.#columns).set(name, columnOf(name, values, kind)));
  }

  /** The rows of these numbers, in that order. */
  take(rows: ArrayLike<number>): Table {
    for (const row of Array.from(rows))
      if (!(Number.isInteger(row) && row >= 0 && row < this.length))
        raise(new ValueError(`Table.take: there is no row ${row}; there are ${this.length}`));
    return new Table(new Map(this.names.map((name) => [name, this.column(name).take(rows)])));
  }

  filter(keep: (row: TableRow, i: number) => boolean): Table {
    return this.take(Array.from({ length: this.length }, (_, i) => i).filter((i) => keep(this.row(i), i)));
  }

  head(count = 5): Table {
    return this.take(Array.from({ length: Math.min(count, this.length) }, (_, i) => i));
  }

  /** By a column, or several; stable, what is missing last in either direction. */
  sort(by: string | readonly string[], { descending = false }: { readonly descending?: boolean } = {}): Table {
    const columns = (typeof by === 'string' ? [by] : by).map((name) => this.column(name));
    const compare = (i: number, k: number) => {
      for (const column of columns) {
        const order = compareValues(column.get(i), column.get(k));
        const hasGap = column.mask[i] === 1 || column.mask[k] === 1;
        if (order !== 0) return descending && !hasGap ? -order : order;
      }
      return i - k;
    };
    return this.take(Array.from({ length: this.length }, (_, i) => i).sort(compare));
  }

  /** Rows of equal values in these columns, in the order in which they come first. @example t.groupBy('city').aggregate({ rooms: 'mean' }) */
  groupBy(...names: readonly string[]): Groups {
    const groups = new Map<string, number[]>();
    const columns = names.map((name) => this.column(name));
    for (let i = 0; i < this.length; i++) {
      const key = columns.map((column) => keyOf(column.get(i))).join();
      const group = groups.get(key);
      if (group) group.push(i);
      else groups.set(key, [i]);
    }
    return new Groups(this, names, [...groups.values()]);
  }

  /**
   * Rows of both with equal keys; 'left' keeps those without a partner, too. Keys that are missing have no partner.
   * @throws ValueError if both have another column of one name
   */
  join(
    right: Table,
    on: string | readonly string[],
    { how = 'inner' }: { readonly how?: 'inner' | 'left' } = {},
  ): Table {
    const keys = typeof on === 'string' ? [on] : on;
    const others = right.names.filter((name) => !keys.includes(name));
    const twice = others.find((name) => this.names.includes(name));
    if (twice !== undefined) raise(new ValueError(`Table.join: both tables have a column '${twice}'; drop one`));
    const keyAt = (table: Table) => {
      const columns = keys.map((name) => table.column(name));
      return (i: number) => (columns.some(({ mask }) => mask[i] === 1) ? undefined : columns.map((c) => keyOf(c.get(i))).join()); // prettier-ignore
    };
    const places = new Map<string, number[]>();
    const rightKey = keyAt(right);
    for (let i = 0; i < right.length; i++) {
      const key = rightKey(i);
      if (key !== undefined) places.set(key, [...(places.get(key) ?? []), i]);
    }
    const [leftRows, rightRows]: [number[], number[]] = [[], []];
    const leftKey = keyAt(this);
    for (let i = 0; i < this.length; i++) {
      const matches = places.get(leftKey(i) ?? '') ?? (how === 'left' ? [-1] : []);
      for (const match of matches) {
        leftRows.push(i);
        rightRows.push(match);
      }
    }
    const taken = others.map((name): [string, Column] => [name, right.column(name).take(rightRows)]);
    return new Table(new Map([...this.names.map((name): [string, Column] => [name, this.column(name).take(leftRows)]), ...taken])); // prettier-ignore
  }

  /** A row for each value of `index`, a column for each value of `columns`, and a summary of `values` in each cell. */
  pivot(index: string, columns: string, values: string, how: Summary = 'mean'): Table {
    const heads = [...new Set(this.column(columns).toArray().filter((value) => value !== null).sort(compareValues).map(nameOf))]; // prettier-ignore
    if (heads.includes(index)) raise(new ValueError(`Table.pivot: '${index}' is both the index and a value of '${columns}'`)); // prettier-ignore
    const groups = this.groupBy(index).members;
    const head = this.column(columns);
    const source = this.column(values);
    const cells = heads.map((name): [string, Column] => [
      name,
      columnOf(name, groups.map((rows) => {
        const own = rows.filter((i) => head.mask[i] === 0 && nameOf(head.get(i)) === name);
        return own.length === 0 ? null : summarize(values, source, own, how);
      })), // prettier-ignore
    ]);
    return new Table(new Map([[index, this.column(index).take(groups.map((rows) => rows[0]!))], ...cells]));
  }

  /** Count, mean, standard deviation (n − 1) and quartiles of each column of numbers. */
  describe(): Table {
    const names = this.names.filter((name) => this.column(name).kind === 'number');
    const all = Array.from({ length: this.length }, (_, i) => i);
    const measures = ['count', 'mean', 'std', 'min', 'q1', 'median', 'q3', 'max'] as const;
    const cells = measures.map((how): [string, Column] => [
      how,
      columnOf(how, names.map((name) => summarize(name, this.column(name), all, how))), // prettier-ignore
    ]);
    return new Table(new Map([['column', columnOf('column', names, 'string')], ...cells]));
  }

  /** How often each value of a column occurs, the most frequent first; missing ones are not counted. */
  valueCounts(name: string): Table {
    const column = this.column(name);
    const groups = this.groupBy(name).members.filter((rows) => column.mask[rows[0]!] === 0).sort((a, b) => b.length - a.length); // prettier-ignore
    const count = name === 'count' ? 'n' : 'count';
    return new Table(new Map([[name, column.take(groups.map((rows) => rows[0]!))], [count, columnOf(count, groups.map(({ length }) => length), 'number')]])); // prettier-ignore
  }

  /** Columns as float64 (N, F): numbers, dates in milliseconds, categories by their place. @throws ValueError for strings and missing values */
  toTensor(names: readonly string[] = this.names): Tensor {
    const columns = names.map((name) => this.column(name));
    const values = new Float64Array(this.length * columns.length);
    columns.forEach(({ kind, mask, numbers }, j) => {
      const gap = mask.indexOf(1);
      if (kind === 'string') raise(new ValueError(`Table.toTensor: '${names[j]}' holds strings; encode it first or leave it out`)); // prettier-ignore
      if (gap >= 0) raise(new ValueError(`Table.toTensor: '${names[j]}' has no value in row ${gap}; fill it or filter the row out`)); // prettier-ignore
      for (let i = 0; i < this.length; i++) values[i * columns.length + j] = numbers[i]!;
    });
    return tensor(values, { shape: [this.length, columns.length] });
  }

  /** The first rows, aligned. @example console.log(`${table}`) */
  toString(): string {
    return tableText(this.names, this.head(10).rows(), this.length);
  }
}

function nameOf(value: Value): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function joined(name: string, parts: readonly Column[]): Column {
  const { kind } = parts[0]!;
  const other = parts.find((part) => part.kind !== kind);
  if (other)
    raise(new ValueError(`Table.concat: column '${name}' is ${kind} in one table and ${other.kind} in another`));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const mask = new Uint8Array(length);
  const numbers = kind === 'string' ? new Float64Array(0) : kind === 'category' ? new Int32Array(length) : new Float64Array(length); // prettier-ignore
  const codes = new Map<string, number>();
  const texts: string[] = [];
  let at = 0;
  for (const part of parts) {
    mask.set(part.mask, at);
    if (kind === 'string') for (const text of part.texts) texts.push(text);
    else if (kind === 'category')
      part.numbers.forEach((code, i) => {
        const text = part.texts[code] ?? '';
        if (part.mask[i] === 0 && !codes.has(text)) codes.set(text, texts.push(text) - 1);
        numbers[at + i] = codes.get(text) ?? 0;
      });
    else numbers.set(part.numbers, at);
    at += part.length;
  }
  return new Column(kind, numbers, texts, mask);
}
