/**
 * Tensors by name as .npz, NumPy's zip archive of .npy files.
 */
import { FormatError, raise } from '../base/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { readNpy, writeNpy } from './npy.ts';
import { readZip, writeZip, type ZipOptions } from './zip.ts';

const SUFFIX = '.npy';

/** The arrays of a .npz file by name, in its order; other members are left out. @throws FormatError, DTypeError as readNpy   @example const { x, y } = await readNpz(bytes) */
export async function readNpz(bytes: Uint8Array): Promise<Record<string, Tensor>> {
  const entries: [string, Tensor][] = [];
  for (const member of readZip(bytes)) {
    if (!member.name.endsWith(SUFFIX)) continue;
    entries.push([member.name.slice(0, -SUFFIX.length), readNpy(await member.read())]);
  }
  return Object.fromEntries(entries);
}

/** A .npz file of these tensors, as numpy.savez or, with `compress`, numpy.savez_compressed writes it. @throws FormatError for an empty name   @example await writeNpz({ x, y }) */
export async function writeNpz(
  tensors: Readonly<Record<string, Tensor>>,
  options?: ZipOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  if ('' in tensors) raise(new FormatError('npz: a tensor has no name; name each one'));
  const files = Object.entries(tensors).map(([name, x]) => [`${name}${SUFFIX}`, writeNpy(x)] as const);
  return writeZip(Object.fromEntries(files), options);
}

/** The arrays of a .npz file by its path, in Node. @throws DataError if there is no such file   @example const { x } = await loadNpz('data.npz') */
export async function loadNpz(path: string): Promise<Record<string, Tensor>> {
  const { readBytes } = await import('./files.ts');
  return readNpz(await readBytes('loadNpz', path));
}

/** Writes tensors to a path, in Node: whole or not at all. @example await saveNpz('data.npz', { x, y }, { compress: true }) */
export async function saveNpz(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  options?: ZipOptions,
): Promise<void> {
  const { writeBytes } = await import('./files.ts');
  await writeBytes(path, await writeNpz(tensors, options));
}
