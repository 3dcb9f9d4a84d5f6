/**
 * Angles: inverse and hyperbolic functions. Inverses are a short series after the argument has been brought near 0 by half-angle
 * formulas, so that gradients of the composition are as accurate as the value.
 */
import { copysign, signbit } from './arithmetic.ts';
import { piecewise } from './choice.ts';
import { where } from './functions.ts';
import { filled, floatOf, inDouble, inDoubles, meetAsFloats, tensorOf } from './lifting.ts';
import type { Tensor, TensorLike } from './tensor.ts';

/** x − x³/3 + x⁵/5 … to the power that leaves less than 1e-17 at |x| ≤ tan(π/16). */
const TERMS = 12;

/** arctan x for |x| ≤ 1: 4 · arctan of the tangent of a quarter of the angle. */
function atanWithin(x: Tensor): Tensor {
  const half = (t: Tensor): Tensor => t.div(t.mul(t).add(1).sqrt().add(1));
  const t = half(half(x));
  const square = t.mul(t);
  let series = filled(t, 1 / (2 * TERMS + 1));
  for (let k = TERMS - 1; k >= 0; k--)
    series = series
      .mul(square)
      .neg()
      .add(1 / (2 * k + 1));
  return series.mul(t).mul(4);
}

/** The inverse of tan, in (−π/2, π/2). @example atan(1) // 0.7854 */
export function atan(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) =>
    piecewise(
      a.abs().greater(1),
      a,
      { harmless: 2, of: (v) => copysign(Math.PI / 2, v.detach()).sub(atanWithin(v.reciprocal())) },
      { harmless: 0, of: atanWithin },
    ),
  );
}

/** The angle of the point (x, y), in [−π, π]; signed zeros choose the side. @example atan2(1, -1) // 2.3562 */
export function atan2(y: TensorLike, x: TensorLike): Tensor {
  const [b, a] = meetAsFloats('atan2', y, x);
  return inDoubles(b, a, (v, u) => {
    // Not by abs, which may give −0.
    const [p, q] = [where(signbit(u), u.neg(), u), where(signbit(v), v.neg(), v)];
    const isSteep = q.greater(p);
    const [large, small] = [where(isSteep, q, p), where(isSteep, p, q)];
    const isZero = large.equal(0);
    const isDiagonal = small.equal(Infinity);
    const ratio = where(isZero, filled(small, 0), small).div(where(isZero, filled(large, 1), large));
    const angle = atanWithin(where(isDiagonal, filled(ratio, 1), ratio));
    const first = where(isSteep, angle.neg().add(Math.PI / 2), angle);
    const half = where(signbit(u), first.neg().add(Math.PI), first);
    const signed = where(signbit(v), half.neg(), half);
    return where(u.isNaN().logicalOr(v.isNaN()), filled(signed, NaN), signed);
  });
}

/** The inverse of sin, in [−π/2, π/2]; NaN outside [−1, 1]. @example asin(1) // 1.5708 */
export function asin(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => {
    const cosine = a.neg().add(1).mul(a.add(1)).sqrt();
    return atanWithin(a.div(cosine.add(1))).mul(2);
  });
}

/** The inverse of cos, in [0, π]; NaN outside [−1, 1]. @example acos(0) // 1.5708 */
export function acos(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => {
    // tan(½ arccos a) = √((1 − a) / (1 + a)), turned over for negative a so that it stays within 1.
    const isNegative = a.less(0);
    const b = where(isNegative, a.neg(), a);
    const angle = atanWithin(b.neg().add(1).div(b.add(1)).sqrt()).mul(2);
    return where(isNegative, angle.neg().add(Math.PI), angle);
  });
}

/** (eˣ − e⁻ˣ) / 2. @example sinh(0) // 0 */
export function sinh(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => {
    const isFar = a.abs().greater(20);
    return piecewise(
      isFar,
      a,
      {
        harmless: 21,
        of: (v) => {
          const root = v.abs().mul(0.5).exp();
          return copysign(root.mul(0.5).mul(root), v.detach());
        },
      },
      {
        harmless: 0,
        of: (v) => {
          // (e + e / (e + 1)) / 2 with e = eˣ − 1
          const e = v.expm1();
          return e.add(e.div(e.add(1))).mul(0.5);
        },
      },
    );
  });
}

/** (eˣ + e⁻ˣ) / 2. @example cosh(0) // 1 */
export function cosh(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => {
    // e^|x| as a square, which does not overflow before the result does.
    const root = where(a.less(0), a.neg(), a).mul(0.5).exp();
    return root.mul(0.5).mul(root).add(root.mul(root).reciprocal().mul(0.5));
  });
}

/** log(x + √(x² + 1)), the inverse of sinh. @example asinh(0) // 0 */
export function asinh(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) =>
    piecewise(
      a.abs().greater(2 ** 28),
      a,
      { harmless: 2 ** 29, of: (v) => copysign(v.abs().log().add(Math.LN2), v.detach()) },
      {
        harmless: 0,
        of: (v) => {
          const magnitude = where(v.less(0), v.neg(), v);
          const square = v.mul(v);
          const value = magnitude.add(square.div(square.add(1).sqrt().add(1))).log1p();
          return where(v.less(0), value.neg(), value);
        },
      },
    ),
  );
}

/** log(x + √(x² − 1)), the inverse of cosh; NaN below 1. @example acosh(1) // 0 */
export function acosh(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) =>
    piecewise(
      a.greater(2 ** 28),
      a,
      { harmless: 2 ** 29, of: (v) => v.log().add(Math.LN2) },
      {
        harmless: 2,
        of: (v) => {
          const t = where(v.less(1), filled(v, NaN), v).sub(1);
          return t.add(t.mul(2).add(t.mul(t)).sqrt()).log1p();
        },
      },
    ),
  );
}

/** ½ log((1 + x) / (1 − x)), the inverse of tanh; ±∞ at ±1, NaN outside. @example atanh(0) // 0 */
export function atanh(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => a.log1p().sub(a.neg().log1p()).mul(0.5));
}

/** sin(πx) / (πx), 1 at 0. @example sinc(0.5) // 0.6366 */
export function sinc(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) =>
    piecewise(
      a.equal(0),
      a,
      // 1 − (πx)² / 6, for the gradients at 0
      {
        harmless: 0,
        of: (v) =>
          v
            .mul(v)
            .mul(-(Math.PI ** 2) / 6)
            .add(1),
      },
      { harmless: 0.5, of: (v) => sinPi(v).div(v.mul(Math.PI)) },
    ),
  );
}

/** sin(πx), exactly 0 at whole x. @internal */
export function sinPi(x: Tensor): Tensor {
  const whole = x.round().detach();
  const sine = x.sub(whole).mul(Math.PI).sin();
  return where(whole.abs().mod(2).equal(1), sine.neg(), sine);
}

/** Degrees as radians. @example deg2rad(180) // 3.1416 */
export function deg2rad(x: TensorLike): Tensor {
  return floatOf(tensorOf(x)).mul(Math.PI / 180);
}

/** Radians as degrees. @example rad2deg(Math.PI) // 180 */
export function rad2deg(x: TensorLike): Tensor {
  return floatOf(tensorOf(x)).mul(180 / Math.PI);
}
