/**
 * Tables from files, in Node. CSV is read in pieces, so that a file larger than memory can be gone through.
 */
import { raise, ValueError } from '../base/errors.ts';
import { jsonLines, type ParquetOptions } from '../data/columns.ts';
import type { Kinds, RowOfKinds } from './schema.ts';
import { Table, type TableOptions } from './table.ts';

export interface CsvTableOptions extends TableOptions {
  /** Default: ','. '\t' for TSV. */
  readonly delimiter?: string;
  /** Texts that stand for no value. Default: '', 'NA', 'NaN', 'null'. */
  readonly missing?: readonly string[];
  /** Rows to a piece; kinds are inferred from the first piece. Default: 10,000. */
  readonly batch?: number;
}

/** Names of columns and their kinds: these are read and no others, and the table is typed by them. */
export interface ChosenColumns<K extends Kinds> {
  readonly columns: K;
}

/**
 * The pieces of a CSV file, one after another: memory is bounded by one piece. The first line has the names.
 * @throws DataError if there is no such file   @throws FormatError with the row and column of a value that does not fit
 * @example for await (const piece of scanCsv('trips.csv')) total += piece.length
 */
export function scanCsv<const K extends Kinds>(
  path: string,
  options: CsvTableOptions & ChosenColumns<K>,
): AsyncGenerator<Table<RowOfKinds<K>>, void, undefined>;
export function scanCsv(path: string, options?: CsvTableOptions): AsyncGenerator<Table, void, undefined>;
export async function* scanCsv(
  path: string,
  options: CsvTableOptions & Partial<ChosenColumns<Kinds>> = {},
): AsyncGenerator<Table, void, undefined> {
  const { csvPieces } = await import('./node/csv.ts');
  yield* csvPieces(path, options);
}

/**
 * A whole CSV file. @throws as scanCsv
 * @example await readCsvTable('houses.csv', { kinds: { zip: 'string' } }) // every column
 * @example await readCsvTable('houses.csv', { columns: { zip: 'string', rooms: 'number' } }) // these two, typed
 */
export function readCsvTable<const K extends Kinds>(
  path: string,
  options: CsvTableOptions & ChosenColumns<K>,
): Promise<Table<RowOfKinds<K>>>;
export function readCsvTable(path: string, options?: CsvTableOptions): Promise<Table>;
export async function readCsvTable(path: string, options: CsvTableOptions = {}): Promise<Table> {
  const pieces: Table[] = [];
  for await (const piece of scanCsv(path, options)) pieces.push(piece);
  return Table.concat(pieces);
}

/** A file of one JSON object a line. @throws ValueError with the number of the row that is no object, or does not fit; as jsonLines */
export async function readJsonTable(path: string, options: TableOptions = {}): Promise<Table> {
  const rows: Readonly<Record<string, unknown>>[] = [];
  for await (const row of jsonLines(path)) {
    if (!isRecord(row)) raise(new ValueError(`readJsonTable: ${path}, row ${rows.length} is not an object`));
    rows.push(row);
  }
  return Table.fromRows(rows, options);
}

/**
 * A Parquet file: numbers (float64), texts, dates; nulls are missing. @throws as readParquet of fathom/data
 * @example await readParquetTable('flights.parquet', { columns: ['day', 'delay'] })
 */
export async function readParquetTable(
  source: string | Uint8Array,
  options: ParquetOptions & TableOptions = {},
): Promise<Table> {
  const { parquetValues } = await import('../data/node/tables.ts');
  return Table.fromColumns<AnyColumns>(await parquetValues(source, options), options);
}

/**
 * An Arrow file (IPC or Feather 2, uncompressed), as readParquetTable. @throws as readArrow of fathom/data
 * @example await readArrowTable('flights.arrow')
 */
export async function readArrowTable(source: string | Uint8Array, options: TableOptions = {}): Promise<Table> {
  const { arrowValues } = await import('../data/node/tables.ts');
  return Table.fromColumns<AnyColumns>(await arrowValues(source), options);
}

type AnyColumns = Readonly<Record<string, ArrayLike<unknown>>>;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
