/**
 * The training loop: compiled steps over batches, a pass over held-out data per epoch, and what happened as numbers.
 * It draws nothing: `progress` is told how far it is, and shows that as it likes.
 */
import { raise, ValueError } from '../base/errors.ts';
import { DataLoader } from '../data/loader.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Module } from '../nn/module.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { type Compiled, compile } from '../tensor/compile.ts';
import { gradients } from '../tensor/gradients.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Inputs and their targets; the first axis counts the items. */
export type Pairs = readonly [x: Tensor, y: Tensor];

/** A mean over the batch, as a scalar. */
export type Measure = (output: Tensor, target: Tensor) => Tensor;

export type Model = Module & { forward(x: Tensor): Tensor };

export interface FitOptions {
  /** Passes over the data. */
  readonly epochs: number;
  readonly optimizer: Optimizer;
  /** What is minimised. */
  readonly loss: Measure;
  /** Held out: measured after each epoch, in evaluation mode. */
  readonly validation?: Dataset<Pairs> | DataLoader<Pairs>;
  /** Measured beside the loss, by name: `{ accuracy }`. */
  readonly metrics?: Readonly<Record<string, Measure>>;
  /** Used where data come as a data set, which is then shuffled for training. Default: 64. */
  readonly batchSize?: number;
  /** Of the shuffling. Default: 0. */
  readonly seed?: number;
  /** Before each step, e.g. to set `optimizer.lr`. */
  readonly onStep?: (step: number, steps: number) => void;
  /** After each epoch; true ends the training. */
  readonly onEpoch?: (record: EpochRecord) => boolean | void | Promise<boolean | void>;
  /** About ten times a second and at each epoch's end. */
  readonly progress?: (state: Progress) => void;
}

/** Means over an epoch's items. */
export type Measurements = Readonly<Record<string, number>>;

export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** `loss` and the metrics while training. */
  readonly train: Measurements;
  /** The same on held-out data after the epoch. */
  readonly validation?: Measurements;
  /** Of training alone, without the validation. */
  readonly seconds: number;
}

export interface Progress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Over the last stretch. */
  readonly recent: Measurements;
  /** While training, over this epoch so far. */
  readonly itemsPerSecond: number;
}

/** Results are read, and others get their turn, this often: between, the loop does nothing but steps. In milliseconds. */
const STRETCH = 100;

/**
 * Trains a model and leaves it in evaluation mode.
 * @returns one record per epoch   @throws ValueError for epochs that are no whole number from 1 up, or data without a batch
 * @example
 * const history = await fit(model, digits, {
 *   epochs: 3, optimizer: new Adam(model.parameters()), loss: crossEntropy, metrics: { accuracy }, validation: test,
 * });
 */
export async function fit(
  model: Model,
  data: Dataset<Pairs> | DataLoader<Pairs>,
  options: FitOptions,
): Promise<EpochRecord[]> {
  const { epochs, optimizer, loss, validation, metrics = {}, batchSize = 64, seed = 0 } = options;
  const { onStep, onEpoch, progress } = options;
  if (!Number.isInteger(epochs) || epochs < 1)
    raise(new ValueError(`fit: epochs must be a whole number from 1 up, got ${epochs}`));
  const loader = data instanceof DataLoader ? data : new DataLoader(data, { batchSize, seed, shuffle: true });
  const stepsPerEpoch = loader.length;
  if (stepsPerEpoch === 0)
    raise(new ValueError(`fit: ${loader.dataset.length} items make no batch of ${loader.batchSize}`));

  const train = compile(
    (x: Tensor, y: Tensor) => {
      const output = model.forward(x);
      const value = loss(output, y);
      optimizer.step(gradients(value, optimizer.parameters));
      return { loss: value, ...measured(metrics, output, y) };
    },
    { name: 'the training step' },
  );
  const test = evaluationStep(model, { loss, ...metrics });

  const history: EpochRecord[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    model.train();
    const means = new Means();
    const start = performance.now();
    let step = 0;
    let shown = start;
    for (const [x, y] of loader) {
      onStep?.((epoch - 1) * stepsPerEpoch + step, epochs * stepsPerEpoch);
      means.add(train(x, y), x.shape[0]!);
      step++;
      const now = performance.now();
      if (now - shown < STRETCH && step !== stepsPerEpoch) continue;
      shown = now;
      const recent = means.read();
      progress?.({ epoch, epochs, step, stepsPerEpoch, recent, itemsPerSecond: (means.count * 1000) / (now - start) });
      await breath();
    }
    const record: EpochRecord = {
      epoch,
      train: means.total(),
      seconds: (performance.now() - start) / 1000,
      ...(validation === undefined ? {} : { validation: measure(test, model, validation) }),
    };
    history.push(record);
    if ((await onEpoch?.(record)) === true) break;
  }
  model.eval();
  return history;
}

/**
 * Means of measures over data, with the model in evaluation mode, which it keeps.
 * @example evaluate(model, test, { loss: crossEntropy, accuracy }).accuracy // 0.99
 */
export function evaluate(
  model: Model,
  data: Dataset<Pairs> | DataLoader<Pairs>,
  measures: Readonly<Record<string, Measure>>,
  { batchSize }: { readonly batchSize?: number } = {},
): Measurements {
  return measure(evaluationStep(model, measures), model, data, batchSize);
}

type Step = Compiled<[Tensor, Tensor], Record<string, Tensor>>;

function evaluationStep(model: Model, measures: Readonly<Record<string, Measure>>): Step {
  return compile((x: Tensor, y: Tensor) => measured(measures, model.forward(x), y), { name: 'the evaluation step' });
}

function measure(step: Step, model: Model, data: Dataset<Pairs> | DataLoader<Pairs>, batchSize = 500): Measurements {
  model.eval();
  const means = new Means();
  const loader = data instanceof DataLoader ? data : new DataLoader(data, { batchSize });
  for (const [x, y] of loader) means.add(step(x, y), x.shape[0]!);
  means.read();
  return means.total();
}

function measured(measures: Readonly<Record<string, Measure>>, output: Tensor, target: Tensor): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(measures).map(([name, of]) => [name, of(output, target)]));
}

/** Sums of batch means, weighted by the batches' sizes. */
class Means {
  /** Items so far. */
  count = 0;
  readonly #sums = new Map<string, number>();
  #unread: { readonly values: Readonly<Record<string, Tensor>>; readonly size: number }[] = [];

  add(values: Readonly<Record<string, Tensor>>, size: number): void {
    this.#unread.push({ values, size });
    this.count += size;
  }

  /** Reads what has come since the last time, and returns its means. */
  read(): Measurements {
    const recent = new Map<string, number>();
    let items = 0;
    for (const { values, size } of this.#unread) {
      items += size;
      for (const [name, value] of Object.entries(values)) {
        const weighted = value.itemSync() * size;
        recent.set(name, (recent.get(name) ?? 0) + weighted);
        this.#sums.set(name, (this.#sums.get(name) ?? 0) + weighted);
      }
    }
    this.#unread = [];
    return Object.fromEntries([...recent].map(([name, sum]) => [name, sum / items]));
  }

  total(): Measurements {
    return Object.fromEntries([...this.#sums].map(([name, sum]) => [name, sum / this.count]));
  }
}

/** Lets timers, signals and the terminal have their turn. */
function breath(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
