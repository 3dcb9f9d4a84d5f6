/**
 * CSV in pieces, in Node, by csv-parse's stream.
 */
import { createReadStream } from 'node:fs';
import { DataError, FathomError, FormatError, raise, ValueError } from '../../base/errors.ts';
import { optional } from '../../data/node/optional.ts';
import { columnOf, type Column, type Kind } from '../column.ts';
import type { CsvTableOptions } from '../read.ts';
import { Table } from '../table.ts';

const DATE = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

export async function* csvPieces(path: string, options: CsvTableOptions): AsyncGenerator<Table, void, undefined> {
  const { delimiter = ',', missing = ['', 'NA', 'NaN', 'null'], batch = 10_000 } = options;
  if (!Number.isInteger(batch) || batch < 1)
    raise(new ValueError(`scanCsv: batch must be a whole number of at least 1. Received: ${batch}`));
  const { parse } = await optional('scanCsv', 'csv-parse', () => import('csv-parse'));
  const none = new Set(missing);
  const file = createReadStream(path);
  const parser = file.pipe(parse({ bom: true, delimiter, skip_empty_lines: true }));
  file.on('error', (error) => parser.destroy(error));
  let names: readonly string[] | undefined;
  let kinds: readonly Kind[] | undefined;
  let [rows, start]: [string[][], number] = [[], 0];
  const piece = (heads: readonly string[]): Table => {
    kinds ??= heads.map((name, j) => options.kinds?.[name] ?? kindOf(rows, j, none));
    const columns = heads.map((name, j): [string, Column] => [
      name,
      read(name, rows, j, kinds![j]!, none, start, path),
    ]);
    start += rows.length;
    rows = [];
    return new Table(new Map(columns));
  };
  try {
    for await (const record of parser) {
      if (!isTexts(record)) throw new Error('bug: csv-parse gave no row of texts');
      if (names === undefined) {
        names = record;
        const twice = names.find((name, i) => record.indexOf(name) !== i);
        if (twice !== undefined) raise(new FormatError(`scanCsv: ${path} has two columns '${twice}'`));
        const lost = Object.keys(options.kinds ?? {}).find((name) => !record.includes(name));
        if (lost !== undefined)
          raise(new ValueError(`scanCsv: { kinds } names '${lost}'; ${path} has ${record.join(', ')}`));
        continue;
      }
      if (rows.push(record) === batch) yield piece(names);
    }
  } catch (cause) {
    if (cause instanceof FathomError) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') raise(new DataError(`scanCsv: there is no file ${path}`)); // prettier-ignore
    raise(
      new FormatError(`scanCsv: ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`),
    );
  } finally {
    file.destroy();
  }
  if (names === undefined) raise(new FormatError(`scanCsv: ${path} is empty`));
  if (rows.length > 0 || start === 0) yield piece(names);
}

function kindOf(rows: readonly (readonly string[])[], j: number, none: ReadonlySet<string>): Kind {
  const there = rows.map((row) => row[j]!.trim()).filter((text) => !none.has(text));
  if (there.every((text) => !Number.isNaN(Number(text)))) return 'number';
  return there.every((text) => DATE.test(text) && !Number.isNaN(Date.parse(text))) ? 'date' : 'string';
}

function read(
  name: string,
  rows: readonly (readonly string[])[],
  j: number,
  kind: Kind,
  none: ReadonlySet<string>,
  start: number,
  path: string,
): Column {
  const values = rows.map((row, i) => {
    const text = row[j]!;
    if (none.has(text.trim())) return null;
    if (kind === 'string' || kind === 'category') return text;
    const value = kind === 'number' ? Number(text) : Date.parse(text);
    if (Number.isNaN(value))
      raise(
        new FormatError(
          `scanCsv: ${path}, row ${start + i}, column '${name}': '${text}' is not a ${kind}, as the first rows are; pass { kinds: { ${JSON.stringify(name)}: 'string' } }`,
        ),
      );
    return kind === 'number' ? value : new Date(value);
  });
  return columnOf(name, values, kind);
}

function isTexts(record: unknown): record is string[] {
  return Array.isArray(record) && record.every((text) => typeof text === 'string');
}
