/**
 * Dropout.
 */
import { zerosLike } from '../tensor/creation.ts';
import { where } from '../tensor/functions.ts';
import { bernoulli, defaultKey } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Module } from './module.ts';
import { checkFraction } from './sizes.ts';

/**
 * In training each element is 0 with probability p and x / (1 − p) otherwise, so that the mean stays; in evaluation x.
 * The choice comes from the default key, new at every call, also inside a compiled function.
 * @throws ValueError unless 0 ≤ p < 1   @see Srivastava et al. 2014   @example new Dropout(0.1)
 */
export class Dropout extends Module {
  readonly p: number;

  constructor(p = 0.5) {
    super();
    checkFraction('Dropout', 'p', p);
    this.p = p;
  }

  forward(x: Tensor): Tensor {
    if (!this.training || this.p === 0) return x;
    const keep = 1 - this.p;
    return where(bernoulli(defaultKey(), keep, x.shape), x.div(keep), zerosLike(x));
  }
}
