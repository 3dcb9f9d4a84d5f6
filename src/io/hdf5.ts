/**
 * Reading HDF5 files, in which Keras keeps its models: groups, attributes and data sets of what h5py writes by default, and of most of
 * what it writes with `libver='latest'`. Not read are compounds, references, virtual and external data. The parts are the other hdf5-*
 * files; nothing is read before it is asked for.
 */
import type { DType } from '../ir/dtype.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Filter, type Layout, readElements, readFilters, readLayout } from './hdf5-data.ts';
import { readLinks } from './hdf5-groups.ts';
import { denseMessages } from './hdf5-heap.ts';
import { MESSAGE, type Message, readMessages } from './hdf5-messages.ts';
import { type Cursor, fail, openSource, type Source } from './hdf5-source.ts';
import { countOf, type Hdf5Type, numberAt, readShape, readType, readValues } from './hdf5-types.ts';

export { isHdf5 } from './hdf5-source.ts';

/** One value, or those of an array in row-major order. */
export type Hdf5Value = number | string | readonly (number | string)[];

export interface Hdf5Dataset {
  readonly kind: 'dataset';
  readonly shape: readonly number[];
  readonly type: Hdf5Type;
  attributes(): ReadonlyMap<string, Hdf5Value>;
  /**
   * The elements: float16 as float32, integers but uint8 as int32, bool as bool.
   * @throws FormatError for texts, damage, an integer that int32 cannot hold, or far more elements than the file has bytes
   */
  read(): Promise<Tensor>;
  /** Texts or numbers. @throws FormatError */
  values(): Promise<readonly (number | string)[]>;
}

export interface Hdf5Group {
  readonly kind: 'group';
  attributes(): ReadonlyMap<string, Hdf5Value>;
  /** Names of members, in the file's order. */
  names(): readonly string[];
  /** The member of a name or path ('layers/dense/vars/0'), undefined if there is none. @throws FormatError */
  get(path: string): Hdf5Group | Hdf5Dataset | undefined;
}

/** Compressed data may be so much larger than their file, but small files are trusted with 16 MiB. */
const LARGEST_GROWTH = 64;
const SMALLEST_BOUND = 2 ** 24;

/**
 * The root group of an HDF5 file.
 * @throws FormatError for bytes that are no HDF5 file, or are truncated or damaged; also later, by what is read then
 * @example const kernel = openHdf5(bytes).get('model_weights/dense/dense/kernel:0')
 */
export function openHdf5(bytes: Uint8Array): Hdf5Group {
  const { source, root } = openSource(bytes);
  const object = openObject(source, root);
  return object.kind === 'group' ? object : fail('the root is no group');
}

/** The root group of an HDF5 file by its path, in Node. @throws DataError if there is no such file   @throws FormatError   @example await loadHdf5('model.h5') */
export async function loadHdf5(path: string): Promise<Hdf5Group> {
  const { readBytes } = await import('./files.ts');
  return openHdf5(await readBytes('loadHdf5', path));
}

function openObject(source: Source, address: number): Hdf5Group | Hdf5Dataset {
  const messages = readMessages(source, address);
  const attributes = () => readAttributes(source, messages);
  const links = readLinks(source, messages);
  if (links === undefined) return openDataset(source, messages, attributes);
  const group: Hdf5Group = {
    kind: 'group',
    attributes,
    names: () => [...links.keys()],
    get(path) {
      const slash = path.indexOf('/');
      const name = slash < 0 ? path : path.slice(0, slash);
      const at = links.get(name);
      if (at === undefined) return undefined;
      const member = openObject(source, at);
      if (slash < 0) return member;
      return member.kind === 'group' ? member.get(path.slice(slash + 1)) : undefined;
    },
  };
  return group;
}

