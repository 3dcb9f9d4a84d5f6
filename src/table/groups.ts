/**
 * Rows by groups, and what is said of each.
 */
import { raise, ValueError } from '../base/errors.ts';
import { type Column, columnOf } from './column.ts';
import { Table } from './table.ts';

export type Summary = 'count' | 'sum' | 'mean' | 'std' | 'min' | 'q1' | 'median' | 'q3' | 'max';

/** The groups of a table, each with the numbers of its rows. */
export class Groups {
  readonly table: Table;
  readonly keys: readonly string[];
  readonly members: readonly (readonly number[])[];

  constructor(table: Table, keys: readonly string[], members: readonly (readonly number[])[]) {
    this.table = table;
    this.keys = keys;
    this.members = members;
  }

  /** A row for each group: its keys and a summary of each column named. @throws ValueError   @example groups.aggregate({ rooms: 'mean' }) */
  aggregate(summaries: Readonly<Record<string, Summary>>): Table {
    const first = this.members.map((rows) => rows[0]!);
    const columns = new Map(this.keys.map((name) => [name, this.table.column(name).take(first)]));
    for (const [name, how] of Object.entries(summaries)) {
      if (columns.has(name)) raise(new ValueError(`Groups.aggregate: '${name}' is what the groups are made by`));
      const column = this.table.column(name);
      columns.set(name, columnOf(name, this.members.map((rows) => summarize(name, column, rows, how)), 'number')); // prettier-ignore
    }
    return new Table(columns);
  }
}

/** A summary of the values that are there; null if there are too few. @throws ValueError for a column that is not of numbers */
export function summarize(name: string, column: Column, rows: readonly number[], how: Summary): number | null {
  const there = rows.filter((i) => column.mask[i] === 0);
  const n = there.length;
  if (how === 'count') return n;
  if (column.kind !== 'number')
    raise(new ValueError(`${how} of '${name}': it holds ${column.kind} values; only 'count' is defined for them`));
  const values = there.map((i) => column.numbers[i]!);
  const sum = values.reduce((a, b) => a + b, 0);
  if (how === 'sum') return sum;
  if (n === 0) return null;
  if (how === 'mean') return sum / n;
  if (how === 'std') return n === 1 ? null : Math.sqrt(values.reduce((a, v) => a + (v - sum / n) ** 2, 0) / (n - 1));
  const sorted = Float64Array.from(values).sort();
  const place = { min: 0, q1: 0.25, median: 0.5, q3: 0.75, max: 1 }[how] * (n - 1);
  const low = sorted[Math.floor(place)]!;
  return low + (place % 1) * (sorted[Math.ceil(place)]! - low);
}
