/**
 * Weights by path, whatever wrote them, and those of a run: what `eval`, `predict`, `export` and `summary` have in common.
 */
import { existsSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { DataError, type Tensor, ValueError } from '../src/index.ts';
import {
  latestCheckpoint,
  loadCheckpoint,
  loadKeras,
  loadNpy,
  loadNpz,
  loadSafetensors,
  loadTfjs,
  loadTorch,
} from '../src/io/index.ts';
import type { Module } from '../src/nn/index.ts';
import { type Given, type OptionAbout } from './command.ts';

export type State = Readonly<Record<string, Tensor>>;

const readers: Readonly<Record<string, (path: string) => Promise<State>>> = {
  '.safetensors': (path) => loadSafetensors(path),
  '.npz': loadNpz,
  '.npy': async (path) => ({ [basename(path, '.npy')]: await loadNpy(path) }),
  '.pt': loadTorch,
  '.pth': loadTorch,
  '.th': loadTorch,
  '.h5': async (path) => (await loadKeras(path)).tensors,
  '.keras': async (path) => (await loadKeras(path)).tensors,
  '.json': async (path) => (await loadTfjs(path)).tensors,
};

/** What `readTensors` reads, for help. */
export const readable = Object.keys(readers).join(', ');

/** Whether a path names weights, by its ending. */
export function isWeights(path: string): boolean {
  return Object.hasOwn(readers, extname(path));
}

/** The tensors of a file. @throws DataError if there is no such file   @throws FormatError, ValueError */
export async function readTensors(path: string): Promise<State> {
  const read = Object.hasOwn(readers, extname(path)) ? readers[extname(path)] : undefined;
  if (read === undefined) throw new ValueError(`${path}: files are known by their endings, ${readable}`);
  return read(path);
}

export const weightOptions: Readonly<Record<string, OptionAbout>> = {
  weights: { about: `a file of weights (${readable})`, value: 'FILE' },
  run: { about: "the run whose best or last weights are used (default: the config's name)", value: 'NAME' },
  root: { about: "where run folders lie (default: 'runs')", value: 'FOLDER' },
};

/** The weights that were asked for, and where they came from. @throws DataError with what there is to do if there are none */
export async function chosenWeights(given: Given, config: string): Promise<{ state: State; from: string }> {
  const file = given.text('weights');
  if (file !== undefined) return { state: ofModel(await readTensors(file)), from: file };
  return runWeights(given.text('run') ?? basename(config, extname(config)), given.text('root') ?? 'runs');
}

/** The best weights of a run where it kept some, otherwise the last. @throws DataError */
export async function runWeights(name: string, root: string): Promise<{ state: State; from: string }> {
  const folder = join(root, name, 'checkpoints');
  const best = join(folder, 'best.safetensors');
  if (existsSync(best)) return { state: ofModel((await loadCheckpoint(best)).tensors), from: best };
  const last = await latestCheckpoint(folder);
  if (last === undefined)
    throw new DataError(`there are no weights in ${folder}; train first, or name a file with --weights`);
  return { state: ofModel(last.tensors), from: folder };
}

/** Of a checkpoint only what is the model's; other files are all weights. */
function ofModel(tensors: State): State {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith('model.'));
  const isCheckpoint = own.length > 0 && Object.hasOwn(tensors, 'random.key'); // what every checkpoint of a training has
  return isCheckpoint ? Object.fromEntries(own.map(([name, value]) => [name.slice('model.'.length), value])) : tensors;
}

/** Gives a model its weights. @throws ValueError, ShapeError, DTypeError if they do not fit */
export async function loadInto(model: Module, given: Given, config: string): Promise<string> {
  const { state, from } = await chosenWeights(given, config);
  model.load(state);
  return from;
}
