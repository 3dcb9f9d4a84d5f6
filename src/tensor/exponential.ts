/**
 * Exponentials, logarithms and roots beyond the methods of Tensor, each composed so that it keeps its digits where the
 * formula as written would lose them.
 */
import { piecewise } from './choice.ts';
import { ldexp } from './arithmetic.ts';
import { where } from './functions.ts';
import { filled, floatOf, inDouble, meetAsFloats } from './lifting.ts';
import { type Tensor, type TensorLike } from './tensor.ts';

/** 2ˣ, exact for whole x. @example exp2(10) // 1024 */
export function exp2(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => {
    const bounded = a.clip(-1100, 1100);
    const whole = bounded.round().detach();
    return ldexp(bounded.sub(whole).mul(Math.LN2).exp(), whole);
  });
}

/** The logarithm to base 2, exact for powers of two. @example log2(8) // 3 */
export function log2(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => wholeWhereClose(a.log().mul(Math.LOG2E)));
}

/** The logarithm to base 10, exact for powers of ten. @example log10(1000) // 3 */
export function log10(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => wholeWhereClose(a.log().mul(Math.LOG10E)));
}

/** Rounded to the whole number that is less than two units in the last place away, if any. */
function wholeWhereClose(y: Tensor): Tensor {
  const error = y.round().sub(y);
  const isClose = error.abs().lessEqual(y.abs().mul(2 ** -52));
  return y.add(where(isClose, error, filled(y, 0)).detach());
}

/** log(eˣ + eʸ) without overflow. @example logaddexp(1000, 1000) // 1000.693… */
export function logaddexp(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = meetAsFloats('logaddexp', x, y);
  return aroundLarger(a, b, (d) => d.exp().log1p());
}

/** log₂(2ˣ + 2ʸ) without overflow. @example logaddexp2(3, 3) // 4 */
export function logaddexp2(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = meetAsFloats('logaddexp2', x, y);
  return aroundLarger(a, b, (d) => d.mul(Math.LN2).exp().log1p().mul(Math.LOG2E));
}

/** The larger plus `rest` of −|x − y|; equal infinities have no difference but themselves. */
function aroundLarger(x: Tensor, y: Tensor, rest: (difference: Tensor) => Tensor): Tensor {
  const isSame = x.equal(y).logicalAnd(x.isFinite().logicalNot());
  const difference = where(isSame, filled(x, 0), x).sub(where(isSame, filled(x, 0), y));
  return where(isSame, x, x.maximum(y).add(rest(difference.abs().neg())));
}

/** ∛x, also of negative numbers. @example cbrt(-27) // -3 */
export function cbrt(x: TensorLike): Tensor {
  return inDouble(floatOf(x), (a) => {
    const isPlain = a.isFinite().logicalAnd(a.notEqual(0));
    return piecewise(
      isPlain,
      a,
      {
        harmless: 1,
        of: (v) => {
          const guess = v.abs().log().div(3).exp().mul(v.sign().detach()).detach();
          // Halley's step: the guess is good to some 1e-14, this to rounding.
          const cube = guess.mul(guess).mul(guess);
          const y = guess.add(guess.mul(v.sub(cube)).div(cube.mul(2).add(v)));
          // y · ∛(v / v₀) about v₀ = v: no other value, and the gradient of a cube root, to every order.
          const root = y.detach();
          return root.add(v.div(v.detach()).log().div(3).exp().sub(1).mul(root));
        },
      },
      { harmless: 0, of: (v) => v },
    );
  });
}

/** x · log y, 0 where x is 0 (and y not NaN). @example xlogy(0, 0) // 0 */
export function xlogy(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = meetAsFloats('xlogy', x, y);
  // Where the logarithm is finite the product says it all, its gradient in x too.
  const isZero = a.equal(0).logicalAnd(b.lessEqual(0).logicalOr(b.equal(Infinity)));
  return where(isZero, filled(a, 0), a.mul(where(isZero, filled(b, 1), b).log()));
}

/** x · log(1 + y), 0 where x is 0 (and y not NaN). @example xlog1py(0, -1) // 0 */
export function xlog1py(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = meetAsFloats('xlog1py', x, y);
  const isZero = a.equal(0).logicalAnd(b.lessEqual(-1).logicalOr(b.equal(Infinity)));
  return where(isZero, filled(a, 0), a.mul(where(isZero, filled(b, 0), b).log1p()));
}

/** −x · log x, 0 at 0, −∞ for negative x: what a probability adds to an entropy. @example entr(0.5) // 0.3466 */
export function entr(x: TensorLike): Tensor {
  const a = floatOf(x);
  const isPositive = a.greater(0);
  const inside = piecewise(
    isPositive,
    a,
    { harmless: 1, of: (v) => v.mul(v.log()).neg() },
    { harmless: 0, of: (v) => v },
  );
  return where(a.less(0), filled(a, -Infinity), inside);
}

/** x log(x / y), 0 where x is 0 and y ≥ 0, ∞ outside: what a pair adds to a relative entropy. @example relEntr(0.5, 0.25) // 0.3466 */
export function relEntr(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = meetAsFloats('relEntr', x, y);
  const isInside = a.greater(0).logicalAnd(b.greater(0));
  const value = where(isInside, a, filled(a, 1));
  const inside = value.mul(value.div(where(isInside, b, filled(b, 1))).log());
  const isZero = a.equal(0).logicalAnd(b.greaterEqual(0));
  const outside = where(isZero, filled(a, 0), filled(a, Infinity));
  const result = where(isInside, inside, outside);
  return where(a.isNaN().logicalOr(b.isNaN()), filled(a, NaN), result);
}

/** log(p / (1 − p)), the inverse of sigmoid. @example logit(0.5) // 0 */
export function logit(p: TensorLike): Tensor {
  return inDouble(floatOf(p), (a) => a.log().sub(a.neg().log1p()));
}

/** 1 / (1 + e⁻ˣ): another name of `x.sigmoid()`. @example expit(0) // 0.5 */
export function expit(x: TensorLike): Tensor {
  return floatOf(x).sigmoid();
}

/** log(1 / (1 + e⁻ˣ)) = −softplus(−x). @example logSigmoid(0) // -0.6931 */
export function logSigmoid(x: TensorLike): Tensor {
  return floatOf(x).neg().softplus().neg();
}
