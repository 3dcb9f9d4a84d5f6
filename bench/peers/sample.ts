/** Which entries of a large result are shown to the harness for comparison: 16 of them, spread with a stride coprime to any shape. */

export const sampleCount = 16;

/** Row-major positions of the compared entries. pytorch.py has the same line. */
export function sampleIndices(length: number): readonly number[] {
  return Array.from({ length: sampleCount }, (_, i) => (i * 1000003) % length);
}

/** The compared entries of each tensor in turn. */
export function sample(...tensors: readonly ArrayLike<number>[]): number[] {
  return tensors.flatMap((tensor) => sampleIndices(tensor.length).map((i) => tensor[i] ?? Number.NaN));
}
