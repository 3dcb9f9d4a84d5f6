import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/arrays.ts';
import { testDevices } from '../../test/devices.ts';
import { device } from '../runtime/registry.ts';
import { tensor, zeros } from './creation.ts';
import { gradients } from './gradients.ts';

describe.each(testDevices)('reductions on %s', (name) => {
  beforeAll(() => {
    device(name);
  });
  const x = tensor([
    [1, 5, 2],
    [4, 0, 4],
  ]);

  it('sums, products and means over one axis, several, all', () => {
    expectClose(x.sum(), 16, 0);
    expectClose(x.sum(0), [5, 5, 6], 0);
    expectClose(x.sum(-1, { keepDims: true }), [[8], [8]], 0);
    expectClose(x.sum([0, 1]), 16, 0);
    expectClose(x.prod(1), [10, 0], 0);
    expectClose(x.mean(0), [2.5, 2.5, 3], 0);
  });

  it('a sum over an empty axis is 0, and a maximum is refused', () => {
    expectClose(zeros([2, 0]).sum(1), [0, 0], 0);
    expectClose(zeros([2, 0]).mean(1), [NaN, NaN], 0);
    expect(() => zeros([2, 0]).max(1)).toThrow(/max: the reduced axes of \(2, 0\) are empty/);
  });

  it('bool and uint8 add up without wrapping', () => {
    expectClose(tensor([true, true, false]).sum(), 2, 0);
    expectClose(tensor([200, 100], { dtype: 'uint8' }).sum(), 300, 0);
    expect(tensor([1, 2], { dtype: 'int32' }).mean().dtype).toBe('float32');
  });

  it('extremes and where they are: the first of equals', () => {
    expectClose(x.max(1), [5, 4], 0);
    expectClose(x.min(), 0, 0);
    expectClose(x.argmax(1), [1, 0], 0);
    expectClose(x.argmin(0), [0, 1, 0], 0);
    expectClose(x.argmax(), 1, 0);
    expectClose(tensor([1, NaN, 3]).argmax(), 1, 0);
    expectClose(tensor([3, 250, 7], { dtype: 'uint8' }).min(), 3, 0);
    expectClose(tensor([3, -2147483648, 7], { dtype: 'int32' }).min(), -2147483648, 0);
  });

  it('any and all', () => {
    expectClose(x.any(0), [1, 1, 1], 0);
    expectClose(x.all(1), [1, 0], 0);
  });

  it('variance by n, or by n − 1 where asked', () => {
    expectClose(x.var(1), [26 / 9, 32 / 9], 1e-6);
    expectClose(x.std(undefined, { correction: 1 }), Math.sqrt((62 - 256 / 6) / 5), 1e-6);
    expectClose(tensor([1, 2, 3, 4]).var(0, { correction: 1 }), 5 / 3, 1e-6);
  });

  it('softmax and its kin do not overflow', () => {
    const far = tensor([
      [1000, 1001],
      [-1000, 0],
    ]);
    const p = 1 / (1 + Math.E);
    expectClose(
      far.softmax(),
      [
        [p, 1 - p],
        [0, 1],
      ],
      1e-6,
    );
    expectClose(
      far.logSoftmax(),
      [
        [Math.log(p), Math.log(1 - p)],
        [-1000, 0],
      ],
      1e-6,
    );
    expectClose(far.logSumExp(1), [1001 + Math.log(1 + 1 / Math.E), 0], 1e-6);
    expectClose(tensor([-Infinity, -Infinity]).logSumExp(), -Infinity, 0);
  });

  it('the gradient of logSumExp is softmax', () => {
    const g = gradients(x.logSumExp(1).sum(), x);
    const powers = [
      [1, 5, 2],
      [4, 0, 4],
    ].map((row) => row.map(Math.exp));
    expectClose(
      g,
      powers.map((row) => row.map((e) => e / row.reduce((a, b) => a + b))),
      1e-6,
    );
  });
});
