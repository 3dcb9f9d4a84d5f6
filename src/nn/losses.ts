/**
 * The losses that most networks are trained by: mean squared error, and cross-entropy in its forms. Further ones are in
 * regression-losses.ts, margin-losses.ts, overlap-losses.ts and ctc.ts.
 */
import { DTypeError, raise, ShapeError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { isFloat } from '../ir/dtype.ts';
import { where } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { named } from './embedding.ts';
import { both, checkSame, type LossOptions, masked, reduced } from './loss-reduction.ts';
import { checkFraction } from './sizes.ts';

/**
 * Mean squared error, (guess − target)²: two tensors of one shape → ().
 * @throws ShapeError if the shapes differ: nothing is broadcast, because that is usually a mistake
 * @example mse(tensor([1, 2]), tensor([1, 4])) // 2
 */
export function mse(guess: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkSame('mse', guess, target);
  return reduced(guess.sub(target).square(), options);
}

export interface ClassOptions extends LossOptions {
  /** Multiplies the loss of each class, (C,); the mean is over the weights. Default: 1 each. */
  readonly weights?: Tensor;
  /** Rows with this label do not count. Default: none. */
  readonly ignoreIndex?: number;
}

export interface CrossEntropyOptions extends ClassOptions {
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
  const { labelSmoothing = 0, weights } = options;
  checkFraction('crossEntropy', 'labelSmoothing', labelSmoothing);
  const classes = logits.shape.at(-1);
  if (classes === undefined || classes === 0) {
    raise(new ShapeError(`crossEntropy: logits need a last axis of classes, got ${formatShape(logits.shape)}`));
  }
  checkWeights('crossEntropy', classes, weights);
  const logProbabilities = logits.logSoftmax(-1);
  const weighed = weights === undefined ? logProbabilities : logProbabilities.mul(weights);
  const spread = weighed.mean(-1).neg().mul(labelSmoothing);
  const smoothed = (exact: Tensor): Tensor =>
    labelSmoothing === 0 ? exact : exact.mul(1 - labelSmoothing).add(spread);
  if (isFloat(target.dtype)) return reduced(smoothed(withProbabilities(weighed, target)), options);
  const { values, rowWeights, mask } = withLabels('crossEntropy', logProbabilities, target, options);
  return reduced(smoothed(values), masked(options, mask), rowWeights);
}

/**
 * −logProbabilities[label]: logarithms (…, C) and labels (…) → (). crossEntropy without the softmax.
 * @throws ShapeError if the shapes do not fit   @throws IndexError when it runs, for a label outside 0 … C − 1
 * @example nll(logits.logSoftmax(), labels)
 */
export function nll(logProbabilities: Tensor, labels: Tensor, options: ClassOptions = {}): Tensor {
  checkWeights('nll', logProbabilities.shape.at(-1), options.weights);
  const { values, rowWeights, mask } = withLabels('nll', logProbabilities, labels, options);
  return reduced(values, masked(options, mask), rowWeights);
}

export interface BinaryOptions extends LossOptions {
  /** Multiplies each value; broadcasts. Default: 1. */
  readonly weights?: Tensor;
}

/**
 * −t · log p − (1 − t) · log(1 − p), logarithms held above −100 as in PyTorch: probabilities and targets of one shape → ().
 * @throws ShapeError if the shapes differ   @example binaryCrossEntropy(tensor([0.5]), tensor([1])) // log 2
 */
export function binaryCrossEntropy(probabilities: Tensor, targets: Tensor, options: BinaryOptions = {}): Tensor {
  checkSame('binaryCrossEntropy', probabilities, targets);
  const rest = (x: Tensor): Tensor => x.neg().add(1);
  const values = targets
    .mul(boundedLog(probabilities))
    .add(rest(targets).mul(boundedLog(rest(probabilities))))
    .neg();
  return reduced(options.weights === undefined ? values : values.mul(options.weights), options);
}

/** log x, at least −100, with gradient 0 where x is 0. */
function boundedLog(x: Tensor): Tensor {
  const isPositive = x.greater(0);
  return where(isPositive, where(isPositive, x, 1).log().maximum(-100), -100);
}

export interface BinaryLogitsOptions extends BinaryOptions {
  /** Multiplies the loss of positive targets; broadcasts. Default: 1. */
  readonly positiveWeight?: Tensor | number;
}

/**
 * −t · log σ(x) − (1 − t) · log(1 − σ(x)) = log(1 + eˣ) − t · x, which does not overflow: two tensors of one shape → ().
 * @param targets from 0 to 1   @throws ShapeError if the shapes differ
 * @example binaryCrossEntropyWithLogits(tensor([0]), tensor([1])) // log 2
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  targets: Tensor,
  options: BinaryLogitsOptions = {},
): Tensor {
  checkSame('binaryCrossEntropyWithLogits', logits, targets);
  const { weights, positiveWeight } = options;
  let values = logits.softplus().sub(logits.mul(targets));
  if (positiveWeight !== undefined) {
    // log(1 + eˣ) − x = log(1 + e⁻ˣ), what a positive target costs, the weight's excess over 1 times more.
    const excess = typeof positiveWeight === 'number' ? positiveWeight - 1 : positiveWeight.sub(1);
    values = values.add(logits.neg().softplus().mul(targets).mul(excess));
  }
  return reduced(weights === undefined ? values : values.mul(weights), options);
}

export interface FocalOptions extends LossOptions {
  /** γ: how strongly what is right already is discounted. Default: 2. */
  readonly gamma?: number;
  /** α: weight of positive targets, 1 − α of negative ones; null for neither. Default: 0.25. */
  readonly alpha?: number | null;
}

