/**
 * Dropout: in training a random part of the input is left out.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import { zerosLike } from '../tensor/creation.ts';
import { where } from '../tensor/functions.ts';
import { bernoulli, defaultKey } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { SELU_ALPHA } from './activation-functions.ts';
import { Module } from './module.ts';
import { checkFraction, spatialAxes } from './sizes.ts';
import type { SameShape } from './shape-rules.ts';

/** Each element 0 with probability p, else x / (1 − p), so that the mean stays. @param key by default the next default key   @example dropout(x, 0.1) */
export function dropout(x: Tensor, p: number, key = defaultKey()): Tensor {
  return p === 0 ? x : dropped(x, p, x.shape, key);
}

/** x where a draw of this shape, which broadcasts, keeps it. */
function dropped(x: Tensor, p: number, shape: Shape, key = defaultKey()): Tensor {
  const keep = 1 - p;
  return where(bernoulli(key, keep, shape), x.div(keep), zerosLike(x));
}

/** What the layers share. */
abstract class RandomLayer extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly p: number;

  constructor(p = 0.5) {
    super();
    checkFraction(this.constructor.name, 'p', p);
    this.p = p;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return !this.training || this.p === 0 ? x : this.draw(x);
  }

  /** The output in training. */
  protected abstract draw(x: Tensor): Tensor;
}

/**
 * In training each element is 0 with probability p and x / (1 − p) otherwise, so that the mean stays; in evaluation x.
 * The choice comes from the default key, new at every call, also inside a compiled function.
 * @throws ValueError unless 0 ≤ p < 1   @see Srivastava et al. 2014   @example new Dropout(0.1)
 */
export class Dropout extends RandomLayer {
  protected override draw(x: Tensor): Tensor {
    return dropped(x, this.p, x.shape);
  }
}

/** As Dropout for whole channels. */
abstract class ChannelDropout extends RandomLayer {
  protected drawChannels(x: Tensor, rank: 1 | 2 | 3): Tensor {
    if (x.rank !== rank + 2)
      raise(
        new ShapeError(
          `${this.constructor.name}: expected (N, C, ${spatialAxes[rank - 1]}), got ${formatShape(x.shape)}; use Dropout for other shapes`,
        ),
      );
    return dropped(
      x,
      this.p,
      x.shape.map((n, i) => (i < 2 ? n : 1)),
    );
  }
}

/** As Dropout, but a channel of a signal (N, C, L) is left out as a whole. @throws ShapeError   @see Tompson et al. 2015   @example new Dropout1d(0.2) */
export class Dropout1d extends ChannelDropout {
  protected override draw(x: Tensor): Tensor {
    return this.drawChannels(x, 1);
  }
}

/** As Dropout, but a channel of an image (N, C, H, W) is left out as a whole. @throws ShapeError   @see Tompson et al. 2015   @example new Dropout2d(0.2) */
export class Dropout2d extends ChannelDropout {
  protected override draw(x: Tensor): Tensor {
    return this.drawChannels(x, 2);
  }
}

/** As Dropout, but a channel of a volume (N, C, D, H, W) is left out as a whole. @throws ShapeError   @see Tompson et al. 2015   @example new Dropout3d(0.2) */
export class Dropout3d extends ChannelDropout {
  protected override draw(x: Tensor): Tensor {
    return this.drawChannels(x, 3);
  }
}

/** The value that SELU tends to for large negative x: −λα. */
const SATURATION = -1.0507009873554805 * SELU_ALPHA;

/**
 * Dropout for SELU networks: elements become SELU's least value, and all are scaled and shifted so that mean 0 and variance 1 stay.
 * @throws ValueError unless 0 ≤ p < 1   @see Klambauer et al. 2017   @example new AlphaDropout(0.1)
 */
export class AlphaDropout extends RandomLayer {
  protected override draw(x: Tensor): Tensor {
    const keep = 1 - this.p;
    const scale = 1 / Math.sqrt(keep + SATURATION ** 2 * keep * this.p);
    const shift = -scale * this.p * SATURATION;
    return where(bernoulli(defaultKey(), keep, x.shape), x, SATURATION)
      .mul(scale)
      .add(shift);
  }
}
