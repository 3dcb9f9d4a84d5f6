/**
 * Tensors as .npy, NumPy's file of one array: a magic word, a version, a header that is the text of a Python dictionary, the elements.
 * The header is parsed by its grammar and never evaluated; arrays of Python objects (pickles) are refused. Several arrays in one
 * file are npz.ts. Source: NumPy Enhancement Proposal 1, with versions 2.0 and 3.0.
 */
import { DTypeError, FormatError, raise } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { type DType, infoOf, type TypedArray, type Word, wordsOf } from '../ir/dtype.ts';
import { fromStored, storedOf } from '../tensor/stored.ts';
import type { Tensor } from '../tensor/tensor.ts';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const LONGEST_HEADER = 1_000_000;
const ALIGNMENT = 64;

function fail(message: string): never {
  return raise(new FormatError(`npy: ${message}`));
}

/** What a file's elements are and how they lie. */
interface Header {
  readonly descr: string;
  readonly isFortran: boolean;
  readonly shape: Shape;
  /** Where the elements begin. */
  readonly start: number;
}

/** bfloat16 is none of NumPy's; its extension ml_dtypes writes it as two bytes of no kind, which say nothing to other readers. */
const codes = {
  float64: '<f8',
  float32: '<f4',
  bfloat16: undefined,
  float16: '<f2',
  int64: '<i8',
  int32: '<i4',
  int16: '<i2',
  int8: '|i1',
  uint8: '|u1',
  bool: '|b1',
} as const satisfies Record<DType, string | undefined>;

/** How the kinds of NumPy become dtypes: as stored elements. Whole numbers of kinds that Fathom lacks must fit; all others are exact. */
const kinds: Readonly<
  Record<string, { readonly dtype: DType; readonly read: (view: DataView, at: number, little: boolean) => Word }>
> = {
  f8: { dtype: 'float64', read: (view, at, little) => view.getFloat64(at, little) },
  f4: { dtype: 'float32', read: (view, at, little) => view.getFloat32(at, little) },
  f2: { dtype: 'float16', read: (view, at, little) => view.getUint16(at, little) },
  i4: { dtype: 'int32', read: (view, at, little) => view.getInt32(at, little) },
  i8: { dtype: 'int64', read: (view, at, little) => view.getBigInt64(at, little) },
  u8: { dtype: 'int64', read: (view, at, little) => fitting(view.getBigUint64(at, little)) },
  u4: { dtype: 'int64', read: (view, at, little) => BigInt(view.getUint32(at, little)) },
  i2: { dtype: 'int16', read: (view, at, little) => view.getInt16(at, little) },
  u2: { dtype: 'int32', read: (view, at, little) => view.getUint16(at, little) },
  i1: { dtype: 'int8', read: (view, at) => view.getInt8(at) },
  u1: { dtype: 'uint8', read: (view, at) => view.getUint8(at) },
  b1: { dtype: 'bool', read: (view, at) => view.getUint8(at) },
};

function fitting(value: bigint): bigint {
  if (value < 2n ** 63n) return value;
  return raise(new DTypeError(`npy: ${value} does not fit int64, the widest integer here; save the array as float64`));
}

/**
 * The array of a .npy file, of either byte order, row- or column-major. Unsigned integers of 16 bits become int32, wider ones int64.
 * @throws FormatError for a file that is truncated or malformed, or holds Python objects; DTypeError for complex numbers, dates, texts, and
 * integers beyond int64   @example readNpy(new Uint8Array(await response.arrayBuffer()))
 */
export function readNpy(bytes: Uint8Array): Tensor {
  const { descr, isFortran, shape, start } = parseHeader(bytes);
  const kind = kinds[descr.slice(1)];
  if (descr.slice(1).startsWith('O'))
    fail('the array holds Python objects, which only running code from the file could make; save numbers instead');
  if (kind === undefined)
    raise(
      new DTypeError(`npy: dtype '${descr}' is not read; save the array as one of ${Object.keys(kinds).join(', ')}`),
    );
  const width = Number(descr.slice(2));
  const size = sizeOf(shape);
  if (bytes.length - start !== size * width) {
    fail(
      `${formatShape(shape)} of '${descr}' takes ${size * width} bytes, the file has ${bytes.length - start}; it is truncated or damaged`,
    );
  }
  const elements = elementsOf(bytes, start, size, descr, kind);
  const values = fromStored(kind.dtype, elements, isFortran ? shape.toReversed() : shape);
  return isFortran && shape.length > 1 ? values.T.realize() : values;
}

