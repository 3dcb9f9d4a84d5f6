/**
 * Special functions: the error function's relatives, the gamma function's, Bessel's. Computed in float64 whatever the
 * dtype; rare enough that digits matter more than lanes. Their gradients are those of the compositions, which series
 * and continued products keep accurate.
 */
import { piecewise } from './choice.ts';
import { where } from './functions.ts';
import { filled, floatOf, inDouble, inDoubles, meetAsFloats } from './lifting.ts';
import type { Tensor, TensorLike } from './tensor.ts';
import { sinPi } from './trigonometry.ts';

/** Horner's rule, highest power first. */
function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  return coefficients.slice(1).reduce((sum, c) => sum.mul(x).add(c), filled(x, coefficients[0]!));
}

// erfc on [0.46875, 4] and beyond: W. J. Cody, Rational Chebyshev approximations for the error function, 1969.
const MIDDLE = {
  p: [
    2.15311535474403846343e-8, 5.6418849698867008918e-1, 8.88314979438837594118, 6.61191906371416294775e1,
    2.98635138197400131132e2, 8.81952221241769090411e2, 1.71204761263407058314e3, 2.05107837782607146532e3,
    1.23033935479799725272e3,
  ],
  q: [
    1, 1.57449261107098347253e1, 1.17693950891312499305e2, 5.37181101862009857509e2, 1.62138957456669018874e3,
    3.29079923573345962678e3, 4.3626190901432471582e3, 3.43936767414372163696e3, 1.23033935480374942043e3,
  ],
};
const FAR = {
  p: [
    1.63153871373020978498e-2, 3.05326634961232344035e-1, 3.60344899949804439429e-1, 1.25781726111229246204e-1,
    1.60837851487422766278e-2, 6.58749161529837803157e-4,
  ],
  q: [
    1, 2.56852019228982242072, 1.87295284992346047209, 5.27905102951428412248e-1, 6.05183413124413191178e-2,
    2.33520497626869185443e-3,
  ],
};

/** erfc x · e^(x²) for x ≥ ½. */
function scaledComplement(x: Tensor): Tensor {
  return piecewise(
    x.greater(4),
    x,
    {
      harmless: 5,
      of: (v) => {
        const z = v.mul(v).reciprocal();
        const r = z.mul(polynomial(z, FAR.p)).div(polynomial(z, FAR.q));
        return r
          .neg()
          .add(1 / Math.sqrt(Math.PI))
          .div(v);
      },
    },
    { harmless: 1, of: (v) => polynomial(v, MIDDLE.p).div(polynomial(v, MIDDLE.q)) },
  );
}

/** e^(−x²), the square split so that its rounding does not reach the exponent. */
function gaussian(x: Tensor): Tensor {
  const head = x.mul(16).floor().div(16).detach();
  const rest = x.sub(head).mul(x.add(head));
  return head.mul(head).neg().exp().mul(rest.neg().exp());
}

/** 1 − erf x, accurate where that is small. @example erfc(10) // 2.0885e-45 in float64 */
export function erfc(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) =>
    piecewise(
      a.abs().greater(0.5),
      a,
      {
        harmless: 1,
        of: (v) => {
          const magnitude = v.abs().minimum(28);
          const tail = gaussian(magnitude).mul(scaledComplement(magnitude));
          return where(v.less(0), tail.neg().add(2), tail);
        },
      },
      { harmless: 0, of: (v) => v.erf().neg().add(1) },
    ),
  );
}

/** e^(x²) · erfc x, which does not underflow. @example erfcx(100) // 0.0056 */
export function erfcx(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) =>
    piecewise(
      a.greater(0.5),
      a,
      { harmless: 1, of: scaledComplement },
      { harmless: 0, of: (v) => v.mul(v).exp().mul(erfc(v)) },
    ),
  );
}

// Giles, Approximating the erfinv function, 2010: good to single precision, the start of Newton's iteration.
const CENTRAL = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const TAIL = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];

