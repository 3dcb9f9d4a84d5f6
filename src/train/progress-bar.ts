/**
 * Progress in the terminal: a live bar, and one line per epoch that stays; without a terminal, only the lines.
 */
import type { Callback, EpochRecord, Run, StepRecord } from './callback.ts';
import { meanOfRecords } from './means.ts';

/** Where a bar is drawn: a Node stream, or anything that takes text. */
export interface TextOutput {
  write(text: string): unknown;
  /** A bar is drawn only on a terminal. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressBarOptions {
  /** Default: the process's standard output; nothing where there is none. */
  readonly stream?: TextOutput | undefined;
  /** Characters of the bar itself. Default: 20. */
  readonly width?: number;
}

/**
 * Draws how far training is, with the latest figures and the time left.
 * @example await fit(model, data, { …, callbacks: [progressBar()] })
 */
export function progressBar({ stream = standardOutput(), width = 20 }: ProgressBarOptions = {}): Callback {
  const isLive = stream?.isTTY === true;
  const clear = (): void => {
    if (isLive) stream?.write('\r\x1b[2K');
  };
  return {
    name: 'progressBar',
    onStart() {
      if (isLive) stream?.write('\x1b[?25l');
    },
    onResults(run, records) {
      if (!isLive) return;
      const line = `${barOf(run, width)}  ${figuresOfStretch(records)}  ${rateOf(run)}`;
      stream?.write(`\r\x1b[2K${line.slice(0, Math.max(1, (stream.columns ?? 80) - 1))}`);
    },
    onEpoch(run, record) {
      clear();
      stream?.write(`${lineOf(run, record)}\n`);
    },
    onEnd(run, ending) {
      clear();
      if (ending !== 'finished' && ending !== 'failed') stream?.write(`${ending} at step ${run.step}\n`);
      if (isLive) stream?.write('\x1b[?25h');
    },
  };
}

function standardOutput(): TextOutput | undefined {
  return globalThis.process?.stdout;
}

function barOf({ epoch, epochs, batch, batchesPerEpoch }: Run, width: number): string {
  const place = `epoch ${epoch}/${epochs}`;
  if (batchesPerEpoch === undefined) return `${place} ${batch} batches`;
  const share = Math.min(1, batch / batchesPerEpoch);
  const full = Math.round(share * width);
  return `${place} ${'█'.repeat(full)}${'░'.repeat(width - full)} ${String(Math.floor(100 * share)).padStart(3)} %`;
}

function figuresOfStretch(records: readonly StepRecord[]): string {
  return texts(meanOfRecords(records.map(({ values }) => values)));
}

function rateOf({ itemsPerSecond, step, steps, batchesPerEpoch }: Run): string {
  const rate = `${short(itemsPerSecond)} items/s`;
  if (steps === undefined || batchesPerEpoch === undefined || itemsPerSecond === 0) return rate;
  return `${rate}  ${Math.floor((100 * step) / steps)} % of all`;
}

function lineOf({ epochs }: Run, { epoch, train, validation, seconds }: EpochRecord): string {
  const held = validation === undefined ? '' : `  |  validation: ${texts(validation)}`;
  return `epoch ${epoch}/${epochs}  ${texts(train)}${held}  ${seconds.toFixed(1)} s`;
}

function texts(figures: Readonly<Record<string, number>>): string {
  return Object.entries(figures)
    .map(([name, figure]) => `${name} ${short(figure)}`)
    .join('  ');
}

/** Four digits that matter. @example short(0.012345) // '0.01235' */
function short(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  return size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}
