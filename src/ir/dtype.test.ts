import { describe, expect, it } from 'vitest';
import {
  convert,
  type DType,
  dtypes,
  dtypesWhere,
  infoOf,
  isLossless,
  numbersOf,
  promote,
  storedFrom,
} from './dtype.ts';

const all = dtypesWhere('float', 'int', 'bool');

describe('promotion', () => {
  it('does not depend on the order, and is one of the two where one holds the other', () => {
    for (const a of all)
      for (const b of all) {
        expect(promote(a, b)).toBe(promote(b, a));
        expect(promote(a, a)).toBe(a);
        if (infoOf(a).kind === infoOf(b).kind && isLossless(a, b)) expect(promote(a, b)).toBe(b);
      }
  });

  it('does not depend on which two meet first', () => {
    for (const a of all)
      for (const b of all) for (const c of all) expect(promote(promote(a, b), c)).toBe(promote(a, promote(b, c)));
  });

  it.each([
    ['int8', 'uint8', 'int16'],
    ['int32', 'float16', 'float16'],
    ['float16', 'bfloat16', 'float32'],
    ['bool', 'int8', 'int8'],
    ['int64', 'float16', 'float16'],
    ['int64', 'int32', 'int64'],
  ] as const)('%s and %s meet in %s', (a, b, both) => expect(promote(a, b)).toBe(both));
});

describe('conversion', () => {
  it.each([
    ['float32', 'int8', [1.9, -1.9, 200, -200, Infinity, NaN], [1, -1, 127, -128, 127, 0]],
    ['float64', 'int32', [2 ** 31, -(2 ** 31) - 1, -Infinity], [2 ** 31 - 1, -(2 ** 31), -(2 ** 31)]],
    ['float16', 'uint8', [-1, 255.5, 300], [0, 255, 255]],
    ['int32', 'int8', [127, 128, -129, 300], [127, -128, 127, 44]],
    ['int16', 'uint8', [-1, 256], [255, 0]],
    ['float32', 'bool', [0, -0, 0.1, NaN], [0, 0, 1, 1]],
    ['int32', 'float16', [65519, 65520, 2049], [65504, Infinity, 2048]],
    ['float64', 'bfloat16', [1 + 2 ** -8, 1 + 2 ** -8 + 2 ** -40], [1, 1 + 2 ** -7]],
  ] as const)('of %s to %s', (from, to, values, expected) => {
    expect(values.map((x) => convert(from, to, x) + 0)).toEqual(expected);
  });

  it('is the identity where nothing is lost', () => {
    const samples = (dtype: DType): number[] => {
      const { lowest, highest } = dtypes[dtype];
      return [0, 1, Math.max(lowest, -highest), highest];
    };
    for (const a of all)
      for (const b of all)
        // The highest int64 is no number here.
        if (a !== 'int64' && isLossless(a, b))
          for (const x of samples(a)) expect([a, b, convert(a, b, x)]).toEqual([a, b, x]);
  });
});

it('numbers come back from storage', () => {
  for (const dtype of all) expect([...numbersOf(dtype, storedFrom(dtype, [0, 1]))]).toEqual([0, 1]);
  expect([...storedFrom('bool', [2, NaN, 0])]).toEqual([1, 1, 0]);
  expect([...storedFrom('float16', [1])]).toEqual([0x3c00]);
});
