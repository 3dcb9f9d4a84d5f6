/**
 * Questions in SQL, in Node, answered by DuckDB in memory.
 */
import { FormatError, raise, ValueError } from '../../base/errors.ts';
import { optional } from '../../data/node/optional.ts';
import type { Column } from '../column.ts';
import { columnOf } from '../column-of.ts';
import type { Kind, Value } from '../schema.ts';
import type { AnyTable } from '../sql.ts';
import { Table } from '../table.ts';

/** Rows handed over at a time: DuckDB's vectors hold no more. */
const CHUNK = 2048;

export async function askDuckDB(query: string, tables: Readonly<Record<string, AnyTable>>): Promise<Table> {
  const duckdb = await optional('sql', '@duckdb/node-api', () => import('@duckdb/node-api'));
  const database = await duckdb.DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  const typeOf: { readonly [K in Kind]: typeof duckdb.DOUBLE | typeof duckdb.VARCHAR | typeof duckdb.TIMESTAMP } = {
    number: duckdb.DOUBLE,
    string: duckdb.VARCHAR,
    category: duckdb.VARCHAR,
    date: duckdb.TIMESTAMP,
  };
  const given = (value: Value) =>
    value instanceof Date ? new duckdb.DuckDBTimestampValue(BigInt(value.getTime()) * 1000n) : value;
  try {
    for (const [name, table] of Object.entries(tables)) {
      const columns = table.names.map((column) => table.columnNamed(column));
      const types = columns.map(({ kind }) => typeOf[kind]);
      const heads = table.names.map((column, j) => `${quoted(column)} ${String(types[j])}`);
      await connection.run(`create table ${quoted(name)} (${heads.join(', ')})`);
      const appender = await connection.createAppender(name);
      for (let start = 0; start < table.length; start += CHUNK) {
        const rows = Int32Array.from({ length: Math.min(CHUNK, table.length - start) }, (_, i) => start + i);
        const chunk = duckdb.DuckDBDataChunk.create(types, rows.length);
        chunk.setColumns(columns.map((column) => column.take(rows).toArray().map(given)));
        appender.appendDataChunk(chunk);
      }
      appender.closeSync();
    }
    const answer = await connection.runAndReadAll(query);
    const values = answer.getColumnsJS();
    return new Table(new Map(answer.deduplicatedColumnNames().map((name, j) => [name, read(name, values[j] ?? [])])));
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'Error') raise(new ValueError(`sql: ${cause.message}`));
    throw cause;
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Lists, structures and other nested answers have no column here. */
function read(name: string, values: readonly unknown[]): Column {
  const nested = values.find((value) => typeof value === 'object' && value !== null && !(value instanceof Date));
  if (nested !== undefined)
    raise(new FormatError(`sql: column '${name}' holds nested values; take them apart in the query (unnest, struct.field)`)); // prettier-ignore
  return columnOf(name, values);
}
