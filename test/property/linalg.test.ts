/**
 * What holds for every matrix, whatever its factors are: they multiply to it and are of the form they should be. Random shapes, batches, sizes 0 and 1
 * among them, matrices of low rank and with equal eigenvalues, on every device.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Complex, device, eye, fft, linalg, LinAlgError, type Tensor, tensor } from '../../src/index.ts';
import { testDevices } from '../devices.ts';
import { uniform64 } from '../golden/lcg.ts';

const runs = { seed: 20261, numRuns: 12 };
const size = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(0, 1) },
  { weight: 5, arbitrary: fc.integer({ min: 2, max: 40 }) },
);
const batch = fc.constantFrom([], [], [2], [0], [2, 3]);
const seed = fc.nat(1e6);
/** How many of the rows are independent, at most. */
const rank = fc.constantFrom(Infinity, Infinity, Infinity, 2, 1, 0);

function draw(shape: readonly number[], start: number, most: number): Tensor {
  const [m = 0, n = 0] = shape.slice(-2);
  const make = (dims: readonly number[], from: number): Tensor =>
    tensor(
      uniform64(
        dims.reduce((a, b) => a * b, 1),
        from,
      ),
      { shape: dims },
    );
  if (most >= Math.min(m, n)) return make(shape, start);
  const outer = shape.slice(0, -2);
  return make([...outer, m, most], start).matmul(make([...outer, most, n], start + 1));
}

/** |a − b| ≤ 1e-13 · (10 + n) · the largest element (at least 1), everywhere. */
function expectNear(a: Tensor, b: Tensor): void {
  expect(a.shape).toEqual(b.shape);
  const [x, y] = [a.dataSync(), b.dataSync()];
  const largest = b.size === 0 ? 1 : Math.max(1, b.abs().max().itemSync());
  const scale = largest * 1e-13 * (10 + (a.shape.at(-1) ?? 1));
  const worst = x.findIndex((value, i) => !(Math.abs(value - y[i]!) <= scale));
  expect(worst < 0 ? undefined : `element ${worst}: ${x[worst]} instead of ${y[worst]}`).toBeUndefined();
}

function expectOrthonormal(q: Tensor): void {
  const n = q.shape.at(-1)!;
  expectNear(q.transpose().matmul(q), eye(n, n, { dtype: 'float64' }).expand(...q.shape.slice(0, -2), n, n));
}

const rectangular = fc.record({ m: size, n: size, batch, seed, rank });
const square = fc.record({ n: size, batch, seed, rank });

