/**
 * Samples as solvers of linear models visit them: row by row, dense or sparse, each row's product with weights and each row
 * added to a gradient, so that one pass over memory serves both.
 */
import { Matrix } from '../matrix.ts';
import { SparseMatrix } from '../sparse.ts';

/** Rows of numbers. */
export interface Design {
  readonly rows: number;
  readonly columns: number;
  /** Σⱼ xᵢⱼ w[offset + j]. */
  dot(row: number, w: Float64Array, offset: number): number;
  /** g[offset + j] += scale · xᵢⱼ. */
  add(row: number, scale: number, g: Float64Array, offset: number): void;
  /** ‖xᵢ‖². */
  norm(row: number): number;
}

/** The design of dense or sparse samples. */
export function designOf(x: Matrix | SparseMatrix): Design {
  return x instanceof SparseMatrix ? new SparseDesign(x) : new DenseDesign(x);
}

class DenseDesign implements Design {
  readonly rows: number;
  readonly columns: number;
  readonly #data: Float64Array;

  constructor({ rows, columns, data }: Matrix) {
    this.rows = rows;
    this.columns = columns;
    this.#data = data;
  }

  /** Hot: four sums, so that additions need not wait for each other. */
  dot(row: number, w: Float64Array, offset: number): number {
    const data = this.#data;
    const start = row * this.columns;
    const end = this.columns & ~3;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let j = 0; j < end; j += 4) {
      a += data[start + j]! * w[offset + j]!;
      b += data[start + j + 1]! * w[offset + j + 1]!;
      c += data[start + j + 2]! * w[offset + j + 2]!;
      d += data[start + j + 3]! * w[offset + j + 3]!;
    }
    for (let j = end; j < this.columns; j++) a += data[start + j]! * w[offset + j]!;
    return a + b + (c + d);
  }

  add(row: number, scale: number, g: Float64Array, offset: number): void {
    const data = this.#data;
    const start = row * this.columns;
    for (let j = 0; j < this.columns; j++) g[offset + j]! += scale * data[start + j]!;
  }

  norm(row: number): number {
    const start = row * this.columns;
    let sum = 0;
    for (let j = 0; j < this.columns; j++) sum += this.#data[start + j]! ** 2;
    return sum;
  }
}

class SparseDesign implements Design {
  readonly rows: number;
  readonly columns: number;
  readonly #x: SparseMatrix;

  constructor(x: SparseMatrix) {
    this.rows = x.rows;
    this.columns = x.columns;
    this.#x = x;
  }

  dot(row: number, w: Float64Array, offset: number): number {
    const { starts, places, values } = this.#x;
    let sum = 0;
    for (let k = starts[row]!; k < starts[row + 1]!; k++) sum += values[k]! * w[offset + places[k]!]!;
    return sum;
  }

  add(row: number, scale: number, g: Float64Array, offset: number): void {
    const { starts, places, values } = this.#x;
    for (let k = starts[row]!; k < starts[row + 1]!; k++) g[offset + places[k]!]! += scale * values[k]!;
  }

  norm(row: number): number {
    const { starts, values } = this.#x;
    let sum = 0;
    for (let k = starts[row]!; k < starts[row + 1]!; k++) sum += values[k]! ** 2;
    return sum;
  }
}

/** X Wᵀ + b of dense or sparse samples. @param w (k, d) @returns (n, k) */
export function scoresOf(x: Matrix | SparseMatrix, w: Matrix, offsets: Float64Array): Matrix {
  const design = designOf(x);
  const result = new Matrix(x.rows, w.rows);
  for (let i = 0; i < x.rows; i++) {
    for (let k = 0; k < w.rows; k++) result.data[i * w.rows + k] = design.dot(i, w.data, k * w.columns) + offsets[k]!;
  }
  return result;
}
