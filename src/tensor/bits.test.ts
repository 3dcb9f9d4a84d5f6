import { afterAll, describe, expect, it } from 'vitest';
import { testDevices } from '../../test/devices.ts';
import { bitwiseCount, currentDevice, device, tensor } from '../index.ts';

const before = currentDevice().name;
afterAll(() => {
  device(before);
});

describe.each(testDevices)('bitwiseCount on %s', (name) => {
  it('counts the bits of both words of int64', () => {
    device(name);
    const x = tensor(BigInt64Array.of(0n, -1n, 2n ** 40n + 1n, -(2n ** 63n), 2n ** 63n - 1n, -(2n ** 33n)));
    expect(bitwiseCount(x).arraySync()).toEqual([0, 1, 2, 1, 63, 1]);
    expect(bitwiseCount(tensor([-1, 255, -(2 ** 31)], { dtype: 'int32' })).arraySync()).toEqual([1, 8, 1]);
  });
});
