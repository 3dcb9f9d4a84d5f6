/**
 * What a dtype means to users, on every device: 16-bit floats compute in float32 and round where they are kept, narrow integers wrap.
 */
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  arange,
  at,
  compile,
  debugNaN,
  device,
  type DType,
  full,
  grad,
  ones,
  promoteTypes,
  tensor,
  type Tensor,
  unique,
  zeros,
} from '../src/index.ts';
import { collate, TensorDataset } from '../src/data/index.ts';
import { testDevices } from './devices.ts';

const halves = ['float16', 'bfloat16'] as const;

it('the table in docs/dtypes.md is the one in the code', () => {
  const page = readFileSync(new URL('../docs/dtypes.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| \*\*(\w+)\*\* \| (.*) \|$/gm)];
  const names = rows.map(([, name]) => name as DType);
  expect(names.length).toBe(10);
  for (const [, a, cells] of rows)
    expect([a, cells]).toEqual([a, names.map((b) => promoteTypes(a as DType, b)).join(' | ')]);
});

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

  describe('int64', () => {
    const big = 2n ** 53n + 1n;
    const highest = 2n ** 63n - 1n;
    const of = (...values: bigint[]): Tensor => tensor(BigInt64Array.from(values));

    it('keeps every bit from creation to reading', () => {
      const x = of(big, -highest - 1n, highest, -1n);
      expect(x.dtype).toBe('int64');
      expect(x.bigintsSync()).toEqual(BigInt64Array.of(big, -highest - 1n, highest, -1n));
      expect(() => x.dataSync()).toThrow(/beyond ±\(2\^53 − 1\).*bigints/);
      expect(String(x)).toBe(
        '[    9007199254740993 -9223372036854775808  9223372036854775807\n                   -1] int64',
      );
      expect(tensor([3, -7], { dtype: 'int64' }).arraySync()).toEqual([3, -7]);
      expect(full([2], 5, { dtype: 'int64' }).reshape(2, 1).arraySync()).toEqual([[5], [5]]);
    });

    it('computes exactly and wraps', () => {
      expect(of(big, highest).add(1).bigintsSync()).toEqual(BigInt64Array.of(big + 1n, -highest - 1n));
      expect(of(big, 3n).mul(of(big, -3n)).bigintsSync()).toEqual(BigInt64Array.of(BigInt.asIntN(64, big * big), -9n));
      expect(
        of(big, -big, 7n)
          .floorDivide(of(3n, 3n, 0n))
          .bigintsSync(),
      ).toEqual(BigInt64Array.of(big / 3n, -big / 3n - (big % 3n === 0n ? 0n : 1n), 0n));
      expect(
        of(-highest - 1n)
          .floorDivide(-1)
          .bigintsSync(),
      ).toEqual(BigInt64Array.of(-highest - 1n));
      expect(of(big, -big).mod(1000).arraySync()).toEqual([Number(big % 1000n), Number(1000n - (big % 1000n))]);
      expect(
        of(3n, -2n, 2n)
          .pow(of(39n, 3n, -1n))
          .bigintsSync(),
      ).toEqual(BigInt64Array.of(3n ** 39n, -8n, 0n));
      expect(of(big, highest, -5n).sum().bigintsSync()).toEqual(
        BigInt64Array.of(BigInt.asIntN(64, big + highest - 5n)),
      );
      expect(of(big, highest, -5n).max().bigintsSync()).toEqual(BigInt64Array.of(highest));
      expect(of(big, highest, -5n).min().arraySync()).toBe(-5);
      expect(of(1n, -1n).leftShift(40).arraySync()).toEqual([2 ** 40, -(2 ** 40)]);
      expect(
        of(big, big + 1n)
          .less(of(big + 1n, big))
          .arraySync(),
      ).toEqual([1, 0]);
      expect(of(big).cumsum(0).bigintsSync()).toEqual(BigInt64Array.of(big));
    });

    it('sorts, finds, chooses, scatters', () => {
      const x = of(big + 1n, -3n, big, highest);
      expect(x.sort().bigintsSync()).toEqual(BigInt64Array.of(-3n, big, big + 1n, highest));
      expect(x.argsort().arraySync()).toEqual([1, 2, 0, 3]);
      expect(x.argmax().itemSync()).toBe(3);
      expect(x.take(tensor([2, 0], { dtype: 'int32' })).bigintsSync()).toEqual(BigInt64Array.of(big, big + 1n));
      expect(tensor([10, 20, 30]).take(of(2n, 0n)).arraySync()).toEqual([30, 10]);
      expect(() =>
        tensor([10, 20, 30])
          .take(of(2n ** 32n))
          .arraySync(),
      ).toThrow(/outside axis/);
      const sums = zeros([2], { dtype: 'int64' }).scatterAdd(tensor([1, 1], { dtype: 'int32' }), of(big, big));
      expect(sums.bigintsSync()).toEqual(BigInt64Array.of(0n, 2n * big));
      expect(at(x, '1:2').set(of(big)).bigintsSync()).toEqual(BigInt64Array.of(big + 1n, big, big, highest));
    });

    it('converts with one rounding, and saturates', () => {
      const between = 2n ** 60n + 2n ** 36n + 1n; // a hair above the middle of two float32
      expect(of(between).cast('float32').itemSync()).toBe(2 ** 60 + 2 ** 37);
      expect(of(big).cast('float64').itemSync()).toBe(2 ** 53);
      expect(tensor([1e30, -1e30, NaN, -2.9]).cast('int64').bigintsSync()).toEqual(
        BigInt64Array.of(highest, -highest - 1n, 0n, -2n),
      );
      expect(
        of(2n ** 32n + 5n, -1n)
          .cast('int32')
          .arraySync(),
      ).toEqual([5, -1]);
      expect(
        of(2n ** 32n, 0n)
          .cast('bool')
          .arraySync(),
      ).toEqual([1, 0]);
    });

    it('is where whole numbers go that int32 cannot hold', () => {
      const x = tensor([1, 2], { dtype: 'int32' });
      expect(x.add(3e9).dtype).toBe('int64');
      expect(x.add(3e9).arraySync()).toEqual([3000000001, 3000000002]);
      expect(x.add(0.5).dtype).toBe('float32');
      expect(of(1n).add(-0).dtype).toBe('int64');
      expect(of(1n).add(tensor([1])).dtype).toBe('float32');
    });
  });

  it.each(['float16', 'bfloat16', 'int64', 'int8'] as const)(
    '%s passes through sets, batches and data sets',
    (dtype) => {
      const x = tensor([3, 1, 3, 2], { dtype });
      expect(unique(x).arraySync()).toEqual([1, 2, 3]);
      expect(unique(x).dtype).toBe(dtype);
      const [batch] = new TensorDataset(x).batch(Int32Array.of(1, 3));
      expect([batch.dtype, batch.arraySync()]).toEqual([dtype, [1, 2]]);
      const rows = collate([x, x.add(1)]) as Tensor;
      expect([rows.dtype, rows.arraySync()]).toEqual([
        dtype,
        [
          [3, 1, 3, 2],
          [4, 2, 4, 3],
        ],
      ]);
      const labels = tensor(BigInt64Array.of(-1n, 2n ** 62n, -(2n ** 52n)));
      const [picked] = new TensorDataset(labels).batch(Int32Array.of(2, 0, 1));
      expect(picked.bigintsSync()).toEqual(BigInt64Array.of(-(2n ** 52n), -1n, 2n ** 62n));
      expect(unique(tensor(BigInt64Array.of(2n ** 53n, 2n ** 53n + 1n))).size).toBe(2);
    },
  );

  it('NaN is found in 16-bit floats, too', () => {
    const x = tensor([-1, 2], { dtype: 'float16' });
    expect(() => debugNaN((v: Tensor) => v.log())(x)).toThrow(/log/);
  });

  it('shifts by the number of bits or more give 0', () => {
    for (const dtype of ['int8', 'int16', 'int32', 'int64', 'uint8'] as const) {
      const bits = { int8: 8, int16: 16, int32: 32, int64: 64, uint8: 8 }[dtype];
      const counts = tensor([1, bits - 1, bits, 100, -1].slice(0, dtype === 'uint8' ? 4 : 5), { dtype });
      const one = tensor([1], { dtype });
      const zeros = counts.arraySync() as number[];
      expect(one.leftShift(counts).notEqual(0).arraySync()).toEqual(zeros.map((n) => Number(n > 0 && n < bits)));
      expect(one.leftShift(bits).arraySync()).toEqual([0]);
    }
  });
});
