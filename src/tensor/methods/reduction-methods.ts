/**
 * The methods of tensors that go along axes: sums and other reductions, order, running sums. What each does is in its family's
 * file, over nodes.
 */
import type { Shape } from '../../base/shape.ts';
import * as reductions from '../reductions.ts';
import * as sorting from '../sort.ts';
import type { CheckAxes, CheckAxis, Reduced } from '../shape-types.ts';
import type { Tensor } from '../tensor.ts';
import { MovementMethods } from './movement-methods.ts';

export abstract class ReductionMethods extends MovementMethods {
  // Reductions over one axis, several, or all

  /** Σ x; bool and uint8 add up as int32. */
  sum<A extends Shape, const X extends reductions.Axes | undefined = undefined, K extends boolean = false>(
    this: Tensor<A>,
    axes?: X & CheckAxes<'sum', A, X>,
    options?: reductions.ReduceOptions<K>,
  ): Tensor<Reduced<A, X, K>> {
    return this.derived(reductions.sum(this.node, axes, options));
  }

  /** Π x. */
  prod<A extends Shape, const X extends reductions.Axes | undefined = undefined, K extends boolean = false>(
    this: Tensor<A>,
    axes?: X & CheckAxes<'prod', A, X>,
    options?: reductions.ReduceOptions<K>,
  ): Tensor<Reduced<A, X, K>> {
    return this.derived(reductions.prod(this.node, axes, options));
  }

  mean<A extends Shape, const X extends reductions.Axes | undefined = undefined, K extends boolean = false>(
    this: Tensor<A>,
    axes?: X & CheckAxes<'mean', A, X>,
    options?: reductions.ReduceOptions<K>,
  ): Tensor<Reduced<A, X, K>> {
    return this.derived(reductions.mean(this.node, axes, options));
  }

  max<A extends Shape, const X extends reductions.Axes | undefined = undefined, K extends boolean = false>(
    this: Tensor<A>,
    axes?: X & CheckAxes<'max', A, X>,
    options?: reductions.ReduceOptions<K>,
  ): Tensor<Reduced<A, X, K>> {
    return this.derived(reductions.max(this.node, axes, options));
  }

  min<A extends Shape, const X extends reductions.Axes | undefined = undefined, K extends boolean = false>(
    this: Tensor<A>,
    axes?: X & CheckAxes<'min', A, X>,
    options?: reductions.ReduceOptions<K>,
  ): Tensor<Reduced<A, X, K>> {
    return this.derived(reductions.min(this.node, axes, options));
  }

  /** Σ (x − mean)² / (n − correction), correction 0 as in NumPy. */
  var<A extends Shape, const X extends reductions.Axes | undefined = undefined, K extends boolean = false>(
    this: Tensor<A>,
    axes?: X & CheckAxes<'var', A, X>,
    options?: reductions.VarianceOptions<K>,
  ): Tensor<Reduced<A, X, K>> {
    return this.derived(reductions.variance(this.node, axes, options));
  }

  /** √var. */
  std<A extends Shape, const X extends reductions.Axes | undefined = undefined, K extends boolean = false>(
    this: Tensor<A>,
    axes?: X & CheckAxes<'std', A, X>,
    options?: reductions.VarianceOptions<K>,
  ): Tensor<Reduced<A, X, K>> {
    return this.derived(reductions.deviation(this.node, axes, options));
  }

  /** The first index of the largest element, int32; of all elements flattened without an axis. */
  argmax<A extends Shape, const X extends number | undefined = undefined, K extends boolean = false>(
    this: Tensor<A>,
    axis?: X & CheckAxes<'argmax', A, X>,
    options?: reductions.ReduceOptions<K>,
  ): Tensor<Reduced<A, X, K>> {
    return this.derived(reductions.argmax(this.node, axis, options));
  }

  argmin<A extends Shape, const X extends number | undefined = undefined, K extends boolean = false>(
    this: Tensor<A>,
    axis?: X & CheckAxes<'argmin', A, X>,
    options?: reductions.ReduceOptions<K>,
  ): Tensor<Reduced<A, X, K>> {
    return this.derived(reductions.argmin(this.node, axis, options));
  }

  any<A extends Shape, const X extends reductions.Axes | undefined = undefined, K extends boolean = false>(
    this: Tensor<A>,
    axes?: X & CheckAxes<'any', A, X>,
    options?: reductions.ReduceOptions<K>,
  ): Tensor<Reduced<A, X, K>> {
    return this.derived(reductions.any(this.node, axes, options));
  }

