/**
 * Tables of typed, named columns: read, select, filter, sort, group, join, pivot, describe; to tensors and back.
 */
export { Column, type Kind, type Value } from './column.ts';
export { Groups, type Summary } from './groups.ts';
export { Table, type TableOptions, type TableRow } from './table.ts';
export {
  type CsvTableOptions,
  readArrowTable,
  readCsvTable,
  readJsonTable,
  readParquetTable,
  scanCsv,
} from './read.ts';
