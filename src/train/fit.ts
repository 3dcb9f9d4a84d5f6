/**
 * `fit`: the usual training, of a model of one input by one loss and one optimizer. Everything else is a Trainer with a step of
 * one's own.
 */
import { raise, ValueError } from '../base/errors.ts';
import { mapRecord } from '../base/record.ts';
import { type Batches, type Dataset } from '../data/dataset.ts';
import { DataLoader } from '../data/loader.ts';
import type { Module } from '../nn/module.ts';
import { GradientAccumulator } from '../optim/accumulation.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { compile } from '../tensor/compile.ts';
import { gradients } from '../tensor/gradients.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Callback, EpochRecord, History, Measurements } from './callback.ts';
import { meanOfRecords } from './means.ts';
import { type Measure, Meter, type Metric } from './metric.ts';
import { type LoopOptions, readMeters, Trainer } from './trainer.ts';

/** Inputs and their targets; the first axis counts the items. */
export type Pairs = readonly [x: Tensor, y: Tensor];

export type PairData = Dataset<Pairs, Pairs> | Batches<Pairs>;

export type Model = Module & { forward(x: Tensor): Tensor };

export interface FitOptions extends Omit<LoopOptions<Pairs>, 'validation'> {
  readonly optimizer: Optimizer;
  /** What is minimised. */
  readonly loss: Measure;
  /** Held out: measured after each epoch, in evaluation mode. */
  readonly validation?: PairData;
  /** Measured beside the loss, by name: `{ accuracy, auroc: auroc() }`. */
  readonly metrics?: Readonly<Record<string, Measure | Metric>>;
  /** Used where data come as a data set, which is then shuffled for training. Default: 64. */
  readonly batchSize?: number;
  /** Of the shuffling. Default: 0. */
  readonly seed?: number;
  /** One step of the optimizer for so many batches, by the mean of their items' gradients. Default: 1. */
  readonly accumulate?: number;
  /** Changes the gradients before the optimizer takes them, e.g. clips them. */
  readonly transformGradients?: (gradients: readonly Tensor[]) => readonly Tensor[];
  /** Before each step, e.g. to set `optimizer.lr`. */
  readonly onStep?: (step: number, steps: number) => void;
  /** After each epoch; true ends the training. */
  readonly onEpoch?: (record: EpochRecord) => boolean | void | Promise<boolean | void>;
  /** About ten times a second and at each epoch's end. */
  readonly progress?: (state: Progress) => void;
}

export interface Progress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Batches done in this epoch. */
  readonly step: number;
  /** Infinity where only the end of the data tells. */
  readonly stepsPerEpoch: number;
  /** Means over the last stretch. */
  readonly recent: Measurements;
  /** While training, over this epoch so far. */
  readonly itemsPerSecond: number;
}

/**
 * Trains a model and leaves it in evaluation mode. Equal seeds, data and models give equal bits on one device, whatever the number of threads.
 * @returns one record per epoch   @throws ValueError for epochs that are no whole number from 1 up, data without a batch, a loss that is not finite
 * @example
 * const history = await fit(model, digits, {
 *   epochs: 3, optimizer: new Adam(model.parameters()), loss: crossEntropy, metrics: { accuracy }, validation: test,
 *   callbacks: [progressBar(), earlyStopping()],
 * });
 */
export async function fit(model: Model, data: PairData, options: FitOptions): Promise<History> {
  const { batchSize = 64, seed = 0, validation, callbacks = [], ...loop } = options;
  const loader = 'get' in data ? new DataLoader(data, { batchSize, seed, shuffle: true }) : data;
  if (loader.length === 0 && loader instanceof DataLoader) {
    raise(new ValueError(`fit: ${loader.dataset.length} items make no batch of ${loader.batchSize}`));
  }
  const trainer = pairTrainer(model, options);
  return trainer.fit(loader, {
    ...loop,
    callbacks: [inlineCallback(options), ...callbacks],
    ...(validation === undefined ? {} : { validation: batchesOf(validation) }),
  });
}

/**
 * Means of measures, and metrics, over data, with the model in evaluation mode, which it keeps.
 * @example (await evaluate(model, test, { loss: crossEntropy, accuracy })).accuracy // 0.99
 */
export async function evaluate(
  model: Model,
  data: PairData,
  measures: Readonly<Record<string, Measure | Metric>>,
  { batchSize }: { readonly batchSize?: number } = {},
): Promise<Measurements> {
  model.eval();
  const meters = mapRecord(measures, (one) => new Meter(one));
  const step = compile((x: Tensor, y: Tensor) => updateAll(meters, model.forward(x), y), {
    name: 'the evaluation step',
  });
  for await (const [x, y] of batchesOf(data, batchSize)) step(x, y);
  return readMeters(meters);
}

function batchesOf(data: PairData, batchSize = 500): Batches<Pairs> {
  return 'get' in data ? new DataLoader(data, { batchSize }) : data;
}

function pairTrainer(model: Model, options: FitOptions): Trainer<Pairs> {
  const { optimizer, loss, metrics = {}, accumulate = 1, transformGradients = (all) => all } = options;
  const { parameters } = optimizer;
  const meters = mapRecord(metrics, (one) => new Meter(one));
  const testMeters = mapRecord({ loss, ...metrics }, (one) => new Meter(one));
  const parts = { model, optimizer };
  const test = ([x, y]: Pairs): Record<string, Tensor> => {
    updateAll(testMeters, model.forward(x), y);
    return {};
  };
  const learn = ([x, y]: Pairs, use: (value: Tensor, items: number) => void): { readonly loss: Tensor } => {
    const output = model.forward(x);
    const value = loss(output, y);
    use(value, x.shape[0] ?? 1);
    updateAll(meters, output, y);
    return { loss: value };
  };
  if (accumulate === 1) {
    const step = (pair: Pairs) =>
      learn(pair, (value) => optimizer.step(transformGradients(gradients(value, parameters))));
    return new Trainer({ parts, meters, testMeters, test, step });
  }
  const sum = new GradientAccumulator(parameters);
  return new Trainer({
    parts,
    meters,
    testMeters,
    test,
    accumulate,
    step: (pair) => learn(pair, (value, items) => sum.add(gradients(value, parameters), items)),
    commit: () => optimizer.step(transformGradients(sum.take())),
  });
}

function updateAll(meters: Readonly<Record<string, Meter>>, output: Tensor, target: Tensor): void {
  for (const meter of Object.values(meters)) meter.update(output, target);
}

/** The options that are functions, as a callback. */
function inlineCallback({ onStep, onEpoch, progress }: FitOptions): Callback {
  return {
    name: 'fit',
    onStep: (run) => onStep?.(run.step, run.steps ?? Infinity),
    onResults(run, records) {
      progress?.({
        epoch: run.epoch,
        epochs: run.epochs,
        step: run.batch,
        stepsPerEpoch: run.batchesPerEpoch ?? Infinity,
        recent: meanOfRecords(records.map(({ values }) => values)),
        itemsPerSecond: run.itemsPerSecond,
      });
    },
    async onEpoch(run, record) {
      if ((await onEpoch?.(record)) === true) run.stop();
    },
  };
}
