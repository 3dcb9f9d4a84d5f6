/**
 * The methods of tensors that go along axes: sums and other reductions, order, running sums. What each does is in its family's
 * file, over nodes.
 */
import * as reductions from '../reductions.ts';
import * as sorting from '../sort.ts';
import type { Tensor } from '../tensor.ts';
import { MovementMethods } from './movement-methods.ts';

export abstract class ReductionMethods extends MovementMethods {
  // Reductions over one axis, several, or all

  /** Σ x; bool and uint8 add up as int32. */
  sum(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return this.derived(reductions.sum(this.node, axes, options));
  }

  /** Π x. */
  prod(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return this.derived(reductions.prod(this.node, axes, options));
  }

  mean(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return this.derived(reductions.mean(this.node, axes, options));
  }

  max(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return this.derived(reductions.max(this.node, axes, options));
  }

  min(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return this.derived(reductions.min(this.node, axes, options));
  }

  /** Σ (x − mean)² / (n − correction), correction 0 as in NumPy. */
  var(axes?: reductions.Axes, options?: reductions.VarianceOptions): Tensor {
    return this.derived(reductions.variance(this.node, axes, options));
  }

  /** √var. */
  std(axes?: reductions.Axes, options?: reductions.VarianceOptions): Tensor {
    return this.derived(reductions.deviation(this.node, axes, options));
  }

  /** The first index of the largest element, int32; of all elements flattened without an axis. */
  argmax(axis?: number, options?: reductions.ReduceOptions): Tensor {
    return this.derived(reductions.argmax(this.node, axis, options));
  }

  argmin(axis?: number, options?: reductions.ReduceOptions): Tensor {
    return this.derived(reductions.argmin(this.node, axis, options));
  }

  any(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return this.derived(reductions.any(this.node, axes, options));
  }

  all(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return this.derived(reductions.all(this.node, axes, options));
  }

  /** log Σ eˣ without overflow. */
  logSumExp(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return this.derived(reductions.logSumExp(this.node, axes, options));
  }

  /** eˣ / Σ eˣ along an axis. */
  softmax(axis = -1): Tensor {
    return this.derived(reductions.softmax(this.node, axis));
  }

  logSoftmax(axis = -1): Tensor {
    return this.derived(reductions.logSoftmax(this.node, axis));
  }

  // Order, along one axis

  /** Ascending along an axis, NaN last; or descending. */
  sort(axis = -1, options?: sorting.SortOptions): Tensor {
    return this.derived(sorting.sort(this.node, axis, options));
  }

  /** The places of the elements in ascending order, int32. Stable; NaN last. */
  argsort(axis = -1, options?: sorting.SortOptions): Tensor {
    return this.derived(sorting.argsort(this.node, axis, options));
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
  median(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return this.derived(sorting.median(this.node, axes, options));
  }

  /** Σ of the elements up to each along an axis. */
  cumsum(axis = -1): Tensor {
    return this.derived(sorting.cumsum(this.node, axis));
  }

  /** Π of the elements up to each along an axis. */
  cumprod(axis = -1): Tensor {
    return this.derived(sorting.cumprod(this.node, axis));
  }

  /** The largest element up to each along an axis; NaN from the first one on. */
  cummax(axis = -1): Tensor {
    return this.derived(sorting.cummax(this.node, axis));
  }

  /** The smallest element up to each along an axis; NaN from the first one on. */
  cummin(axis = -1): Tensor {
    return this.derived(sorting.cummin(this.node, axis));
  }
}
