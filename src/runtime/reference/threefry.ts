/**
 * Threefry-2x32 with 20 rounds: a counter-based random function of a key, as integers.
 */

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/**
 * Both words of Threefry-2x32-20 for key (k0, k1) and counter (c0, c1); all are 32-bit integers.
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"   @example threefry2x32(0, 0, 0, 0) // [1797259609, -1715834044]
 */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number): [number, number] {
  const keys = [k0, k1, k0 ^ k1 ^ 0x1bd11bda];
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let group = 0; group < 5; group++) {
    for (const r of rotations[group % 2]!) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << r) | (x1 >>> (32 - r))) ^ x0;
    }
    x0 = (x0 + keys[(group + 1) % 3]!) | 0;
    x1 = (x1 + keys[(group + 2) % 3]! + group + 1) | 0;
  }
  return [x0, x1];
}
