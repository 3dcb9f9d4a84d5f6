import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { device } from '../engine/index.ts';
import { tensor, zeros } from '../tensor/creation.ts';
import { loadSafetensors, readMetadata, readSafetensors, saveSafetensors, writeSafetensors } from './safetensors.ts';

const reference = new URL('../../test/golden/reference.safetensors', import.meta.url);

const asDescribed = {
  weight: { dtype: 'float32', shape: [2, 3], values: [0, 0.25, 0.5, 0.75, 1, 1.25] },
  double: { dtype: 'float64', shape: [2], values: [1 / 3, -0] },
  labels: { dtype: 'int32', shape: [3], values: [-1, 0, 2147483647] },
  pixels: { dtype: 'uint8', shape: [1, 3], values: [0, 255, 7] },
  mask: { dtype: 'bool', shape: [3], values: [1, 0, 1] },
  scalar: { dtype: 'float32', shape: [], values: [2.5] },
  empty: { dtype: 'float32', shape: [0, 4], values: [] },
};

/** A file with this header text and this much data behind it. */
function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const f32 = (shape: unknown, ...data_offsets: number[]) => ({ dtype: 'F32', shape, data_offsets });

beforeAll(() => {
  device('reference');
});

describe('a file by the reference implementation', () => {
  it('is read with every dtype, shape and value', async () => {
    const tensors = readSafetensors(await readFile(reference));
    const found = Object.entries(tensors).map(([name, x]) => [
      name,
      { dtype: x.dtype, shape: x.shape, values: [...x.dataSync()] },
    ]);
    expect(Object.fromEntries(found)).toEqual(asDescribed);
    expect(readMetadata(await readFile(reference))).toEqual({ format: 'np' });
  });

  it('is written again byte for byte', async () => {
    const bytes = new Uint8Array(await readFile(reference));
    expect(writeSafetensors(readSafetensors(bytes), readMetadata(bytes))).toEqual(bytes);
  });

  it('fails when cut at any length', async () => {
    const bytes = new Uint8Array(await readFile(reference));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readSafetensors(bytes.subarray(0, length))).toThrow(/^safetensors: .*\d/);
    }
  });
});

describe('a lying header', () => {
  it.each([
    ['longer than the file', fileOf('{}', 0).fill(9, 0, 1), /claims 9 bytes, but only 2 follow/],
    ['longer than the format allows', fileOf('{}', 0).fill(255, 0, 8), /more than the 100000000 the format allows/],
    ['not JSON', fileOf('{"a":', 0), /the header is not JSON/],
    ['a list', fileOf([], 0), /must be a JSON object/],
    ['JSON after a space', fileOf(' {}', 0), /starts with '\{'/],
    ['an overlap', fileOf({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, 8), /'b': .*\[4, 8\] overlap .* ends at 8/],
    ['a hole', fileOf({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /'b': .*leave 4 bytes/],
    ['bytes left over', fileOf({ a: f32([1], 0, 4) }, 6), /2 bytes after the last tensor/],
    ['offsets outside', fileOf({ a: f32([2], 0, 8) }, 4), /\[0, 8\] reach past the 4 bytes/],
    ['offsets backwards', fileOf({ a: f32([0], 4, 0) }, 4), /\[4, 0\] run backwards/],
    ['a wrong size', fileOf({ a: f32([3], 0, 8) }, 8), /F32 of shape \(3,\) takes 12 bytes, .* span 8/],
    ['a size beyond 2^53', fileOf({ a: f32([2 ** 40, 2 ** 40], 0, 4) }, 4), /span 4/],
    ['a negative size', fileOf({ a: f32([-1], 0, 4) }, 4), /'a': shape must be a list of whole numbers, got \[-1\]/],
    ['three offsets', fileOf({ a: f32([1], 0, 4, 8) }, 4), /two whole numbers, got \[0,4,8\]/],
    ['a dtype we lack', fileOf({ a: { dtype: 'U16', shape: [2], data_offsets: [0, 4] } }, 4), /'a' is U16; supported/],
    ['no dtype', fileOf({ a: { shape: [1], data_offsets: [0, 4] } }, 4), /'a': dtype must be a string/],
    ['metadata that is no text', fileOf({ __metadata__: { n: 1 } }, 0), /__metadata__.n must be a string/],
  ])('with %s is a FormatError that says so', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
    expect(() => readSafetensors(bytes)).toThrow(expect.objectContaining({ name: 'FormatError' }));
  });
});

it('a tensor of a dtype we lack can be left out, and is still checked', () => {
  const entry = { dtype: 'U64', shape: [1], data_offsets: [4, 12] };
  const bytes = fileOf({ a: f32([1], 0, 4), count: entry }, 12);
  expect(Object.keys(readSafetensors(bytes, { only: (name) => name !== 'count' }))).toEqual(['a']);
});

it('a tensor may have the name of a property of all objects', () => {
  const tensors = readSafetensors(fileOf('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4));
  expect(Object.keys(tensors)).toEqual(['__proto__']);
});

it('the reserved name is refused', () => {
  expect(() => writeSafetensors({ __metadata__: zeros([1]) })).toThrow(/reserved/);
});

describe('paths', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fathom-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('a file is saved, replaced and loaded, and nothing else stays in the folder', async () => {
    const path = join(folder, 'a.safetensors');
    await writeFile(path, 'before');
    await saveSafetensors(path, { x: tensor([1, 2]) }, { note: 'ünï' });
    expect(await (await loadSafetensors(path))['x']!.array()).toEqual([1, 2]);
    expect(readMetadata(await readFile(path))).toEqual({ note: 'ünï' });
    expect(await readdir(folder)).toEqual(['a.safetensors']);
  });

  it('a failed save leaves nothing behind', async () => {
    await expect(saveSafetensors(join(folder, 'lost', 'a.safetensors'), {})).rejects.toThrow(/ENOENT/);
    await writeFile(join(folder, 'b'), '');
    await expect(saveSafetensors(join(folder, 'b', 'c'), {})).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['b']);
  });

  it('a missing file is a DataError with its path', async () => {
    await expect(loadSafetensors(join(folder, 'no.safetensors'))).rejects.toThrow(
      `loadSafetensors: there is no file ${join(folder, 'no.safetensors')}`,
    );
  });
});
