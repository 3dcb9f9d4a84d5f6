/**
 * Run folders, in Node: everything about one training in one place.
 *
 *     runs/NAME/config.json        what it was started with
 *              environment.json    where: machine, versions, command, commit
 *              starts.jsonl        each start and resume, with its settings
 *              metrics.jsonl       each step and epoch
 *              summary.json        how it ended, and its last figures
 *              checkpoints/        to go on from, and best.safetensors
 *              tensorboard/        event files
 */
import { DataError, FormatError, raise, ValueError } from '../base/errors.ts';
import { type Checkpoint, latestCheckpoint } from '../io/checkpoint.ts';
import type { Callback } from './callback.ts';
import { checkpointing, type CheckpointingOptions } from './checkpointing.ts';
import { jsonlLog, type LogLine } from './logs.ts';
import { tensorBoard, type TensorBoardOptions } from './tensorboard.ts';

export interface RunOptions {
  /** Where run folders lie. Default: 'runs'. */
  readonly root?: string;
  /** What the training is started with, as JSON. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Go on where this run ended, if it has begun; otherwise a name that is taken is an error. Default: false. */
  readonly resume?: boolean;
  readonly checkpointing?: CheckpointingOptions;
  /** False for none. */
  readonly tensorBoard?: TensorBoardOptions | false;
}

/** A run folder that is ready to be trained into. */
export interface RunFolder {
  readonly path: string;
  /** To be passed on to `fit`. */
  readonly callbacks: readonly Callback[];
  /** To be passed on to `fit`; undefined where nothing was saved yet. */
  readonly resume: Checkpoint | undefined;
}

/**
 * Opens `runs/NAME/`, new or, with `resume`, to go on.
 * @throws ValueError for a name with a slash, or, without `resume`, one that is taken
 * @example
 * const { callbacks, resume } = await openRun('cnn-3', { config: { lr, batchSize }, resume: true });
 * await fit(model, data, { epochs, optimizer, loss, callbacks: [...callbacks, progressBar()], resume });
 */
export async function openRun(name: string, options: RunOptions = {}): Promise<RunFolder> {
  const { root = 'runs', config = {}, resume = false } = options;
  if (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name))
    raise(new ValueError(`openRun: '${name}' is no name for a folder; use letters, digits, '_', '-' and '.'`));
  const [{ environment }, files] = await Promise.all([import('./environment.ts'), import('../io/files.ts')]);
  const path = `${root}/${name}`;
  const isNew = !(await files.listFiles(path)).includes('config.json');
  if (!isNew && !resume)
    raise(new ValueError(`openRun: there is a run in ${path}; go on with { resume: true }, or choose another name`));
  await files.makeFolder(path);
  const place = environment();
  if (isNew) {
    await files.writeBytes(`${path}/environment.json`, jsonBytes(place));
    await files.writeBytes(`${path}/config.json`, jsonBytes(config));
  }
  const checkpoint = isNew ? undefined : await latestCheckpoint(`${path}/checkpoints`);
  const log = files.openAppender(`${path}/starts.jsonl`);
  log.write(
    `${JSON.stringify({ time: new Date().toISOString(), isResumed: checkpoint !== undefined, config, environment: place })}\n`,
  );
  log.close();
  return {
    path,
    resume: checkpoint,
    callbacks: [
      jsonlLog(`${path}/metrics.jsonl`),
      ...(options.tensorBoard === false ? [] : [tensorBoard(`${path}/tensorboard`, options.tensorBoard)]),
      checkpointing(`${path}/checkpoints`, options.checkpointing),
      summary(`${path}/summary.json`),
    ],
  };
}

/** What `readRun` finds. */
export interface RunRecord {
  readonly config: unknown;
  readonly environment: unknown;
  /** Absent where training has not ended by itself. */
  readonly summary: unknown;
  readonly lines: readonly LogLine[];
}

/**
 * What a run folder holds besides its checkpoints. A last line that a crash cut short is left out.
 * @throws DataError if there is no such run   @throws FormatError for files that are no JSON
 * @example (await readRun('runs/cnn-3')).lines.filter(({ kind }) => kind === 'epoch')
 */
export async function readRun(path: string): Promise<RunRecord> {
  const { listFiles, readLines } = await import('../io/files.ts');
  const found = await listFiles(path);
  if (!found.includes('config.json')) raise(new DataError(`readRun: there is no run in ${path}`));
  const read = async (name: string): Promise<unknown> =>
    found.includes(name) ? parse(`${path}/${name}`, (await readLines(`${path}/${name}`)).join('\n')) : undefined;
  const lines = await readLines(`${path}/metrics.jsonl`);
  const whole = lines.flatMap((line, i): LogLine[] => {
    if (i === lines.length - 1 && !line.endsWith('}')) return [];
    // Written by jsonlLog.
    return [parse(`${path}/metrics.jsonl, line ${i + 1}`, line) as LogLine];
  });
  return {
    config: await read('config.json'),
    environment: await read('environment.json'),
    summary: await read('summary.json'),
    lines: whole,
  };
}

function summary(path: string): Callback {
  return {
    name: 'summary',
    async onEnd({ step, history }, ending) {
      const { writeBytes } = await import('../io/files.ts');
      const last = history.at(-1) ?? null;
      await writeBytes(path, jsonBytes({ ending, time: new Date().toISOString(), epochs: history.length, step, last }));
    },
  };
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

function parse(place: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return raise(
      new FormatError(`readRun: ${place} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`),
    );
  }
}
