/**
 * Connectionist temporal classification: how likely a sequence of labels is, whatever the times at which they are said.
 */
import { DTypeError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { arange, full } from '../tensor/creation.ts';
import { concat, stack, where } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { scan } from '../tensor/transforms/loops.ts';
import { named } from './embedding.ts';
import type { LossOptions } from './loss-reduction.ts';

export interface CTCOptions extends Pick<LossOptions, 'reduction'> {
  /** The class that says nothing. Default: 0. */
  readonly blank?: number;
  /** int32 (B,): steps of each input that count. Default: all. */
  readonly inputLengths?: Tensor;
  /** int32 (B,): labels of each target that count. Default: all. */
  readonly targetLengths?: Tensor;
  /** A target that cannot be said in the steps there are costs 0 instead of ∞. Default: false. */
  readonly zeroInfinity?: boolean;
}

/** The logarithm of a probability that is 0; finite, so that differences of two of them are numbers. */
const NEVER = -1e30;

/**
 * −log Σ Π p over all ways to say the labels with blanks and repetitions, by the forward recursion in logarithms; its gradient is
 * the backward one. Logarithms of probabilities (B, T, C), int32 labels (B, S) → (). The mean is of each loss over its labels.
 * @throws ShapeError, DTypeError, ValueError if arguments do not fit   @throws IndexError when it runs, for a label outside 0 … C − 1
 * @see Graves et al. 2006, section 4.1; torch.nn.functional.ctc_loss, where time comes first   @example ctc(logits.logSoftmax(), labels, { targetLengths })
 */
export function ctc(logProbabilities: Tensor, labels: Tensor, options: CTCOptions = {}): Tensor {
  const { reduction = 'mean', blank = 0, zeroInfinity = false } = options;
  checkArguments(logProbabilities, labels, options);
  const [batch, steps] = logProbabilities.shape as readonly [number, number, number];
  const count = labels.shape[1]!;
  const whole = (value: number): Tensor => full([batch], value, { dtype: 'int32' });
  const { inputLengths = whole(steps), targetLengths = whole(count) } = options;

  // Blanks around and between the labels: (B, 2S + 1).
  const blanks = full([batch, count], blank, { dtype: 'int32' });
  const first = full([batch, 1], blank, { dtype: 'int32' });
  const extended = concat([first, stack([labels, blanks], 2).reshape(batch, 2 * count)], 1);
  const size = 2 * count + 1;
  const emissions = named(logProbabilities.takeAlongAxis(extended.unsqueeze(1), -1), 'ctc: label'); // (B, T, 2S + 1)
  // From two places back one may come to a label that is not the one before: not over a blank that keeps two alike apart.
  const earlier = shifted(extended, 2, -1);
  const maySkip = extended
    .notEqual(blank)
    .logicalAnd(extended.notEqual(earlier))
    .logicalAnd(arange(size).greaterEqual(2));

  const places = arange(size);
  const start = where(places.less(2), emissions.at(0, 1), NEVER);
  const advance = (alpha: Tensor, [emission, time]: readonly [Tensor, Tensor]): readonly [Tensor, null] => {
    const skipped = where(maySkip, shifted(alpha, 2, NEVER), NEVER);
    const next = stack([alpha, shifted(alpha, 1, NEVER), skipped])
      .logSumExp(0)
      .add(emission)
      .maximum(NEVER);
    return [where(time.less(inputLengths).unsqueeze(1), next, alpha), null];
  };
  const rest = emissions.permute(1, 0, 2).slice([1]); // (T − 1, B, 2S + 1)
  const [alpha] = scan(advance, start, [rest, arange(1, steps)] as readonly [Tensor, Tensor]);

  // It ends with the last label or the blank after it.
  const end = targetLengths.mul(2).unsqueeze(1);
  const isLast = places.equal(end).logicalOr(places.equal(end.sub(1)));
  const found = where(isLast, alpha, NEVER).logSumExp(1).neg();
  const isPossible = found.less(-NEVER / 2);
  const losses = where(isPossible, found, zeroInfinity ? 0 : Infinity);
  switch (reduction) {
    case 'none':
      return losses;
    case 'sum':
      return losses.sum();
    case 'mean':
      return losses.div(targetLengths.maximum(1).cast(losses.dtype)).mean();
  }
}

/** Row by row moved to the right, `value` coming in. */
function shifted(x: Tensor, by: number, value: number): Tensor {
  const size = x.shape[1]!;
  return x.pad([0, [by, 0]], value).slice([0, 0], [null, size]);
}

function checkArguments(logProbabilities: Tensor, labels: Tensor, options: CTCOptions): void {
  const { blank = 0, inputLengths, targetLengths } = options;
  const [batch, steps, classes] = logProbabilities.shape;
  if (logProbabilities.rank !== 3 || labels.rank !== 2 || labels.shape[0] !== batch || !steps) {
    raise(
      new ShapeError(
        `ctc: expected logarithms (B, T, C) with at least one step and labels (B, S), got ${formatShape(logProbabilities.shape)} and ${formatShape(labels.shape)}`,
      ),
    );
  }
  const whole = { labels, inputLengths, targetLengths };
  for (const [name, given] of Object.entries(whole)) {
    if (given === undefined) continue;
    if (given.dtype !== 'int32')
      raise(new DTypeError(`ctc: ${name} must be int32, got ${given.dtype}; convert with .cast('int32')`));
    if (name !== 'labels' && !sameShape(given.shape, [batch!]))
      raise(new ShapeError(`ctc: expected ${name} (${batch},), got ${formatShape(given.shape)}`));
  }
  if (!Number.isInteger(blank) || blank < 0 || blank >= classes!)
    raise(new ValueError(`ctc: blank must be a class from 0 to ${classes! - 1}, got ${blank}`));
}
