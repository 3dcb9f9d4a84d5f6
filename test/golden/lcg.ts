/**
 * The number stream that golden files and benchmarks share with Python, so that inputs need not be stored.
 * A linear congruential generator modulo 2³²: state ← 1664525·state + 1013904223 (Numerical Recipes), started at
 * 2654435761·(seed + 1) mod 2³²; each advance yields u = ⌊state / 256⌋ / 2²⁴, in [0, 1) and exact in float32.
 * The twin is lcg.py. It is for reproducible inputs only, not a source of good randomness.
 */

/** The next values of one stream: `draw()` returns u in [0, 1), a multiple of 2⁻²⁴. @example lcg(7)() */
export function lcg(seed: number): () => number {
  let state = Math.imul(seed + 1, 2654435761) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** `length` values `scale · (2u − 1) + offset`, computed in float64; row-major order. @example uniform64(6, 1) */
export function uniform64(length: number, seed: number, scale = 1, offset = 0): Float64Array {
  const draw = lcg(seed);
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = scale * (2 * draw() - 1) + offset; // hot: models have 10⁸ weights
  return values;
}

/** The same values rounded once to float32. @example uniform(6, 1, 0.5) */
export function uniform(length: number, seed: number, scale = 1, offset = 0): Float32Array {
  return new Float32Array(uniform64(length, seed, scale, offset));
}

/** `length` class labels `⌊u · classes⌋`. @example labels(8, 3, 10) */
export function labels(length: number, seed: number, classes: number): Int32Array {
  const draw = lcg(seed);
  return Int32Array.from({ length }, () => Math.floor(draw() * classes));
}
