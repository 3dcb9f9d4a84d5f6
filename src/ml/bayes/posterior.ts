/**
 * What all classifiers by Bayes' rule need: the probabilities of classes before a sample is seen, and after.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Encoded } from '../labels.ts';
import { Matrix } from '../matrix.ts';
import type { Label } from '../protocol.ts';

/** P(y): what the caller says, or the weighted share of each class. @throws ValueError unless the given ones fit and sum to 1 */
export function classPriors(
  op: string,
  { classes, codes }: Encoded<Label>,
  weights: Float64Array | undefined,
  given: readonly number[] | undefined,
): Float64Array<ArrayBuffer> {
  if (given !== undefined) {
    const sum = given.reduce((a, b) => a + b, 0);
    if (given.length !== classes.length || given.some((p) => !(p >= 0)) || Math.abs(sum - 1) > 1e-8) {
      raise(
        new ValueError(
          `${op}: priors must be ${classes.length} probabilities that sum to 1, got [${given.join(', ')}]`,
        ),
      );
    }
    return Float64Array.from(given);
  }
  const priors = new Float64Array(classes.length);
  codes.forEach((code, i) => (priors[code]! += weights?.[i] ?? 1));
  const total = priors.reduce((a, b) => a + b, 0);
  return priors.map((p) => p / total);
}

/** exp(s) / Σ exp(s) for each row, without overflow; −∞ gives 0. */
export function softmaxRows({ data, rows, columns }: Matrix): Matrix {
  const result = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    let largest = -Infinity;
    for (let j = 0; j < columns; j++) largest = Math.max(largest, data[i * columns + j]!);
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += result.data[i * columns + j] = Math.exp(data[i * columns + j]! - largest);
    for (let j = 0; j < columns; j++) result.data[i * columns + j]! /= sum;
  }
  return result;
}
