/**
 * `fathom export`: weights of a run or of a file in any format that is read, as a file that others read.
 */
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { DataError } from '../../src/index.ts';
import { saveNpz, saveSafetensors } from '../../src/io/index.ts';
import { type Command, UsageError } from '../command.ts';
import { isWeights, readable, readTensors, runWeights, type State } from '../weights.ts';

export const exportWeights: Command = {
  name: 'export',
  takes: ['FROM', 'TO'],
  about: 'Writes the weights of a run, or of a file, as .safetensors or .npz.',
  options: {
    root: { about: "where run folders lie (default: 'runs')", value: 'FOLDER' },
    only: { about: 'only tensors whose names begin so; may be given several times', value: 'PREFIX', multiple: true },
    strip: { about: 'take this off the beginning of names', value: 'PREFIX' },
    force: { about: 'overwrite TO' },
  },
  more: `FROM is the name of a run, whose best or last weights are taken, or a file: ${readable}.`,
  examples: [
    'fathom export cnn-3 cnn.safetensors',
    'fathom export resnet20.th resnet20.safetensors --strip state_dict.module.',
    'fathom export model.keras weights.npz --only dense/',
  ],
  async run(given) {
    const [source = '', target = ''] = given.words;
    const ending = extname(target);
    if (ending !== '.safetensors' && ending !== '.npz')
      throw new UsageError(`TO must end in .safetensors or .npz, got '${target}'`);
    if (existsSync(target) && !given.has('force'))
      throw new DataError(`${target} is there already; choose another name, or add --force`);
    const { state, from } = isWeights(source)
      ? { state: await readTensors(source), from: source }
      : await runWeights(source, given.text('root') ?? 'runs');
    const tensors = chosen(state, given.texts('only'), given.text('strip') ?? '');
    const names = Object.keys(tensors);
    if (names.length === 0)
      throw new DataError(`no tensor of ${from} begins so; there are ${Object.keys(state).slice(0, 20).join(', ')}`);
    await (ending === '.npz' ? saveNpz(target, tensors) : saveSafetensors(target, tensors));
    return {
      text: `${names.length} tensors of ${from} written to ${target}`,
      data: { from, to: target, tensors: names },
    };
  },
};

function chosen(state: State, only: readonly string[], strip: string): Record<string, State[string]> {
  const entries = Object.entries(state)
    .filter(([name]) => only.length === 0 || only.some((prefix) => name.startsWith(prefix)))
    .map(([name, value]) => [name.startsWith(strip) ? name.slice(strip.length) : name, value] as const);
  return Object.fromEntries(entries);
}