describe.each(testDevices)('on %s', (name) => {
  beforeAll(() => void device(name));

  it('A = QR', () => {
    fc.assert(
      fc.property(rectangular, fc.boolean(), ({ m, n, batch: outer, seed: s, rank: most }, isComplete) => {
        const a = draw([...outer, m, n], s, most);
        const { Q, R } = linalg.qr(a, { mode: isComplete ? 'complete' : 'reduced' });
        expectNear(Q.matmul(R), a);
        expectOrthonormal(Q);
        expect(R.dataSync().every((x, i) => x === 0 || Math.floor(i / n) % R.shape.at(-2)! <= i % n)).toBe(true);
      }),
      runs,
    );
  });

  it('A = U S Vᵀ, with descending singular values', () => {
    fc.assert(
      fc.property(rectangular, fc.boolean(), ({ m, n, batch: outer, seed: s, rank: most }, fullMatrices) => {
        const a = draw([...outer, m, n], s, most);
        const { U, S, Vh } = linalg.svd(a, { fullMatrices });
        const k = Math.min(m, n);
        const first = (x: Tensor, axis: number): Tensor =>
          x.slice(
            x.shape.map((_, i) => (i === x.rank + axis ? 0 : null)),
            x.shape.map((_, i) => (i === x.rank + axis ? k : null)),
          );
        expectNear(first(U, -1).mul(S.unsqueeze(-2)).matmul(first(Vh, -2)), a);
        expectOrthonormal(U);
        expectOrthonormal(Vh.transpose());
        const values = S.dataSync();
        expect(values.every((x, i) => x >= 0 && (i % k === 0 || x <= values[i - 1]!))).toBe(true);
        expectNear(linalg.svdvals(a), S);
      }),
      runs,
    );
  });

  it('P A = L U', () => {
    fc.assert(
      fc.property(rectangular, ({ m, n, batch: outer, seed: s, rank: most }) => {
        const a = draw([...outer, m, n], s, most);
        const { P, L, U } = linalg.lu(a);
        expectNear(P.matmul(L).matmul(U), a);
        expect(L.abs().lessEqual(1).all().itemSync()).toBe(1);
        expectOrthonormal(P);
      }),
      runs,
    );
  });

  it('A V = V W for symmetric A, also with equal eigenvalues', () => {
    fc.assert(
      fc.property(square, fc.boolean(), ({ n, batch: outer, seed: s, rank: most }, hasEqual) => {
        const drawn = draw([...outer, n, n], s, most);
        // A projection has only two eigenvalues.
        const q = linalg.qr(drawn).Q;
        const half = q.slice(q.shape.map((_, i) => (i === q.rank - 1 ? 0 : null)), q.shape.map((d, i) => (i === q.rank - 1 ? Math.ceil(d / 2) : null))); // prettier-ignore
        const a = hasEqual ? half.matmul(half.transpose()) : drawn.add(drawn.transpose());
        const { eigenvalues: w, eigenvectors: v } = linalg.eigh(a);
        expectNear(a.matmul(v), v.mul(w.unsqueeze(-2)));
        expectOrthonormal(v);
        const values = w.dataSync();
        expect(values.every((x, i) => i % n === 0 || x >= values[i - 1]!)).toBe(true);
        expectNear(linalg.eigvalsh(a), w);
      }),
      runs,
    );
  });

  it('A V = V W for any A', () => {
    fc.assert(
      fc.property(fc.record({ n: size, batch, seed }), ({ n, batch: outer, seed: s }) => {
        const a = draw([...outer, n, n], s, Infinity);
        const { eigenvalues: w, eigenvectors: v } = linalg.eig(a);
        const scaled: Complex = v.mul(w.unsqueeze(-2));
        expectNear(v.map((part) => a.matmul(part)).real, scaled.real);
        expectNear(v.map((part) => a.matmul(part)).imag, scaled.imag);
        expectNear(v.real.square().add(v.imag.square()).sum(-2), w.real.mul(0).add(1));
        expectNear(w.real.sum(-1), linalg.trace(a));
      }),
      runs,
    );
  });

  it('A A⁺ A = A, and A⁺ A and A A⁺ are symmetric', () => {
    fc.assert(
      fc.property(rectangular, ({ m, n, batch: outer, seed: s, rank: most }) => {
        const a = draw([...outer, m, n], s, most);
        const p = linalg.pinv(a, { rcond: 1e-10 });
        const scale = p.size === 0 ? 1 : Math.max(1, p.abs().max().itemSync());
        expectNear(a.matmul(p).matmul(a).div(scale), a.div(scale));
        expectNear(a.matmul(p).div(scale), a.matmul(p).transpose().div(scale));
        expectNear(p.matmul(a).div(scale), p.matmul(a).transpose().div(scale));
      }),
      runs,
    );
  });

  it('solutions solve, factors of positive matrices multiply, determinants are products', () => {
    fc.assert(
      fc.property(square, size, ({ n, batch: outer, seed: s }, k) => {
        const identity = eye(n, n, { dtype: 'float64' });
        const a = draw([...outer, n, n], s, Infinity).add(identity.mul(n));
        const b = draw([...outer, n, k], s + 7, Infinity);
        expectNear(a.matmul(linalg.solve(a, b)), b);
        expectNear(a.matmul(linalg.inv(a)), identity.expand(...a.shape));
        const l = linalg.cholesky(a.matmul(a.transpose()));
        expectNear(l.matmul(l.transpose()), a.matmul(a.transpose()));
        expectNear(linalg.triangularSolve(l, l.matmul(b)), b);
        const { sign, logAbsDet } = linalg.slogdet(a);
        expectNear(sign.mul(logAbsDet.sub(n).exp()).mul(Math.exp(n)).div(linalg.det(a)), sign.mul(0).add(1));
        expectNear(linalg.expm(a.div(-n)).matmul(linalg.expm(a.div(n))), identity.expand(...a.shape));
      }),
      runs,
    );
  });

  it('a transform and back is the signal, of any length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), seed, (n, s) => {
        const x = tensor(uniform64(2 * n, s), { shape: [2, n] });
        const z = fft.fft(x);
        expectNear(fft.ifft(z).real, x);
        expectNear(fft.irfft(fft.rfft(x), { n }), x);
        // Parseval: a transform keeps the length, but for √n.
        expectNear(z.real.square().add(z.imag.square()).sum(-1).div(n), x.square().sum(-1));
      }),
      runs,
    );
  });

  it('large matrices and signals, beyond one panel and the cache', () => {
    const a = draw([150, 130], 3, Infinity);
    const { U, S, Vh } = linalg.svd(a, { fullMatrices: false });
    expectNear(U.mul(S).matmul(Vh), a);
    expectOrthonormal(U);
    const symmetric = a.transpose().matmul(a);
    const { eigenvalues, eigenvectors } = linalg.eigh(symmetric);
    expectNear(symmetric.matmul(eigenvectors), eigenvectors.mul(eigenvalues));
    expectOrthonormal(eigenvectors);
    const { Q, R } = linalg.qr(a);
    expectNear(Q.matmul(R), a);
    const x = tensor(uniform64(1 << 16, 5));
    expectNear(fft.ifft(fft.fft(x)).real, x);
    // One frequency has one place.
    const wave = tensor(
      Float64Array.from({ length: 1 << 15 }, (_, i) => Math.cos((2 * Math.PI * 1234 * i) / (1 << 15))),
    );
    const spectrum = fft.rfft(wave).abs().dataSync();
    expect(Math.abs(spectrum[1234]! - (1 << 14))).toBeLessThan(1e-8);
    expect(spectrum.every((value, i) => i === 1234 || value < 1e-8)).toBe(true);
  });

  it('refuses what has no answer, and says so', () => {
    const singular = tensor([[1, 2], [2, 4]], { dtype: 'float64' }); // prettier-ignore
    expect(() => linalg.inv(singular).arraySync()).toThrow(LinAlgError);
    expect(() => linalg.solve(singular, tensor([1, 2])).arraySync()).toThrow(
      /^solve: matrix 0 of the batch is singular \(pivot 1 is 0\); use linalg.lstsq/,
    );
    expect(() => linalg.cholesky(tensor([[1, 2], [2, 1]])).arraySync()).toThrow(/not positive definite \(pivot 1 is -3\)/); // prettier-ignore
    expect(() => linalg.svd(tensor([[1, NaN]])).S.arraySync()).toThrow(
      /^svd: matrix 0 of the batch has NaN or infinite/,
    );
    expect(() => linalg.det(tensor([[1, 2, 3]]))).toThrow(/^det: expected square matrices, got \(1, 3\)/);
    expect(() => linalg.solve(singular, tensor([1, 2, 3]))).toThrow(/A has 2 rows, b 3/);
    expect(() => linalg.eigh(tensor([1, 2]))).toThrow(/^eigh: expected matrices/);
    expect(() => fft.fft(tensor([1, 2]), { n: 0 })).toThrow(/^fft: n must be a whole number from 1 up, got 0/);
    expect(() => linalg.norm(tensor([[1]]), { ord: 7 })).toThrow(/^norm: matrices have no order 7/);
    expect(linalg.det(singular).itemSync()).toBeCloseTo(0);
  });
});
