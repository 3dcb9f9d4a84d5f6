/**
 * NAdam: Adam with Nesterov's look-ahead in the first moment.
 */
import type { Cell } from '../tensor/cell.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkDecay, checkLeast, type Trainable } from './groups.ts';
import { Optimizer, type OptimizerOptions } from './optimizer.ts';

export interface NAdamOptions extends OptimizerOptions {
  /** Learning rate. Default: 0.002. */
  readonly lr?: number;
  /** β₁ and β₂, the decay of the two moments. Default: [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment. Default: 1e-8. */
  readonly eps?: number;
  /** ψ of the schedule of momentum. Default: 0.004. */
  readonly momentumDecay?: number;
  /** Weight decay shrinks the parameter itself instead of entering the gradient. Default: false. */
  readonly decoupled?: boolean;
}

/** The base of the momentum's schedule. */
const BASE = 0.96;

/**
 * μₜ = β₁(1 − ½ · 0.96^(tψ)); m, v as Adam; p ← p − lr · (μₜ₊₁ m / (1 − Πμ₁…ₜ₊₁) + (1 − μₜ) g / (1 − Πμ₁…ₜ)) / (√v̂ + eps).
 * @throws ValueError for negative rates or betas not below 1   @see Dozat 2016, "Incorporating Nesterov Momentum into Adam"
 * @example const optimizer = new NAdam(model.parameters())
 */
export class NAdam extends Optimizer {
  readonly #betas: readonly [number, number];
  readonly #eps: number;
  readonly #momentumDecay: number;
  readonly #first: readonly Cell[];
  readonly #second: readonly Cell[];
  /** 0.96^(tψ), Πμ₁…ₜ and β₂ᵗ. */
  readonly #schedule: Cell;
  readonly #product: Cell;
  readonly #power: Cell;

  constructor(parameters: Trainable, options: NAdamOptions = {}) {
    const { lr = 2e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, momentumDecay = 4e-3 } = options;
    super('NAdam', parameters, {
      ...options,
      lr,
      weightDecay,
      decay: options.decoupled === true ? 'parameter' : 'gradient',
    });
    betas.forEach((beta, i) => checkDecay('NAdam', `betas[${i}]`, beta));
    checkLeast('NAdam', 'eps', eps);
    checkLeast('NAdam', 'momentumDecay', momentumDecay);
    this.#betas = betas;
    this.#eps = eps;
    this.#momentumDecay = momentumDecay;
    this.#first = this.perParameter('first');
    this.#second = this.perParameter('second');
    this.#schedule = this.single('schedule', 1);
    this.#product = this.single('product', 1);
    this.#power = this.single('power', 1);
  }

  protected override advance(): void {
    this.#schedule.value = this.#schedule.value.mul(BASE ** this.#momentumDecay);
    this.#product.value = this.#product.value.mul(this.#momentum(0));
    this.#power.value = this.#power.value.mul(this.#betas[1]);
  }

  /** μ of this step, or of the one `ahead` of it. */
  #momentum(ahead: number): Tensor {
    const factor = -0.5 * BASE ** (ahead * this.#momentumDecay);
    return this.#schedule.value.mul(factor).add(1).mul(this.#betas[0]);
  }

  protected override update(p: Tensor, g: Tensor, i: number): Tensor {
    const [beta1, beta2] = this.#betas;
    const [m, v] = [this.#first[i]!, this.#second[i]!];
    m.value = m.value.add(g.sub(m.value).mul(1 - beta1));
    v.value = v.value.mul(beta2).add(g.square().mul(1 - beta2));
    const scale = v.value.div(rest(this.#power.value).cast(p.dtype)).sqrt().add(this.#eps);
    const next = this.#momentum(1);
    const rate = this.rateOf(i);
    const ofGradient = rate.mul(rest(this.#momentum(0))).div(rest(this.#product.value));
    const ofMoment = rate.mul(next).div(rest(this.#product.value.mul(next)));
    return p.sub(
      g
        .mul(ofGradient.cast(p.dtype))
        .add(m.value.mul(ofMoment.cast(p.dtype)))
        .div(scale),
    );
  }
}

/** 1 − x. */
function rest(x: Tensor): Tensor {
  return x.neg().add(1);
}
