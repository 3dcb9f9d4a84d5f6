/**
 * Mixing pictures of a batch with each other, and their labels with them. Each picture meets the one before it in the batch, which is
 * chance enough where batches are shuffled.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { tensor } from '../tensor/creation.ts';
import { concat, where } from '../tensor/functions.ts';
import { normal, splitKeys, uniform } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { inside } from './erase.ts';
import { type Sample, sizesOf, type Transform } from './sample.ts';

export interface MixOptions {
  /** λ comes from Beta(alpha, alpha). Default: 1, which is uniform. */
  readonly alpha?: number;
  /** How many classes labels (N,) stand for; shares (N, K) are mixed as they are. */
  readonly classes?: number;
}

/**
 * λ x + (1 − λ) x', labels alike: (N,) classes become (N, K) shares, as `crossEntropy` takes them. One λ for a batch.
 * @throws ValueError unless alpha > 0   @throws ShapeError for labels that fit nothing   @see Zhang et al. 2018, "mixup"
 * @example compose(mixup({ alpha: 0.2, classes: 10 }))
 */
export function mixup({ alpha = 1, classes }: MixOptions = {}): Transform {
  checkAlpha('mixup', alpha);
  return (sample, key) => {
    const share = beta(key, alpha);
    const { images } = sample;
    sizesOf('mixup', images);
    return mixed('mixup', sample, images.mul(share).add(rolled(images).mul(share.neg().add(1))), share, classes);
  };
}

/**
 * A rectangle of each picture comes from another; labels count by area. One rectangle for a batch, 1 − λ of its area.
 * @throws ValueError unless alpha > 0   @throws ShapeError for labels that fit nothing   @see Yun et al. 2019, "CutMix"
 * @example compose(cutmix({ classes: 100 }))
 */
export function cutmix({ alpha = 1, classes }: MixOptions = {}): Transform {
  checkAlpha('cutmix', alpha);
  return (sample, key) => {
    const [shareKey, xKey, yKey] = splitKeys(key, 3) as [Tensor, Tensor, Tensor];
    const { images } = sample;
    const { height, width } = sizesOf('cutmix', images);
    const half = beta(shareKey, alpha).neg().add(1).sqrt().mul(0.5);
    // As wide as the share asks for, cut off at the edges.
    const range = (from: Tensor, size: number): [Tensor, Tensor] => {
      const middle = uniform(from, []).mul(size).floor();
      const reach = half.mul(size).floor();
      return [middle.sub(reach).clip(0, size), middle.add(reach).clip(0, size)];
    };
    const [[x1, x2], [y1, y2]] = [range(xKey, width), range(yKey, height)];
    const isOther = inside(y1, y2.sub(y1), x1, x2.sub(x1), height, width);
    const share = x2
      .sub(x1)
      .mul(y2.sub(y1))
      .div(height * width)
      .neg()
      .add(1);
    return mixed('cutmix', sample, where(isOther, rolled(images), images), share, classes);
  };
}

function mixed<S extends Sample>(op: string, sample: S, images: Tensor, share: Tensor, classes: number | undefined): S {
  const { labels, boxes } = sample;
  if (boxes !== undefined) raise(new ValueError(`${op}: pictures with boxes cannot be mixed`));
  if (labels === undefined) return { ...sample, images };
  if (labels.rank === 1 && classes === undefined)
    raise(new ValueError(`${op}: labels (N,) need { classes }, how many there are`));
  if (labels.shape[0] !== images.shape[0] || labels.rank > 2) {
    raise(
      new ShapeError(
        `${op}: expected labels (N,) or (N, K) for ${images.shape[0]} pictures, got ${formatShape(labels.shape)}`,
      ),
    );
  }
  const shares = labels.rank === 1 ? labels.oneHot(classes!) : labels;
  return { ...sample, images, labels: shares.mul(share).add(rolled(shares).mul(share.neg().add(1))) };
}

/** Each place gets what was before it, the first the last. */
function rolled(x: Tensor): Tensor {
  const n = x.shape[0]!;
  return n === 1 ? x : concat([x.slice(n - 1), x.slice(0, n - 1)], 0);
}

/** Candidates drawn at once, of which the first that is accepted counts: all are refused once in 10³⁰. */
const CANDIDATES = 24;

/** Beta(α, α) from two gamma variates: X / (X + Y), by logarithms, because both may be tiny. */
export function beta(key: Tensor, alpha: number): Tensor {
  if (alpha === 1) return uniform(key, []);
  const [a, b] = splitKeys(key) as [Tensor, Tensor];
  return logGamma(a, alpha).sub(logGamma(b, alpha)).sigmoid();
}

/** log of a Gamma(α, 1) variate: Marsaglia and Tsang 2000; below 1 by Gamma(α + 1) · U^(1/α). */
function logGamma(key: Tensor, alpha: number): Tensor {
  const [x, u, boost] = splitKeys(key, 3) as [Tensor, Tensor, Tensor];
  const d = (alpha < 1 ? alpha + 1 : alpha) - 1 / 3;
  const z = normal(x, [CANDIDATES]);
  const root = z.mul(1 / Math.sqrt(9 * d)).add(1);
  const isPositive = root.greater(0);
  const logV = where(isPositive, root, 1).log().mul(3);
  const bar = z.square().mul(0.5).add(d).sub(logV.exp().mul(d)).add(logV.mul(d));
  const isAccepted = isPositive.logicalAnd(positiveUniform(u, [CANDIDATES]).log().less(bar));
  const first = isAccepted.cast('int32').argmax(0);
  const places = tensor(Int32Array.from({ length: CANDIDATES }, (_, i) => i));
  const log = where(places.equal(first), logV, 0).sum().add(Math.log(d));
  return alpha < 1 ? log.add(positiveUniform(boost, []).log().div(alpha)) : log;
}

/** In (0, 1]. */
function positiveUniform(key: Tensor, shape: readonly number[]): Tensor {
  return uniform(key, shape).neg().add(1);
}

function checkAlpha(op: string, alpha: number): void {
  if (!(alpha > 0 && alpha < Infinity)) raise(new ValueError(`${op}: alpha must be above 0, got ${alpha}`));
}
