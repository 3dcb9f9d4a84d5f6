/**
 * TensorBoard as a callback: figures of steps and epochs, and how weights are spread, as event files. In Node.
 */
import { EventWriter } from '../io/event-writer.ts';
import type { Callback, Measurements } from './callback.ts';

export interface TensorBoardOptions {
  /** Steps are written every so many; epochs always. Default: 1. */
  readonly everySteps?: number;
  /** A histogram of each tensor of this part after every epoch, e.g. 'model'. Default: none. */
  readonly histograms?: string;
  /** Called once with the writer, for texts, images or graphs of one's own. */
  readonly onOpen?: (board: EventWriter) => void | Promise<void>;
}

/**
 * Writes `step/…` for steps, `train/…` and `validation/…` for epochs, all by the number of steps.
 * @example callbacks: [tensorBoard('runs/a/tensorboard', { histograms: 'model' })]
 */
export function tensorBoard(folder: string, { everySteps = 1, histograms, onOpen }: TensorBoardOptions = {}): Callback {
  let board: EventWriter | undefined;
  return {
    name: `tensorBoard ${folder}`,
    async onStart(run) {
      board = await EventWriter.open(folder, { after: run.step });
      await onOpen?.(board);
    },
    onResults(_, records) {
      for (const { step, lr, values } of records) {
        if (step % everySteps !== 0) continue;
        board?.scalars(prefixed('step', lr === undefined ? values : { ...values, lr }), step);
      }
    },
    onEpoch(run, { step, train, validation }) {
      board?.scalars({ ...prefixed('train', train), ...prefixed('validation', validation ?? {}) }, step);
      if (histograms === undefined) return;
      for (const [name, values] of Object.entries(run.state(histograms)))
        board?.histogram(`${histograms}/${name.replaceAll('.', '/')}`, values, step);
    },
    onEnd: () => board?.close(),
  };
}

function prefixed(part: string, figures: Measurements): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, figure]) => [`${part}/${name}`, figure]));
}
