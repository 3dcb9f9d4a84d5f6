/**
 * What distribution functions are made of: the incomplete gamma and beta functions and their inverses, polygamma, and the functions
 * of the normal distribution. Computed in float64 whatever the dtype.
 */
import { raise, ValueError } from '../base/errors.ts';
import { broadcastShapes } from '../base/shape.ts';
import { routine } from '../ir/build.ts';
import { promote } from '../ir/dtype.ts';
import type { RoutineCall } from '../ir/routine.ts';
import { QUANTILE } from '../kernel/special/normal.ts';
import { piecewise } from './choice.ts';
import { where } from './functions.ts';
import { filled, floatOf, inDouble } from './lifting.ts';
import { erfc, erfcx } from './special.ts';
import { Tensor, type TensorLike } from './tensor.ts';
import { customGradient } from './transforms/custom-gradient.ts';

/** A routine of single elements, over arguments that broadcast, in float64 and back. Numbers take the dtype of the tensors. */
function elementwise(op: string, call: RoutineCall, ...args: readonly TensorLike[]): Tensor {
  const floats = args.map(floatOf);
  const given = floats.filter((_, i) => args[i] instanceof Tensor);
  const dtype = (given.length === 0 ? floats : given).map((x) => x.dtype).reduce(promote);
  const shape = floats.map((x) => x.shape).reduce((a, b) => broadcastShapes(op, a, b));
  const inputs = args.map((x, i) => {
    const double = x instanceof Tensor ? floats[i]!.cast('float64') : filled(floats[i]!.cast('float64'), Number(x));
    return double.expand(shape).node;
  });
  return new Tensor(routine(call, inputs)).cast(dtype);
}

/**
 * The regularised lower incomplete gamma function P(a, x) = ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt / Γ(a): the distribution function of a gamma variable.
 * Differentiable in both, in `a` once. NaN for negative arguments. @see DLMF 8.2.4   @example gammainc(1, 2) // 1 − e⁻² = 0.8647
 */
export function gammainc(a: TensorLike, x: TensorLike): Tensor {
  return elementwise('gammainc', { name: 'gammainc', upper: false }, a, x);
}

/** 1 − P(a, x), accurate where that is small. @example gammaincc(1, 2) // e⁻² = 0.1353 */
export function gammaincc(a: TensorLike, x: TensorLike): Tensor {
  return elementwise('gammaincc', { name: 'gammainc', upper: true }, a, x);
}

/** The x with P(a, x) = p. @example gammaincinv(1, 0.5) // log 2 */
export function gammaincinv(a: TensorLike, p: TensorLike): Tensor {
  return elementwise('gammaincinv', { name: 'gammaincinv', upper: false }, a, p);
}

/** The x with 1 − P(a, x) = q. @example gammainccinv(1, 0.5) // log 2 */
export function gammainccinv(a: TensorLike, q: TensorLike): Tensor {
  return elementwise('gammainccinv', { name: 'gammaincinv', upper: true }, a, q);
}

/**
 * The regularised incomplete beta function I(a, b, x) = ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt / B(a, b): the distribution function of a beta variable.
 * Differentiable in all three, in `a` and `b` once. NaN outside 0 ≤ x ≤ 1. @see DLMF 8.17.2   @example betainc(2, 1, 0.5) // 0.25
 */
export function betainc(a: TensorLike, b: TensorLike, x: TensorLike): Tensor {
  return elementwise('betainc', { name: 'betainc', upper: false }, a, b, x);
}

/** 1 − I(a, b, x), accurate where that is small. @example betaincc(2, 1, 0.5) // 0.75 */
export function betaincc(a: TensorLike, b: TensorLike, x: TensorLike): Tensor {
  return elementwise('betaincc', { name: 'betainc', upper: true }, a, b, x);
}

/** The x with I(a, b, x) = p. @example betaincinv(2, 1, 0.25) // 0.5 */
export function betaincinv(a: TensorLike, b: TensorLike, p: TensorLike): Tensor {
  return elementwise('betaincinv', { name: 'betaincinv' }, a, b, p);
}

