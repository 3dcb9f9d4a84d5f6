/**
 * Reading tar archives: the files' names and bytes. Old, POSIX (ustar, pax) and GNU forms. Links and devices are passed over, so that
 * nothing can point outside. Source: POSIX.1-2017, pax, "Interchange Format".
 */
import { FormatError, raise } from '../base/errors.ts';

export interface TarEntry {
  readonly name: string;
  /** A view of the archive. */
  readonly data: Uint8Array<ArrayBuffer>;
}

const BLOCK = 512;

/** The ordinary files, in order. @throws FormatError for an archive that is truncated, damaged or none   @example [...readTar(bytes)].map(({ name }) => name) */
export function* readTar(bytes: Uint8Array<ArrayBuffer>): Generator<TarEntry, void, undefined> {
  let longName: string | undefined;
  for (let offset = 0; offset < bytes.length;) {
    if (bytes.length - offset < BLOCK)
      fail(`${bytes.length - offset} bytes at ${offset} are no header; the archive is truncated`);
    const head = bytes.subarray(offset, offset + BLOCK);
    if (head.every((byte) => byte === 0)) return;
    checkHead(head, offset);
    const size = numberOf(head.subarray(124, 136), offset);
    const start = offset + BLOCK;
    if (size > bytes.length - start)
      fail(`the file at ${offset} has ${size} bytes, ${bytes.length - start} are left; the archive is truncated`);
    const data = bytes.subarray(start, start + size);
    const kind = String.fromCharCode(head[156]!);
    if (kind === 'L') longName = textOf(data);
    else if (kind === 'x') longName = pathOf(data) ?? longName;
    else {
      if (kind === '0' || kind === '\0') yield { name: longName ?? nameOf(head), data };
      if (kind !== 'g') longName = undefined;
    }
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

function nameOf(head: Uint8Array): string {
  const name = textOf(head.subarray(0, 100));
  const prefix = textOf(head.subarray(257, 262)) === 'ustar' ? textOf(head.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** The sum of all bytes, its own eight counted as spaces. */
function checkHead(head: Uint8Array, offset: number): void {
  let sum = 0;
  head.forEach((byte, i) => (sum += i >= 148 && i < 156 ? 32 : byte));
  if (sum !== numberOf(head.subarray(148, 156), offset))
    fail(`the header at ${offset} has another checksum; this is no tar archive, or it is damaged`);
}

/** Octal digits; sizes from 8 GiB on as a big-endian number behind a set bit. */
function numberOf(field: Uint8Array, offset: number): number {
  if ((field[0]! & 0x80) !== 0)
    return field.subarray(1).reduce((number, byte) => number * 256 + byte, field[0]! & 0x7f);
  const text = textOf(field).trim();
  if (!/^[0-7]*$/.test(text)) fail(`the header at ${offset} has '${text}' where a number belongs`);
  return text === '' ? 0 : parseInt(text, 8);
}

/** `path` of a pax header: lines `LENGTH KEY=VALUE`. */
function pathOf(data: Uint8Array): string | undefined {
  const lines = new TextDecoder().decode(data).split('\n');
  return lines.map((line) => /^\d+ path=(.*)$/s.exec(line)?.[1]).find((path) => path !== undefined);
}

function textOf(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function fail(reason: string): never {
  raise(new FormatError(`tar: ${reason}`));
}
