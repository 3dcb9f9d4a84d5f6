/**
 * What optimizers share: the groups of parameters, the learning rates, the state per parameter, the check that gradients fit,
 * and what is done alike around every rule: weight decay, penalties, the limit on norms. A rule itself is `update`, in one
 * file each. All state is cells, so that a step can be part of a compiled function.
 */
import { DTypeError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { Cell } from '../tensor/cell.ts';
import { zeros } from '../tensor/creation.ts';
import { gradients } from '../tensor/gradients.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkLeast, type Group, groupsOf, scalar, type Trainable } from './groups.ts';
import { limitNorm } from './regularisation.ts';

/** Options that every optimizer takes. */
export interface OptimizerOptions {
  /** λ of weight decay; each rule's page says where it enters. */
  readonly weightDecay?: number;
  /** λ₁: adds λ₁ · sign(p) to the gradient, the slope of λ₁ Σ |p|. Default: 0. */
  readonly l1?: number;
  /** After each step, slices p[i] of parameters with at least two axes are scaled down to at most this 2-norm. Default: no limit. */
  readonly maxNorm?: number;
  /** Climb instead of descending. Default: false. */
  readonly maximize?: boolean;
}

/** What a rule tells the base of itself. */
export interface RuleSettings extends OptimizerOptions {
  readonly lr: number;
  readonly weightDecay: number;
  /** Where λ enters: g + λp; (1 − lr · λ)p before the update; or the rule sees to it. Default: 'gradient'. */
  readonly decay?: 'gradient' | 'parameter' | 'rule';
}

export abstract class Optimizer {
  readonly groups: readonly Group[];
  /** The parameters of all groups. */
  readonly parameters: readonly Cell[];
  readonly #name: string;
  readonly #settings: RuleSettings;
  readonly #groupOf: readonly Group[];
  #lr: number;
  readonly #cells = new Map<string, Cell>();

  protected constructor(name: string, trainable: Trainable, settings: RuleSettings) {
    const { lr, weightDecay, l1 = 0, maxNorm } = settings;
    checkLeast(name, 'l1', l1);
    if (maxNorm !== undefined && !(maxNorm > 0))
      raise(new ValueError(`${name}: maxNorm must be above 0, got ${maxNorm}`));
    this.groups = groupsOf(name, trainable, { lr, weightDecay });
    this.parameters = this.groups.flatMap(({ parameters }) => parameters);
    this.#groupOf = this.groups.flatMap((group) => group.parameters.map(() => group));
    this.#name = name;
    this.#settings = settings;
    this.#lr = lr;
  }

  /** The learning rate. Setting it moves the groups' in proportion and does not compile anything again. */
  get lr(): number {
    return this.#lr;
  }

  set lr(lr: number) {
    checkLeast(this.#name, 'lr', lr);
    this.#lr = lr;
    for (const group of this.groups) group.lr = lr * group.share;
  }

  /**
   * Moves every parameter by its gradient; part of the program inside `compile`.
   * @param gradients as `gradients(loss, parameters)` returns them: one each, of its shape and dtype   @throws ShapeError, DTypeError
   * @example optimizer.step(gradients(loss, model.parameters()))
   */
  step(gradients: readonly Tensor[]): void {
    this.#check(gradients);
    this.advance();
    const { decay = 'gradient', l1 = 0, maximize = false, maxNorm } = this.#settings;
    this.parameters.forEach((parameter, i) => {
      const lambda = this.weightDecayOf(i);
      let p = parameter.value;
      let g = maximize ? gradients[i]!.neg() : gradients[i]!;
      if (l1 > 0) g = g.add(p.sign().mul(l1));
      if (lambda > 0 && decay === 'gradient') g = g.add(p.mul(lambda));
      if (lambda > 0 && decay === 'parameter') p = p.mul(this.rateOf(i).mul(-lambda).add(1).cast(p.dtype));
      const moved = this.update(p, g, i);
      parameter.value = maxNorm === undefined || p.rank < 2 ? moved : limitNorm(moved, maxNorm);
    });
  }

  /**
   * The usual step in one call: θ ← θ − update(∂loss/∂θ) for every parameter; part of the program inside `compile`.
   * @param loss ()   @returns the same loss   @throws ShapeError if the loss is no scalar
   * @example const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(mse(model.forward(x), y)))
   */
  minimize(loss: Tensor): Tensor {
    this.step(gradients(loss, this.parameters));
    return loss;
  }

  /** What the optimizer remembers, by name, to go on later; the learning rate is yours to set. @example saveSafetensors('adam.safetensors', optimizer.state()) */
  state(): Record<string, Tensor> {
    return Object.fromEntries([...this.#cells].map(([name, cell]) => [name, cell.value]));
  }

  /** Takes over what `state` gave. @throws ValueError if names are missing or left over; ShapeError or DTypeError from the cells */
  load(state: Readonly<Record<string, Tensor>>): this {
    const wrong = [...this.#cells.keys()].filter((name) => !Object.hasOwn(state, name));
    wrong.push(...Object.keys(state).filter((name) => !this.#cells.has(name)));
    if (wrong.length > 0)
      raise(
        new ValueError(
          `${this.#name}: load: the state does not fit; missing or unexpected: ${wrong.slice(0, 5).join(', ')}`,
        ),
      );
    for (const [name, cell] of this.#cells) cell.value = state[name]!;
    return this;
  }

  /** The parameter after the step. */
  protected abstract update(parameter: Tensor, gradient: Tensor, index: number): Tensor;

  /** What happens once per step, before the updates. */
  protected advance(): void {
    // Most rules have no state of their own.
  }

  /** The learning rate of a parameter's group as a float64 scalar. */
  protected rateOf(index: number): Tensor {
    return this.#groupOf[index]!.rate;
  }

  /** λ of a parameter's group. */
  protected weightDecayOf(index: number): number {
    return this.#groupOf[index]!.weightDecay;
  }

  /** A cell for each parameter, saved as `name.0`, `name.1`, …; of its shape, or that which `shapeOf` says. */
  protected perParameter(name: string, initial = 0, shapeOf = (shape: readonly number[]) => shape): readonly Cell[] {
    return this.parameters.map(({ shape, dtype }, i) =>
      this.#keep(`${name}.${i}`, zeros(shapeOf(shape), { dtype }).add(initial)),
    );
  }

  /** A float64 scalar, saved under this name. */
  protected single(name: string, value: number): Cell {
    return this.#keep(name, scalar(value));
  }

  #keep(name: string, value: Tensor): Cell {
    const cell = new Cell(value);
    this.#cells.set(name, cell);
    return cell;
  }

  #check(gradients: readonly Tensor[]): void {
    const { parameters } = this;
    if (gradients.length !== parameters.length) {
      raise(
        new ShapeError(
          `${this.#name}: expected ${parameters.length} gradients, one per parameter, got ${gradients.length}; pass gradients(loss, optimizer.parameters)`,
        ),
      );
    }
    parameters.forEach(({ shape, dtype }, i) => {
      const gradient = gradients[i]!;
      if (!sameShape(gradient.shape, shape)) {
        raise(
          new ShapeError(
            `${this.#name}: parameter ${i} has shape ${formatShape(shape)}, its gradient ${formatShape(gradient.shape)}; give them in the parameters' order`,
          ),
        );
      }
      if (gradient.dtype !== dtype)
        raise(new DTypeError(`${this.#name}: parameter ${i} is ${dtype}, its gradient ${gradient.dtype}`));
    });
  }
}
