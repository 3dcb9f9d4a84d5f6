import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/arrays.ts';
import { testDevices } from '../../test/devices.ts';
import { device } from '../runtime/registry.ts';
import { arange, tensor } from './creation.ts';
import { where } from './functions.ts';
import { gradients } from './gradients.ts';
import type { Tensor } from './tensor.ts';

/** Float32 has 24 bits; a handful of roundings and functions good to 2 ulp stay within this. */
const TOLERANCE = 1e-6;
/** Float64 on every device, where only compositions are under test. */
const FINE = 1e-12;

const points = [-30, -5, -2.5, -1, -0.5, -1e-3, -1e-6, 0, 1e-6, 1e-3, 0.3, 1, 2, 4.5, 20];
const positive = [1e-6, 1e-3, 0.2, 1, 2, 7.5, 1000];

const functions: readonly [
  string,
  readonly number[],
  (x: Tensor) => Tensor,
  (x: number) => number,
  (x: number) => number,
][] = [
  ['exp', points, (x) => x.exp(), Math.exp, Math.exp],
  ['expm1', points, (x) => x.expm1(), Math.expm1, Math.exp],
  ['log', positive, (x) => x.log(), Math.log, (x) => 1 / x],
  ['log1p', [-0.9, -0.5, -1e-4, -1e-8, 0, 1e-8, ...positive], (x) => x.log1p(), Math.log1p, (x) => 1 / (1 + x)],
  ['sqrt', positive, (x) => x.sqrt(), Math.sqrt, (x) => 0.5 / Math.sqrt(x)],
  ['rsqrt', positive, (x) => x.rsqrt(), (x) => 1 / Math.sqrt(x), (x) => -0.5 / (x * Math.sqrt(x))],
  ['reciprocal', positive, (x) => x.reciprocal(), (x) => 1 / x, (x) => -1 / (x * x)],
  ['sin', points, (x) => x.sin(), Math.sin, Math.cos],
  ['cos', points, (x) => x.cos(), Math.cos, (x) => -Math.sin(x)],
  ['tan', [-1, 0, 0.5, 1.2], (x) => x.tan(), Math.tan, (x) => 1 / Math.cos(x) ** 2],
  ['tanh', points, (x) => x.tanh(), Math.tanh, (x) => 1 / Math.cosh(x) ** 2],
  ['sigmoid', points, (x) => x.sigmoid(), sigmoid, (x) => sigmoid(x) * sigmoid(-x)],
  ['softplus', points, (x) => x.softplus(), softplus, sigmoid],
  ['silu', points, (x) => x.silu(), (x) => x * sigmoid(x), (x) => sigmoid(x) + x * sigmoid(x) * sigmoid(-x)],
  ['relu', points, (x) => x.relu(), (x) => Math.max(x, 0), (x) => Number(x > 0)],
  ['abs', points, (x) => x.abs(), Math.abs, Math.sign],
  ['square', points, (x) => x.square(), (x) => x * x, (x) => 2 * x],
  ['cube', points, (x) => x.pow(3), (x) => x ** 3, (x) => 3 * x * x],
  ['power 2.5', positive.slice(0, -1), (x) => x.pow(2.5), (x) => x ** 2.5, (x) => 2.5 * x ** 1.5],
  ['power −2', positive.slice(1), (x) => x.pow(-2), (x) => x ** -2, (x) => -2 * x ** -3],
];

