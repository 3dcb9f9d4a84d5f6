/**
 * Matrices of mostly zeros, as texts give them: for each row, its non-zero numbers and their columns.
 */
import { raise, ShapeError } from '../base/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Matrix } from './matrix.ts';

/** Compressed sparse rows: the entries of row i are those from starts[i] to starts[i + 1]. */
export class SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  /** (rows + 1,), from 0 up to the number of entries. */
  readonly starts: Int32Array<ArrayBuffer>;
  /** The column of each entry, ascending within a row. */
  readonly places: Int32Array<ArrayBuffer>;
  /** The value of each entry. */
  readonly values: Float64Array<ArrayBuffer>;

  /** @throws ShapeError if the parts do not fit together */
  constructor(
    columns: number,
    starts: Int32Array<ArrayBuffer>,
    places: Int32Array<ArrayBuffer>,
    values: Float64Array<ArrayBuffer>,
  ) {
    if (starts[0] !== 0 || starts.at(-1) !== places.length || places.length !== values.length) {
      raise(
        new ShapeError(
          `SparseMatrix: ${places.length} places, ${values.length} values and starts to ${starts.at(-1)} do not fit together`,
        ),
      );
    }
    if (places.some((place) => place < 0 || place >= columns))
      raise(new ShapeError(`SparseMatrix: a place is not within 0 to ${columns - 1}`));
    this.rows = starts.length - 1;
    this.columns = columns;
    this.starts = starts;
    this.places = places;
    this.values = values;
  }

  get shape(): readonly [number, number] {
    return [this.rows, this.columns];
  }

  /** Calls `visit` for each entry of a row. */
  forEachOf(row: number, visit: (column: number, value: number) => void): void {
    for (let k = this.starts[row]!; k < this.starts[row + 1]!; k++) visit(this.places[k]!, this.values[k]!);
  }

  /** The same places with other values. */
  withValues(values: Float64Array<ArrayBuffer>): SparseMatrix {
    return new SparseMatrix(this.columns, this.starts, this.places, values);
  }

  takeRows(indices: ArrayLike<number>): SparseMatrix {
    return SparseMatrix.fromRows(
      this.columns,
      Array.from(indices, (i) => {
        const [from, to] = [this.starts[i]!, this.starts[i + 1]!];
        return [this.places.subarray(from, to), this.values.subarray(from, to)] as const;
      }),
    );
  }

  /** All numbers, zeros included. */
  toDense(): Matrix {
    const result = new Matrix(this.rows, this.columns);
    for (let i = 0; i < this.rows; i++) this.forEachOf(i, (j, value) => (result.data[i * this.columns + j]! += value));
    return result;
  }

  toTensor(): Tensor {
    return this.toDense().toTensor();
  }

  /** From the places and values of each row. */
  static fromRows(
    columns: number,
    rows: readonly (readonly [places: ArrayLike<number>, values: ArrayLike<number>])[],
  ): SparseMatrix {
    const starts = new Int32Array(rows.length + 1);
    rows.forEach(([places], i) => (starts[i + 1] = starts[i]! + places.length));
    const places = new Int32Array(starts.at(-1)!);
    const values = new Float64Array(starts.at(-1)!);
    rows.forEach((row, i) => {
      places.set(row[0], starts[i]!);
      values.set(row[1], starts[i]!);
    });
    return new SparseMatrix(columns, starts, places, values);
  }
}

/** X · Wᵀ. @param x (n, d) @param w (k, d) @returns (n, k) */
export function timesTransposed(x: SparseMatrix, w: Matrix): Matrix {
  const result = new Matrix(x.rows, w.rows);
  for (let i = 0; i < x.rows; i++) {
    for (let e = x.starts[i]!; e < x.starts[i + 1]!; e++) {
      for (let k = 0; k < w.rows; k++)
        result.data[i * w.rows + k]! += x.values[e]! * w.data[k * w.columns + x.places[e]!]!;
    }
  }
  return result;
}

/** Rᵀ · X. @param r (n, k) @param x (n, d) @returns (k, d) */
export function transposedTimes(r: Matrix, x: SparseMatrix): Matrix {
  const result = new Matrix(r.columns, x.columns);
  for (let i = 0; i < x.rows; i++) {
    for (let e = x.starts[i]!; e < x.starts[i + 1]!; e++) {
      for (let k = 0; k < r.columns; k++)
        result.data[k * x.columns + x.places[e]!]! += r.data[i * r.columns + k]! * x.values[e]!;
    }
  }
  return result;
}
