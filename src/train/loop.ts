/**
 * The loop of training: epochs of steps, and between them callbacks, checks and a breath for everyone else. It keeps what a
 * checkpoint needs so that a resumed run goes on bit for bit: the place in the data, the sums so far, the random key, the rates.
 */
import { raise, ValueError } from '../base/errors.ts';
import { mapRecord } from '../base/record.ts';
import type { Batches } from '../data/dataset.ts';
import type { Checkpoint } from '../io/checkpoint.ts';
import { Optimizer } from '../optim/optimizer.ts';
import { getState, setState } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Callback, Ending, EpochRecord, History, Rest, Run, StepRecord } from './callback.ts';
import {
  checkState,
  gatherTensors,
  type LoopState,
  type Owners,
  RANDOM_KEY,
  ratesOf,
  setRates,
  spreadTensors,
} from './loop-state.ts';
import { Means } from './means.ts';
import { type LoopOptions, readMeters, type Trainer } from './trainer.ts';

/** Results are read, and others get their turn, this often: between, the loop does nothing but steps. In milliseconds. */
const STRETCH = 100;

export class Loop<B> implements Run {
  readonly epochs: number;
  readonly history: EpochRecord[] = [];
  epoch = 1;
  step = 0;
  batch = 0;
  readonly #trainer: Trainer<B>;
  readonly #data: Batches<B>;
  readonly #options: LoopOptions<B>;
  readonly #callbacks: readonly Callback[];
  readonly #owners: Owners;
  readonly #optimizers: Readonly<Record<string, Optimizer>>;
  readonly #means = new Means();
  #ending: Exclude<Ending, 'failed'> | undefined;
  /** `data.epoch` of the epoch in progress. */
  #dataEpoch: number;
  /** Milliseconds of training in this epoch before `#since`, from when on it is going on. */
  #milliseconds = 0;
  #since = 0;
  /** When this call began, for its budget. */
  #begin = 0;
  #residentBytes: (() => number) | undefined;