/**
 * αₜ (1 − pₜ)^γ · binaryCrossEntropyWithLogits, pₜ the probability given to what is true: logits and targets of one shape → ().
 * @throws ShapeError if the shapes differ   @see Lin et al. 2017, "Focal Loss for Dense Object Detection", eq. 5   @example focal(logits, targets)
 */
export function focal(logits: Tensor, targets: Tensor, options: FocalOptions = {}): Tensor {
  checkSame('focal', logits, targets);
  const { gamma = 2, alpha = 0.25 } = options;
  const values = logits.softplus().sub(logits.mul(targets));
  const p = logits.sigmoid();
  const missed = p.add(targets).sub(p.mul(targets).mul(2)); // 1 − (p t + (1 − p)(1 − t))
  const discounted = values.mul(missed.pow(gamma));
  const weighed = alpha === null ? discounted : discounted.mul(targets.mul(2 * alpha - 1).add(1 - alpha));
  return reduced(weighed, options);
}

export interface KLOptions extends LossOptions {
  /** The target holds logarithms, too. Default: false. */
  readonly logTarget?: boolean;
}

/**
 * Kullback-Leibler divergence, t · (log t − guess), of which the sum over the last axis is the divergence of a row: logarithms
 * and targets of one shape → (). For the mean per row take `reduction: 'sum'` and divide by the rows.
 * @param guess logarithms of probabilities   @throws ShapeError if the shapes differ   @example klDivergence(logits.logSoftmax(), target, { reduction: 'sum' })
 */
export function klDivergence(guess: Tensor, target: Tensor, options: KLOptions = {}): Tensor {
  checkSame('klDivergence', guess, target);
  if (options.logTarget === true) return reduced(target.exp().mul(target.sub(guess)), options);
  const isPositive = target.greater(0);
  const own = where(isPositive, target.mul(where(isPositive, target, 1).log()), 0);
  return reduced(own.sub(target.mul(guess)), options);
}

/** The loss of each row, its weight in the mean, and which rows count. */
interface Labelled {
  readonly values: Tensor;
  readonly rowWeights: Tensor | undefined;
  readonly mask: Tensor | undefined;
}

function withLabels(op: string, logProbabilities: Tensor, labels: Tensor, options: ClassOptions): Labelled {
  const rows = logProbabilities.shape.slice(0, -1);
  if (labels.dtype === 'bool' || isFloat(labels.dtype))
    raise(new DTypeError(`${op}: labels must be int32 or uint8, got ${labels.dtype}; convert with .cast('int32')`));
  if (logProbabilities.rank === 0 || !sameShape(labels.shape, rows)) {
    raise(
      new ShapeError(
        `${op}: logits ${formatShape(logProbabilities.shape)} take labels ${formatShape(rows)}, got ${formatShape(labels.shape)}`,
      ),
    );
  }
  const { weights, ignoreIndex } = options;
  const isCounted = ignoreIndex === undefined ? undefined : labels.cast('int32').notEqual(ignoreIndex);
  const real = isCounted === undefined ? labels.cast('int32') : where(isCounted, labels.cast('int32'), 0);
  const chosen = named(logProbabilities.takeAlongAxis(real.unsqueeze(-1), -1), `${op}: label`);
  const values = chosen.squeeze(-1).neg();
  const rowWeights = weights?.take(real);
  const mask = both(options.mask, isCounted);
  return { values: rowWeights === undefined ? values : values.mul(rowWeights), rowWeights, mask };
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

function checkWeights(op: string, classes: number | undefined, weights: Tensor | undefined): void {
  if (weights !== undefined && !sameShape(weights.shape, [classes ?? 0]))
    raise(
      new ShapeError(`${op}: expected weights (${classes ?? 0},), one per class, got ${formatShape(weights.shape)}`),
    );
}
