/**
 * Parameters that are computed from others: weight normalisation and spectral normalisation of a layer's weight. The layer
 * reads its weight as before; what is trained and saved is what it is made of, under the names of torch.nn.utils.parametrizations.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { normalizeAxis } from '../base/shape.ts';
import { Cell } from '../tensor/cell.ts';
import { defaultKey, normal, splitKeys } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Computed, type Module, Parameter } from './module.ts';
import { checkCount } from './sizes.ts';

/** ‖v‖ over all axes but one, kept as size 1. */
function lengths(v: Tensor, axis: number): Tensor {
  const others = v.shape.map((_, i) => i).filter((i) => i !== axis);
  return v.square().sum(others, { keepDims: true }).sqrt();
}

export interface WeightNormOptions {
  /** The parameter's field. Default: 'weight'. */
  readonly name?: string;
  /** Each slice along it has a length of its own. Default: 0. */
  readonly axis?: number;
}

/**
 * w = g · v / ‖v‖: direction v and length g of each slice are learned apart, from what the weight was.
 * State: parametrizations.weight.original0 is g, original1 is v.
 * @returns the module   @throws ValueError if it has no such parameter   @see Salimans and Kingma 2016   @example weightNorm(new Linear(64, 64))
 */
export function weightNorm<M extends Module>(module: M, { name = 'weight', axis = 0 }: WeightNormOptions = {}): M {
  const weight = parameterOf('weightNorm', module, name);
  const at = normalizeAxis('weightNorm', axis, weight.shape.length);
  const g = new Parameter(lengths(weight.value, at));
  const v = new Parameter(weight.value);
  const compute = (): Tensor => v.value.mul(g.value.div(lengths(v.value, at)));
  return replace(module, name, new Computed(weight.value, compute, { original0: g, original1: v }));
}

export interface SpectralNormOptions {
  /** The parameter's field. Default: 'weight'. */
  readonly name?: string;
  /** Rows of the matrix; all other axes are its columns. Default: 1 for transposed convolutions, else 0. */
  readonly axis?: number;
  /** Power iterations at each use in training. Default: 1. */
  readonly iterations?: number;
  /** The least length that is divided by. Default: 1e-12. */
  readonly eps?: number;
  /** Of the first singular vectors. Default: the next default key. */
  readonly key?: Tensor;
}

/**
 * w / σ(w), σ the largest singular value as the power iteration estimates it: uᵀ w v. Each use in training improves the estimate.
 * State: parametrizations.weight.original is w, 0._u and 0._v are u and v.
 * @returns the module   @throws ValueError if it has no such parameter; ShapeError for a vector   @see Miyato et al. 2018   @example spectralNorm(new Conv2d(3, 64, 3))
 */
export function spectralNorm<M extends Module>(module: M, options: SpectralNormOptions = {}): M {
  const { name = 'weight', iterations = 1, eps = 1e-12, key = defaultKey() } = options;
  const { axis = module.constructor.name.startsWith('ConvTranspose') ? 1 : 0 } = options;
  checkCount('spectralNorm', { iterations });
  const weight = parameterOf('spectralNorm', module, name);
  const { shape } = weight;
  if (shape.length < 2) raise(new ShapeError(`spectralNorm: '${name}' has fewer than two axes; there is no matrix`));
  const at = normalizeAxis('spectralNorm', axis, shape.length);
  const order = [at, ...shape.map((_, i) => i).filter((i) => i !== at)];
  const matrix = (w: Tensor): Tensor => w.permute(order).reshape(shape[at]!, -1);
  const unit = (x: Tensor): Tensor => x.div(x.square().sum().sqrt().maximum(eps));
  const original = new Parameter(weight.value);
  const [uKey, vKey] = splitKeys(key);
  const [rows, columns] = matrix(weight.value).shape as [number, number];
  const u = new Cell(unit(normal(uKey!, [rows])));
  const v = new Cell(unit(normal(vKey!, [columns])));
  const iterate = (count: number): void => {
    const w = matrix(original.value.detach());
    let [left, right] = [u.value, v.value];
    for (let i = 0; i < count; i++) {
      left = unit(w.matmul(right));
      right = unit(left.matmul(w));
    }
    u.value = left;
    v.value = right;
  };
  iterate(15);
  const compute = (): Tensor => {
    if (module.training) iterate(iterations);
    const w = original.value;
    return w.div(u.value.dot(matrix(w).matmul(v.value)));
  };
  return replace(module, name, new Computed(weight.value, compute, { original, 0: { _u: u, _v: v } }));
}

function parameterOf(op: string, module: Module, name: string): Parameter {
  const found: unknown = Reflect.get(module, name);
  if (found instanceof Parameter && !(found instanceof Computed)) return found;
  return raise(
    new ValueError(`${op}: ${module.constructor.name} has no parameter '${name}' that is not computed already`),
  );
}

function replace<M extends Module>(module: M, name: string, computed: Computed): M {
  Reflect.set(module, name, computed);
  return module;
}
