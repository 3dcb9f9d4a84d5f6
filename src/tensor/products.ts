/**
 * Products of vectors, matrices and tensors beyond matmul and einsum, under NumPy's names.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, normalizeAxis, sizeOf } from '../base/shape.ts';
import { contractionOrder } from './contraction-path.ts';
import { stack } from './functions.ts';
import { meetAsNumbers, tensorOf } from './lifting.ts';
import { moveaxis } from './rearranging.ts';
import type { Tensor, TensorLike } from './tensor.ts';

/** xᵢ yⱼ of all elements of both. @example outer(tensor([1, 2]), tensor([3, 4])) // [[3, 4], [6, 8]] */
export function outer(x: TensorLike, y: TensorLike): Tensor {
  return tensorOf(x).reshape(-1, 1).mul(tensorOf(y).reshape(1, -1));
}

/** Σ x y over the last axes of both; a product if one is a scalar. @throws ShapeError if they differ   @example inner(tensor([1, 2]), tensor([3, 4])) // 11 */
export function inner(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = [tensorOf(x), tensorOf(y)];
  if (a.rank === 0 || b.rank === 0) return a.mul(b);
  return tensordot(a, b, [[-1], [-1]]);
}

/** Σ x y of all elements of both, in order. @throws ShapeError if they are not equally many   @example vdot(tensor([1, 2]), tensor([3, 4])) // 11 */
export function vdot(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = [tensorOf(x).reshape(-1), tensorOf(y).reshape(-1)];
  if (a.size !== b.size) raise(new ShapeError(`vdot: ${a.size} elements and ${b.size}; there must be equally many`));
  return a.dot(b);
}

/** Σ x y along an axis; the others broadcast. @example vecdot(x, y) // (…, N), (…, N) → (…) */
export function vecdot(x: TensorLike, y: TensorLike, axis = -1): Tensor {
  const [a, b] = meetAsNumbers('vecdot', x, y);
  return a.mul(b).sum(normalizeAxis('vecdot', axis, a.rank));
}

/**
 * Σ x y over axes of both: the last n of x with the first n of y, or the pairs listed. What is left comes from x, then from y.
 * @throws ShapeError if sizes differ   @example tensordot(x, y, 1)   @example tensordot(x, y, [[0, 1], [1, 0]])
 */