/** The inverse of erf; ±∞ at ±1, NaN outside. @example erfinv(0.5) // 0.4769 */
export function erfinv(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => {
    const isInside = a.abs().less(1);
    const atEnds = where(a.less(0), filled(a, -Infinity), filled(a, Infinity));
    const outside = where(a.abs().equal(1), atEnds, filled(a, NaN));
    const y = where(isInside, a, filled(a, 0));
    const magnitude = where(y.less(0), y.neg(), y);
    // 1 − |y| is exact and keeps its digits near 1.
    const complement = magnitude.neg().add(1);
    const w = complement.mul(magnitude.add(1)).log().neg();
    const isCentral = w.less(5);
    const central = polynomial(where(isCentral, w.sub(2.5), filled(w, 0)), CENTRAL);
    const tail = polynomial(where(isCentral, filled(w, 0), where(isCentral, filled(w, 9), w).sqrt().sub(3)), TAIL);
    let root = where(isCentral, central, tail).mul(magnitude).detach();
    // Newton's steps on erfc r = 1 − |y|; in the centre on erf r = |y|, whose small values keep their digits. The last is
    // part of the graph: its gradient is that of the inverse.
    for (let step = 0; step < 3; step++) {
      const isSmall = root.less(0.5);
      const error = where(isSmall, root.erf().sub(magnitude), complement.sub(erfc(root)));
      const newton = root.sub(error.div(gaussian(root)).mul(Math.sqrt(Math.PI) / 2));
      root = step < 1 ? newton.detach() : newton;
    }
    return where(isInside, where(y.less(0), root.neg(), root), outside);
  });
}

/** The coefficients of Stirling's series for log Γ, B₂ₖ / (2k(2k − 1)), highest power of 1/x² first. */
const STIRLING = [
  -174611 / 125400,
  43867 / 244188,
  -3617 / 122400,
  1 / 156,
  -691 / 360360,
  1 / 1188,
  -1 / 1680,
  1 / 1260,
  -1 / 360,
  1 / 12,
];
/** Below this, arguments are moved up by the recurrence Γ(x + 1) = x Γ(x). */
const STIRLING_START = 10;
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** log Γ(x) for x > 0. */
function logGammaPositive(x: Tensor): Tensor {
  // x (x + 1) … for as many factors as bring x to the start of the series. Between 1 and 2 the value is near 0 and the
  // digits are lost to the difference of two larger ones: about 1e-15 absolute.
  let shifted = x;
  let product = filled(x, 1);
  for (let k = 0; k < STIRLING_START; k++) {
    const isBelow = shifted.less(STIRLING_START);
    product = where(isBelow, product.mul(shifted), product);
    shifted = where(isBelow, shifted.add(1), shifted);
  }
  const inverse = shifted.reciprocal();
  const series = polynomial(inverse.mul(inverse), STIRLING).mul(inverse);
  const stirling = shifted.sub(0.5).mul(shifted.log()).sub(shifted).add(HALF_LOG_TWO_PI).add(series);
  return stirling.sub(product.log());
}

/** log |Γ(x)|; ∞ at 0 and negative whole numbers. @example lgamma(10) // log 9! = 12.8018 */
export function lgamma(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => {
    const isInfinite = a.abs().equal(Infinity);
    const finite = where(isInfinite, filled(a, 1), a);
    const value = piecewise(
      finite.less(0.5),
      finite,
      {
        // Γ(x) Γ(1 − x) = π / sin πx
        harmless: -0.5,
        of: (v) =>
          sinPi(v)
            .abs()
            .div(Math.PI)
            .log()
            .neg()
            .sub(logGammaPositive(v.neg().add(1))),
      },
      { harmless: 1, of: logGammaPositive },
    );
    return where(isInfinite, filled(a, Infinity), value);
  });
}

/** Γ(x); NaN at negative whole numbers, ∞ with the sign of x at ±0. @example gamma(5) // 4! = 24 */
export function gamma(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => {
    const isPole = a.less(0).logicalAnd(a.floor().equal(a));
    const isZero = a.equal(0);
    const safe = where(isPole.logicalOr(isZero), filled(a, 1), a);
    const isNegative = safe.less(0).logicalAnd(safe.floor().mod(2).equal(1));
    const magnitude = lgamma(safe).exp();
    // (x − 1)! of small whole numbers is exact.
    const whole = safe.equal(safe.floor()).logicalAnd(safe.greater(0)).logicalAnd(safe.less(20));
    const error = magnitude.round().sub(magnitude);
    const value = magnitude.add(where(whole, error, filled(a, 0)).detach());
    const signed = where(isNegative, value.neg(), value);
    const atZero = where(isZero, a, filled(a, 1)).reciprocal();
    return where(isPole, filled(a, NaN), where(isZero, atZero, signed));
  });
}

