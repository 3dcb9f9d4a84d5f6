/**
 * Where a data set's files are, in Node: a folder the caller names, the folder in FATHOM_DATA, the cache, an installed package, the
 * system's folder, and last the official source, from which the cache is filled. With none of them, an error that says what was tried.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DataError, FathomError, FormatError, raise } from '../../base/errors.ts';
import { writeBytes } from '../../io/files.ts';
import { readTar } from '../../io/tar.ts';
import { cacheFolder, type DownloadOptions, fetchFile } from './download.ts';

export interface PlaceOptions {
  /** The folder with the files, looked in instead of everywhere else. */
  readonly folder?: string;
  /** Fetch what is not on this machine into the cache. Default: true, unless FATHOM_OFFLINE is set. */
  readonly download?: boolean;
  /** Another server than the official one, with the same files below it. */
  readonly mirror?: string;
  readonly progress?: DownloadOptions['progress'];
}

/** A file on a server. */
export interface Remote {
  /** Below the mirror. */
  readonly path: string;
  readonly checksum: string;
}

export interface Wanted {
  /** Of the data set: its folder in the cache, and in messages. */
  readonly name: string;
  /** A packed form `FILE.gz` will do as well. */
  readonly files: readonly string[];
  /** Of the official source. */
  readonly mirror: string;
  /** A remote file for each of `files`, or one archive that holds them all. */
  readonly remote:
    readonly Remote[] | { readonly archive: Remote; readonly fileOf: (entry: string) => string | undefined };
  /** An npm package and the folder inside it. */
  readonly package?: { readonly name: string; readonly folder: string };
  /** Where the system's packages put it. */
  readonly system?: readonly string[];
  /** How else to get it, a command. */
  readonly hint?: string;
}

/** The folder that holds all files. @throws DataError with what was tried   @throws FormatError for a damaged download */
export async function locate(wanted: Wanted, options: PlaceOptions = {}): Promise<string> {
  const { name, files, hint } = wanted;
  const tried: string[] = [];
  const holdsAll = (place: string, what = `the folder ${resolve(place)}`): boolean => {
    const missing = files.find((file) => !isThere(place, file));
    if (missing !== undefined) tried.push(`${what} (no ${missing})`);
    return missing === undefined;
  };
  const fail = (): never =>
    raise(
      new DataError(
        `${name}: the data were not found; tried ${tried.join(', ')}. Pass { folder } or set FATHOM_DATA to where they are${hint === undefined ? '' : `, or get them with: ${hint}`}`,
      ),
    );

  if (options.folder !== undefined) return holdsAll(options.folder) ? options.folder : fail();
  const configured = process.env.FATHOM_DATA;
  if (configured === undefined) tried.push('FATHOM_DATA (not set)');
  else {
    for (const place of [join(configured, name), configured]) if (holdsAll(place)) return place;
  }
  const cache = join(cacheFolder(), name);
  if (holdsAll(cache, `the cache ${cache}`)) return cache;
  if (wanted.package !== undefined) {
    const installed = packageFolder(wanted.package.name);
    if (installed === undefined) tried.push(`the npm package ${wanted.package.name} (not installed)`);
    else if (holdsAll(join(installed, wanted.package.folder))) return join(installed, wanted.package.folder);
  }
  for (const place of wanted.system ?? []) if (holdsAll(place)) return place;
  const { FATHOM_OFFLINE } = process.env;
  if (options.download ?? (FATHOM_OFFLINE === undefined || FATHOM_OFFLINE === '')) {
    try {
      await fetchAll(wanted, cache, options);
      return cache;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      tried.push(error.message);
    }
  } else tried.push('no download (FATHOM_OFFLINE or { download: false })');
  return fail();
}

/** A file's bytes, unpacked. @throws FormatError if it is packed and damaged */
export async function readUnpacked(folder: string, file: string): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(folder, file);
  if (existsSync(path)) return copied(await readFile(path));
  return unzipped(await readFile(`${path}.gz`), `${path}.gz`);
}

function isThere(folder: string, file: string): boolean {
  return existsSync(join(folder, file)) || existsSync(join(folder, `${file}.gz`));
}

async function fetchAll({ files, remote, mirror }: Wanted, cache: string, options: PlaceOptions): Promise<void> {
  const base = options.mirror ?? mirror;
  const from = async ({ path, checksum }: Remote, target: string): Promise<void> =>
    fetchFile(`${base}/${path}`, target, {
      checksum,
      ...(options.progress === undefined ? {} : { progress: options.progress }),
    });
  if (!('archive' in remote)) {
    for (const [i, file] of files.entries()) {
      const { path } = remote[i]!;
      const isPacked = path.endsWith('.gz') && !file.endsWith('.gz');
      if (!isThere(cache, file)) await from(remote[i]!, join(cache, isPacked ? `${file}.gz` : file));
    }
    return;
  }
  const packed = join(cache, remote.archive.path.split('/').at(-1)!);
  await from(remote.archive, packed);
  const wanted = new Set(files);
  for (const { name, data } of readTar(unzipped(await readFile(packed), packed))) {
    const file = remote.fileOf(name);
    if (file !== undefined && wanted.delete(file)) await writeBytes(join(cache, file), data);
  }
  if (wanted.size > 0) raise(new FormatError(`${packed} lacks ${[...wanted].join(', ')}`));
}

function unzipped(bytes: Uint8Array, path: string): Uint8Array<ArrayBuffer> {
  try {
    return copied(gunzipSync(bytes));
  } catch (cause) {
    if (cause instanceof FathomError) throw cause;
    return raise(
      new FormatError(`${path} cannot be unpacked: ${cause instanceof Error ? cause.message : String(cause)}`),
    );
  }
}

/** Node's buffers may lie in memory that others use, too. */
function copied({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** Resolved from the program's folder first, as a user installs it there, then from ours. */
export function packageFolder(name: string): string | undefined {
  for (const origin of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return dirname(createRequire(origin).resolve(`${name}/package.json`));
    } catch {
      // Not reachable from here.
    }
  }
  return undefined;
}
