/**
 * Adamax: Adam with the largest gradient in place of the root of the second moment.
 */
import type { Cell } from '../tensor/cell.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkDecay, checkLeast, type Trainable } from './groups.ts';
import { Optimizer, type OptimizerOptions } from './optimizer.ts';

export interface AdamaxOptions extends OptimizerOptions {
  /** Learning rate. Default: 0.002. */
  readonly lr?: number;
  /** β₁ and β₂, the decay of the moment and of the largest gradient. Default: [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to |g|. Default: 1e-8. */
  readonly eps?: number;
}

/**
 * m ← β₁m + (1 − β₁)g; u ← max(β₂u, |g| + eps); p ← p − lr / (1 − β₁ᵗ) · m / u.
 * @throws ValueError for negative rates or betas not below 1   @see Kingma and Ba 2015, algorithm 2
 * @example const optimizer = new Adamax(model.parameters())
 */
export class Adamax extends Optimizer {
  readonly #betas: readonly [number, number];
  readonly #eps: number;
  readonly #first: readonly Cell[];
  readonly #largest: readonly Cell[];
  readonly #power: Cell;

  constructor(parameters: Trainable, options: AdamaxOptions = {}) {
    const { lr = 2e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = options;
    super('Adamax', parameters, { ...options, lr, weightDecay });
    betas.forEach((beta, i) => checkDecay('Adamax', `betas[${i}]`, beta));
    checkLeast('Adamax', 'eps', eps);
    this.#betas = betas;
    this.#eps = eps;
    this.#first = this.perParameter('first');
    this.#largest = this.perParameter('largest');
    this.#power = this.single('power', 1);
  }

  protected override advance(): void {
    this.#power.value = this.#power.value.mul(this.#betas[0]);
  }

  protected override update(p: Tensor, g: Tensor, i: number): Tensor {
    const [m, u] = [this.#first[i]!, this.#largest[i]!];
    m.value = m.value.add(g.sub(m.value).mul(1 - this.#betas[0]));
    u.value = u.value.mul(this.#betas[1]).maximum(g.abs().add(this.#eps));
    const size = this.rateOf(i).div(this.#power.value.neg().add(1));
    return p.sub(m.value.div(u.value).mul(size.cast(p.dtype)));
  }
}
