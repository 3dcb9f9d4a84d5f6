import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { device } from '../engine/index.ts';
import { encodePng } from '../io/png.ts';
import { columnsDataset, jsonLines, readArrow, readCsv, readParquet, textLines } from './columns.ts';
import { imageFolder, readImage } from './image-folder.ts';
import { optional } from './node/optional.ts';
import { StreamLoader } from './stream.ts';

const require = createRequire(import.meta.url);
/** Optional packages may be absent; then their tests are skipped, and say so by their names. */
const isInstalled = (name: string) => {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
};

let folder = '';
beforeAll(() => {
  device('reference');
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytesOf = (text: string) => new TextEncoder().encode(text);
const all = async <T>(items: AsyncIterable<T>) => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};

it('a package that is not installed is an error that says how to get it', async () => {
  const name = './no-such-package.js';
  await expect(optional('readX', 'x-reader', () => import(/* @vite-ignore */ name))).rejects.toThrow(
    'readX needs the package x-reader, which is not installed. Get it with: npm install x-reader',
  );
});

describe.skipIf(!isInstalled('csv-parse/sync'))('CSV (needs csv-parse)', () => {
  it('has columns of numbers and of texts, with what is missing', async () => {
    const columns = await readCsv(
      bytesOf('\ufeffage,name,"x, y"\n1.5,"A ""b""",1\nNA,,2e3\n\n-3,Ü\n c,3\n'.replace('Ü\n c', '"Ü\n c"')),
    );
    expect(columns).toEqual({
      age: Float64Array.of(1.5, NaN, -3),
      name: ['A "b"', '', 'Ü\n c'],
      'x, y': Float64Array.of(1, 2000, 3),
    });
  });

  it('can have names of its own, another delimiter, and be a data set', async () => {
    await writeFile(join(folder, 'a.csv'), '1;2;no\n3;4;yes\n');
    const columns = await readCsv(join(folder, 'a.csv'), { names: ['a', 'b', 'c'], delimiter: ';' });
    const { tensors } = columnsDataset(columns, { features: ['a', 'b'], target: 'c' });
    expect(tensors.map((x) => x.arraySync())).toEqual([[[1, 2], [3, 4]], [0, 1]]); // prettier-ignore
    expect(() => columnsDataset(columns, { features: ['c'], target: 'a' })).toThrow(
      "'c' holds texts; features must be numbers",
    );
    expect(() => columnsDataset(columns, { features: ['d'], target: 'a' })).toThrow(
      "there is no column 'd'; there are a, b, c",
    );
  });

  it.each([
    ['rows of unequal length', 'a,b\n1,2\n3\n', /Invalid Record Length/],
    ['an open quote', 'a\n"b\n', /Quote Not Closed/],
    ['one name twice', 'a,a\n1,2\n', /two columns 'a'/],
    ['nothing', '', /is empty/],
  ])('with %s is a FormatError', async (_, text, message) => {
    await expect(readCsv(bytesOf(text))).rejects.toThrow(message);
    await expect(readCsv(bytesOf(text))).rejects.toThrow(expect.objectContaining({ name: 'FormatError' }));
  });

  it('that does not exist is a DataError', async () => {
    await expect(readCsv(join(folder, 'b.csv'))).rejects.toThrow('readCsv: there is no file');
  });
});

describe.skipIf(!isInstalled('hyparquet') || !isInstalled('hyparquet-writer'))('Parquet (needs hyparquet)', () => {
  it('is read by columns and rows', async () => {
    const writer = 'hyparquet-writer'; // has types only where it is installed
    const { parquetWriteBuffer } = (await import(/* @vite-ignore */ writer)) as {
      parquetWriteBuffer(table: {
        columnData: readonly { name: string; data: unknown[]; type: string }[];
      }): ArrayBuffer;
    };
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'x', data: [1.5, null, 3], type: 'DOUBLE' },
        { name: 'n', data: [1n, 2n, 3n], type: 'INT64' },
        { name: 'text', data: ['a', 'b', 'ü'], type: 'STRING' },
      ],
    });
    await writeFile(join(folder, 'a.parquet'), new Uint8Array(bytes));
    expect(await readParquet(join(folder, 'a.parquet'))).toEqual({
      x: Float64Array.of(1.5, NaN, 3),
      n: Float64Array.of(1, 2, 3),
      text: ['a', 'b', 'ü'],
    });
    expect(await readParquet(new Uint8Array(bytes), { columns: ['n'], start: 1, end: 2 })).toEqual({
      n: Float64Array.of(2),
    });
    await expect(readParquet(new Uint8Array(bytes), { columns: ['y'] })).rejects.toThrow(
      "no column 'y'; it has x, n, text",
    );
    await expect(readParquet(new Uint8Array(bytes.slice(0, 40)))).rejects.toThrow(
      expect.objectContaining({ name: 'FormatError' }),
    );
    await expect(readParquet(join(folder, 'b.parquet'))).rejects.toThrow('readParquet: there is no file');
  });
});

