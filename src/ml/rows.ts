/**
 * Choosing samples from whatever holds them: for splits, folds and bootstraps. The form stays what it was.
 */
import { raise, ValueError } from '../base/errors.ts';
import { infoOf } from '../ir/dtype.ts';
import { fromStored, storedOf } from '../tensor/stored.ts';
import { Tensor } from '../tensor/tensor.ts';
import { type Column, columnLength, type Columns } from './cells.ts';
import { describe, Matrix } from './matrix.ts';
import type { NumberArray } from './protocol.ts';
import { SparseMatrix } from './sparse.ts';

/** Anything with a first axis of samples: tensors, matrices, arrays, or an object of columns. */
export type Samples = Tensor | NumberArray | SparseMatrix | readonly unknown[] | Column | Columns;

/** How many samples there are. @throws ValueError for something without samples */
export function rowCount(op: string, x: Samples): number {
  if (x instanceof Tensor || isNumberArray(x)) {
    const rows = x.shape[0];
    if (rows === undefined) raise(new ValueError(`${op}: a scalar has no samples`));
    return rows;
  }
  if (x instanceof SparseMatrix) return x.rows;
  if (Array.isArray(x) || ArrayBuffer.isView(x)) return x.length;
  if (isColumns(x)) {
    const [first] = Object.values(x);
    return first === undefined ? 0 : columnLength(first);
  }
  raise(new ValueError(`${op}: expected samples, got ${describe(x)}`));
}

/** These samples, in this order, in the form they came in. @example takeRows('fold', ['a', 'b', 'c'], [2, 0]) // ['c', 'a'] */
export function takeRows<T extends Samples>(op: string, x: T, rows: ArrayLike<number>): T;
export function takeRows(op: string, x: Samples, rows: ArrayLike<number>): Samples {
  if (x instanceof Tensor) {
    const width = x.size / Math.max(1, x.shape[0] ?? 1);
    const data = storedOf(x, op);
    const picked = new (infoOf(x.dtype).array)(rows.length * width);
    for (let i = 0; i < rows.length; i++)
      picked.set(data.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
    return fromStored(x.dtype, picked, [rows.length, ...x.shape.slice(1)]);
  }
  if (x instanceof Matrix || x instanceof SparseMatrix) return x.takeRows(rows);
  if (isNumberArray(x)) {
    const width = x.data.length / Math.max(1, x.shape[0] ?? 1);
    const picked = new Float64Array(rows.length * width);
    for (let i = 0; i < rows.length; i++)
      picked.set(x.data.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
    return { data: picked, shape: [rows.length, ...x.shape.slice(1)] };
  }
  if (Array.isArray(x)) return Array.from(rows, (i): unknown => x[i]);
  if (x instanceof Float64Array) return Float64Array.from(rows, (i) => x[i]!);
  if (x instanceof Float32Array) return Float32Array.from(rows, (i) => x[i]!);
  if (x instanceof Int32Array) return Int32Array.from(rows, (i) => x[i]!);
  if (x instanceof Uint8Array) return Uint8Array.from(rows, (i) => x[i]!);
  if (isColumns(x))
    return Object.fromEntries(Object.entries(x).map(([name, column]) => [name, takeRows(op, column, rows)]));
  raise(new ValueError(`${op}: expected samples, got ${describe(x)}`));
}

function isNumberArray(x: unknown): x is NumberArray {
  return (
    typeof x === 'object' &&
    x !== null &&
    !(x instanceof SparseMatrix) &&
    'shape' in x &&
    Array.isArray(x.shape) &&
    'data' in x &&
    ArrayBuffer.isView(x.data)
  );
}

function isColumns(x: unknown): x is Columns {
  return typeof x === 'object' && x !== null && !Array.isArray(x) && !ArrayBuffer.isView(x);
}
