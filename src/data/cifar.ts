/**
 * CIFAR-10 and CIFAR-100, in their binary form: a record is one or two bytes of labels and 3 × 32 × 32 bytes of colour planes.
 */
import { FormatError, raise } from '../base/errors.ts';
import { tensor } from '../tensor/creation.ts';
import { TensorDataset } from './dataset.ts';
import { checkLimit, type ImageDataset } from './digits.ts';
import type { PlaceOptions, Wanted } from './node/locate.ts';

export interface CifarOptions extends PlaceOptions {
  /** Only this many items, from the first on. Default: all. */
  readonly limit?: number;
}

export interface Cifar100Options extends CifarOptions {
  /** 100 fine classes, or the 20 coarse ones they belong to. Default: 'fine'. */
  readonly labels?: 'fine' | 'coarse';
}

/** Names of CIFAR-10's labels. */
export const cifar10Classes: readonly string[] = [
  'airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck',
]; // prettier-ignore

const MIRROR = 'https://www.cs.toronto.edu/~kriz';
const PIXELS = 3 * 32 * 32;

/**
 * Colour photographs in ten classes, 50,000 to train on and 10,000 to test on, in Node: (N, 3, 32, 32) uint8 with (N,) int32. Looked for
 * in `folder`, FATHOM_DATA, the cache, and on the net (170 MB).
 * @throws DataError if they cannot be had, with what was tried   @throws FormatError for a damaged file
 * @see Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images"   @example const train = await cifar10('train')
 */
export function cifar10(part: 'train' | 'test', options: CifarOptions = {}): Promise<ImageDataset> {
  const files = part === 'train' ? [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`) : ['test_batch.bin'];
  const archive = { path: 'cifar-10-binary.tar.gz', checksum: 'md5:c32a1d4ab5d03f1284b67883e8d87530' };
  return load({ name: 'cifar-10', files, mirror: MIRROR, remote: { archive, fileOf: baseName } }, options, 1, 0);
}

/**
 * Colour photographs in 100 classes of 600 each, 50,000 to train on and 10,000 to test on, in Node; otherwise as `cifar10`.
 * @throws DataError, FormatError   @example const train = await cifar100('train', { labels: 'coarse' })
 */
export function cifar100(
  part: 'train' | 'test',
  { labels = 'fine', ...options }: Cifar100Options = {},
): Promise<ImageDataset> {
  const archive = { path: 'cifar-100-binary.tar.gz', checksum: 'md5:03b5dce01913d631647c71ecec9e9cb8' };
  const wanted = { name: 'cifar-100', files: [`${part}.bin`], mirror: MIRROR, remote: { archive, fileOf: baseName } };
  return load(wanted, options, 2, labels === 'coarse' ? 0 : 1);
}

async function load(
  wanted: Wanted,
  { limit, ...place }: CifarOptions,
  labelBytes: number,
  which: number,
): Promise<ImageDataset> {
  checkLimit(wanted.name, limit);
  const { locate, readUnpacked } = await import('./node/locate.ts');
  const folder = await locate(wanted, place);
  const record = labelBytes + PIXELS;
  const files = await Promise.all(wanted.files.map((file) => readUnpacked(folder, file)));
  files.forEach((bytes, i) => {
    if (bytes.length === 0 || bytes.length % record !== 0)
      raise(
        new FormatError(
          `${wanted.name}: ${wanted.files[i]} has ${bytes.length} bytes, which is no number of records of ${record}; the file is truncated`,
        ),
      );
  });
  const total = files.reduce((sum, { length }) => sum + length / record, 0);
  const count = Math.min(limit ?? total, total);
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Int32Array(count);
  let n = 0;
  for (const bytes of files) {
    for (let at = 0; at < bytes.length && n < count; at += record, n++) {
      labels[n] = bytes[at + which]!;
      pixels.set(bytes.subarray(at + labelBytes, at + record), n * PIXELS);
    }
  }
  return new TensorDataset(tensor(pixels, { shape: [count, 3, 32, 32] }), tensor(labels));
}

function baseName(path: string): string {
  return path.split('/').at(-1)!;
}
