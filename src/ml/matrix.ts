/**
 * The one way by which samples enter an estimator: any form of `Features` becomes a `Matrix` of float64 on the host, checked
 * once, with one sentence for each mistake. Targets and weights are in targets.ts, labels in labels.ts.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { tensor } from '../tensor/creation.ts';
import type { TypedArray } from '../ir/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Features, NumberArray } from './protocol.ts';

/** Row-major float64, (rows, columns). Never written to once an estimator has been given it. */
export class Matrix implements NumberArray {
  readonly data: Float64Array<ArrayBuffer>;
  readonly rows: number;
  readonly columns: number;

  /** @param data used as it is, not copied; zeros by default */
  constructor(rows: number, columns: number, data: Float64Array<ArrayBuffer> = new Float64Array(rows * columns)) {
    if (data.length !== rows * columns) {
      raise(new ShapeError(`Matrix: ${data.length} numbers do not fill ${rows} rows of ${columns}`));
    }
    this.rows = rows;
    this.columns = columns;
    this.data = data;
  }

  get shape(): readonly [number, number] {
    return [this.rows, this.columns];
  }

  at(row: number, column: number): number {
    return this.data[row * this.columns + column]!;
  }

  /** A view of one row. */
  row(i: number): Float64Array<ArrayBuffer> {
    return this.data.subarray(i * this.columns, (i + 1) * this.columns);
  }

  /** A copy of one column. */
  column(j: number): Float64Array<ArrayBuffer> {
    const { data, rows, columns } = this;
    const result = new Float64Array(rows);
    for (let i = 0; i < rows; i++) result[i] = data[i * columns + j]!;
    return result;
  }

  /** These rows, copied, in this order. */
  takeRows(indices: ArrayLike<number>): Matrix {
    const result = new Matrix(indices.length, this.columns);
    for (let i = 0; i < indices.length; i++) result.data.set(this.row(indices[i]!), i * this.columns);
    return result;
  }

  /** These columns, copied, in this order. */
  takeColumns(indices: ArrayLike<number>): Matrix {
    const result = new Matrix(this.rows, indices.length);
    for (let i = 0; i < this.rows; i++) {
      for (let j = 0; j < indices.length; j++) result.data[i * indices.length + j] = this.at(i, indices[j]!);
    }
    return result;
  }

  transpose(): Matrix {
    const { data, rows, columns } = this;
    const result = new Matrix(columns, rows);
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result.data[j * rows + i] = data[i * columns + j]!;
    return result;
  }

  /** A float64 tensor (rows, columns). */
  toTensor(): Tensor {
    return tensor(this.data, { shape: this.shape });
  }
}

export interface MatrixOptions {
  /** NaN stands for a missing value and is let through. Infinity never is. */
  readonly allowNaN?: boolean;
  /** How many columns there must be: as many as the model was fitted on. */
  readonly columns?: number;
  /** The fewest rows that will do. Default 1. */
  readonly minRows?: number;
  /** What the argument is called in messages. Default X. */
  readonly name?: string;
}

/**
 * Samples as a matrix. A Float64Array that comes in as a `NumberArray` is used in place; everything else is copied.
 * @param op named in messages, e.g. `Ridge.fit`
 * @throws ShapeError unless X has two axes, at least one column, enough rows and the columns asked for
 * @throws ValueError for NaN (unless allowed) and for infinity
 * @example const m = matrixOf('Ridge.fit', [[1, 2], [3, 4]]); m.rows // 2
 */
export function matrixOf(op: string, x: Features, options: MatrixOptions = {}): Matrix {
  const { allowNaN = false, columns, minRows = 1, name = 'X' } = options;
  const { data, shape } = numbersOf(op, x, name);
  if (shape.length !== 2) {
    const hint = shape.length === 1 ? '; write one feature as rows of one number, one sample as one row' : '';
    raise(
      new ShapeError(`${op}: ${name} must be a matrix (samples, features), got shape ${formatShape(shape)}${hint}`),
    );
  }
  const matrix = new Matrix(shape[0]!, shape[1]!, data);
  if (matrix.columns === 0) raise(new ShapeError(`${op}: ${name} has no features: its shape is ${formatShape(shape)}`));
  if (matrix.rows < minRows) {
    raise(new ShapeError(`${op}: at least ${count(minRows, 'sample')} needed, ${name} has ${matrix.rows}`));
  }
  if (columns !== undefined && matrix.columns !== columns) {
    raise(new ShapeError(`${op}: fitted on ${count(columns, 'feature')}, but ${name} has ${matrix.columns}`));
  }
  requireFinite(
    op,
    name,
    matrix.data,
    allowNaN,
    (i) => `row ${Math.floor(i / matrix.columns)}, column ${i % matrix.columns}`,
  );
  return matrix;
}

