/**
 * The learning rate over time, as a callback: a function of how far training is, set before each step.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import type { Callback } from './callback.ts';
import { isBetter, type Monitor, monitored, directionOf } from './monitor.ts';

/** @param progress from 0 at the first step to 1 after the last   @param step steps done   @returns the rate */
export type Schedule = (progress: number, step: number) => number;

/**
 * Sets the rate before each step. It depends on the step alone, so a resumed run has the same rates.
 * @throws ValueError, while training, if a schedule by progress meets data of unknown length
 * @example learningRate(optimizer, (progress) => 0.01 * oneCycle(progress))
 */
export function learningRate(optimizer: Optimizer, schedule: Schedule): Callback {
  return {
    name: 'learningRate',
    onStart({ steps }) {
      if (steps === undefined && schedule.length < 2) {
        raise(
          new ValueError(
            'learningRate: a schedule by progress needs data of known length; use the step, (_, step) => …',
          ),
        );
      }
    },
    onStep: ({ step, steps }) => {
      optimizer.lr = schedule(steps === undefined ? 0 : step / steps, step);
    },
  };
}

export interface PlateauOptions extends Partial<Monitor> {
  /** The rate is multiplied by this. Default: 0.1. */
  readonly factor?: number;
  /** Epochs without improvement that are waited for. Default: 10. */
  readonly patience?: number;
  /** An improvement is a change by more than this. Default: 1e-4. */
  readonly minDelta?: number;
  /** Default: 0. */
  readonly minLr?: number;
}

/**
 * Multiplies the rate by `factor` when a figure has not become better for more than `patience` epochs.
 * @throws ValueError unless 0 < factor < 1   @example reduceOnPlateau(optimizer, { patience: 3 })
 */
export function reduceOnPlateau(optimizer: Optimizer, options: PlateauOptions = {}): Callback {
  const {
    monitor = 'validation.loss',
    mode = directionOf(monitor),
    factor = 0.1,
    patience = 10,
    minDelta = 1e-4,
    minLr = 0,
  } = options;
  if (!(factor > 0 && factor < 1))
    raise(new ValueError(`reduceOnPlateau: factor must be between 0 and 1, got ${factor}`));
  let best: number | undefined;
  let waited = 0;
  return {
    name: 'reduceOnPlateau',
    onEpoch(_, record) {
      const figure = monitored('reduceOnPlateau', record, monitor);
      if (isBetter(figure, best, mode, minDelta)) {
        best = figure;
        waited = 0;
      } else if (++waited > patience) {
        waited = 0;
        optimizer.lr = Math.max(optimizer.lr * factor, minLr);
      }
    },
    state: () => ({ best: best ?? null, waited }),
    load(state) {
      const saved = Object(state) as Record<string, unknown>;
      best = typeof saved['best'] === 'number' ? saved['best'] : undefined;
      waited = typeof saved['waited'] === 'number' ? saved['waited'] : 0;
    },
  };
}
