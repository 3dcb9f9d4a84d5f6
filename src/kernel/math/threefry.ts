/**
 * Threefry-2x32 with 20 rounds: a counter-based random generator of additions, rotations and exclusive ors.
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"
 */
import type { NestBuilder } from '../builder.ts';
import type { Register } from '../nest.ts';

/** Rotations of rounds 0–3 and 4–7, alternating. */
const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/** The parity constant that completes the key schedule. */
const parity = 0x1bd11bda;

/** Both words of key (k0, k1) and counter (0, c), i32 registers all. */
export function threefry(b: NestBuilder, k0: Register, k1: Register, c: Register): readonly [Register, Register] {
  const schedule = [k0, k1, b.binary('xor', b.binary('xor', k0, k1), b.splat('i32', parity))] as const;
  let first: Register = k0;
  let second = b.binary('add', c, k1);
  for (let group = 0; group < 5; group++) {
    for (const by of rotations[group % 2]!) {
      first = b.binary('add', first, second);
      second = b.binary('xor', rotate(b, second, by), first);
    }
    first = b.binary('add', first, schedule[(group + 1) % 3]!);
    const key = b.binary('add', schedule[(group + 2) % 3]!, b.splat('i32', group + 1));
    second = b.binary('add', second, key);
  }
  return [first, second];
}

function rotate(b: NestBuilder, x: Register, by: number): Register {
  const high = b.binary('shl', x, b.splat('i32', by));
  return b.binary('or', high, b.binary('shr', x, b.splat('i32', 32 - by)));
}
