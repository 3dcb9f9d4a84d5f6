/**
 * How samples spread about the means of their classes, undone: the directions and scales along which that spread is the
 * identity. Linear discriminants (lda.ts) are what is left between the means after that.
 */
import { svd } from '../linear/least-squares.ts';
import { Matrix } from '../matrix.ts';
import { product, transposedProduct } from '../products.ts';

/** (classes, features). */
export function classMeans(x: Matrix, codes: Int32Array, classes: number): Matrix {
  const means = new Matrix(classes, x.columns);
  const counts = new Float64Array(classes);
  codes.forEach((code, i) => {
    counts[code]! += 1;
    for (let j = 0; j < x.columns; j++) means.data[code * x.columns + j]! += x.at(i, j);
  });
  for (let k = 0; k < means.data.length; k++) means.data[k]! /= counts[Math.floor(k / x.columns)]!;
  return means;
}

/**
 * W with Wᵀ Σ W = I, Σ = Σᵢ (xᵢ − mean of its class)² / n, without Σ being formed: by the singular values of the scaled samples.
 * @param tolerance singular values below this are 0 @returns (features, rank)
 */
export function whitening(x: Matrix, codes: Int32Array, means: Matrix, tolerance: number): Matrix {
  const [n, d] = [x.rows, x.columns];
  const centered = new Matrix(
    n,
    d,
    x.data.map((value, i) => value - means.at(codes[Math.floor(i / d)]!, i % d)),
  );
  const deviation = deviations(centered);
  const { s, vt } = svd(
    new Matrix(
      n,
      d,
      centered.data.map((value, i) => value / deviation[i % d]! / Math.sqrt(n)),
    ),
  );
  const rank = s.filter((one) => one > tolerance).length;
  const result = new Matrix(d, rank);
  for (let j = 0; j < d; j++)
    for (let r = 0; r < rank; r++) result.data[j * rank + r] = vt.at(r, j) / deviation[j]! / s[r]!;
  return result;
}

/**
 * W with Wᵀ Σ W = I for the mean over classes, by their priors, of covariances that are drawn towards a multiple of the identity:
 * (1 − s) Σ_k + s tr(Σ_k)/d · I. With `auto`, s is what Ledoit and Wolf (2004) estimate, of standardised features.
 * @returns (features, features)
 */
export function shrunkWhitening(
  x: Matrix,
  codes: Int32Array,
  means: Matrix,
  priors: Float64Array,
  shrinkage: number | 'auto',
): Matrix {
  const d = x.columns;
  const within = new Matrix(d, d);
  for (let k = 0; k < means.rows; k++) {
    const own = x.takeRows(Array.from(codes.keys()).filter((i) => codes[i] === k));
    own.data.forEach((value, i) => (own.data[i] = value - means.at(k, i % d)));
    const scales = shrinkage === 'auto' ? deviations(own) : new Float64Array(d).fill(1);
    own.data.forEach((value, i) => (own.data[i] = value / scales[i % d]!));
    const covariance = transposedProduct(own, own);
    covariance.data.forEach((value, i) => (covariance.data[i] = value / own.rows));
    const share = shrinkage === 'auto' ? ledoitWolf(own, covariance) : shrinkage;
    const mean = trace(covariance) / d;
    covariance.data.forEach((value, i) => {
      const [a, b] = [Math.floor(i / d), i % d];
      within.data[i]! += priors[k]! * scales[a]! * scales[b]! * ((1 - share) * value + (a === b ? share * mean : 0));
    });
  }
  const { s, vt } = svd(within); // symmetric, so these are its axes
  return new Matrix(
    d,
    d,
    vt.transpose().data.map((value, i) => value / Math.sqrt(Math.max(s[i % d]!, Number.MIN_VALUE * 2 ** 52))),
  );
}

/** √(Σ x²/n) of each column; 1 for a column of zeros. */
function deviations(centered: Matrix): Float64Array<ArrayBuffer> {
  return Float64Array.from(
    { length: centered.columns },
    (_, j) => Math.sqrt(centered.column(j).reduce((sum, value) => sum + value * value, 0) / centered.rows) || 1,
  );
}

function trace(a: Matrix): number {
  let sum = 0;
  for (let i = 0; i < a.rows; i++) sum += a.at(i, i);
  return sum;
}

/** The share of the identity with the least expected error. (Ledoit and Wolf 2004.) @param x centred @param covariance of x */
function ledoitWolf(x: Matrix, covariance: Matrix): number {
  const [n, d] = [x.rows, x.columns];
  const squares = new Matrix(
    n,
    d,
    x.data.map((value) => value * value),
  );
  const mean = trace(covariance) / d;
  const size = covariance.data.reduce((sum, value) => sum + value * value, 0);
  const fourth = product(squares.transpose(), squares).data.reduce((a, b) => a + b, 0);
  const noise = (fourth / n - size) / (d * n);
  const distance = (size - 2 * mean * trace(covariance) + d * mean * mean) / d;
  const least = Math.min(noise, distance);
  return least === 0 ? 0 : least / distance;
}
