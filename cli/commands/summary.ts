/**
 * `fathom summary`: what is in a model or a file of weights, name by name.
 */
import { extname } from 'node:path';
import type { Tensor } from '../../src/index.ts';
import { dtypes } from '../../src/ir/dtype.ts';
import { loadSafetensors } from '../../src/io/index.ts';
import { columns, type Command } from '../command.ts';
import { configOptions, loadConfig } from '../config.ts';

export const summary: Command = {
  name: 'summary',
  takes: ['FILE'],
  about: 'Lists the tensors of a .safetensors file, or of the model in a config: name, shape, dtype, size.',
  options: configOptions,
  examples: ['fathom summary mnist.safetensors', 'fathom summary digits.ts --json'],
  async run(given) {
    const path = given.words[0]!;
    const isFile = extname(path) === '.safetensors';
    const model = isFile ? undefined : (await loadConfig(path, given)).training.model;
    const state: Readonly<Record<string, Tensor>> = model?.state() ?? (await loadSafetensors(path));
    const trained = new Set(model?.namedParameters().map(([name]) => name));
    const tensors = Object.entries(state).map(([name, { shape, dtype, size }]) => ({
      name,
      shape,
      dtype,
      elements: size,
      bytes: size * dtypes[dtype].bytes,
      ...(model === undefined ? {} : { isTrained: trained.has(name) }),
    }));
    const [elements, bytes] = [total(tensors.map((one) => one.elements)), total(tensors.map((one) => one.bytes))];
    const parameters = total(tensors.map((one) => (one.isTrained === true ? one.elements : 0)));
    const rows = tensors.map((one) => [
      one.name,
      `(${one.shape.join(', ')})`,
      one.dtype,
      one.elements.toLocaleString('en-US'),
      one.isTrained === false ? 'not trained' : '',
    ]);
    const count = `${tensors.length} tensors, ${elements.toLocaleString('en-US')} elements, ${(bytes / 1e6).toFixed(2)} MB`;
    const trainedText = model === undefined ? '' : `, ${parameters.toLocaleString('en-US')} of them trained`;
    return {
      text: `${columns(rows)}\n\n${count}${trainedText}`,
      data: { tensors, elements, bytes, ...(model === undefined ? {} : { parameters }) },
    };
  },
};

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
