/**
 * Reading tables and lines, in Node, by packages that are asked for when they are needed.
 */
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Compressors, FileMetaData } from 'hyparquet';
import { DataError, FathomError, FormatError, raise } from '../../base/errors.ts';
import type { Column, Columns, CsvOptions, ParquetOptions } from '../columns.ts';
import { optional } from './optional.ts';

type Source = string | Uint8Array;
type Values = Readonly<Record<string, readonly unknown[]>>;

export async function parseCsv(source: Source, options: CsvOptions = {}): Promise<Columns> {
  const { delimiter = ',', names = 'first', missing = ['', 'NA', 'NaN', 'null'] } = options;
  const { parse } = await optional('readCsv', 'csv-parse', () => import('csv-parse/sync'));
  const text = await bytesOf('readCsv', source);
  const rows: unknown = guarded('readCsv', source, () => parse(text, { bom: true, delimiter, skip_empty_lines: true }));
  if (!isTexts(rows)) throw new Error('bug: csv-parse gave no rows of texts');
  const head = names === 'first' ? rows[0] : names;
  if (head === undefined) raise(new FormatError(`readCsv: ${nameOf(source)} is empty`));
  const body = names === 'first' ? rows.slice(1) : rows;
  const twice = head.find((name, i) => head.indexOf(name) !== i);
  if (twice !== undefined)
    raise(new FormatError(`readCsv: ${nameOf(source)} has two columns '${twice}'; pass { names }`));
  const width = body[0]?.length ?? head.length;
  if (width !== head.length)
    raise(new FormatError(`readCsv: ${nameOf(source)} has rows of ${width} values and ${head.length} names`));
  const none = new Set(missing);
  return Object.fromEntries(
    head.map((name, j) => [
      name,
      columnOf(
        body.map((row) => row[j]!),
        none,
      ),
    ]),
  );
}

export async function parseParquet(source: Source, options: ParquetOptions = {}): Promise<Columns> {
  return columnsOf('readParquet', await parquetValues(source, options));
}

/** Values of each column as they are in the file: numbers, bigints, texts, booleans, Dates, null. */
export async function parquetValues(source: Source, { columns, start, end }: ParquetOptions = {}): Promise<Values> {
  const { parquetReadObjects, parquetMetadataAsync, parquetSchema } = await optional(
    'readParquet',
    'hyparquet',
    () => import('hyparquet'),
  );
  const file = typeof source === 'string' ? await sliced(source) : slicedBytes(source);
  try {
    const metadata = await guarded('readParquet', source, () => parquetMetadataAsync(file));
    const schema = parquetSchema(metadata).children;
    const names = schema.map(({ element }) => element.name);
    const wanted = columns ?? names;
    const lost = wanted.find((name) => !names.includes(name));
    if (lost !== undefined)
      raise(new FormatError(`readParquet: ${nameOf(source)} has no column '${lost}'; it has ${names.join(', ')}`));
    const nested = schema.find(({ element, children }) => wanted.includes(element.name) && children.length > 0);
    if (nested !== undefined)
      raise(
        new FormatError(`readParquet: the column '${nested.element.name}' is nested; leave it out with { columns }`),
      );
    const unpacking = isPackedBy(metadata, ['UNCOMPRESSED', 'SNAPPY']) ? {} : await unpackers();
    const rows = await guarded('readParquet', source, () =>
      parquetReadObjects({
        file,
        metadata,
        columns: [...wanted],
        ...unpacking,
        ...(start === undefined ? {} : { rowStart: start }),
        ...(end === undefined ? {} : { rowEnd: end }),
      }),
    );
    return Object.fromEntries(wanted.map((name) => [name, rows.map((row) => row[name])]));
  } finally {
    await file.close();
  }
}

export async function parseArrow(source: Source): Promise<Columns> {
  return columnsOf('readArrow', await arrowValues(source));
}

function isPackedBy(metadata: FileMetaData, codecs: readonly string[]): boolean {
  return metadata.row_groups.every(({ columns }) =>
    columns.every(({ meta_data: column }) => column === undefined || codecs.includes(column.codec)),
  );
}

/** gzip, Brotli, Zstandard, LZ4; hyparquet itself knows Snappy. */
async function unpackers(): Promise<{ readonly compressors: Compressors }> {
  const { compressors } = await optional(
    'readParquet of this compression',
    'hyparquet-compressors',
    () => import('hyparquet-compressors'),
  );
  return { compressors };
}

