import { describe, expect, it } from 'vitest';
import { IndexError } from '../../base/errors.ts';
import * as build from '../../ir/build.ts';
import { type DType, storedFrom, type TypedArray } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { erf } from './erf.ts';
import { evaluate } from './evaluate.ts';
import { referenceDevice } from './index.ts';
import { ArrayStorage } from './storage.ts';
import { threefry2x32 } from './threefry.ts';

function tensor(values: readonly number[], dtype: DType = 'float32', shape: readonly number[] = [values.length]): Node {
  return build.buffer({ storage: new ArrayStorage(dtype, storedFrom(dtype, values)) }, shape);
}

function run(node: Node): TypedArray {
  return evaluate({ inputs: [], outputs: [node] }, [])[0]!;
}

function values(node: Node): number[] {
  return [...run(node)];
}

describe('elementwise', () => {
  it('rounds float32 results once', () => {
    const third = build.binary('div', tensor([1]), tensor([3]));
    expect(values(third)).toEqual([Math.fround(1 / 3)]);
  });

  it('wraps int32 sums and products', () => {
    expect(values(build.binary('add', tensor([2147483647], 'int32'), tensor([1], 'int32')))).toEqual([-2147483648]);
    expect(values(build.binary('mul', tensor([2147483647], 'int32'), tensor([2147483645], 'int32')))).toEqual([
      Math.imul(2147483647, 2147483645),
    ]);
    expect(values(build.binary('add', tensor([250], 'uint8'), tensor([10], 'uint8')))).toEqual([4]);
  });

  it('floors integer division, gives mod the sign of the divisor, and 0 for a divisor of 0', () => {
    const a = tensor([7, -7, 7, -7, 5], 'int32');
    const b = tensor([3, 3, -3, -3, 0], 'int32');
    expect(values(build.binary('idiv', a, b))).toEqual([2, -3, -3, 2, 0]);
    expect(values(build.binary('mod', a, b))).toEqual([1, 2, -2, -1, 0]);
  });

  it('shifts right logically', () => {
    expect(values(build.binary('shr', tensor([-1, 256], 'int32'), tensor([28, 4], 'int32')))).toEqual([15, 16]);
  });

  it('lets max propagate NaN, and NaN compare false', () => {
    const a = tensor([NaN, 1, NaN]);
    const b = tensor([1, NaN, NaN]);
    expect(values(build.binary('max', a, b))).toEqual([NaN, NaN, NaN]);
    expect(values(build.binary('lt', a, b))).toEqual([0, 0, 0]);
    expect(values(build.binary('eq', a, b))).toEqual([0, 0, 0]);
  });

  it('casts to int toward zero and to bool as ≠ 0', () => {
    expect(values(build.cast(tensor([-1.7, 1.7, 0]), 'int32'))).toEqual([-1, 1, 0]);
    expect(values(build.cast(tensor([-0.5, 0, NaN]), 'bool'))).toEqual([1, 0, 1]);
  });

  it('bitcasts without changing bits', () => {
    expect(values(build.bitcast(tensor([1, -2]), 'int32'))).toEqual([0x3f800000, 0xc0000000 | 0]);
    expect(values(build.bitcast(build.bitcast(tensor([1.5]), 'int32'), 'float32'))).toEqual([1.5]);
  });

  it('chooses by where', () => {
    expect(values(build.where(tensor([1, 0], 'bool'), tensor([1, 2]), tensor([3, 4])))).toEqual([1, 4]);
  });
});

describe('erf', () => {
  // The C library's values.
  it.each([
    [0, 0],
    [1e-10, 1.1283791670955126e-10],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [1.5, 0.9661051464753108],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
    [5, 0.9999999999984626],
  ])('of %d is right to two units in the last place', (x, expected) => {
    expect(Math.abs(erf(x) - expected)).toBeLessThanOrEqual(2 * 2 ** -52 * expected);
    expect(erf(-x)).toBe(-erf(x));
  });

  it('saturates, and keeps NaN', () => {
    expect([erf(Infinity), erf(-30), erf(NaN)]).toEqual([1, -1, NaN]);
  });
});

