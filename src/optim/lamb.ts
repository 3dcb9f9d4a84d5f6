/**
 * LAMB: Adam's direction, with the length of each parameter's step in proportion to the parameter's.
 */
import type { Cell } from '../tensor/cell.ts';
import { where } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkDecay, checkLeast, type Trainable } from './groups.ts';
import { Optimizer, type OptimizerOptions } from './optimizer.ts';

export interface LAMBOptions extends OptimizerOptions {
  /** Learning rate. Default: 0.001. */
  readonly lr?: number;
  /** β₁ and β₂, the decay of the two moments. Default: [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment. Default: 1e-6. */
  readonly eps?: number;
  /** λ, part of the step whose length is adapted. Default: 0.01. */
  readonly weightDecay?: number;
}

/**
 * u = m̂ / (√v̂ + eps) + λp with Adam's moments; p ← p − lr · ‖p‖ / ‖u‖ · u, the ratio 1 where either norm is 0.
 * @throws ValueError for negative rates or betas not below 1   @see You et al. 2020, "Large Batch Optimization for Deep Learning", algorithm 2
 * @example const optimizer = new LAMB(model.parameters(), { lr: 0.01 })
 */
export class LAMB extends Optimizer {
  readonly #betas: readonly [number, number];
  readonly #eps: number;
  readonly #first: readonly Cell[];
  readonly #second: readonly Cell[];
  readonly #powers: readonly [Cell, Cell];

  constructor(parameters: Trainable, options: LAMBOptions = {}) {
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-6, weightDecay = 0.01 } = options;
    super('LAMB', parameters, { ...options, lr, weightDecay, decay: 'rule' });
    betas.forEach((beta, i) => checkDecay('LAMB', `betas[${i}]`, beta));
    checkLeast('LAMB', 'eps', eps);
    this.#betas = betas;
    this.#eps = eps;
    this.#first = this.perParameter('first');
    this.#second = this.perParameter('second');
    this.#powers = [this.single('power.0', 1), this.single('power.1', 1)];
  }

  protected override advance(): void {
    this.#powers.forEach((cell, i) => {
      cell.value = cell.value.mul(this.#betas[i]!);
    });
  }

  protected override update(p: Tensor, g: Tensor, i: number): Tensor {
    const [beta1, beta2] = this.#betas;
    const [m, v] = [this.#first[i]!, this.#second[i]!];
    m.value = m.value.mul(beta1).add(g.mul(1 - beta1));
    v.value = v.value.mul(beta2).add(g.square().mul(1 - beta2));
    const [first, second] = this.#powers.map((power) => power.value.neg().add(1).cast(p.dtype)) as [Tensor, Tensor];
    const direction = m.value.div(first).div(v.value.div(second).sqrt().add(this.#eps));
    const u = direction.add(p.mul(this.weightDecayOf(i)));
    const [ofParameter, ofStep] = [p.square().sum().sqrt(), u.square().sum().sqrt()];
    const isKnown = ofParameter.greater(0).logicalAnd(ofStep.greater(0));
    const ratio = where(isKnown, ofParameter.div(ofStep), 1);
    return p.sub(u.mul(ratio.mul(this.rateOf(i).cast(p.dtype))));
  }
}
