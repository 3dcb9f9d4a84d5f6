/**
 * Values to columns and columns to values.
 */
import { raise, ValueError } from '../base/errors.ts';
import { columnOf, joinColumns } from './column-of.ts';
import type { Column } from './column.ts';
import { keysOf, membersOf } from './keys.ts';
import type { Name, TableRow, Value } from './schema.ts';
import { type Summary, summarize } from './summary.ts';
import { Table } from './table.ts';

/** A row for each value of `index`, a column for each value of `columns`, and a summary of `values` in each cell; null where there are none. */
export function pivot<R extends TableRow>(
  table: Table<R>,
  index: Name<R>,
  columns: Name<R>,
  values: Name<R>,
  how: Summary,
): Table {
  const head = table.column(columns);
  const rows = membersOf(keysOf([table.column(index)], table.length));
  const { codes, count } = head.codes();
  const order = head.order();
  const heads = membersOf({ codes, count })
    .map((members) => members[0]!)
    .filter((row) => head.mask[row] === 0)
    .sort((i, k) => order[i]! - order[k]!);
  const source = table.column(values);
  const cells = heads.map((row): [string, Column] => {
    const name = nameOf(head.get(row));
    if (name === index) raise(new ValueError(`pivot: '${index}' is both the index and a value of '${columns}'`));
    const summaries = rows.map((all) => {
      const own = all.filter((i) => codes[i] === codes[row]);
      return own.length === 0 ? null : summarize(values, source, own, how);
    });
    return [name, columnOf(name, summaries)];
  });
  const keys = table.column(index).take(rows.map((members) => members[0]!));
  return new Table(new Map([[index, keys], ...cells]));
}

/** A row for each row and each column that is not kept: the inverse of a pivot. @throws ValueError if those hold values of several kinds */
export function melt<R extends TableRow>(
  table: Table<R>,
  keep: readonly Name<R>[],
  { variable, value }: { readonly variable: string; readonly value: string },
): Table {
  const kept: readonly string[] = keep;
  for (const name of [variable, value])
    if (kept.includes(name)) raise(new ValueError(`melt: there is a column '${name}' already; choose another name`));
  const melted = table.names.filter((name) => !kept.includes(name));
  if (melted.length === 0)
    raise(new ValueError(`melt: no column is left to melt; there are ${table.names.join(', ')}`));
  const rows = Int32Array.from({ length: table.length * melted.length }, (_, i) => i % table.length);
  const heads = Array.from(rows, (_, i) => melted[Math.floor(i / table.length)]!);
  return new Table(
    new Map<string, Column>([
      ...keep.map((name): [string, Column] => [name, table.column(name).take(rows)]),
      [variable, columnOf(variable, heads, 'category')],
      [value, joinColumns(value, melted.map((name) => table.column(name)))], // prettier-ignore
    ]),
  );
}

function nameOf(value: Value): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
