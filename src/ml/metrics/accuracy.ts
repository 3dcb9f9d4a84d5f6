/**
 * The share of right predictions. The other metrics of classification are in classification.ts.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { labelsOf } from '../labels.ts';
import type { FitOptions, Label, Labels } from '../protocol.ts';
import { weightsOf } from '../targets.ts';

/** Labels as they are and as they were predicted, of one length, at least one. @throws ShapeError, ValueError */
export function labelPair<L extends Label>(
  op: string,
  truth: Labels<L>,
  predicted: Labels<L>,
): readonly [truth: readonly L[], predicted: readonly L[]] {
  const a = labelsOf(op, truth, 'the true labels');
  const b = labelsOf(op, predicted, 'the predicted labels');
  if (a.length !== b.length) raise(new ShapeError(`${op}: ${a.length} true labels, but ${b.length} predicted ones`));
  if (a.length === 0) raise(new ValueError(`${op}: there are no labels to compare`));
  return [a, b];
}

/**
 * Σ wᵢ [yᵢ = ŷᵢ] / Σ wᵢ. @param truth labels (n,) @param predicted labels (n,) @throws ShapeError if their numbers differ
 * @example accuracy(['a', 'b', 'b'], ['a', 'b', 'a']) // 0.667
 */
export function accuracy<L extends Label>(
  truth: Labels<L>,
  predicted: Labels<L>,
  { sampleWeight }: FitOptions = {},
): number {
  const [a, b] = labelPair('accuracy', truth, predicted);
  const weights = weightsOf('accuracy', sampleWeight, a.length);
  let right = 0;
  let total = 0;
  for (let i = 0; i < a.length; i++) {
    const weight = weights?.[i] ?? 1;
    total += weight;
    if (a[i] === b[i]) right += weight;
  }
  return right / total;
}