/** ψ(x) = d/dx log Γ(x); NaN at 0 and negative whole numbers. @example digamma(1) // -0.5772 */
export function digamma(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => {
    const isPole = a.lessEqual(0).logicalAnd(a.floor().equal(a));
    const safe = where(isPole.logicalOr(a.equal(Infinity)), filled(a, 1), a);
    const value = piecewise(
      safe.less(0.5),
      safe,
      {
        // ψ(1 − x) − ψ(x) = π cot πx
        harmless: 0.25,
        of: (v) => digammaPositive(v.neg().add(1)).sub(sinPi(v.add(0.5)).div(sinPi(v)).mul(Math.PI)),
      },
      { harmless: 1, of: digammaPositive },
    );
    return where(isPole, filled(a, NaN), where(a.equal(Infinity), a, value));
  });
}

/** −B₂ₖ / 2k, highest power of 1/x² first. */
const DIGAMMA = [
  174611 / 6600,
  -43867 / 14364,
  3617 / 8160,
  -1 / 12,
  691 / 32760,
  -1 / 132,
  1 / 240,
  -1 / 252,
  1 / 120,
  -1 / 12,
];

function digammaPositive(x: Tensor): Tensor {
  let shifted = x;
  let sum = filled(x, 0);
  for (let k = 0; k < STIRLING_START; k++) {
    const isBelow = shifted.less(STIRLING_START);
    sum = where(isBelow, sum.add(where(isBelow, shifted, filled(x, 1)).reciprocal()), sum);
    shifted = where(isBelow, shifted.add(1), shifted);
  }
  const inverse = shifted.reciprocal();
  const square = inverse.mul(inverse);
  const series = polynomial(square, DIGAMMA).mul(square);
  return shifted.log().sub(inverse.mul(0.5)).add(series).sub(sum);
}

/** log B(x, y) = log Γ(x) + log Γ(y) − log Γ(x + y), for positive arguments. @example betaln(2, 3) // log(1 / 12) */
export function betaln(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = meetAsFloats('betaln', x, y);
  return inDoubles(a, b, (u, v) =>
    lgamma(u)
      .add(lgamma(v))
      .sub(lgamma(u.add(v))),
  );
}

/** log Γ(n + 1) − log Γ(k + 1) − log Γ(n − k + 1), the logarithm of n over k. @example logBinomial(5, 2) // log 10 */
export function logBinomial(n: TensorLike, k: TensorLike): Tensor {
  const [a, b] = meetAsFloats('logBinomial', n, k);
  return inDoubles(a, b, (u, v) =>
    lgamma(u.add(1))
      .sub(lgamma(v.add(1)))
      .sub(lgamma(u.sub(v).add(1))),
  );
}

/** 1 / (k!)², highest power of x²/4 first: the power series of I₀ to |x| = 20. */
const BESSEL_SERIES = Array.from({ length: 48 }, (_, i) => {
  let coefficient = 1;
  for (let k = 1; k <= 47 - i; k++) coefficient /= k * k;
  return coefficient;
});
/** ((2k − 1)!!)² / (k! 8ᵏ), highest power of 1/x first: Hankel's expansion, which ends in e^(−2x). */
const BESSEL_FAR = Array.from({ length: 21 }, (_, i) => {
  let coefficient = 1;
  for (let k = 1; k <= 20 - i; k++) coefficient *= (2 * k - 1) ** 2 / (8 * k);
  return coefficient;
});

/** e^(−|x|) · I₀(x). @example i0e(0) // 1 */
export function i0e(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => {
    const magnitude = where(a.less(0), a.neg(), a);
    return piecewise(
      magnitude.greater(20),
      magnitude,
      {
        harmless: 21,
        of: (v) => polynomial(v.reciprocal(), BESSEL_FAR).div(v.mul(2 * Math.PI).sqrt()),
      },
      { harmless: 0, of: (v) => polynomial(v.mul(v).mul(0.25), BESSEL_SERIES).mul(v.neg().exp()) },
    );
  });
}

/** The modified Bessel function of the first kind, order 0: Σ (x²/4)ᵏ / (k!)². @example i0(1) // 1.2661 */
export function i0(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => {
    const magnitude = where(a.less(0), a.neg(), a);
    return piecewise(
      magnitude.greater(20),
      magnitude,
      {
        harmless: 21,
        of: (v) =>
          polynomial(v.reciprocal(), BESSEL_FAR)
            .div(v.mul(2 * Math.PI).sqrt())
            .mul(v.exp()),
      },
      { harmless: 0, of: (v) => polynomial(v.mul(v).mul(0.25), BESSEL_SERIES) },
    );
  });
}
