import { describe, expect, it } from 'vitest';
import { tensor } from './creation.ts';
import { canCast, finfo, iinfo, promoteTypes, resultType } from './dtypes.ts';

describe('dtypes', () => {
  it('meet as the table says, and numbers give way', () => {
    expect(promoteTypes('float16', 'bfloat16')).toBe('float32');
    expect(resultType(tensor([1], { dtype: 'float16' }), 'int32', 1e-3)).toBe('float16');
    expect(resultType('uint8', 255)).toBe('uint8');
    expect(resultType('uint8', 256)).toBe('int32');
    expect(resultType('int32', 2 ** 40)).toBe('int64');
    expect(resultType(1, 2)).toBe('float32');
    expect(tensor([1], { dtype: 'uint8' }).add(256).dtype).toBe(resultType('uint8', 256));
  });

  it('are cast without loss where each value survives', () => {
    expect([canCast('int16', 'float32'), canCast('int16', 'float16'), canCast('int64', 'float64')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([canCast('bool', 'bfloat16'), canCast('uint8', 'int8'), canCast('float16', 'bfloat16')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  // numpy.finfo, ml_dtypes.finfo and numpy.iinfo
  it.each([
    ['float16', 2 ** -10, 65504, 2 ** -14],
    ['bfloat16', 2 ** -7, 3.3895313892515355e38, 2 ** -126],
    ['float32', 2 ** -23, 3.4028234663852886e38, 2 ** -126],
    ['float64', 2 ** -52, 1.7976931348623157e308, 2 ** -1022],
  ] as const)('%s has its limits', (dtype, eps, max, tiny) => {
    expect(finfo(dtype)).toMatchObject({ eps, max, min: -max, tiny });
  });

  it('of integers have theirs', () => {
    expect(iinfo('int64')).toEqual({ bits: 64, min: -(2n ** 63n), max: 2n ** 63n - 1n });
    expect(iinfo('uint8')).toEqual({ bits: 8, min: 0n, max: 255n });
    expect(() => iinfo('float32')).toThrow('use finfo');
    expect(() => finfo('bool')).toThrow('expected a float dtype');
  });
});
