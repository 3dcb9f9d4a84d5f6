/**
 * Stochastic gradient descent.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { Cell } from '../tensor/cell.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkDecay, type Trainable } from './groups.ts';
import { Optimizer, type OptimizerOptions } from './optimizer.ts';

export interface SGDOptions extends OptimizerOptions {
  /** Learning rate. */
  readonly lr: number;
  /** Default: 0, no velocity is kept. */
  readonly momentum?: number;
  /** Look ahead along the velocity. Default: false. */
  readonly nesterov?: boolean;
}

/**
 * g ← g + λp; v ← μv + g; p ← p − lr · v, or with Nesterov's look-ahead p − lr · (g + μv). PyTorch's form, without dampening.
 * @throws ValueError for negative rates, momentum not below 1, or nesterov without momentum   @see Sutskever et al. 2013
 * @example const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
 */
export class SGD extends Optimizer {
  readonly #momentum: number;
  readonly #nesterov: boolean;
  readonly #velocity: readonly Cell[];

  constructor(parameters: Trainable, { momentum = 0, nesterov = false, weightDecay = 0, ...options }: SGDOptions) {
    super('SGD', parameters, { ...options, weightDecay });
    checkDecay('SGD', 'momentum', momentum);
    if (nesterov && momentum === 0) raise(new ValueError('SGD: nesterov needs momentum above 0, got 0'));
    this.#momentum = momentum;
    this.#nesterov = nesterov;
    this.#velocity = momentum === 0 ? [] : this.perParameter('velocity');
  }

  protected override update(p: Tensor, g: Tensor, i: number): Tensor {
    const rate = this.rateOf(i).cast(p.dtype);
    const cell = this.#velocity[i];
    if (cell === undefined) return p.sub(g.mul(rate));
    const v = cell.value.mul(this.#momentum).add(g);
    cell.value = v;
    return p.sub((this.#nesterov ? g.add(v.mul(this.#momentum)) : v).mul(rate));
  }
}
