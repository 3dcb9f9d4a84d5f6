/**
 * Rows by groups, and what is said of each.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { Column } from './column.ts';
import { columnOf } from './column-of.ts';
import { keysOf, membersOf } from './keys.ts';
import type { Flat, Name, TableRow } from './schema.ts';
import { type Summary, summarize, type SummaryOf } from './summary.ts';
import { Table } from './table.ts';

/** What to say: a summary of the column of that name, or of another. */
export type Summaries<R> = Readonly<Record<string, Summary | readonly [column: Name<R>, how: Summary]>>;

/** The row that summaries give. */
export type SummaryRow<R, S> = {
  readonly [N in keyof S]: S[N] extends readonly [infer C extends keyof R, infer H extends Summary]
    ? SummaryOf<R[C], H>
    : S[N] extends Summary
      ? SummaryOf<N extends keyof R ? R[N] : never, S[N]>
      : never;
};

/** The groups of a table, in the order in which they come first. */
export class Groups<R extends TableRow, N extends Name<R>> {
  readonly table: Table<R>;
  readonly keys: readonly N[];
  /** The rows of each. */
  readonly members: readonly Int32Array[];

  constructor(table: Table<R>, keys: readonly N[]) {
    this.table = table;
    this.keys = keys;
    const columns = keys.map((name) => table.column(name));
    this.members = membersOf(keysOf(columns, table.length));
  }

  get length(): number {
    return this.members.length;
  }

  /**
   * A row for each group: its keys, and what is asked for.
   * @throws ValueError   @example homes.groupBy('city').aggregate({ rooms: 'mean', homes: ['rooms', 'count'] })
   */
  aggregate<const S extends Summaries<R>>(summaries: S): Table<Flat<Pick<R, N> & SummaryRow<R, S>>> {
    const first = Int32Array.from(this.members, (rows) => rows[0]!);
    const columns = new Map<string, Column>(this.keys.map((name) => [name, this.table.column(name).take(first)]));
    for (const [name, what] of Object.entries<Summaries<R>[string]>(summaries)) {
      if (columns.has(name)) raise(new ValueError(`aggregate: '${name}' is what the groups are made by`));
      const [source, how]: readonly [string, Summary] = typeof what === 'string' ? [name, what] : what;
      const column = this.table.columnNamed(source);
      const values = this.members.map((rows) => summarize(source, column, rows, how));
      columns.set(name, columnOf(name, values, kindOfSummary(column, how)));
    }
    return new Table(columns);
  }

  /** Each group as a table of its own. @example for (const inCity of homes.groupBy('city')) console.log(`${inCity}`) */
  *[Symbol.iterator](): Generator<Table<R>, void, undefined> {
    for (const rows of this.members) yield this.table.take(rows);
  }
}

function kindOfSummary(column: Column, how: Summary): Column['kind'] {
  return how === 'first' || how === 'last' || how === 'min' || how === 'max' ? column.kind : 'number';
}
