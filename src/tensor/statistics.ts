/**
 * Summaries of data beyond the methods of Tensor: weighted averages, the nan-family that leaves NaN out, covariance.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, normalizeAxes, normalizeAxis, sizeOf } from '../base/shape.ts';
import { isFloat } from '../ir/dtype.ts';
import { concat, where } from './functions.ts';
import { filled, floatOf, tensorOf } from './lifting.ts';
import type { Axes, ReduceOptions, VarianceOptions } from './reductions.ts';
import type { Tensor, TensorLike } from './tensor.ts';

/** The largest element less the smallest. @example ptp(tensor([1, 5, 3])) // 4 */
export function ptp(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  return x.max(axes, options).sub(x.min(axes, options));
}

/** How many elements are not 0, int32. @example countNonzero(tensor([0, 3, 0])) // 1 */
export function countNonzero(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  return x.notEqual(0).cast('int32').sum(axes, options);
}

export interface AverageOptions extends ReduceOptions {
  /** How much each element counts: in the shape of x, or one for each place of the single axis. Default: all equally. */
  readonly weights?: Tensor;
}

/** Σ w x / Σ w. @throws ShapeError for weights of another shape   @example average(tensor([1, 2]), 0, { weights: tensor([3, 1]) }) // 1.25 */
export function average(x: Tensor, axes?: Axes, { weights, ...options }: AverageOptions = {}): Tensor {
  if (weights === undefined) return x.mean(axes, options);
  const w = spreadWeights(x, weights, axes);
  return x.mul(w).sum(axes, options).div(w.sum(axes, options));
}

function spreadWeights(x: Tensor, weights: Tensor, axes: Axes | undefined): Tensor {
  if (weights.rank === x.rank) return floatOf(weights).expand(x.shape);
  if (weights.rank !== 1 || typeof axes !== 'number') {
    raise(
      new ShapeError(
        `average: weights ${formatShape(weights.shape)} for ${formatShape(x.shape)}; give them in its shape, or as a vector along one axis`,
      ),
    );
  }
  const axis = normalizeAxis('average', axes, x.rank);
  return floatOf(weights)
    .reshape(x.shape.map((_, i) => (i === axis ? weights.size : 1)))
    .expand(x.shape);
}

/** x with `value` in place of NaN. */
function without(x: Tensor, value: number): Tensor {
  return isFloat(x.dtype) ? where(x.isNaN(), filled(x, value), x) : x;
}

function count(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  return x
    .isNaN()
    .logicalNot()
    .cast(isFloat(x.dtype) ? x.dtype : 'float32')
    .sum(axes, options);
}

/** Σ x without NaN. @example nansum(tensor([1, NaN])) // 1 */
export function nansum(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  return without(x, 0).sum(axes, options);
}

/** Π x without NaN. @example nanprod(tensor([3, NaN])) // 3 */
export function nanprod(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  return without(x, 1).prod(axes, options);
}

/** The mean without NaN; NaN if there is nothing else. @example nanmean(tensor([1, NaN, 3])) // 2 */
export function nanmean(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  return nansum(x, axes, options).div(count(x, axes, options));
}

/** The largest element without NaN; NaN if there is nothing else. @example nanmax(tensor([1, NaN])) // 1 */
export function nanmax(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  if (!isFloat(x.dtype)) return x.max(axes, options);
  const largest = without(x, -Infinity).max(axes, options);
  return where(count(x, axes, options).equal(0), filled(largest, NaN), largest);
}

/** The smallest element without NaN; NaN if there is nothing else. @example nanmin(tensor([1, NaN])) // 1 */
export function nanmin(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  if (!isFloat(x.dtype)) return x.min(axes, options);
  const smallest = without(x, Infinity).min(axes, options);
  return where(count(x, axes, options).equal(0), filled(smallest, NaN), smallest);
}

/** The first place of the largest element that is not NaN, int32. @example nanargmax(tensor([NaN, 1, 3])) // 2 */
export function nanargmax(x: Tensor, axis?: number, options?: ReduceOptions): Tensor {
  return without(x, -Infinity).argmax(axis, options);
}

/** The first place of the smallest element that is not NaN, int32. @example nanargmin(tensor([NaN, 1, 3])) // 1 */
export function nanargmin(x: Tensor, axis?: number, options?: ReduceOptions): Tensor {
  return without(x, Infinity).argmin(axis, options);
}

/** Σ (x − mean)² / (n − correction) without NaN. @example nanvar(tensor([1, NaN, 3])) // 1 */
export function nanvar(x: Tensor, axes?: Axes, { correction = 0, ...options }: VarianceOptions = {}): Tensor {
  const centre = nanmean(x, axes, { keepDims: true });
  const deviation = where(x.isNaN(), 0, floatOf(without(x, 0)).sub(centre));
  const n = count(x, axes, options).sub(correction);
  const squares = deviation.square().sum(axes, options);
  return squares.div(where(n.less(0), filled(n, 0), n));
}

/** √nanvar. @example nanstd(tensor([1, NaN, 3])) // 1 */
export function nanstd(x: Tensor, axes?: Axes, options?: VarianceOptions): Tensor {
  return nanvar(x, axes, options).sqrt();
}

