/**
 * Adagrad: steps divided by the root of all squared gradients so far.
 */
import type { Cell } from '../tensor/cell.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkLeast, type Trainable } from './groups.ts';
import { Optimizer, type OptimizerOptions } from './optimizer.ts';

export interface AdagradOptions extends OptimizerOptions {
  /** Learning rate. Default: 0.01. */
  readonly lr?: number;
  /** η of lr / (1 + (t − 1)η). Default: 0. */
  readonly lrDecay?: number;
  /** What the sum of squares starts from. Default: 0. */
  readonly initialAccumulator?: number;
  /** Added to the root. Default: 1e-10. */
  readonly eps?: number;
}

/**
 * s ← s + g²; p ← p − lr / (1 + (t − 1)η) · g / (√s + eps).
 * @throws ValueError for negative rates   @see Duchi et al. 2011   @example const optimizer = new Adagrad(model.parameters())
 */
export class Adagrad extends Optimizer {
  readonly #lrDecay: number;
  readonly #eps: number;
  readonly #sum: readonly Cell[];
  readonly #steps: Cell;

  constructor(parameters: Trainable, options: AdagradOptions = {}) {
    const { lr = 0.01, lrDecay = 0, initialAccumulator = 0, eps = 1e-10, weightDecay = 0 } = options;
    super('Adagrad', parameters, { ...options, lr, weightDecay });
    checkLeast('Adagrad', 'lrDecay', lrDecay);
    checkLeast('Adagrad', 'initialAccumulator', initialAccumulator);
    checkLeast('Adagrad', 'eps', eps);
    this.#lrDecay = lrDecay;
    this.#eps = eps;
    this.#sum = this.perParameter('sum', initialAccumulator);
    this.#steps = this.single('steps', 0);
  }

  protected override advance(): void {
    this.#steps.value = this.#steps.value.add(1);
  }

  protected override update(p: Tensor, g: Tensor, i: number): Tensor {
    const sum = this.#sum[i]!;
    sum.value = sum.value.add(g.square());
    const rate = this.rateOf(i).div(this.#steps.value.sub(1).mul(this.#lrDecay).add(1));
    return p.sub(g.div(sum.value.sqrt().add(this.#eps)).mul(rate.cast(p.dtype)));
  }
}
