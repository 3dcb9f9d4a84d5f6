/**
 * CSV in pieces, in Node, by csv-parse's stream.
 */
import { createReadStream } from 'node:fs';
import { DataError, FathomError, FormatError, raise, ValueError } from '../../base/errors.ts';
import { optional } from '../../data/node/optional.ts';
import type { Column } from '../column.ts';
import { columnOf } from '../column-of.ts';
import type { ChosenColumns, CsvTableOptions } from '../read.ts';
import { type Kind, kindIn, type Kinds } from '../schema.ts';
import { Table } from '../table.ts';

const DATE = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

export async function* csvPieces(
  path: string,
  options: CsvTableOptions & Partial<ChosenColumns<Kinds>>,
): AsyncGenerator<Table, void, undefined> {
  const { delimiter = ',', missing = ['', 'NA', 'NaN', 'null'], batch = 10_000, columns: chosen } = options;
  if (!Number.isInteger(batch) || batch < 1)
    raise(new ValueError(`scanCsv: batch must be a whole number of at least 1. Received: ${batch}`));
  const given = chosen ?? options.kinds ?? {};
  const { parse } = await optional('scanCsv', 'csv-parse', () => import('csv-parse'));
  const none = new Set(missing);
  const file = createReadStream(path);
  const parser = file.pipe(parse({ bom: true, delimiter, skip_empty_lines: true }));
  file.on('error', (error) => parser.destroy(error));
  let wanted: readonly Wanted[] | undefined;
  let [rows, start]: [string[][], number] = [[], 0];
  const piece = (): Table => {
    const columns = wanted!.map((one): [string, Column] => {
      one.kind ??= kindOf(rows, one.place, none);
      return [one.name, readColumn(one, rows, none, start, path)];
    });
    start += rows.length;
    rows = [];
    return new Table(new Map(columns));
  };
  try {
    for await (const record of parser) {
      if (!isTexts(record)) throw new Error('bug: csv-parse gave no row of texts');
      if (wanted === undefined) wanted = wantedOf(path, record, given, chosen);
      else if (rows.push(record) === batch) yield piece();
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
  if (wanted === undefined) raise(new FormatError(`scanCsv: ${path} is empty`));
  if (rows.length > 0 || start === 0) yield piece();
}

/** A column of the file that is read; its kind is inferred from the first piece where none is given. */
interface Wanted {
  readonly name: string;
  readonly place: number;
  kind: Kind | undefined;
}

function wantedOf(path: string, names: readonly string[], kinds: Kinds, chosen: Kinds | undefined): Wanted[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) raise(new FormatError(`scanCsv: ${path} has two columns '${twice}'`));
  const lost = Object.keys(kinds).find((name) => !names.includes(name));
  if (lost !== undefined) raise(new ValueError(`scanCsv: '${lost}' was asked for; ${path} has ${names.join(', ')}`));
  return (chosen === undefined ? names : Object.keys(chosen)).map((name) => ({
    name,
    place: names.indexOf(name),
    kind: kindIn(kinds, name),
  }));
}

function kindOf(rows: readonly (readonly string[])[], place: number, none: ReadonlySet<string>): Kind {
  const there = rows.map((row) => row[place]!.trim()).filter((text) => !none.has(text));
  if (there.every((text) => !Number.isNaN(Number(text)))) return 'number';
  return there.every((text) => DATE.test(text) && !Number.isNaN(Date.parse(text))) ? 'date' : 'string';
}

function readColumn(
  { name, place, kind = 'string' }: Wanted,
  rows: readonly (readonly string[])[],
  none: ReadonlySet<string>,
  start: number,
  path: string,
): Column {
  const values = rows.map((row, i) => {
    const text = row[place]!;
    if (none.has(text.trim())) return null;
    if (kind === 'string' || kind === 'category') return text;
    const value = kind === 'number' ? Number(text) : Date.parse(text);
    if (Number.isNaN(value))
      raise(
        new FormatError(
          `scanCsv: ${path}, row ${start + i}, column '${name}': '${text}' is not a ${kind}; pass { kinds: { ${JSON.stringify(name)}: 'string' } }`,
        ),
      );
    return kind === 'number' ? value : new Date(value);
  });
  return columnOf<unknown>(name, values, kind);
}

function isTexts(record: unknown): record is string[] {
  return Array.isArray(record) && record.every((text) => typeof text === 'string');
}
