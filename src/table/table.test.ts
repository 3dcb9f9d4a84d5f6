import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { device } from '../engine/index.ts';
import { tensor } from '../tensor/creation.ts';
import {
  readArrowTable,
  readCsvTable,
  readJsonTable,
  readParquetTable,
  scanCsv,
  sql,
  Table,
  type TableRow,
} from './index.ts';

let folder = '';
beforeAll(async () => {
  device('reference');
  folder = await mkdtemp(join(tmpdir(), 'fathom-'));
});
afterAll(() => rm(folder, { recursive: true }));

const file = async (name: string, text: string | Uint8Array) => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};

const homes = Table.fromColumns(
  {
    city: ['Ulm', 'Bonn', 'Ulm', 'Kiel', null],
    rooms: [3, 2, NaN, 4, 1],
    built: [new Date('1990-01-01'), new Date('2001-05-02'), null, new Date('1970-01-01'), new Date('2020-01-01')],
    heating: ['gas', 'oil', 'gas', null, 'gas'],
  },
  { kinds: { heating: 'category' } },
);

describe('a table', () => {
  it('has typed columns with what is missing', () => {
    expect(homes.names.map((name) => homes.column(name).kind)).toEqual(['string', 'number', 'date', 'category']);
    expect(homes.row(2)).toEqual({ city: 'Ulm', rooms: null, built: null, heating: 'gas' });
    expect(homes.column('heating')).toMatchObject({
      categories: ['gas', 'oil'],
      numbers: Int32Array.of(0, 1, 0, 0, 0),
    });
    expect(Table.fromRows([{ a: 1 }, { b: 'x' }]).rows()).toEqual([{ a: 1, b: null }, { a: null, b: 'x' }]); // prettier-ignore
  });

  it('selects, drops, filters and gains columns, and stays as it was', () => {
    expect(homes.select('rooms', 'city').names).toEqual(['rooms', 'city']);
    expect(homes.drop('built', 'heating').names).toEqual(['city', 'rooms']);
    const large = homes.filter(({ rooms }) => Number(rooms) >= 3);
    expect(large.column('city').toArray()).toEqual(['Ulm', 'Kiel']);
    expect(homes.with('n', [1, 2, 3, 4, 5]).column('n').get(4)).toBe(5);
    expect(homes.length).toBe(5);
  });

  it('is sorted stably with what is missing last, both ways', () => {
    expect(homes.sort('rooms').column('rooms').toArray()).toEqual([1, 2, 3, 4, null]);
    expect(homes.sort('rooms', { descending: true }).column('rooms').toArray()).toEqual([4, 3, 2, 1, null]);
    expect(homes.sort(['heating', 'rooms']).column('rooms').toArray()).toEqual([1, 3, null, 2, 4]);
  });

  it('is grouped and summarized without what is missing', () => {
    const x = Table.fromColumns({ k: ['a', 'b', 'a', 'a'], v: [1, 5, 3, NaN] });
    const of = (how: 'count' | 'sum' | 'mean' | 'std' | 'median') =>
      x.groupBy('k').aggregate({ v: how }).column('v').toArray(); // prettier-ignore
    expect([of('count'), of('sum'), of('mean'), of('median')]).toEqual([[2, 1], [4, 5], [2, 5], [2, 5]]); // prettier-ignore
    expect(of('std')).toEqual([Math.SQRT2, null]);
    expect(homes.valueCounts('city').rows()).toEqual([{ city: 'Ulm', count: 2 }, { city: 'Bonn', count: 1 }, { city: 'Kiel', count: 1 }]); // prettier-ignore
  });

  it('is joined on keys, of which missing ones have no partner', () => {
    const cities = Table.fromColumns({ city: ['Ulm', 'Kiel', null], people: [126, 247, 0] });
    expect(homes.join(cities, 'city').select('rooms', 'people').rows()).toEqual([{ rooms: 3, people: 126 }, { rooms: null, people: 126 }, { rooms: 4, people: 247 }]); // prettier-ignore
    expect(homes.join(cities, 'city', { how: 'left' }).column('people').toArray()).toEqual([126, null, 126, 247, null]);
    expect(homes.join(cities, 'city', { how: 'right' }).select('city', 'rooms', 'people').rows()).toEqual([
      { city: 'Ulm', rooms: 3, people: 126 },
      { city: 'Ulm', rooms: null, people: 126 },
      { city: 'Kiel', rooms: 4, people: 247 },
      { city: null, rooms: null, people: 0 },
    ]);
    const outer = homes.join(Table.fromRows([{ city: 'Jena', people: 110 }]), 'city', { how: 'outer' });
    expect(outer.column('city').toArray()).toEqual(['Ulm', 'Bonn', 'Ulm', 'Kiel', null, 'Jena']);
    expect(outer.column('people').toArray()).toEqual([null, null, null, null, null, 110]);
    expect(() => homes.join(homes, 'city')).toThrow("both tables have a column 'rooms'");
    expect(() => homes.join(Table.fromRows([{ city: 1 }]), 'city')).toThrow("'city' is string in one table and number");
  });

  it('joins on several keys as a comparison of all pairs of rows does', () => {
    const [a, b] = [1, 2].map((seed) => {
      const digit = (i: number, n: number) => (i * 7919 * seed + i * i * 31) % n;
      const rows = Array.from({ length: 40 }, (_, i) => ({ k: digit(i, 4), l: digit(i + 3, 3) === 0 ? null : `${digit(i, 3)}`, [`v${seed}`]: i })); // prettier-ignore
      return Table.fromRows<Record<string, number | string | null>>(rows);
    });
    const want = a!.rows().flatMap((x) => b!.rows().filter((y) => x.k === y.k && x.l === y.l && x.l !== null).map((y) => ({ ...x, ...y }))); // prettier-ignore
    expect(want.length).toBeGreaterThan(30);
    expect(a!.join(b!, ['k', 'l']).rows()).toEqual(want);
  });

  it('is summarized under other names, by texts and dates too, and each group is a table', () => {
    const groups = homes.groupBy('city');
    const said = groups.aggregate({ homes: ['rooms', 'count'], built: 'max', most: ['rooms', 'max'], kinds: ['heating', 'distinct'], first: ['heating', 'min'] }); // prettier-ignore
    expectTypeOf(said.column('built').get(0)).toEqualTypeOf<Date | null>();
    expectTypeOf(said.column('homes').get(0)).toEqualTypeOf<number | null>();
    expect(said.row(0)).toEqual({ city: 'Ulm', homes: 1, built: new Date('1990-01-01'), most: 3, kinds: 1, first: 'gas' }); // prettier-ignore
    expect([...groups].map(({ length }) => length)).toEqual([2, 1, 1, 1]);
    expect(homes.groupBy('city', 'heating').length).toBe(4);
  });

  it('fills and drops what is missing, renames, slices, and keeps what differs', () => {
    expect(homes.fillMissing({ rooms: 0, city: '?' }).select('city', 'rooms').row(4)).toEqual({ city: '?', rooms: 1 });
    expect(homes.fillMissing({ heating: 'none' }).column('heating').toArray()).toEqual(['gas', 'oil', 'gas', 'none', 'gas']); // prettier-ignore
    expect(homes.dropMissing().length).toBe(2);
    expect(homes.dropMissing('rooms').column('rooms').toArray()).toEqual([3, 2, 4, 1]);
    expect(homes.rename({ rooms: 'n' }).names).toEqual(['city', 'n', 'built', 'heating']);
    expect(() => homes.rename({ rooms: 'city' })).toThrow("two columns would be called 'city'");
    expect(homes.slice(-2).column('rooms').toArray()).toEqual([4, 1]);
    expect(homes.tail(1).column('rooms').toArray()).toEqual([1]);
    expect(homes.distinct('heating').column('rooms').toArray()).toEqual([3, 2, 4]);
    expect(homes.filter([0, 1, 0, 1, 0]).column('rooms').toArray()).toEqual([2, 4]);
    expect(() => homes.filter([1])).toThrow('1 values for 5 rows');
  });

  it('has rows and columns in its type, and follows operations', () => {
    interface Home {
      readonly city: string | null;
      readonly rooms: number | null;
      readonly built: Date | null;
      readonly heating: string | null;
    }
    expectTypeOf(homes.row(0)).branded.toEqualTypeOf<Home>();
    expectTypeOf(homes.select('city', 'rooms').row(0)).branded.toEqualTypeOf<Pick<Home, 'city' | 'rooms'>>();
    expectTypeOf(homes.drop('city', 'rooms', 'built').row(0)).branded.toEqualTypeOf<Pick<Home, 'heating'>>();
    const wider = homes.with('double', ({ rooms }) => (rooms === null ? null : 2 * rooms));
    expect(wider.column('double').toArray()).toEqual([6, 4, null, 8, 2]);
    expectTypeOf(wider.column('double').get(0)).toEqualTypeOf<number | null>();
    expectTypeOf(homes.rename({ rooms: 'n' }).column('n').get(0)).toEqualTypeOf<number | null>();
    const joined = homes.join(Table.fromRows([{ city: 'Ulm', people: 1 }]), 'city');
    expectTypeOf(joined.row(0)).branded.toEqualTypeOf<Home & { readonly people: number | null }>();
    expectTypeOf(homes.toColumns().rooms).toEqualTypeOf<Float64Array>();
    expect(homes.toColumns().rooms).toEqual(Float64Array.of(3, 2, NaN, 4, 1));
    // @ts-expect-error there is no such column
    expect(() => homes.column('town')).toThrow("there is no column 'town'");
    // @ts-expect-error nor here
    expect(() => homes.groupBy('town')).toThrow("there is no column 'town'");
    // @ts-expect-error a number for texts
    expect(() => homes.fillMissing({ city: 1 })).toThrow('1 is not a string');
  });

  it('is molten, and a pivot puts it back', () => {
    const wide = Table.fromRows([{ id: 'a', x: 1, y: 2 }, { id: 'b', x: 3, y: null }]); // prettier-ignore
    const long = wide.melt(['id']);
    expect(long.rows()).toEqual([
      { id: 'a', variable: 'x', value: 1 },
      { id: 'b', variable: 'x', value: 3 },
      { id: 'a', variable: 'y', value: 2 },
      { id: 'b', variable: 'y', value: null },
    ]);
    expect(long.pivot('id', 'variable', 'value').rows()).toEqual(wide.rows());
    expect(() => wide.melt(['id', 'x'], { value: 'x' })).toThrow("there is a column 'x' already");
  });

  it('shows itself in notebooks, with what it holds escaped', () => {
    const table = Table.fromRows([{ name: '<b>&', n: 1 }]);
    const display: unknown = Reflect.get(table, Symbol.for('Jupyter.display'));
    const shown: unknown = typeof display === 'function' ? display.call(table) : undefined;
    expect(shown).toMatchObject({ 'text/plain': `${table}` });
    expect(JSON.stringify(shown)).toContain('&#60;b&#62;&#38;');
  });

  it('is pivoted and described', () => {
    const sales = Table.fromColumns({ year: [1, 1, 2, 2], kind: ['a', 'b', 'a', 'a'], sum: [1, 2, 3, 5] });
    expect(sales.pivot('year', 'kind', 'sum').rows()).toEqual([{ year: 1, a: 1, b: 2 }, { year: 2, a: 4, b: null }]); // prettier-ignore
    expect(sales.select('kind', 'sum').describe().row(0)).toEqual({ column: 'sum', count: 4, mean: 2.75, std: expect.closeTo(1.707825127659933, 12), min: 1, q1: 1.75, median: 2.5, q3: 3.5, max: 5 }); // prettier-ignore
  });

  it('becomes a tensor and comes from one', () => {
    const x = Table.fromColumns({ a: [1, 2], b: [3, 4] });
    expect(x.toTensor().arraySync()).toEqual([[1, 3], [2, 4]]); // prettier-ignore
    expect(Table.fromTensor(x.toTensor(), ['a', 'b']).rows()).toEqual(x.rows());
    expect(() => homes.toTensor(['rooms'])).toThrow("'rooms' has no value in row 2");
    expect(() => homes.toTensor(['city'])).toThrow("'city' holds strings");
    expect(() => Table.fromTensor(tensor([1]), ['a'])).toThrow('expected (N, 1)');
  });

  it('is printed aligned', () => {
    expect(`${homes.select('city', 'rooms', 'built').head(3)}`).toBe(
      'city  rooms       built\nUlm       3  1990-01-01\nBonn      2  2001-05-02\nUlm       ·           ·\n3 rows × 3',
    );
  });
});

