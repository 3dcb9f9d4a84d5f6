/**
 * Averages of parameters over the course of training, which often do better than the last ones: exponential, and equal
 * weights (SWA). Updating is part of the program inside `compile`.
 */
import { raise, ValueError } from '../base/errors.ts';
import { Cell } from '../tensor/cell.ts';
import { zerosLike } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkDecay, scalar } from './groups.ts';

/** What both averages share: a copy of each cell that follows it, and the exchange of the two. */
export abstract class ParameterAverage {
  readonly parameters: readonly Cell[];
  readonly #averages: readonly Cell[];
  readonly #count: Cell;

  protected constructor(name: string, parameters: readonly Cell[]) {
    if (parameters.length === 0) raise(new ValueError(`${name}: there are no parameters; pass model.parameters()`));
    this.parameters = [...parameters];
    this.#averages = parameters.map(({ value }) => new Cell(zerosLike(value)));
    this.#count = new Cell(scalar(0));
  }

  /** Takes the parameters as they are now into the average; the first time the average becomes them. @example optimizer.step(gradients(…)); average.update(); */
  update(): void {
    const count = this.#count.value;
    const weight = this.weight(count);
    this.parameters.forEach(({ value }, i) => {
      const average = this.#averages[i]!;
      average.value = average.value.add(value.sub(average.value).mul(weight.cast(value.dtype)));
    });
    this.#count.value = count.add(1);
  }

  /** The averages, one per parameter. */
  values(): Tensor[] {
    return this.#averages.map(({ value }) => value);
  }

  /**
   * Exchanges parameters and averages: once to evaluate with the averages, again to train on.
   * @example average.swap(); await evaluate(model, test, options); average.swap();
   */
  swap(): void {
    this.parameters.forEach((cell, i) => {
      const average = this.#averages[i]!;
      [cell.value, average.value] = [average.value, cell.value];
    });
  }

  /** The averages and how many updates they hold, to go on later. */
  state(): Record<string, Tensor> {
    return Object.fromEntries([
      ...this.values().map((value, i) => [`average.${i}`, value]),
      ['count', this.#count.value],
    ]);
  }

  /** Takes over what `state` gave. @throws ValueError if names are missing */
  load(state: Readonly<Record<string, Tensor>>): this {
    const cells: [string, Cell][] = [...this.#averages.map((cell, i): [string, Cell] => [`average.${i}`, cell])];
    cells.push(['count', this.#count]);
    for (const [name] of cells)
      if (!Object.hasOwn(state, name))
        raise(new ValueError(`load: the average's state does not fit; missing: ${name}`));
    for (const [name, cell] of cells) cell.value = state[name]!;
    return this;
  }

  /** The share of the parameters in the next average, of float64; 1 where count is 0. */
  protected abstract weight(count: Tensor): Tensor;
}

export interface EMAOptions {
  /** Share of the old average kept at each update. Default: 0.999. */
  readonly decay?: number;
}

/**
 * Exponential moving average: a ← d·a + (1 − d)·p, from the first p on.
 * @throws ValueError unless 0 ≤ decay < 1   @see Polyak and Juditsky 1992; torch.optim.swa_utils.get_ema_multi_avg_fn
 * @example const average = new EMA(model.parameters(), { decay: 0.9999 })
 */
export class EMA extends ParameterAverage {
  readonly #decay: number;

  constructor(parameters: readonly Cell[], { decay = 0.999 }: EMAOptions = {}) {
    super('EMA', parameters);
    checkDecay('EMA', 'decay', decay);
    this.#decay = decay;
  }

  protected override weight(count: Tensor): Tensor {
    return count
      .equal(0)
      .cast('float64')
      .mul(this.#decay)
      .add(1 - this.#decay);
  }
}

/**
 * Stochastic weight averaging: the mean of the parameters at all updates, usually one per epoch late in training. Layers with
 * running statistics want a pass over the data in training mode afterwards.
 * @see Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima", algorithm 1   @example const average = new SWA(model.parameters())
 */
export class SWA extends ParameterAverage {
  constructor(parameters: readonly Cell[]) {
    super('SWA', parameters);
  }

  protected override weight(count: Tensor): Tensor {
    return count.add(1).reciprocal();
  }
}
