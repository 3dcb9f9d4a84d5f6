/**
 * What others may do while a model trains: callbacks, and what they are told. The loop itself is loop.ts.
 */
import type { Checkpoint } from '../io/checkpoint.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Figures by name: `loss` and the metrics. */
export type Measurements = Readonly<Record<string, number>>;

/** One step of the optimizer. */
export interface StepRecord {
  /** Over all epochs, from 1. */
  readonly step: number;
  /** From 1. */
  readonly epoch: number;
  /** The first optimizer's learning rate, if there is one. */
  readonly lr?: number;
  /** What the step returned; the mean of its batches where gradients are accumulated. */
  readonly values: Measurements;
}

export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Steps of the optimizer so far, over all epochs. */
  readonly step: number;
  /** `loss` and the metrics while training: over the epoch's items. */
  readonly train: Measurements;
  /** The same on held-out data after the epoch. */
  readonly validation?: Measurements;
  /** Of training alone, without the validation. */
  readonly seconds: number;
}

/** Why training ended: all epochs done, a callback's wish, Ctrl-C, a spent budget, an error. */
export type Ending = 'finished' | 'stopped' | 'interrupted' | 'out of time' | 'out of memory' | 'failed';

/** One record per epoch, those before a resume included. */
export interface History extends ReadonlyArray<EpochRecord> {
  readonly ending: Ending;
}

/** A training that is under way, as callbacks see it. */
export interface Run {
  /** The epoch in progress, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps of the optimizer done, over all epochs. */
  readonly step: number;
  /** Steps of all epochs together; undefined where only the end of the data tells. */
  readonly steps: number | undefined;
  /** Batches taken in this epoch. */
  readonly batch: number;
  /** Batches in an epoch; undefined where only the end of the data tells. */
  readonly batchesPerEpoch: number | undefined;
  /** While training, over this epoch so far. */
  readonly itemsPerSecond: number;
  readonly history: readonly EpochRecord[];
  /** The values of a part (`model`, `optimizer`, …) by name. */
  state(part: string): Record<string, Tensor>;
  /** Gives a part other values. */
  load(part: string, state: Readonly<Record<string, Tensor>>): void;
  /** Ends the training after this step or epoch. */
  stop(): void;
  /** Everything needed to go on from here as if nothing had happened. Only while at rest. */
  checkpoint(): Promise<Checkpoint>;
}

/** When a run is at rest: after a step, after an epoch and its validation, at the end. */
export type Rest =
  | { readonly after: 'step' }
  | { readonly after: 'epoch'; readonly record: EpochRecord }
  | { readonly after: 'end'; readonly ending: Exclude<Ending, 'failed'> };

/**
 * Something that watches a training, or takes part in it. All hooks are optional and awaited, in the order of the callbacks.
 * @example const shout: Callback = { name: 'shout', onEpoch: (run, { train }) => console.log(`${run.epoch}: ${train.loss}`) };
 */
export interface Callback {
  /** Under which a checkpoint keeps its state; two of one training must differ. */
  readonly name: string;
  /** Before the first step, after a resume. */
  onStart?(run: Run): void | Promise<void>;
  /** Before each step: the place to set a learning rate. */
  onStep?(run: Run): void;
  /** What the steps since the last time gave: about ten times a second, before a checkpoint, and at an epoch's end. */
  onResults?(run: Run, records: readonly StepRecord[]): void | Promise<void>;
  /** After each epoch and its validation. */
  onEpoch?(run: Run, record: EpochRecord): void | Promise<void>;
  /** When all other hooks are done: the place to save. */
  onRest?(run: Run, rest: Rest): void | Promise<void>;
  /** Last of all, however training ended. */
  onEnd?(run: Run, ending: Ending): void | Promise<void>;
  /** What it remembers, as JSON, for checkpoints. */
  state?(): unknown;
  /** What it remembers in tensors. */
  tensors?(): Readonly<Record<string, Tensor>>;
  /** Takes over what `state` and `tensors` gave. */
  load?(state: unknown, tensors: Readonly<Record<string, Tensor>>): void;
}

/** A figure of a record by its path. @example figureOf(record, 'validation.loss') */
export function figureOf(record: EpochRecord, path: string): number | undefined {
  const [part = '', ...rest] = path.split('.');
  const name = rest.join('.');
  if (part === 'train') return record.train[name];
  return part === 'validation' ? record.validation?.[name] : undefined;
}

/** The paths that `figureOf` knows for a record. */
export function figuresOf({ train, validation = {} }: EpochRecord): string[] {
  return [
    ...Object.keys(train).map((name) => `train.${name}`),
    ...Object.keys(validation).map((name) => `validation.${name}`),
  ];
}
