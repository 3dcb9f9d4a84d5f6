import { describe, expect, it } from 'vitest';
import { DTypeError, type FathomError, IndexError, ShapeError } from '../base/errors.ts';
import { ArrayStorage } from '../runtime/reference/storage.ts';
import * as build from './build.ts';
import type { Node } from './node.ts';

const x = build.param(0, [2, 3], 'float32');
const y = build.param(1, [3, 2], 'float32');
const n = build.param(2, [2, 3], 'int32');
const bits = build.param(3, [2, 3], 'bool');
const slideOf = { axis: 0, window: 1, stride: 1, dilation: 1 };

const shapeErrors: [string, () => Node, string][] = [
  [
    'a negative size',
    () => build.constant(0, [2, -1]),
    'constant: (2, -1) is not a shape; sizes are whole numbers from 0 up',
  ],
  ['a fractional size', () => build.iota([1.5], 0), 'iota: (1.5,) is not a shape; sizes are whole numbers from 0 up'],
  [
    'too many elements',
    () => build.constant(0, [65536, 32768]),
    'constant: (65536, 32768) has more than 2^31 - 1 elements',
  ],
  [
    'values that do not fill the shape',
    () => build.buffer({ storage: new ArrayStorage('float32', new Float32Array(5)) }, [2, 3]),
    'tensor: 5 values do not fill shape (2, 3), which has 6',
  ],
  ['operands of two shapes', () => build.binary('add', x, y), 'add: shapes (2, 3) and (3, 2) differ'],
  ['where of two shapes', () => build.where(bits, x, y), 'where: shapes (2, 3), (2, 3) and (3, 2) differ'],
  [
    'reshape to another count',
    () => build.reshape(x, [4]),
    'reshape: (2, 3) has 6 elements, (4,) has 4; the counts must be equal (one size may be -1 to be computed)',
  ],
  [
    'permute that repeats an axis',
    () => build.permute(x, [0, 0]),
    'permute: [0, 0] does not name each of the 2 axes of (2, 3) once',
  ],
  [
    'expand of a size that is not 1',
    () => build.expand(x, [2, 4]),
    'expand: (2, 3) does not stretch to (2, 4); sizes must be equal or 1',
  ],
  [
    'expand to fewer axes',
    () => build.expand(x, [3]),
    'expand: (2, 3) does not stretch to (3,); sizes must be equal or 1',
  ],
  [
    'negative padding',
    () => build.pad(x, { low: [0, -1], high: [0, 0] }),
    'pad: expected a whole number from 0 up for each of the 2 axes, got low [0, -1], high [0, 0]',
  ],
  [
    'windows that reach past the end',
    () => build.slide(x, 1, slideOf),
    'slide: 1 windows of 3 (stride 1, dilation 1) reach index 2 of axis 0 of (2, 3); pad the input or use fewer',
  ],
  [
    'an index of another shape',
    () => build.gather(x, build.param(0, [4, 1], 'int32'), 1),
    'gather: index (4, 1) and values (2, 3) may differ along axis 1 only',
  ],
  [
    'scatterAdd of two shapes',
    () => build.scatterAdd(x, build.param(0, [2, 1], 'int32'), 1, 3),
    'scatterAdd: values (2, 3) and index (2, 1) differ',
  ],
];

