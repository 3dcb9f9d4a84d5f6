/**
 * Downloads and where they are kept, in Node.
 */
import type { DownloadOptions } from './node/download.ts';

/**
 * Fetches a URL to a path, unless it is there. A broken download goes on where it stopped, also in another process; the file has its
 * name only when it is whole and its checksum is right.
 * @throws DataError if the server cannot be reached or refuses   @throws FormatError if the checksum is another
 * @example await download('https://example.org/a.bin', 'a.bin', { checksum: 'sha256:…' })
 */
export async function download(url: string, path: string, options?: DownloadOptions): Promise<void> {
  const { fetchFile } = await import('./node/download.ts');
  await fetchFile(url, path, options);
}

/** The folder of downloads: FATHOM_CACHE, else `fathom` in the user's cache folder. @example join(await dataCache(), 'mnist') */
export async function dataCache(): Promise<string> {
  const { cacheFolder } = await import('./node/download.ts');
  return cacheFolder();
}
