/**
 * The order in which an epoch visits a data set: a permutation from two numbers, the same on every machine. It runs on the
 * host, where batches are put together, and has nothing to do with the random tensors of a model.
 */

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

/** xoshiro128**: 32-bit words of period 2^128 − 1. Source: Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators". */
function generator(seed: number, stream: number): () => number {
  const next = splitMix(seed, stream);
  let a = next();
  let b = next();
  let c = next();
  let d = next() | 1; // the state must not be all zeros
  return () => {
    const word = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return word;
  };
}

/** Spreads two small numbers over all bits of a state: murmur3's finaliser over a Weyl sequence. */
function splitMix(seed: number, stream: number): () => number {
  let state = Math.imul(seed, 0x9e3779b9) ^ Math.imul(stream + 1, 0x85ebca6b);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = state;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return word ^ (word >>> 16);
  };
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
