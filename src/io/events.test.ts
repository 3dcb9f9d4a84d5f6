/** Event files byte for byte: test/golden/tensorboard_check.py has the real TensorBoard read the same file, and says what it found. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { device } from '../engine/index.ts';
import { tensor } from '../tensor/creation.ts';
import { crc32c } from './crc32c.ts';
import { EventWriter } from './event-writer.ts';
import { encodePng } from './png.ts';
import { Message } from './protobuf.ts';
import { frameRecord, readRecords } from './tfrecord.ts';

const golden = new URL('../../test/golden/tensorboard.tfevents', import.meta.url);
const bytesOf = (text: string) => new TextEncoder().encode(text);

let folder = '';
beforeAll(() => {
  device('reference');
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** One of everything, at one and the same second. */
async function writeAll(): Promise<Buffer> {
  const board = await EventWriter.open(folder, { now: () => 1_700_000_000.25, after: 2 });
  board.scalar('loss', 0.5, 3);
  board.scalars({ 'train/loss': 0.25, 'train/accuracy': NaN }, 2 ** 40);
  board.histogram('weights', tensor([-1.5, 0, 0.25, 0.25, 3]), 3);
  board.histogram('nothing', [NaN], 3);
  await board.image('grey', tensor(Uint8Array.of(0, 128, 255, 64), { shape: [2, 2] }), 3);
  await board.image('red', tensor([1, 0, 0], { shape: [3, 1, 1] }), 3);
  board.text('note', '**ünï**', 3);
  const x = tensor([[1, 2]]);
  const weight = tensor([[3], [4]]);
  board.graph(x.matmul(weight).relu(), { x, 'layer.weight': weight });
  board.close();
  return readFile(board.path);
}

describe('event files', () => {
  it('are those that TensorBoard has read', async () => {
    const [found, expected] = [await writeAll(), await readFile(golden)];
    // The pixels are compressed by zlib, whose versions may differ in bytes.
    const withoutImages = (bytes: Buffer) =>
      [...readRecords(bytes)]
        .filter((one) => !Buffer.from(one).includes('IDAT'))
        .map((one) => Buffer.from(one).toString('hex'));
    expect(withoutImages(found)).toEqual(withoutImages(expected));
    expect([...readRecords(found)]).toHaveLength(10);
  });

  it('fail when cut anywhere but between records, and when a bit is turned', () => {
    const bytes = new Uint8Array([...frameRecord(bytesOf('one')), ...frameRecord(bytesOf('two'))]);
    const read = (from: Uint8Array) => [...readRecords(from)].map((one) => new TextDecoder().decode(one));
    expect(read(bytes)).toEqual(['one', 'two']);
    for (let length = 1; length < bytes.length; length++) {
      if (length === 19) expect(read(bytes.subarray(0, length))).toEqual(['one']);
      else expect(() => read(bytes.subarray(0, length))).toThrow(/^tfrecord: .*truncated/);
    }
    for (let i = 0; i < bytes.length; i++) {
      const damaged = bytes.slice();
      damaged[i]! ^= 16;
      expect(() => read(damaged)).toThrow(/^tfrecord: the checksum/);
    }
  });
});

it('CRC-32C has the values of RFC 3720, whole or in parts', () => {
  const rising = Uint8Array.from({ length: 32 }, (_, i) => i);
  expect(
    [new Uint8Array(32), new Uint8Array(32).fill(255), rising, rising.toReversed()].map((bytes) => crc32c(bytes)),
  ).toEqual([0x8a9136aa, 0x62a8ab43, 0x46dd794e, 0x113fdb5c]);
  for (let cut = 0; cut <= 32; cut++)
    expect(crc32c(rising.subarray(cut), crc32c(rising.subarray(0, cut)))).toBe(0x46dd794e);
  expect(crc32c(bytesOf('123456789'))).toBe(0xe3069283);
});

it('messages are written as the encoding guide says', () => {
  const hex = (message: Message) => Buffer.from(message.finish()).toString('hex');
  expect(hex(new Message().integer(1, 150))).toBe('089601');
  expect(hex(new Message().integer(1, -2))).toBe('08feffffffffffffffff01');
  expect(hex(new Message().text(2, 'testing'))).toBe('120774657374696e67');
  expect(hex(new Message().message(3, new Message().integer(1, 150)))).toBe('1a03089601');
  expect(hex(new Message().float(1, 1).double(2, 1).doubles(31, [2]))).toBe(
    '0d0000803f11000000000000f03ffa01080000000000000040',
  );
});

it('a PNG holds the pixels, row by row', async () => {
  const png = Buffer.from(await encodePng(Uint8Array.of(1, 2, 3, 4, 5, 6), 1, 2, 3));
  expect(png.subarray(0, 29).toString('hex')).toBe('89504e470d0a1a0a0000000d49484452000000020000000108020000' + '00');
  const at = png.indexOf('IDAT');
  expect([...inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  await expect(encodePng(new Uint8Array(5), 1, 2, 3)).rejects.toThrow('5 bytes are no image of 1 × 2 with 3 channels');
});
