/**
 * Element types and shapes in HDF5: what a datatype message says, and how elements become numbers or texts.
 */
import { globalObject } from './hdf5-heap.ts';
import { type Cursor, fail, type Source } from './hdf5-source.ts';

/** Little-endian numbers, texts of fixed or varying length; bool is h5py's enumeration of FALSE and TRUE. */
export type Hdf5Type =
  | { readonly kind: 'int' | 'uint' | 'float' | 'bool'; readonly size: number; readonly isBig: boolean }
  | { readonly kind: 'string'; readonly size: number; readonly padding: number }
  | { readonly kind: 'text'; readonly size: number }
  | { readonly kind: 'other'; readonly size: number; readonly what: string };

const CLASSES = [
  'integers',
  'floats',
  'times',
  'texts',
  'bit fields',
  'opaque bytes',
  'compounds',
  'references',
  'enumerations',
  'sequences',
  'arrays',
];

/** @throws FormatError only for a message that is damaged; what is not read has the kind 'other' */
export function readType(cursor: Cursor): Hdf5Type {
  const kind = cursor.uint(1) & 15;
  const bits = cursor.uint(3);
  const size = cursor.uint(4);
  if (size === 0) fail('elements of 0 bytes');
  const other = (what: string): Hdf5Type => ({ kind: 'other', size, what });
  switch (kind) {
    case 0: {
      const [offset, precision] = [cursor.uint(2), cursor.uint(2)];
      if (offset !== 0 || precision !== 8 * size || ![1, 2, 4, 8].includes(size))
        return other('integers of odd widths');
      return { kind: bits & 8 ? 'int' : 'uint', size, isBig: (bits & 1) !== 0 };
    }
    case 1: {
      cursor.skip(2);
      const precision = cursor.uint(2);
      const [exponentAt, exponent, mantissaAt, mantissa] = [1, 1, 1, 1].map((width) => cursor.uint(width));
      const known = { 2: [10, 5, 0, 10], 4: [23, 8, 0, 23], 8: [52, 11, 0, 52] }[size];
      const isKnown = known?.join() === [exponentAt, exponent, mantissaAt, mantissa].join() && precision === 8 * size;
      return isKnown ? { kind: 'float', size, isBig: (bits & 1) !== 0 } : other('floats of odd widths');
    }
    case 3:
      return { kind: 'string', size, padding: bits & 15 };
    case 8: {
      const base = readType(cursor);
      return base.kind === 'int' && base.size === 1 && (bits & 0xffff) === 2
        ? { kind: 'bool', size: 1, isBig: false }
        : other('enumerations');
    }
    case 9:
      return (bits & 15) === 1 && size === 8 + cursor.source.offsetSize ? { kind: 'text', size } : other('sequences');
    default:
      return other(CLASSES[kind] ?? `elements of class ${kind}`);
  }
}

/** Sizes along each axis; none for a scalar, undefined for nothing at all. @throws FormatError */
export function readShape(cursor: Cursor): number[] | undefined {
  const version = cursor.uint(1);
  if (version !== 1 && version !== 2) fail(`a dataspace has version ${version}; 1 and 2 are read`);
  const rank = cursor.uint(1);
  cursor.skip(1);
  const kind = cursor.uint(1);
  if (version === 1) cursor.skip(4);
  else if (kind === 2) return undefined;
  return Array.from({ length: rank }, () => cursor.length());
}

/** How many elements a shape has. @throws FormatError beyond what can be addressed */
export function countOf(shape: readonly number[]): number {
  const count = shape.reduce((product, size) => product * size, 1);
  return Number.isSafeInteger(count) ? count : fail(`${shape.join(' x ')} elements cannot be addressed`);
}

/** Elements as numbers or texts. Integers beyond 2⁵³ lose their last digits. @throws FormatError */
export function readValues(source: Source, type: Hdf5Type, bytes: Uint8Array): (number | string)[] {
  const { size } = type;
  const count = Math.floor(bytes.length / size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, i) => {
    if (type.kind === 'string') return untilEnd(bytes.subarray(i * size, (i + 1) * size), type.padding);
    if (type.kind === 'text') {
      const length = view.getUint32(i * size, true);
      const address = addressAt(source, view, i * size + 4);
      const index = view.getUint32((i + 1) * size - 4, true);
      if (length === 0 || address === undefined || index === 0) return '';
      return untilEnd(globalObject(source, address, index).subarray(0, length), 0);
    }
    return numberAt(type, view, i * size);
  });
}

/** @throws FormatError for elements that are no numbers */
export function numberAt(type: Hdf5Type, view: DataView, at: number): number {
  if (type.kind === 'bool') return view.getInt8(at) === 0 ? 0 : 1;
  if (type.kind !== 'int' && type.kind !== 'uint' && type.kind !== 'float')
    return fail(`${type.kind === 'other' ? type.what : 'texts'} are no numbers`);
  const little = !type.isBig;
  switch (`${type.kind}${type.size}`) {
    case 'float2':
      return fromHalf(view.getUint16(at, little));
    case 'float4':
      return view.getFloat32(at, little);
    case 'float8':
      return view.getFloat64(at, little);
    case 'int1':
      return view.getInt8(at);
    case 'int2':
      return view.getInt16(at, little);
    case 'int4':
      return view.getInt32(at, little);
    case 'int8':
      return Number(view.getBigInt64(at, little));
    case 'uint1':
      return view.getUint8(at);
    case 'uint2':
      return view.getUint16(at, little);
    case 'uint4':
      return view.getUint32(at, little);
    default:
      return Number(view.getBigUint64(at, little));
  }
}

function addressAt(source: Source, view: DataView, at: number): number | undefined {
  const address = source.offsetSize === 4 ? BigInt(view.getUint32(at, true)) : view.getBigUint64(at, true);
  const isUndefined = address === (1n << BigInt(8 * source.offsetSize)) - 1n;
  if (isUndefined || address === 0n) return undefined;
  if (address > BigInt(source.bytes.length)) fail(`a text lies at ${address}, beyond the file's end`);
  return source.base + Number(address);
}

/** An IEEE half: 1 sign bit, 5 of exponent, 10 of mantissa. */
export function fromHalf(bits: number): number {
  const [sign, exponent, mantissa] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

/** A text of fixed length, without what fills it up: 0 ends it at a null, 1 fills with nulls, 2 with blanks. */
function untilEnd(bytes: Uint8Array, padding: number): string {
  const end = bytes.indexOf(0);
  const text = new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  return padding === 2 ? text.replace(/ +$/, '') : text;
}
