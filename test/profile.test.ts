/**
 * Lines that a profile names are the user's, so a user who is not in our folder has to ask.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, currentDevice, device, grad, ones, scan, type Tensor } from '../src/index.ts';
import { profile } from '../src/inspect/index.ts';
import { testDevices } from './devices.ts';

const before = currentDevice().name;
afterAll(() => {
  device(before);
});

describe.runIf(testDevices.includes('native'))('profile', () => {
  beforeAll(() => {
    device('native');
  });

  it('names the lines that asked for each kernel, of gradients those of the op, through loops and compile', () => {
    /** The line that this is called from. */
    const line = () => Number(/profile\.test\.ts:(\d+)/.exec((new Error().stack ?? '').split('\n')[2] ?? '')?.[1]);
    const linesOf = (found: ReturnType<ReturnType<typeof profile>>) =>
      found.kernels.flatMap(({ lines }) => lines.map((at) => Number(/profile\.test\.ts:(\d+):\d+$/.exec(at)?.[1])));
    let at: number[] = [];
    const loss = (w: Tensor, x: Tensor) => {
      at = [line() + 1, line() + 2];
      const y = x.matmul(w);
      return y.tanh().sum();
    };
    const step = compile((w: Tensor, x: Tensor) => grad(loss)(w, x));
    const [w, x] = [ones([64, 64]), ones([64, 64])];
    step(w, x); // what is in the cache has no lines
    expect([...new Set(linesOf(profile(step)(w, x)))].sort()).toEqual(at.filter((n) => n > 0));
    expect(profile(step)(w, x).toString()).toMatch(/profile\.test\.ts:\d+/);
    let turn = 0;
    const looped = (xs: Tensor) =>
      scan(
        (carry: Tensor, row: Tensor) => {
          turn = line() + 1;
          const next = carry.mul(0.5).add(row.exp());
          return [next, next];
        },
        xs.at(0),
        xs,
      )[0];
    expect(linesOf(profile(looped)(ones([8, 40])))).toContain(turn);
  });
});
