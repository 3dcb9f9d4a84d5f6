/**
 * Random numbers on the host: a stream of 32-bit words from two numbers, the same on every machine. For shuffles, splits and
 * algorithms that run on the host; the random tensors of a model have keys of their own, in the tensor folder.
 */

/**
 * Words of 32 random bits: xoshiro128**, period 2^128 − 1. Source: Blackman and Vigna 2021, "Scrambled linear pseudorandom
 * number generators".
 * @param seed which series   @param stream which stream of the series; both whole numbers
 * @example const draw = generator(7, 0); draw() // 0 … 2^32 − 1
 */
export function generator(seed: number, stream: number): () => number {
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

/**
 * Uniform numbers in [0, 1) with 53 random bits each, from a stream of words.
 * @example const draw = uniforms(seed, epoch); draw()
 */
export function uniforms(seed: number, stream: number): () => number {
  const draw = generator(seed, stream);
  return () => ((draw() >>> 5) * 2 ** 26 + (draw() >>> 6)) * 2 ** -53;
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
