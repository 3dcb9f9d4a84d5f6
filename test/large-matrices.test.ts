/**
 * Matrices so large that devices lend their machines to the routines: what holds of the results, whatever computes them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arange, currentDevice, device, eye, linalg, random, type Tensor } from '../src/index.ts';
import { testDevices } from './devices.ts';

const before = currentDevice().name;
afterAll(() => {
  device(before);
});

const square = (seed: number, rows: number, columns = rows): Tensor =>
  random.normal(random.key(seed), [rows, columns], { dtype: 'float64' });
const largest = (x: Tensor): number => x.abs().max().itemSync();

describe.each(testDevices)('large matrices on %s', (name) => {
  beforeAll(() => {
    device(name);
  });

  it.each([100, 131])('eigh of %i × %i', (n) => {
    const x = square(n, n);
    const a = x.add(x.T);
    const { eigenvalues, eigenvectors } = linalg.eigh(a);
    expect(largest(a.matmul(eigenvectors).sub(eigenvectors.mul(eigenvalues)))).toBeLessThan(1e-12 * n);
    expect(largest(eigenvectors.T.matmul(eigenvectors).sub(eye(n)))).toBeLessThan(1e-14 * n);
  });

  it('eigh of a matrix with many equal eigenvalues, and of a diagonal one', () => {
    const n = 120;
    const { Q } = linalg.qr(square(0, n));
    const d = arange(n, undefined, undefined, { dtype: 'float64' }).div(30).floor();
    const { eigenvalues, eigenvectors } = linalg.eigh(Q.mul(d).matmul(Q.T));
    expect(largest(eigenvalues.sub(d))).toBeLessThan(1e-12);
    expect(largest(eigenvectors.T.matmul(eigenvectors).sub(eye(n)))).toBeLessThan(1e-12);
    expect(largest(linalg.eigh(eye(n).mul(d)).eigenvalues.sub(d))).toBe(0);
  });

  it.each([
    [100, 100],
    [140, 131],
    [400, 110],
    [110, 300],
  ])('svd of %i × %i', (m, n) => {
    const a = square(m + n, m, n);
    const { U, S, Vh } = linalg.svd(a, { fullMatrices: false });
    const k = Math.min(m, n);
    expect(largest(U.mul(S).matmul(Vh).sub(a))).toBeLessThan(1e-14 * (m + n));
    expect(largest(U.T.matmul(U).sub(eye(k)))).toBeLessThan(1e-14 * m);
    expect(largest(Vh.matmul(Vh.T).sub(eye(k)))).toBeLessThan(1e-14 * n);
  });

  it('svd of a matrix of rank 20, whose zeros are chased out of the way', () => {
    const n = 120;
    const a = square(1, n, 20).matmul(square(2, 20, n));
    const { U, S, Vh } = linalg.svd(a);
    expect(largest(U.mul(S).matmul(Vh).sub(a))).toBeLessThan(1e-11);
    expect(largest(S.slice([20], [n]))).toBeLessThan(1e-11);
    expect(largest(U.T.matmul(U).sub(eye(n)))).toBeLessThan(1e-11);
  });
});
