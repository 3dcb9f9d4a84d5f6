import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../base/errors.ts';
import { type Hdf5Dataset, type Hdf5Group, type Hdf5Value, isHdf5, openHdf5 } from './hdf5.ts';

const folder = new URL('../../test/golden/hdf5/', import.meta.url);
const files = ['earliest', 'v110'];

interface Golden {
  readonly datasets: Record<string, { shape: number[]; values: number[] }>;
}

const bytesOf = async (name: string) => new Uint8Array(await readFile(new URL(`${name}.h5`, folder)));
const goldenOf = async (name: string) =>
  (JSON.parse(await readFile(new URL(`${name}.json`, folder), 'utf8')) as Golden).datasets;

/** Every data set by its path. */
function* datasets(group: Hdf5Group, path = '', depth = 0): Generator<[string, Hdf5Dataset]> {
  if (depth > 20) return;
  for (const name of group.names()) {
    const member = group.get(name)!;
    if (member.kind === 'group') yield* datasets(member, `${path}${name}/`, depth + 1);
    else yield [`${path}${name}`, member];
  }
}

/** Reads all there is. */
async function readAll(bytes: Uint8Array): Promise<number> {
  let total = 0;
  const root = openHdf5(bytes);
  root.attributes();
  for (const [, set] of datasets(root)) {
    set.attributes();
    if (set.type.kind === 'text' || set.type.kind === 'string') await set.values();
    else total += (await set.read()).size;
  }
  return total;
}

/** What reading says; anything but a FormatError is passed on. */
async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    return `read ${await readAll(bytes)}`;
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

describe.each(files)('the file that h5py writes as %s', (name) => {
  it('has every data set with its shape and values', async () => {
    const golden = await goldenOf(name);
    const root = openHdf5(await bytesOf(name));
    const found = new Map(datasets(root));
    expect([...found.keys()].filter((key) => key !== 'texts').sort()).toEqual(Object.keys(golden).sort());
    for (const [path, { shape, values }] of Object.entries(golden)) {
      const read = await found.get(path)!.read();
      expect(read.shape, path).toEqual(shape);
      expect(Array.from(await read.data(), Number), path).toEqual(values);
    }
    expect(await found.get('texts')!.values()).toEqual(['one', 'two', '']);
  });

  it('makes dtypes of what the elements are', async () => {
    const root = openHdf5(await bytesOf(name));
    const dtypeOf = async (path: string) => (await (root.get(path) as Hdf5Dataset).read()).dtype;
    expect(await Promise.all(['le_f2', 'le_f8', 'be_f4', 'u1', 'le_i8', 'bool'].map(dtypeOf))).toEqual([
      'float32',
      'float64',
      'float32',
      'uint8',
      'int32',
      'bool',
    ]);
    await expect((root.get('texts') as Hdf5Dataset).read()).rejects.toThrow('texts make no tensor');
  });

  it('has texts and numbers as attributes, few and many', async () => {
    const root = openHdf5(await bytesOf(name));
    expect(Object.fromEntries(root.attributes())).toEqual({
      text: 'grüße',
      fixed: 'of bytes',
      list: ['first', '', 'third'],
      'fixed list': ['ab', 'c'],
      number: 3,
      numbers: [1.5, 2.5, 3.5, 4.5],
    } satisfies Record<string, Hdf5Value>);
    const many = root.get('attributes')!.attributes();
    expect(many.size).toBe(40);
    for (let i = 0; i < 40; i++) expect(many.get(`attribute number ${i}`)).toBe(i);
  });

  it('finds by path; there is nothing at a path that leads nowhere', async () => {
    const root = openHdf5(await bytesOf(name));
    expect((root.get('deep/er/est/x') as Hdf5Dataset).shape).toEqual([4]);
    expect(root.get('deep/er')?.kind).toBe('group');
    expect(root.get('deep/nothing/x')).toBeUndefined();
    expect(root.get('scalar/x')).toBeUndefined();
    expect(root.get('soft')).toBeUndefined(); // a soft link
  });

  it('is refused wherever it is cut off', async () => {
    const bytes = await bytesOf(name);
    for (let i = 0; i < 60; i++) {
      const length = Math.floor((bytes.length * i) / 60);
      const said = await outcome(bytes.slice(0, length));
      expect(said, `${length} bytes`).toMatch(/^hdf5: /);
    }
  });

  it('with bits turned over is read or refused, never anything else', async () => {
    const bytes = await bytesOf(name);
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    let refused = 0;
    for (let i = 0; i < 150; i++) {
      const damaged = bytes.slice();
      // Half of them in the first kilobyte, where the structure begins; some become 255, as hostile sizes are.
      for (let k = 0; k < 3; k++) {
        const at = random(i % 2 === 0 ? 2048 : bytes.length);
        damaged[at] = i % 3 === 0 ? 255 : damaged[at]! ^ (1 << random(8));
      }
      if ((await outcome(damaged)).startsWith('hdf5: ')) refused++;
    }
    expect(refused).toBeGreaterThan(10);
  });
});

describe('hostile files', () => {
  it('bytes without the signature are no HDF5 file', () => {
    expect(isHdf5(new Uint8Array(8))).toBe(false);
    expect(() => openHdf5(new Uint8Array(5000))).toThrow('hdf5: the file of 5000 bytes has no HDF5 signature');
    expect(() => openHdf5(new Uint8Array())).toThrow(FormatError);
  });

  it('a shape that claims terabytes is refused before memory is asked for', async () => {
    const bytes = await bytesOf('earliest');
    const golden = 'chunked/holes'; // never written, so that no bytes contradict the claim
    expect(((await outcome(bytes)) as string).startsWith('read')).toBe(true);
    const view = new DataView(bytes.buffer);
    // The dataspace of (6, 4): two sizes side by side, once as sizes and once as their maxima.
    let changed = 0;
    for (let at = 0; at + 16 <= bytes.length; at += 8) {
      if (view.getBigUint64(at, true) === 6n && view.getBigUint64(at + 8, true) === 4n) {
        view.setBigUint64(at, 2n ** 40n, true);
        changed++;
      }
    }
    expect(changed).toBeGreaterThan(0);
    const set = openHdf5(bytes).get(golden) as Hdf5Dataset;
    await expect(set.read()).rejects.toThrow(/the elements take \d+ bytes, more than 16777216/);
  });
});
