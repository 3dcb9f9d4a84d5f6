/**
 * The two ways in which PyTorch lays out a checkpoint: a zip archive of a pickle and one stored file per storage (since 1.6),
 * and before that a stream of pickles with the storages behind them. Either gives the object and where each storage lies.
 */
import { type Element, fail, isDict, isList, type Storage, type Value } from './torch-objects.ts';
import { unpickle } from './torch-pickle.ts';

export interface Archive {
  readonly root: Value;
  /** The bytes of a storage, not copied; exactly as many as its elements take. @throws FormatError if they are not there */
  readonly storage: (storage: Storage) => Uint8Array;
}

/** Bytes of an element in a file. */
export const widthOf: Readonly<Record<Element, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
/** The end of the directory: 22 bytes, and a comment of at most 65535. */
const LONGEST_END = 22 + 65535;
/** What the old format starts with, as a pickled integer. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/** @throws FormatError for a file of neither format */
export function openArchive(bytes: Uint8Array): Archive {
  if (bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === LOCAL_HEADER) return openZip(bytes);
  if (bytes[0] === 0x80) return openStream(bytes);
  fail(
    `the file has ${bytes.length} bytes and starts neither as a zip archive nor as a pickle; is this a PyTorch checkpoint?`,
  );
}

function openZip(bytes: Uint8Array): Archive {
  const files = readDirectory(bytes);
  const pickle = [...files.keys()].find((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (pickle === undefined) {
    fail('the zip archive has no data.pkl; TorchScript and other archives are not read, save model.state_dict()');
  }
  const folder = pickle.slice(0, -'data.pkl'.length);
  const order = files.get(`${folder}byteorder`);
  if (order !== undefined && new TextDecoder().decode(order) !== 'little') fail('the file was written big-endian');
  return {
    root: unpickle(files.get(pickle)!).value,
    storage({ key, element, count }) {
      const data = files.get(`${folder}data/${key}`);
      if (data === undefined) fail(`the zip archive has no file for storage '${key}'`);
      const expected = count * widthOf[element];
      if (data.length !== expected) {
        fail(`storage '${key}': ${count} elements of ${element} take ${expected} bytes, its file has ${data.length}`);
      }
      return data;
    },
  };
}

/** The stored files of a zip archive by name. @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3 */
function readDirectory(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = viewOf(bytes);
  const end = findEnd(view);
  const size = view.getUint32(end + 12, true);
  let at = view.getUint32(end + 16, true);
  if (at + size > end) {
    fail(
      `the directory claims bytes ${at} to ${at + size}, it ends before ${end}; the file is truncated or above 4 GiB`,
    );
  }
  const stop = at + size;
  const files = new Map<string, Uint8Array>();
  while (at < stop) {
    if (at + 46 > stop || view.getUint32(at, true) !== DIRECTORY_ENTRY) fail(`byte ${at} starts no directory entry`);
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const packed = view.getUint32(at + 20, true);
    const length = view.getUint32(at + 24, true);
    const next = at + 46 + view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    if (next > stop) fail(`the name of the directory entry at byte ${at} reaches past the directory`);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, next));
    if (method !== 0 || packed !== length || (flags & 1) !== 0) {
      fail(`${JSON.stringify(name.slice(0, 200))} is compressed or encrypted; torch.save stores plainly`);
    }
    if (files.has(name)) fail(`${JSON.stringify(name.slice(0, 200))} is in the zip archive twice`);
    files.set(name, storedFile(bytes, view, name, local, length));
    at = next + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}

/** From the back, as a comment may follow it. */
function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - LONGEST_END);
  for (let at = view.byteLength - 22; at >= first; at--) {
    if (view.getUint32(at, true) === END_OF_DIRECTORY) return at;
  }
  fail(`the zip archive of ${view.byteLength} bytes has no directory at its end; the file is truncated`);
}

function storedFile(bytes: Uint8Array, view: DataView, name: string, local: number, length: number): Uint8Array {
  if (local + 30 > bytes.length || view.getUint32(local, true) !== LOCAL_HEADER) {
    fail(`${JSON.stringify(name.slice(0, 200))}: byte ${local} starts no file of the zip archive`);
  }
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + length > bytes.length) {
    fail(
      `${JSON.stringify(name.slice(0, 200))}: ${length} bytes from byte ${start} reach past the end of the file, ${bytes.length}`,
    );
  }
  return bytes.subarray(start, start + length);
}

/** Five pickles: a magic number, a version, the system, the object, the keys of the storages; then the storages. */
function openStream(bytes: Uint8Array): Archive {
  const magic = unpickle(bytes);
  if (magic.value !== MAGIC) fail('the pickle is not a PyTorch checkpoint: its magic number differs');
  const version = unpickle(bytes, magic.end);
  if (version.value !== PROTOCOL) fail(`the old format of PyTorch has version ${PROTOCOL}; this file has another`);
  const system = unpickle(bytes, version.end);
  if (!isDict(system.value) || system.value.entries.get('little_endian') !== true)
    fail('the file was not written little-endian');
  const { value: root, end, storages } = unpickle(bytes, system.end);
  const keys = unpickle(bytes, end);
  if (!isList(keys.value)) fail('the keys of the storages are no list');
  const found = readStorages(bytes, keys.end, keys.value.items, storages);
  return {
    root,
    storage({ key }) {
      const data = found.get(key);
      if (data === undefined) fail(`the file does not hold storage '${key}'`);
      return data;
    },
  };
}

/** One behind the other, each with its number of elements before it; the object tells how wide they are. */
function readStorages(
  bytes: Uint8Array,
  start: number,
  keys: readonly Value[],
  storages: ReadonlyMap<string, Storage>,
): Map<string, Uint8Array> {
  const view = viewOf(bytes);
  const found = new Map<string, Uint8Array>();
  let at = start;
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined) fail('the file lists a storage that no tensor uses');
    const left = bytes.length - at - 8;
    if (left < 0) fail(`storage '${storage.key}' at byte ${at} has no length; the file is truncated`);
    const count = view.getBigInt64(at, true);
    if (count !== BigInt(storage.count)) {
      fail(`storage '${storage.key}' has ${count} elements at byte ${at}, the pickle says ${storage.count}`);
    }
    const size = storage.count * widthOf[storage.element];
    if (size > left) fail(`storage '${storage.key}' takes ${size} bytes, ${left} are left; the file is truncated`);
    found.set(storage.key, bytes.subarray(at + 8, at + 8 + size));
    at += 8 + size;
  }
  return found;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
