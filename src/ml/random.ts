/**
 * Random draws on the host from an explicit seed, for algorithms that go sample by sample.
 */
import { generator } from '../base/generator.ts';

/** A stream of draws; two with the same seed and stream are the same. */
export class Random {
  readonly #word: () => number;
  #spare: number | undefined;

  /** @param seed a whole number @param stream for several independent streams of one seed */
  constructor(seed: number, stream = 0) {
    this.#word = generator(seed, stream);
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return ((this.#word() >>> 5) * 2 ** 26 + (this.#word() >>> 6)) * 2 ** -53;
  }

  /** A whole number from 0 to n − 1, all equally likely. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Normal, mean 0 and deviation 1: the polar method. (Marsaglia and Bray 1964.) */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spare = v * factor;
      return u * factor;
    }
  }

  /** 0 … n − 1 in random order. */
  permutation(n: number): Int32Array<ArrayBuffer> {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    this.shuffle(order);
    return order;
  }

  /** Puts the members in random order, in place: Fisher and Yates. */
  shuffle(list: Int32Array): void {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const swapped = list[i]!;
      list[i] = list[j]!;
      list[j] = swapped;
    }
  }

  /** A seed for something that draws on its own. */
  seed(): number {
    return this.#word();
  }
}
