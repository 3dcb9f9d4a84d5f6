/**
 * Adam, and AdamW, which differs in where weight decay goes.
 */
import type { Cell } from '../tensor/cell.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkDecay, checkLeast, type Trainable } from './groups.ts';
import { Optimizer, type OptimizerOptions, type RuleSettings } from './optimizer.ts';

export interface AdamOptions extends OptimizerOptions {
  /** Learning rate. Default: 0.001. */
  readonly lr?: number;
  /** β₁ and β₂, the decay of the two moments. Default: [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment. Default: 1e-8. */
  readonly eps?: number;
  /** λ. Default: 0 for Adam, 0.01 for AdamW. */
  readonly weightDecay?: number;
  /** Divide by the largest second moment so far (Reddi et al. 2018). Default: false. */
  readonly amsgrad?: boolean;
}

/**
 * g ← g + λp; m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← p − lr · m̂ / (√v̂ + eps), m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
 * @throws ValueError for negative rates or betas not below 1   @see Kingma and Ba 2015, algorithm 1
 * @example const optimizer = new Adam(model.parameters(), { lr: 3e-4 })
 */
export class Adam extends Optimizer {
  readonly #betas: readonly [number, number];
  readonly #eps: number;
  readonly #first: readonly Cell[];
  readonly #second: readonly Cell[];
  readonly #largest: readonly Cell[];
  /** β₁ᵗ and β₂ᵗ, t the number of steps. */
  readonly #powers: readonly [Cell, Cell];

  constructor(
    parameters: Trainable,
    options: AdamOptions = {},
    { name = 'Adam', decay = 'gradient' }: { readonly name?: string; readonly decay?: RuleSettings['decay'] } = {},
  ) {
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, amsgrad = false } = options;
    super(name, parameters, { ...options, lr, weightDecay, decay });
    betas.forEach((beta, i) => checkDecay(name, `betas[${i}]`, beta));
    checkLeast(name, 'eps', eps);
    this.#betas = betas;
    this.#eps = eps;
    this.#first = this.perParameter('first');
    this.#second = this.perParameter('second');
    this.#largest = amsgrad ? this.perParameter('largest') : [];
    this.#powers = [this.single('power.0', 1), this.single('power.1', 1)];
  }

  protected override advance(): void {
    this.#powers.forEach((cell, i) => {
      cell.value = cell.value.mul(this.#betas[i]!);
    });
  }

  protected override update(p: Tensor, g: Tensor, i: number): Tensor {
    const [beta1, beta2] = this.#betas;
    const [m, v, largest] = [this.#first[i]!, this.#second[i]!, this.#largest[i]];
    m.value = m.value.add(g.sub(m.value).mul(1 - beta1));
    v.value = v.value.mul(beta2).add(g.square().mul(1 - beta2));
    if (largest !== undefined) largest.value = largest.value.maximum(v.value);
    const [first, second] = this.#powers.map((power) => power.value.neg().add(1)) as [Tensor, Tensor];
    const size = this.rateOf(i).div(first).cast(p.dtype);
    const scale = (largest ?? v).value.sqrt().div(second.sqrt().cast(p.dtype)).add(this.#eps);
    return p.sub(m.value.div(scale).mul(size));
  }
}

/**
 * As Adam, but weight decay shrinks the parameter itself, p ← (1 − lr · λ)p, whatever the moments.
 * @throws ValueError for negative rates or betas not below 1   @see Loshchilov and Hutter 2019, algorithm 2
 * @example const optimizer = new AdamW(model.parameters(), { lr: 3e-4, weightDecay: 0.1 })
 */
export class AdamW extends Adam {
  constructor(parameters: Trainable, { weightDecay = 0.01, ...options }: AdamOptions = {}) {
    super(parameters, { ...options, weightDecay }, { name: 'AdamW', decay: 'parameter' });
  }
}
