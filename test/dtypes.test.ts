/**
 * What a dtype means to users, on every device: 16-bit floats compute in float32 and round where they are kept, narrow integers wrap.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { arange, compile, device, full, grad, ones, tensor, type Tensor } from '../src/index.ts';
import { testDevices } from './devices.ts';

const halves = ['float16', 'bfloat16'] as const;

describe.each(testDevices)('on %s', (name) => {
  beforeEach(() => {
    device(name);
  });

  describe.each(halves)('%s', (dtype) => {
    it('is the dtype of what is computed from it, also beside numbers and integers', () => {
      const x = tensor([1, 2], { dtype });
      for (const y of [x.add(x), x.mul(0.1), x.exp(), x.sum(), x.add(arange(2)), x.softmax(0), x.matmul(x)])
        expect(y.dtype).toBe(dtype);
      expect(x.add(ones([2])).dtype).toBe('float32');
      expect(x.less(2).dtype).toBe('bool');
    });

    it('a chain of operations rounds once, at its end', () => {
      // A third, kept, is off by a part in 2⁹ or 2¹²; three of those that are not kept are 1.
      const third = tensor([1], { dtype }).div(3);
      expect(third.mul(3).sub(1).cast('float32').abs().itemSync()).toBeLessThan(1e-6);
      expect(third.realize().mul(3).cast('float32').sub(1).abs().itemSync()).toBeGreaterThan(0);
      // An explicit cast rounds where it stands.
      const cast = tensor([1 / 3])
        .cast(dtype)
        .cast('float32')
        .itemSync();
      expect(cast).not.toBe(Math.fround(1 / 3));
      expect(tensor([cast]).cast(dtype).itemSync()).toBe(cast);
    });

    it('sums are accumulated in float32', () => {
      expect(full([5000], 1, { dtype }).sum().itemSync()).toBe(dtype === 'float16' ? 5000 : 4992);
      expect(full([200_000], 3, { dtype }).mean().itemSync()).toBe(3);
    });

    it('products of matrices accumulate in float32 and round once', () => {
      const [a, b] = [arange(0, 24).reshape(4, 6).cast(dtype), arange(24, 48).reshape(6, 4).cast(dtype)];
      const wide = a.cast('float32').matmul(b.cast('float32'));
      expect(a.matmul(b).arraySync()).toEqual(wide.cast(dtype).arraySync());
      expect(a.matmul(b.cast('float32')).arraySync()).toEqual(wide.arraySync());
    });

    it('gradients have the dtype of what they are of', () => {
      const x = tensor([0.5, -2, 3], { dtype });
      const g = grad((v: Tensor) => v.tanh().mul(v).sum())(x);
      expect(g.dtype).toBe(dtype);
      const wide = grad((v: Tensor) => v.tanh().mul(v).sum())(x.cast('float32'));
      expect(g.arraySync()).toEqual(wide.cast(dtype).arraySync());
    });

    it('gradients of what is inside a chain are found', () => {
      const x = tensor([0.5, 2], { dtype });
      const [value, back] = [x.exp(), (h: Tensor): Tensor => h.mul(h).sum()];
      const g = grad(back)(value);
      expect(g.arraySync()).toEqual(value.mul(2).arraySync());
    });

    it('works compiled, sliced, gathered, chosen, compared', () => {
      const step = compile((v: Tensor) => v.slice([1], [3]).add(1).maximum(0.25));
      const x = tensor([1, -4, 3], { dtype });
      expect(step(x).arraySync()).toEqual([0.25, 4]);
      expect(x.take(tensor([2, 0], { dtype: 'int32' })).arraySync()).toEqual([3, 1]);
      expect(x.sort().arraySync()).toEqual([-4, 1, 3]);
      expect(x.argmax().itemSync()).toBe(2);
      expect(x.equal(tensor([1, 2, 3], { dtype })).arraySync()).toEqual([1, 0, 1]);
      // A number is compared as the dtype would hold it.
      expect(tensor([0.1], { dtype }).equal(0.1).arraySync()).toEqual([1]);
    });

    it('reads as numbers and prints', () => {
      const x = tensor([1, 0.5, Infinity], { dtype });
      expect(x.dataSync()).toEqual(Float32Array.of(1, 0.5, Infinity));
      expect(String(x)).toBe(`[1.  0.5 inf] ${dtype}`);
    });
  });

  it.each([
    ['int8', 127, -128],
    ['int16', 32767, -32768],
  ] as const)('%s wraps', (dtype, high, low) => {
    const x = tensor([high, low, 7], { dtype });
    expect(x.add(1).arraySync()).toEqual([low, low + 1, 8]);
    expect(x.neg().arraySync()).toEqual([low + 1, low, -7]);
    expect(x.mul(x).arraySync()).toEqual([1, 0, 49]);
    expect(x.floorDivide(-1).arraySync()).toEqual([low + 1, low, -7]);
    expect(x.floorDivide(0).arraySync()).toEqual([0, 0, 0]);
    expect(x.sum().dtype).toBe('int32');
    expect(x.sum().itemSync()).toBe(6);
    expect(x.min().itemSync()).toBe(low);
    expect(x.sort().arraySync()).toEqual([low, 7, high]);
    expect(x.dataSync()).toEqual(dtype === 'int8' ? Int8Array.of(high, low, 7) : Int16Array.of(high, low, 7));
  });

  it('shifts by the number of bits or more give 0', () => {
    for (const dtype of ['int8', 'int16', 'int32', 'uint8'] as const) {
      const bits = { int8: 8, int16: 16, int32: 32, uint8: 8 }[dtype];
      const counts = tensor([1, bits - 1, bits, 100, -1].slice(0, dtype === 'uint8' ? 4 : 5), { dtype });
      const one = tensor([1], { dtype });
      const zeros = counts.arraySync() as number[];
      expect(one.leftShift(counts).notEqual(0).arraySync()).toEqual(zeros.map((n) => Number(n > 0 && n < bits)));
      expect(one.leftShift(bits).arraySync()).toEqual([0]);
    }
  });
});
