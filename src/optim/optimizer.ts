/**
 * What optimizers share: the parameters, the learning rate, the state per parameter, and the check that gradients fit. A rule
 * itself is `update`, in one file each. All state is cells, so that a step can be part of a compiled function.
 */
import { DTypeError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { Cell } from '../tensor/cell.ts';
import { tensor, zeros } from '../tensor/creation.ts';
import { gradients } from '../tensor/gradients.ts';
import type { Tensor } from '../tensor/tensor.ts';

export abstract class Optimizer {
  readonly parameters: readonly Cell[];
  readonly #name: string;
  #lr: number;
  /** In float64, as every scalar of an update: they are few, and 1 − βᵗ loses half its digits in float32. */
  readonly #rate: Cell;
  readonly #cells = new Map<string, Cell>();

  protected constructor(name: string, parameters: readonly Cell[], lr: number) {
    if (parameters.length === 0)
      raise(new ValueError(`${name}: there are no parameters to train; pass model.parameters()`));
    if (new Set(parameters).size !== parameters.length) raise(new ValueError(`${name}: a parameter is listed twice`));
    checkLeast(name, 'lr', lr);
    this.parameters = [...parameters];
    this.#name = name;
    this.#lr = lr;
    this.#rate = new Cell(scalar(lr));
  }

  /** The learning rate. Setting it does not compile anything again. */
  get lr(): number {
    return this.#lr;
  }

  set lr(lr: number) {
    checkLeast(this.#name, 'lr', lr);
    this.#lr = lr;
    this.#rate.value = scalar(lr);
  }

  /**
   * Moves every parameter by its gradient; part of the program inside `compile`.
   * @param gradients as `gradients(loss, parameters)` returns them: one each, of its shape and dtype   @throws ShapeError, DTypeError
   * @example optimizer.step(gradients(loss, model.parameters()))
   */
  step(gradients: readonly Tensor[]): void {
    this.#check(gradients);
    this.advance();
    this.parameters.forEach((parameter, i) => {
      parameter.value = this.update(parameter.value, gradients[i]!, i);
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

  /** The learning rate as a float64 scalar. */
  protected get rate(): Tensor {
    return this.#rate.value;
  }

  /** A cell of zeros for each parameter, saved as `name.0`, `name.1`, … */
  protected perParameter(name: string): readonly Cell[] {
    return this.parameters.map(({ shape, dtype }, i) => this.#keep(`${name}.${i}`, zeros(shape, { dtype })));
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

/** @throws ValueError unless value ≥ 0 and finite */
export function checkLeast(op: string, name: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) raise(new ValueError(`${op}: ${name} must be 0 or more, got ${value}`));
}

/** @throws ValueError unless 0 ≤ value < 1 */
export function checkDecay(op: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1)) raise(new ValueError(`${op}: ${name} must be from 0 to below 1, got ${value}`));
}

function scalar(value: number): Tensor {
  return tensor(value, { dtype: 'float64' });
}
