/**
 * Progress in the terminal: a live bar, and one line per epoch that stays; without a terminal, only the lines.
 */
import { Presets, SingleBar } from 'cli-progress';
import type { EpochRecord, Progress } from 'fathom/train';
import pc from 'picocolors';

export class ProgressBar {
  readonly #epochs: number;
  readonly #items: number;
  readonly #isLive: boolean = process.stdout.isTTY;
  #bar: SingleBar | undefined;

  /** @param items digits per epoch */
  constructor(epochs: number, items: number) {
    this.#epochs = epochs;
    this.#items = items;
  }

  update({ epoch, epochs, step, stepsPerEpoch, recent, itemsPerSecond }: Progress): void {
    if (!this.#isLive) return;
    const done = (epoch - 1) * stepsPerEpoch + step;
    const left = ((epochs * stepsPerEpoch - done) / stepsPerEpoch) * (this.#items / itemsPerSecond);
    const figures = {
      epoch: `${epoch}/${epochs}`,
      loss: recent['loss']!.toFixed(4),
      accuracy: percent(recent['accuracy']!),
      speed: count(itemsPerSecond),
      left: `${left.toFixed(0)} s`,
    };
    if (this.#bar === undefined) this.#bar = startBar(epochs * stepsPerEpoch, done, figures);
    else this.#bar.update(done, figures);
  }

  /** The bar gives way to a line about the epoch. */
  finishEpoch({ epoch, train, seconds }: EpochRecord): void {
    this.close();
    const name = pc.bold(`epoch ${epoch}/${this.#epochs}`);
    const figures = `loss ${train['loss']!.toFixed(4)}  accuracy ${percent(train['accuracy']!)}`;
    const speed = pc.dim(`${count(this.#items / seconds)} images/s  ${seconds.toFixed(1)} s`);
    console.log(`${name}  ${figures}  ${speed}`);
  }

  /** Leaves the terminal as it was. */
  close(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

function startBar(total: number, done: number, figures: object): SingleBar {
  const format = `epoch {epoch} ${pc.cyan('{bar}')} {percentage} %  loss {loss}  accuracy {accuracy}  {speed} images/s  {left} left`;
  const bar = new SingleBar(
    { format, barsize: 20, hideCursor: true, clearOnComplete: true, stream: process.stdout },
    Presets.shades_classic,
  );
  bar.start(total, done, figures);
  return bar;
}

/** `99.12 %` */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
