import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { FormatError } from '../base/errors.ts';
import { device } from '../engine/index.ts';
import { loadTorch, readTorch } from './torch-file.ts';

const folder = new URL('../../test/golden/torch/', import.meta.url);
const formats = ['checkpoint.pt', 'checkpoint-legacy.pt'];

interface Golden {
  readonly tensors: Record<string, { dtype: string; shape: number[]; values: number[] }>;
}

async function bytesOf(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(new URL(name, folder)));
}

async function golden(): Promise<Golden['tensors']> {
  const { tensors } = JSON.parse(await readFile(new URL('checkpoints.json', folder), 'utf8')) as Golden;
  return tensors;
}

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const unicode = (text: string) => [0x58, text.length, 0, 0, 0, ...ascii(text)];
const named = (module: string, name: string) => ascii(`c${module}\n${name}\n`);

/** A zip archive of plainly stored files. */
function zipOf(files: Record<string, readonly number[]>): Uint8Array {
  const u16 = (n: number) => [n & 255, n >> 8];
  const u32 = (n: number) => [...u16(n & 65535), ...u16(n >>> 16)];
  const body: number[] = [];
  const directory: number[] = [];
  for (const [name, data] of Object.entries(files)) {
    const sizes = [...u32(0), ...u32(data.length), ...u32(data.length), ...u16(name.length), ...u16(0)];
    const entry = [...u16(0), ...u16(0), ...u16(0), ...u32(0), ...sizes];
    directory.push(...ascii('PK\x01\x02'), ...u16(0), ...entry, ...u16(0), ...u16(0), ...u16(0), ...u32(0));
    directory.push(...u32(body.length), ...ascii(name));
    body.push(...ascii('PK\x03\x04'), ...entry, ...ascii(name), ...data);
  }
  const count = Object.keys(files).length;
  const end = [
    ...u16(0),
    ...u16(0),
    ...u16(count),
    ...u16(count),
    ...u32(directory.length),
    ...u32(body.length),
    ...u16(0),
  ];
  return new Uint8Array([...body, ...directory, ...ascii('PK\x05\x06'), ...end]);
}

/** An archive with this pickle, and one storage '0'. */
const archive = (pickle: readonly number[], data: readonly number[] = []) =>
  zipOf({ 'a/data.pkl': [0x80, 2, ...pickle, 0x2e], 'a/data/0': data });

/** A tensor in storage '0', of one axis. */
const stored = (type: string, count: number, size: number, stride: number) => [
  ...named('torch._utils', '_rebuild_tensor_v2'),
  ...[
    0x28,
    0x28,
    ...unicode('storage'),
    ...named('torch', type),
    ...unicode('0'),
    ...unicode('cpu'),
    0x4b,
    count,
    0x74,
    0x51,
  ],
  ...[
    0x4b,
    0,
    0x4a,
    size & 255,
    (size >> 8) & 255,
    (size >> 16) & 255,
    size >> 24,
    0x85,
    0x4b,
    stride,
    0x85,
    0x89,
    0x7d,
    0x74,
    0x52,
  ],
];

beforeAll(() => {
  device('reference');
});

describe.each(formats)('%s, as torch.save wrote it', (name) => {
  it('has the names, shapes and values that torch reads from it', async () => {
    const tensors = await loadTorch(fileURLToPath(new URL(name, folder)));
    const expected = await golden();
    expect(Object.keys(tensors)).toEqual(Object.keys(expected));
    for (const [key, { dtype, shape, values }] of Object.entries(expected)) {
      const kind = dtype.replace('torch.', '');
      const found = tensors[key]!;
      const described = { dtype: found.dtype, shape: found.shape, values: [...found.dataSync()] };
      expect(described, key).toEqual({ dtype: kind, shape, values });
    }
  });

  it('fails when cut at any length', async () => {
    const bytes = await bytesOf(name);
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => readTorch(bytes.subarray(0, length)), `${length} bytes`).toThrow(FormatError);
    }
  });

  it('with flipped bytes is read or is a FormatError, never anything else (seed 1)', async () => {
    const original = await bytesOf(name);
    let state = 1;
    const draw = (n: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    let failures = 0;
    for (let round = 0; round < 1500; round++) {
      const bytes = original.slice();
      for (let flips = 1 + draw(4); flips > 0; flips--) bytes[draw(bytes.length)] = draw(256);
      try {
        readTorch(bytes);
      } catch (error) {
        failures++;
        expect(error, `round ${round}`).toBeInstanceOf(FormatError);
      }
    }
    expect(failures).toBeGreaterThan(300);
  });
});

