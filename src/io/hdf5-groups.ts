/**
 * The links of an HDF5 group: names and the objects they lead to. Old groups keep them in a B-tree over a heap of names, new ones in
 * their header or, when there are many, in a fractal heap. Soft and external links are left out.
 */
import { denseMessages } from './hdf5-heap.ts';
import { MESSAGE, type Message } from './hdf5-messages.ts';
import { type Cursor, fail, type Source } from './hdf5-source.ts';

/** Name → address of an object header, in the file's order; undefined if the messages are not those of a group. */
export function readLinks(source: Source, messages: readonly Message[]): Map<string, number> | undefined {
  const table = messages.find(({ kind }) => kind === MESSAGE.symbolTable);
  const info = messages.find(({ kind }) => kind === MESSAGE.linkInfo);
  if (table === undefined && info === undefined) return undefined;
  const links = new Map<string, number>();
  const add = (name: string, address: number): void => {
    if (links.has(name)) fail(`the link ${JSON.stringify(name.slice(0, 200))} is there twice`);
    links.set(name, address);
  };
  if (table !== undefined) readTable(source, table.cursor(), add);
  for (const { kind, cursor } of messages) if (kind === MESSAGE.link) readLink(cursor(), add);
  if (info !== undefined) {
    const cursor = info.cursor();
    cursor.skip(1);
    const flags = cursor.uint(1);
    if (flags & 1) cursor.skip(8);
    const [heap, index] = [cursor.address(), cursor.address()];
    if (heap !== undefined && index !== undefined)
      for (const one of denseMessages(source, heap, index)) readLink(one, add);
  }
  return links;
}

type Add = (name: string, address: number) => void;

function readLink(cursor: Cursor, add: Add): void {
  const version = cursor.uint(1);
  if (version !== 1) fail(`a link has version ${version}; 1 is read`);
  const flags = cursor.uint(1);
  const kind = flags & 0x8 ? cursor.uint(1) : 0;
  if (flags & 0x4) cursor.skip(8);
  if (flags & 0x10) cursor.skip(1);
  const name = cursor.text(cursor.uint(1 << (flags & 3)));
  if (kind === 0) add(name, cursor.place(`the link ${JSON.stringify(name.slice(0, 200))}`));
}

/** A symbol table message: the B-tree's address and the heap's. */
function readTable(source: Source, cursor: Cursor, add: Add): void {
  const tree = cursor.place('the B-tree of a group');
  const heap = source.cursor(cursor.place('the heap of a group'));
  heap.expect('HEAP');
  heap.skip(4);
  const size = heap.length();
  heap.length();
  const names = source.cursor(heap.place('the names of a group'), size);
  for (const node of leavesOf(source, tree, 0, () => source.lengthSize)) {
    const table = source.cursor(node.child);
    table.expect('SNOD');
    table.skip(2);
    const count = table.uint(2);
    for (let i = 0; i < count; i++) {
      const offset = table.uint(source.offsetSize);
      const address = table.address();
      const cache = table.uint(4);
      table.skip(20);
      if (cache === 2 || address === undefined) continue; // a soft link
      if (offset >= size) fail(`a name lies at ${offset} of ${size} bytes of names`);
      const start = names.at + offset;
      const end = source.bytes.indexOf(0, start);
      if (end < 0 || end >= names.end) fail('a name has no end');
      add(new TextDecoder().decode(source.bytes.subarray(start, end)), address);
    }
  }
}

export interface TreeEntry {
  /** At the key before the child. */
  readonly key: Cursor;
  readonly child: number;
}

/**
 * What the leaves of a B-tree of version 1 lead to, in order.
 * @param kind 0 for groups, 1 for chunks   @param keySize in bytes   @throws FormatError for a tree that meets itself
 */
export function* leavesOf(
  source: Source,
  root: number,
  kind: 0 | 1,
  keySize: () => number,
  seen = new Set<number>(),
  above = Infinity,
): Generator<TreeEntry> {
  if (seen.has(root)) fail(`the B-tree's node at ${root} is in it twice`);
  seen.add(root);
  const node = source.cursor(root);
  node.expect('TREE');
  const found = node.uint(1);
  if (found !== kind) fail(`the B-tree at ${root} is of kind ${found}, expected ${kind}`);
  const level = node.uint(1);
  if (level >= above) fail(`the B-tree's node at ${root} is of level ${level}, below one of level ${above}`);
  const count = node.uint(2);
  node.skip(2 * source.offsetSize);
  for (let i = 0; i < count; i++) {
    const key = source.cursor(node.skip(keySize()), keySize());
    const child = node.place('a child of a B-tree');
    if (level === 0) yield { key, child };
    else yield* leavesOf(source, child, kind, keySize, seen, level);
  }
}