  all<A extends Shape, const X extends reductions.Axes | undefined = undefined, K extends boolean = false>(
    this: Tensor<A>,
    axes?: X & CheckAxes<'all', A, X>,
    options?: reductions.ReduceOptions<K>,
  ): Tensor<Reduced<A, X, K>> {
    return this.derived(reductions.all(this.node, axes, options));
  }

  /** log Σ eˣ without overflow. */
  logSumExp<A extends Shape, const X extends reductions.Axes | undefined = undefined, K extends boolean = false>(
    this: Tensor<A>,
    axes?: X & CheckAxes<'logSumExp', A, X>,
    options?: reductions.ReduceOptions<K>,
  ): Tensor<Reduced<A, X, K>> {
    return this.derived(reductions.logSumExp(this.node, axes, options));
  }

  /** eˣ / Σ eˣ along an axis. */
  softmax<A extends Shape, const X extends number = -1>(
    this: Tensor<A>,
    axis?: X & CheckAxis<'softmax', A, X>,
  ): Tensor<A> {
    return this.derived(reductions.softmax(this.node, axis ?? -1));
  }

  logSoftmax<A extends Shape, const X extends number = -1>(
    this: Tensor<A>,
    axis?: X & CheckAxis<'logSoftmax', A, X>,
  ): Tensor<A> {
    return this.derived(reductions.logSoftmax(this.node, axis ?? -1));
  }

  // Order, along one axis

  /** Ascending along an axis, NaN last; or descending. */
  sort<A extends Shape, const X extends number = -1>(
    this: Tensor<A>,
    axis?: X & CheckAxis<'sort', A, X>,
    options?: sorting.SortOptions,
  ): Tensor<A> {
    return this.derived(sorting.sort(this.node, axis ?? -1, options));
  }

  /** The places of the elements in ascending order, int32. Stable; NaN last. */
  argsort<A extends Shape, const X extends number = -1>(
    this: Tensor<A>,
    axis?: X & CheckAxis<'argsort', A, X>,
    options?: sorting.SortOptions,
  ): Tensor<A> {
    return this.derived(sorting.argsort(this.node, axis ?? -1, options));
  }

  /** The k largest (or smallest) elements along an axis, in order, and where they are. */
  topk(k: number, options?: sorting.TopKOptions): { values: Tensor; indices: Tensor } {
    const { values, indices } = sorting.topk(this.node, k, options);
    return { values: this.derived(values), indices: this.derived(indices) };
  }

  /** The q-quantile over axes, between elements in proportion; several q come along a new first axis. NaN where any element is. */
  quantile(q: number | readonly number[], axes?: reductions.Axes, options?: sorting.QuantileOptions): Tensor {
    return this.derived(sorting.quantile(this.node, q, axes, options));
  }

  /** The middle element over axes, or the mean of the two in the middle. */
  median<A extends Shape, const X extends reductions.Axes | undefined = undefined, K extends boolean = false>(
    this: Tensor<A>,
    axes?: X & CheckAxes<'median', A, X>,
    options?: reductions.ReduceOptions<K>,
  ): Tensor<Reduced<A, X, K>> {
    return this.derived(sorting.median(this.node, axes, options));
  }

  /** Σ of the elements up to each along an axis. */
  cumsum<A extends Shape, const X extends number = -1>(
    this: Tensor<A>,
    axis?: X & CheckAxis<'cumsum', A, X>,
  ): Tensor<A> {
    return this.derived(sorting.cumsum(this.node, axis ?? -1));
  }

  /** Π of the elements up to each along an axis. */
  cumprod<A extends Shape, const X extends number = -1>(
    this: Tensor<A>,
    axis?: X & CheckAxis<'cumprod', A, X>,
  ): Tensor<A> {
    return this.derived(sorting.cumprod(this.node, axis ?? -1));
  }

  /** The largest element up to each along an axis; NaN from the first one on. */
  cummax<A extends Shape, const X extends number = -1>(
    this: Tensor<A>,
    axis?: X & CheckAxis<'cummax', A, X>,
  ): Tensor<A> {
    return this.derived(sorting.cummax(this.node, axis ?? -1));
  }

  /** The smallest element up to each along an axis; NaN from the first one on. */
  cummin<A extends Shape, const X extends number = -1>(
    this: Tensor<A>,
    axis?: X & CheckAxis<'cummin', A, X>,
  ): Tensor<A> {
    return this.derived(sorting.cummin(this.node, axis ?? -1));
  }
}
