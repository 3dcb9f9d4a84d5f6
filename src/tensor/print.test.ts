import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { arange, tensor } from './creation.ts';
import { compile } from './compile.ts';
import { printArray } from './print.ts';
import type { Tensor } from './tensor.ts';

describe('printing', () => {
  it('aligns columns and writes whole floats with a point, as NumPy', () => {
    expect(
      String(
        tensor([
          [1, -20],
          [300, 4],
        ]),
      ),
    ).toBe('[[  1. -20.]\n [300.   4.]]');
    expect(String(tensor([1, 2.5, -0.125]))).toBe('[ 1.     2.5   -0.125]');
  });

  it('names a dtype that is not float32', () => {
    expect(String(arange(3))).toBe('[0 1 2] int32');
    expect(String(tensor([true, false]))).toBe('[ true false] bool');
  });

  it('separates matrices by an empty line', () => {
    expect(String(arange(8).reshape(2, 2, 2))).toBe('[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]] int32');
  });

  it('turns to powers of ten where the range asks for it', () => {
    expect(String(tensor([1e-8, 1]))).toBe('[1.0000e-8 1.0000e+0]');
    expect(String(tensor([NaN, Infinity, -Infinity, 1]))).toBe('[ nan  inf -inf   1.]');
  });

  it('leaves out the middle of what is large', () => {
    expect(String(arange(2000))).toBe('[   0    1    2 ... 1997 1998 1999] int32');
    expect(String(arange(5000).reshape(50, 100)).split('\n')).toHaveLength(7);
  });

  it('breaks long lines and indents them', () => {
    const lines = String(arange(100)).split('\n');
    expect(lines.length).toBeGreaterThan(3);
    expect(Math.max(...lines.slice(0, -1).map((line) => line.length))).toBeLessThanOrEqual(75);
    expect(lines[1]).toMatch(/^ \d/);
  });

  it('prints scalars and empty tensors', () => {
    expect(String(tensor(3))).toBe('3.');
    expect(printArray(new Float32Array(0), [0], 'float32')).toBe('[]');
    expect(printArray(new Float32Array(0), [2, 0], 'float32')).toBe('[[]\n []]');
  });

  it('shows in a console, and while a function is being traced', () => {
    expect(inspect(tensor([1]))).toBe('Tensor [1.]');
    let shown = '';
    compile((x: Tensor) => {
      shown = `${String(x)}, ${inspect(x)}`;
      return x;
    })(tensor([1, 2]));
    expect(shown).toBe('Tensor(2,) float32, Tensor(2,) float32');
  });
});