function openDataset(source: Source, messages: readonly Message[], attributes: Hdf5Dataset['attributes']): Hdf5Dataset {
  const message = (kind: number, what: string): Cursor =>
    messages.find((one) => one.kind === kind)?.cursor() ?? fail(`an object has no ${what}: no group and no data set`);
  const shape = readShape(message(MESSAGE.dataspace, 'dataspace')) ?? [0];
  const type = readType(message(MESSAGE.datatype, 'datatype'));
  const elements = async (): Promise<Uint8Array> => {
    const layout: Layout = readLayout(source, message(MESSAGE.layout, 'layout'), shape, type.size);
    const pipeline = messages.find(({ kind }) => kind === MESSAGE.filters);
    const filters: Filter[] = pipeline === undefined ? [] : readFilters(pipeline.cursor());
    checkSize(source, countOf(shape) * type.size);
    return readElements(source, layout, filters, shape, type.size);
  };
  return {
    kind: 'dataset',
    shape,
    type,
    attributes,
    values: async () => readValues(source, checked(type), await elements()),
    read: async () => toTensor(type, shape, await elements()),
  };
}

function checkSize(source: Source, size: number): void {
  const bound = Math.max(SMALLEST_BOUND, LARGEST_GROWTH * source.bytes.length);
  if (size > bound)
    fail(
      `the elements take ${size} bytes, more than ${bound}, which a file of ${source.bytes.length} bytes is trusted with`,
    );
}

function checked(type: Hdf5Type): Hdf5Type {
  return type.kind === 'other' ? fail(`${type.what} are not read`) : type;
}

function toTensor(type: Hdf5Type, shape: readonly number[], bytes: Uint8Array): Tensor {
  const dtype = dtypeOf(type);
  const count = countOf(shape);
  const values =
    dtype === 'float64'
      ? new Float64Array(count)
      : dtype === 'float32'
        ? new Float32Array(count)
        : dtype === 'int32'
          ? new Int32Array(count)
          : new Uint8Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) {
    const value = numberAt(type, view, i * type.size);
    if (dtype === 'int32' && value !== (value | 0)) fail(`element ${i} is ${value}, which int32 cannot hold`);
    values[i] = value;
  }
  return tensor(values, { shape, dtype });
}

function dtypeOf(type: Hdf5Type): DType {
  if (type.kind === 'bool') return 'bool';
  if (type.kind === 'float') return type.size === 8 ? 'float64' : 'float32';
  if (type.kind === 'uint' && type.size === 1) return 'uint8';
  if (type.kind === 'int' || type.kind === 'uint') return 'int32';
  return fail(`${type.kind === 'other' ? type.what : 'texts'} make no tensor`);
}

function readAttributes(source: Source, messages: readonly Message[]): Map<string, Hdf5Value> {
  const found = new Map<string, Hdf5Value>();
  for (const { kind, cursor } of messages) {
    if (kind === MESSAGE.attribute) readAttribute(source, cursor(), found);
    if (kind !== MESSAGE.attributeInfo) continue;
    const info = cursor();
    info.skip(1);
    const flags = info.uint(1);
    if (flags & 1) info.skip(2);
    const [heap, index] = [info.address(), info.address()];
    if (heap === undefined || index === undefined) continue;
    for (const one of denseMessages(source, heap, index)) readAttribute(source, one, found);
  }
  return found;
}

function readAttribute(source: Source, cursor: Cursor, found: Map<string, Hdf5Value>): void {
  const version = cursor.uint(1);
  if (version < 1 || version > 3) fail(`an attribute has version ${version}; 1 to 3 are read`);
  const flags = cursor.uint(1);
  const [nameSize, typeSize, shapeSize] = [cursor.uint(2), cursor.uint(2), cursor.uint(2)];
  if (version === 3) cursor.skip(1);
  const padded = (size: number): number => (version === 1 ? Math.ceil(size / 8) * 8 : size);
  const name = new TextDecoder().decode(cursor.bytes(padded(nameSize)).subarray(0, Math.max(0, nameSize - 1)));
  const typeAt = cursor.skip(padded(typeSize));
  const shapeAt = cursor.skip(padded(shapeSize));
  if (version > 1 && (flags & 3) !== 0) return; // of a committed datatype
  const type = readType(source.cursor(typeAt, typeSize));
  const shape = readShape(source.cursor(shapeAt, shapeSize));
  if (type.kind === 'other' || shape === undefined) return;
  const count = countOf(shape);
  const values = readValues(source, type, cursor.bytes(count * type.size));
  found.set(name, shape.length === 0 ? values[0]! : values);
}
