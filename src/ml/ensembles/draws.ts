/**
 * Drawing samples by weight: with replacement by their cumulative sums, without by keys. Every draw comes from a seed.
 */
import { placeOf } from '../trees/ranks.ts';
import { Random } from '../random.ts';

/** @example new WeightedDraws(Float64Array.of(1, 0, 3), 0).replaced(4) // about one 0 for three 2s */
export class WeightedDraws {
  readonly #weights: Float64Array;
  readonly #random: Random;

  constructor(weights: Float64Array, seed: number, stream = 0) {
    this.#weights = weights;
    this.#random = new Random(seed, stream);
  }

  /** Each draw sees all samples. */
  replaced(count: number): Int32Array<ArrayBuffer> {
    const sums = new Float64Array(this.#weights.length);
    let sum = 0;
    this.#weights.forEach((w, i) => (sums[i] = sum += w));
    const last = sums.length - 1;
    return Int32Array.from({ length: count }, () => {
      // (0, total], so that a sample of weight 0 is never met.
      const place = placeOf(sums, (1 - this.#random.uniform()) * sum);
      return Math.min(place, last);
    });
  }

  /** No sample twice: those of the largest ln(u) / w. (Efraimidis and Spirakis 2006.) @param count at most the samples of weight above 0 */
  distinct(count: number): Int32Array<ArrayBuffer> {
    const keys = this.#weights.map((w) => Math.log(1 - this.#random.uniform()) / w);
    const order = Int32Array.from(keys.keys()).sort((a, b) => keys[b]! - keys[a]! || a - b);
    return order.subarray(0, count).slice().sort();
  }
}
