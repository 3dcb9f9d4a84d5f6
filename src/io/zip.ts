/**
 * Zip archives of whole files in memory: reading stored and deflated members, writing them. No encryption, no multi-volume archives; sizes
 * beyond 4 GiB (zip64) are refused with a message. Source: PKWARE, "APPNOTE.TXT", 6.3.10; RFC 1951 for deflate, which the platform's
 * streams do.
 */
import { FormatError, raise } from '../base/errors.ts';
import { crc32 } from './crc32.ts';
import { inflated } from './inflate.ts';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
const UTF8 = 0x800;
/** A member that unpacks to more than this is taken for an attack. */
const LARGEST_MEMBER = 2 ** 31 - 1;

/** One file of an archive. */
export interface ZipMember {
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  /** Unpacks it. @throws FormatError if it is damaged */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

function fail(message: string): never {
  return raise(new FormatError(`zip: ${message}`));
}

/** The members in the order of the archive's directory. @throws FormatError for bytes that are no zip archive   @example const [first] = readZip(bytes); await first.read() */
export function readZip(bytes: Uint8Array): ZipMember[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  let offset = view.getUint32(end + 16, true);
  if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff)
    fail('archives beyond 4 GiB (zip64) are not read');
  if (offset + size > end)
    fail(
      `the directory at ${offset} with ${size} bytes does not fit before ${end}; the file is truncated or not a zip archive`,
    );
  const limit = offset + size;
  const members: ZipMember[] = [];
  for (let i = 0; i < count; i++) {
    if (offset + 46 > limit || view.getUint32(offset, true) !== CENTRAL) fail(`entry ${i} of the directory is damaged`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((at) => view.getUint16(offset + at, true));
    const next = offset + 46 + nameLength! + extraLength! + commentLength!;
    if (next > limit) fail(`entry ${i} of the directory is damaged`);
    const name = new TextDecoder().decode(bytes.subarray(offset + 46, offset + 46 + nameLength!));
    members.push(
      memberAt(bytes, view, {
        name,
        flags: view.getUint16(offset + 8, true),
        method: view.getUint16(offset + 10, true),
        crc: view.getUint32(offset + 16, true),
        packed: view.getUint32(offset + 20, true),
        size: view.getUint32(offset + 24, true),
        start: view.getUint32(offset + 42, true),
        limit: end,
      }),
    );
    offset = next;
  }
  return members;
}

function findEnd(view: DataView): number {
  const lowest = Math.max(0, view.byteLength - END_SIZE - LONGEST_COMMENT);
  for (let at = view.byteLength - END_SIZE; at >= lowest; at--) {
    if (view.getUint32(at, true) === END && at + END_SIZE + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  }
  return fail(`${view.byteLength} bytes without an end record; the file is truncated or not a zip archive`);
}

interface Record {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly start: number;
  readonly limit: number;
}

function memberAt(bytes: Uint8Array, view: DataView, record: Record): ZipMember {
  const { name, flags, method, crc, packed, size, start, limit } = record;
  if (flags & 1) fail(`'${name}' is encrypted, which is not read`);
  if (method !== 0 && method !== 8)
    fail(`'${name}' is packed by method ${method}; stored (0) and deflated (8) are read`);
  if ([packed, size, start].includes(0xffffffff)) fail(`'${name}' is beyond 4 GiB (zip64), which is not read`);
  if (start + 30 > limit || view.getUint32(start, true) !== LOCAL)
    fail(`there is no '${name}' at ${start}; the file is damaged`);
  const data = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  if (data + packed > limit) fail(`'${name}' has ${packed} bytes at ${data}, the file has ${limit}; it is truncated`);
  if (method === 0 && packed !== size) fail(`'${name}' is stored, but claims ${packed} and ${size} bytes`);
  if (size > LARGEST_MEMBER) fail(`'${name}' claims to unpack to ${size} bytes`);
  return {
    name,
    size,
    read: async () => {
      const raw = new Uint8Array(bytes.subarray(data, data + packed));
      const content =
        method === 0
          ? raw
          : await inflated(raw, {
              format: 'deflate-raw',
              most: size,
              fail: (message) => fail(`'${name}' ${message}`),
            });
      if (content.length !== size) fail(`'${name}' unpacks to ${content.length} bytes, not the ${size} it claims`);
      if (crc32(content) !== crc) fail(`'${name}' is damaged: its checksum does not agree`);
      return content;
    },
  };
}

export interface ZipOptions {
  /** Deflate the members. Default false: numbers rarely shrink enough to pay for it. */
  readonly compress?: boolean;
}

/** An archive of these files. @throws FormatError for more than 4 GiB   @example await writeZip({ 'a.txt': new TextEncoder().encode('hello') }) */
export async function writeZip(
  files: Readonly<{ [name: string]: Uint8Array<ArrayBuffer> }>,
  { compress = false }: ZipOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  const push = (part: Uint8Array<ArrayBuffer>): void => {
    parts.push(part);
    offset += part.length;
    if (offset > 0xfffffffe) fail('the archive is beyond 4 GiB; write fewer tensors into one file');
  };
  for (const [name, content] of Object.entries(files)) {
    const title = new TextEncoder().encode(name);
    const data = compress ? await deflated(content) : content;
    const start = offset;
    const head = new DataView(new ArrayBuffer(46));
    head.setUint32(0, CENTRAL, true);
    head.setUint16(4, 20, true); // made by
    head.setUint16(6, 20, true); // needed to read
    head.setUint16(8, UTF8, true);
    head.setUint16(10, compress ? 8 : 0, true);
    head.setUint32(12, 0x00210000, true); // 1 January 1980: the same tensors give the same bytes
    head.setUint32(16, crc32(content), true);
    head.setUint32(20, data.length, true);
    head.setUint32(24, content.length, true);
    head.setUint16(28, title.length, true);
    head.setUint32(42, start, true);
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, LOCAL, true);
    for (let at = 6; at < 32; at += 2) local.setUint16(at - 2, head.getUint16(at, true), true);
    push(new Uint8Array(local.buffer));
    push(title);
    push(data);
    directory.push(new Uint8Array(head.buffer), title);
  }
  const start = offset;
  directory.forEach(push);
  const end = new DataView(new ArrayBuffer(END_SIZE));
  end.setUint32(0, END, true);
  end.setUint16(8, directory.length / 2, true);
  end.setUint16(10, directory.length / 2, true);
  end.setUint32(12, offset - start, true);
  end.setUint32(16, start, true);
  push(new Uint8Array(end.buffer));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
