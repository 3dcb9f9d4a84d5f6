/**
 * `fathom eval`: measures the weights of a run or a file on the data of a config.
 */
import { evaluate } from '../../src/train/index.ts';
import { type Command } from '../command.ts';
import { configOptions, loadConfig } from '../config.ts';
import { batchesOf, chosenPart, partOptions } from '../parts.ts';
import { loadInto, weightOptions } from '../weights.ts';

export const evaluation: Command = {
  name: 'eval',
  takes: ['CONFIG'],
  about: 'Measures the loss and metrics of a config with the weights of a run or a file.',
  options: { ...weightOptions, ...partOptions, ...configOptions },
  examples: [
    'fathom eval digits.ts',
    'fathom eval digits.ts --run slow --part validation',
    'fathom eval digits.ts --weights best.safetensors --json',
  ],
  async run(given) {
    const path = given.words[0]!;
    const { training } = await loadConfig(path, given);
    const { model, loss, metrics = {} } = training;
    const part = chosenPart(training, given);
    const from = await loadInto(model, given, path);
    const figures = await evaluate(model, batchesOf(part.data, given), { loss, ...metrics });
    const text = Object.entries(figures).map(([name, value]) => `${name} ${Number(value.toPrecision(5))}`);
    return {
      text: `${part.name}: ${text.join('  ')}\nweights of ${from}`,
      data: { part: part.name, weights: from, figures },
    };
  },
};
