/**
 * BLEU: how many word sequences of a translation are in its references. It counts texts and runs on the host.
 */
import { raise, ValueError } from '../../base/errors.ts';

export interface BleuOptions {
  /** Longest sequence that is counted. Default: 4. */
  readonly order?: number;
  /** Add 1 to the counts of sequences longer than a word, for short texts (Lin and Och 2004). Default: false. */
  readonly smooth?: boolean;
}

/**
 * BLEU of a corpus: brevity penalty · exp(mean of log pₙ), pₙ the share of n-word sequences that are in a reference, each counted at
 * most as often as in the reference that has it most.
 * @see Papineni et al. 2002
 * @example const bleu = new Bleu(); bleu.update(['the', 'cat', 'sat', 'down'], [['the', 'cat', 'sat', 'down']]); bleu.result() // 1
 */
export class Bleu {
  readonly #order: number;
  readonly #smooth: boolean;
  #hits: number[];
  #guesses: number[];
  #length = 0;
  #wanted = 0;

  constructor({ order = 4, smooth = false }: BleuOptions = {}) {
    if (!Number.isInteger(order) || order < 1)
      raise(new ValueError(`Bleu: order must be a whole number from 1 up, got ${order}`));
    this.#order = order;
    this.#smooth = smooth;
    this.#hits = new Array<number>(order).fill(0);
    this.#guesses = new Array<number>(order).fill(0);
  }

  /** Counts one translation. @param candidate its tokens   @param references those of each reference   @throws ValueError without a reference */
  update(candidate: readonly (string | number)[], references: readonly (readonly (string | number)[])[]): void {
    if (references.length === 0) raise(new ValueError('Bleu: a translation needs at least one reference'));
    this.#length += candidate.length;
    // The reference whose length is closest; of two, the shorter.
    const lengths = references.map(({ length }) => length).sort((a, b) => a - b);
    const distance = (length: number): number => Math.abs(length - candidate.length);
    this.#wanted += lengths.reduce((best, length) => (distance(length) < distance(best) ? length : best));
    for (let n = 1; n <= this.#order; n++) {
      const most = new Map<string, number>();
      for (const reference of references) {
        for (const [gram, count] of sequences(reference, n)) most.set(gram, Math.max(most.get(gram) ?? 0, count));
      }
      for (const [gram, count] of sequences(candidate, n)) {
        this.#hits[n - 1]! += Math.min(count, most.get(gram) ?? 0);
        this.#guesses[n - 1]! += count;
      }
    }
  }

  /** From 0 to 1. */
  result(): number {
    let sum = 0;
    for (let n = 0; n < this.#order; n++) {
      const extra = this.#smooth && n > 0 ? 1 : 0;
      const [hits, guesses] = [this.#hits[n]! + extra, this.#guesses[n]! + extra];
      if (hits === 0) return 0;
      sum += Math.log(hits / guesses) / this.#order;
    }
    const brevity = this.#length >= this.#wanted ? 1 : Math.exp(1 - this.#wanted / this.#length);
    return brevity * Math.exp(sum);
  }

  reset(): void {
    this.#hits.fill(0);
    this.#guesses.fill(0);
    this.#length = 0;
    this.#wanted = 0;
  }
}

/** How often each run of n tokens occurs. */
function sequences(tokens: readonly (string | number)[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    const gram = JSON.stringify(tokens.slice(i, i + n));
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}
