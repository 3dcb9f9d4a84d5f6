/** Why rows are slower than PyTorch's, each by a measurement; docs/performance.md shows the notes of the rows that need one. */

const notes: readonly { readonly workload: RegExp; readonly text: string }[] = [
  {
    workload: /^conv3x3-stride2-gradients$/,
    text: 'the four phases of the gradient by the input store every other element: 62 % of the FMA peak, 89 % where stores are contiguous.',
  },
  {
    workload: /^(sort|topk)$/,
    text: 'sorting is plain TypeScript on the host (a routine), PyTorch’s is vectorized C++.',
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
