import { setFlagsFromString } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { calmly } from './calm.ts';

describe('calmly', () => {
  it('gives what the work gives and throws what it throws', () => {
    expect(calmly(() => 3)).toBe(3);
    expect(() =>
      calmly(() => {
        throw new RangeError('on purpose');
      }),
    ).toThrow(RangeError);
  });

  it('lets nothing be optimized meanwhile, and everything afterwards', async () => {
    setFlagsFromString('--allow-natives-syntax');
    // The parser knows this syntax only while the flag is set.
    const statusOf = new Function('f', 'return %GetOptimizationStatus(f)') as (f: unknown) => number;
    setFlagsFromString('--no-allow-natives-syntax');
    const isOptimized = (f: unknown): boolean => (statusOf(f) & 16) !== 0;
    const hot = (n: number): number => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += i % 7;
      return sum;
    };
    const heat = (): void => {
      for (let i = 0; i < 300; i++) hot(10_000);
    };
    calmly(heat);
    expect(isOptimized(hot)).toBe(false);
    for (let tries = 0; tries < 200 && !isOptimized(hot); tries++) {
      heat();
      await new Promise((resolve) => setTimeout(resolve, 5)); // the optimizer has threads of its own
    }
    expect(isOptimized(hot)).toBe(true);
  });
});