function elementsOf(
  bytes: Uint8Array,
  start: number,
  size: number,
  descr: string,
  kind: (typeof kinds)[string],
): TypedArray {
  const { array } = infoOf(kind.dtype);
  if (codes[kind.dtype] === descr) {
    // Copied, because the elements may begin where their array type cannot.
    return new array(new Uint8Array(bytes.subarray(start)).buffer);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  const width = Number(descr.slice(2));
  const isLittle = descr[0] !== '>';
  const elements = new array(size);
  const words = wordsOf(kind.dtype, elements);
  for (let i = 0; i < size; i++) words[i] = kind.read(view, i * width, isLittle);
  return elements;
}

function parseHeader(bytes: Uint8Array): Header {
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) fail('the file does not begin as .npy files do');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3) fail(`version ${version} is not known; 1 to 3 are`);
  if (version > 1 && bytes.length < 12) fail('the file is truncated');
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = (version === 1 ? 10 : 12) + length;
  if (length > LONGEST_HEADER || start > bytes.length)
    fail(`the header claims ${length} bytes, the file has ${bytes.length}; it is truncated or damaged`);
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start - length, start)).trim();
  return { ...parseDictionary(text), start };
}

const ENTRY = /\s*'(\w+)'\s*:\s*('[^']*'|True|False|\(\s*(?:\d+\s*,\s*)*\d*\s*\)|\[)\s*(,|(?=\}))/y;

/** The three entries that the format allows, in any order. */
function parseDictionary(text: string): Omit<Header, 'start'> {
  if (!text.startsWith('{') || !text.endsWith('}')) fail(`the header is no dictionary: ${shown(text)}`);
  const entries = new Map<string, string>();
  ENTRY.lastIndex = 1;
  while (text.slice(ENTRY.lastIndex).trim() !== '}') {
    const at = ENTRY.lastIndex;
    const found = ENTRY.exec(text);
    if (found === null) {
      if (/^\s*'descr'\s*:\s*\[/.test(text.slice(at)))
        raise(new DTypeError('npy: structured arrays are not read; save each field as an array of its own'));
      return fail(`the header is not understood at ${shown(text.slice(at))}`);
    }
    entries.set(found[1]!, found[2]!);
  }
  const [descr, order, shape] = ['descr', 'fortran_order', 'shape'].map((key) => entries.get(key));
  if (entries.size !== 3 || !descr?.startsWith("'") || !/^(True|False)$/.test(order ?? '') || !shape?.startsWith('(')) {
    return fail(`the header must give descr, fortran_order and shape, got ${shown(text)}`);
  }
  const sizes = shape
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  if (!Number.isSafeInteger(sizeOf(sizes)) || sizeOf(sizes) > 2 ** 31 - 1) fail(`shape ${shape} has too many elements`);
  return { descr: descr.slice(1, -1), isFortran: order === 'True', shape: sizes };
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** A .npy file of a tensor, version 1.0, row-major, little-endian: what numpy.save writes. @example writeNpy(tensor([1, 2])) */
export function writeNpy(x: Tensor): Uint8Array<ArrayBuffer> {
  const shape = x.shape.length === 1 ? `(${x.shape[0]},)` : `(${x.shape.join(', ')})`;
  const code = codes[x.dtype];
  if (code === undefined)
    raise(new DTypeError(`npy: NumPy has no ${x.dtype}; convert with .cast('float32'), or write safetensors`));
  const text = `{'descr': '${code}', 'fortran_order': False, 'shape': ${shape}, }`;
  const length = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const { buffer, byteOffset, byteLength } = storedOf(x, 'writeNpy');
  const bytes = new Uint8Array(length + byteLength);
  bytes.set(MAGIC);
  bytes[6] = 1;
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(length - 11)}\n`), 10);
  bytes.set(new Uint8Array(buffer, byteOffset, byteLength), length);
  return bytes;
}

/** The array of a .npy file by its path, in Node. @throws DataError if there is no such file   @example await loadNpy('weights.npy') */
export async function loadNpy(path: string): Promise<Tensor> {
  const { readBytes } = await import('./files.ts');
  return readNpy(await readBytes('loadNpy', path));
}

/** Writes a tensor to a path, in Node: whole or not at all. @example await saveNpy('weights.npy', x) */
export async function saveNpy(path: string, x: Tensor): Promise<void> {
  const { writeBytes } = await import('./files.ts');
  await writeBytes(path, writeNpy(x));
}
