/**
 * The elements of an HDF5 data set: compact, contiguous, or in chunks that filters may have packed. What was never written is 0.
 */
import { leavesOf } from './hdf5-groups.ts';
import type { Cursor } from './hdf5-source.ts';
import { fail, type Source } from './hdf5-source.ts';
import { inflated } from './inflate.ts';

/** Where the elements are. */
export type Layout =
  | { readonly kind: 'plain'; readonly bytes: () => Uint8Array | undefined }
  | { readonly kind: 'chunked'; readonly chunk: readonly number[]; readonly chunks: () => Iterable<Chunk> };

interface Chunk {
  /** Of its first element. */
  readonly offset: readonly number[];
  readonly at: number;
  readonly size: number;
  /** Filters that were left out, as bits. */
  readonly mask: number;
}

/** A filter by its number. */
export interface Filter {
  readonly id: number;
}

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER = 3;

/** A data layout message. @param shape of the data set, @param size of an element   @throws FormatError for a layout that is not read */
export function readLayout(source: Source, cursor: Cursor, shape: readonly number[], size: number): Layout {
  const version = cursor.uint(1);
  if (version !== 3 && version !== 4) fail(`a data layout has version ${version}; 3 and 4 are read`);
  const kind = cursor.uint(1);
  if (kind === 0) {
    const length = cursor.uint(2);
    const start = cursor.skip(length);
    return { kind: 'plain', bytes: () => source.bytes.subarray(start, start + length) };
  }
  if (kind === 1) {
    const address = cursor.address();
    const length = cursor.length();
    return {
      kind: 'plain',
      bytes: () => (address === undefined ? undefined : source.cursor(address, length).bytes(length)),
    };
  }
  if (kind !== 2) fail(`a data layout is of kind ${kind}; compact, contiguous and chunked ones are read`);
  return version === 3 ? chunkedByTree(source, cursor, shape, size) : chunkedAlone(source, cursor, shape, size);
}

function chunkedByTree(source: Source, cursor: Cursor, shape: readonly number[], size: number): Layout {
  const rank = cursor.uint(1) - 1;
  const tree = cursor.address();
  const chunk = Array.from({ length: rank }, () => cursor.uint(4));
  checkChunk(chunk, shape, cursor.uint(4), size);
  const chunks = function* (): Generator<Chunk> {
    if (tree === undefined) return;
    for (const { key, child } of leavesOf(source, tree, 1, () => 8 + 8 * (rank + 1))) {
      const length = key.uint(4);
      const mask = key.uint(4);
      yield { offset: chunk.map(() => key.uint(8)), at: child, size: length, mask };
    }
  };
  return { kind: 'chunked', chunk, chunks };
}

/** Version 4 has many indexes; read are those of a single chunk and of chunks one after another. */
function chunkedAlone(source: Source, cursor: Cursor, shape: readonly number[], size: number): Layout {
  const flags = cursor.uint(1);
  const rank = cursor.uint(1) - 1;
  const width = cursor.uint(1);
  if (width < 1 || width > 8) fail(`sizes of a chunk take ${width} bytes`);
  const chunk = Array.from({ length: rank }, () => cursor.uint(width));
  checkChunk(chunk, shape, cursor.uint(width), size);
  const whole = chunk.reduce((product, one) => product * one, size);
  const index = cursor.uint(1);
  if (index === 1) {
    const isFiltered = (flags & 2) !== 0;
    const length = isFiltered ? cursor.length() : whole;
    const mask = isFiltered ? cursor.uint(4) : 0;
    const at = cursor.address();
    return {
      kind: 'chunked',
      chunk,
      chunks: () => (at === undefined ? [] : [{ offset: chunk.map(() => 0), at, size: length, mask }]),
    };
  }
  if (index !== 2)
    fail(`chunks are listed in a way (${index}) that is not read; write the file with libver='earliest', the default`);
  const at = cursor.address();
  const counts = shape.map((length, axis) => Math.ceil(length / chunk[axis]!));
  const chunks = function* (): Generator<Chunk> {
    const total = counts.reduce((product, one) => product * one, 1);
    if (at === undefined) return;
    for (let i = 0; i < total; i++) {
      let rest = i;
      const offset = new Array<number>(rank).fill(0);
      for (let axis = rank - 1; axis >= 0; axis--) {
        offset[axis] = (rest % counts[axis]!) * chunk[axis]!;
        rest = Math.floor(rest / counts[axis]!);
      }
      yield { offset, at: at + i * whole, size: whole, mask: 0 };
    }
  };
  return { kind: 'chunked', chunk, chunks };
}

function checkChunk(chunk: readonly number[], shape: readonly number[], width: number, size: number): void {
  if (chunk.length !== shape.length || chunk.some((one) => one === 0) || width !== size)
    fail(
      `chunks of (${chunk.join(', ')}) elements of ${width} bytes in a data set of (${shape.join(', ')}) of ${size}`,
    );
}

