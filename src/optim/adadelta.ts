/**
 * Adadelta: steps in proportion to the steps taken before, over the gradient's size.
 */
import type { Cell } from '../tensor/cell.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkDecay, checkLeast, type Trainable } from './groups.ts';
import { Optimizer, type OptimizerOptions } from './optimizer.ts';

export interface AdadeltaOptions extends OptimizerOptions {
  /** Multiplies the step. Default: 1. */
  readonly lr?: number;
  /** ρ, the decay of both mean squares. Default: 0.9. */
  readonly rho?: number;
  /** Added under both roots. Default: 1e-6. */
  readonly eps?: number;
}

/**
 * v ← ρv + (1 − ρ)g²; Δ = √(u + eps) / √(v + eps) · g; u ← ρu + (1 − ρ)Δ²; p ← p − lr · Δ.
 * @throws ValueError for negative rates or ρ not below 1   @see Zeiler 2012, algorithm 1   @example const optimizer = new Adadelta(model.parameters())
 */
export class Adadelta extends Optimizer {
  readonly #rho: number;
  readonly #eps: number;
  readonly #second: readonly Cell[];
  readonly #steps: readonly Cell[];

  constructor(parameters: Trainable, options: AdadeltaOptions = {}) {
    const { lr = 1, rho = 0.9, eps = 1e-6, weightDecay = 0 } = options;
    super('Adadelta', parameters, { ...options, lr, weightDecay });
    checkDecay('Adadelta', 'rho', rho);
    checkLeast('Adadelta', 'eps', eps);
    this.#rho = rho;
    this.#eps = eps;
    this.#second = this.perParameter('second');
    this.#steps = this.perParameter('steps');
  }

  protected override update(p: Tensor, g: Tensor, i: number): Tensor {
    const [v, u] = [this.#second[i]!, this.#steps[i]!];
    v.value = v.value.mul(this.#rho).add(g.square().mul(1 - this.#rho));
    const step = u.value.add(this.#eps).sqrt().div(v.value.add(this.#eps).sqrt()).mul(g);
    u.value = u.value.mul(this.#rho).add(step.square().mul(1 - this.#rho));
    return p.sub(step.mul(this.rateOf(i).cast(p.dtype)));
  }
}
