/**
 * Tables from files, in Node: columns by name, numbers as float64 and everything else as texts. Reading is Node's part, by optional
 * packages: csv-parse, hyparquet, apache-arrow.
 */
import { raise, ValueError } from '../base/errors.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { TensorDataset } from './dataset.ts';

/** Numbers, NaN where there is none; or texts, '' where there is none. */
export type Column = Float64Array | readonly string[];

/** Columns of one length by name. */
export type Columns = Readonly<Record<string, Column>>;

export interface CsvOptions {
  /** Default: ','. */
  readonly delimiter?: string;
  /** Names of the columns; 'first' reads them from the first line. Default: 'first'. */
  readonly names?: 'first' | readonly string[];
  /** Texts that stand for no value. Default: '', 'NA', 'NaN', 'null'. */
  readonly missing?: readonly string[];
}

/**
 * A CSV file as columns. A column is of numbers if all that it has are.
 * @param source a path, or the text itself as bytes
 * @throws DataError if there is no such file or csv-parse is not installed   @throws FormatError for rows of unequal length
 * @example const { age, name } = await readCsv('people.csv')
 */
export async function readCsv(source: string | Uint8Array, options?: CsvOptions): Promise<Columns> {
  const { parseCsv } = await import('./node/tables.ts');
  return parseCsv(source, options);
}

export interface ParquetOptions {
  /** Only these. Default: all. */
  readonly columns?: readonly string[];
  /** Rows from here, from 0. Default: 0. */
  readonly start?: number;
  /** Rows up to here, not included. Default: all. */
  readonly end?: number;
}

/**
 * A Parquet file as columns; of a path, only the parts that are needed are read.
 * @throws DataError if there is no such file or hyparquet is not installed   @throws FormatError for a file that is none, or nested columns
 * @example await readParquet('flights.parquet', { columns: ['delay'] })
 */
export async function readParquet(source: string | Uint8Array, options?: ParquetOptions): Promise<Columns> {
  const { parseParquet } = await import('./node/tables.ts');
  return parseParquet(source, options);
}

/**
 * An Arrow file (IPC or Feather 2, uncompressed) as columns.
 * @throws DataError if there is no such file or apache-arrow is not installed   @throws FormatError for a file that is none, or nested columns
 * @example await readArrow('flights.arrow')
 */
export async function readArrow(source: string | Uint8Array): Promise<Columns> {
  const { parseArrow } = await import('./node/tables.ts');
  return parseArrow(source);
}

/** Lines of a text file, packed by gzip or not, one after another and never all at once, in Node. @throws DataError   @example new StreamLoader(() => textLines('corpus.txt.gz')) */
export async function* textLines(path: string): AsyncGenerator<string, void, undefined> {
  const { linesOf } = await import('./node/tables.ts');
  yield* linesOf(path);
}

/**
 * Values of a file with one JSON value a line, packed by gzip or not, in Node. Empty lines are passed over.
 * @param check makes sure that a value is what you take it for   @throws DataError; FormatError with the line that is no JSON
 * @example for await (const row of jsonLines('mails.jsonl')) console.log(row)
 */
export function jsonLines(path: string): AsyncGenerator<unknown, void, undefined>;
export function jsonLines<T>(path: string, check: (value: unknown) => T): AsyncGenerator<T, void, undefined>;
export async function* jsonLines(
  path: string,
  check: (value: unknown) => unknown = (value) => value,
): AsyncGenerator<unknown, void, undefined> {
  const { jsonOf } = await import('./node/tables.ts');
  for await (const value of jsonOf(path)) yield check(value);
}

/**
 * Columns as a data set of rows: features (N, F) float32 and the target: numbers as (N,) float32, texts as (N,) int32 classes in
 * alphabetical order.
 * @throws ValueError for a column that there is not, features that are texts, or a missing value
 * @example const rows = columnsDataset(await readCsv('houses.csv'), { features: ['rooms', 'area'], target: 'price' })
 */
export function columnsDataset(
  columns: Columns,
  { features, target }: { readonly features: readonly string[]; readonly target: string },
): TensorDataset<readonly [features: Tensor, target: Tensor]> {
  const chosen = features.map((name) => {
    const column = columnOf(columns, name);
    if (!(column instanceof Float64Array))
      raise(new ValueError(`columnsDataset: '${name}' holds texts; features must be numbers: encode it first`));
    return column;
  });
  const rows = chosen[0]?.length ?? 0;
  const values = new Float32Array(rows * chosen.length);
  chosen.forEach((column, j) => {
    column.forEach((value, i) => {
      if (Number.isNaN(value))
        raise(
          new ValueError(`columnsDataset: '${features[j]}' has no value in row ${i}; fill it or leave the row out`),
        );
      values[i * chosen.length + j] = value;
    });
  });
  return new TensorDataset(
    tensor(values, { shape: [rows, chosen.length] }),
    targetOf(columnOf(columns, target), target),
  );
}

function targetOf(column: Column, name: string): Tensor {
  if (column instanceof Float64Array) {
    const place = column.findIndex((value) => Number.isNaN(value));
    if (place >= 0) raise(new ValueError(`columnsDataset: the target '${name}' has no value in row ${place}`));
    return tensor(Float32Array.from(column));
  }
  const classes = new Map([...new Set(column)].sort().map((text, i) => [text, i]));
  return tensor(Int32Array.from(column, (text) => classes.get(text)!));
}

function columnOf(columns: Columns, name: string): Column {
  const column = columns[name];
  if (column === undefined)
    raise(new ValueError(`columnsDataset: there is no column '${name}'; there are ${Object.keys(columns).join(', ')}`));
  return column;
}
