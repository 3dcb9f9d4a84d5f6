/**
 * `fathom summary`: what is in a model or a file of weights.
 */
import type { Module } from '../../src/nn/index.ts';
import { summary as summaryOf } from '../../src/nn/index.ts';
import { dtypes } from '../../src/ir/dtype.ts';
import { type Answer, columns, type Command } from '../command.ts';
import { configOptions, loadConfig } from '../config.ts';
import { firstBatch } from '../parts.ts';
import { isWeights, readable, readTensors, type State } from '../weights.ts';

export const summary: Command = {
  name: 'summary',
  takes: ['FILE'],
  about: 'Lists the modules of the model in a config, or the tensors of a file of weights.',
  options: { batch: { about: 'items in the input of the model (default: 1)', value: 'N' }, ...configOptions },
  more: `Of a config: modules with shapes, parameters, floating-point operations and bytes. Of a file (${readable}): names, shapes and dtypes.`,
  examples: ['fathom summary digits.ts', 'fathom summary mnist.safetensors', 'fathom summary model.keras --json'],
  async run(given) {
    const path = given.words[0]!;
    if (isWeights(path)) return ofFile(await readTensors(path));
    const { model, data } = (await loadConfig(path, given)).training;
    const [x] = await firstBatch(data, given, 1);
    const found = summaryOf(model, x);
    const { rows, parameters, trainable, flops, stateBytes, activationBytes } = found;
    return {
      text: found.toString(),
      data: { rows, parameters, trainable, flops, stateBytes, activationBytes, tensors: listed(model.state(), model) },
    };
  },
};

function listed(state: State, model?: Module) {
  const trained = new Set(model?.namedParameters().map(([name]) => name));
  return Object.entries(state).map(([name, { shape, dtype, size }]) => ({
    name,
    shape,
    dtype,
    elements: size,
    bytes: size * dtypes[dtype].bytes,
    ...(model === undefined ? {} : { isTrained: trained.has(name) }),
  }));
}

function ofFile(state: State): Answer {
  const tensors = listed(state);
  const [elements, bytes] = [total(tensors.map((one) => one.elements)), total(tensors.map((one) => one.bytes))];
  const rows = tensors.map((one) => [
    one.name,
    `(${one.shape.join(', ')})`,
    one.dtype,
    one.elements.toLocaleString('en-US'),
  ]);
  const count = `${tensors.length} tensors, ${elements.toLocaleString('en-US')} elements, ${(bytes / 1e6).toFixed(2)} MB`;
  return { text: `${columns(rows)}\n\n${count}`, data: { tensors, elements, bytes } };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
