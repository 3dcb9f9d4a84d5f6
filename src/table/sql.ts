/**
 * Questions in SQL, in Node.
 */
import type { Column } from './column.ts';
import type { Table } from './table.ts';

/** A table, whatever its row. */
export interface AnyTable {
  readonly names: readonly string[];
  readonly length: number;
  columnNamed(name: string): Column;
}

/**
 * What a query says of tables by name, answered by DuckDB, an optional package. The query can also name files: `from 'trips.parquet'`.
 * @throws DataError if @duckdb/node-api is not installed   @throws ValueError with DuckDB's words for a query that is wrong
 * @example await sql('select city, avg(rooms) as rooms from homes group by city order by city', { homes })
 */
export async function sql(query: string, tables: Readonly<Record<string, AnyTable>> = {}): Promise<Table> {
  const { askDuckDB } = await import('./node/sql.ts');
  return askDuckDB(query, tables);
}
