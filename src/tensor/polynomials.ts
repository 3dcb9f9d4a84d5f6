/**
 * Polynomials beyond arithmetic (calculus.ts): fitted, made from roots, divided, and their roots. Coefficients stand highest power first.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { convolve } from './calculus.ts';
import { Complex } from './complex.ts';
import { ones, zeros } from './creation.ts';
import { concat } from './functions.ts';
import { floatOf } from './lifting.ts';
import { eigvals } from './linalg/factorizations.ts';
import { lstsq } from './linalg/solving.ts';
import { companion, vander } from './matrices.ts';
import type { Tensor } from './tensor.ts';

/**
 * The polynomial of a degree that lies closest to points (x, y), by least squares, computed in float64.
 * @param y (n,), or (n, k) for k polynomials at once   @returns (degree + 1,) or (degree + 1, k)
 * @throws ShapeError unless x is a vector and y has as many rows   @throws ValueError for a degree that is no whole number from 0 up
 * @example polyfit(tensor([0, 1, 2]), tensor([1, 3, 5]), 1) // [2, 1]
 */
export function polyfit(x: Tensor, y: Tensor, degree: number): Tensor {
  if (x.rank !== 1 || x.size === 0 || y.rank < 1 || y.rank > 2 || y.shape[0] !== x.shape[0]) {
    raise(
      new ShapeError(
        `polyfit: expected x (n,) and y (n,) or (n, k), got ${formatShape(x.shape)} and ${formatShape(y.shape)}`,
      ),
    );
  }
  if (!Number.isInteger(degree) || degree < 0)
    raise(new ValueError(`polyfit: the degree must be a whole number from 0 up, got ${degree}`));
  const powers = vander(x.cast('float64'), { columns: degree + 1 });
  // Columns of one length, so that high powers do not drown the low ones.
  const lengths = powers.square().sum(0).sqrt();
  const { solution } = lstsq(powers.div(lengths), y.cast('float64'), { rcond: x.size * 2 ** -52 });
  const scaled = solution.div(y.rank === 2 ? lengths.unsqueeze(1) : lengths);
  return scaled.cast(floatOf(y).dtype);
}

/** The coefficients of Π (x − rᵢ). @throws ShapeError unless the roots are a vector   @example poly(tensor([1, -1])) // [1, 0, -1] */
export function poly(roots: Tensor): Tensor {
  if (roots.rank !== 1) raise(new ShapeError(`poly: expected a vector of roots, got ${formatShape(roots.shape)}`));
  const r = floatOf(roots);
  const one = ones([1], r);
  let result: Tensor = one;
  for (let i = 0; i < r.size; i++) result = convolve(result, concat([one, r.at(i).neg().reshape(1)]));
  return result;
}

/**
 * The quotient and the remainder of two polynomials. The remainder keeps a coefficient for every power below the divisor's degree.
 * @throws ShapeError unless both are vectors with elements   @example polydiv(tensor([3, 5, 2]), tensor([2, 1])) // [[1.5, 1.75], [0.25]]
 */
export function polydiv(dividend: Tensor, divisor: Tensor): [quotient: Tensor, remainder: Tensor] {
  for (const p of [dividend, divisor]) {
    if (p.rank !== 1 || p.size === 0)
      raise(new ShapeError(`polydiv: expected vectors of coefficients, got ${formatShape(p.shape)}`));
  }
  const [u, v] = [floatOf(dividend), floatOf(divisor)];
  const steps = u.size - v.size + 1;
  if (steps < 1) return [zeros([1], u), u];
  const quotient: Tensor[] = [];
  let rest: Tensor = u;
  for (let k = 0; k < steps; k++) {
    const factor = rest.at(0).div(v.at(0));
    quotient.push(factor.reshape(1));
    const after = u.size - k - v.size;
    // The first coefficient cancels and is left out.
    rest = rest.sub(v.mul(factor).pad([[0, after]])).slice(1);
  }
  return [concat(quotient), v.size === 1 ? zeros([1], u) : rest];
}

/**
 * Where a polynomial is 0: the eigenvalues of its companion matrix, in no particular order. Zeros in front of the coefficients are
 * left out and those behind are roots at 0, so the values are needed: not inside compile.
 * @throws ShapeError unless p is a vector   @example roots(tensor([1, 0, 1])) // i and −i
 */
export function roots(p: Tensor): Complex {
  if (p.rank !== 1) raise(new ShapeError(`roots: expected a vector of coefficients, got ${formatShape(p.shape)}`));
  const values = Array.from(p.dataSync());
  const first = values.findIndex((x) => x !== 0);
  const last = values.findLastIndex((x) => x !== 0);
  const float = floatOf(p);
  const atZero = zeros([first < 0 ? 0 : values.length - 1 - last], float);
  if (last <= first) return new Complex(atZero, 0);
  const found = eigvals(companion(float.slice(first, last + 1)));
  return new Complex(concat([found.real, atZero]), concat([found.imag, atZero]));
}

/** Without the zeros at the front ('f'), at the back ('b') or at both: its size depends on the values, so not inside compile. @throws ShapeError unless x is a vector   @example trimZeros(tensor([0, 1, 0])) // [1] */
export function trimZeros(x: Tensor, where: 'f' | 'b' | 'fb' = 'fb'): Tensor {
  if (x.rank !== 1) raise(new ShapeError(`trimZeros: expected a vector, got ${formatShape(x.shape)}`));
  const values = Array.from(x.dataSync());
  const first = values.findIndex((n) => n !== 0);
  if (first < 0) return x.slice(0, 0);
  const last = values.findLastIndex((n) => n !== 0);
  return x.slice(where === 'b' ? 0 : first, where === 'f' ? x.size : last + 1);
}
