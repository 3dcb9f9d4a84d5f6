/**
 * The Tensor: a handle on a node of the graph, with every operation that has one subject as a method. Nothing is computed
 * until a value is read. Here are contractions and indexing; the other families are in methods/, each class extending the one
 * before it.
 */
import type { Shape } from '../base/shape.ts';
import type { DType } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import * as contraction from './contraction.ts';
import * as convolution from './convolution.ts';
import * as indexing from './indexing.ts';
import { ReductionMethods } from './methods/reduction-methods.ts';
import * as pooling from './pooling.ts';
import type { Appended, CheckAxis, CheckDot, CheckMatmul, Matmul, Taken } from './shape-types.ts';

export { type NestedNumbers, operandOf, type TensorLike } from './methods/handle.ts';

/**
 * An immutable n-dimensional array of one dtype.
 *
 * Operations record; reading (`data`, `item`, `array`, printing) runs what was recorded. Two tensors broadcast by NumPy's rule
 * and meet in the smallest dtype that is at least both (the table is in ir/dtype.ts).
 * @example const y = tensor([[1, 2], [3, 4]]).matmul(tensor([1, 1])).relu(); await y.array(); // [3, 7]
 */
export class Tensor<S extends Shape = Shape> extends ReductionMethods {
  /**
   * @internal Never there: it makes the shape a part of the type. A method, because those compare their parameters both ways, so that a
   * tensor of unknown shape may stand where a known one is expected, as well as the other way round; two known ones must be equal.
   */
  protected hasShape?(shape: S): void;

  /** @internal */
  override derived<R extends Shape>(node: Node): Tensor<R> {
    return new Tensor(node);
  }

  // Contractions

  /** (…, M, K) · (…, K, N) → (…, M, N); leading axes broadcast, vectors are rows on the left and columns on the right. */
  matmul<A extends Shape, B extends Shape>(
    this: Tensor<A>,
    other: Tensor<B> & CheckMatmul<A, B>,
  ): Tensor<Matmul<A, B>> {
    return this.derived(contraction.matmul(this.node, other.node));
  }

  /** Σ xᵢ yᵢ of two vectors. */
  dot<A extends Shape, B extends Shape>(this: Tensor<A>, other: Tensor<B> & CheckDot<A, B>): Tensor<[]> {
    return this.derived(contraction.dot(this.node, other.node));
  }

  /** x (N, C, H, W), weight (O, C / groups, kh, kw) → (N, O, H', W'). */
  conv2d(weight: Tensor, options?: convolution.ConvolutionOptions): Tensor {
    return this.derived(convolution.conv2d(this.node, weight.node, options));
  }

  /** The largest element of each window. */
  maxPool2d(kernel: convolution.Pair, options?: pooling.PoolOptions): Tensor {
    return this.derived(pooling.maxPool('maxPool2d', 2, this.node, kernel, options));
  }

  /** The mean of each window; padding counts as zeros unless `countIncludePad` is false. */
  avgPool2d(kernel: convolution.Pair, options?: pooling.AveragePoolOptions): Tensor {
    return this.derived(pooling.avgPool('avgPool2d', 2, this.node, kernel, options));
  }

  // Indexing: an index outside its axis is an IndexError when the graph runs

  /** Slices at places of an axis, which the index's shape replaces. @example table.take(tokens) // (V, C), (B, T) → (B, T, C) */
  take<A extends Shape, I extends Shape, const X extends number = 0>(
    this: Tensor<A>,
    index: Tensor<I>,
    axis?: X & CheckAxis<'take', A, X>,
  ): Tensor<Taken<A, I, X>> {
    return this.derived(indexing.take(this.node, index.node, axis ?? 0));
  }

  /** out[… i …] = x[… index[… i …] …]; the other axes broadcast. */
  takeAlongAxis(index: Tensor, axis: number): Tensor {
    return this.derived(indexing.takeAlongAxis(this.node, index.node, axis));
  }

  /** As takeAlongAxis, where the index may cover only the first part of the other axes. */
  gather<I extends Shape>(index: Tensor<I>, axis: number): Tensor<I> {
    return this.derived(indexing.gather(this.node, index.node, axis));
  }

  /** x with `values` added at places of an axis; the index has their shape, or is a vector of places for whole slices. */
  scatterAdd<A extends Shape>(this: Tensor<A>, index: Tensor, values: Tensor, axis = 0): Tensor<A> {
    return this.derived(indexing.scatterAdd(this.node, index.node, values.node, axis));
  }

  /** 1 at each index along a new last axis of size `depth`, else 0. */
  oneHot<A extends Shape, const N extends number>(
    this: Tensor<A>,
    depth: N,
    dtype: DType = 'float32',
  ): Tensor<Appended<A, N>> {
    return this.derived(indexing.oneHot(this.node, depth, dtype));
  }
}

/** What is known of a tensor's shape. @example ShapeOf<typeof x> */
export type ShapeOf<T> = T extends Tensor<infer S> ? S : Shape;

/** The shapes of a list of tensors. */
export type ShapesOf<L extends readonly Tensor[]> = { readonly [I in keyof L]: ShapeOf<L[I]> };
