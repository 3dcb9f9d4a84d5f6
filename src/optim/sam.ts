/**
 * Sharpness-aware minimisation: another optimizer's step, by the gradient at the worst place nearby.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { gradNorm } from './clipping.ts';
import type { Closure } from './lbfgs.ts';
import type { Optimizer } from './optimizer.ts';

export interface SAMOptions {
  /** How far to climb before the gradient is taken. Default: 0.05. */
  readonly rho?: number;
}

/**
 * w′ = w + ρ g / ‖g‖ with all gradients as one vector; then the base optimizer's step at w by the gradient at w′. Costs two
 * evaluations a step, both part of the program inside `compile`; batch normalisation sees both.
 * @throws ValueError unless rho > 0   @see Foret et al. 2021, "Sharpness-Aware Minimization", algorithm 1
 * @example
 * const optimizer = new SAM(new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 }));
 * const step = compile((x: Tensor, y: Tensor) =>
 *   optimizer.step(() => {
 *     const loss = crossEntropy(model.forward(x), y);
 *     return [loss, gradients(loss, model.parameters())];
 *   }),
 * );
 */
export class SAM {
  readonly base: Optimizer;
  readonly #rho: number;

  constructor(base: Optimizer, { rho = 0.05 }: SAMOptions = {}) {
    if (!(rho > 0)) raise(new ValueError(`SAM: rho must be above 0, got ${rho}`));
    this.base = base;
    this.#rho = rho;
  }

  /** The base optimizer's learning rate. */
  get lr(): number {
    return this.base.lr;
  }

  set lr(lr: number) {
    this.base.lr = lr;
  }

  /** One step; the closure is called twice. @returns the loss before it */
  step(closure: Closure): Tensor {
    const { parameters } = this.base;
    const kept = parameters.map(({ value }) => value);
    const [loss, ascent] = closure();
    const factor = gradNorm(ascent).add(1e-12).reciprocal().mul(this.#rho);
    parameters.forEach((cell, i) => {
      cell.value = kept[i]!.add(ascent[i]!.mul(factor.cast(cell.dtype)));
    });
    const [, gradients] = closure();
    parameters.forEach((cell, i) => {
      cell.value = kept[i]!;
    });
    this.base.step(gradients);
    return loss;
  }

  /** The base optimizer's state. */
  state(): Record<string, Tensor> {
    return this.base.state();
  }

  load(state: Readonly<Record<string, Tensor>>): this {
    this.base.load(state);
    return this;
  }
}
