/**
 * The Trainer: training by a step of one's own, with several models or optimizers if need be. `fit` is a Trainer with the usual
 * step. What happens between steps is loop.ts.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { Batches } from '../data/dataset.ts';
import type { Checkpoint } from '../io/checkpoint.ts';
import { Module } from '../nn/module.ts';
import { type Compiled, compile } from '../tensor/compile.ts';
import { Tensor } from '../tensor/tensor.ts';
import { leavesOf } from '../tensor/tree.ts';
import type { Callback, History, Measurements } from './callback.ts';
import { Loop } from './loop.ts';
import { checkParts } from './loop-state.ts';
import { Means } from './means.ts';
import type { Meter } from './metric.ts';

/** What has a state that can be saved and taken over: a model, an optimizer, a meter, an average of weights. */
export interface Stateful {
  state(): Readonly<Record<string, Tensor>>;
  load(state: Readonly<Record<string, Tensor>>): unknown;
}

export interface TrainerOptions<B> {
  /**
   * Learns from a batch and returns scalars: `loss` and what else shall be known. Recorded once and replayed, so everything
   * that changes must be in cells: models, optimizers, meters.
   */
  readonly step: (batch: B) => Readonly<Record<string, Tensor>> & { readonly loss: Tensor };
  /** What a checkpoint holds. Modules among them are switched between training and evaluation. */
  readonly parts: Readonly<Record<string, Stateful>>;
  /** Measures a held-out batch; scalars by name. */
  readonly test?: (batch: B) => Readonly<Record<string, Tensor>>;
  /** Counts that `step` updates: reset before and read after each epoch. */
  readonly meters?: Readonly<Record<string, Meter>>;
  /** Counts that `test` updates. */
  readonly testMeters?: Readonly<Record<string, Meter>>;
  /** Called after every `accumulate` batches, and where an epoch ends before: moves the optimizer by what `step` has gathered. */
  readonly commit?: () => void;
  /** Default: 1. */
  readonly accumulate?: number;
  /** Items in a batch, its weight in means. Default: the size of the first axis of its first tensor. */
  readonly sizeOf?: (batch: B) => number;
}

export interface LoopOptions<B> {
  /** Passes over the data. */
  readonly epochs: number;
  /** Held out: measured after each epoch, in evaluation mode. */
  readonly validation?: Batches<B>;
  readonly callbacks?: readonly Callback[];
  /** Where to go on: the weights, the optimizer, the random numbers and the place in the data are taken from there. */
  readonly resume?: Checkpoint | undefined;
  /** Training ends, as by Ctrl-C, when it has taken this long or the process has grown so large. */
  readonly budget?: Budget;
  /** Fail at the first loss that is NaN or infinite. Default: true. */
  readonly checkFinite?: boolean;
  /** End after a step, saved and in order, at Ctrl-C; in Node. Default: true. */
  readonly handleInterrupt?: boolean;
}

export interface Budget {
  /** Of this call. */
  readonly seconds?: number;
  /** Resident memory of the process; in Node. */
  readonly bytes?: number;
}

/**
 * Trains by any step.
 * @throws ValueError for `accumulate` without `commit`, or no whole number
 * @example
 * const trainer = new Trainer({
 *   parts: { generator, critic, up, down },
 *   step: ([real]: Pairs) => { … return { loss: down.minimize(criticLoss), generatorLoss: up.minimize(generatorLoss) }; },
 * });
 * await trainer.fit(loader, { epochs: 10, callbacks: [progressBar()] });
 */
export class Trainer<B> {
  readonly parts: Readonly<Record<string, Stateful>>;
  readonly meters: Readonly<Record<string, Meter>>;
  readonly accumulate: number;
  readonly commit: (() => void) | undefined;
  readonly sizeOf: (batch: B) => number;
  readonly #step: Step<B>;
  readonly #test: Step<B> | undefined;
  readonly #testMeters: Readonly<Record<string, Meter>>;

  constructor(options: TrainerOptions<B>) {
    const { step, test, parts, meters = {}, testMeters = {}, commit, accumulate = 1, sizeOf = sizeOfFirst } = options;
    if (!Number.isInteger(accumulate) || accumulate < 1)
      raise(new ValueError(`Trainer: accumulate must be a whole number from 1 up, got ${accumulate}`));
    if (accumulate > 1 && commit === undefined)
      raise(new ValueError('Trainer: accumulate needs commit, which moves the optimizer by what was gathered'));
    checkParts(Object.keys(parts));
    this.parts = parts;
    this.meters = meters;
    this.accumulate = accumulate;
    this.commit = commit === undefined ? undefined : compile(commit, { name: 'the commit of gathered gradients' });
    this.sizeOf = sizeOf;
    this.#step = spread(step, 'the training step');
    this.#test = test === undefined ? undefined : spread(test, 'the evaluation step');
    this.#testMeters = testMeters;
  }

  /**
   * Trains, and leaves the modules in evaluation mode.
   * @throws ValueError for epochs that are no whole number from 1 up, data without a batch, a loss that is not finite
   */
  fit(data: Batches<B>, options: LoopOptions<B>): Promise<History> {
    return new Loop(this, data, options).run();
  }

  /** One step on a batch, as `fit` takes it. */
  step(batch: B): Readonly<Record<string, Tensor>> {
    return this.#step(batch);
  }

  /** Means of what `test` returns, and the test meters' figures, over data; leaves the modules in evaluation mode. @throws ValueError if there is no `test` */
  async evaluate(data: AsyncIterable<B>): Promise<Measurements> {
    const test = this.#test;
    if (test === undefined) raise(new ValueError('Trainer: validation needs { test }, which measures a batch'));
    this.train(false);
    for (const meter of Object.values(this.#testMeters)) meter.reset();
    const means = new Means();
    let unread = 0;
    for await (const batch of data) {
      means.add({ step: 0, epoch: 0 }, test(batch), this.sizeOf(batch));
      if (++unread % 64 === 0) means.read();
    }
    means.read();
    return { ...means.total(), ...readMeters(this.#testMeters) };
  }

  /** Switches the modules among the parts to training, or with `false` to evaluation. */
  train(isTraining = true): void {
    for (const part of Object.values(this.parts)) if (part instanceof Module) part.train(isTraining);
  }
}

type Step<B> = (batch: B) => Readonly<Record<string, Tensor>>;

/** Compiled over the batch's members, which are told apart faster than trees are. */
function spread<B>(step: Step<B>, name: string): Step<B> {
  const whole = compile(step, { name });
  const members: Compiled<readonly unknown[], Readonly<Record<string, Tensor>>> = compile(
    // The members of a batch that was an array are the batch again.
    (...batch: readonly unknown[]) => step(batch as B),
    { name },
  );
  return (batch) => (Array.isArray(batch) ? members(...(batch as readonly unknown[])) : whole(batch));
}

function sizeOfFirst(batch: unknown): number {
  const first = leavesOf(batch).find((leaf) => leaf instanceof Tensor);
  return first instanceof Tensor ? (first.shape[0] ?? 1) : 1;
}

/** @throws ValueError for a figure that is no scalar */
export function readMeters(meters: Readonly<Record<string, Meter>>): Measurements {
  return Object.fromEntries(
    Object.entries(meters).map(([name, meter]) => {
      const result = meter.result();
      if (result.size !== 1) {
        raise(
          new ValueError(
            `train: the metric '${name}' gives shape (${result.shape.join(', ')}), and a record holds numbers; use a Meter of your own for it`,
          ),
        );
      }
      return [name, result.itemSync()];
    }),
  );
}