/** Running sums that skip NaN. @example nancumsum(tensor([1, NaN, 2])) // [1, 1, 3] */
export function nancumsum(x: Tensor, axis = -1): Tensor {
  return without(x, 0).cumsum(axis);
}

/** Running products that skip NaN. @example nancumprod(tensor([2, NaN, 3])) // [2, 2, 6] */
export function nancumprod(x: Tensor, axis = -1): Tensor {
  return without(x, 1).cumprod(axis);
}

/** The q-quantile of the elements that are not NaN, linear between neighbours; NaN if there is none. @throws ValueError for q outside 0 … 1   @example nanquantile(tensor([1, NaN, 3]), 0.5) // 2 */
export function nanquantile(x: Tensor, q: number, axes?: Axes, { keepDims = false }: ReduceOptions = {}): Tensor {
  if (!(q >= 0 && q <= 1)) raise(new ValueError(`nanquantile: q must be from 0 to 1, got ${q}`));
  const v = floatOf(x);
  const reduced = normalizeAxes('nanquantile', axes, v.rank);
  const kept = v.shape.map((_, i) => i).filter((i) => !reduced.includes(i));
  const outer = kept.map((i) => v.shape[i]!);
  const size = sizeOf(reduced.map((i) => v.shape[i]!));
  if (size === 0) raise(new ShapeError(`nanquantile: the reduced axes of ${formatShape(v.shape)} are empty`));
  const rows = v.permute([...kept, ...reduced]).reshape([...outer, size]);
  const sorted = rows.sort(-1); // NaN last
  const last = count(rows, -1, { keepDims: true }).sub(1);
  const at = last.mul(q).maximum(0);
  const [low, high] = [at.floor().cast('int32'), at.ceil().cast('int32')];
  const [below, above] = [sorted.takeAlongAxis(low, -1), sorted.takeAlongAxis(high, -1)];
  const value = below.add(above.sub(below).mul(at.sub(at.floor())));
  const shape = keepDims ? v.shape.map((n, i) => (reduced.includes(i) ? 1 : n)) : outer;
  return where(last.less(0), filled(value, NaN), value).reshape(shape);
}

/** The middle element without NaN. @example nanmedian(tensor([1, NaN, 3, 9])) // 3 */
export function nanmedian(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  return nanquantile(x, 0.5, axes, options);
}

/** quantile(q / 100). @example percentile(tensor([1, 2, 3]), 50) // 2 */
export function percentile(x: Tensor, q: number | readonly number[], axes?: Axes, options?: ReduceOptions): Tensor {
  return x.quantile(typeof q === 'number' ? q / 100 : q.map((one) => one / 100), axes, options);
}

export interface CovarianceOptions {
  /** More variables, in the form of x. */
  readonly y?: Tensor;
  /** Rows are variables and columns observations (default), or the other way. */
  readonly rowvar?: boolean;
  /** The divisor is n − ddof. Default 1, the unbiased estimate. */
  readonly ddof?: number;
}

/** The covariance of variables: Σ (xᵢ − x̄ᵢ)(xⱼ − x̄ⱼ) / (n − ddof); a scalar for one variable. @example cov(tensor([[1, 2, 3], [3, 2, 1]])) // [[1, -1], [-1, 1]] */
export function cov(x: Tensor, { y, rowvar = true, ddof = 1 }: CovarianceOptions = {}): Tensor {
  const variables = y === undefined ? rowsOf(x, rowvar) : concat([rowsOf(x, rowvar), rowsOf(y, rowvar)]);
  const n = variables.shape[1]!;
  const centred = variables.sub(variables.mean(1, { keepDims: true }));
  const result = centred.matmul(centred.T).div(Math.max(0, n - ddof));
  return result.size === 1 ? result.reshape([]) : result;
}

function rowsOf(x: Tensor, rowvar: boolean): Tensor {
  if (x.rank > 2) raise(new ShapeError(`cov: expected a vector or a matrix, got ${formatShape(x.shape)}`));
  const v = floatOf(x);
  if (v.rank < 2) return v.reshape(1, -1);
  return rowvar ? v : v.T;
}

/** Correlations: covariances over the product of the deviations. @example corrcoef(tensor([[1, 2, 3], [3, 2, 1]])) // [[1, -1], [-1, 1]] */
export function corrcoef(x: Tensor, options: Omit<CovarianceOptions, 'ddof'> = {}): Tensor {
  const c = cov(x, options);
  if (c.rank === 0) return c.div(c);
  const n = c.shape[0]!;
  // The diagonal by its own elements, so that it is 1 exactly where the deviation is not 0.
  const spread = c
    .reshape(-1)
    .slice([0], [n * n], [n + 1])
    .sqrt();
  return c.div(spread.unsqueeze(1)).div(spread.unsqueeze(0)).clip(-1, 1);
}

/** Whether each element of x is among those of `values`. @example isin(tensor([1, 2]), tensor([2, 3])) // [false, true] */
export function isin(x: TensorLike, values: Tensor): Tensor {
  const a = tensorOf(x);
  if (values.size === 0) return filled(a, 0).notEqual(0);
  const flat = values.reshape(-1);
  return a.unsqueeze(-1).equal(flat).any(-1);
}
