/**
 * A table: named columns of one length. Every operation gives a new table; what columns hold never changes. The type of a row is part of the
 * type of a table, so that a wrong name does not compile; of a file whose columns nobody named, it is any row.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Column, DateColumn, NumberColumn, TextColumn } from './column.ts';
import { columnOf, joinColumns } from './column-of.ts';
import { Groups } from './groups.ts';
import { type JoinKind, keyColumn, pairsOf } from './join.ts';
import { gapsOf, keysOf, membersOf } from './keys.ts';
import { tableHTML, tableText } from './print.ts';
import { melt, pivot } from './reshape.ts';
import type { CellOf, Flat, Kind, Kinds, Name, RowOfColumns, RowOfRows, TableRow } from './schema.ts';
import { kindIn } from './schema.ts';
import { type Summary, summarize } from './summary.ts';

export interface TableOptions {
  /** The kinds of columns, where they are not to be inferred. */
  readonly kinds?: Kinds;
}

/** Columns as arrays: numbers with NaN where there is none, texts and dates with null. */
export type Arrays<R> = {
  readonly [N in keyof R]: [R[N]] extends [number | null] ? Float64Array : readonly R[N][];
};

/** The row of both tables. */
type Joined<R, S, N extends string> = Flat<R & Omit<S, N>>;

/**
 * @typeParam R the row: names and what they hold
 * @example Table.fromRows([{ city: 'Ulm', rooms: 3 }, { city: 'Bonn', rooms: null }]).sort('city')
 */
export class Table<R extends TableRow = TableRow> {
  readonly names: readonly Name<R>[];
  readonly length: number;
  readonly #columns: ReadonlyMap<string, Column>;

  /** @throws ShapeError if columns differ in length */
  constructor(columns: ReadonlyMap<string, Column>) {
    this.#columns = columns;
    // Whoever makes a table says of which rows: here and in `column` and `row` that is taken at its word.
    this.names = [...columns.keys()] as Name<R>[];
    this.length = columns.values().next().value?.length ?? 0;
    for (const [name, { length }] of columns)
      if (length !== this.length)
        raise(new ShapeError(`Table: column '${name}' has ${length} rows, '${this.names[0]}' has ${this.length}`));
  }

  /** @throws ShapeError, ValueError   @example Table.fromColumns({ x: Float64Array.of(1, NaN), name: ['a', 'b'] }) */
  static fromColumns<C extends Readonly<Record<string, ArrayLike<unknown>>>>(
    columns: C,
    { kinds = {} }: TableOptions = {},
  ): Table<RowOfColumns<C>> {
    return new Table(
      new Map(Object.entries(columns).map(([name, values]) => [name, columnOf(name, values, kindIn(kinds, name))])),
    );
  }

