/**
 * `fathom train`: trains what a configuration module describes, into a run folder.
 */
import { basename, extname } from 'node:path';
import { type Ending, evaluate, fit, openRun, progressBar } from '../../src/train/index.ts';
import { type Command } from '../command.ts';
import { configOptions, loadConfig } from '../config.ts';

/** As shells count SIGINT. */
const INTERRUPTED = 130;

export const train: Command = {
  name: 'train',
  takes: ['CONFIG'],
  about: 'Trains what a module describes, and keeps everything about it in runs/NAME/.',
  options: {
    run: { about: "the run's name (default: the file's)", value: 'NAME' },
    root: { about: "where run folders lie (default: 'runs')", value: 'FOLDER' },
    resume: { about: 'go on where the run ended, as if it had not' },
    epochs: { about: "instead of the config's", value: 'N' },
    seconds: { about: 'end, saved, after so long', value: 'N' },
    ...configOptions,
  },
  more: `CONFIG is a TypeScript or JavaScript module that exports config:

  export const config: TrainingConfig = async ({ seed, set }) => {
    const model = new Net();
    return {
      model, data: await mnist('train'), validation: await mnist('test'), epochs: 3,
      optimizer: new Adam(model.parameters(), { lr: Number(set.lr ?? 0.001) }),
      loss: crossEntropy, metrics: { accuracy },
    };
  };

Ctrl-C ends after the step in progress, saves and exits with 130; --resume goes on from there.`,
  examples: [
    'fathom train digits.ts',
    'fathom train digits.ts --run slow --set lr=0.0001 --epochs 10',
    'fathom train digits.ts --run slow --resume',
  ],
  async run(given) {
    const path = given.words[0]!;
    const [epochs, seconds] = [given.wholeNumber('epochs', 1), given.wholeNumber('seconds', 1)];
    const { training, seed, set } = await loadConfig(path, given);
    const { model, data, test, settings = {}, callbacks = [], ...options } = training;
    const name = given.text('run') ?? basename(path, extname(path));
    const root = given.text('root');
    const run = await openRun(name, {
      ...(root === undefined ? {} : { root }),
      resume: given.has('resume'),
      config: { module: path, seed, set, epochs: epochs ?? training.epochs, settings },
    });
    // With --json the standard output is for the answer alone.
    const progress = progressBar({ stream: given.json ? process.stderr : process.stdout });
    const history = await fit(model, data, {
      seed,
      ...options,
      ...(epochs === undefined ? {} : { epochs }),
      ...(seconds === undefined ? {} : { budget: { ...training.budget, seconds } }),
      callbacks: [...run.callbacks, ...callbacks, progress],
      resume: run.resume,
    });
    const { loss, metrics = {} } = training;
    const tested = test === undefined ? undefined : await evaluate(model, test, { loss, ...metrics });
    const figures = Object.entries(tested ?? {}).map(([key, value]) => `  ${key} ${Number(value.toPrecision(4))}`);
    return {
      text: [`${history.ending}: ${run.path}`, ...(tested === undefined ? [] : [`test${figures.join('')}`])].join('\n'),
      data: { run: name, path: run.path, ending: history.ending, epochs: [...history], test: tested ?? null },
      code: codeOf(history.ending),
    };
  },
};

function codeOf(ending: Ending): number {
  return ending === 'interrupted' ? INTERRUPTED : 0;
}
