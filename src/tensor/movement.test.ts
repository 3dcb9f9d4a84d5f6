import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/arrays.ts';
import { testDevices } from '../../test/devices.ts';
import { device } from '../runtime/registry.ts';
import { arange, tensor } from './creation.ts';
import { concat, split, stack } from './functions.ts';
import { gradients } from './gradients.ts';

describe.each(testDevices)('movement on %s', (name) => {
  beforeAll(() => {
    device(name);
  });
  const x = arange(6).reshape(2, 3).cast('float32');

  it('reshape computes the size given as −1', () => {
    expect(x.reshape(-1).shape).toEqual([6]);
    expect(x.reshape(3, -1).shape).toEqual([3, 2]);
    expect(() => x.reshape(4, -1)).toThrow(/reshape: \(2, 3\) has 6 elements/);
  });

  it('flatten, squeeze and unsqueeze only rename places', () => {
    expect(x.reshape(1, 2, 3, 1).squeeze().shape).toEqual([2, 3]);
    expect(x.reshape(1, 2, 3, 1).squeeze(0).shape).toEqual([2, 3, 1]);
    // @ts-expect-error the types say so, too
    expect(() => x.squeeze(0)).toThrow(/only 1 can be dropped/);
    expect(x.unsqueeze(-1).shape).toEqual([2, 3, 1]);
    expect(x.reshape(1, 2, 3).flatten(1).shape).toEqual([1, 6]);
  });

  it('transposes and permutations', () => {
    expectClose(
      x.T,
      [
        [0, 3],
        [1, 4],
        [2, 5],
      ],
      0,
    );
    expectClose(
      x.permute(1, 0),
      [
        [0, 3],
        [1, 4],
        [2, 5],
      ],
      0,
    );
    expect(x.unsqueeze(0).transpose().shape).toEqual([1, 3, 2]);
    expect(x.unsqueeze(0).transpose(0, 1).shape).toEqual([2, 1, 3]);
  });

  it('expand keeps the sizes given as −1 and refuses what does not stretch', () => {
    expectClose(
      tensor([[1], [2]]).expand(-1, 2),
      [
        [1, 1],
        [2, 2],
      ],
      0,
    );
    expect(() => x.expand(2, 4)).toThrow(/do not broadcast|does not stretch/);
  });

  it.each([
    [[1], [3], undefined],
    [[-2], undefined, undefined],
    [[null], [null], [-1]],
    [[7], [1], [-2]],
    [[-3], [-9], [-1]],
    [[2], [100], [3]],
    [[5], [2], undefined],
  ] as const)('slice %j %j %j follows Array and NumPy', (start, stop, step) => {
    const n = 8;
    const all = Array.from({ length: n }, (_, i) => i);
    expectClose(arange(n).slice(start, stop, step), pythonSlice(all, start[0], stop?.[0] ?? null, step?.[0] ?? 1), 0);
  });

  it('slices axes separately, and its gradient puts zeros elsewhere', () => {
    expectClose(x.slice([0, 1], [1]), [[1, 2]], 0);
    expectClose(x.slice(1), [[3, 4, 5]], 0);
    const g = gradients(x.slice([0, 0], [null, null], [1, 2]).sum(), x);
    expectClose(
      g,
      [
        [1, 0, 1],
        [1, 0, 1],
      ],
      0,
    );
  });

  it('at drops the axis', () => {
    expectClose(x.at(-1), [3, 4, 5], 0);
    expectClose(x.at(1, 1), [1, 4], 0);
    expect(() => x.at(2)).toThrow(/at: 2 is not a place/);
  });

  it('pads with a value, the last axes first named', () => {
    expectClose(tensor([1]).pad([[1, 2]], 9), [9, 1, 9, 9], 0);
    expect(x.pad(1).shape).toEqual([4, 5]);
    expect(x.pad([1]).shape).toEqual([2, 5]);
  });

  it('concat, stack and split undo each other', () => {
    const [a, b] = split(x, [1, 2], 1);
    expectClose(
      concat([a!, b!], 1),
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      0,
    );
    expectClose(
      stack([x.at(0), x.at(1)]),
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      0,
    );
    expectClose(
      stack([x.at(0), x.at(1)], -1),
      [
        [0, 3],
        [1, 4],
        [2, 5],
      ],
      0,
    );
    expect(split(x, 3, 1).map((part) => part.shape)).toEqual([
      [2, 1],
      [2, 1],
      [2, 1],
    ]);
    expect(() => split(x, 2, 1)).toThrow(/does not divide/);
    expectClose(concat([tensor([true]), tensor([false])]), [1, 0], 0);
    expectClose(concat([tensor([]), tensor([NaN, Infinity])]), [NaN, Infinity], 0);
    expect(() => concat([x, x.T])).toThrow(/concat/);
  });

  it('flip, tile and repeat', () => {
    expectClose(
      x.flip(1),
      [
        [2, 1, 0],
        [5, 4, 3],
      ],
      0,
    );
    expectClose(
      x.flip(),
      [
        [5, 4, 3],
        [2, 1, 0],
      ],
      0,
    );
    expectClose(
      tensor([1, 2]).tile(2, 2),
      [
        [1, 2, 1, 2],
        [1, 2, 1, 2],
      ],
      0,
    );
    expectClose(
      tensor([
        [1, 2],
        [3, 4],
      ]).repeat(2, 1),
      [
        [1, 1, 2, 2],
        [3, 3, 4, 4],
      ],
      0,
    );
  });
});

/** Python's slicing, word for word. */
function pythonSlice(list: readonly number[], start: number | null, stop: number | null, step: number): number[] {
  const n = list.length;
  const [lower, upper] = step > 0 ? [0, n] : [-1, n - 1];
  const bound = (value: number | null, otherwise: number): number =>
    value === null ? otherwise : Math.min(upper, Math.max(lower, value < 0 ? value + n : value));
  const result: number[] = [];
  const first = bound(start, step > 0 ? lower : upper);
  const end = bound(stop, step > 0 ? upper : lower);
  for (let i = first; step > 0 ? i < end : i > end; i += step) result.push(list[i]!);
  return result;
}
