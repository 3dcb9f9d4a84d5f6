/**
 * The head of a safetensors file: 8 bytes of length (little-endian), then JSON that says name, dtype, shape and byte range
 * of every tensor. Parsing trusts nothing: whatever a file claims is checked against its size before anything is read.
 * It knows bytes and numbers only; tensors are made in safetensors.ts.
 */
import { FormatError, raise } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import { type DType, dtypes } from '../ir/dtype.ts';

/** Where a tensor lies in a file. */
export interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** In bytes from the start of the file. */
  readonly start: number;
  readonly end: number;
}

export interface Header {
  /** In file order. */
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** A tensor before it has a place. */
export type Description = Pick<Entry, 'name' | 'dtype' | 'shape'>;

/** The reference implementation's bound: a longer header is an attack or not this format. */
const LONGEST_HEADER = 100_000_000;
const LENGTH_BYTES = 8;
const METADATA = '__metadata__';

/** In the order in which the reference implementation writes tensors: the widest first. */
const dtypeOf = new Map<string, DType>([
  ['I64', 'int64'],
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['I32', 'int32'],
  ['BF16', 'bfloat16'],
  ['F16', 'float16'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);
const codeOf = new Map([...dtypeOf].map(([code, dtype]) => [dtype, code]));
const order = [...dtypeOf.values()];

/** @param isWanted tensors it refuses may have dtypes that Fathom lacks; they are checked like all and left out   @throws FormatError */
export function parseHeader(bytes: Uint8Array, isWanted: (name: string) => boolean = () => true): Header {
  const size = headerSize(bytes);
  const origin = LENGTH_BYTES + size;
  const fields = parseObject(bytes.subarray(LENGTH_BYTES, origin));
  const metadata = metadataOf(fields.get(METADATA));
  fields.delete(METADATA);
  const claims = [...fields].map(([name, value]) => claimOf(name, value));
  checkCoverage(claims, bytes.length - origin);
  const entries = claims
    .filter(({ name }) => isWanted(name))
    .map((claim): Entry => {
      const dtype = knownDType(claim);
      checkSize(claim, dtype);
      return { name: claim.name, dtype, shape: claim.shape, start: origin + claim.begin, end: origin + claim.end };
    });
  return { entries, metadata };
}

/**
 * The head of a file, and where each tensor goes: widest elements first, then by name, so that every tensor is aligned.
 * @returns `entries` in file order; `size` of the whole file in bytes
 * @throws FormatError for a name that the format reserves
 */
export function formatHeader(
  tensors: readonly Description[],
  metadata: Readonly<Record<string, string>> = {},
): { readonly head: Uint8Array; readonly entries: readonly Entry[]; readonly size: number } {
  const sorted = [...tensors].sort(
    (a, b) => order.indexOf(a.dtype) - order.indexOf(b.dtype) || compare(a.name, b.name),
  );
  const fields: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  let offset = 0;
  const placed = sorted.map(({ name, dtype, shape }) => {
    if (name === METADATA) fail(`the name ${METADATA} is reserved; call the tensor something else`);
    const start = offset;
    offset += byteSize(shape, dtypes[dtype].bytes);
    fields.push([name, { dtype: codeOf.get(dtype), shape, data_offsets: [start, offset] }]);
    return { name, dtype, shape, start, end: offset };
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(fields)));
  const origin = LENGTH_BYTES + Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(origin).fill(0x20); // padded with spaces, as the reference implementation does
  new DataView(head.buffer).setBigUint64(0, BigInt(origin - LENGTH_BYTES), true);
  head.set(json, LENGTH_BYTES);
  const entries = placed.map((entry) => ({ ...entry, start: entry.start + origin, end: entry.end + origin }));
  return { head, entries, size: origin + offset };
}

/** A tensor as the header describes it, offsets counted from the first byte after the header. */
interface Claim {
  readonly name: string;
  readonly code: string;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

function headerSize(bytes: Uint8Array): number {
  if (bytes.length < LENGTH_BYTES) {
    fail(`the file has ${bytes.length} bytes; the length of its header alone takes ${LENGTH_BYTES}`);
  }
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
  if (size > BigInt(LONGEST_HEADER)) {
    fail(
      `the header claims ${size} bytes, more than the ${LONGEST_HEADER} the format allows; is this a safetensors file?`,
    );
  }
  if (size > BigInt(bytes.length - LENGTH_BYTES)) {
    fail(
      `the header claims ${size} bytes, but only ${bytes.length - LENGTH_BYTES} follow its length; the file is truncated`,
    );
  }
  return Number(size);
}

function parseObject(bytes: Uint8Array): Map<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    fail(`the header is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (bytes[0] !== 0x7b || !isRecord(parsed)) fail(`the header must be a JSON object that starts with '{'`);
  return new Map(Object.entries(parsed));
}

function metadataOf(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value)) fail(`${METADATA} must be an object of strings, got ${JSON.stringify(value)}`);
  const pairs = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text !== 'string') fail(`${METADATA}.${key} must be a string, got ${JSON.stringify(text)}`);
    return [key, text];
  });
  return Object.fromEntries(pairs);
}

function claimOf(name: string, value: unknown): Claim {
  if (!isRecord(value)) fail(`tensor '${name}': expected an object, got ${JSON.stringify(value)}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') fail(`tensor '${name}': dtype must be a string, got ${JSON.stringify(dtype)}`);
  if (!isCounts(shape)) fail(`tensor '${name}': shape must be a list of whole numbers, got ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    fail(`tensor '${name}': data_offsets must be two whole numbers, got ${JSON.stringify(offsets)}`);
  }
  return { name, code: dtype, shape, begin: offsets[0]!, end: offsets[1]! };
}

/** The ranges, put in order, must follow each other without hole or overlap from the first byte to the last. */
function checkCoverage(claims: Claim[], available: number): void {
  claims.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  for (const { name, begin, end } of claims) {
    if (end < begin) fail(`tensor '${name}': data_offsets [${begin}, ${end}] run backwards`);
    if (end > available)
      fail(
        `tensor '${name}': data_offsets [${begin}, ${end}] reach past the ${available} bytes of data; the file is truncated`,
      );
    if (begin < reached)
      fail(`tensor '${name}': data_offsets [${begin}, ${end}] overlap the tensor before, which ends at ${reached}`);
    if (begin > reached)
      fail(
        `tensor '${name}': data_offsets [${begin}, ${end}] leave ${begin - reached} bytes before it that belong to no tensor`,
      );
    reached = end;
  }
  if (reached < available) fail(`${available - reached} bytes after the last tensor belong to none`);
}

function knownDType({ name, code }: Claim): DType {
  const dtype = dtypeOf.get(code);
  if (dtype === undefined)
    fail(
      `tensor '${name}' is ${code}; supported are ${[...dtypeOf.keys()].join(', ')}. Convert it, or leave it out with { only }`,
    );
  return dtype;
}

function checkSize({ name, code, shape, begin, end }: Claim, dtype: DType): void {
  const expected = byteSize(shape, dtypes[dtype].bytes);
  if (expected !== end - begin) {
    fail(
      `tensor '${name}': ${code} of shape ${formatShape(shape)} takes ${expected} bytes, data_offsets [${begin}, ${end}] span ${end - begin}`,
    );
  }
}

/** Exact up to 2^53, beyond which it exceeds every real size anyway. */
function byteSize(shape: Shape, width: number): number {
  return shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, width);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** By code unit, as every machine sorts alike. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function fail(reason: string): never {
  raise(new FormatError(`safetensors: ${reason}`));
}
