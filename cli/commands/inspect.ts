/**
 * `fathom inspect`: what becomes of a model or its step of training, stage by stage.
 */
import { gradients, type Tensor } from '../../src/index.ts';
import { inspect as inspectStages } from '../../src/inspect/index.ts';
import { type Command, UsageError } from '../command.ts';
import { configOptions, loadConfig } from '../config.ts';
import { firstBatch } from '../parts.ts';

const stages = ['graph', 'kernels', 'schedule', 'plan', 'code'] as const;

export const inspect: Command = {
  name: 'inspect',
  takes: ['CONFIG'],
  about: 'Prints what the model of a config is compiled to: graph, kernels, schedule, plan, code.',
  options: {
    stage: { about: `one of ${stages.join(', ')} (default: all)`, value: 'STAGE' },
    training: { about: 'the loss and its gradients, not the model alone' },
    batch: { about: 'items in the input (default: 1)', value: 'N' },
    ...configOptions,
  },
  examples: ['fathom inspect digits.ts --stage kernels', 'fathom inspect digits.ts --training --stage plan --batch 64'],
  async run(given) {
    const stage = given.text('stage');
    const isKnown = (name: string): name is (typeof stages)[number] => stages.some((one) => one === name);
    if (stage !== undefined && !isKnown(stage))
      throw new UsageError(`--stage takes ${stages.join(', ')}, not '${stage}'`);
    const { training } = await loadConfig(given.words[0]!, given);
    const { model, loss, optimizer, data } = training;
    const [x, y] = await firstBatch(data, given, 1);
    if (!given.has('training')) model.eval();
    const seen = given.has('training')
      ? inspectStages((one: Tensor, target: Tensor) =>
          gradients(loss(model.forward(one), target), optimizer.parameters),
        )(x, y)
      : inspectStages((one: Tensor) => model.forward(one))(x);
    return {
      text: stage === undefined ? seen.toString() : seen[stage],
      data: Object.fromEntries((stage === undefined ? stages : [stage]).map((name) => [name, seen[name]])),
    };
  },
};
