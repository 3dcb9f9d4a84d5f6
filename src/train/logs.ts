/**
 * Logs of a training as files, in Node: JSON lines with every step and epoch, CSV with a row per epoch. A resumed run goes on in
 * the same file, behind what it already knows.
 */
import type { Appender } from '../io/files.ts';
import type { Callback, EpochRecord, StepRecord } from './callback.ts';
import { figuresOf, figureOf } from './callback.ts';

/** A line of a JSONL log. */
export type LogLine = ({ readonly kind: 'step' } & StepRecord) | ({ readonly kind: 'epoch' } & EpochRecord);

export interface JsonlOptions {
  /** Steps are written every so many; epochs always. Default: 1. */
  readonly everySteps?: number;
}

/**
 * One JSON object a line: `{"kind":"step","step":1,…}` and `{"kind":"epoch",…}`. NaN and infinities become texts.
 * @example jsonlLog('runs/a/metrics.jsonl')
 */
export function jsonlLog(path: string, { everySteps = 1 }: JsonlOptions = {}): Callback {
  let file: Appender | undefined;
  const write = (line: LogLine): void => file?.write(`${JSON.stringify(line, plain)}\n`);
  return {
    name: `jsonlLog ${path}`,
    async onStart(run) {
      file = await continued(path, (line) => isUpTo(line, run.step));
    },
    onResults(_, records) {
      for (const record of records) if (record.step % everySteps === 0) write({ kind: 'step', ...record });
    },
    onEpoch: (_, record) => write({ kind: 'epoch', ...record }),
    onEnd: () => file?.close(),
  };
}

/** A row per epoch: `epoch,step,seconds,train.loss,…`. @example csvLog('epochs.csv') */
export function csvLog(path: string): Callback {
  let file: Appender | undefined;
  let columns: readonly string[] | undefined;
  return {
    name: `csvLog ${path}`,
    async onStart(run) {
      let isHead = true;
      file = await continued(path, (line) => {
        if (isHead) columns = line.split(',').slice(3);
        const [epoch] = line.split(',');
        const isKept = isHead || Number(epoch) < run.epoch;
        isHead = false;
        return isKept && run.epoch > 1;
      });
      if (run.epoch === 1) columns = undefined;
    },
    onEpoch(_, record) {
      if (columns === undefined) {
        columns = figuresOf(record);
        file?.write(`epoch,step,seconds,${columns.join(',')}\n`);
      }
      const figures = columns.map((path) => figureOf(record, path) ?? '');
      file?.write(`${[record.epoch, record.step, record.seconds, ...figures].join(',')}\n`);
    },
    onEnd: () => file?.close(),
  };
}

/** Opens a file for more, without the lines that will come again. */
async function continued(path: string, isKept: (line: string) => boolean): Promise<Appender> {
  const { openAppender, readLines, writeBytes } = await import('../io/files.ts');
  const lines = await readLines(path);
  const kept = lines.filter(isKept);
  if (kept.length < lines.length)
    await writeBytes(path, new TextEncoder().encode(kept.map((line) => `${line}\n`).join('')));
  return openAppender(path);
}

/** A line that a crash cut short does not count. */
function isUpTo(line: string, step: number): boolean {
  try {
    const parsed: unknown = JSON.parse(line);
    return step > 0 && typeof parsed === 'object' && parsed !== null && 'step' in parsed && Number(parsed.step) <= step;
  } catch {
    return false;
  }
}

function plain(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
