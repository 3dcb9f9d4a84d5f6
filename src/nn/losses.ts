/**
 * Losses: how far predictions are from targets. Each gives one value per row or element, then its mean, its sum, or all.
 */
import { DTypeError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { isFloat } from '../ir/dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { named } from './embedding.ts';
import { checkFraction } from './sizes.ts';

export interface LossOptions {
  /** 'none' keeps the values apart. Default: 'mean'. */
  readonly reduction?: 'mean' | 'sum' | 'none';
}

/**
 * Mean squared error, (guess − target)²: two tensors of one shape → ().
 * @throws ShapeError if the shapes differ: nothing is broadcast, because that is usually a mistake
 * @example mse(tensor([1, 2]), tensor([1, 4])) // 2
 */
export function mse(guess: Tensor, target: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  checkSame('mse', guess, target);
  return reduced(guess.sub(target).square(), reduction);
}

export interface CrossEntropyOptions extends LossOptions {
  /** This share of the target is spread over all classes. Default: 0. */
  readonly labelSmoothing?: number;
}

/**
 * −log softmax(logits)[label], or −Σ p · log softmax(logits): logits (…, C) and labels (…) or probabilities (…, C) → ().
 * @param target labels of an integer dtype, or probabilities of a float dtype
 * @throws ShapeError if the shapes do not fit   @throws IndexError when it runs, for a label outside 0 … C − 1
 * @see Szegedy et al. 2016 for label smoothing   @example crossEntropy(logits, labels) // (B, 10), (B,) → ()
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { reduction = 'mean', labelSmoothing = 0 } = options;
  checkFraction('crossEntropy', 'labelSmoothing', labelSmoothing);
  const classes = logits.shape.at(-1);
  if (classes === undefined || classes === 0) {
    raise(new ShapeError(`crossEntropy: logits need a last axis of classes, got ${formatShape(logits.shape)}`));
  }
  const logProbabilities = logits.logSoftmax(-1);
  const exact = isFloat(target.dtype)
    ? withProbabilities(logProbabilities, target)
    : withLabels(logProbabilities, target);
  if (labelSmoothing === 0) return reduced(exact, reduction);
  const spread = logProbabilities.mean(-1).neg();
  return reduced(exact.mul(1 - labelSmoothing).add(spread.mul(labelSmoothing)), reduction);
}

/**
 * −t · log σ(x) − (1 − t) · log(1 − σ(x)) = log(1 + eˣ) − t · x, which does not overflow: two tensors of one shape → ().
 * @param targets from 0 to 1   @throws ShapeError if the shapes differ
 * @example binaryCrossEntropyWithLogits(tensor([0]), tensor([1])) // log 2
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  targets: Tensor,
  { reduction = 'mean' }: LossOptions = {},
): Tensor {
  checkSame('binaryCrossEntropyWithLogits', logits, targets);
  return reduced(logits.softplus().sub(logits.mul(targets)), reduction);
}

function withLabels(logProbabilities: Tensor, labels: Tensor): Tensor {
  const rows = logProbabilities.shape.slice(0, -1);
  if (labels.dtype === 'bool')
    raise(new DTypeError("crossEntropy: labels must be int32 or uint8, got bool; convert with .cast('int32')"));
  if (!sameShape(labels.shape, rows)) {
    raise(
      new ShapeError(
        `crossEntropy: logits ${formatShape(logProbabilities.shape)} take labels ${formatShape(rows)}, got ${formatShape(labels.shape)}`,
      ),
    );
  }
  const chosen = logProbabilities.takeAlongAxis(labels.cast('int32').unsqueeze(-1), -1);
  return named(chosen, 'crossEntropy: label').squeeze(-1).neg();
}

function withProbabilities(logProbabilities: Tensor, probabilities: Tensor): Tensor {
  if (!sameShape(logProbabilities.shape, probabilities.shape)) {
    raise(
      new ShapeError(
        `crossEntropy: logits ${formatShape(logProbabilities.shape)} and probabilities ${formatShape(probabilities.shape)} differ; labels must be int32: .cast('int32')`,
      ),
    );
  }
  return logProbabilities.mul(probabilities).sum(-1).neg();
}

function checkSame(op: string, guess: Tensor, target: Tensor): void {
  if (!sameShape(guess.shape, target.shape)) {
    raise(
      new ShapeError(`${op}: shapes ${formatShape(guess.shape)} and ${formatShape(target.shape)} differ; reshape one`),
    );
  }
}

function reduced(values: Tensor, reduction: NonNullable<LossOptions['reduction']>): Tensor {
  switch (reduction) {
    case 'mean':
      return values.mean();
    case 'sum':
      return values.sum();
    case 'none':
      return values;
    default:
      return raise(new ValueError(`loss: reduction must be 'mean', 'sum' or 'none', got '${String(reduction)}'`));
  }
}
