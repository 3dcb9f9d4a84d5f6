/**
 * Lion: the sign of an interpolated momentum.
 */
import type { Cell } from '../tensor/cell.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkDecay, type Trainable } from './groups.ts';
import { Optimizer, type OptimizerOptions } from './optimizer.ts';

export interface LionOptions extends OptimizerOptions {
  /** Learning rate, 3 to 10 times smaller than AdamW's. Default: 1e-4. */
  readonly lr?: number;
  /** β₁ of the update, β₂ of the momentum. Default: [0.9, 0.99]. */
  readonly betas?: readonly [number, number];
  /** λ, decoupled; 3 to 10 times larger than AdamW's. Default: 0. */
  readonly weightDecay?: number;
}

/**
 * p ← (1 − lr · λ)p − lr · sign(β₁m + (1 − β₁)g); m ← β₂m + (1 − β₂)g.
 * @throws ValueError for negative rates or betas not below 1   @see Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", program 1
 * @example const optimizer = new Lion(model.parameters(), { lr: 1e-4, weightDecay: 0.1 })
 */
export class Lion extends Optimizer {
  readonly #betas: readonly [number, number];
  readonly #first: readonly Cell[];

  constructor(parameters: Trainable, options: LionOptions = {}) {
    const { lr = 1e-4, betas = [0.9, 0.99], weightDecay = 0 } = options;
    super('Lion', parameters, { ...options, lr, weightDecay, decay: 'parameter' });
    betas.forEach((beta, i) => checkDecay('Lion', `betas[${i}]`, beta));
    this.#betas = betas;
    this.#first = this.perParameter('first');
  }

  protected override update(p: Tensor, g: Tensor, i: number): Tensor {
    const [beta1, beta2] = this.#betas;
    const m = this.#first[i]!;
    const direction = m.value
      .mul(beta1)
      .add(g.mul(1 - beta1))
      .sign();
    m.value = m.value.mul(beta2).add(g.mul(1 - beta2));
    return p.sub(direction.mul(this.rateOf(i).cast(p.dtype)));
  }
}
