/**
 * The bytes of an HDF5 file and how its numbers are read from them: little-endian, with addresses and lengths of the width that
 * the superblock tells. Every read is checked against the end of the file. The format: "HDF5 File Format Specification", version 3.0.
 */
import { FormatError, raise } from '../base/errors.ts';

/** @throws FormatError always */
export function fail(message: string): never {
  return raise(new FormatError(`hdf5: ${message}`));
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether the bytes begin as an HDF5 file does. @example isHdf5(await readFile('model.h5')) */
export function isHdf5(bytes: Uint8Array): boolean {
  return signatureAt(bytes, 0);
}

function signatureAt(bytes: Uint8Array, at: number): boolean {
  return SIGNATURE.every((byte, i) => bytes[at + i] === byte);
}

/** A place in the file that moves on as it is read. */
export class Cursor {
  at: number;
  /** The first byte that does not belong to what is being read. */
  readonly end: number;
  readonly source: Source;

  constructor(source: Source, start: number, end: number) {
    this.source = source;
    this.at = start;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** Goes over `count` bytes and says where they begin. @throws FormatError if there are not so many */
  skip(count: number): number {
    const start = this.at;
    if (count > this.end - start)
      fail(`${count} bytes at ${start} reach past ${this.end}; the file is truncated or damaged`);
    this.at = start + count;
    return start;
  }

  /** An unsigned integer of 1 to 8 bytes. @throws FormatError beyond 2⁵³ */
  uint(width: number): number {
    const { view } = this.source;
    const start = this.skip(width);
    if (width === 1) return view.getUint8(start);
    if (width === 2) return view.getUint16(start, true);
    if (width === 4) return view.getUint32(start, true);
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 256 + view.getUint8(start + i);
    if (value > Number.MAX_SAFE_INTEGER) fail(`the number at ${start} is too large; the file is damaged`);
    return value;
  }

  /** Where something lies in the file, or undefined for nowhere. */
  address(): number | undefined {
    const { offsetSize, base, view } = this.source;
    const start = this.skip(offsetSize);
    let isUndefined = true;
    for (let i = 0; i < offsetSize; i++) isUndefined &&= view.getUint8(start + i) === 0xff;
    if (isUndefined) return undefined;
    this.at = start;
    return base + this.uint(offsetSize);
  }

  /** As `address`, where something must be. */
  place(what: string): number {
    return this.address() ?? fail(`${what} has no address`);
  }

  length(): number {
    return this.uint(this.source.lengthSize);
  }

  bytes(count: number): Uint8Array {
    const start = this.skip(count);
    return this.source.bytes.subarray(start, start + count);
  }

  text(count: number): string {
    return new TextDecoder().decode(this.bytes(count));
  }

  /** Four letters that mark a structure. */
  expect(signature: string): void {
    const { at } = this;
    const found = this.text(4);
    if (found !== signature)
      fail(`expected ${signature} at ${at}, found ${JSON.stringify(found)}; the file is damaged`);
  }
}

/** A whole file. */
export class Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  offsetSize = 8;
  lengthSize = 8;
  /** What addresses count from. */
  base = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A cursor at an address, up to the file's end or over `size` bytes. */
  cursor(at: number, size = this.bytes.length - at): Cursor {
    if (at > this.bytes.length || size > this.bytes.length - at || size < 0)
      fail(`${size} bytes at ${at} reach past the end, ${this.bytes.length}; the file is truncated or damaged`);
    return new Cursor(this, at, at + size);
  }
}

/** Opens a file by its superblock. @returns where the object header of its root group lies   @throws FormatError */
export function openSource(bytes: Uint8Array): { source: Source; root: number } {
  const source = new Source(bytes);
  let start = 0;
  // A file may begin with a user's own block of 512, 1024, 2048 … bytes.
  while (!signatureAt(bytes, start)) {
    start = start === 0 ? 512 : start * 2;
    if (start + 8 > bytes.length) fail(`the file of ${bytes.length} bytes has no HDF5 signature`);
  }
  const cursor = source.cursor(start + 8);
  const version = cursor.uint(1);
  if (version > 3) fail(`the superblock has version ${version}; 0 to 3 are read`);
  if (version < 2) cursor.skip(4);
  source.offsetSize = widthOf(cursor, 'offsets');
  source.lengthSize = widthOf(cursor, 'lengths');
  cursor.skip(version < 2 ? 9 : 1);
  if (version === 1) cursor.skip(4);
  source.base = cursor.uint(source.offsetSize);
  cursor.skip(source.offsetSize); // free space, or the superblock's extension
  const end = source.base + cursor.uint(source.offsetSize);
  if (end > bytes.length) fail(`the file claims ${end} bytes and has ${bytes.length}; it is truncated`);
  if (version < 2) cursor.skip(2 * source.offsetSize); // driver information; the root's name
  return { source, root: cursor.place('the root group') };
}

function widthOf(cursor: Cursor, what: string): number {
  const width = cursor.uint(1);
  return width === 4 || width === 8 ? width : fail(`${what} of ${width} bytes are not read; 4 and 8 are`);
}
