/**
 * The methods of tensors that put the same elements in other places. What each does is in its family's file, over nodes.
 */
import type { Shape } from '../../base/shape.ts';
import * as indexing from '../indexing.ts';
import * as movement from '../movement.ts';
import { type PadMode, padWith } from '../padding.ts';
import type { Axes } from '../reductions.ts';
import { type Index, select } from '../selection.ts';
import type { Tensor } from '../tensor.ts';
import { ElementwiseMethods } from './elementwise-methods.ts';

export abstract class MovementMethods extends ElementwiseMethods {
  // Movement: the same elements in other places

  /** Other sizes for the same elements; one may be −1. @example x.reshape(-1, 28, 28) */
  reshape(...sizes: number[] | [readonly number[]]): Tensor {
    return this.derived(movement.reshape(this.node, listOf(sizes)));
  }

  /** Axes `start` … `end` (included; default all) as one. */
  flatten(start = 0, end = -1): Tensor {
    return this.derived(movement.flatten(this.node, start, end));
  }

  /** Swaps two axes; by default the last two. */
  transpose(a = -2, b = -1): Tensor {
    return this.derived(movement.transpose(this.node, a, b));
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
  permute(...order: number[] | [readonly number[]]): Tensor {
    return this.derived(movement.permute(this.node, listOf(order)));
  }

  /** Stretched to `shape` by NumPy's rule; −1 keeps a size. */
  expand(...shape: number[] | [Shape]): Tensor {
    return this.derived(movement.expand(this.node, listOf(shape)));
  }

  /** Another name of `expand`. */
  broadcastTo(shape: Shape): Tensor {
    return this.expand(shape);
  }

  /** Without axes of size 1: those named, or all of them. */
  squeeze(axes?: Axes): Tensor {
    return this.derived(movement.squeeze(this.node, axes));
  }

  /** With an axis of size 1 at `axis` of the result. */
  unsqueeze(axis: number): Tensor {
    return this.derived(movement.unsqueeze(this.node, axis));
  }

  /**
   * A number around the elements, or more of them: repeated from the edge, mirrored with ('symmetric') or without ('reflect') the edge itself,
   * or from the other end ('wrap'). @example x.pad([1, [0, 2]]) // one on both sides of axis −2, two after axis −1   @example x.pad(2, 'reflect')
   */
  pad(widths: movement.PadWidths, value: number | PadMode = 0): Tensor {
    return this.derived(
      typeof value === 'number' ? movement.pad(this.node, widths, value) : padWith(this.node, widths, value),
    );
  }

  /**
   * Elements from `start` to before `stop` by `step`, per axis from the first; negative bounds count from the end, null is
   * no bound, a negative step goes backwards. @example x.slice([0, 1], [null, -1])   @example x.slice(2, 5)
   */
  slice(start: movement.Bounds, stop?: movement.Bounds, step?: movement.Bounds): Tensor {
    return this.derived(movement.slice(this.node, start, stop, step));
  }

  /** The slice at one place of an axis, which is dropped; negative places count from the end. */
  at(place: number, axis = 0): Tensor {
    return this.derived(indexing.at(this.node, place, axis));
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
  flip(...axes: number[]): Tensor {
    return this.derived(movement.flip(this.node, axes.length === 0 ? this.shape.map((_, i) => i) : axes));
  }

  /** The whole repeated, per axis. @example tensor([1, 2]).tile(2) // [1, 2, 1, 2] */
  tile(...counts: number[]): Tensor {
    return this.derived(movement.tile(this.node, counts));
  }

  /** Each element repeated, all equally often or as listed. @example tensor([1, 2]).repeat(2) // [1, 1, 2, 2]   @example x.repeat([2, 0, 1]) */
  repeat(count: number | readonly number[], axis = 0): Tensor {
    return this.derived(
      typeof count === 'number' ? movement.repeat(this.node, count, axis) : indexing.repeatEach(this.node, count, axis),
    );
  }
}

function listOf(sizes: readonly number[] | readonly [readonly number[]]): readonly number[] {
  const [first] = sizes;
  return typeof first === 'object' ? first : sizes.filter((n) => typeof n === 'number');
}
