/** Why rows are slower than PyTorch's, each by a measurement; docs/performance.md shows the notes of the rows that need one. */

const notes: readonly { readonly workload: RegExp; readonly text: string }[] = [
  {
    workload: /^conv3x3-stride2-gradients$/,
    text: 'the four phases of the gradient by the input store every other element: 62 % of the FMA peak, 89 % where stores are contiguous.',
  },
  {
    workload: /^add$/,
    text: 'every result is a new array, and which of the old ones nobody has any more is known when the garbage collector has run; PyTorch, which counts references, writes into the one that was freed last and is still in the cache. Where no cache holds the arrays (add-16M) we are ahead.',
  },
  {
    workload: /^(conv1x1|conv3x3|conv7x7-stem)-forward$/,
    text: 'the result is returned channels first, which costs a transposition that the inside of a network does not pay.',
  },
];

/** @example noteOf('sort') */
export function noteOf(workload: string): string | undefined {
  return notes.find((note) => note.workload.test(workload))?.text;
}
