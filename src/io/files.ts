/**
 * Files by path, in Node: reading whole ones, and writing so that a reader never meets half of one. Formats are elsewhere;
 * they come here by `import()`, so that a page which only reads bytes never loads it.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
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
  await flushFolder(dirname(target));
}

/** A rename is a change of the folder: without this, a power failure could undo it. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The lines of a text file, the empty one at its end left out; none if there is no such file. */
export async function readLines(path: string): Promise<string[]> {
  try {
    const lines = (await readFile(path, 'utf8')).split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines;
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw cause;
  }
}

/** The names in a folder, sorted; none if there is no such folder. */
export async function listFiles(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw cause;
  }
}

/** Makes a folder and those above it. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
}

/** Removes a file, if it is there. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Removes what `writeBytes` left behind in a folder when its process was killed. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await listFiles(folder)) {
    if (/\.[0-9a-f]{12}\.tmp$/.test(name)) await removeFile(`${folder}/${name}`);
  }
}

/** A file that grows. Each write reaches the system before the next statement, so that a killed process loses no line. */
export interface Appender {
  write(data: string | Uint8Array): void;
  close(): void;
}

/** @param isNew start empty instead of at the end of what is there */
export function openAppender(path: string, isNew = false): Appender {
  mkdirSync(dirname(resolve(path)), { recursive: true });
  const file = openSync(path, isNew ? 'w' : 'a');
  return {
    write(data) {
      const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    },
    close: () => closeSync(file),
  };
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