/**
 * @internal How the logarithm of a gamma variable moves with its shape while P(a, x) stays the same: −(∂P/∂a) / (x ∂P/∂x), and what
 * the first term of the series says where x is nearly 0. (Figurnov et al., Implicit reparameterization gradients, 2018.)
 */
export function logGammaDrawGradient(a: Tensor, log: Tensor): Tensor {
  const isTiny = log.less(-23);
  const inputs = [a, where(isTiny, filled(a, 1), log.exp())].map((x) => x.node);
  const [inShape, density] = (['gammaincShapeDerivative', 'gammaincDensity'] as const).map(
    (name) => new Tensor(routine({ name }, inputs)),
  );
  const usual = inShape!.div(density!.mul(new Tensor(inputs[1]!))).neg();
  return where(isTiny, polygamma(0, a.add(1)).sub(log).div(a), usual);
}

/**
 * ψ⁽ⁿ⁾(x), the derivative number n + 1 of log Γ; NaN at 0 and negative whole numbers. @throws ValueError for an n that is no whole number from 0 up
 * @example polygamma(1, 1) // π²/6
 */
export function polygamma(n: number, x: TensorLike): Tensor {
  if (!Number.isInteger(n) || n < 0 || n > 100)
    raise(new ValueError(`polygamma: n must be a whole number from 0 to 100, got ${n}`));
  return elementwise('polygamma', { name: 'polygamma', order: n }, x);
}

/** Φ(x) = ∫ e^(−t²/2) dt / √2π up to x: the distribution function of the standard normal. @example ndtr(0) // 0.5 */
export function ndtr(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => erfc(a.mul(-Math.SQRT1_2)).mul(0.5));
}

/** log Φ(x), which does not underflow. @example logNdtr(-40) // -804.6 */
export function logNdtr(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) =>
    piecewise(
      a.less(-1),
      a,
      {
        harmless: -2,
        of: (v) => {
          const z = v.mul(-Math.SQRT1_2);
          return erfcx(z).mul(0.5).log().sub(z.square());
        },
      },
      // Φ = 1 − Φ(−x), which keeps its digits where Φ is near 1.
      { harmless: 0, of: (v) => erfc(v.mul(Math.SQRT1_2)).mul(-0.5).log1p() },
    ),
  );
}

function horner(x: Tensor, coefficients: readonly number[]): Tensor {
  return coefficients.slice(1).reduce((sum, c) => sum.mul(x).add(c), filled(x, coefficients[0]!));
}

const rational = (x: Tensor, { p, q }: { readonly p: readonly number[]; readonly q: readonly number[] }): Tensor =>
  horner(x, p).div(horner(x, q));

const quantile = customGradient(
  (p: Tensor) => {
    const centred = p.sub(0.5);
    const isCentral = centred.abs().lessEqual(0.425);
    const c = where(isCentral, centred, 0);
    const centre = c.mul(rational(c.square().neg().add(0.180625), QUANTILE.centre));
    const isInside = p.greater(0).logicalAnd(p.less(1));
    const smaller = where(isInside, p.minimum(p.neg().add(1)), 0.01);
    const root = smaller.log().neg().sqrt();
    const isNear = root.lessEqual(5);
    const magnitude = where(isNear, rational(root.sub(1.6), QUANTILE.tail), rational(root.sub(5), QUANTILE.far));
    const inside = where(isCentral, centre, where(centred.less(0), magnitude.neg(), magnitude));
    const ends = where(p.equal(0), filled(p, -Infinity), where(p.equal(1), filled(p, Infinity), filled(p, NaN)));
    return where(isInside, inside, ends);
  },
  // 1 / φ(x)
  (g, x) => [g.mul(x.square().mul(0.5).exp()).mul(Math.sqrt(2 * Math.PI))],
);

/** The x with Φ(x) = p; ±∞ at 1 and 0, NaN outside. @see Wichura, Algorithm AS 241, 1988   @example ndtri(0.975) // 1.96 */
export function ndtri(p: TensorLike): Tensor {
  return inDouble(floatOf(p), (a) => quantile(a));
}
