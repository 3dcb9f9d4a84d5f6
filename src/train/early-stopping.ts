/**
 * Early stopping: training ends when a figure has not become better for some epochs, and the best weights can be taken back.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Callback } from './callback.ts';
import { isBetter, type Monitor, monitored, directionOf } from './monitor.ts';

export interface EarlyStoppingOptions extends Partial<Monitor> {
  /** Epochs without improvement that are waited for. Default: 5. */
  readonly patience?: number;
  /** An improvement is a change by more than this. Default: 0. */
  readonly minDelta?: number;
  /** Give the model its best weights when training ends. Default: true. */
  readonly restoreBest?: boolean;
}

/**
 * Ends training `patience` epochs after the best one.
 * @throws ValueError for a patience that is no whole number from 1 up, or, while training, a figure that no record has
 * @see Prechelt 1998, "Early Stopping - But When?"   @example earlyStopping({ monitor: 'validation.accuracy', patience: 3 })
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const {
    monitor = 'validation.loss',
    mode = directionOf(monitor),
    patience = 5,
    minDelta = 0,
    restoreBest = true,
  } = options;
  if (!Number.isInteger(patience) || patience < 1)
    raise(new ValueError(`earlyStopping: patience must be a whole number from 1 up, got ${patience}`));
  let best: number | undefined;
  let waited = 0;
  let weights: Readonly<Record<string, Tensor>> = {};
  return {
    name: 'earlyStopping',
    onStart(run) {
      if (waited >= patience) run.stop();
    },
    onEpoch(run, record) {
      const figure = monitored('earlyStopping', record, monitor);
      if (isBetter(figure, best, mode, minDelta)) {
        best = figure;
        waited = 0;
        if (restoreBest) weights = run.state('model');
      } else if (++waited >= patience) run.stop();
    },
    onEnd(run, ending) {
      // Who was interrupted wants to go on from where training is.
      const isOver = ending === 'finished' || ending === 'stopped';
      if (restoreBest && isOver && best !== undefined) run.load('model', weights);
    },
    state: () => ({ best: best ?? null, waited }),
    tensors: () => weights,
    load(state, tensors) {
      const { best: figure, waited: epochs } = stateOf(state);
      best = figure;
      waited = epochs;
      weights = tensors;
    },
  };
}

function stateOf(state: unknown): { best: number | undefined; waited: number } {
  const { best, waited } = Object(state) as Record<string, unknown>;
  return { best: typeof best === 'number' ? best : undefined, waited: typeof waited === 'number' ? waited : 0 };
}
