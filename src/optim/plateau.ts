/**
 * The schedule that looks at results: lowers the learning rate when a metric stops improving.
 */
import { raise, ValueError } from '../base/errors.ts';

export interface ReduceOnPlateauOptions {
  /** Whether smaller or larger is better. Default: 'min'. */
  readonly mode?: 'min' | 'max';
  /** Multiplies the rate. Default: 0.1. */
  readonly factor?: number;
  /** Results without improvement that are let pass. Default: 10. */
  readonly patience?: number;
  /** How much better counts as better: as a share of the best ('relative'), or as a difference. Default: 1e-4. */
  readonly threshold?: number;
  /** Default: 'relative'. */
  readonly thresholdMode?: 'relative' | 'absolute';
  /** Results after a reduction that are not counted. Default: 0. */
  readonly cooldown?: number;
  /** The rate does not fall below this. Default: 0. */
  readonly minimum?: number;
  /** A smaller change is not made. Default: 1e-8. */
  readonly eps?: number;
}

/** What is remembered between results, as plain data to save and load. */
export interface PlateauState {
  readonly best: number | null;
  readonly bad: number;
  readonly cooling: number;
}

/**
 * Multiplies an optimizer's rate by `factor` after more than `patience` results in a row that were no better than the best.
 * @throws ValueError unless 0 ≤ factor < 1   @see torch.optim.lr_scheduler.ReduceLROnPlateau
 * @example const plateau = new ReduceOnPlateau(optimizer, { patience: 3 }); for (…) plateau.step(validationLoss);
 */
export class ReduceOnPlateau {
  readonly #optimizer: { lr: number };
  readonly #options: Required<ReduceOnPlateauOptions>;
  #state: PlateauState = { best: null, bad: 0, cooling: 0 };

  constructor(optimizer: { lr: number }, options: ReduceOnPlateauOptions = {}) {
    const { mode = 'min', factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = 'relative' } = options;
    const { cooldown = 0, minimum = 0, eps = 1e-8 } = options;
    if (!(factor >= 0 && factor < 1))
      raise(new ValueError(`ReduceOnPlateau: factor must be from 0 to below 1, got ${factor}`));
    this.#optimizer = optimizer;
    this.#options = { mode, factor, patience, threshold, thresholdMode, cooldown, minimum, eps };
  }

  /** Takes the next result. NaN is no improvement. */
  step(metric: number): void {
    const { factor, patience, cooldown, minimum, eps } = this.#options;
    let { best, bad, cooling } = this.#state;
    if (this.#isBetter(metric, best)) [best, bad] = [metric, 0];
    else bad++;
    if (cooling > 0) [cooling, bad] = [cooling - 1, 0];
    if (bad > patience) {
      const lr = Math.max(this.#optimizer.lr * factor, minimum);
      if (this.#optimizer.lr - lr > eps) this.#optimizer.lr = lr;
      [cooling, bad] = [cooldown, 0];
    }
    this.#state = { best, bad, cooling };
  }

  state(): PlateauState {
    return this.#state;
  }

  load(state: PlateauState): this {
    this.#state = { ...state };
    return this;
  }

  #isBetter(metric: number, best: number | null): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    if (best === null) return !Number.isNaN(metric);
    const sign = mode === 'min' ? -1 : 1;
    const bar = thresholdMode === 'relative' ? best * (1 + sign * threshold) : best + sign * threshold;
    return mode === 'min' ? metric < bar : metric > bar;
  }
}
