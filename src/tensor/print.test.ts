import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { arange, tensor, zeros } from './creation.ts';
import { compile } from './compile.ts';
import { type Complex, complex } from './complex.ts';
import { consoleFormatter } from './console-formatter.ts';
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
    expect(String(tensor([1e-8, 1]))).toBe('[1.e-08 1.e+00]');
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
    expect(String(zeros([2, 0]))).toBe('[] shape=(2, 0)');
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

  it('takes digits, edges and line width', () => {
    const x = tensor([Math.PI, 1 / 3], { dtype: 'float64' });
    expect(x.format({ precision: 8 })).toBe('[3.14159265 0.33333333] float64');
    expect(tensor([0.1, 1]).format({ precision: 12 })).toBe('[0.1 1. ]');
    expect(arange(20).format({ threshold: 10, edgeItems: 1 })).toBe('[ 0 ... 19] int32');
    expect(arange(2000).format({ threshold: Infinity })).not.toMatch(/\.\.\./);
    expect(arange(12).format({ lineWidth: 20 }).split('\n')).toHaveLength(2);
    expect(() => x.format({ precision: -1 })).toThrow(/print: precision -1 is not a whole number from 0 to 20/);
    expect(() => x.format({ edgeItems: 0 })).toThrow(/print: edgeItems 0/);
  });

  it('shows as tables in notebooks', () => {
    const display = (x: Tensor | Complex): Record<string, string> =>
      (x as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]!();
    const matrix = display(tensor([[1, 2.5], [3, 4]])); // prettier-ignore
    expect(matrix['text/plain']).toBe('[[1.  2.5]\n [3.  4. ]]');
    const cells = matrix['text/html']?.match(/<td[^>]*>([^<]*)/g)?.map((cell) => cell.replace(/<[^>]*>/, ''));
    expect(cells).toEqual(['1.', '2.5', '3.', '4.']);
    expect(matrix['text/html']).toMatch(/Tensor\(2, 2\) float32/);
    expect(display(arange(8).reshape(2, 2, 2))['text/html']).toMatch(/\[0\].*<table>.*\[1\].*<table>/);
    const large = display(arange(90_000).reshape(30, 30, 100))['text/html']!;
    expect(large).toMatch(/⋯/);
    expect(large.length).toBeLessThan(30_000);
    expect(display(tensor([]))['text/html']).toBe('<div><code>Tensor(0,) float32</code></div>');
    expect(display(complex(tensor([1, 2]), 1))['text/html']).toMatch(/Complex\(2,\).*<td[^>]*>1\.\+1\.j</);
    compile((x: Tensor) => {
      expect(display(x)).toEqual({ 'text/plain': 'Tensor(2,) float32' });
      return x;
    })(tensor([1, 2]));
  });

  it('shows in the consoles of browsers', () => {
    expect(consoleFormatter.header({ shape: [] })).toBe(null);
    expect(consoleFormatter.header(tensor([1, 2]))).toEqual(['span', {}, 'Tensor [1. 2.]']);
    expect(consoleFormatter.hasBody(tensor([1, 2]))).toBe(false);
    const matrix = tensor([[1], [2]]);
    expect(consoleFormatter.header(matrix)).toEqual(['span', {}, 'Tensor 2 × 1 float32']);
    expect(consoleFormatter.hasBody(matrix)).toBe(true);
    expect(consoleFormatter.body(matrix)).toEqual(['pre', { style: 'margin: 0' }, '[[1.]\n [2.]]']);
    expect(consoleFormatter.header(complex(1, 2))).toEqual(['span', {}, 'Complex 1.+2.j']);
    compile((x: Tensor) => {
      expect(consoleFormatter.header(x)).toEqual(['span', {}, 'Tensor 2 float32']);
      expect(consoleFormatter.hasBody(x)).toBe(false);
      return x;
    })(tensor([1, 2]));
  });
});
