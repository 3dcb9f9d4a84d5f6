/**
 * The IDX format of the MNIST files: magic number, sizes, then bytes. Only unsigned bytes are read, which is all that
 * these data sets use. Source: LeCun et al., "The MNIST database of handwritten digits".
 */
import { FormatError, raise } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';

export interface IdxFile {
  readonly shape: Shape;
  /** Row-major; a view of the file's bytes. */
  readonly values: Uint8Array<ArrayBuffer>;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Two zero bytes, the element type, the rank, then each size as a big-endian 32-bit number, then the elements.
 * @param name for messages   @param rank what the caller expects: 3 for images, 1 for labels
 * @throws FormatError for another format, another rank, or a length that is not what the sizes say
 * @example parseIdx(bytes, 'train-labels-idx1-ubyte', 1).shape // [60000]
 */
export function parseIdx(bytes: Uint8Array<ArrayBuffer>, name: string, rank: number): IdxFile {
  const head = 4 + 4 * rank;
  if (bytes.length < head)
    fail(name, `${bytes.length} bytes are fewer than the ${head} of its head; the file is truncated`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const expected = (UNSIGNED_BYTE << 8) | rank;
  const magic = view.getUint32(0);
  if (magic !== expected) {
    const hint = magic >>> 16 === 0x1f8b ? '; it is compressed: unpack it with gunzip' : '';
    fail(name, `expected the magic number ${expected} (unsigned bytes, rank ${rank}), got ${magic}${hint}`);
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const wanted = sizeOf(shape);
  const found = bytes.length - head;
  if (found !== wanted) {
    const verdict = found < wanted ? 'the file is truncated' : 'something follows the data';
    fail(name, `shape ${formatShape(shape)} takes ${wanted} bytes, the file has ${found}; ${verdict}`);
  }
  return { shape, values: bytes.subarray(head) };
}

function fail(name: string, reason: string): never {
  raise(new FormatError(`${name}: ${reason}`));
}
