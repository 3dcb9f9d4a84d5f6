/**
 * The methods of tensors that put the same elements in other places. What each does is in its family's file, over nodes.
 */
import type { Shape } from '../../base/shape.ts';
import * as indexing from '../indexing.ts';
import * as movement from '../movement.ts';
import { type PadMode, padWith } from '../padding.ts';
import type { Axes } from '../reductions.ts';
import { type Index, select } from '../selection.ts';
import type {
  CheckAxis,
  CheckPermute,
  CheckReshape,
  CheckSqueeze,
  Dropping,
  Expanded,
  Flattened,
  Permuted,
  Reshaped,
  Resized,
  SizesOf,
  Squeezed,
  Swapped,
  Unsqueezed,
} from '../shape-types.ts';
import type { Tensor } from '../tensor.ts';
import { ElementwiseMethods } from './elementwise-methods.ts';

export abstract class MovementMethods extends ElementwiseMethods {
  // Movement: the same elements in other places

  /** Other sizes for the same elements; one may be −1. @example x.reshape(-1, 28, 28) */
  reshape<A extends Shape, const R extends readonly number[] | readonly [Shape]>(
    this: Tensor<A> & CheckReshape<A, SizesOf<R>>,
    ...sizes: R
  ): Tensor<Reshaped<A, SizesOf<R>>> {
    return this.derived(movement.reshape(this.node, listOf(sizes)));
  }

  /** Axes `start` … `end` (included; default all) as one. */
  flatten<A extends Shape, const X extends number = 0, const Y extends number = -1>(
    this: Tensor<A>,
    start?: X & CheckAxis<'flatten', A, X>,
    end?: Y,
  ): Tensor<Y extends -1 ? Flattened<A, X> : Shape> {
    return this.derived(movement.flatten(this.node, start, end));
  }

  /** Swaps two axes; by default the last two. */
  transpose<A extends Shape, const X extends number = -2, const Y extends number = -1>(
    this: Tensor<A>,
    a?: X & CheckAxis<'transpose', A, X>,
    b?: Y & CheckAxis<'transpose', A, Y>,
  ): Tensor<Swapped<A, X, Y>> {
    return this.derived(movement.transpose(this.node, a ?? -2, b ?? -1));
  }

  /** All axes turned around. */
  get T(): Tensor {
    return this.derived(
      movement.permute(
        this.node,
        this.shape.map((_, i) => this.rank - 1 - i),
      ),
    );
  }

  /** Axis i of the result is axis order[i]. @example x.permute(0, 2, 3, 1) */
  permute<A extends Shape, const R extends readonly number[] | readonly [Shape]>(
    this: Tensor<A> & CheckPermute<A, SizesOf<R>>,
    ...order: R
  ): Tensor<Permuted<A, SizesOf<R>>> {
    return this.derived(movement.permute(this.node, listOf(order)));
  }

  /** Stretched to `shape` by NumPy's rule; −1 keeps a size. */
  expand<const R extends readonly number[] | readonly [Shape]>(...shape: R): Tensor<Expanded<SizesOf<R>>> {
    return this.derived(movement.expand(this.node, listOf(shape)));
  }

  /** Another name of `expand`. */
  broadcastTo<const R extends Shape>(shape: R): Tensor<Expanded<R>> {
    return this.derived(movement.expand(this.node, shape));
  }

  /** Without axes of size 1: those named, or all of them. */
  squeeze<A extends Shape, const X extends Axes | undefined = undefined>(
    this: Tensor<A>,
    axes?: X & CheckSqueeze<A, X>,
  ): Tensor<Squeezed<A, X>> {
    return this.derived(movement.squeeze(this.node, axes));
  }

  /** With an axis of size 1 at `axis` of the result. */
  unsqueeze<A extends Shape, const X extends number>(this: Tensor<A>, axis: X): Tensor<Unsqueezed<A, X>> {
    return this.derived(movement.unsqueeze(this.node, axis));
  }

  /**
   * A number around the elements, or more of them: repeated from the edge, mirrored with ('symmetric') or without ('reflect') the edge itself,
   * or from the other end ('wrap'). @example x.pad([1, [0, 2]]) // one on both sides of axis −2, two after axis −1   @example x.pad(2, 'reflect')
   */
  pad<A extends Shape>(this: Tensor<A>, widths: movement.PadWidths, value: number | PadMode = 0): Tensor<Resized<A>> {
    return this.derived(
      typeof value === 'number' ? movement.pad(this.node, widths, value) : padWith(this.node, widths, value),
    );
  }

  /**
   * Elements from `start` to before `stop` by `step`, per axis from the first; negative bounds count from the end, null is
   * no bound, a negative step goes backwards. @example x.slice([0, 1], [null, -1])   @example x.slice(2, 5)
   */
  slice<A extends Shape>(
    this: Tensor<A>,
    start: movement.Bounds,
    stop?: movement.Bounds,
    step?: movement.Bounds,
  ): Tensor<Resized<A>> {
    return this.derived(movement.slice(this.node, start, stop, step));
  }

  /** The slice at one place of an axis, which is dropped; negative places count from the end. */
  at<A extends Shape, const X extends number = 0>(
    this: Tensor<A>,
    place: number,
    axis?: X & CheckAxis<'at', A, X>,
  ): Tensor<Dropping<A, X>> {
    return this.derived(indexing.at(this.node, place, axis ?? 0));
  }

  /**
   * General indexing with NumPy's rules: places, slices as '1:5' or '::-1', '...', null for a new axis, lists and tensors of
   * places, masks. `at(x, …).set(values)` updates what `get` reads.
   * @example x.get(0, '...', '::2')   @example x.get(x.greater(0))   @example x.get([0, 2], [1, 1])
   */
  get(...indices: readonly Index[]): Tensor {
    return this.derived(select(this.node, indices));
  }

  /** Turned around along the named axes, or along all. */
  flip<A extends Shape>(this: Tensor<A>, ...axes: number[]): Tensor<A> {
    return this.derived(movement.flip(this.node, axes.length === 0 ? this.shape.map((_, i) => i) : axes));
  }

  /** The whole repeated, per axis. @example tensor([1, 2]).tile(2) // [1, 2, 1, 2] */
  tile(...counts: number[]): Tensor {
    return this.derived(movement.tile(this.node, counts));
  }

  /** Each element repeated, all equally often or as listed. @example tensor([1, 2]).repeat(2) // [1, 1, 2, 2]   @example x.repeat([2, 0, 1]) */
  repeat<A extends Shape>(this: Tensor<A>, count: number | readonly number[], axis = 0): Tensor<Resized<A>> {
    return this.derived(
      typeof count === 'number' ? movement.repeat(this.node, count, axis) : indexing.repeatEach(this.node, count, axis),
    );
  }
}

function listOf(sizes: readonly number[] | readonly [readonly number[]]): readonly number[] {
  const [first] = sizes;
  return typeof first === 'object' ? first : sizes.filter((n) => typeof n === 'number');
}
