/**
 * The functions of one number against mpmath's 60 digits.
 */
import { describe, expect, it } from 'vitest';
import golden from '../../../test/golden/special.json' with { type: 'json' };
import { digamma, logBeta, logGamma, polygamma } from './gamma.ts';
import { betainc, betaincc, betaincinv, betaincShapeDerivatives } from './incomplete-beta.ts';
import { gammainc, gammaincc, gammainccinv, gammaincinv, gammaincShapeDerivative } from './incomplete-gamma.ts';
import { erfc, ndtr, ndtri } from './normal.ts';

function expectClose(actual: number, expected: number, tolerance: number, at: unknown): void {
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), Number.MIN_VALUE);
  expect(error, `at ${JSON.stringify(at)}: ${actual}, expected ${expected}`).toBeLessThanOrEqual(tolerance);
}

/** The exponent of the density multiplies the rounding of its terms. */
const scaleOf = (...shapes: readonly number[]): number => Math.max(1, ...shapes) * 4e-16;

describe('the incomplete gamma function', () => {
  it.each(golden.gamma)('a = %d, x = %d', (a, x, p, q, inA) => {
    if (a === null || x === null || p === null || q === null) throw new Error('a hole in the golden values');
    const tolerance = 2e-14 + 4e-16 * (Math.abs(x - a) + a * Math.abs(Math.log(x / a)));
    expectClose(gammainc(a, x), p, tolerance, { a, x });
    if (q > 0) expectClose(gammaincc(a, x), q, tolerance, { a, x });
    // Where the terms of the derivative nearly cancel, its own digits are those of P.
    if (inA !== null && inA !== undefined) expectClose(gammaincShapeDerivative(a, x), inA, 1e-12, { a, x });
    const back = p < 0.5 ? gammainc(a, gammaincinv(a, p)) : gammaincc(a, gammainccinv(a, q));
    if (q > 0 && gammaincinv(a, p) > 0) expectClose(back, p < 0.5 ? p : q, 1e-12, { a, p, q });
  });
});

describe('the incomplete beta function', () => {
  it.each(golden.beta)('a = %d, b = %d, x = %d', (a, b, x, p, q, inA, inB) => {
    const values = [a, b, x, p, q, inA, inB].map(Number);
    const [, , , lower, upper, first, second] = values as [number, number, number, number, number, number, number];
    const tolerance = 2e-14 + scaleOf(a!, b!);
    // What is small beside 1 where the other side is computed keeps the digits of 1.
    expectClose(betainc(a!, b!, x!), lower, tolerance + 4e-16 / lower, { a, b, x });
    expectClose(betaincc(a!, b!, x!), upper, tolerance + 4e-16 / upper, { a, b, x });
    const found = betaincShapeDerivatives(a!, b!, x!);
    expectClose(found[0], first, 2e-9, { a, b, x });
    expectClose(found[1], second, 2e-9, { a, b, x });
    if (lower < 0.9) expectClose(betainc(a!, b!, betaincinv(a!, b!, lower)), lower, 1e-11, { a, b, lower });
  });
});

it('the logarithm of the gamma function and its derivatives have their known values', () => {
  expect(logGamma(1)).toBe(0);
  expect(logGamma(2)).toBe(0);
  expectClose(logGamma(0.5), 0.5 * Math.log(Math.PI), 1e-15, 0.5);
  expectClose(logGamma(101), 363.73937555556347, 1e-15, 101);
  expectClose(logGamma(1 + 1e-10), -5.772157125783244e-11, 1e-14, 1 + 1e-10);
  expectClose(digamma(1), -0.5772156649015329, 1e-15, 1);
  expectClose(polygamma(1, 1), Math.PI ** 2 / 6, 1e-15, 1);
  expectClose(polygamma(2, 1), -2.4041138063191885, 1e-15, 1);
  expectClose(polygamma(1, 0.5), Math.PI ** 2 / 2, 1e-15, 0.5);
  expect(digamma(-3)).toBeNaN();
  expectClose(logBeta(1e-3, 1e8), 6.888758204644896, 1e-14, [1e-3, 1e8]);
});

it('the normal distribution function, its tail and its inverse have their known values', () => {
  expectClose(erfc(10), 2.088487583762545e-45, 1e-14, 10);
  expectClose(erfc(0.3), 0.6713732405408726, 1e-15, 0.3);
  expectClose(ndtr(-30), 4.906713927148187e-198, 1e-13, -30);
  expectClose(ndtri(0.975), 1.959963984540054, 1e-15, 0.975);
  expectClose(ndtri(1e-300), -37.0471, 1e-6, 1e-300);
  for (const p of [1e-200, 1e-10, 0.01, 0.074, 0.076, 0.3, 0.5000001, 0.9, 0.999]) {
    const x = ndtri(p);
    expectClose(ndtr(x), p, 4e-16 * (4 + x * x), p); // d log Φ / d log x is about x²
  }
  expect([ndtri(0), ndtri(1), ndtri(-0.1), ndtri(NaN)]).toEqual([-Infinity, Infinity, NaN, NaN]);
});

it('at the edges the functions have their limits, and outside NaN', () => {
  expect([gammainc(2, 0), gammainc(2, Infinity), gammaincc(2, Infinity), gammainc(0, 1)]).toEqual([0, 1, 0, 1]);
  expect([gammainc(-1, 1), gammainc(1, -1), gammainc(NaN, 1)]).toEqual([NaN, NaN, NaN]);
  expect([gammaincinv(2, 0), gammaincinv(2, 1), gammaincinv(2, 1.1)]).toEqual([0, Infinity, NaN]);
  expect([betainc(2, 3, 0), betainc(2, 3, 1), betainc(2, 3, 1.1)]).toEqual([0, 1, NaN]);
  expect([betaincinv(2, 3, 0), betaincinv(2, 3, 1), betaincinv(2, 3, -0.1)]).toEqual([0, 1, NaN]);
});
