/**
 * Activation functions beside those that are methods of tensors (relu, gelu, silu, sigmoid, tanh, softplus, softmax), under the
 * names of torch.nn.functional. Each is composed so that neither it nor its gradient overflows.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape, normalizeAxis } from '../base/shape.ts';
import { split, where } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** x where positive, else slope · x. @see Maas et al. 2013   @example leakyRelu(x, 0.2) */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  return where(x.greater(0), x, x.mul(slope));
}

/** As leakyRelu with slopes that are learned: one, or one per channel on axis 1. @see He et al. 2015   @example prelu(x, weight) // (N, C, …), (C,) */
export function prelu(x: Tensor, slopes: Tensor): Tensor {
  const channels = x.rank > 1 ? x.shape[1]! : 1;
  if (slopes.size !== 1 && slopes.size !== channels) {
    raise(
      new ShapeError(
        `prelu: ${slopes.size} slopes for ${formatShape(x.shape)}, which has ${channels} channels; give one, or one per channel`,
      ),
    );
  }
  const spread = x.rank > 1 ? slopes.reshape(slopes.size, ...x.shape.slice(2).map(() => 1)) : slopes;
  return where(x.greater(0), x, x.mul(spread));
}

/** x where positive, else α(eˣ − 1). @see Clevert et al. 2016   @example elu(x) */
export function elu(x: Tensor, alpha = 1): Tensor {
  return where(x.greater(0), x, x.minimum(0).expm1().mul(alpha));
}

/** max(0, x) + min(0, α(e^(x/α) − 1)). @see Barron 2017   @example celu(x, 0.5) */
export function celu(x: Tensor, alpha = 1): Tensor {
  return where(x.greater(0), x, x.minimum(0).div(alpha).expm1().mul(alpha));
}

/** λ and α for which a layer of normal weights keeps mean 0 and variance 1. */
const SELU_SCALE = 1.0507009873554805;
export const SELU_ALPHA = 1.6732632423543772;

/** λ · elu(x, α) with the constants that keep mean and variance. @see Klambauer et al. 2017   @example selu(x) */
export function selu(x: Tensor): Tensor {
  return elu(x, SELU_ALPHA).mul(SELU_SCALE);
}

/** x · tanh(log(1 + eˣ)). @see Misra 2019   @example mish(x) */
export function mish(x: Tensor): Tensor {
  return x.mul(x.softplus().tanh());
}

/** x held between low and high. @example hardtanh(x) */
export function hardtanh(x: Tensor, low = -1, high = 1): Tensor {
  return x.clip(low, high);
}

/** min(max(x, 0), 6). @example relu6(x) */
export function relu6(x: Tensor): Tensor {
  return x.clip(0, 6);
}

/** min(max(x + 3, 0), 6) / 6. @example hardsigmoid(x) */
export function hardsigmoid(x: Tensor): Tensor {
  return x.add(3).clip(0, 6).div(6);
}

/** x · hardsigmoid(x). @see Howard et al. 2019, "Searching for MobileNetV3"   @example hardswish(x) */
export function hardswish(x: Tensor): Tensor {
  return x.mul(hardsigmoid(x));
}

/** log(1 + e^(βx)) / β. @example softplus(x, 2) */
export function softplus(x: Tensor, beta = 1): Tensor {
  return x.mul(beta).softplus().div(beta);
}

/** x / (1 + |x|). @example softsign(x) */
export function softsign(x: Tensor): Tensor {
  return x.div(x.abs().add(1));
}

/** x − tanh x. @example tanhshrink(x) */
export function tanhshrink(x: Tensor): Tensor {
  return x.sub(x.tanh());
}

/** x moved towards 0 by λ, 0 within λ of it. @example softshrink(x, 0.5) */
export function softshrink(x: Tensor, lambda = 0.5): Tensor {
  return x.sub(x.clip(-lambda, lambda));
}

/** x, but 0 within λ of 0. @example hardshrink(x, 0.5) */
export function hardshrink(x: Tensor, lambda = 0.5): Tensor {
  return where(x.abs().greater(lambda), x, 0);
}

/** x where above the threshold, else a value. @example threshold(x, 0.1, 0) */
export function threshold(x: Tensor, bar: number, value: number): Tensor {
  return where(x.greater(bar), x, value);
}

/** log(1 / (1 + e⁻ˣ)), accurate for negative x. @example logSigmoid(x) */
export function logSigmoid(x: Tensor): Tensor {
  return x.neg().softplus().neg();
}

/** e⁻ˣ / Σ e⁻ˣ along an axis. @example softmin(x) */
export function softmin(x: Tensor, axis = -1): Tensor {
  return x.neg().softmax(axis);
}

/** a · σ(b), a and b the halves of an axis. @throws ShapeError if it is of odd size   @see Dauphin et al. 2017   @example glu(x) // (…, 2n) → (…, n) */
export function glu(x: Tensor, axis = -1): Tensor {
  const at = normalizeAxis('glu', axis, x.rank);
  if (x.shape[at]! % 2 !== 0)
    raise(new ShapeError(`glu: axis ${axis} of ${formatShape(x.shape)} is of odd size; it must split in two halves`));
  const [a, b] = split(x, 2, at) as [Tensor, Tensor];
  return a.mul(b.sigmoid());
}