function sigmoid(x: number): number {
  return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

describe.each(testDevices)('elementwise on %s', (name) => {
  beforeAll(() => {
    device(name);
  });

  it.each(functions)('%s and its gradient agree with Math in float64', (_, xs, f, value, slope) => {
    const x = tensor([...xs], { dtype: 'float64' });
    expectClose(f(x), xs.map(value), FINE);
    expectClose(gradients(f(x).sum(), x), xs.map(slope), FINE);
  });

  it.each(functions)('%s agrees with Math in float32', (_, xs, f, value) => {
    const exact = [...new Float32Array(xs)];
    expectClose(f(tensor(exact)), exact.map(value), TOLERANCE);
  });

  it('extreme arguments give limits, not NaN', () => {
    const x = tensor([-Infinity, -1000, 1000, Infinity]);
    expectClose(x.sigmoid(), [0, 0, 1, 1], 0);
    expectClose(x.softplus(), [0, 0, 1000, Infinity], 0);
    expectClose(x.tanh(), [-1, -1, 1, 1], 0);
    expectClose(x.expm1(), [-1, -1, Infinity, Infinity], 0);
    expectClose(x.log1p(), [NaN, NaN, Math.log1p(1000), Infinity], TOLERANCE);
    expectClose(gradients(x.sigmoid().sum(), x), [0, 0, 0, 0], 0);
  });

  it('a number takes the tensor’s dtype, unless that cannot hold it', () => {
    const int = tensor([1, 2], { dtype: 'int32' });
    expect(int.add(1).dtype).toBe('int32');
    expect(int.mul(0.5).dtype).toBe('float32');
    expect(tensor([true]).add(1).dtype).toBe('int32');
    expect(tensor([1], { dtype: 'uint8' }).mul(-1).dtype).toBe('int32');
    expect(tensor([1], { dtype: 'float64' }).add(0.1).dtype).toBe('float64');
    expectClose(tensor([1], { dtype: 'float64' }).add(0.1), [1.1], 1e-16);
  });

  it('two tensors broadcast and meet in the larger dtype', () => {
    const sum = arange(3)
      .unsqueeze(1)
      .add(tensor([0.5, 1.5]));
    expect(sum.dtype).toBe('float32');
    expectClose(
      sum,
      [
        [0.5, 1.5],
        [1.5, 2.5],
        [2.5, 3.5],
      ],
      0,
    );
    // @ts-expect-error the types say so, too
    expect(() => tensor([1, 2]).add(tensor([1, 2, 3]))).toThrow(/add: shapes \(2,\) and \(3,\) do not broadcast/);
  });

  it('integer division floors, and remainders have the sign of the divisor', () => {
    const a = tensor([7, -7, 7, -7], { dtype: 'int32' });
    const b = tensor([2, 2, -2, -2], { dtype: 'int32' });
    expectClose(a.floorDivide(b), [3, -4, -4, 3], 0);
    expectClose(a.mod(b), [1, 1, -1, -1], 0);
    expectClose(a.div(b), [3.5, -3.5, -3.5, 3.5], 0);
    expectClose(tensor([5.5, -5.5]).mod(2), [1.5, 0.5], 0);
  });

  it('rounding goes to the nearest, halves to even', () => {
    const x = tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 1.49, -1.51]);
    expectClose(
      x.round(),
      [-2, -2, 0, 0, 2, 2, 1, -2].map((y) => y + 0),
      0,
    );
    expectClose(x.ceil().add(0), [-2, -1, 0, 1, 2, 3, 2, -1], 0);
    expectClose(x.sign(), [-1, -1, -1, 1, 1, 1, 1, -1], 0);
  });

  it('comparisons with NaN are false, except notEqual', () => {
    const x = tensor([1, 2, NaN]);
    expectClose(x.less(2), [1, 0, 0], 0);
    expectClose(x.lessEqual(2), [1, 1, 0], 0);
    expectClose(x.greater(1), [0, 1, 0], 0);
    expectClose(x.greaterEqual(2), [0, 1, 0], 0);
    expectClose(x.equal(x), [1, 1, 0], 0);
    expectClose(x.notEqual(x), [0, 0, 1], 0);
    expectClose(x.isNaN(), [0, 0, 1], 0);
    expectClose(tensor([Infinity, 0, NaN]).isFinite(), [0, 1, 0], 0);
  });

  it('maximum, minimum and clip keep NaN and work on every dtype', () => {
    expectClose(tensor([1, NaN, 3]).maximum(2), [2, NaN, 3], 0);
    expectClose(tensor([1, NaN, 3]).minimum(2), [1, NaN, 2], 0);
    expectClose(tensor([-5, 0, 5], { dtype: 'int32' }).clip(-1, 2), [-1, 0, 2], 0);
    expectClose(tensor([5, 200], { dtype: 'uint8' }).minimum(100), [5, 100], 0);
  });

  it('general powers follow Math.pow, also for zero and negative bases', () => {
    const bases = [0, 0, 0, -2, -2, -2, 3];
    const exponents = [0, 2.5, -1.5, 3, 2, 0.5, 0];
    const y = tensor(bases).pow(tensor(exponents));
    expectClose(
      y,
      bases.map((x, i) => x ** exponents[i]!),
      TOLERANCE,
    );
    expectClose(tensor([3, -3], { dtype: 'int32' }).pow(tensor([5, 3], { dtype: 'int32' })), [243, -27], 0);
  });

  it('where chooses, and gradients go only to what was chosen', () => {
    const x = tensor([-1, 4]);
    const y = where(x.greater(0), x.sqrt(), 0);
    expectClose(y, [0, 2], 0);
    expectClose(gradients(where(x.greater(0), x.mul(3), 7).sum(), x), [0, 3], 0);
  });

  it('logic, bits and shifts', () => {
    const a = tensor([0, 1, 6, -1], { dtype: 'int32' });
    expectClose(a.logicalAnd(tensor([1, 0, 2, 3])), [0, 0, 1, 1], 0);
    expectClose(a.logicalNot(), [1, 0, 0, 0], 0);
    expectClose(a.bitwiseAnd(3), [0, 1, 2, 3], 0);
    expectClose(a.bitwiseXor(1), [1, 0, 7, -2], 0);
    expectClose(a.leftShift(2), [0, 4, 24, -4], 0);
    expectClose(a.rightShift(28), [0, 0, 0, 15], 0);
  });
});
