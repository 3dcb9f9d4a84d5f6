/**
 * The order in which an epoch visits a data set: a permutation from two numbers, the same on every machine. It runs on the
 * host, where batches are put together, and has nothing to do with the random tensors of a model.
 */
import { generator } from '../base/generator.ts';

/**
 * 0 … length − 1 in random order: Fisher and Yates's shuffle.
 * @param seed which series of orders   @param epoch which order of the series; both from 0 up
 * @example shuffledIndices(60_000, 7, 0)
 */
export function shuffledIndices(length: number, seed: number, epoch: number): Int32Array<ArrayBuffer> {
  const draw = generator(seed, epoch);
  const order = Int32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor((draw() / 2 ** 32) * (i + 1)); // the bias is below length / 2^32
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}
