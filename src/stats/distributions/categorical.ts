/**
 * The categorical distribution: one of K places.
 */
import { raise, ShapeError } from '../../base/errors.ts';
import { broadcastShapes, type Shape } from '../../base/shape.ts';
import { arange } from '../../tensor/creation.ts';
import { entr } from '../../tensor/exponential.ts';
import { where } from '../../tensor/functions.ts';
import { filled, floatOf, tensorOf } from '../../tensor/lifting.ts';
import { categorical } from '../../tensor/random/discrete.ts';
import type { Tensor, TensorLike } from '../../tensor/tensor.ts';
import { batchShapeOf, Distribution, notNaN, oneOf } from './distribution.ts';

/** One of the two, (…, K). */
export interface CategoricalOptions {
  /** Not negative; divided by their sum. */
  readonly probs?: Tensor;
  /** Log probabilities up to a constant. */
  readonly logits?: Tensor;
}

/**
 * Place k of 0 … K − 1 with probability pₖ.
 * @throws ValueError for negative probabilities; ShapeError for a scalar   @see torch.distributions.Categorical
 * @example new Categorical({ logits: tensor([0, 0, 0, 0]) }).entropy() // log 4
 */
export class Categorical extends Distribution {
  /** log pₖ in float64, (…, K). */
  readonly #logs: Tensor;
  readonly #dtype: 'float32' | 'float64';
  readonly #count: number;

  constructor({ probs, logits }: CategoricalOptions) {
    const given = oneOf('Categorical', ['probs', probs], ['logits', logits]);
    const constraint = { mustBe: 'finite and not negative', isGood: (p: number) => p >= 0 && p < Infinity };
    const shape =
      probs === undefined
        ? batchShapeOf('Categorical', { logits: given }, { logits: notNaN })
        : batchShapeOf('Categorical', { probs: given }, { probs: constraint });
    const count = shape.at(-1);
    if (count === undefined || count === 0)
      raise(new ShapeError(`Categorical: expected an axis of at least one place, got shape (${shape.join(', ')})`));
    super(shape.slice(0, -1));
    this.#count = count;
    this.#dtype = given.dtype === 'float64' ? 'float64' : 'float32';
    const double = floatOf(given).cast('float64');
    this.#logs =
      probs === undefined
        ? double.logSoftmax(-1)
        : where(double.equal(0), -Infinity, where(double.equal(0), 1, double).log()).sub(double.sum(-1, { keepDims: true }).log()); // prettier-ignore
  }

  /** pₖ, (…, K). */
  get probs(): Tensor {
    return this.#logs.exp().cast(this.#dtype);
  }

  /** log pₖ, (…, K). */
  get logits(): Tensor {
    return this.#logs.cast(this.#dtype);
  }

  override logProb(x: TensorLike): Tensor {
    const places = tensorOf(x);
    const shape = broadcastShapes('Categorical.logProb', places.shape, this.batchShape);
    const k = places.expand(shape);
    const isInside = k.greaterEqual(0).logicalAnd(k.less(this.#count)).logicalAnd(k.equal(k.floor()));
    const index = where(isInside, k, 0).cast('int32').unsqueeze(-1);
    const found = this.#logs
      .expand([...shape, this.#count])
      .takeAlongAxis(index, -1)
      .squeeze(-1);
    return where(isInside, found, filled(found, -Infinity)).cast(this.#dtype);
  }

  override cdf(x: TensorLike): Tensor {
    const k = floatOf(x).unsqueeze(-1);
    const isUpTo = arange(0, this.#count, 1, { dtype: 'float64' }).lessEqual(k.cast('float64'));
    return where(isUpTo, this.#logs.exp(), 0).sum(-1).cast(this.#dtype);
  }

  override icdf(p: TensorLike): Tensor {
    const q = floatOf(p).cast('float64').unsqueeze(-1);
    const sums = this.#logs.exp().cumsum(-1);
    const place = sums.less(q.mul(1 - 2 ** -48)).cast('float64').sum(-1).minimum(this.#count - 1); // prettier-ignore
    const good = q.squeeze(-1);
    return where(good.greaterEqual(0).logicalAnd(good.lessEqual(1)), place, NaN).cast(this.#dtype);
  }

  override sample(key: Tensor, shape: Shape = []): Tensor {
    return categorical(key, this.#logs, [...shape, ...this.batchShape]);
  }

  /** Of the places as numbers. */
  override get mean(): Tensor {
    return this.#moment((k) => k);
  }

  override get variance(): Tensor {
    const mean = this.#moment((k) => k).cast('float64');
    return this.#moment((k) => k.sub(mean.unsqueeze(-1)).square());
  }

  #moment(f: (k: Tensor) => Tensor): Tensor {
    const k = arange(0, this.#count, 1, { dtype: 'float64' });
    return this.#logs.exp().mul(f(k)).sum(-1).cast(this.#dtype);
  }

  override entropy(): Tensor {
    return entr(this.#logs.exp()).sum(-1).cast(this.#dtype);
  }

  override enumerateSupport(): Tensor {
    return arange(0, this.#count, 1, { dtype: 'int32' });
  }
}