const dtypeErrors: [string, () => Node, string][] = [
  [
    'exp of integers',
    () => build.unary('exp', n),
    "exp: expected float32 or float64 or float16 or bfloat16, got int32; convert with .cast('float32')",
  ],
  [
    'neg of bool',
    () => build.unary('neg', bits),
    "neg: expected float32 or float64 or float16 or bfloat16 or int32 or int64 or int16 or int8 or uint8, got bool; convert with .cast('float32')",
  ],
  [
    'operands of two dtypes',
    () => build.binary('add', x, n),
    'add: operands are float32 and int32; convert one with .cast()',
  ],
  [
    'shifting floats',
    () => build.binary('shl', x, x),
    "shl: expected int32 or int64 or int16 or int8 or uint8, got float32; convert with .cast('int32')",
  ],
  [
    'bitcast to another width',
    () => build.bitcast(x, 'float64'),
    'bitcast: expected float32 ↔ int32, got float32 → float64',
  ],
  [
    'a condition that is not bool',
    () => build.where(n, x, x),
    'where: the condition must be bool, got int32; compare it first, e.g. x.notEqual(0)',
  ],
  [
    'where of two dtypes',
    () => build.where(bits, x, n),
    'where: the two values are float32 and int32; convert one with .cast()',
  ],
  [
    'a sum of bool',
    () => build.reduce('sum', bits, [0]),
    "sum: expected a number, got bool; convert with .cast('int32')",
  ],
  [
    'a float index',
    () => build.gather(x, x, 0),
    "gather: the index must be int32, got float32; convert with .cast('int32')",
  ],
  ['a float key', () => build.threefry(x, n, n, 'first'), 'threefry: expected int32, got float32'],
];

const indexErrors: [string, () => Node, string][] = [
  [
    'a slice past the end',
    () => build.shrink(x, [0, 2], [2, 2]),
    'slice: 2 elements from 2 by 1 are not all inside axis 1 of (2, 3)',
  ],
  [
    'a slice that steps past the end',
    () => build.shrink(x, [0, 0], [2, 3], [1, 2]),
    'slice: 3 elements from 0 by 2 are not all inside axis 1 of (2, 3)',
  ],
  [
    'a slice that starts before 0',
    () => build.shrink(x, [-1, 0], [1, 3]),
    'slice: 1 elements from -1 by 1 are not all inside axis 0 of (2, 3)',
  ],
  [
    'gather from nothing',
    () => build.gather(build.param(0, [0], 'float32'), build.param(1, [1], 'int32'), 0),
    'gather: axis 0 of (0,) is empty; there is nothing to take',
  ],
];

describe('constructors refuse, and say what is wrong', () => {
  const of = (type: new (message: string) => FathomError, cases: [string, () => Node, string][]): void => {
    it.each(cases)('%s', (_, make, message) => {
      expect(make).toThrow(new type(message));
    });
  };
  of(ShapeError, shapeErrors);
  of(DTypeError, dtypeErrors);
  of(IndexError, indexErrors);
});

describe('constructors fold', () => {
  const half = build.constant(0.5, [2, 3]);

  it('what neutral elements leave alone', () => {
    expect(build.binary('add', x, build.constant(0, [2, 3]))).toBe(x);
    expect(build.binary('mul', build.constant(1, [2, 3]), x)).toBe(x);
    expect(build.binary('div', x, build.constant(1, [2, 3]))).toBe(x);
  });

  it('what undoes itself', () => {
    expect(build.unary('neg', build.unary('neg', x))).toBe(x);
    expect(build.permute(build.permute(x, [1, 0]), [1, 0])).toBe(x);
    expect(build.reshape(build.reshape(x, [6]), [2, 3])).toBe(x);
  });

  it('constants, in their dtype', () => {
    expect(build.constantValue(build.binary('add', half, half))).toBe(1);
    const large = build.constant(65537, [1], 'int32');
    expect(build.constantValue(build.binary('mul', large, large))).toBe(Math.imul(65537, 65537));
    expect(build.constantValue(build.cast(build.constant(-1.7, []), 'int32'))).toBe(-1);
    expect(build.constantValue(build.constant(0.1))).toBe(Math.fround(0.1));
  });

  it('where with a known condition', () => {
    expect(build.where(build.constant(1, [2, 3], 'bool'), x, half)).toBe(x);
    expect(build.where(build.constant(0, [2, 3], 'bool'), x, half)).toBe(half);
  });

  it('expands of expands into one', () => {
    const column = build.param(0, [2, 1], 'float32');
    const twice = build.expand(build.expand(column, [2, 3]), [4, 2, 3]);
    expect(twice.inputs[0]).toBe(column);
    expect(twice.attributes).toEqual({ axes: [1, 2] });
  });

  it('nothing that would hide a NaN', () => {
    expect(build.binary('mul', x, build.constant(0, [2, 3])).op).toBe('mul');
  });
});
