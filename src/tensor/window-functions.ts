/**
 * Windows: weights that let a piece of a signal fade in and out. Symmetric, as NumPy's; with `periodic` one period of a window of n + 1, for
 * spectra, as PyTorch's. Each is a vector of n elements, computed in double.
 */
import { raise, ValueError } from '../base/errors.ts';
import { tensor } from './creation.ts';
import type { Tensor } from './tensor.ts';

export interface WindowOptions {
  /** Leave out the last of n + 1 elements, which equals the first of the next period. Default false. */
  readonly periodic?: boolean;
  /** Default float32. */
  readonly dtype?: 'float32' | 'float64';
}

/** f of the place from 0 to 1. */
function windowOf(
  op: string,
  n: number,
  { periodic = false, dtype = 'float32' }: WindowOptions,
  f: (t: number) => number,
): Tensor {
  if (!Number.isInteger(n) || n < 0)
    raise(new ValueError(`${op}: expected a whole number of elements from 0 up, got ${n}`));
  const last = periodic ? n : n - 1;
  return tensor(
    Float64Array.from({ length: n }, (_, i) => (n === 1 ? 1 : f(i / last))),
    { dtype },
  );
}

/** 0.5 − 0.5 cos 2πt. @example hann(4) // [0, 0.75, 0.75, 0] */
export function hann(n: number, options: WindowOptions = {}): Tensor {
  return windowOf('hann', n, options, (t) => 0.5 - 0.5 * Math.cos(2 * Math.PI * t));
}

/** 0.54 − 0.46 cos 2πt. */
export function hamming(n: number, options: WindowOptions = {}): Tensor {
  return windowOf('hamming', n, options, (t) => 0.54 - 0.46 * Math.cos(2 * Math.PI * t));
}

/** 0.42 − 0.5 cos 2πt + 0.08 cos 4πt. */
export function blackman(n: number, options: WindowOptions = {}): Tensor {
  return windowOf(
    'blackman',
    n,
    options,
    (t) => 0.42 - 0.5 * Math.cos(2 * Math.PI * t) + 0.08 * Math.cos(4 * Math.PI * t),
  );
}

/** A triangle: 1 − |2t − 1|. */
export function bartlett(n: number, options: WindowOptions = {}): Tensor {
  return windowOf('bartlett', n, options, (t) => 1 - Math.abs(2 * t - 1));
}

/** I₀(β √(1 − (2t − 1)²)) / I₀(β): β trades the width of the main lobe for the height of the others. */
export function kaiser(n: number, beta: number, options: WindowOptions = {}): Tensor {
  if (!Number.isFinite(beta)) raise(new ValueError(`kaiser: beta must be a finite number, got ${beta}`));
  const whole = besselI0(Math.abs(beta));
  return windowOf(
    'kaiser',
    n,
    options,
    (t) => besselI0(Math.abs(beta) * Math.sqrt(Math.max(0, 1 - (2 * t - 1) ** 2))) / whole,
  );
}

/** I₀(x) = Σ ((x/2)ᵏ / k!)²: all terms are positive, so the sum loses nothing. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
}
