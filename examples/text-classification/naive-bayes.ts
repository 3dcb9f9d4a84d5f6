/**
 * Naive Bayes over the different words of a text: log P(class) + Σ log P(word | class). It is what the networks have to beat.
 */

/** Added to each count; of 1, 0.1 and 0.01 the one that is best on the validation mails. */
const SMOOTHING = 0.1;

/** @returns whether a text belongs to the class   @see McCallum and Nigam 1998, "A Comparison of Event Models" */
export function naiveBayes(texts: readonly (readonly [words: readonly string[], isIn: boolean])[]) {
  // Of each word, in how many texts outside and inside of the class it stands.
  const counts = new Map<string, [outside: number, inside: number]>();
  const totals: [number, number] = [0, 0];
  let inside = 0;
  for (const [words, isIn] of texts) {
    if (isIn) inside++;
    for (const word of new Set(words)) {
      const both = counts.get(word) ?? [0, 0];
      both[Number(isIn)]!++;
      totals[Number(isIn)]!++;
      counts.set(word, both);
    }
  }
  const share = (count: number, which: 0 | 1) => (count + SMOOTHING) / (totals[which] + SMOOTHING * counts.size);
  return (words: readonly string[]): boolean => {
    let score = Math.log(inside / (texts.length - inside));
    for (const word of new Set(words)) {
      const both = counts.get(word);
      if (both !== undefined) score += Math.log(share(both[1], 1) / share(both[0], 0));
    }
    return score > 0;
  };
}
