/**
 * Joining, splitting, putting in and taking out, beyond `concat`, `stack` and `split`, under NumPy's names.
 */
import { IndexError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { normalizeAxis } from '../base/shape.ts';
import { table } from './constants.ts';
import { concat, stack } from './functions.ts';
import { take } from './indexing.ts';
import { tensorOf } from './lifting.ts';
import { narrow } from './movement.ts';
import { atleast1d, atleast2d, atleast3d, broadcastArrays } from './rearranging.ts';
import { Tensor, type TensorLike } from './tensor.ts';

/** Side by side: along the second axis, vectors along the first. @example hstack([tensor([1]), tensor([2])]) // [1, 2] */
export function hstack(tensors: readonly TensorLike[]): Tensor {
  const list = tensors.map(atleast1d);
  return concat(list, list[0]?.rank === 1 ? 0 : 1);
}

/** One under the other: along the first axis, vectors as rows. @example vstack([tensor([1]), tensor([2])]) // [[1], [2]] */
export function vstack(tensors: readonly TensorLike[]): Tensor {
  return concat(tensors.map(atleast2d), 0);
}

/** One behind the other: along the third axis. @example dstack([tensor([1]), tensor([2])]) // [[[1, 2]]] */
export function dstack(tensors: readonly TensorLike[]): Tensor {
  return concat(tensors.map(atleast3d), 2);
}

/** Vectors as columns of a matrix, matrices side by side. @example columnStack([tensor([1, 2]), tensor([3, 4])]) // [[1, 3], [2, 4]] */
export function columnStack(tensors: readonly TensorLike[]): Tensor {
  const columns = tensors.map((x) => {
    const a = atleast1d(x);
    return a.rank === 1 ? a.unsqueeze(1) : a;
  });
  return concat(columns, 1);
}

/** Tensors in nested arrays: the innermost arrays are joined along the last axis, those around along the one before, and so on. */
export type Blocks = TensorLike | readonly Blocks[];

/** A tensor assembled from blocks. @example block([[a, b], [c, d]]) */
export function block(blocks: Blocks): Tensor {
  const depth = depthOf(blocks);
  const rank = Math.max(depth, ...leavesOf(blocks).map((x) => x.rank));
  return joinBlocks(blocks, rank - depth, rank);
}

function isLeaf(blocks: Blocks): blocks is TensorLike {
  return !Array.isArray(blocks);
}

function depthOf(blocks: Blocks): number {
  if (isLeaf(blocks)) return 0;
  const depths = blocks.map(depthOf);
  if (depths.length === 0 || depths.some((depth) => depth !== depths[0])) {
    raise(new ShapeError('block: arrays must be nested equally deep everywhere, and not be empty'));
  }
  return 1 + depths[0]!;
}

function leavesOf(blocks: Blocks): Tensor[] {
  return isLeaf(blocks) ? [tensorOf(blocks)] : blocks.flatMap(leavesOf);
}

function joinBlocks(blocks: Blocks, axis: number, rank: number): Tensor {
  if (!isLeaf(blocks)) {
    return concat(
      blocks.map((inner) => joinBlocks(inner, axis + 1, rank)),
      axis,
    );
  }
  const x = tensorOf(blocks);
  return x.reshape([...new Array<number>(rank - x.rank).fill(1), ...x.shape]);
}

/** Pieces along an axis: that many, the first ones longer by one if it does not divide; or cut before each of the places. @example arraySplit(arange(5), 2) // [0, 1, 2], [3, 4]   @example arraySplit(x, [2, 5]) */
export function arraySplit(x: Tensor, sections: number | readonly number[], axis = 0): Tensor[] {
  const at = normalizeAxis('arraySplit', axis, x.rank);
  const n = x.shape[at]!;
  if (typeof sections === 'number' && (!Number.isInteger(sections) || sections < 1)) {
    raise(new ValueError(`arraySplit: ${sections} pieces is not a whole number from 1 up`));
  }
  const places =
    typeof sections === 'number'
      ? Array.from({ length: sections - 1 }, (_, i) => {
          const short = Math.floor(n / sections);
          return (i + 1) * short + Math.min(i + 1, n % sections);
        })
      : sections.map((place) => Math.min(n, Math.max(0, place < 0 ? place + n : place)));
  return [0, ...places].map((start, i) => {
    const end = places[i] ?? n;
    const length = Math.max(0, end - start);
    return new Tensor(narrow(x.node, at, length === 0 ? 0 : start, length));
  });
}

/** arraySplit along the second axis, vectors along the first. @example hsplit(x, 2) */
export function hsplit(x: Tensor, sections: number | readonly number[]): Tensor[] {
  return arraySplit(x, sections, x.rank > 1 ? 1 : 0);
}

/** arraySplit along the first axis. @example vsplit(x, [1]) */
export function vsplit(x: Tensor, sections: number | readonly number[]): Tensor[] {
  return arraySplit(x, sections, 0);
}

/** arraySplit along the third axis. @example dsplit(x, 2) */
export function dsplit(x: Tensor, sections: number | readonly number[]): Tensor[] {
  return arraySplit(x, sections, 2);
}

/** The slices along an axis, without that axis. @example const [r, g, b] = unstack(image) */
export function unstack(x: Tensor, axis = 0): Tensor[] {
  const at = normalizeAxis('unstack', axis, x.rank);
  return Array.from({ length: x.shape[at]! }, (_, i) => x.at(i, at));
}

/** x with values behind it along an axis; both flattened without one. @example append(tensor([1]), 2) // [1, 2] */
export function append(x: TensorLike, values: TensorLike, axis?: number): Tensor {
  const [a, b] = [tensorOf(x), tensorOf(values)];
  return axis === undefined ? concat([a.reshape(-1), b.reshape(-1)]) : concat([a, b], axis);
}

function placesOf(op: string, places: number | readonly number[], n: number, isAfterEnd: boolean): number[] {
  return (typeof places === 'number' ? [places] : places).map((place) => {
    const index = place < 0 ? place + n : place;
    if (!Number.isInteger(place) || index < 0 || index > (isAfterEnd ? n : n - 1)) {
      raise(new IndexError(`${op}: ${place} is not a place on an axis of ${n}`));
    }
    return index;
  });
}

/** x with values put in before places of an axis (flattened without one), places counted before anything is put in. @example insert(tensor([1, 3]), 1, 2) // [1, 2, 3] */
export function insert(x: Tensor, places: number | readonly number[], values: TensorLike, axis?: number): Tensor {
  if (axis === undefined) return insert(x.reshape(-1), places, values, 0);
  const at = normalizeAxis('insert', axis, x.rank);
  const n = x.shape[at]!;
  const list = placesOf('insert', places, n, true);
  let put = tensorOf(values).cast(x.dtype);
  // One place takes as many slices as there are values.
  const isRun = typeof places === 'number' || list.length === 1;
  if (typeof places === 'number' && put.rank > 0 && put.rank < x.rank) put = put.unsqueeze(at);
  const count = isRun ? (put.rank === x.rank ? put.shape[at]! : 1) : list.length;
  const spots = isRun ? new Array<number>(count).fill(list[0]!) : list;
  const shape = x.shape.map((size, i) => (i === at ? count : size));
  const all = concat([x, put.expand(shape)], at);
  const sorted = spots.map((spot, i) => ({ spot, from: n + i })).sort((a, b) => a.spot - b.spot || a.from - b.from);
  const order: number[] = [];
  for (let i = 0, next = 0; i <= n; i++) {
    while (next < sorted.length && sorted[next]!.spot === i) order.push(sorted[next++]!.from);
    if (i < n) order.push(i);
  }
  return new Tensor(take(all.node, table(order, 'int32'), at));
}

/** x without places of an axis, flattened without one: NumPy's delete. @example deleteAt(tensor([1, 2, 3]), 1) // [1, 3] */
export function deleteAt(x: Tensor, places: number | readonly number[], axis?: number): Tensor {
  if (axis === undefined) return deleteAt(x.reshape(-1), places, 0);
  const at = normalizeAxis('deleteAt', axis, x.rank);
  const gone = new Set(placesOf('deleteAt', places, x.shape[at]!, false));
  const left = Array.from({ length: x.shape[at]! }, (_, i) => i).filter((i) => !gone.has(i));
  return new Tensor(take(x.node, table(left, 'int32'), at));
}

/** The element, or the list of elements, chosen for each place by an index: choices[index[i]][i], all broadcast. @throws ShapeError if they do not   @example choose(tensor([1, 0], { dtype: 'int32' }), [a, b]) */
export function choose(index: Tensor, choices: readonly TensorLike[]): Tensor {
  const list = choices.map(tensorOf);
  if (list.length === 0) raise(new ValueError('choose: got no choices; give at least one'));
  const [places, ...values] = broadcastArrays(index, ...list);
  return stack(values).takeAlongAxis(places!.unsqueeze(0), 0).squeeze(0);
}
