/**
 * Saving checkpoints while a model trains, in Node. The numbered ones are for going on, `best.safetensors` is for use. A file
 * appears whole or not at all, and the one before goes only when the next one is there.
 */
import { raise, ValueError } from '../base/errors.ts';
import { checkpointName, listCheckpoints, saveCheckpoint } from '../io/checkpoint.ts';
import type { Callback, Run } from './callback.ts';
import { isBetter, type Monitor, monitored, directionOf } from './monitor.ts';

export interface CheckpointingOptions extends Partial<Monitor> {
  /** Save after so many steps. Default: never between epochs. */
  readonly everySteps?: number;
  /** Save after so many epochs; Infinity for never. Default: 1. */
  readonly everyEpochs?: number;
  /** Numbered checkpoints that are kept, the newest. Default: 2. */
  readonly keep?: number;
  /** Also keep the one with the best figure as `best.safetensors`. Default: whether there is a validation. */
  readonly best?: boolean;
}

/**
 * Saves to a folder: after epochs, after steps if asked for, and when training ends or is interrupted.
 * @throws ValueError for counts that are no whole numbers from 1 up; when training starts anew, for a folder that holds another's
 * @example
 * callbacks: [checkpointing('runs/a/checkpoints', { everySteps: 1000, monitor: 'validation.accuracy' })],
 * resume: await latestCheckpoint('runs/a/checkpoints'),
 */
export function checkpointing(folder: string, options: CheckpointingOptions = {}): Callback {
  const { monitor = 'validation.loss', mode = directionOf(monitor), keep = 2 } = options;
  const { everySteps = Infinity, everyEpochs = 1 } = options;
  for (const [name, count] of Object.entries({ everySteps, everyEpochs, keep })) {
    if (count !== Infinity && (!Number.isInteger(count) || count < 1))
      raise(new ValueError(`checkpointing: ${name} must be a whole number from 1 up, got ${count}`));
  }
  let best: number | undefined;
  /** The step whose checkpoint was written last, here and now. */
  let saved: number | undefined;

  const save = async (run: Run): Promise<void> => {
    if (saved === run.step) return;
    await saveCheckpoint(`${folder}/${checkpointName(run.step)}`, await run.checkpoint());
    saved = run.step;
    const { removeFile } = await import('../io/files.ts');
    for (const { name } of (await listCheckpoints(folder)).slice(keep)) await removeFile(`${folder}/${name}`);
  };

  return {
    name: 'checkpointing',
    async onStart(run) {
      const { makeFolder, removeFile, removeUnfinished } = await import('../io/files.ts');
      await makeFolder(folder);
      await removeUnfinished(folder);
      const found = await listCheckpoints(folder);
      if (run.step === 0 && found.length > 0) {
        raise(
          new ValueError(
            `checkpointing: ${folder} holds checkpoints of another training, the newest after step ${found[0]!.step}; go on from it with { resume: await latestCheckpoint('${folder}') }, or choose another folder`,
          ),
        );
      }
      // What lies ahead of where this training goes on would be taken for its newest.
      const behind = found.filter(({ step }) => step <= run.step);
      for (const { name, step } of found) if (step > run.step) await removeFile(`${folder}/${name}`);
      // A process that was killed may have left one too many.
      for (const { name } of behind.slice(keep)) await removeFile(`${folder}/${name}`);
    },
    onRest(run, rest) {
      if (rest.after === 'end') return save(run);
      if (rest.after === 'step') return run.step % everySteps === 0 ? save(run) : undefined;
      const { record } = rest;
      const isBest =
        (options.best ?? record.validation !== undefined) &&
        isBetter(monitored('checkpointing', record, monitor), best, mode);
      if (isBest) best = monitored('checkpointing', record, monitor);
      return afterEpoch(run, isBest, record.epoch % everyEpochs === 0);
    },
    state: () => best ?? null,
    load(state) {
      best = typeof state === 'number' ? state : undefined;
    },
  };

  async function afterEpoch(run: Run, isBest: boolean, isDue: boolean): Promise<void> {
    if (isBest) await saveCheckpoint(`${folder}/best.safetensors`, await run.checkpoint());
    if (isDue) await save(run);
  }
}
