/**
 * `fathom predict`: what a model with the weights of a run or a file gives for inputs.
 */
import { extname } from 'node:path';
import { compile, concat, type Tensor, ValueError } from '../../src/index.ts';
import { loadNpy, saveNpy, saveSafetensors } from '../../src/io/index.ts';
import { type Command, type Given, UsageError } from '../command.ts';
import { configOptions, loadConfig } from '../config.ts';
import { batchesOf, chosenPart, partOptions } from '../parts.ts';
import { loadInto, weightOptions } from '../weights.ts';
import type { Training } from '../../src/train/index.ts';

/** Rows that are printed as text. */
const SHOWN = 10;

export const predict: Command = {
  name: 'predict',
  takes: ['CONFIG'],
  about: 'Runs the model of a config on inputs, with the weights of a run or a file.',
  options: {
    input: { about: 'inputs, a .npy file whose first axis counts them, instead of data of the config', value: 'FILE' },
    limit: { about: 'only the first so many', value: 'N' },
    out: { about: 'write the outputs there: .npy or .safetensors', value: 'FILE' },
    ...weightOptions,
    ...partOptions,
    ...configOptions,
  },
  examples: [
    'fathom predict digits.ts --limit 5',
    'fathom predict digits.ts --input pictures.npy --out scores.npy',
    'fathom predict digits.ts --json | jq .best',
  ],
  more: 'For outputs of two axes the place of the largest, `best`, is told beside them: the class, where outputs are scores of classes.',
  async run(given) {
    const path = given.words[0]!;
    const out = given.text('out');
    if (out !== undefined && !['.npy', '.safetensors'].includes(extname(out)))
      throw new UsageError(`--out takes a .npy or .safetensors file, not '${out}'`);
    const limit = given.wholeNumber('limit', 1) ?? Infinity;
    const { training } = await loadConfig(path, given);
    const { model } = training;
    const from = await loadInto(model, given, path);
    model.eval();
    const forward = compile((x: Tensor) => model.forward(x));
    const outputs: Tensor[] = [];
    let count = 0;
    for await (const x of inputsOf(training, given)) {
      const items = Math.min(x.shape[0]!, limit - count);
      outputs.push(forward(items < x.shape[0]! ? x.slice(0, items) : x));
      count += items;
      if (count >= limit) break;
    }
    if (outputs.length === 0) throw new ValueError('predict: there are no inputs');
    const all = concat(outputs, 0);
    if (out !== undefined) await (extname(out) === '.npy' ? saveNpy(out, all) : saveSafetensors(out, { outputs: all }));
    const best = all.rank === 2 && all.shape[1]! > 1 ? Array.from(await all.argmax(-1).data(), Number) : undefined;
    const rows = await rowsOf(all);
    const lines = rows
      .slice(0, SHOWN)
      .map(
        (row, i) =>
          `${best === undefined ? '' : `${best[i]!}  `}[${row.map((value) => Number(value.toPrecision(4))).join(', ')}]`,
      );
    if (rows.length > SHOWN) lines.push(`… ${rows.length} in all`);
    if (out !== undefined) lines.push(`written to ${out}`);
    return {
      text: lines.join('\n'),
      data: {
        weights: from,
        shape: all.shape,
        outputs: rows,
        ...(best === undefined ? {} : { best }),
        out: out ?? null,
      },
    };
  },
};

async function* inputsOf(training: Training, given: Given): AsyncGenerator<Tensor> {
  const file = given.text('input');
  if (file === undefined) {
    for await (const [x] of batchesOf(chosenPart(training, given).data, given)) yield x;
    return;
  }
  const all = await loadNpy(file);
  const size = given.wholeNumber('batch', 1) ?? 500;
  if (all.rank === 0) throw new ValueError(`predict: ${file} holds one number; its first axis must count inputs`);
  for (let at = 0; at < all.shape[0]!; at += size) yield all.slice(at, Math.min(at + size, all.shape[0]!));
}

/** Each output as a flat list. */
async function rowsOf(all: Tensor): Promise<number[][]> {
  const values = await all.data();
  const size = all.size / all.shape[0]!;
  return Array.from({ length: all.shape[0]! }, (_, i) => Array.from(values.slice(i * size, (i + 1) * size), Number));
}
