import { describe, expect, it } from 'vitest';
import { bfloat16Bits, bfloat16Of, float16Bits, float16Of } from './half.ts';

describe.each([
  ['float16', float16Bits, float16Of],
  ['bfloat16', bfloat16Bits, bfloat16Of],
] as const)('%s', (_, bitsOf, numberOf) => {
  it('every number comes back with its bits', () => {
    const wrong = Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => {
      const x = numberOf(bits);
      return Number.isNaN(x) ? !Number.isNaN(numberOf(bitsOf(x))) : bitsOf(x) !== bits;
    });
    expect(wrong).toEqual([]);
  });

  it('halfway between two numbers is the even one, and a hair beside it is not', () => {
    // Positive bits rise with the number, so neighbours differ by 1.
    for (let bits = 1; numberOf(bits + 1) < Infinity; bits += 37) {
      const [low, high] = [numberOf(bits), numberOf(bits + 1)];
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const hair = middle * 2 ** -50;
      expect([bitsOf(middle), bitsOf(middle - hair), bitsOf(middle + hair)]).toEqual([even, bits, bits + 1]);
      expect(bitsOf(-middle)).toBe(even | 0x8000);
    }
  });
});

it('float16 ends at 65504, bfloat16 where float32 does', () => {
  expect([float16Bits(65519.99), float16Bits(65520), float16Bits(-1e300)]).toEqual([0x7bff, 0x7c00, 0xfc00]);
  expect([bfloat16Bits(3.3895e38), bfloat16Bits(3.4e38), bfloat16Bits(-Infinity)]).toEqual([0x7f7f, 0x7f80, 0xff80]);
});
