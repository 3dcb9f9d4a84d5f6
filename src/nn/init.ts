/**
 * Initial weights: random tensors whose spread keeps the size of activations and gradients across layers. All take a key,
 * so that equal keys give equal weights. Shapes are PyTorch's: (out, in, …kernel).
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { normal, uniform } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';

export interface InitOptions {
  /** Multiplies the spread; √2 suits ReLU. */
  readonly gain?: number;
}

/**
 * N(0, gain² / fanIn), gain √2.
 * @see He et al. 2015, "Delving Deep into Rectifiers", eq. 10   @example heNormal(key(0), [128, 784])
 */
export function heNormal(key: Tensor, shape: Shape, { gain = Math.SQRT2 }: InitOptions = {}): Tensor {
  return normal(key, shape).mul(gain / Math.sqrt(fans('heNormal', shape).fanIn));
}

/**
 * U(−a, a), a = gain · √(3 / fanIn), gain √2.
 * @see He et al. 2015   @example heUniform(key(0), [16, 1, 3, 3])
 */
export function heUniform(key: Tensor, shape: Shape, { gain = Math.SQRT2 }: InitOptions = {}): Tensor {
  return symmetric(key, shape, gain * Math.sqrt(3 / fans('heUniform', shape).fanIn));
}

/**
 * N(0, gain² · 2 / (fanIn + fanOut)), gain 1.
 * @see Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks"
 * @example glorotNormal(key(0), [128, 784])
 */
export function glorotNormal(key: Tensor, shape: Shape, { gain = 1 }: InitOptions = {}): Tensor {
  const { fanIn, fanOut } = fans('glorotNormal', shape);
  return normal(key, shape).mul(gain * Math.sqrt(2 / (fanIn + fanOut)));
}

/**
 * U(−a, a), a = gain · √(6 / (fanIn + fanOut)), gain 1.
 * @see Glorot and Bengio 2010, eq. 16   @example glorotUniform(key(0), [128, 784])
 */
export function glorotUniform(key: Tensor, shape: Shape, { gain = 1 }: InitOptions = {}): Tensor {
  const { fanIn, fanOut } = fans('glorotUniform', shape);
  return symmetric(key, shape, gain * Math.sqrt(6 / (fanIn + fanOut)));
}

/** U(−bound, bound). @example symmetric(key(0), [128], 1 / Math.sqrt(784)) */
export function symmetric(key: Tensor, shape: Shape, bound: number): Tensor {
  return uniform(key, shape, { low: -bound, high: bound });
}

/** How many inputs an output of these weights sums, and how many outputs an input reaches. */
function fans(op: string, shape: Shape): { readonly fanIn: number; readonly fanOut: number } {
  const [outputs, inputs, ...kernel] = shape;
  if (outputs === undefined || inputs === undefined || sizeOf(shape) === 0) {
    raise(
      new ShapeError(
        `${op}: expected weights of shape (out, in, …kernel) without empty axes, got ${formatShape(shape)}`,
      ),
    );
  }
  return { fanIn: inputs * sizeOf(kernel), fanOut: outputs * sizeOf(kernel) };
}