export function tensordot(
  x: TensorLike,
  y: TensorLike,
  axes: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor {
  const [a, b] = [tensorOf(x), tensorOf(y)];
  const [left, right] =
    typeof axes === 'number'
      ? [Array.from({ length: axes }, (_, i) => a.rank - axes + i), Array.from({ length: axes }, (_, i) => i)]
      : [
          axes[0].map((axis) => normalizeAxis('tensordot', axis, a.rank)),
          axes[1].map((axis) => normalizeAxis('tensordot', axis, b.rank)),
        ];
  const isFit = left.length === right.length && left.every((axis, i) => a.shape[axis] === b.shape[right[i]!]);
  if (!isFit || left.length > a.rank || right.length > b.rank) {
    raise(
      new ShapeError(
        `tensordot: axes [${left.join(', ')}] of ${formatShape(a.shape)} and [${right.join(', ')}] of ${formatShape(b.shape)} do not have the same sizes`,
      ),
    );
  }
  const rest = (rank: number, gone: readonly number[]): number[] =>
    Array.from({ length: rank }, (_, i) => i).filter((i) => !gone.includes(i));
  const [rows, columns] = [rest(a.rank, left), rest(b.rank, right)];
  const depth = sizeOf(left.map((axis) => a.shape[axis]!));
  const shape = [...rows.map((axis) => a.shape[axis]!), ...columns.map((axis) => b.shape[axis]!)];
  const m = a.permute([...rows, ...left]).reshape(sizeOf(rows.map((axis) => a.shape[axis]!)), depth);
  const n = b.permute([...right, ...columns]).reshape(depth, sizeOf(columns.map((axis) => b.shape[axis]!)));
  return m.matmul(n).reshape(shape);
}

/** Every element of x times the whole of y, block by block. @example kron(eye(2), ones([1, 2])) // [[1, 1, 0, 0], [0, 0, 1, 1]] */
export function kron(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = [tensorOf(x), tensorOf(y)];
  const rank = Math.max(a.rank, b.rank);
  const full = (t: Tensor): number[] => [...new Array<number>(rank - t.rank).fill(1), ...t.shape];
  const [m, n] = [full(a), full(b)];
  const left = a.reshape(m.flatMap((size) => [size, 1]));
  const right = b.reshape(n.flatMap((size) => [1, size]));
  return left.mul(right).reshape(m.map((size, i) => size * n[i]!));
}

/** The vector product along an axis of 3 elements; the other axes broadcast. @throws ShapeError for another size   @example cross(tensor([1, 0, 0]), tensor([0, 1, 0])) // [0, 0, 1] */
export function cross(x: TensorLike, y: TensorLike, axis = -1): Tensor {
  const [a, b] = meetAsNumbers('cross', moved(x, axis), moved(y, axis));
  if (a.shape[a.rank - 1] !== 3) {
    raise(new ShapeError(`cross: expected 3 elements along axis ${axis}, got ${formatShape(a.shape)}`));
  }
  const part = (t: Tensor, i: number): Tensor => t.at(i, -1);
  const component = (i: number): Tensor => {
    const [j, k] = [(i + 1) % 3, (i + 2) % 3];
    return part(a, j)
      .mul(part(b, k))
      .sub(part(a, k).mul(part(b, j)));
  };
  const result = stack([component(0), component(1), component(2)], -1);
  return moveaxis(result, -1, axis);
}

function moved(x: TensorLike, axis: number): Tensor {
  const a = tensorOf(x);
  return moveaxis(a, normalizeAxis('cross', axis, a.rank), -1);
}

/** The product of a row of matrices, in the order that takes the fewest multiplications; the ends may be vectors. @example multiDot([a, b, c]) */
export function multiDot(matrices: readonly Tensor[]): Tensor {
  const [first, ...rest] = matrices;
  if (first === undefined) raise(new ValueError('multiDot: got no matrices; give at least one'));
  if (rest.length === 0) return first;
  const ranks = matrices.map((m) => m.rank);
  if (ranks.some((rank, i) => rank !== 2 && !(rank === 1 && (i === 0 || i === ranks.length - 1)))) {
    raise(
      new ShapeError(
        `multiDot: expected matrices, and vectors at the ends only, got ${matrices.map((m) => formatShape(m.shape)).join(', ')}`,
      ),
    );
  }
  const isRow = first.rank === 1;
  const isColumn = ranks[ranks.length - 1] === 1;
  const list = matrices.map((m, i) => (m.rank === 2 ? m : i === 0 ? m.unsqueeze(0) : m.unsqueeze(1)));
  const letters = list.map((_, i) => [`${i}`, `${i + 1}`]);
  const sizes = new Map<string, number>();
  list.forEach((m, i) => {
    sizes.set(`${i}`, m.shape[0]!).set(`${i + 1}`, m.shape[1]!);
  });
  const left = list.map((matrix, start) => ({ matrix, start }));
  for (const [i, j] of contractionOrder(letters, ['0', `${list.length}`], sizes)) {
    const [p, q] = [left[i]!, left[j]!].sort((a, b) => a.start - b.start);
    left.splice(Math.max(i, j), 1);
    left.splice(Math.min(i, j), 1);
    left.push({ matrix: p!.matrix.matmul(q!.matrix), start: p!.start });
  }
  const [result] = left;
  const squeezed = isRow ? result!.matrix.at(0, 0) : result!.matrix;
  return isColumn ? squeezed.at(0, -1) : squeezed;
}

/** (…, M, N) · (…, N) → (…, M): a matrix and a vector, both in batches. @example matvec(a, x) */
export function matvec(matrix: Tensor, vector: Tensor): Tensor {
  return matrix.matmul(vector.unsqueeze(-1)).squeeze(-1);
}

/** (…, M) · (…, M, N) → (…, N). @example vecmat(x, a) */
export function vecmat(vector: Tensor, matrix: Tensor): Tensor {
  return vector.unsqueeze(-2).matmul(matrix).squeeze(-2);
}