describe('files', () => {
  it('CSV has its kinds inferred, in pieces or whole', async () => {
    const path = await file('a.csv', 'zip,price,day,name\n01,1.5,2020-01-02,A\n02,NA,2020-01-03,"B, b"\n03,3,,C\n');
    const whole = await readCsvTable(path, { kinds: { zip: 'string' }, batch: 2 });
    expect(whole.rows()).toEqual([
      { zip: '01', price: 1.5, day: new Date('2020-01-02'), name: 'A' },
      { zip: '02', price: null, day: new Date('2020-01-03'), name: 'B, b' },
      { zip: '03', price: 3, day: null, name: 'C' },
    ]);
    const lengths: number[] = [];
    for await (const piece of scanCsv(path, { batch: 2 })) lengths.push(piece.length);
    expect(lengths).toEqual([2, 1]);
    const kinds = { zip: 'category' } as const;
    expect((await readCsvTable(path, { kinds, batch: 1 })).column('zip').toArray()).toEqual(['01', '02', '03']);
  });

  it.each([
    ['a late text', 'x\n1\n2\noops\n', 2, /row 2, column 'x': 'oops' is not a number.*pass \{ kinds/],
    ['a short row', 'a,b\n1,2\n3\n', 10, /Invalid Record Length/],
    ['a name twice', 'a,a\n1,2\n', 10, /two columns 'a'/],
    ['nothing', '', 10, /is empty/],
  ])('CSV with %s is a FormatError', async (_, text, batch, message) => {
    const path = await file('bad.csv', text);
    await expect(readCsvTable(path, { batch })).rejects.toThrow(message);
    await expect(readCsvTable(path, { batch })).rejects.toThrow(expect.objectContaining({ name: 'FormatError' }));
  });

  it('CSV that does not exist is a DataError', async () => {
    await expect(readCsvTable(join(folder, 'none.csv'))).rejects.toThrow('there is no file');
  });

  it('only the columns asked for are read, and are typed', async () => {
    const path = await file('c.csv', 'zip,price,day\n01,1.5,2020-01-02\n02,,2020-01-03\n');
    const table = await readCsvTable(path, { columns: { price: 'number', zip: 'category' } });
    expectTypeOf(table.row(0)).branded.toEqualTypeOf<{ readonly price: number | null; readonly zip: string | null }>();
    expect(table.rows()).toEqual([{ price: 1.5, zip: '01' }, { price: null, zip: '02' }]); // prettier-ignore
    await expect(readCsvTable(path, { columns: { cost: 'number' } })).rejects.toThrow("'cost' was asked for");
  });

  it('a column called __proto__ is a column', async () => {
    const table = await readCsvTable(await file('p.csv', '__proto__,b\n1,2\n'));
    expect(Object.entries(table.row(0))).toEqual([['__proto__', 1], ['b', 2]]); // prettier-ignore
  });

  it('JSONL is read by rows and says which does not fit', async () => {
    const path = await file('a.jsonl', '{"a":1}\n{"a":2,"b":"x"}\n');
    expect((await readJsonTable(path)).rows()).toEqual([{ a: 1, b: null }, { a: 2, b: 'x' }]); // prettier-ignore
    await expect(readJsonTable(await file('b.jsonl', '{"a":1}\n[2]\n'))).rejects.toThrow('row 1 is not an object');
    await expect(readJsonTable(await file('c.jsonl', '{"a":1}\n{"a":"x"}\n'))).rejects.toThrow("column 'a', row 1: \"x\" is not a number"); // prettier-ignore
  });

  it('Parquet and Arrow are read', async () => {
    const { parquetWriteBuffer } = await import('hyparquet-writer');
    const bytes = new Uint8Array(
      parquetWriteBuffer({ columnData: [{ name: 'x', data: [1.5, null], type: 'DOUBLE' }] }),
    );
    expect((await readParquetTable(bytes)).rows()).toEqual([{ x: 1.5 }, { x: null }]);
    const loaded: unknown = await import('apache-arrow');
    const { tableFromArrays, tableToIPC } = loaded as {
      tableFromArrays(columns: Record<string, unknown>): unknown;
      tableToIPC(table: unknown, form: 'file'): Uint8Array;
    };
    const arrow = tableToIPC(tableFromArrays({ n: Int32Array.of(3, 4) }), 'file');
    expect((await readArrowTable(arrow)).rows()).toEqual([{ n: 3 }, { n: 4 }]);
  });
});

describe('files that pandas wrote', () => {
  const written = (name: string) => join(import.meta.dirname, '../../test/golden/tables', name);
  const rows = [
    { x: 1.5, n: 1, text: 'a', time: new Date('2024-01-02'), day: new Date('2020-02-29'), yes: 1, kind: 'u' },
    { x: null, n: 2 ** 40, text: null, time: new Date('2024-05-06T07:08:09.123Z'), day: null, yes: 0, kind: 'v' },
    { x: 3, n: null, text: 'ü', time: null, day: new Date('1969-12-31'), yes: 1, kind: 'u' },
  ];

  it.each(['snappy', 'gzip', 'zstd', 'brotli', 'lz4'])('Parquet packed by %s', async (codec) => {
    expect((await readParquetTable(written(`${codec}.parquet`))).rows()).toEqual(rows);
  });

  it('Arrow, with a line that helps if it is compressed', async () => {
    expect((await readArrowTable(written('uncompressed.arrow'))).rows()).toEqual(rows);
    await expect(readArrowTable(written('lz4.arrow'))).rejects.toThrow("compression='uncompressed'");
  });
});

describe('sql', () => {
  it('asks tables by name, with every kind there and back', async () => {
    const answer = await sql(
      `select city, count(*) as homes, max(built) as built from homes where heating = 'gas' group by city order by city`,
      { homes },
    );
    expect(answer.rows()).toEqual([
      { city: 'Ulm', homes: 2, built: new Date('1990-01-01') },
      { city: null, homes: 1, built: new Date('2020-01-01') },
    ]);
    const many = Table.fromColumns({ 'a "b"': Float64Array.from({ length: 5000 }, (_, i) => i) });
    expect((await sql('select sum("a ""b""") as s from many', { many })).row(0)).toEqual({ s: 12_497_500 });
  });

  it('says what is wrong in the words of the database', async () => {
    await expect(sql('select x from homes', { homes })).rejects.toThrow(/sql: .*"x" not found/);
    await expect(sql('select [1, 2] as list')).rejects.toThrow("column 'list' holds nested values");
  });
});

it.each<readonly [string, () => unknown, string]>([
  ['columns of unequal length', () => Table.fromColumns({ a: [1], b: [1, 2] }), "column 'b' has 2 rows, 'a' has 1"],
  ['a value of another kind', () => Table.fromColumns({ a: [1, 'x'] }), 'column \'a\', row 1: "x" is not a number'],
  ['no such column', () => homes.columnNamed('town'), "there is no column 'town'; there are city, rooms"],
  ['no such row', () => homes.take([7]), 'there is no row 7; there are 5'],
  ['a mean of texts', () => homes.groupBy('rooms').aggregate({ city: 'mean' }), "mean of 'city': it holds string"],
  [
    'tables that differ',
    () =>
      Table.concat<TableRow>([
        new Table(new Map([['a', homes.column('city')]])),
        new Table(new Map([['b', homes.column('city')]])),
      ]),
    'columns differ',
  ],
])('%s is refused with a sentence', (_, make, message) => {
  expect(make).toThrow(message);
});
