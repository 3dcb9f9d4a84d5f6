/**
 * What a checkpoint of a training holds besides the parts' tensors, how the two become one record of tensors, and the checks when
 * they are taken apart again: a checkpoint may come from another program.
 */
import { FormatError, raise, ValueError } from '../base/errors.ts';
import { flattenRecord, mapRecord, under } from '../base/record.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Callback, EpochRecord } from './callback.ts';
import type { MeansState } from './means.ts';
import type { Meter } from './metric.ts';

export interface LoopState {
  readonly version: 1;
  /** In progress, from 1. */
  readonly epoch: number;
  /** Batches of it that were taken. */
  readonly batch: number;
  /** Steps of the optimizer over all epochs. */
  readonly step: number;
  /** `epoch` of the data in this epoch. */
  readonly dataEpoch: number;
  /** Of training in this epoch. */
  readonly seconds: number;
  readonly means: MeansState;
  readonly history: readonly EpochRecord[];
  /** Learning rates of each part that is an optimizer: its own, then its groups'. */
  readonly rates: Readonly<Record<string, readonly number[]>>;
  readonly callbacks: Readonly<Record<string, unknown>>;
}

type Tensors = Readonly<Record<string, Tensor>>;

/** Whose tensors a checkpoint holds. */
export interface Owners {
  readonly parts: Readonly<Record<string, { state(): Tensors; load(state: Tensors): unknown }>>;
  readonly meters: Readonly<Record<string, Meter>>;
  readonly callbacks: readonly Callback[];
}

const RESERVED = ['meter', 'callback', 'random'];
export const RANDOM_KEY = 'random.key';

/** @throws ValueError for a name that would be taken for another's */
export function checkParts(names: readonly string[]): void {
  for (const name of names) {
    if (RESERVED.includes(name) || name.includes('.') || name === '')
      raise(
        new ValueError(
          `Trainer: a part cannot be called '${name}'; use a name without dots, none of ${RESERVED.join(', ')}`,
        ),
      );
  }
}

export function gatherTensors({ parts, meters, callbacks }: Owners, randomKey: Tensor): Record<string, Tensor> {
  return {
    ...flattenRecord(mapRecord(parts, (part) => part.state())),
    ...flattenRecord({
      meter: flattenRecord(mapRecord(meters, (meter) => meter.state())),
      callback: flattenRecord(Object.fromEntries(callbacks.map((one) => [one.name, one.tensors?.() ?? {}]))),
    }),
    [RANDOM_KEY]: randomKey,
  };
}

/** Gives everyone their tensors back. @throws ValueError, ShapeError, DTypeError if they do not fit */
export function spreadTensors(owners: Owners, tensors: Tensors, states: Readonly<Record<string, unknown>>): void {
  for (const [name, part] of Object.entries(owners.parts)) part.load(under(tensors, name));
  const meters = under(tensors, 'meter');
  for (const [name, meter] of Object.entries(owners.meters)) {
    const state = under(meters, name);
    if (Object.keys(state).length === 0)
      raise(
        new ValueError(`resume: the checkpoint knows no metric '${name}'; resume with the metrics it was saved with`),
      );
    meter.load(state);
  }
  const kept = under(tensors, 'callback');
  for (const callback of owners.callbacks) {
    if (Object.hasOwn(states, callback.name)) callback.load?.(states[callback.name], under(kept, callback.name));
  }
}

/** @throws FormatError for what no training of this version wrote */
export function checkState(state: unknown): LoopState {
  if (!isRecord(state) || state['version'] !== 1)
    raise(new FormatError('resume: expected the state of a training, version 1; was this checkpoint written by fit?'));
  for (const name of ['epoch', 'batch', 'step', 'dataEpoch'] as const) {
    if (!Number.isSafeInteger(state[name]))
      raise(new FormatError(`resume: '${name}' is ${JSON.stringify(state[name])}`));
  }
  const isWhole =
    typeof state['seconds'] === 'number' &&
    isRecord(state['means']) &&
    isRecord(state['means']['sums']) &&
    Array.isArray(state['history']) &&
    isRecord(state['rates']) &&
    isRecord(state['callbacks']);
  if (!isWhole) raise(new FormatError('resume: the state of the training lacks members'));
  // Every member was looked at; what lies deeper is figures.
  return state as unknown as LoopState;
}

export function ratesOf({ lr, groups }: Optimizer): readonly number[] {
  return [lr, ...groups.map((group) => group.lr)];
}

/** Gives an optimizer the rates that `ratesOf` found. */
export function setRates(optimizer: Optimizer, [lr, ...rates]: readonly number[]): void {
  if (lr !== undefined) optimizer.lr = lr;
  optimizer.groups.forEach((group, i) => (group.lr = rates[i] ?? group.lr));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
