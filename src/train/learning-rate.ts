/**
 * The learning rate over time, as a callback: a function of how far training is, set before each step.
 */
import { raise, ValueError } from '../base/errors.ts';
import { type PlateauState, ReduceOnPlateau, type ReduceOnPlateauOptions } from '../optim/plateau.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import type { Callback } from './callback.ts';
import { directionOf, monitored } from './monitor.ts';

/** @param progress from 0 at the first step to 1 after the last   @param step steps done   @returns the rate */
export type RateSchedule = (progress: number, step: number) => number;

/**
 * Sets the rate before each step. It depends on the step alone, so a resumed run has the same rates.
 * @throws ValueError, while training, if a schedule by progress meets data of unknown length
 * @example learningRate(optimizer, (progress) => 0.01 * oneCycle(progress))
 */
export function learningRate(optimizer: Optimizer, schedule: RateSchedule): Callback {
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

export interface ReduceOnPlateauCallbackOptions extends ReduceOnPlateauOptions {
  /** A figure by its path, `train.…` or `validation.…`. Default: 'validation.loss'. */
  readonly monitor?: string;
}

/**
 * Lowers the rate after epochs in which a figure did not become better, by `ReduceOnPlateau`.
 * @param options `mode` is by default 'min' for losses and errors, 'max' for the rest
 * @throws ValueError as ReduceOnPlateau, and, while training, for a figure that no record has
 * @example reduceOnPlateau(optimizer, { patience: 3 })
 */
export function reduceOnPlateau(optimizer: Optimizer, options: ReduceOnPlateauCallbackOptions = {}): Callback {
  const { monitor = 'validation.loss', mode = directionOf(monitor), ...rest } = options;
  const plateau = new ReduceOnPlateau(optimizer, { mode, ...rest });
  return {
    name: 'reduceOnPlateau',
    onEpoch: (_, record) => plateau.step(monitored('reduceOnPlateau', record, monitor)),
    state: () => plateau.state(),
    load(state) {
      if (isPlateau(state)) plateau.load(state);
    },
  };
}

function isPlateau(state: unknown): state is PlateauState {
  return typeof state === 'object' && state !== null && 'best' in state && 'bad' in state && 'cooling' in state;
}
