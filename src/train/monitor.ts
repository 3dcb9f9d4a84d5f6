/**
 * Watching one figure of the epochs' records: where it is, and which way is better.
 */
import { raise, ValueError } from '../base/errors.ts';
import { type EpochRecord, figureOf, figuresOf } from './callback.ts';

export type Direction = 'min' | 'max';

export interface Monitor {
  /** A figure by its path, `train.…` or `validation.…`. Default: 'validation.loss'. */
  readonly monitor: string;
  /** Which way is better. Default: 'min' for losses and errors, 'max' for the rest. */
  readonly mode: Direction;
}

/** Losses, errors and perplexities are better when small. */
export function directionOf(monitor: string): Direction {
  return /loss|error|perplexity|mse|mae|rmse/i.test(monitor) ? 'min' : 'max';
}

/** The watched figure. @throws ValueError if the record has no such figure, with those it has */
export function monitored(op: string, record: EpochRecord, monitor: string): number {
  const figure = figureOf(record, monitor);
  if (figure === undefined)
    raise(new ValueError(`${op}: there is no figure '${monitor}'; there are ${figuresOf(record).join(', ')}`));
  return figure;
}

/** NaN is never better. */
export function isBetter(figure: number, best: number | undefined, mode: Direction, minDelta = 0): boolean {
  if (Number.isNaN(figure)) return false;
  if (best === undefined) return true;
  return mode === 'min' ? figure < best - minDelta : figure > best + minDelta;
}
