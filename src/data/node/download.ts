/**
 * Downloads, in Node: what breaks off goes on where it stopped, what arrives is checked, and a file has its name only when it is
 * whole.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { DataError, FormatError, raise } from '../../base/errors.ts';

export interface DownloadOptions {
  /** `sha256:…` or `md5:…`, in hexadecimal. Without one, only the length is checked. */
  readonly checksum?: string;
  /** How often a broken connection is taken up again. Default: 3. */
  readonly retries?: number;
  /** Milliseconds before the first retry; twice as long before each next. Default: 500. */
  readonly wait?: number;
  /** Bytes so far, and of all if the server says. */
  readonly progress?: (done: number, total: number | undefined) => void;
}

/** Where downloads are kept: FATHOM_CACHE, else `fathom` in the user's cache folder. */
export function cacheFolder(): string {
  const { FATHOM_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  return FATHOM_CACHE ?? join(XDG_CACHE_HOME ?? LOCALAPPDATA ?? join(homedir(), '.cache'), 'fathom');
}

/**
 * Fetches a URL to a path, unless it is there. The part that has come lies in `PATH.part` and is used the next time.
 * @throws DataError if the server cannot be reached or refuses   @throws FormatError if the checksum is another
 */
export async function fetchFile(url: string, path: string, options: DownloadOptions = {}): Promise<void> {
  if (existsSync(path)) return;
  const { checksum, retries = 3, wait = 500 } = options;
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  let isResumed = existsSync(part);
  for (let attempt = 0; ; attempt++) {
    try {
      await continueFetch(url, part, options);
      break;
    } catch (cause) {
      // What the server says will not change; what the network does may.
      if (cause instanceof DataError) throw cause;
      if (attempt >= retries) raise(new DataError(`download: ${url} could not be fetched: ${reasonOf(cause)}`));
      isResumed = true;
      await new Promise((resolve) => setTimeout(resolve, wait * 2 ** attempt));
    }
  }
  if (checksum !== undefined && !(await hasChecksum(part, checksum))) {
    await forget(part);
    // Perhaps the file changed between its two parts.
    if (isResumed) return fetchFile(url, path, options);
    raise(
      new FormatError(
        `download: what came from ${url} does not have the checksum ${checksum}; it is damaged, or another file`,
      ),
    );
  }
  await rename(part, path);
  await forget(part);
}

async function continueFetch(url: string, part: string, { progress }: DownloadOptions): Promise<void> {
  const start = existsSync(part) ? (await stat(part)).size : 0;
  const tag = existsSync(`${part}.tag`) ? await readFile(`${part}.tag`, 'utf8') : undefined;
  const headers: Record<string, string> = start === 0 ? {} : { range: `bytes=${start}-` };
  if (start > 0 && tag !== undefined) headers['if-range'] = tag;
  const response = await fetch(url, { headers, redirect: 'follow' });
  if (response.status === 416) {
    // Nothing follows: it is whole, or longer than the file on the server.
    await response.body?.cancel();
    const whole = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]);
    if (whole === start) return;
    await forget(part);
    return continueFetch(url, part, {});
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    raise(new DataError(`download: ${url} answered ${response.status} ${response.statusText}`.trimEnd()));
  }
  const from = response.status === 206 ? start : 0;
  const newTag = response.headers.get('etag');
  if (newTag !== null && !newTag.startsWith('W/')) await writeFile(`${part}.tag`, newTag);
  const length = response.headers.get('content-length');
  const total = length === null ? undefined : from + Number(length);
  let done = from;
  // Each piece is in the file before the next is asked for, so that a break loses nothing.
  const file = await open(part, from === 0 ? 'w' : 'a');
  try {
    for await (const chunk of response.body) {
      await file.writeFile(chunk);
      done += chunk.length;
      progress?.(done, total);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (total !== undefined && done < total) throw new Error(`the connection ended after ${done} of ${total} bytes`);
}

async function hasChecksum(path: string, checksum: string): Promise<boolean> {
  const [kind = '', expected] = checksum.split(':');
  const hash = createHash(kind);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex') === expected;
}

async function forget(part: string): Promise<void> {
  await Promise.all([rm(part, { force: true }), rm(`${part}.tag`, { force: true })]);
}

/** `fetch failed` says nothing; what is behind it does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause && cause.message === '' ? String(cause.code) : cause.message;
}
