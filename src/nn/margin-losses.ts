/**
 * Losses that are 0 once something is better than something else by a margin: hinges, and distances between embeddings.
 */
import { DTypeError, raise, ShapeError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { isFloat } from '../ir/dtype.ts';
import { where } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { cosineSimilarity, pairwiseDistance } from './bilinear.ts';
import { named } from './embedding.ts';
import { checkSame, type LossOptions, reduced } from './loss-reduction.ts';

export interface MarginOptions extends LossOptions {
  /** Default: 1, except for marginRanking and cosineEmbedding: 0. */
  readonly margin?: number;
}

/** max(0, margin − score · sign), signs 1 and −1: two tensors of one shape → (). @throws ShapeError   @see Cortes and Vapnik 1995   @example hinge(scores, signs) */
export function hinge(scores: Tensor, signs: Tensor, options: MarginOptions = {}): Tensor {
  checkSame('hinge', scores, signs);
  return reduced(
    scores
      .mul(signs)
      .neg()
      .add(options.margin ?? 1)
      .relu(),
    options,
  );
}

/** x where the sign is 1, max(0, margin − x) where it is −1, x a distance: two tensors of one shape → (). @throws ShapeError   @example hingeEmbedding(distances, signs) */
export function hingeEmbedding(distances: Tensor, signs: Tensor, options: MarginOptions = {}): Tensor {
  checkSame('hingeEmbedding', distances, signs);
  const apart = distances
    .neg()
    .add(options.margin ?? 1)
    .relu();
  return reduced(where(signs.greater(0), distances, apart), options);
}

/** max(0, margin − sign · (a − b)): a should be larger where the sign is 1. Three tensors of one shape → (). @throws ShapeError   @example marginRanking(a, b, signs) */
export function marginRanking(a: Tensor, b: Tensor, signs: Tensor, options: MarginOptions = {}): Tensor {
  checkSame('marginRanking', a, b, signs);
  return reduced(
    signs
      .mul(b.sub(a))
      .add(options.margin ?? 0)
      .relu(),
    options,
  );
}

/**
 * Σ_c max(0, margin − x[label] + x[c]) / C over the classes c other than the label: scores (…, C), labels (…) → ().
 * @throws ShapeError if the shapes do not fit   @throws IndexError when it runs, for a label outside 0 … C − 1
 * @see Crammer and Singer 2001; torch.nn.MultiMarginLoss   @example multiMargin(scores, labels)
 */
export function multiMargin(scores: Tensor, labels: Tensor, options: MarginOptions = {}): Tensor {
  const { margin = 1 } = options;
  const classes = scores.shape.at(-1) ?? 0;
  if (isFloat(labels.dtype) || labels.dtype === 'bool')
    raise(
      new DTypeError(`multiMargin: labels must be int32 or uint8, got ${labels.dtype}; convert with .cast('int32')`),
    );
  if (classes === 0 || !sameShape(labels.shape, scores.shape.slice(0, -1)))
    raise(
      new ShapeError(
        `multiMargin: scores ${formatShape(scores.shape)} take labels ${formatShape(scores.shape.slice(0, -1))}, got ${formatShape(labels.shape)}`,
      ),
    );
  const places = labels.cast('int32');
  const own = named(scores.takeAlongAxis(places.unsqueeze(-1), -1), 'multiMargin: label'); // (…, 1)
  const misses = scores.sub(own).add(margin).relu();
  const isOther = places.oneHot(classes).equal(0);
  return reduced(where(isOther, misses, 0).sum(-1).div(classes), options);
}

export interface TripletOptions extends MarginOptions {
  /** Of the norm. Default: 2. */
  readonly p?: number;
  /** Take the distance of positive and negative where it is smaller than that of anchor and negative. Default: false. */
  readonly swap?: boolean;
}

/**
 * max(0, ‖a − p‖ − ‖a − n‖ + margin) for anchors, positives and negatives (…, C) → ().
 * @throws ShapeError if the shapes differ   @see Schroff et al. 2015; Balntas et al. 2016 for the swap   @example tripletMargin(anchor, positive, negative)
 */
export function tripletMargin(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletOptions = {},
): Tensor {
  checkSame('tripletMargin', anchor, positive, negative);
  const { margin = 1, p = 2, swap = false } = options;
  const near = pairwiseDistance(anchor, positive, p);
  let far = pairwiseDistance(anchor, negative, p);
  if (swap) far = far.minimum(pairwiseDistance(positive, negative, p));
  return reduced(near.sub(far).add(margin).relu(), options);
}

/**
 * ½ d² for pairs that belong together, ½ max(0, margin − d)² for others, d their distance: (…, C), (…, C), bool (…) → ().
 * @throws ShapeError if the shapes do not fit   @see Hadsell et al. 2006, eq. 4   @example contrastive(a, b, isSame)
 */
export function contrastive(a: Tensor, b: Tensor, isSame: Tensor, options: MarginOptions = {}): Tensor {
  checkSame('contrastive', a, b);
  const d = pairwiseDistance(a, b);
  checkSame('contrastive', d, isSame);
  const apart = d
    .neg()
    .add(options.margin ?? 1)
    .relu();
  return reduced(where(isSame, d, apart).square().mul(0.5), options);
}

/**
 * 1 − cos(a, b) where the sign is 1, max(0, cos(a, b) − margin) where it is −1: (…, C), (…, C), (…) → ().
 * @throws ShapeError if the shapes do not fit   @example cosineEmbedding(a, b, signs)
 */
export function cosineEmbedding(a: Tensor, b: Tensor, signs: Tensor, options: MarginOptions = {}): Tensor {
  checkSame('cosineEmbedding', a, b);
  const cos = cosineSimilarity(a, b);
  checkSame('cosineEmbedding', cos, signs);
  const apart = cos.sub(options.margin ?? 0).relu();
  return reduced(where(signs.greater(0), cos.neg().add(1), apart), options);
}
