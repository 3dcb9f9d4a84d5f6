import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import golden from '../../test/golden/npy.json' with { type: 'json' };
import { DataError, DTypeError, FathomError, FormatError } from '../base/errors.ts';
import { arange, eye, tensor } from '../index.ts';
import { crc32 } from './crc32.ts';
import { loadNpy, readNpy, saveNpy, writeNpy } from './npy.ts';
import { loadNpz, readNpz, saveNpz, writeNpz } from './npz.ts';
import { readZip, writeZip } from './zip.ts';

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const file = (name: string): Uint8Array<ArrayBuffer> => bytesOf(golden.files.find((one) => one.name === name)!.bytes);
const headed = (header: string, elements = 0): Uint8Array =>
  Uint8Array.of(
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    1,
    0,
    header.length,
    0,
    ...new TextEncoder().encode(header),
    ...new Uint8Array(elements),
  );

describe('.npy', () => {
  it.each(golden.files)('a file of NumPy is read: $name', ({ shape, values, bytes }) => {
    const x = readNpy(bytesOf(bytes));
    expect(x.shape).toEqual(shape);
    const expected = values.map(Number).map((v, i) => (values[i] === 'inf' ? Infinity : v));
    const got = [...x.dataSync()];
    expect(got).toEqual(expected.map((v) => (x.dtype === 'float32' ? Math.fround(v) : v)));
  });

  it.each([
    ['float64', 'float64'],
    ['float32', 'float32'],
    ['float16', 'float16'],
    ['int64', 'int64'],
    ['uint16', 'int32'],
    ['int8', 'int8'],
    ['uint8', 'uint8'],
    ['bool', 'bool'],
  ])('%s becomes %s', (name, dtype) => {
    expect(readNpy(file(name)).dtype).toBe(dtype);
  });

  it.each(['float64', 'float32', 'float16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool', 'scalar', 'empty'])(
    'what is written is what NumPy writes, byte for byte: %s',
    (name) => {
      expect(writeNpy(readNpy(file(name)))).toEqual(file(name));
    },
  );

  it('bytes may begin anywhere in their buffer', () => {
    const bytes = file('float64');
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(readNpy(shifted.subarray(3)).arraySync()).toEqual(readNpy(bytes).arraySync());
  });

  it.each(Object.entries(golden.refused))('%s is refused by name', (name, bytes) => {
    const words = { objects: /Python objects/, structured: /structured arrays/, 'too large': /does not fit int64/ };
    expect(() => readNpy(bytesOf(bytes))).toThrow(
      words[name as keyof typeof words] ?? /is not read; save the array as/,
    );
    expect(() => readNpy(bytesOf(bytes))).toThrow(name === 'objects' ? FormatError : DTypeError);
  });

  it('every truncation of a file is refused', () => {
    const bytes = file('float32');
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readNpy(bytes.subarray(0, length))).toThrow(FormatError);
    }
  });

  it.each([
    [
      'code in the header',
      headed("{'descr': __import__('os').system('ls'), 'fortran_order': False, 'shape': ()}"),
      /not understood/,
    ],
    ['a key too few', headed("{'descr': '<f8', 'shape': ()}", 8), /must give descr, fortran_order and shape/],
    [
      'a key too many',
      headed("{'descr': '<f8', 'fortran_order': False, 'shape': (), 'x': True}", 8),
      /must give descr/,
    ],
    ['no dictionary', headed('[]'), /is no dictionary/],
    ['a negative size', headed("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"), /not understood/],
    [
      'sizes beyond all memory',
      headed("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999, 99999999)}"),
      /too many elements/,
    ],
    [
      'more elements than bytes',
      headed("{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}", 8),
      /takes 24 bytes, the file has 8/,
    ],
    ['another version', Uint8Array.from(file('float32')).fill(9, 6, 7), /version 9 is not known/],
    ['another file', new TextEncoder().encode('PK\u0003\u0004 and so on'), /does not begin as \.npy files do/],
  ])('%s is refused', (_, bytes, words) => {
    expect(() => readNpy(bytes)).toThrow(words);
    expect(() => readNpy(bytes)).toThrow(FormatError);
  });
});

describe('.npz', () => {
  it.each(golden.archives)('an archive of NumPy is read: $name', async ({ bytes }) => {
    const { x, labels, größe } = await readNpz(bytesOf(bytes));
    expect(x!.arraySync()).toEqual([
      [0, 0.25, 0.5],
      [0.75, 1, 1.25],
    ]);
    expect(labels!.arraySync()).toEqual([0, 1, 2]);
    expect(größe!.itemSync()).toBe(1.5);
  });

  it.each([false, true])('what is written comes back (compress: %s)', async (compress) => {
    const tensors = { 'a.b': eye(40), counts: arange(5), empty: tensor([]) };
    const bytes = await writeNpz(tensors, { compress });
    const back = await readNpz(bytes);
    expect(Object.keys(back)).toEqual(Object.keys(tensors));
    expect(back['a.b']!.arraySync()).toEqual(eye(40).arraySync());
    expect(back['counts']!.dtype).toBe('int32');
    expect(bytes.length < 3000).toBe(compress);
    expect(await writeNpz(tensors, { compress })).toEqual(bytes);
  });

  it('a truncated, damaged or foreign archive is refused', async () => {
    const bytes = await writeNpz({ x: eye(4) }, { compress: true });
    for (let length = 0; length < bytes.length; length += 7) {
      await expect(readNpz(bytes.subarray(0, length))).rejects.toThrow(FormatError);
    }
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Uint8Array.from(bytes);
      damaged[at]! ^= 0xff;
      const outcome = await readNpz(damaged).then(
        (tensors) => tensors,
        (error: unknown) => error,
      );
      // A flipped byte in a name or a time stamp is no damage to the numbers; everything else must be noticed.
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(FathomError);
      else
        for (const x of Object.values(outcome as Record<string, { arraySync(): unknown }>))
          expect(x.arraySync()).toEqual(eye(4).arraySync());
    }
    await expect(writeNpz({ '': eye(2) })).rejects.toThrow(/has no name/);
  });

  it('a member that unpacks to more than it claims is refused', async () => {
    const bytes = await writeZip({ 'x.npy': new Uint8Array(100_000) }, { compress: true });
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(bytes.length - 6, true);
    view.setUint32(directory + 24, 1000, true);
    await expect(readZip(bytes)[0]!.read()).rejects.toThrow(/unpacks to more than the 1000 bytes/);
  });

  it('the checksum is that of zip and PNG', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });
});

it('files are written and found by path', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fathom-npy-'));
  try {
    await saveNpy(join(folder, 'x.npy'), arange(3));
    await saveNpz(join(folder, 'x.npz'), { y: arange(4) });
    expect((await loadNpy(join(folder, 'x.npy'))).arraySync()).toEqual([0, 1, 2]);
    expect((await loadNpz(join(folder, 'x.npz')))['y']!.arraySync()).toEqual([0, 1, 2, 3]);
    await expect(loadNpy(join(folder, 'no.npy'))).rejects.toThrow(DataError);
    await expect(loadNpz(join(folder, 'no.npz'))).rejects.toThrow(DataError);
  } finally {
    await rm(folder, { recursive: true });
  }
});
