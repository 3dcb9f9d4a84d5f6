/**
 * Tensors as safetensors, the format that model hubs share: bytes in, a record of tensors out, and back. The head of the
 * format is safetensors-header.ts, paths are files.ts.
 */
import { infoOf } from '../ir/dtype.ts';
import { fromStored, storedOf } from '../tensor/stored.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { formatHeader, parseHeader } from './safetensors-header.ts';

export interface ReadOptions {
  /** Which tensors to read, by name; the others are left out. Default: all. */
  readonly only?: (name: string) => boolean;
}

/**
 * The tensors of a safetensors file, copied, in file order. F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL are read.
 * @throws FormatError for a file that is truncated, malformed, or claims what its bytes do not bear out
 * @example model.load(readSafetensors(new Uint8Array(await response.arrayBuffer())))
 */
export function readSafetensors(bytes: Uint8Array, { only }: ReadOptions = {}): Record<string, Tensor> {
  const { entries } = parseHeader(bytes, only);
  const pairs = entries.map(({ name, dtype, shape, start, end }) => {
    // Copied, because a file may put a tensor where its array type cannot begin.
    const { buffer } = new Uint8Array(bytes.subarray(start, end));
    return [name, fromStored(dtype, new (infoOf(dtype).array)(buffer), shape)] as const;
  });
  return Object.fromEntries(pairs);
}

/** What else a safetensors file says: texts by key; empty if nothing. @throws FormatError @example readMetadata(bytes).format // 'pt' */
export function readMetadata(bytes: Uint8Array): Record<string, string> {
  return { ...parseHeader(bytes, () => false).metadata };
}

/**
 * A safetensors file with these tensors, laid out byte for byte as the reference implementation does it.
 * @param metadata texts to store beside them   @throws FormatError for a tensor named `__metadata__`
 * @example const bytes = writeSafetensors(model.state(), { epochs: '3' })
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const descriptions = Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const { head, entries, size } = formatHeader(descriptions, metadata);
  const bytes = new Uint8Array(size);
  bytes.set(head);
  for (const { name, start } of entries) {
    const { buffer, byteOffset, byteLength } = storedOf(tensors[name]!, 'writeSafetensors');
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), start);
  }
  return bytes;
}

/**
 * The tensors of a safetensors file by its path, in Node.
 * @throws DataError if there is no such file   @throws FormatError as `readSafetensors`
 * @example model.load(await loadSafetensors('mnist.safetensors'))
 */
export async function loadSafetensors(path: string, options?: ReadOptions): Promise<Record<string, Tensor>> {
  const { readBytes } = await import('./files.ts');
  return readSafetensors(await readBytes('loadSafetensors', path), options);
}

/**
 * Writes tensors to a path, in Node: whole or not at all, so that a crash leaves the file that was there.
 * @example await saveSafetensors('mnist.safetensors', model.state())
 */
export async function saveSafetensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  const { writeBytes } = await import('./files.ts');
  await writeBytes(path, writeSafetensors(tensors, metadata));
}