describe('a hostile file', () => {
  it.each([
    ['a call', [...named('os', 'system'), ...unicode('true'), 0x85, 0x52], /refers to "os\.system".* it was not run/],
    ['an object', [...named('collections', 'OrderedDict'), 0x29, 0x81], /byte \d+ is the pickle opcode 0x81/],
    [
      'a storage that is called',
      [...named('torch', 'FloatStorage'), 0x29, 0x52],
      /torch\.FloatStorage cannot be called/,
    ],
    ['an empty stack', [], /takes more values than it has/],
    ['a memo never filled', [0x68, 9], /recalls entry 9/],
    ['a list as a key', [0x7d, 0x5d, 0x4e, 0x73], /has a list as a key/],
    [
      'a dictionary in itself',
      [0x7d, 0x71, 0, ...unicode('a'), 0x68, 0, 0x73],
      /nested more than 64 deep, or in themselves/,
    ],
    ['a tensor past its storage', stored('FloatStorage', 2, 3, 1), /reaches element 2 of storage '0', which has 2/],
    [
      'a storage past its file',
      stored('FloatStorage', 200, 3, 1),
      /200 elements of float32 take 800 bytes, its file has 8/,
    ],
    [
      'a broadcast of 8 GB',
      stored('FloatStorage', 2, 2 ** 31 - 1, 0),
      /the tensors take 8589934588 bytes, more than 16777216/,
    ],
    ['a dtype we lack', stored('ComplexFloatStorage', 1, 1, 1), /refers to "torch\.ComplexFloatStorage"/],
  ])('is refused: %s', (_, pickle, message) => {
    const read = () => readTorch(archive(pickle, [0, 0, 128, 63, 0, 0, 0, 64]));
    expect(read).toThrow(FormatError);
    expect(read).toThrow(message);
  });

  it('is refused when lists double sixty times', () => {
    const double = Array.from({ length: 60 }, (_, i) => [0x68, i, 0x68, i, 0x86, 0x71, i + 1]).flat();
    expect(() => readTorch(archive([0x5d, 0x71, 0, ...double]))).toThrow(/names of the tensors are longer/);
  });

  it('is refused when two tensors share a dotted name', () => {
    const one = stored('FloatStorage', 2, 2, 1);
    const pickle = [0x7d, ...unicode('a'), 0x7d, ...unicode('b'), ...one, 0x73, 0x73, ...unicode('a.b'), ...one, 0x73];
    expect(() => readTorch(archive(pickle, [0, 0, 128, 63, 0, 0, 0, 64]))).toThrow("two tensors are named 'a.b'");
  });
});

describe('readTorch', () => {
  it('gives one tensor alone the empty name', () => {
    const tensors = readTorch(archive(stored('FloatStorage', 2, 2, 1), [0, 0, 128, 63, 0, 0, 0, 64]));
    expect([...tensors['']!.dataSync()]).toEqual([1, 2]);
  });

  it('reads int64 exactly', () => {
    const bytes = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    const { n } = readTorch(archive([0x7d, ...unicode('n'), ...stored('LongStorage', 1, 1, 1), 0x73], bytes));
    expect(n!.bigintsSync()).toEqual(BigInt64Array.of(2n ** 63n - 1n));
  });

  it('refuses what is no checkpoint', () => {
    expect(() => readTorch(new Uint8Array())).toThrow(/has 0 bytes and starts neither/);
    expect(() => readTorch(zipOf({ 'a/b': [1] }))).toThrow(/no data\.pkl/);
  });
});
