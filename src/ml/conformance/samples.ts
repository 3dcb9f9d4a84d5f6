/**
 * The samples that checks use, and the two things that are done with an estimator whatever its role: fitting it, and asking a
 * fitted model for all that it can say.
 */
import { tensor } from '../../tensor/creation.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { Matrix } from '../matrix.ts';
import type { Estimator, Features, Fitted, FitOptions, Label, Labels, Targets } from '../protocol.ts';
import { Random } from '../random.ts';
import { fail, type Outputs, type Subject, type Traits } from './check.ts';

/** Samples with a quantity and a class each. Values are multiples of 1/64, so that float32 holds them. */
export interface Samples {
  readonly x: Matrix;
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly labels: Int32Array<ArrayBuffer>;
}

/** Separate clouds of points, one a class, and a quantity that is linear in the features but for some noise. */
export function makeSamples({ nonNegative, binaryOnly }: Traits, { rows = 45, columns = 4, seed = 1 } = {}): Samples {
  const random = new Random(seed);
  const classes = binaryOnly ? 2 : 3;
  const x = new Matrix(rows, columns);
  const labels = Int32Array.from({ length: rows }, (_, i) => i % classes);
  const numbers = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 1;
    for (let j = 0; j < columns; j++) {
      const place = 4 * (j % classes === labels[i] ? 1 : 0) + random.normal();
      const value = nonNegative ? (Math.round(64 * Math.abs(place)) + 1) / 64 : Math.round(64 * place) / 64;
      x.data[i * columns + j] = value;
      sum += value * (j + 1) * (j % 2 === 0 ? 1 : -1);
    }
    numbers[i] = Math.round(64 * (sum + 0.1 * random.normal())) / 64 + (nonNegative ? 40 : 0);
  }
  return { x, numbers, labels };
}

/** Fits an estimator of any role, with the target that its role needs. */
export function train(
  subject: Subject,
  { x, numbers, labels }: { readonly x: Features; readonly numbers: Targets; readonly labels: Labels },
  options: FitOptions = {},
  estimator: Estimator = subject.make(),
): Fitted {
  switch (estimator.role) {
    case 'regressor':
      return estimator.fit(x, numbers, options);
    case 'classifier':
      return estimator.fit(x, labels, options);
    case 'transformer':
      return estimator.fit(x, subject.traits.target === 'numbers' ? numbers : labels, options);
    case 'clusterer':
    case 'outlierDetector':
      return estimator.fit(x, options);
  }
}

const methods = ['predict', 'predictProba', 'decision', 'transform'] as const;

/** Everything that the model says about these samples, as flat lists by method. */
export function ask(model: Fitted, x: Features): Outputs {
  const outputs: Record<string, readonly Label[]> = {};
  for (const method of methods) {
    const call = methodOf(model, method);
    if (call !== undefined) outputs[method] = listOf(method, call(x));
  }
  const labels: unknown = 'labels' in model ? model.labels : undefined;
  if (labels !== undefined && outputs.predict === undefined) outputs.labels = listOf('labels', labels);
  return outputs;
}

/** A method of a model, if it has one. */
export function methodOf(model: Fitted, name: string): ((...args: readonly unknown[]) => unknown) | undefined {
  const member: unknown = Reflect.get(model, name);
  if (typeof member !== 'function') return undefined;
  return (...args) => Reflect.apply(member, model, args);
}

export function listOf(method: string, value: unknown): readonly Label[] {
  if (value instanceof Tensor) return Array.from(value.dataSync());
  if (value instanceof Int32Array || value instanceof Float64Array) return Array.from(value);
  if (Array.isArray(value)) return value;
  if (typeof value === 'object' && value !== null && 'toTensor' in value && typeof value.toTensor === 'function') {
    return listOf(method, Reflect.apply(value.toTensor, value, []));
  }
  return fail(`${method}: expected a Tensor or an array, got ${String(value)}`);
}

/** How many rows a result has. */
export function rowsOf(value: unknown): number {
  if (value instanceof Tensor) return value.shape[0] ?? 0;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return listOf('rows', value).length;
  if (typeof value === 'object' && value !== null && 'rows' in value) return Number(value.rows);
  return fail('expected a Tensor or an array');
}

/** The samples as nested arrays. */
export function nestedRows(x: Matrix): number[][] {
  return Array.from({ length: x.rows }, (_, i) => Array.from(x.row(i)));
}

/** A copy of the samples with one value replaced. */
export function withValue(x: Matrix, row: number, column: number, value: number): Matrix {
  const copy = new Matrix(x.rows, x.columns, x.data.slice());
  copy.data[row * x.columns + column] = value;
  return copy;
}

/** Some of the samples, in this order. */
export function pick({ x, numbers, labels }: Samples, rows: readonly number[]): Samples {
  return {
    x: x.takeRows(rows),
    numbers: Float64Array.from(rows, (i) => numbers[i]!),
    labels: Int32Array.from(rows, (i) => labels[i]!),
  };
}

export function asFloat32(x: Matrix): Tensor {
  return tensor(Float32Array.from(x.data), { shape: x.shape });
}
