/**
 * Covariance matrices of kernels, and the derivatives of any weighted sum of their elements by the logarithms of the parameters:
 * in reverse, so that no matrix of derivatives is ever made.
 */
import { raise, ShapeError } from '../../base/errors.ts';
import { Matrix } from '../matrix.ts';
import type { KernelForm, Leaf } from './kernels.ts';

/** k(xᵢ, zⱼ); between the samples and themselves, noise included, where no z is given. @param x (n, d) @param z (m, d) @returns (n, m) */
export function covariance(form: KernelForm, x: Matrix, z?: Matrix): Matrix {
  if (form.kind === 'sum' || form.kind === 'product') {
    const left = covariance(form.left, x, z);
    const right = covariance(form.right, x, z);
    for (let p = 0; p < left.data.length; p++) {
      if (form.kind === 'sum') left.data[p]! += right.data[p]!;
      else left.data[p]! *= right.data[p]!;
    }
    return left;
  }
  const other = z ?? x;
  const result = new Matrix(x.rows, other.rows);
  const value = valueOf(form);
  const distance = distanceOf(form, x.columns);
  if (form.kind === 'white') {
    if (z === undefined) for (let i = 0; i < x.rows; i++) result.data[i * x.rows + i] = value(0);
    return result;
  }
  const isSquare = z === undefined;
  for (let i = 0; i < x.rows; i++) {
    for (let j = isSquare ? i : 0; j < other.rows; j++) {
      const one = value(distance(x, i, other, j));
      result.data[i * other.rows + j] = one;
      if (isSquare) result.data[j * other.rows + i] = one;
    }
  }
  return result;
}

/** k(xᵢ, xᵢ), noise included. @returns (n,) */
export function variances(form: KernelForm, x: Matrix): Float64Array<ArrayBuffer> {
  if (form.kind === 'sum' || form.kind === 'product') {
    const [left, right] = [variances(form.left, x), variances(form.right, x)];
    return left.map((value, i) => (form.kind === 'sum' ? value + right[i]! : value * right[i]!));
  }
  const value = valueOf(form);
  const distance = distanceOf(form, x.columns);
  return Float64Array.from({ length: x.rows }, (_, i) => value(form.kind === 'white' ? 0 : distance(x, i, x, i)));
}

/** Σᵢⱼ wᵢⱼ ∂k(xᵢ, xⱼ) / ∂ log p for each parameter p that is not fixed, in order. @param weight (n, n) */
export function slopes(form: KernelForm, x: Matrix, weight: Matrix): number[] {
  if (form.kind === 'sum') return [...slopes(form.left, x, weight), ...slopes(form.right, x, weight)];
  if (form.kind === 'product') {
    const share = (part: KernelForm) => {
      const factor = covariance(part, x);
      for (let p = 0; p < factor.data.length; p++) factor.data[p]! *= weight.data[p]!;
      return factor;
    };
    return [
      ...(isFixed(form.left) ? [] : slopes(form.left, x, share(form.right))),
      ...(isFixed(form.right) ? [] : slopes(form.right, x, share(form.left))),
    ];
  }
  if (isFixed(form)) return [];
  const sums = leafSlopes(form, x, weight);
  return form.parameters.flatMap(({ bounds }, k) => (bounds === 'fixed' ? [] : [sums[k]!]));
}

function isFixed(form: KernelForm): boolean {
  if (form.kind === 'sum' || form.kind === 'product') return isFixed(form.left) && isFixed(form.right);
  return form.parameters.every(({ bounds }) => bounds === 'fixed');
}

