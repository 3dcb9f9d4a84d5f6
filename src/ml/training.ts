/**
 * Everything `fit` is given, checked together: samples, what to learn, and weights. Samples of weight 0 are left out here, so
 * that to every estimator they are as if they had never been.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { applyClassWeight, type ClassWeight, type Encoded, encodeLabels } from './labels.ts';
import { type Matrix, matrixOf, type MatrixOptions, requireFinite } from './matrix.ts';
import type { Features, FitOptions, Label, Labels, Targets } from './protocol.ts';
import type { SparseMatrix } from './sparse.ts';
import { targetsOf, weightsOf } from './targets.ts';

export interface ClassTraining<L extends Label> {
  readonly x: Matrix;
  readonly y: Encoded<L>;
  /** Undefined where all are 1. */
  readonly weights: Float64Array<ArrayBuffer> | undefined;
}

/** What a classifier learns from. @throws ShapeError, ValueError @example const { x, y, weights } = classTraining('SVC.fit', X, labels, options) */
export function classTraining<L extends Label>(
  op: string,
  features: Features,
  labels: Labels<L>,
  {
    sampleWeight,
    classWeight,
    ...rest
  }: FitOptions & MatrixOptions & { readonly classWeight?: ClassWeight | undefined },
): ClassTraining<L> {
  const all = matrixOf(op, features, rest);
  const given = weightsOf(op, sampleWeight, all.rows);
  const kept = positive(given);
  const encoded = encodeLabels(op, labels, all.rows);
  if (kept === undefined) return { x: all, y: encoded, weights: applyClassWeight(op, classWeight, encoded, given) };
  // A class may have gone with its last sample.
  const y = encodeLabels<L>(
    op,
    Array.from(kept, (i) => encoded.classes[encoded.codes[i]!]!),
  );
  const weights = Float64Array.from(kept, (i) => given![i]!);
  return { x: all.takeRows(kept), y, weights: applyClassWeight(op, classWeight, y, weights) };
}

export interface TargetTraining {
  readonly x: Matrix;
  /** (n, outputs) */
  readonly y: Matrix;
  /** The targets were a vector. */
  readonly isVector: boolean;
  /** Undefined where all are 1. */
  readonly weights: Float64Array<ArrayBuffer> | undefined;
}

/** What a regressor learns from. @throws ShapeError, ValueError @example const { x, y, weights } = targetTraining('SVR.fit', X, Y, options) */
export function targetTraining(
  op: string,
  features: Features,
  targets: Targets,
  { sampleWeight, ...rest }: FitOptions & MatrixOptions,
): TargetTraining {
  const x = matrixOf(op, features, rest);
  const { values, isVector } = targetsOf(op, targets, x.rows);
  const weights = weightsOf(op, sampleWeight, x.rows);
  const kept = positive(weights);
  if (kept === undefined) return { x, y: values, isVector, weights };
  return {
    x: x.takeRows(kept),
    y: values.takeRows(kept),
    isVector,
    weights: Float64Array.from(kept, (i) => weights![i]!),
  };
}

/** Samples and weights alone. @throws ShapeError, ValueError */
export function sampleTraining(
  op: string,
  features: Features,
  { sampleWeight, ...rest }: FitOptions & MatrixOptions,
): { readonly x: Matrix; readonly weights: Float64Array<ArrayBuffer> | undefined } {
  const x = matrixOf(op, features, rest);
  const weights = weightsOf(op, sampleWeight, x.rows);
  const kept = positive(weights);
  if (kept === undefined) return { x, weights };
  return { x: x.takeRows(kept), weights: Float64Array.from(kept, (i) => weights![i]!) };
}

/** Which weights are above 0; undefined where all are. */
function positive(weights: Float64Array | undefined): Int32Array | undefined {
  if (weights === undefined || weights.every((w) => w > 0)) return undefined;
  const kept: number[] = [];
  weights.forEach((w, i) => {
    if (w > 0) kept.push(i);
  });
  return Int32Array.from(kept);
}

export interface SparseClassTraining<L extends Label> extends Omit<ClassTraining<L>, 'x'> {
  readonly x: SparseMatrix;
}

/** As `classTraining`, for samples that stay sparse. */
export function sparseClassTraining<L extends Label>(
  op: string,
  x: SparseMatrix,
  labels: Labels<L>,
  { sampleWeight, classWeight }: FitOptions & { readonly classWeight?: ClassWeight | undefined },
): SparseClassTraining<L> {
  if (x.rows === 0) raise(new ShapeError(`${op}: at least 1 sample needed, X has 0`));
  requireFinite(op, 'X', x.values, false, (i) => `column ${x.places[i]}`);
  const given = weightsOf(op, sampleWeight, x.rows);
  const kept = positive(given);
  const encoded = encodeLabels(op, labels, x.rows);
  if (kept === undefined) return { x, y: encoded, weights: applyClassWeight(op, classWeight, encoded, given) };
  const y = encodeLabels<L>(
    op,
    Array.from(kept, (i) => encoded.classes[encoded.codes[i]!]!),
  );
  const weights = Float64Array.from(kept, (i) => given![i]!);
  return { x: x.takeRows(kept), y, weights: applyClassWeight(op, classWeight, y, weights) };
}
