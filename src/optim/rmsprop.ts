/**
 * RMSprop: steps divided by a running root mean square of the gradient.
 */
import type { Cell } from '../tensor/cell.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkDecay, checkLeast, type Trainable } from './groups.ts';
import { Optimizer, type OptimizerOptions } from './optimizer.ts';

export interface RMSpropOptions extends OptimizerOptions {
  /** Learning rate. Default: 0.01. */
  readonly lr?: number;
  /** α, the decay of the mean square. Default: 0.99. */
  readonly alpha?: number;
  /** Added to the root. Default: 1e-8. */
  readonly eps?: number;
  /** μ. Default: 0, no velocity is kept. */
  readonly momentum?: number;
  /** Divide by the standard deviation, estimated likewise. Default: false. */
  readonly centered?: boolean;
}

/**
 * v ← αv + (1 − α)g²; p ← p − lr · g / (√v + eps); with momentum b ← μb + g / (√v + eps), p ← p − lr · b; centered, v less the
 * square of a running mean of g.
 * @throws ValueError for negative rates or decays not below 1   @see Tieleman and Hinton 2012, lecture 6.5; Graves 2013 for the centered form
 * @example const optimizer = new RMSprop(model.parameters(), { lr: 1e-3 })
 */
export class RMSprop extends Optimizer {
  readonly #alpha: number;
  readonly #eps: number;
  readonly #momentum: number;
  readonly #second: readonly Cell[];
  readonly #mean: readonly Cell[];
  readonly #velocity: readonly Cell[];

  constructor(parameters: Trainable, options: RMSpropOptions = {}) {
    const { lr = 0.01, alpha = 0.99, eps = 1e-8, momentum = 0, centered = false, weightDecay = 0 } = options;
    super('RMSprop', parameters, { ...options, lr, weightDecay });
    checkDecay('RMSprop', 'alpha', alpha);
    checkDecay('RMSprop', 'momentum', momentum);
    checkLeast('RMSprop', 'eps', eps);
    this.#alpha = alpha;
    this.#eps = eps;
    this.#momentum = momentum;
    this.#second = this.perParameter('second');
    this.#mean = centered ? this.perParameter('mean') : [];
    this.#velocity = momentum > 0 ? this.perParameter('velocity') : [];
  }

  protected override update(p: Tensor, g: Tensor, i: number): Tensor {
    const [v, mean, velocity] = [this.#second[i]!, this.#mean[i], this.#velocity[i]];
    v.value = v.value.mul(this.#alpha).add(g.square().mul(1 - this.#alpha));
    let spread = v.value;
    if (mean !== undefined) {
      mean.value = mean.value.add(g.sub(mean.value).mul(1 - this.#alpha));
      spread = spread.sub(mean.value.square());
    }
    let step = g.div(spread.sqrt().add(this.#eps));
    if (velocity !== undefined) step = velocity.value = velocity.value.mul(this.#momentum).add(step);
    return p.sub(step.mul(this.rateOf(i).cast(p.dtype)));
  }
}