/** '1 sample', '3 samples'. */
export function count(n: number, noun: string): string {
  return n === 1 ? `1 ${noun}` : `${n} ${noun}s`;
}

/**
 * The known sentence: every estimator refuses NaN and infinity through here.
 * @throws ValueError '… holds NaN at …; every value must be finite'
 */
export function requireFinite(
  op: string,
  name: string,
  data: Float64Array,
  allowNaN: boolean,
  place: (index: number) => string,
): void {
  // Hot: one pass over all samples. x − x is 0 for finite x alone.
  let bad = -1;
  for (let i = 0; i < data.length; i++) {
    const x = data[i]!;
    if (x - x !== 0 && !(allowNaN && x !== x)) {
      bad = i;
      break;
    }
  }
  if (bad < 0) return;
  const value = data[bad]!;
  const advice = Number.isNaN(value) && name === 'X' ? '; fill gaps with SimpleImputer, or leave these rows out' : '';
  raise(new ValueError(`${op}: ${name} holds ${value} at ${place(bad)}; every value must be finite${advice}`));
}

/** Any form of numbers as float64 and a shape; nothing about the values is checked. */
export function numbersOf(op: string, x: unknown, name: string): { data: Float64Array<ArrayBuffer>; shape: Shape } {
  if (x instanceof Tensor) return { data: float64(x.dataSync()), shape: x.shape };
  if (isTyped(x)) return { data: float64(x), shape: [x.length] };
  if (Array.isArray(x)) return nestedNumbers(op, x, name);
  if (isSparse(x)) return x.toDense();
  if (typeof x === 'object' && x !== null && 'data' in x && 'shape' in x && isTyped(x.data) && Array.isArray(x.shape)) {
    const shape: readonly number[] = x.shape.map(Number);
    if (sizeOf(shape) !== x.data.length) {
      raise(
        new ShapeError(
          `${op}: ${name} has ${x.data.length} numbers, which do not fill its shape ${formatShape(shape)}`,
        ),
      );
    }
    return { data: float64(x.data), shape };
  }
  raise(
    new ValueError(`${op}: ${name} must be a Tensor, nested arrays of numbers, or { data, shape }, got ${describe(x)}`),
  );
}

/** By what it can do, because sparse.ts stands on this file. */
function isSparse(x: unknown): x is { toDense(): Matrix } {
  return typeof x === 'object' && x !== null && 'toDense' in x && typeof x.toDense === 'function';
}

type Typed = TypedArray | Float32Array | Int32Array | Uint8Array;

function isTyped(x: unknown): x is Typed {
  return (
    ArrayBuffer.isView(x) && !(x instanceof DataView) && !(x instanceof BigInt64Array) && !(x instanceof BigUint64Array)
  );
}

function float64(data: Typed): Float64Array<ArrayBuffer> {
  return data instanceof Float64Array ? data : Float64Array.from(data);
}

function nestedNumbers(
  op: string,
  x: readonly unknown[],
  name: string,
): { data: Float64Array<ArrayBuffer>; shape: Shape } {
  const shape: number[] = [];
  for (let level: unknown = x; Array.isArray(level) || isTyped(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const data = new Float64Array(sizeOf(shape));
  let filled = 0;
  const collect = (level: unknown, axis: number): void => {
    if (axis === shape.length) {
      if (typeof level !== 'number' && typeof level !== 'boolean') {
        const hint =
          level === null || level === undefined
            ? '; write a missing number as NaN'
            : typeof level === 'string'
              ? '; encode texts first, e.g. with OneHotEncoder'
              : '';
        raise(new ValueError(`${op}: ${name} must hold numbers, got ${describe(level)}${hint}`));
      }
      data[filled++] = Number(level);
      return;
    }
    if (!(Array.isArray(level) || isTyped(level)) || level.length !== shape[axis]) {
      const got = Array.isArray(level) || isTyped(level) ? `one of length ${level.length}` : describe(level);
      raise(
        new ShapeError(
          `${op}: the rows of ${name} must be alike: expected an array of length ${shape[axis]}, got ${got}`,
        ),
      );
    }
    for (const member of level) collect(member, axis + 1);
  };
  collect(x, 0);
  return { data, shape };
}

/** A value as a message shows it. */
export function describe(x: unknown): string {
  if (typeof x === 'string') return JSON.stringify(x.length > 40 ? `${x.slice(0, 40)}…` : x);
  if (typeof x === 'object' && x !== null)
    return Array.isArray(x) ? 'an array' : `a ${x.constructor?.name ?? 'plain object'}`;
  return String(x);
}