/** What `value` is a function of: squared scaled distances, plain distances, or products. Hot. */
function distanceOf(leaf: Leaf, columns: number): (x: Matrix, i: number, z: Matrix, j: number) => number {
  const { kind, parameters } = leaf;
  if (kind === 'constant') return () => 0;
  if (kind === 'dotProduct') {
    return (x, i, z, j) => {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += x.data[i * columns + k]! * z.data[j * columns + k]!;
      return sum;
    };
  }
  if (kind === 'expSineSquared') return (x, i, z, j) => Math.sqrt(squared(x, i, z, j, columns));
  const scales = kind === 'rationalQuadratic' ? [parameters[1]!] : parameters;
  if (scales.length > 1 && scales.length !== columns)
    raise(new ShapeError(`${kind}: ${scales.length} length scales for ${columns} features; give one, or one a feature`)); // prettier-ignore
  if (scales.length === 1) {
    const scale = 1 / scales[0]!.value ** 2;
    return (x, i, z, j) => scale * squared(x, i, z, j, columns);
  }
  const inverse = Float64Array.from(scales, ({ value }) => 1 / value);
  return (x, i, z, j) => {
    let sum = 0;
    for (let k = 0; k < columns; k++) {
      const difference = (x.data[i * columns + k]! - z.data[j * columns + k]!) * inverse[k]!;
      sum += difference * difference;
    }
    return sum;
  };
}

function squared(x: Matrix, i: number, z: Matrix, j: number, columns: number): number {
  let sum = 0;
  for (let k = 0; k < columns; k++) {
    const difference = x.data[i * columns + k]! - z.data[j * columns + k]!;
    sum += difference * difference;
  }
  return sum;
}

/** The covariance from that distance. */
function valueOf({ kind, parameters, nu }: Leaf): (distance: number) => number {
  const [first, second] = parameters.map(({ value }) => value) as [number, number];
  switch (kind) {
    case 'rbf':
      return (d) => Math.exp(-d / 2);
    case 'matern':
      return (d) => {
        const s = Math.sqrt(2 * nu! * d);
        return Math.exp(-s) * (nu === 0.5 ? 1 : nu === 1.5 ? 1 + s : 1 + s + (s * s) / 3);
      };
    case 'rationalQuadratic':
      return (d) => (1 + d / (2 * first)) ** -first;
    case 'expSineSquared':
      return (d) => Math.exp(-2 * (Math.sin((Math.PI * d) / second) / first) ** 2);
    case 'dotProduct':
      return (d) => d + first * first;
    case 'white':
    case 'constant':
      return () => first;
  }
}

/** By all parameters of one covariance function, fixed or not. */
function leafSlopes(leaf: Leaf, x: Matrix, weight: Matrix): Float64Array {
  const { kind, parameters, nu } = leaf;
  const n = x.rows;
  const sums = new Float64Array(parameters.length);
  const [first, second] = parameters.map(({ value }) => value) as [number, number];
  if (kind === 'white') {
    for (let i = 0; i < n; i++) sums[0]! += first * weight.data[i * n + i]!;
    return sums;
  }
  if (kind === 'constant' || kind === 'dotProduct') {
    const slope = kind === 'constant' ? first : 2 * first * first;
    sums[0] = slope * weight.data.reduce((a, b) => a + b, 0);
    return sums;
  }
  const distance = distanceOf(leaf, x.columns);
  const value = valueOf(leaf);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      // Distances of samples from themselves are 0 whatever the parameters are.
      const w = weight.data[i * n + j]! + weight.data[j * n + i]!;
      const d = distance(x, i, x, j);
      const k = value(d);
      if (kind === 'expSineSquared') {
        const angle = (Math.PI * d) / second;
        const sine = Math.sin(angle);
        sums[0]! += (w * k * 4 * sine * sine) / (first * first);
        sums[1]! += (w * k * 4 * angle * Math.cos(angle) * sine) / (first * first);
      } else if (kind === 'rationalQuadratic') {
        const base = 1 + d / (2 * first);
        sums[0]! += w * k * (d / (2 * base) - first * Math.log(base));
        sums[1]! += (w * k * d) / base;
      } else {
        // −2 ∂k/∂d, times the part of d that each scale is in.
        const s = Math.sqrt(2 * (nu ?? 0) * d);
        const slope =
          kind === 'rbf'
            ? k
            : nu === 0.5
              ? s === 0
                ? 0
                : Math.exp(-s) / s
              : nu === 1.5
                ? 3 * Math.exp(-s)
                : (5 / 3) * (1 + s) * Math.exp(-s);
        if (sums.length === 1) sums[0]! += w * slope * d;
        else {
          for (let c = 0; c < x.columns; c++) {
            const difference = (x.data[i * x.columns + c]! - x.data[j * x.columns + c]!) / parameters[c]!.value;
            sums[c]! += w * slope * difference * difference;
          }
        }
      }
    }
  }
  return sums;
}