/** A filter pipeline message. @throws FormatError for a filter that is not read */
export function readFilters(cursor: Cursor): Filter[] {
  const version = cursor.uint(1);
  if (version !== 1 && version !== 2) fail(`a filter pipeline has version ${version}; 1 and 2 are read`);
  const count = cursor.uint(1);
  if (version === 1) cursor.skip(6);
  return Array.from({ length: count }, () => {
    const id = cursor.uint(2);
    const nameLength = version === 1 || id >= 256 ? cursor.uint(2) : 0;
    cursor.skip(2);
    const values = cursor.uint(2);
    cursor.skip(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
    cursor.skip(4 * values + (version === 1 && values % 2 === 1 ? 4 : 0));
    if (id !== DEFLATE && id !== SHUFFLE && id !== FLETCHER)
      fail(`the data are packed by filter ${id}; deflate (1), shuffle (2) and fletcher32 (3) are read`);
    return { id };
  });
}

/** The elements in row-major order, as bytes. @throws FormatError if they are not there or not as many as claimed */
export async function readElements(
  source: Source,
  layout: Layout,
  filters: readonly Filter[],
  shape: readonly number[],
  size: number,
): Promise<Uint8Array> {
  const total = shape.reduce((product, one) => product * one, size);
  if (layout.kind === 'plain') {
    const bytes = layout.bytes();
    if (bytes === undefined) return new Uint8Array(total);
    if (bytes.length < total)
      fail(`the elements take ${total} bytes, the file has ${bytes.length} of them; it is damaged`);
    return bytes.subarray(0, total);
  }
  const result = new Uint8Array(total);
  const { chunk } = layout;
  const whole = chunk.reduce((product, one) => product * one, size);
  // Each chunk that starts inside is unpacked once; a second one there would be a damaged or hostile file.
  const seen = new Set<string>();
  for (const { offset, at, size: length, mask } of layout.chunks()) {
    const place = offset.join();
    if (seen.has(place)) fail(`the chunk at (${place}) is there twice`);
    seen.add(place);
    if (offset.some((one, axis) => one >= shape[axis]! || one % chunk[axis]! !== 0))
      fail(`a chunk lies at (${place}) in a data set of (${shape.join(', ')})`);
    const packed = source.cursor(at, length).bytes(length);
    copyChunk(result, shape, await unpacked(packed, filters, mask, size, whole), chunk, offset, size);
  }
  return result;
}

async function unpacked(
  packed: Uint8Array,
  filters: readonly Filter[],
  mask: number,
  size: number,
  whole: number,
): Promise<Uint8Array> {
  let bytes = packed;
  for (let i = filters.length - 1; i >= 0; i--) {
    if (mask & (1 << i)) continue;
    const { id } = filters[i]!;
    if (id === FLETCHER) bytes = bytes.subarray(0, Math.max(0, bytes.length - 4));
    else if (id === DEFLATE)
      bytes = await inflated(bytes, {
        format: 'deflate',
        most: whole + 4,
        fail: (message) => fail(`a chunk ${message}`),
      });
    else bytes = unshuffled(bytes, size);
  }
  if (bytes.length !== whole) fail(`a chunk unpacks to ${bytes.length} bytes, expected ${whole}; the file is damaged`);
  return bytes;
}

/** Back from all first bytes, then all second bytes, and so on. */
function unshuffled(bytes: Uint8Array, size: number): Uint8Array {
  const count = Math.floor(bytes.length / size);
  const result = new Uint8Array(bytes); // what is left over at the end stays
  for (let byte = 0; byte < size; byte++)
    for (let i = 0; i < count; i++) result[i * size + byte] = bytes[byte * count + i]!;
  return result;
}

/** The rows of a chunk that lie inside the data set. */
function copyChunk(
  target: Uint8Array,
  shape: readonly number[],
  source: Uint8Array,
  chunk: readonly number[],
  offset: readonly number[],
  size: number,
): void {
  const rank = shape.length;
  const kept = chunk.map((length, axis) => Math.min(length, shape[axis]! - offset[axis]!));
  const rows = kept.slice(0, -1).reduce((product, one) => product * one, 1);
  const row = (kept[rank - 1] ?? 1) * size;
  for (let i = 0; i < rows; i++) {
    let [rest, from, to, fromStride, toStride] = [
      i,
      0,
      0,
      size * (chunk[rank - 1] ?? 1),
      size * (shape[rank - 1] ?? 1),
    ];
    for (let axis = rank - 2; axis >= 0; axis--) {
      const place = rest % kept[axis]!;
      rest = Math.floor(rest / kept[axis]!);
      from += place * fromStride;
      to += (place + offset[axis]!) * toStride;
      fromStride *= chunk[axis]!;
      toStride *= shape[axis]!;
    }
    to += (offset[rank - 1] ?? 0) * size;
    target.set(source.subarray(from, from + row), to);
  }
}
