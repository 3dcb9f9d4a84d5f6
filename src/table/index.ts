/**
 * Tables of typed, named columns: read, select, filter, sort, group, join, pivot, describe, ask in SQL; to tensors and back.
 */
export { CategoryColumn, Column, DateColumn, NumberColumn, TextColumn } from './column.ts';
export { Groups, type Summaries, type SummaryRow } from './groups.ts';
export type { JoinKind } from './join.ts';
export {
  type CsvTableOptions,
  readArrowTable,
  readCsvTable,
  readJsonTable,
  readParquetTable,
  scanCsv,
} from './read.ts';
export type { CellOf, Kind, RowOfColumns, RowOfKinds, RowOfRows, TableRow, Value, ValueOfKind } from './schema.ts';
export { type AnyTable, sql } from './sql.ts';
export type { Summary, SummaryOf } from './summary.ts';
export { type Arrays, type DescribeRow, Table, type TableOptions } from './table.ts';
