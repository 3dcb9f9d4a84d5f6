import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDevices } from '../../test/devices.ts';
import { Cell, compile, currentDevice, device, ones, scan, type Tensor, tensor } from '../index.ts';
import { profile } from './profile.ts';

const before = currentDevice().name;
afterAll(() => {
  device(before);
});

describe.runIf(testDevices.includes('native'))('profile', () => {
  beforeAll(() => {
    device('native');
  });

  it('times each kernel and runs the function as often as it says', () => {
    const count = new Cell(tensor(0));
    const step = compile((x: Tensor) => {
      count.value = count.value.add(1);
      return x.matmul(x).exp().sum(0);
    });
    const { kernels, ms } = profile(step, { runs: 3 })(ones([64, 64]));
    expect(count.value.itemSync()).toBe(3);
    expect(kernels.length).toBeGreaterThanOrEqual(2);
    expect(kernels.reduce((sum, kernel) => sum + kernel.ms, 0)).toBeCloseTo(ms, 9);
    for (const [i, kernel] of kernels.slice(1).entries()) expect(kernel.ms).toBeLessThanOrEqual(kernels[i]!.ms);
  });

  it('looks into loops and past routines, and gives the same results', () => {
    const fn = (xs: Tensor) => {
      const [last, all] = scan((carry: Tensor, x: Tensor) => [carry.mul(0.5).add(x), carry], xs.at(0), xs);
      return [last, all.cumsum(0)];
    };
    const xs = tensor([[1], [2], [3], [4]]);
    const want = fn(xs).map((y) => y.arraySync());
    const compiled = compile(fn);
    const names = profile(compiled)(xs).kernels.map(({ name }) => name);
    expect(names).toContain('cumsum');
    expect(compiled(xs).map((y) => y.arraySync())).toEqual(want);
  });

  it('prints a table with a line for each kernel', () => {
    const found = profile((x: Tensor) => x.sort().mul(2))(ones([100]));
    const lines = found.toString().split('\n');
    expect(lines).toHaveLength(found.kernels.length + 2);
    expect(lines[0]).toMatch(/ms +share +Gop\/s +GB\/s of peak +kernel, line/);
    expect(lines.at(-1)).toMatch(/the machine does \d+ Gop\/s and \d+ GB\/s$/);
    expect(found.toString()).toContain('sort');
  });
});

it('a device that does not time its steps says so', () => {
  device('reference');
  expect(() => profile((x: Tensor) => x.exp())(ones([3]))).toThrow('the reference device does not time its steps');
});