  constructor(trainer: Trainer<B>, data: Batches<B>, options: LoopOptions<B>) {
    const { epochs, callbacks = [] } = options;
    if (!Number.isInteger(epochs) || epochs < 1)
      raise(new ValueError(`fit: epochs must be a whole number from 1 up, got ${epochs}`));
    const names = callbacks.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined)
      raise(new ValueError(`fit: two callbacks are called '${twice}', and a checkpoint could not tell them apart`));
    if (data.length === 0) raise(new ValueError('fit: the data make no batch; is there less than one with dropLast?'));
    this.epochs = epochs;
    this.#trainer = trainer;
    this.#data = data;
    this.#options = options;
    this.#callbacks = callbacks;
    this.#owners = { parts: trainer.parts, meters: trainer.meters, callbacks };
    this.#optimizers = Object.fromEntries(
      Object.entries(trainer.parts).filter((entry): entry is [string, Optimizer] => entry[1] instanceof Optimizer),
    );
    this.#dataEpoch = data.epoch;
  }

  get batchesPerEpoch(): number | undefined {
    return this.#data.length;
  }

  get steps(): number | undefined {
    const batches = this.#data.length;
    return batches === undefined ? undefined : this.epochs * Math.ceil(batches / this.#trainer.accumulate);
  }

  get itemsPerSecond(): number {
    return (this.#means.items * 1000) / this.#elapsed();
  }

  state(part: string): Record<string, Tensor> {
    return { ...this.#part(part).state() };
  }

  load(part: string, state: Readonly<Record<string, Tensor>>): void {
    this.#part(part).load(state);
  }

  stop(): void {
    this.#ending ??= 'stopped';
  }

  async checkpoint(): Promise<Checkpoint> {
    await this.#readResults();
    const state: LoopState = {
      version: 1,
      epoch: this.epoch,
      batch: this.batch,
      step: this.step,
      dataEpoch: this.#dataEpoch,
      seconds: this.#elapsed() / 1000,
      means: this.#means.state(),
      history: this.history,
      rates: mapRecord(this.#optimizers, ratesOf),
      callbacks: Object.fromEntries(this.#callbacks.map((one) => [one.name, one.state?.() ?? null])),
    };
    return { tensors: gatherTensors(this.#owners, getState()), state };
  }

  async run(): Promise<History> {
    const release = await this.#meetProcess();
    try {
      if (this.#options.resume !== undefined) this.#resume(this.#options.resume);
      this.#begin = performance.now();
      for (const callback of this.#callbacks) await callback.onStart?.(this);
      while (this.#ending === undefined && this.epoch <= this.epochs) await this.#runEpoch();
      const ending = this.#ending ?? 'finished';
      await this.#rest({ after: 'end', ending });
      await this.#end(ending);
      return Object.assign([...this.history], { ending });
    } catch (error) {
      await this.#end('failed');
      throw error;
    } finally {
      release();
      this.#trainer.train(false);
    }
  }

  async #runEpoch(): Promise<void> {
    const { validation } = this.#options;
    if (!(await this.#train())) return;
    const record: EpochRecord = {
      epoch: this.epoch,
      step: this.step,
      train: { ...this.#means.total(), ...readMeters(this.#trainer.meters) },
      seconds: this.#elapsed() / 1000,
      ...(validation === undefined ? {} : { validation: await this.#trainer.evaluate(validation) }),
    };
    this.history.push(record);
    for (const callback of this.#callbacks) await callback.onEpoch?.(this, record);
    this.epoch++;
    this.#beginEpoch();
    await this.#rest({ after: 'epoch', record });
  }

  /** The epoch's steps, or what is left of them. @returns whether it came to its end */
  async #train(): Promise<boolean> {
    const trainer = this.#trainer;
    trainer.train();
    this.#data.epoch = this.#dataEpoch;
    this.#since = performance.now();
    let shown = this.#since;
    let gathered = 0;
    // Hot: a step comes through here every time.
    for await (const batch of this.#data.from(this.batch)) {
      if (gathered === 0) for (const callback of this.#callbacks) callback.onStep?.(this);
      const values = trainer.step(batch);
      this.batch++;
      this.#means.add(this.#head(), values, trainer.sizeOf(batch));
      if (++gathered < trainer.accumulate && this.batch !== this.#data.length) continue;
      gathered = 0;
      trainer.commit?.();
      this.step++;
      if (this.batch !== this.#data.length) await this.#rest({ after: 'step' });
      const now = performance.now();
      if (now - shown >= STRETCH) {
        shown = now;
        await this.#readResults();
        await breath();
        this.#checkBudget(now);
      }
      if (this.#ending !== undefined && this.batch !== this.#data.length) break;
    }
    if (this.batch === 0) raise(new ValueError('fit: the data gave no batch'));
    const isCut = this.#ending !== undefined && this.batch !== this.#data.length;
    // A stream that ends between commits.
    if (gathered > 0 && !isCut) {
      trainer.commit?.();
      this.step++;
    }
    await this.#readResults();
    this.#milliseconds = this.#elapsed();
    this.#since = 0;
    await breath();
    return !isCut;
  }

  #head(): Omit<StepRecord, 'values'> {
    const head = { step: this.step + 1, epoch: this.epoch };
    for (const name in this.#optimizers) return { ...head, lr: this.#optimizers[name]!.lr };
    return head;
  }

  /** Reads what has come, checks it and tells it. */
  async #readResults(): Promise<void> {
    const records = this.#means.read();
    if (records.length === 0) return;
    if (this.#options.checkFinite ?? true) for (const record of records) checkLoss(record);
    for (const callback of this.#callbacks) await callback.onResults?.(this, records);
  }

  #checkBudget(now: number): void {
    const { seconds = Infinity, bytes = Infinity } = this.#options.budget ?? {};
    if (now - this.#begin >= seconds * 1000) this.#ending ??= 'out of time';
    else if (bytes !== Infinity && (this.#residentBytes?.() ?? 0) >= bytes) this.#ending ??= 'out of memory';
  }

  async #rest(rest: Rest): Promise<void> {
    for (const callback of this.#callbacks) {
      const wait = callback.onRest?.(this, rest);
      if (wait instanceof Promise) await wait;
    }
  }

  async #end(ending: Ending): Promise<void> {
    for (const callback of this.#callbacks) await callback.onEnd?.(this, ending);
  }

  #beginEpoch(): void {
    this.batch = 0;
    this.#dataEpoch++;
    this.#milliseconds = 0;
    this.#means.load({ items: 0, sums: {} });
    for (const meter of Object.values(this.#trainer.meters)) meter.reset();
  }

  #resume(checkpoint: Checkpoint): void {
    const state = checkState(checkpoint.state);
    spreadTensors(this.#owners, checkpoint.tensors, state.callbacks);
    for (const [name, optimizer] of Object.entries(this.#optimizers)) setRates(optimizer, state.rates[name] ?? []);
    const key = checkpoint.tensors[RANDOM_KEY];
    if (key !== undefined) setState(key);
    this.epoch = state.epoch;
    this.batch = state.batch;
    this.step = state.step;
    this.#dataEpoch = state.dataEpoch;
    this.#milliseconds = state.seconds * 1000;
    this.#means.load(state.means);
    this.history.push(...state.history);
  }

  /** Milliseconds of training in this epoch. */
  #elapsed(): number {
    return this.#milliseconds + (this.#since === 0 ? 0 : performance.now() - this.#since);
  }

  #part(name: string): Owners['parts'][string] {
    const part = this.#owners.parts[name];
    if (part === undefined)
      raise(new ValueError(`fit: there is no part '${name}'; there are ${Object.keys(this.#owners.parts).join(', ')}`));
    return part;
  }

  /** In Node: Ctrl-C ends the training after a step. @returns undoes it */
  async #meetProcess(): Promise<() => void> {
    if (globalThis.process?.versions?.node === undefined) return () => undefined;
    const { onInterrupt, residentBytes } = await import('./process.ts');
    this.#residentBytes = residentBytes;
    if (this.#options.handleInterrupt === false) return () => undefined;
    return onInterrupt(() => (this.#ending ??= 'interrupted'));
  }
}

function checkLoss({ step, epoch, lr, values }: StepRecord): void {
  const loss = values['loss'];
  if (loss === undefined || Number.isFinite(loss)) return;
  const rate = lr === undefined ? '' : `, the learning rate ${lr}`;
  raise(
    new ValueError(
      `fit: the loss is ${loss} at step ${step} (epoch ${epoch}${rate}); the weights can no longer be used. Try a lower learning rate, clip the gradients, look for NaN in the data, or go on from the last checkpoint`,
    ),
  );
}

/** Lets timers, signals and the terminal have their turn. */
function breath(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
