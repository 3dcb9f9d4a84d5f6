/**
 * A training as data: what a configuration module exports for `fathom train`.
 */
import { raise, ValueError } from '../base/errors.ts';
import { Module } from '../nn/module.ts';
import type { FitOptions, Model, PairData } from './fit.ts';

/** Everything that `fit` takes, in one object. */
export interface Training extends Omit<FitOptions, 'resume'> {
  readonly model: Model;
  readonly data: PairData;
  /** Measured once, after the last epoch. */
  readonly test?: PairData;
  /** Numbers and texts that tell this run from others, for its run folder. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** What a configuration may depend on. */
export interface TrainingContext {
  readonly seed: number;
  /** From the command line: `--set lr=0.01`. */
  readonly set: Readonly<Record<string, string>>;
}

/** The `config` of a module: a training, or a function that makes one. */
export type TrainingConfig = Training | ((context: TrainingContext) => Training | Promise<Training>);

/**
 * The training that a module's `config` describes.
 * @param from the module, for messages   @throws ValueError for what is no training, with what it lacks
 * @example const { model, data, ...options } = await trainingOf(module.config, { seed: 0, set: {} }, 'digits.ts')
 */
export async function trainingOf(config: unknown, context: TrainingContext, from: string): Promise<Training> {
  const made: unknown = typeof config === 'function' ? await config(context) : config;
  const example = 'export const config: TrainingConfig = { model, data, optimizer, loss, epochs }';
  if (typeof made !== 'object' || made === null)
    return raise(
      new ValueError(`train: ${from} must export config, an object or a function that returns one: ${example}`),
    );
  const lacking = ['model', 'data', 'optimizer', 'loss', 'epochs'].filter((name) => !(name in made));
  if (lacking.length > 0) raise(new ValueError(`train: the config of ${from} lacks ${lacking.join(', ')}: ${example}`));
  if (!isTraining(made))
    return raise(new ValueError(`train: in the config of ${from} the model must be a Module and the loss a function`));
  return made;
}

/** The rest is checked by `fit`, which says more about it. */
function isTraining(value: object): value is Training {
  return 'model' in value && value.model instanceof Module && 'loss' in value && typeof value.loss === 'function';
}
