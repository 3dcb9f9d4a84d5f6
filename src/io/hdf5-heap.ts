/**
 * Where HDF5 keeps messages that are too many for an object header: a fractal heap, whose objects a B-tree of version 2 lists. And the
 * global heap, where texts of varying length lie.
 */
import { Cursor, fail, type Source } from './hdf5-source.ts';

/** Kinds of B-trees, and where in a record the heap's identifier lies. */
const RECORDS: Readonly<Record<number, number>> = { 5: 4, 8: 0 };
const CHECKSUM = 4;

/** The messages (links or attributes) in a fractal heap, each at its first byte. @throws FormatError */
export function* denseMessages(source: Source, heapAt: number, indexAt: number): Generator<Cursor> {
  const heap = openHeap(source, heapAt);
  for (const record of records(source, indexAt)) yield heap(record);
}

/** Finds an object by its identifier, which the cursor stands at. */
function openHeap(source: Source, address: number): (id: Cursor) => Cursor {
  const head = source.cursor(address);
  head.expect('FRHP');
  head.skip(1);
  head.skip(2);
  const filters = head.uint(2);
  if (filters !== 0) fail('a fractal heap is compressed, which is not read');
  const flags = head.uint(1);
  const largestObject = head.uint(4);
  head.skip(10 * source.lengthSize + 2 * source.offsetSize);
  const width = head.uint(2);
  const first = head.length();
  const largest = head.length();
  const bits = head.uint(2);
  head.skip(2);
  const root = head.place('the root of a fractal heap');
  const rootRows = head.uint(2);
  const offsetWidth = Math.ceil(bits / 8);
  const lengthWidth = Math.ceil(Math.log2(Math.min(largest, largestObject) + 1) / 8);
  if (width === 0 || first === 0 || largest < first || bits === 0 || bits > 64 || lengthWidth < 1 || lengthWidth > 8)
    fail(`the fractal heap at ${address} has impossible sizes`);
  const sizeOfRow = (row: number): number => (row === 0 ? first : first * 2 ** (row - 1));
  const directRows = Math.log2(largest / first) + 2;

  /** The direct block around an offset: where it begins in the file, and at which offset. */
  const find = (
    block: number,
    rows: number,
    start: number,
    offset: number,
  ): { at: number; start: number; size: number } => {
    const cursor = source.cursor(block);
    cursor.expect('FHIB');
    cursor.skip(1 + source.offsetSize + offsetWidth);
    let begin = start;
    for (let row = 0; row < rows; row++) {
      const size = sizeOfRow(row);
      for (let column = 0; column < width; column++) {
        const child = cursor.address();
        if (offset < begin + size) {
          if (child === undefined) fail('a fractal heap has no block where an object should be');
          if (row < directRows) return { at: child, start: begin, size };
          const below = Math.log2(size / (first * width)) + 1; // rows of an indirect block of this size
          if (below >= rows) fail('the blocks of a fractal heap do not get smaller');
          return find(child, below, begin, offset);
        }
        begin += size;
      }
    }
    return fail(`an object lies at ${offset}, outside of its fractal heap`);
  };

  return (id) => {
    const kind = id.uint(1);
    if (kind !== 0) fail(`an object of a fractal heap has kind ${kind}; managed ones (0) are read`);
    const offset = id.uint(offsetWidth);
    const length = id.uint(lengthWidth);
    const block = rootRows === 0 ? { at: root, start: 0, size: first } : find(root, rootRows, 0, offset);
    const within = offset - block.start;
    const headSize = 5 + source.offsetSize + offsetWidth + (flags & 2 ? CHECKSUM : 0);
    if (within < headSize || within + length > block.size) fail('an object of a fractal heap reaches out of its block');
    source.cursor(block.at).expect('FHDB');
    return source.cursor(block.at + within, length);
  };
}

/** The heap identifiers in the records of a B-tree of version 2, in order. */
function* records(source: Source, address: number): Generator<Cursor> {
  const head = source.cursor(address);
  head.expect('BTHD');
  head.skip(1);
  const kind = head.uint(1);
  const idAt = RECORDS[kind] ?? fail(`a B-tree of kind ${kind} lists no links and no attributes`);
  const nodeSize = head.uint(4);
  const size = head.uint(2);
  const depth = head.uint(2);
  head.skip(2);
  const root = head.address();
  const count = head.uint(2);
  if (root === undefined) return;
  if (size <= idAt || nodeSize < 10 + size || depth > 16) fail(`the B-tree at ${address} has impossible sizes`);
  // How many records fit below a node of each depth tells how wide the counts are that it holds.
  const widths = [{ most: Math.floor((nodeSize - 10) / size), total: 0 }];
  widths[0]!.total = widths[0]!.most;
  const countWidth = bytesFor(widths[0]!.most);
  for (let level = 1; level <= depth; level++) {
    const below = widths[level - 1]!;
    const pointer = source.offsetSize + countWidth + (level > 1 ? bytesFor(below.total) : 0);
    const most = Math.floor((nodeSize - 10 - pointer) / (size + pointer));
    if (most < 1) fail(`the B-tree at ${address} has nodes too small for its depth`);
    widths.push({ most, total: most + (most + 1) * below.total });
  }
  const seen = new Set<number>();
  const visit = function* (at: number, level: number, own: number): Generator<Cursor> {
    if (seen.has(at)) fail(`the B-tree's node at ${at} is in it twice`);
    seen.add(at);
    if (own > widths[level]!.most) fail(`the B-tree's node at ${at} claims ${own} records`);
    const node = source.cursor(at, nodeSize);
    node.expect(level === 0 ? 'BTLF' : 'BTIN');
    node.skip(2);
    const start = node.skip(own * size);
    for (let i = 0; i <= own; i++) {
      if (level > 0) {
        const child = node.place('a child of a B-tree');
        const below = node.uint(countWidth);
        if (level > 1) node.skip(bytesFor(widths[level - 1]!.total));
        yield* visit(child, level - 1, below);
      }
      if (i < own) yield new Cursor(source, start + i * size + idAt, start + (i + 1) * size);
    }
  };
  yield* visit(root, depth, count);
}

function bytesFor(largest: number): number {
  return Math.max(1, Math.ceil(Math.log2(largest + 1) / 8));
}

/** An object of the global heap. @throws FormatError if it is not there */
export function globalObject(source: Source, address: number, index: number): Uint8Array {
  const head = source.cursor(address);
  head.expect('GCOL');
  head.skip(4);
  const size = head.length();
  const cursor = source.cursor(address, size);
  cursor.skip(8 + source.lengthSize);
  while (cursor.left >= 8 + source.lengthSize) {
    const own = cursor.uint(2);
    cursor.skip(6);
    const length = cursor.length();
    if (own === 0) break; // free space
    if (own === index) return cursor.bytes(length);
    cursor.skip(Math.ceil(length / 8) * 8);
  }
  return fail(`the global heap at ${address} has no object ${index}`);
}
