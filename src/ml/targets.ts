/**
 * Targets and sample weights as float64 on the host, checked against the number of samples.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { count, Matrix, numbersOf, requireFinite } from './matrix.ts';
import type { Targets, Weights } from './protocol.ts';

/** Numbers to learn: as a matrix (n, outputs), and whether they came as a plain vector, so that predictions can too. */
export interface TargetMatrix {
  readonly values: Matrix;
  readonly isVector: boolean;
}

/**
 * One number a sample.
 * @throws ShapeError unless y is a vector, or a matrix of one column, of `rows` numbers   @throws ValueError for NaN and infinity
 * @example vectorOf('Lasso.fit', [1, 2, 3], 3)
 */
export function vectorOf(op: string, y: Targets, rows: number, name = 'y'): Float64Array<ArrayBuffer> {
  const { data, shape } = numbersOf(op, y, name);
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    raise(new ShapeError(`${op}: ${name} must have one number a sample, got shape ${formatShape(shape)}`));
  }
  requireLength(op, name, shape[0]!, rows);
  requireFinite(op, name, data, false, (i) => `sample ${i}`);
  return data;
}

/** One number or several a sample. @throws as `vectorOf` */
export function targetsOf(op: string, y: Targets, rows: number): TargetMatrix {
  const { data, shape } = numbersOf(op, y, 'y');
  if (shape.length !== 1 && shape.length !== 2) {
    raise(new ShapeError(`${op}: y must be (samples,) or (samples, outputs), got shape ${formatShape(shape)}`));
  }
  requireLength(op, 'y', shape[0]!, rows);
  const outputs = shape[1] ?? 1;
  if (outputs === 0) raise(new ShapeError(`${op}: y has no outputs: its shape is ${formatShape(shape)}`));
  requireFinite(op, 'y', data, false, (i) => `sample ${Math.floor(i / outputs)}`);
  return { values: new Matrix(rows, outputs, data), isVector: shape.length === 1 };
}

/**
 * A weight a sample, or undefined where none were given.
 * @throws ShapeError for another number of them   @throws ValueError for NaN, infinity, negative ones, or all zeros
 */
export function weightsOf(
  op: string,
  weights: Weights | undefined,
  rows: number,
): Float64Array<ArrayBuffer> | undefined {
  if (weights === undefined) return undefined;
  const data = vectorOf(op, weights, rows, 'sampleWeight');
  const negative = data.findIndex((w) => w < 0);
  if (negative >= 0) {
    raise(new ValueError(`${op}: sampleWeight must be 0 or more, got ${data[negative]} at sample ${negative}`));
  }
  if (data.every((w) => w === 0))
    raise(new ValueError(`${op}: sampleWeight is 0 for every sample; nothing is left to learn from`));
  return data;
}

/** @throws ShapeError unless there is one of `name` for each of `rows` samples */
export function requireLength(op: string, name: string, length: number, rows: number): void {
  if (length !== rows) raise(new ShapeError(`${op}: X has ${count(rows, 'sample')}, but ${name} has ${length}`));
}

/** Predictions as they are given out: (n,) where the targets were a vector, else (n, outputs). */
export function asTargets(values: Matrix, isVector: boolean): Tensor {
  return isVector ? tensor(values.data) : values.toTensor();
}
