/**
 * What one feature at a time says about the target: scores for `SelectKBest`, larger is better.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { encodeLabels } from '../labels.ts';
import { type Matrix, matrixOf } from '../matrix.ts';
import type { Features, Labels, Targets } from '../protocol.ts';
import { vectorOf } from '../targets.ts';
import { asLabels, asTargets } from './selection.ts';

/** A score for each feature. */
export type ScoreFunction = (x: Features, y: Targets | Labels) => Float64Array<ArrayBuffer>;

/**
 * F of a one-way analysis of variance: variance between the classes over variance within.
 * @example fClassif(X, y) // Float64Array (features,)
 */
export function fClassif(x: Features, y: Targets | Labels): Float64Array<ArrayBuffer> {
  const samples = matrixOf('fClassif', x);
  const { sums, counts, classes } = byClass('fClassif', samples, y);
  if (classes < 2 || samples.rows <= classes) {
    raise(
      new ValueError(
        `fClassif: at least two classes and more samples than classes are needed, got ${String(classes)} in ${samples.rows}`,
      ),
    );
  }
  return Float64Array.from({ length: samples.columns }, (_, j) => {
    const column = samples.column(j);
    const mean = column.reduce((a, b) => a + b, 0) / samples.rows;
    const total = column.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    let between = 0;
    for (let k = 0; k < classes; k++) between += counts[k]! * (sums[k]![j]! / counts[k]! - mean) ** 2;
    return between / (classes - 1) / ((total - between) / (samples.rows - classes));
  });
}

/** F of a linear regression on the feature alone: r² / (1 − r²) · (n − 2). */
export function fRegression(x: Features, y: Targets | Labels): Float64Array<ArrayBuffer> {
  const samples = matrixOf('fRegression', x, { minRows: 3 });
  const target = vectorOf('fRegression', asTargets(y), samples.rows);
  const mean = target.reduce((a, b) => a + b, 0) / samples.rows;
  return Float64Array.from({ length: samples.columns }, (_, j) => {
    const column = samples.column(j);
    const own = column.reduce((a, b) => a + b, 0) / samples.rows;
    let [xy, xx, yy] = [0, 0, 0];
    column.forEach((value, i) => {
      xy += (value - own) * (target[i]! - mean);
      xx += (value - own) ** 2;
      yy += (target[i]! - mean) ** 2;
    });
    const square = xx === 0 || yy === 0 ? 0 : (xy * xy) / (xx * yy);
    return (square / (1 - square)) * (samples.rows - 2);
  });
}

/** χ² between the sums of a feature in each class and what they would be if it had nothing to do with the class. For counts. */
export function chi2(x: Features, y: Targets | Labels): Float64Array<ArrayBuffer> {
  const samples = matrixOf('chi2', x);
  const negative = samples.data.find((value) => value < 0);
  if (negative !== undefined) raise(new ValueError(`chi2: X must hold counts, 0 or more, got ${negative}`));
  const { sums, counts, classes } = byClass('chi2', samples, y);
  return Float64Array.from({ length: samples.columns }, (_, j) => {
    const total = samples.column(j).reduce((a, b) => a + b, 0);
    let score = 0;
    for (let k = 0; k < classes; k++) {
      const expected = (total * counts[k]!) / samples.rows;
      score += (sums[k]![j]! - expected) ** 2 / expected;
    }
    return score;
  });
}

function byClass(op: string, x: Matrix, y: Targets | Labels) {
  const { classes, codes } = encodeLabels(op, asLabels(y), x.rows);
  const counts = new Float64Array(classes.length);
  const sums = classes.map(() => new Float64Array(x.columns));
  codes.forEach((code, i) => {
    counts[code]! += 1;
    const own = sums[code]!;
    for (let j = 0; j < x.columns; j++) own[j]! += x.at(i, j);
  });
  return { sums, counts, classes: classes.length };
}
