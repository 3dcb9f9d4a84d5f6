/**
 * The four forms of covariance of a Gaussian mixture, as the square roots of their inverses: what the densities are made of.
 */
import { LinAlgError, raise } from '../../base/errors.ts';
import { choleskyFactor } from '../cholesky.ts';
import { Matrix } from '../matrix.ts';

/** A matrix each, one matrix for all, a diagonal each, or one number each. */
export type CovarianceType = 'full' | 'tied' | 'diag' | 'spherical';

/** @throws LinAlgError */
function refuse(op: string): never {
  raise(
    new LinAlgError(
      `${op}: a covariance is not positive definite: a component has shrunk to a point or a line. Ask for fewer components, raise covarianceFloor, or scale the features`,
    ),
  );
}

/** The inverse of a lower triangular matrix. */
function inverseLower(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    inverse[j * n + j] = 1 / l[j * n + j]!;
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= l[i * n + k]! * inverse[k * n + j]!;
      inverse[i * n + j] = sum / l[i * n + i]!;
    }
  }
  return inverse;
}

/** How many numbers a covariance of this form has, of `features`, and how many covariances there are. */
export function covarianceShape(type: CovarianceType, components: number, features: number): readonly [number, number] {
  switch (type) {
    case 'full':
      return [components, features * features];
    case 'tied':
      return [1, features * features];
    case 'diag':
      return [components, features];
    case 'spherical':
      return [components, 1];
  }
}

/**
 * The covariances of weighted samples.
 * @param resp (n, components) @param totals Σ resp, (components,) @param floor added to each variance
 * @returns a row a covariance, as `covarianceShape` says
 */
export function covariancesOf(
  type: CovarianceType,
  x: Matrix,
  resp: Matrix,
  totals: Float64Array,
  means: Matrix,
  floor: number,
): Matrix {
  const [n, d, k] = [x.rows, x.columns, means.rows];
  const result = new Matrix(...covarianceShape(type, k, d));
  const gap = new Float64Array(d);
  for (let c = 0; c < k; c++) {
    const isTied = type === 'tied';
    const out = result.row(isTied ? 0 : c);
    // Hot: once a sample, component and pair of features.
    for (let i = 0; i < n; i++) {
      const r = resp.data[i * k + c]! / (isTied ? n : totals[c]!);
      if (r === 0) continue;
      for (let j = 0; j < d; j++) gap[j] = x.data[i * d + j]! - means.data[c * d + j]!;
      if (type === 'full' || isTied) {
        for (let a = 0; a < d; a++) {
          const scaled = r * gap[a]!;
          for (let b = 0; b <= a; b++) out[a * d + b]! += scaled * gap[b]!;
        }
      } else if (type === 'diag') for (let j = 0; j < d; j++) out[j]! += r * gap[j]! * gap[j]!;
      else for (let j = 0; j < d; j++) out[0]! += (r * gap[j]! * gap[j]!) / d;
    }
  }
  for (let c = 0; c < result.rows; c++) {
    const out = result.row(c);
    if (type === 'diag' || type === 'spherical') for (let j = 0; j < out.length; j++) out[j]! += floor;
    else {
      for (let a = 0; a < d; a++) {
        for (let b = 0; b < a; b++) out[b * d + a] = out[a * d + b]!;
        out[a * d + a]! += floor;
      }
    }
  }
  return result;
}

/** For each component, P with P Σ Pᵀ = I (lower triangular, or its diagonal), and the logarithm of its determinant. */
export interface Precision {
  readonly roots: readonly Float64Array[];
  readonly logDet: Float64Array;
}

/** @throws LinAlgError where a covariance is not positive definite */
export function precisionOf(
  op: string,
  type: CovarianceType,
  covariances: Matrix,
  components: number,
  d: number,
): Precision {
  const logDet = new Float64Array(components);
  const own = Array.from({ length: covariances.rows }, (_, c): Float64Array => {
    const row = covariances.row(c);
    if (type === 'full' || type === 'tied')
      return inverseLower((choleskyFactor(new Matrix(d, d, row)) ?? refuse(op)).data, d);
    if (!row.every((v) => v > 0)) refuse(op);
    return Float64Array.from({ length: d }, (__, j) => 1 / Math.sqrt(row[type === 'diag' ? j : 0]!));
  });
  const roots = Array.from({ length: components }, (_, c) => own[type === 'tied' ? 0 : c]!);
  roots.forEach((root, c) => {
    const isDiagonal = type === 'diag' || type === 'spherical';
    for (let j = 0; j < d; j++) logDet[c]! += Math.log(root[isDiagonal ? j : j * d + j]!);
  });
  return { roots, logDet };
}

/** log N(xᵢ; μ_c, Σ_c): (n, components). */
export function logDensities(type: CovarianceType, x: Matrix, means: Matrix, { roots, logDet }: Precision): Matrix {
  const [n, d, k] = [x.rows, x.columns, means.rows];
  const result = new Matrix(n, k);
  const gap = new Float64Array(d);
  const isDiagonal = type === 'diag' || type === 'spherical';
  const constant = 0.5 * d * Math.log(2 * Math.PI);
  for (let c = 0; c < k; c++) {
    const root = roots[c]!;
    // Hot: once a sample, component and pair of features.
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++) gap[j] = x.data[i * d + j]! - means.data[c * d + j]!;
      for (let a = 0; a < d; a++) {
        let z = 0;
        if (isDiagonal) z = root[a]! * gap[a]!;
        else for (let b = 0; b <= a; b++) z += root[a * d + b]! * gap[b]!;
        sum += z * z;
      }
      result.data[i * k + c] = logDet[c]! - constant - 0.5 * sum;
    }
  }
  return result;
}
