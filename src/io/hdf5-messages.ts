/**
 * Object headers of an HDF5 file: the messages that describe a group or a data set, of both versions, through their continuations.
 */
import { type Cursor, fail, type Source } from './hdf5-source.ts';

/** Kinds of messages that are read. */
export const MESSAGE = {
  dataspace: 0x1,
  linkInfo: 0x2,
  datatype: 0x3,
  link: 0x6,
  layout: 0x8,
  filters: 0xb,
  attribute: 0xc,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

export interface Message {
  readonly kind: number;
  /** At the message's own bytes. */
  readonly cursor: () => Cursor;
}

const CHECKSUM = 4;
const SHARED = 0x2;

/** The messages of the object at an address, in order, continuations unfolded. @throws FormatError */
export function readMessages(source: Source, address: number): Message[] {
  const cursor = source.cursor(address);
  const isNew = source.bytes[address] === 0x4f; // 'O' of OHDR
  return isNew ? newMessages(source, cursor) : oldMessages(source, cursor);
}

function oldMessages(source: Source, cursor: Cursor): Message[] {
  const { at } = cursor;
  const version = cursor.uint(1);
  if (version !== 1) fail(`there is no object header at ${at}: version ${version}`);
  cursor.skip(7); // their number, which continuations may make untrue; references
  const size = cursor.uint(4);
  cursor.skip(4);
  return unfolded(source, source.cursor(cursor.at, size), (block, add) => {
    while (block.left >= 8) {
      const kind = block.uint(2);
      const length = block.uint(2);
      const flags = block.uint(1);
      block.skip(3);
      add(kind, flags, block.skip(length), length);
    }
  });
}

function newMessages(source: Source, cursor: Cursor): Message[] {
  cursor.expect('OHDR');
  const version = cursor.uint(1);
  if (version !== 2) fail(`an object header has version ${version}; 1 and 2 are read`);
  const flags = cursor.uint(1);
  if (flags & 0x20) cursor.skip(16); // times
  if (flags & 0x10) cursor.skip(4); // when to change the storage of attributes
  const size = cursor.uint(1 << (flags & 3));
  const hasOrder = (flags & 0x4) !== 0;
  return unfolded(source, source.cursor(cursor.at, size), (block, add, isContinuation) => {
    let end = block.end;
    if (isContinuation) {
      block.expect('OCHK');
      end -= CHECKSUM;
    }
    while (end - block.at >= (hasOrder ? 6 : 4)) {
      const kind = block.uint(1);
      const length = block.uint(2);
      const ownFlags = block.uint(1);
      if (hasOrder) block.skip(2);
      add(kind, ownFlags, block.skip(length), length);
    }
  });
}

type Add = (kind: number, flags: number, start: number, length: number) => void;

/** Reads a block, and then those that its continuation messages name. */
function unfolded(
  source: Source,
  first: Cursor,
  readBlock: (block: Cursor, add: Add, isContinuation: boolean) => void,
): Message[] {
  const messages: Message[] = [];
  const seen = new Set([first.at]);
  const waiting: Cursor[] = [];
  const add: Add = (kind, flags, start, length) => {
    if (kind === MESSAGE.continuation) {
      const own = source.cursor(start, length);
      const at = own.place('the continuation of an object header');
      const block = source.cursor(at, own.length());
      if (seen.has(at)) fail(`the object header's block at ${at} is continued by itself`);
      seen.add(at);
      waiting.push(block);
    } else if ((flags & SHARED) !== 0 && Object.values<number>(MESSAGE).includes(kind)) {
      fail(`a message of kind ${kind} is shared between objects (a committed datatype), which is not read`);
    } else messages.push({ kind, cursor: () => source.cursor(start, length) });
  };
  readBlock(first, add, false);
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) readBlock(next, add, true);
  return messages;
}
