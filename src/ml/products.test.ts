import { describe, expect, it } from 'vitest';
import { Matrix } from './matrix.ts';
import { product, productTransposed, transposedProduct } from './products.ts';
import { Random } from './random.ts';

function random(rows: number, columns: number, seed: number): Matrix {
  const draw = new Random(seed);
  return new Matrix(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, () => draw.normal()),
  );
}

describe('products', () => {
  // 20 · 10 · 5 multiplications run on the host, 200 · 60 · 50 on the engine.
  it.each([
    [20, 10, 5],
    [200, 60, 50],
  ])('(%i, %i) · (%i columns) is the sum of products, with either side transposed', (n, k, m) => {
    const [a, b] = [random(n, k, 1), random(k, m, 2)];
    const plain = product(a, b);
    const expected = Array.from({ length: k }, (_, q) => a.at(3, q) * b.at(q, 4)).reduce((x, y) => x + y);
    expect(plain.at(3, 4)).toBeCloseTo(expected, 12);
    for (const other of [productTransposed(a, b.transpose()), transposedProduct(a.transpose(), b)]) {
      expect(other.shape).toEqual([n, m]);
      other.data.forEach((value, i) => expect(value).toBeCloseTo(plain.data[i]!, 12));
    }
  });
});