/** As parquetValues. apache-arrow gives days and times as milliseconds; here they are Dates. */
export async function arrowValues(source: Source): Promise<Values> {
  const { DataType, tableFromIPC } = await optional('readArrow', 'apache-arrow', () => import('apache-arrow'));
  const bytes = await bytesOf('readArrow', source);
  const table = guarded('readArrow', source, () => {
    try {
      return tableFromIPC(bytes);
    } catch (cause) {
      if (!String(cause).includes('codec not found')) throw cause;
      return raise(new FormatError(`readArrow: ${nameOf(source)} is compressed; write it without, e.g. by pandas' to_feather(path, compression='uncompressed')`)); // prettier-ignore
    }
  });
  return Object.fromEntries(
    table.schema.fields.map(({ name, type }, i) => {
      const column: Iterable<unknown> = table.getChildAt(i) ?? [];
      const isTime = DataType.isDate(type) || DataType.isTimestamp(type);
      return [name, isTime ? Array.from(column, dateOf) : [...column]];
    }),
  );
}

export async function* linesOf(path: string): AsyncGenerator<string, void, undefined> {
  const file = createReadStream(path);
  await opened('textLines', path, file);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  // A pipe does not hand errors on.
  file.on('error', (error) => input.destroy(error));
  try {
    yield* createInterface({ input, crlfDelay: Infinity });
    if (input.errored !== null && input.errored !== undefined) throw input.errored;
  } catch (cause) {
    fail('textLines', path, cause);
  } finally {
    file.destroy();
  }
}

export async function* jsonOf(path: string): AsyncGenerator<unknown, void, undefined> {
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      raise(
        new FormatError(
          `jsonLines: ${path}, line ${number} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
        ),
      );
    }
    yield value;
  }
}

/** Numbers if all that are there are. */
function columnOf(texts: readonly string[], missing: ReadonlySet<string>): Column {
  const values = new Float64Array(texts.length);
  for (const [i, raw] of texts.entries()) {
    const text = raw.trim();
    values[i] = missing.has(text) ? NaN : Number(text);
    if (Number.isNaN(values[i]) && !missing.has(text)) return texts.map((one) => (missing.has(one.trim()) ? '' : one));
  }
  return values;
}

function dateOf(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'bigint' ? new Date(Number(value)) : value;
}

function columnsOf(op: string, values: Values): Columns {
  return Object.fromEntries(Object.entries(values).map(([name, column]) => [name, valuesOf(op, name, column)]));
}

/** Values as a reader gives them. Numbers beyond 2⁵³ lose their last digits, as float64 has it; times become milliseconds since 1970. */
function valuesOf(op: string, name: string, values: readonly unknown[]): Column {
  const isText = values.some((value) => typeof value === 'string');
  if (isText) return values.map((value) => (value === null || value === undefined ? '' : String(value)));
  return Float64Array.from(values, (value) => {
    if (value === null || value === undefined) return NaN;
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
    if (value instanceof Date) return value.getTime();
    return raise(new FormatError(`${op}: the column '${name}' holds values that are neither numbers nor texts`));
  });
}

async function bytesOf(op: string, source: Source): Promise<Uint8Array> {
  if (typeof source !== 'string') return source;
  try {
    return await readFile(source);
  } catch (cause) {
    return fail(op, source, cause);
  }
}

/** A file of which parts are read. */
async function sliced(path: string) {
  const file = await open(path).catch((cause: unknown) => fail('readParquet', path, cause));
  const { size } = await file.stat();
  return {
    byteLength: size,
    async slice(start: number, end = size): Promise<ArrayBuffer> {
      const part = new ArrayBuffer(Math.max(0, end - start));
      await file.read(new Uint8Array(part), 0, part.byteLength, start);
      return part;
    },
    close: () => file.close(),
  };
}

function slicedBytes(bytes: Uint8Array) {
  return {
    byteLength: bytes.length,
    slice: (start: number, end?: number): ArrayBuffer => new Uint8Array(bytes.subarray(start, end)).buffer,
    close: () => Promise.resolve(),
  };
}

/** The reader's own errors, as ours. */
function guarded<T>(op: string, source: Source, read: () => T): T {
  try {
    const result = read();
    if (result instanceof Promise) result.catch(() => undefined);
    return result instanceof Promise ? (result.catch((cause: unknown) => fail(op, source, cause)) as T) : result;
  } catch (cause) {
    return fail(op, source, cause);
  }
}

function fail(op: string, source: Source, cause: unknown): never {
  if (cause instanceof FathomError) throw cause;
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
    raise(new DataError(`${op}: there is no file ${nameOf(source)}`));
  raise(
    new FormatError(
      `${op}: ${nameOf(source)} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    ),
  );
}

function nameOf(source: Source): string {
  return typeof source === 'string' ? source : 'the data';
}

function opened(op: string, path: string, file: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    file.once('open', () => resolve());
    file.once('error', (cause) => {
      try {
        fail(op, path, cause);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}

function isTexts(rows: unknown): rows is string[][] {
  return Array.isArray(rows) && rows.every((row) => Array.isArray(row));
}
