import { expect, test } from 'vitest';
import { labels, lcg, uniform, uniform64 } from './lcg.ts';

test('the stream follows its recurrence, here in arbitrary precision', () => {
  for (const seed of [0, 7, 4099]) {
    const draw = lcg(seed);
    let state = (2654435761n * BigInt(seed + 1)) % 2n ** 32n;
    for (let k = 0; k < 1000; k++) {
      state = (1664525n * state + 1013904223n) % 2n ** 32n;
      expect(draw()).toBe(Number(state / 256n) / 2 ** 24);
    }
  }
});

test('the numbers are those of lcg.py', () => {
  // Printed by: uniform((3,), 7, 0.3), labels(5, 7, 10) and uniform64((200000,), 7).sum()
  expect([...uniform(3, 7, 0.3)]).toEqual([-0.05357140302658081, 0.018527662381529808, -0.04238065332174301]);
  expect([...labels(5, 7, 10)]).toEqual([4, 5, 4, 9, 3]);
  expect(uniform64(200_000, 7).reduce((sum, value) => sum + value, 0)).toBe(443.10543048381805);
});
