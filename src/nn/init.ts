/**
 * Initial weights: random tensors whose spread keeps the size of activations and gradients across layers. All take a key,
 * so that equal keys give equal weights. Shapes are PyTorch's: (out, in, …kernel).
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { tensor } from '../tensor/creation.ts';
import { normal, splitKeys, uniform } from '../tensor/random.ts';
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

/**
 * N(0, gain² / fanIn), gain 1: keeps the variance of a linear layer, as SELU wants it.
 * @see LeCun et al. 1998, "Efficient BackProp", eq. 16   @example lecunNormal(key(0), [128, 784])
 */
export function lecunNormal(key: Tensor, shape: Shape, { gain = 1 }: InitOptions = {}): Tensor {
  return normal(key, shape).mul(gain / Math.sqrt(fans('lecunNormal', shape).fanIn));
}

/**
 * U(−a, a), a = gain · √(3 / fanIn), gain 1.
 * @see LeCun et al. 1998   @example lecunUniform(key(0), [128, 784])
 */
export function lecunUniform(key: Tensor, shape: Shape, { gain = 1 }: InitOptions = {}): Tensor {
  return symmetric(key, shape, gain * Math.sqrt(3 / fans('lecunUniform', shape).fanIn));
}

export interface TruncatedNormalOptions {
  readonly mean?: number;
  /** Of the normal distribution before it is cut off. Default: 1. */
  readonly std?: number;
  /** Where it is cut off. Default: −2 and 2. */
  readonly low?: number;
  readonly high?: number;
}

/**
 * N(mean, std²) cut off at low and high: those outside are drawn again.
 * @throws ValueError for an empty range, or one that the distribution hardly reaches   @example truncatedNormal(key(0), [128, 784], { std: 0.02 })
 */
export function truncatedNormal(key: Tensor, shape: Shape, options: TruncatedNormalOptions = {}): Tensor {
  const { mean = 0, std = 1, low = -2, high = 2 } = options;
  if (!(low < high) || !(std > 0) || low > mean + 2 * std || high < mean - 2 * std) {
    raise(
      new ValueError(
        `truncatedNormal: low ${low} and high ${high} must be in order and reach within two deviations (${std}) of the mean ${mean}`,
      ),
    );
  }
  const data = new Float32Array(sizeOf(shape));
  let missing = data.length;
  let from = key;
  while (missing > 0) {
    const [next, drawn] = splitKeys(from);
    from = next!;
    for (const value of normal(drawn!, [Math.max(64, 2 * missing)], { mean, std }).dataSync()) {
      if (missing > 0 && value >= low && value <= high) data[--missing] = value;
    }
  }
  return tensor(data, { shape });
}

/**
 * Rows (or, if there are fewer, columns) that are orthogonal and of length gain; axes after the first count as one.
 * @throws ShapeError for fewer than two axes   @see Saxe et al. 2014   @example orthogonal(key(0), [64, 64], { gain: Math.SQRT2 })
 */
export function orthogonal(key: Tensor, shape: Shape, { gain = 1 }: InitOptions = {}): Tensor {
  fans('orthogonal', shape);
  const rows = shape[0]!;
  const columns = sizeOf(shape) / rows;
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const drawn = normal(key, [count, length], { dtype: 'float64' }).dataSync();
  const vectors = Array.from({ length: count }, (_, i) => Float64Array.from(drawn.slice(i * length, (i + 1) * length)));
  // Gram and Schmidt, twice over: once leaves errors as large as the vectors are nearly dependent.
  vectors.forEach((vector, i) => {
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors.slice(0, i)) {
        const along = vector.reduce((sum, v, k) => sum + v * other[k]!, 0);
        other.forEach((o, k) => (vector[k]! -= along * o));
      }
    }
    const norm = Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
    vector.forEach((v, k) => (vector[k] = v / norm));
  });
  const data = new Float32Array(rows * columns);
  vectors.forEach((vector, i) =>
    vector.forEach((v, k) => (data[rows <= columns ? i * columns + k : k * columns + i] = gain * v)),
  );
  return tensor(data, { shape });
}

/**
 * A convolution's weights that hand the first channels through: 1 in the middle of the kernel where output and input channel
 * are the same within a group.
 * @throws ShapeError for weights that are not of a convolution   @example dirac([16, 16, 3, 3])
 */
export function dirac(shape: Shape, groups = 1): Tensor {
  const [outputs, inputs, ...kernel] = shape;
  if (outputs === undefined || inputs === undefined || kernel.length === 0 || outputs % groups !== 0)
    raise(
      new ShapeError(`dirac: expected (out, in, …kernel) with out divisible by ${groups}, got ${formatShape(shape)}`),
    );
  const spatial = sizeOf(kernel);
  const middle = kernel.reduce((offset, size) => offset * size + Math.floor(size / 2), 0);
  const data = new Float32Array(sizeOf(shape));
  const perGroup = outputs / groups;
  for (let out = 0; out < outputs; out++) {
    const channel = out % perGroup;
    if (channel < inputs) data[(out * inputs + channel) * spatial + middle] = 1;
  }
  return tensor(data, { shape });
}

/**
 * The gain that suits an activation function. @see torch.nn.init.calculate_gain   @example orthogonal(key(0), [64, 64], { gain: gainOf('tanh') })
 */
export function gainOf(
  activation: 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu',
  slope = 0.01,
): number {
  switch (activation) {
    case 'linear':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + slope ** 2));
    case 'selu':
      return 3 / 4;
  }
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