describe.skipIf(!isInstalled('apache-arrow'))('Arrow (needs apache-arrow)', () => {
  it('is read by columns', async () => {
    const arrow: unknown = await import('apache-arrow');
    const { tableFromArrays, tableToIPC } = arrow as {
      tableFromArrays(columns: Record<string, unknown>): unknown;
      tableToIPC(table: unknown, form: 'file'): Uint8Array;
    };
    const bytes = tableToIPC(
      tableFromArrays({ x: Float32Array.of(1, 2), n: Int32Array.of(3, 4), text: ['a', 'b'] }),
      'file',
    );
    expect(await readArrow(bytes)).toEqual({ x: Float64Array.of(1, 2), n: Float64Array.of(3, 4), text: ['a', 'b'] });
    await expect(readArrow(bytesOf('no arrow'))).rejects.toThrow(expect.objectContaining({ name: 'FormatError' }));
  });
});

describe('lines', () => {
  it('come one by one, packed or not, whatever ends them', async () => {
    await writeFile(join(folder, 'a.txt'), 'one\r\ntwo\n\nthree');
    await writeFile(join(folder, 'a.txt.gz'), gzipSync('four\nfive\n'));
    expect(await all(textLines(join(folder, 'a.txt')))).toEqual(['one', 'two', '', 'three']);
    expect(await all(textLines(join(folder, 'a.txt.gz')))).toEqual(['four', 'five']);
    await writeFile(join(folder, 'b.gz'), 'no gzip');
    await expect(all(textLines(join(folder, 'b.gz')))).rejects.toThrow('incorrect header check');
    await expect(all(textLines(join(folder, 'c')))).rejects.toThrow('textLines: there is no file');
  });

  it('of JSON are values, checked, and stream as batches', async () => {
    const path = join(folder, 'a.jsonl');
    await writeFile(path, '{"x":1}\n\n{"x":2}\n{"x":3}\n');
    const check = (value: unknown) => ({ x: Number(Object(value).x) });
    const batches = await all(new StreamLoader(() => jsonLines(path, check), { batchSize: 2 }));
    expect(batches.map(({ x }) => x.arraySync())).toEqual([[1, 2], [3]]);
    await writeFile(path, '{"x":1}\n{"x"');
    await expect(all(jsonLines(path))).rejects.toThrow('line 2 is not JSON');
  });
});

describe('pictures', () => {
  const decoder = isInstalled('sharp') || isInstalled('fast-png');

  it.skipIf(!decoder)('in folders have the folder for a class (needs sharp or fast-png)', async () => {
    const { mkdir } = await import('node:fs/promises');
    for (const [name, color] of [
      ['red', [255, 0, 0]],
      ['blue', [0, 0, 255]],
    ] as const) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'a.png'), await encodePng(Uint8Array.from([...color, ...color]), 1, 2, 3));
    }
    await writeFile(join(folder, 'red', 'notes.txt'), '');
    const photos = await imageFolder(folder);
    expect([photos.classes, photos.length, [...photos.labels]]).toEqual([['blue', 'red'], 2, [0, 1]]);
    const [image, label] = await photos.get(1);
    expect([image.arraySync(), label.itemSync(), image.dtype]).toEqual([
      [[[255, 255]], [[0, 0]], [[0, 0]]],
      1,
      'uint8',
    ]);
    const grey = await readImage(join(folder, 'blue', 'a.png'), { channels: 1 });
    expect(grey.arraySync()).toEqual([[[29, 29]]]);
    await writeFile(join(folder, 'red', 'a.png'), 'no picture');
    await expect(photos.get(1)).rejects.toThrow(/readImage: .*a.png cannot be decoded/);
  });

  it('without folders of them is a DataError', async () => {
    await expect(imageFolder(folder)).rejects.toThrow(`imageFolder: there are no pictures in folders of ${folder}`);
    await expect(imageFolder(join(folder, 'no'))).rejects.toThrow('cannot be read');
  });

  it.skipIf(!isInstalled('sharp'))('are brought to a size (needs sharp)', async () => {
    const png = await encodePng(
      Uint8Array.from({ length: 8 * 4 }, (_, i) => (i % 8 < 4 ? 0 : 255)),
      4,
      8,
      1,
    );
    const image = await readImage(png, { size: 4, channels: 1 });
    expect(image.shape).toEqual([1, 4, 4]);
    expect([...image.at(0).at(2).dataSync()]).toEqual([0, 0, 255, 255]);
  });
});
