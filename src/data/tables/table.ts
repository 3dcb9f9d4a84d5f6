/**
 * Small tables that travel with the package as text, so that examples and tests need no download: what they look like, and
 * reading their lines. They work in browsers, and a bundler leaves out those that are not asked for.
 */
import { tensor } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';

interface Described {
  readonly featureNames: readonly string[];
  /** What was measured, by whom and when. */
  readonly description: string;
}

/** Samples with a quantity each. */
export interface NumberTable extends Described {
  /** float64 (n, features) */
  readonly data: Tensor;
  /** float64 (n,) */
  readonly target: Tensor;
}

/** Samples with a class each. */
export interface ClassTable extends Described {
  /** float64 (n, features) */
  readonly data: Tensor;
  /** int32 (n,): places in `targetNames` */
  readonly target: Tensor;
  readonly targetNames: readonly string[];
}

/** The lines of a text that begins and ends with a line break. */
export function linesOf(text: string): string[] {
  return text.trim().split('\n');
}

/** Lines of numbers with the class last. */
export function classTable(text: string, about: Described & Pick<ClassTable, 'targetNames'>): ClassTable {
  const { data, target, shape } = parse(text);
  return { ...about, data: tensor(data, { shape }), target: tensor(Int32Array.from(target)) };
}

/** Lines of numbers with the quantity last. @param scaled each feature around 0, with a sum of squares of 1 */
export function numberTable(text: string, scaled: boolean, about: Described): NumberTable {
  const { data, target, shape } = parse(text);
  if (scaled) scaleColumns(data, shape[1]);
  return { ...about, data: tensor(data, { shape }), target: tensor(target) };
}

function parse(text: string) {
  const rows = linesOf(text).map((line) => line.split(',').map(Number));
  const columns = rows[0]!.length - 1;
  const data = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => data.set(row.slice(0, columns), i * columns));
  return { data, target: Float64Array.from(rows, (row) => row[columns]!), shape: [rows.length, columns] as const };
}

function scaleColumns(data: Float64Array, columns: number): void {
  for (let j = 0; j < columns; j++) {
    const rows = data.length / columns;
    let mean = 0;
    for (let i = 0; i < rows; i++) mean += data[i * columns + j]! / rows;
    let squares = 0;
    for (let i = 0; i < rows; i++) squares += (data[i * columns + j]! - mean) ** 2;
    for (let i = 0; i < rows; i++) data[i * columns + j] = (data[i * columns + j]! - mean) / Math.sqrt(squares);
  }
}
