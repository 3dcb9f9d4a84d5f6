import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/arrays.ts';
import { testDevices } from '../../test/devices.ts';
import { device } from '../runtime/registry.ts';
import { arange, eye, full, linspace, onesLike, tensor, zeros } from './creation.ts';

describe.each(testDevices)('creation on %s', (name) => {
  beforeAll(() => {
    device(name);
  });

  it('dtypes follow the data, unless one is named', () => {
    expect(tensor([1, 2]).dtype).toBe('float32');
    expect(tensor([true, false]).dtype).toBe('bool');
    expect(tensor(new Int32Array([1])).dtype).toBe('int32');
    expect(tensor(new Uint8Array([1])).dtype).toBe('uint8');
    expectClose(tensor([1.7, -1.7], { dtype: 'int32' }), [1, -1], 0);
    expectClose(tensor([0.5, 0], { dtype: 'bool' }), [1, 0], 0);
    expect(tensor(new Int8Array([1])).dtype).toBe('int8');
    expect(tensor(new Int16Array([1])).dtype).toBe('int16');
    expect(tensor(new Uint16Array([65535])).dtype).toBe('int32');
    expect(() => tensor(new Uint32Array([1]) as unknown as Int32Array)).toThrow(/Uint32Array holds no dtype of ours/);
  });

  it('data are copied: changing the array later changes nothing', () => {
    const source = new Float32Array([1, 2]);
    const x = tensor(source);
    source[0] = 9;
    expectClose(x, [1, 2], 0);
    const read = x.dataSync();
    read[0] = 9;
    expectClose(x, [1, 2], 0);
  });

  it('rows of unequal length and shapes that are not filled are refused', () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(/all rows must be of one length/);
    expect(() => tensor([[1], 2] as unknown as number[][])).toThrow(/all rows must be alike/);
    expect(() => tensor([1, 2, 3], { shape: [2, 2] })).toThrow(
      'tensor: 3 elements do not fill shape (2, 2), which has 4',
    );
  });

  it('scalars, empty tensors and shapes given apart', async () => {
    expect(await tensor(3).item()).toBe(3);
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[]]).shape).toEqual([1, 0]);
    expect(await tensor([1, 2, 3, 4], { shape: [2, 2] }).array()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(() => tensor([1, 2]).itemSync()).toThrow(/item: expected one element, got shape \(2,\)/);
  });

  it('filled and counting', () => {
    expectClose(full([2], 7, { dtype: 'int32' }), [7, 7], 0);
    expectClose(zeros([1, 2]), [[0, 0]], 0);
    expectClose(onesLike(arange(2)), [1, 1], 0);
    expect(onesLike(arange(2)).dtype).toBe('int32');
    expectClose(arange(3), [0, 1, 2], 0);
    expectClose(arange(5, 0, -2), [5, 3, 1], 0);
    expectClose(arange(0, 1, 0.25), [0, 0.25, 0.5, 0.75], 0);
    expectClose(linspace(0, 1, 5), [0, 0.25, 0.5, 0.75, 1], 0);
    expectClose(linspace(3, 9, 1), [3], 0);
    expectClose(
      eye(2, 3),
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
      0,
    );
  });
});
