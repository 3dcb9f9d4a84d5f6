/**
 * Losses of overlap, for segmentation: what counts is how much of two regions is the same, not each place by itself.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkSame, type LossOptions, reduced } from './loss-reduction.ts';

export interface DiceOptions extends LossOptions {
  /** Added to numerator and denominator, so that two empty regions agree. Default: 1. */
  readonly smooth?: number;
}

/**
 * 1 − (2 Σ p t + s) / (Σ p + Σ t + s) over all axes but the first: probabilities and targets of one shape (B, …) → (), by
 * default the mean over the batch.
 * @throws ShapeError if the shapes differ or have no axis beside the batch's   @see Milletari et al. 2016, "V-Net"   @example dice(logits.sigmoid(), masks)
 */
export function dice(probabilities: Tensor, targets: Tensor, options: DiceOptions = {}): Tensor {
  const { smooth = 1 } = options;
  checkSame('dice', probabilities, targets);
  if (probabilities.rank < 2)
    raise(new ShapeError(`dice: expected (B, …) with at least one more axis, got ${formatShape(probabilities.shape)}`));
  const [p, t] = [probabilities.flatten(1), targets.flatten(1)];
  const shared = p.mul(t).sum(1).mul(2).add(smooth);
  return reduced(
    shared
      .div(p.sum(1).add(t.sum(1)).add(smooth))
      .neg()
      .add(1),
    options,
  );
}
