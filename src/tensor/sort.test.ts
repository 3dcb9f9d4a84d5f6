import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/arrays.ts';
import { testDevices } from '../../test/devices.ts';
import { TraceError } from '../base/errors.ts';
import { device } from '../runtime/registry.ts';
import { compile } from './compile.ts';
import { tensor, zeros } from './creation.ts';
import { gradients } from './gradients.ts';
import { argwhere, bincount, histogram, nonzero, searchsorted, unique, uniqueAll } from './ordering.ts';
import type { Tensor } from './tensor.ts';

const int = (values: number[]): Tensor => tensor(values, { dtype: 'int32' });

describe.each(testDevices)('on %s', (name) => {
  beforeAll(() => void device(name));

  it('sorts along any axis, with places, NaN last', () => {
    const x = tensor([
      [3, NaN, 1],
      [0, 5, -2],
    ]);
    expect(x.sort().arraySync()).toEqual([
      [1, 3, NaN],
      [-2, 0, 5],
    ]);
    expect(x.sort(0).arraySync()).toEqual([
      [0, 5, -2],
      [3, NaN, 1],
    ]);
    expect(x.argsort(0).arraySync()).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ]);
    expect(x.sort(-1, { descending: true }).arraySync()).toEqual([
      [NaN, 3, 1],
      [5, 0, -2],
    ]);
    expect(x.argsort(1).dtype).toBe('int32');
  });

  it('sorts nothing and scalars of a row', () => {
    expect(zeros([0, 3]).sort(0).shape).toEqual([0, 3]);
    expect(zeros([3, 0]).argsort().arraySync()).toEqual([[], [], []]);
    expect(tensor([7]).sort().arraySync()).toEqual([7]);
  });

  it('sends the gradient of a sort back to where elements came from', () => {
    const x = tensor([3, 1, 2]);
    const weights = tensor([10, 20, 30]);
    expect(gradients(x.sort().mul(weights).sum(), x).arraySync()).toEqual([30, 10, 20]);
    expect(gradients(x.sort(0, { descending: true }).mul(weights).sum(), x).arraySync()).toEqual([10, 30, 20]);
    expect(
      gradients(
        x
          .topk(2)
          .values.mul(tensor([1, 2]))
          .sum(),
        x,
      ).arraySync(),
    ).toEqual([1, 0, 2]);
    expect(gradients(x.median(), x).arraySync()).toEqual([0, 0, 1]);
  });

  it('finds the k largest or smallest', () => {
    const { values, indices } = tensor([[1, 4, 4, 2]]).topk(3);
    expect(values.arraySync()).toEqual([[4, 4, 2]]);
    expect(indices.arraySync()).toEqual([[1, 2, 3]]);
    expect(tensor([5, 1, 3]).topk(2, { largest: false }).values.arraySync()).toEqual([1, 3]);
    expect(() => tensor([1]).topk(2)).toThrow('topk: 2 of 1 elements along axis 0 of (1,); use 0 to 1');
  });

  it('runs sums, products and extremes along an axis', () => {
    const x = tensor([
      [1, 3, 2],
      [4, 0, 6],
    ]);
    expect(x.cumsum().arraySync()).toEqual([
      [1, 4, 6],
      [4, 4, 10],
    ]);
    expect(x.cumsum(0).arraySync()).toEqual([
      [1, 3, 2],
      [5, 3, 8],
    ]);
    expect(x.cumprod(1).arraySync()).toEqual([
      [1, 3, 6],
      [4, 0, 0],
    ]);
    expect(x.cummax(1).arraySync()).toEqual([
      [1, 3, 3],
      [4, 4, 6],
    ]);
    expect(x.cummin(1).arraySync()).toEqual([
      [1, 1, 1],
      [4, 0, 0],
    ]);
    expect(tensor([1, NaN, 3, 0]).cummax().arraySync()).toEqual([1, NaN, NaN, NaN]);
    expect(tensor([true, true]).cumsum().dtype).toBe('int32');
  });

  it('knows the gradients of running sums, products and extremes, zeros among the factors', () => {
    const weights = tensor([1, 10, 100, 1000]);
    const gradient = (f: (x: Tensor) => Tensor, values: number[]): unknown => {
      const x = tensor(values);
      return gradients(f(x).mul(weights).sum(), x).arraySync();
    };
    expect(gradient((x) => x.cumsum(), [1, 2, 3, 4])).toEqual([1111, 1110, 1100, 1000]);
    expect(gradient((x) => x.cumprod(), [2, 3, 5, 7])).toEqual([
      1 + 30 + 1500 + 105000,
      20 + 1000 + 70000,
      42600,
      30000,
    ]);
    expect(gradient((x) => x.cumprod(), [2, 0, 5, 7])).toEqual([1, 20 + 1000 + 70000, 0, 0]);
    expect(gradient((x) => x.cumprod(), [2, 0, 0, 7])).toEqual([1, 20, 0, 0]);
    expect(gradient((x) => x.cummax(), [1, 3, 2, 4])).toEqual([1, 110, 0, 1000]);
  });

  it('computes quantiles as NumPy does', () => {
    const x = tensor([
      [1, 2, 3, 4],
      [10, 30, 20, 70],
    ]);
    expect(x.median().itemSync()).toBe(7);
    expect(x.median(1).arraySync()).toEqual([2.5, 25]);
    expectClose(x.quantile([0, 0.3, 1], 1), [[1, 10], [1.9, 19], [4, 70]], 1e-6); // prettier-ignore
    expect(x.quantile(0.3, 1, { method: 'lower' }).arraySync()).toEqual([1, 10]);
    expect(x.quantile(0.3, 1, { method: 'higher' }).arraySync()).toEqual([2, 20]);
    expect(x.quantile(0.3, 1, { method: 'nearest', keepDims: true }).arraySync()).toEqual([[2], [20]]);
    expect(tensor([1, NaN, 2]).median().itemSync()).toBeNaN();
    expect(x.median([0, 1], { keepDims: true }).shape).toEqual([1, 1]);
  });

  it('searches, counts and bins', () => {
    expect(searchsorted(tensor([1, 3, 5]), tensor([[3, 4], [0, 9]])).arraySync()).toEqual([[1, 2], [0, 3]]); // prettier-ignore
    expect(searchsorted(tensor([1, 3, 5]), 3, { side: 'right' }).itemSync()).toBe(2);
    expect(bincount(int([0, 2, 2])).arraySync()).toEqual([1, 0, 2]);
    expect(bincount(int([1]), { minLength: 4, weights: tensor([0.5]) }).arraySync()).toEqual([0, 0.5, 0, 0]);
    expect(() => bincount(int([-1])).arraySync()).toThrow('scatterAdd: index -1 is outside axis');
    const { counts, edges } = histogram(tensor([1, 2, 3, 4, 5, 5]), 4);
    expect(counts.arraySync()).toEqual([1, 1, 1, 3]);
    expect(edges.arraySync()).toEqual([1, 2, 3, 4, 5]);
    const outside = histogram(tensor([-1, 0, 0.5, 1, 2, NaN]), tensor([0, 0.5, 1]), { density: true });
    expectClose(outside.counts, [2 / 3, 4 / 3], 1e-6);
    expect(histogram(tensor([]), 2).counts.arraySync()).toEqual([0, 0]);
    expect(histogram(tensor([3, 3]), 2).edges.arraySync()).toEqual([2.5, 3, 3.5]);
  });

  it('finds what is different and what is not 0', () => {
    const { values, indices, inverse, counts } = uniqueAll(tensor([[3, 1], [NaN, 3], [NaN, 1]])); // prettier-ignore
    expect(values.arraySync()).toEqual([1, 3, NaN]);
    expect(indices.arraySync()).toEqual([1, 0, 2]);
    expect(inverse.arraySync()).toEqual([[1, 0], [2, 1], [2, 0]]); // prettier-ignore
    expect(counts.arraySync()).toEqual([2, 2, 2]);
    expect(unique(tensor([])).shape).toEqual([0]);
    expect(unique(tensor([true, false, true])).dtype).toBe('bool');
    const x = tensor([[0, 5], [6, 0], [0, 7]]); // prettier-ignore
    expect(nonzero(x).map((places) => places.arraySync())).toEqual([[0, 1, 2], [1, 0, 1]]); // prettier-ignore
    expect(argwhere(x).arraySync()).toEqual([[0, 1], [1, 0], [2, 1]]); // prettier-ignore
  });

  it('runs inside compile, where only what depends on values is refused', () => {
    const f = compile((x: Tensor) => x.mul(2).sort().cumsum().add(1));
    expect(f(tensor([3, 1, 2])).arraySync()).toEqual([3, 7, 13]);
    expect(f(tensor([0, 0, 1])).arraySync()).toEqual([1, 1, 3]);
    expect(() => compile((x: Tensor) => unique(x))(tensor([1]))).toThrow(TraceError);
    expect(() => compile((x: Tensor) => nonzero(x))(tensor([1]))).toThrow(/^nonzero: this tensor has no value while/);
    expect(compile((x: Tensor) => bincount(x, { length: 2 }))(int([1, 1])).arraySync()).toEqual([0, 2]);
  });
});
