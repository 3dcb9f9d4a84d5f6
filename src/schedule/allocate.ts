/**
 * Places intermediates in the arena: each lives from the first nest that writes it to the last that touches it, and two that never live together
 * may share bytes. First fit by decreasing size: simple, and within a few percent of the peak.
 */
export interface Lifetime {
  readonly bytes: number;
  /** First and last step that touch it. */
  readonly first: number;
  readonly last: number;
}

const alignment = 64;

/** Byte offsets, one per lifetime, and the bytes needed in all. */
export function allocate(lifetimes: readonly Lifetime[]): { offsets: number[]; bytes: number } {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const placed: number[] = [];
  const order = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || a - b);
  let bytes = 0;
  for (const i of order) {
    const { bytes: size, first, last } = lifetimes[i]!;
    const busy = placed
      .filter((j) => lifetimes[j]!.first <= last && lifetimes[j]!.last >= first)
      .sort((a, b) => offsets[a]! - offsets[b]!);
    let at = 0;
    for (const j of busy) {
      if (at + size <= offsets[j]!) break;
      at = Math.max(at, roundUp(offsets[j]! + lifetimes[j]!.bytes));
    }
    offsets[i] = at;
    placed.push(i);
    bytes = Math.max(bytes, at + size);
  }
  return { offsets, bytes: roundUp(bytes) };
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
