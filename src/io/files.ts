/**
 * Files by path, in Node: reading whole ones, and writing so that a reader never meets half of one. Formats are elsewhere;
 * they come here by `import()`, so that a page which only reads bytes never loads it.
 */
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DataError, raise } from '../base/errors.ts';

/** @param op named in the message   @throws DataError if there is no such file */
export async function readBytes(op: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { buffer, byteOffset, byteLength } = await readFile(path);
    // A small file lies in Node's shared pool, at any offset.
    return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    raise(new DataError(`${op}: there is no file ${resolve(path)}`));
  }
}

/** Writes beside the target, flushes, renames: whoever opens `path` finds the old bytes or the new, also after a crash. */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  const target = resolve(path);
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