describe('threefry', () => {
  // The known-answer vectors that the authors publish with Random123.
  it.each([
    [
      [0, 0, 0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [-1, -1, -1, -1],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ] as const)('of key and counter %j is %j', ([k0, k1, c0, c1], [first, second]) => {
    expect(threefry2x32(k0, k1, c0, c1)).toEqual([first | 0, second | 0]);
  });

  it('gives either word or their xor', () => {
    const zero = tensor([0], 'int32');
    const words = (['first', 'second', 'xor'] as const).map(
      (word) => values(build.threefry(zero, zero, zero, word))[0],
    );
    expect(words).toEqual([0x6b200159, 0x99ba4efe | 0, (0x6b200159 ^ 0x99ba4efe) | 0]);
  });
});

describe('reductions', () => {
  const x = tensor([1, 2, 3, 4, 5, 6], 'float32', [2, 3]);

  it('remove their axes', () => {
    expect(values(build.reduce('sum', x, [0]))).toEqual([5, 7, 9]);
    expect(values(build.reduce('amax', x, [1]))).toEqual([3, 6]);
    expect(values(build.reduce('prod', x, [0, 1]))).toEqual([720]);
  });

  it('over an empty axis give their identity', () => {
    const empty = tensor([], 'float32', [2, 0]);
    expect(values(build.reduce('sum', empty, [1]))).toEqual([0, 0]);
    expect(values(build.reduce('amax', empty, [1]))).toEqual([-Infinity, -Infinity]);
    expect(values(build.reduce('prod', empty, [1]))).toEqual([1, 1]);
  });

  it('are computed in double and rounded once', () => {
    expect(values(build.reduce('sum', tensor([2 ** 24, 1, 1, -(2 ** 24)]), [0]))).toEqual([2]);
  });

  it('wrap on int32', () => {
    expect(values(build.reduce('sum', tensor([2147483647, 1], 'int32'), [0]))).toEqual([-2147483648]);
    expect(values(build.reduce('prod', tensor([65537, 65537, 65537], 'int32'), [0]))).toEqual([
      Math.imul(Math.imul(65537, 65537), 65537),
    ]);
  });
});

describe('movement', () => {
  const x = tensor([0, 1, 2, 3, 4, 5], 'float32', [2, 3]);

  it('permutes', () => expect(values(build.permute(x, [1, 0]))).toEqual([0, 3, 1, 4, 2, 5]));
  it('expands to a new axis and stretches one', () => {
    expect(values(build.expand(tensor([1, 2]), [2, 3], [0]))).toEqual([1, 1, 1, 2, 2, 2]);
    expect(values(build.expand(tensor([1, 2], 'float32', [1, 2]), [2, 2]))).toEqual([1, 2, 1, 2]);
  });
  it('pads around and between', () => {
    expect(values(build.pad(tensor([1, 2]), { low: [1], high: [2], interior: [1], value: 9 }))).toEqual([
      9, 1, 9, 2, 9, 9,
    ]);
  });
  it('shrinks by steps', () => expect(values(build.shrink(x, [0, 0], [2, 2], [1, 2]))).toEqual([0, 2, 3, 5]));
  it('flips', () => expect(values(build.flip(x, [1]))).toEqual([2, 1, 0, 5, 4, 3]));
  it('slides windows over an axis', () => {
    const windows = build.expand(tensor([0, 1, 2, 3, 4]), [5, 2], [0]);
    expect(values(build.slide(windows, 2, { axis: 0, window: 1, stride: 2, dilation: 2 }))).toEqual([0, 2, 2, 4]);
  });
  it('unslides windows to where they came from', () => {
    const windows = tensor([1, 2, 3, 4], 'float32', [2, 2]);
    // Rows are input positions, columns are window elements: window i, element k lands at 2i + 2k.
    expect(values(build.unslide(windows, 5, { axis: 0, window: 1, stride: 2, dilation: 2 }))).toEqual([
      1, 0, 0, 0, 3, 2, 0, 0, 0, 4,
    ]);
  });
});

describe('indexing', () => {
  const x = tensor([0, 1, 2, 3, 4, 5], 'float32', [2, 3]);
  const index = tensor([2, 0, 1, 1], 'int32', [2, 2]);

  it('gathers and scatters along an axis', () => {
    expect(values(build.gather(x, index, 1))).toEqual([2, 0, 4, 4]);
    expect(values(build.scatterAdd(tensor([1, 2, 3, 4], 'float32', [2, 2]), index, 1, 3))).toEqual([2, 0, 1, 0, 7, 0]);
  });

  it('refuses an index outside the axis', () => {
    const outside = tensor([12, 0], 'int32');
    const ten = tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(() => run(build.gather(ten, outside, 0))).toThrow(
      new IndexError('gather: index 12 is outside axis 0 of size 10'),
    );
    expect(() => run(build.scatterAdd(tensor([1, 1]), outside, 0, 10))).toThrow(
      'scatterAdd: index 12 is outside axis 0 of size 10',
    );
    expect(() => run(build.gather(ten, tensor([-1], 'int32'), 0))).toThrow(IndexError);
  });
});

describe('the reference device', () => {
  it('swaps two inputs that are also its outputs', () => {
    const [a, b] = [build.param(0, [1], 'float32'), build.param(1, [1], 'float32')];
    const executable = referenceDevice.compile({ inputs: [a, b], outputs: [b, a] });
    const storages = [
      referenceDevice.store('float32', Float32Array.of(1)),
      referenceDevice.store('float32', Float32Array.of(2)),
    ];
    executable.run(storages, storages);
    expect(storages.map((storage) => storage.read()[0])).toEqual([2, 1]);
  });

  it('shows the graph as its only stage', () => {
    const a = build.param(0, [2], 'float32');
    const y = build.binary('mul', a, build.constant(3, [2]));
    expect(referenceDevice.compile({ inputs: [a], outputs: [y] }).stages()).toEqual([
      {
        title: 'graph',
        text: '%0 = param float32 (2,) {index: 0}\n%1 = const float32 (2,) {value: 3}\n%2 = mul float32 (2,) %0 %1\nreturn %2',
      },
    ]);
  });
});