  /** Columns are those of all rows; a row that lacks one has a missing value. @throws ValueError with the row that does not fit */
  static fromRows<T extends Readonly<Record<string, unknown>>>(
    rows: readonly T[],
    { kinds = {} }: TableOptions = {},
  ): Table<RowOfRows<T>> {
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const values = (name: string) => rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null));
    return new Table(new Map(names.map((name) => [name, columnOf(name, values(name), kindIn(kinds, name))])));
  }

  /** (N, F) as a column for each name. @throws ShapeError   @example Table.fromTensor(x, ['width', 'height']) */
  static fromTensor<const N extends string>(x: Tensor, names: readonly N[]): Table<Readonly<Record<N, number | null>>> {
    const [rows = 0, width] = x.shape;
    if (x.shape.length !== 2 || width !== names.length)
      raise(new ShapeError(`Table.fromTensor: expected (N, ${names.length}), a column for each name. Received: (${x.shape.join(', ')})`)); // prettier-ignore
    const data = x.dataSync();
    const columnAt = (j: number) => Float64Array.from({ length: rows }, (_, i) => Number(data[i * names.length + j]));
    return new Table(new Map(names.map((name, j) => [name, columnOf(name, columnAt(j))])));
  }

  /** The rows of several tables of the same columns. @throws ValueError if names or kinds differ */
  static concat<R extends TableRow>(tables: readonly Table<R>[]): Table<R> {
    const [first] = tables;
    if (first === undefined) return new Table<R>(new Map());
    for (const table of tables)
      if (table.names.join('\0') !== first.names.join('\0'))
        raise(new ValueError(`Table.concat: columns differ: ${first.names.join(', ')} and ${table.names.join(', ')}`));
    return new Table(new Map(first.names.map((name) => [name, joinColumns(name, tables.map((table) => table.column(name)))]))); // prettier-ignore
  }

  /** @throws ValueError if there is none of that name */
  column<N extends Name<R>>(name: N): Column<R[N]> {
    return this.columnNamed(name) as Column<R[N]>;
  }

  /** As `column`, of a name that is only known when the program runs. */
  columnNamed(name: string): Column {
    const column = this.#columns.get(name);
    return column ?? raise(new ValueError(`Table: there is no column '${name}'; there are ${this.names.join(', ')}`));
  }

  /** A row as an object. @throws ValueError for a row that there is not */
  row(i: number): R {
    return Object.fromEntries(this.names.map((name) => [name, this.columnNamed(name).get(i)])) as R;
  }

  rows(): R[] {
    return Array.from({ length: this.length }, (_, i) => this.row(i));
  }

  select<N extends Name<R>>(...names: readonly N[]): Table<Flat<Pick<R, N>>> {
    return new Table(new Map(names.map((name) => [name, this.column(name)])));
  }

  drop<N extends Name<R>>(...names: readonly N[]): Table<Flat<Omit<R, N>>> {
    const dropped = new Set<string>(names.filter((name) => this.column(name)));
    return new Table(new Map([...this.#columns].filter(([name]) => !dropped.has(name))));
  }

  /** @example t.rename({ sepal_width: 'sepalWidth' })   @throws ValueError if a name is taken */
  rename<const M extends { readonly [N in Name<R>]?: string }>(
    names: M,
  ): Table<{ readonly [N in Name<R> as N extends keyof M ? M[N] & string : N]: R[N] }> {
    const entries = Object.entries<string | undefined>(names);
    const renamed = new Map(entries.filter(([name]) => this.columnNamed(name)));
    const columns = this.names.map((name): [string, Column] => [renamed.get(name) ?? name, this.column(name)]);
    const twice = columns.find(([name], i) => columns.findIndex(([other]) => other === name) !== i)?.[0];
    if (twice !== undefined) raise(new ValueError(`Table.rename: two columns would be called '${twice}'`));
    return new Table(new Map(columns));
  }

  /**
   * With one more column, or another in place of one: values, or a function of the row.
   * @throws ShapeError, ValueError   @example t.with('area', ({ width, height }) => (width ?? NaN) * (height ?? NaN))
   */
  with<const N extends string, V>(
    name: N,
    values: ArrayLike<V> | ((row: R, i: number) => V),
    kind?: Kind,
  ): Table<Flat<Omit<R, N> & Readonly<Record<N, CellOf<V>>>>> {
    const all =
      typeof values === 'function' ? Array.from({ length: this.length }, (_, i) => values(this.row(i), i)) : values;
    return new Table(new Map(this.#columns).set(name, columnOf(name, all, kind)));
  }

  /** The rows of these numbers, in that order. @throws ValueError */
  take(rows: ArrayLike<number>): Table<R> {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (!(Number.isInteger(row) && row >= 0 && row < this.length))
        raise(new ValueError(`Table.take: there is no row ${row}; there are ${this.length}`));
    }
    return new Table(new Map(this.names.map((name) => [name, this.column(name).take(rows)])));
  }

  /** The rows for which `keep` says so, or holds a true value. @throws ShapeError for as many values as there are not rows */
  filter(keep: ((row: R, i: number) => boolean) | ArrayLike<boolean | number>): Table<R> {
    if (typeof keep !== 'function' && keep.length !== this.length)
      raise(new ShapeError(`Table.filter: ${keep.length} values for ${this.length} rows`));
    const isKept = typeof keep === 'function' ? (i: number) => keep(this.row(i), i) : (i: number) => Boolean(keep[i]);
    const rows: number[] = [];
    for (let i = 0; i < this.length; i++) if (isKept(i)) rows.push(i);
    return this.take(rows);
  }

  /** Rows start to end, end not included; from the end where negative, as of arrays. */
  slice(start = 0, end = this.length): Table<R> {
    const place = (i: number): number => Math.min(Math.max(i < 0 ? i + this.length : i, 0), this.length);
    const from = place(start);
    return this.take(Int32Array.from({ length: Math.max(0, place(end) - from) }, (_, i) => from + i));
  }

  head(count = 5): Table<R> {
    return this.slice(0, Math.max(0, count));
  }

  tail(count = 5): Table<R> {
    return this.slice(Math.max(0, this.length - count));
  }

  /** Rows that have a value in each of these columns. */
  dropMissing(...names: readonly Name<R>[]): Table<R> {
    const columns = (names.length === 0 ? this.names : names).map((name) => this.column(name));
    return this.filter(gapsOf(columns, this.length).map((gap) => 1 - gap));
  }

  /** Values for those that are missing. @throws ValueError for a value of another kind   @example t.fillMissing({ age: 0 }) */
  fillMissing(values: { readonly [N in Name<R>]?: NonNullable<R[N]> }): Table<R> {
    const columns = new Map(this.#columns);
    for (const [name, value] of Object.entries(values)) {
      const column = this.columnNamed(name);
      const filler = columnOf(name, [value], column.kind);
      const rows = Int32Array.from(column.mask, (gap, i) => (gap === 1 ? column.length : i));
      columns.set(name, joinColumns(name, [column, filler]).take(rows));
    }
    return new Table(columns);
  }

  /** The first of the rows that are equal in these columns. */
  distinct(...names: readonly Name<R>[]): Table<R> {
    const columns = (names.length === 0 ? this.names : names).map((name) => this.column(name));
    return this.take(membersOf(keysOf(columns, this.length)).map((rows) => rows[0]!));
  }

  /** By a column, or several; stable, what is missing last in either direction. Texts by their code units. */
  sort(by: Name<R> | readonly Name<R>[], { descending = false }: { readonly descending?: boolean } = {}): Table<R> {
    const keys = (typeof by === 'string' ? [by] : by).map((name) => this.column(name));
    const columns = keys.map((column) => ({ mask: column.mask, order: column.order() }));
    const sign = descending ? -1 : 1;
    const compare = (i: number, k: number): number => {
      for (const { mask, order } of columns) {
        const gaps = mask[i]! - mask[k]!;
        if (gaps !== 0) return gaps;
        const difference = mask[i] === 1 ? 0 : order[i]! - order[k]!;
        if (difference !== 0) return sign * difference;
      }
      return i - k;
    };
    return this.take(Int32Array.from({ length: this.length }, (_, i) => i).sort(compare));
  }

  /** Rows of equal values in these columns, in the order in which they come first. @example t.groupBy('city').aggregate({ rooms: 'mean' }) */
  groupBy<N extends Name<R>>(...names: readonly N[]): Groups<R, N> {
    return new Groups(this, names);
  }

  /**
   * Rows of both with equal keys. 'left', 'right' and 'outer' keep those without a partner, too; keys that are missing have none.
   * @throws ValueError if both have another column of one name, or keys of different kinds
   */
  join<S extends TableRow, N extends Name<R> & Name<S>>(
    right: Table<S>,
    on: N | readonly N[],
    { how = 'inner' }: { readonly how?: JoinKind } = {},
  ): Table<Joined<R, S, N>> {
    const keys: readonly N[] = typeof on === 'string' ? [on] : on;
    const isKey = (name: string): boolean => keys.some((key) => key === name);
    const others = right.names.filter((name) => !isKey(name));
    const twice = others.find((name) => this.#columns.has(name));
    if (twice !== undefined)
      raise(new ValueError(`Table.join: both tables have a column '${twice}'; drop or rename one`));
    const pairs = pairsOf(
      keys,
      keys.map((name) => this.columnNamed(name)),
      keys.map((name) => right.columnNamed(name)),
      how,
    );
    const own = this.names.map((name): [string, Column] => [
      name,
      isKey(name)
        ? keyColumn(name, this.columnNamed(name), right.columnNamed(name), pairs)
        : this.columnNamed(name).take(pairs.left),
    ]);
    const taken = others.map((name): [string, Column] => [name, right.column(name).take(pairs.right)]);
    return new Table(new Map([...own, ...taken]));
  }

  /** A row for each value of `index`, a column for each value of `columns`, and a summary of `values` in each cell. */
  pivot(index: Name<R>, columns: Name<R>, values: Name<R>, how: Summary = 'mean'): Table {
    return pivot(this, index, columns, values, how);
  }

  /** A row for each row and each column that is not kept, whose name and value become columns. @throws ValueError */
  melt(
    keep: readonly Name<R>[],
    { variable = 'variable', value = 'value' }: { readonly variable?: string; readonly value?: string } = {},
  ): Table {
    return melt(this, keep, { variable, value });
  }

  /** Count, mean, standard deviation (n − 1) and quartiles of each column of numbers. */
  describe(): Table<DescribeRow> {
    const names = this.names.filter((name) => this.columnNamed(name).kind === 'number');
    const all = Int32Array.from({ length: this.length }, (_, i) => i);
    const cells = measures.map((how): [string, Column] => [
      how,
      columnOf(how, names.map((name) => summarize(name, this.columnNamed(name), all, how)), 'number'), // prettier-ignore
    ]);
    return new Table(new Map([['column', columnOf('column', names, 'string')], ...cells]));
  }

  /** How often each value of a column occurs, the most frequent first; missing ones are not counted. */
  valueCounts<N extends Name<R>>(name: N): Table<Flat<Pick<R, N> & { readonly count: number | null }>> {
    const column = this.columnNamed(name);
    if (name === 'count') raise(new ValueError(`Table.valueCounts: rename the column 'count' first; the counts need it`)); // prettier-ignore
    const groups = membersOf(column.codes()).filter((rows) => column.mask[rows[0]!] === 0).sort((a, b) => b.length - a.length); // prettier-ignore
    const counts = columnOf('count', groups.map(({ length }) => length), 'number'); // prettier-ignore
    return new Table(
      new Map<string, Column>([
        [name, column.take(groups.map((rows) => rows[0]!))],
        ['count', counts],
      ]),
    );
  }

  /** Columns as arrays, as the estimators of fathom/ml take them. @example columnTransformer(…).fit(t.toColumns()) */
  toColumns(): Arrays<R> {
    const arrayOf = (column: Column): ArrayLike<unknown> =>
      column instanceof NumberColumn
        ? column.numbers.map((value, i) => (column.mask[i] === 1 ? NaN : value))
        : column.toArray();
    return Object.fromEntries(this.names.map((name) => [name, arrayOf(this.columnNamed(name))])) as Arrays<R>;
  }

  /** Columns as float64 (N, F): numbers, dates in milliseconds, categories by their place. @throws ValueError for strings and missing values */
  toTensor(names: readonly Name<R>[] = this.names): Tensor {
    const columns = names.map((name) => this.columnNamed(name));
    const values = new Float64Array(this.length * columns.length);
    columns.forEach((column, j) => {
      const gap = column.mask.indexOf(1);
      if (column instanceof TextColumn) raise(new ValueError(`Table.toTensor: '${names[j]}' holds strings; encode it first or leave it out`)); // prettier-ignore
      if (gap >= 0) raise(new ValueError(`Table.toTensor: '${names[j]}' has no value in row ${gap}; fill it or filter the row out`)); // prettier-ignore
      const numbers = numbersOf(column);
      for (let i = 0; i < this.length; i++) values[i * columns.length + j] = numbers[i]!;
    });
    return tensor(values, { shape: [this.length, columns.length] });
  }

  /** The first rows, aligned. @example console.log(`${table}`) */
  toString(): string {
    return tableText(this.names, this.head(10).rows(), this.length);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** For notebooks. */
  [Symbol.for('Jupyter.display')](): Readonly<Record<string, string>> {
    return { 'text/plain': this.toString(), 'text/html': tableHTML(this.names, this.head(20).rows(), this.length) };
  }
}

const measures = ['count', 'mean', 'std', 'min', 'q1', 'median', 'q3', 'max'] as const;

/** What `describe` says of a column. */
export type DescribeRow = Readonly<Record<'column', string | null> & Record<(typeof measures)[number], number | null>>;

function numbersOf(column: Column): ArrayLike<number> {
  return column instanceof NumberColumn || column instanceof DateColumn ? column.numbers : column.order();
}
