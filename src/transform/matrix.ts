/**
 * Batches of matrices as graph, for the rules of linear algebra: the last two axes are rows and columns, those before them the batch.
 */
import { type Shape, sizeOf } from '../base/shape.ts';
import {
  binary,
  constant,
  expand,
  iota,
  permute,
  reduce,
  reshape,
  routine,
  shrink,
  unary,
  where,
} from '../ir/build.ts';
import type { Node } from '../ir/node.ts';
import type { RoutineCall } from '../ir/routine.ts';
import { like, mul, scale } from './derivatives.ts';

export function rowsOf(a: Node): number {
  return a.shape.at(-2)!;
}

export function columnsOf(a: Node): number {
  return a.shape.at(-1)!;
}

export function batchOf(a: Node): Shape {
  return a.shape.slice(0, -2);
}

/** (…, m, k) · (…, k, n) → (…, m, n), of one batch. */
export function matmul(a: Node, b: Node): Node {
  const batch = batchOf(a);
  const [m, k, n] = [rowsOf(a), columnsOf(a), columnsOf(b)];
  const shape = [...batch, m, n, k];
  const outer = batch.map((_, i) => i);
  const rank = batch.length;
  const left = expand(a, shape, [...outer, rank, rank + 2]);
  const right = expand(transpose(b), shape, [...outer, rank + 1, rank + 2]);
  return reduce('sum', mul(left, right), [rank + 2]);
}

export function transpose(a: Node): Node {
  const last = a.shape.length - 1;
  return permute(
    a,
    a.shape.map((_, i) => (i === last ? last - 1 : i === last - 1 ? last : i)),
  );
}

export function add(a: Node, b: Node): Node {
  return binary('add', a, b);
}

/** 1 / x, and 0 where x is 0. */
export function inverseOrZero(x: Node): Node {
  const isZero = binary('eq', x, like(x, 0));
  return where(isZero, like(x, 0), binary('div', like(x, 1), where(isZero, like(x, 1), x)));
}

/** a where column − row is from `low` to `high`, 0 elsewhere. */
export function band(a: Node, low: number, high: number): Node {
  const rank = a.shape.length;
  const offset = binary('add', iota(a.shape, rank - 1), unary('neg', iota(a.shape, rank - 2)));
  const bound = (value: number): Node => constant(value, a.shape, 'int32');
  const below = binary('lt', offset, bound(low));
  const above = binary('lt', bound(high), offset);
  return where(binary('or', below, above), like(a, 0), a);
}

const far = 2 ** 30;

/** The lower triangle; with −1 without the diagonal. */
export function lower(a: Node, diagonal = 0): Node {
  return band(a, -far, diagonal);
}

export function upper(a: Node, diagonal = 0): Node {
  return band(a, diagonal, far);
}

/** The identity, for the batch and dtype of a. */
export function identity(a: Node, n: number): Node {
  return band(constant(1, [...batchOf(a), n, n], a.dtype), 0, 0);
}

/** (…, n) → (…, n, n) with the elements on the diagonal. */
export function diagonal(x: Node): Node {
  const n = x.shape.at(-1)!;
  return band(asColumns(x, n), 0, 0);
}

/** (…, n) → (…, rows, n): the same in every row. */
export function asColumns(x: Node, rows: number): Node {
  const rank = x.shape.length;
  return expand(
    x,
    [...x.shape.slice(0, -1), rows, x.shape.at(-1)!],
    x.shape.map((_, i) => (i === rank - 1 ? rank : i)),
  );
}

/** (…, n) → (…, n, columns): the same in every column. */
export function asRows(x: Node, columns: number): Node {
  return expand(
    x,
    [...x.shape, columns],
    x.shape.map((_, i) => i),
  );
}

/** (…) → (…, m, n): one number for each matrix. */
export function asMatrices(x: Node, m: number, n: number): Node {
  return expand(
    x,
    [...x.shape, m, n],
    x.shape.map((_, i) => i),
  );
}

export function symmetric(a: Node): Node {
  return scale(add(a, transpose(a)), 0.5);
}

/** The parts of what a routine has packed along its last axis, given the shape of each part's core. */
export function unpack(packed: Node, cores: readonly Shape[]): Node[] {
  const batch = packed.shape.slice(0, -1);
  let at = 0;
  return cores.map((core) => {
    const size = sizeOf(core);
    const part = shrink(packed, [...batch.map(() => 0), at], [...batch, size]);
    at += size;
    return reshape(part, [...batch, ...core]);
  });
}

/** Rows from `start`, columns from `left`. */
export function block(a: Node, start: number, left: number, rows: number, columns: number): Node {
  const batch = batchOf(a);
  return shrink(a, [...batch.map(() => 0), start, left], [...batch, rows, columns]);
}

export function run(call: RoutineCall, ...inputs: Node[]): Node {
  return routine(call, inputs);
}

export function solve(a: Node, b: Node): Node {
  return run({ name: 'solve' }, a, b);
}

/** X with T X = B, or Tᵀ X = B, for a triangular T. */
export function solveTriangular(
  t: Node,
  b: Node,
  how: { readonly lower: boolean; readonly transpose?: boolean; readonly unitDiagonal?: boolean },
): Node {
  return run({ name: 'triangularSolve', transpose: false, unitDiagonal: false, ...how }, t, b);
}
