/**
 * `fathom bench`: how long a model and its step of training take, and which kernels take it.
 */
import { compile, currentDevice, DeviceError, type Tensor } from '../../src/index.ts';
import { profile } from '../../src/inspect/index.ts';
import { type Command } from '../command.ts';
import { configOptions, loadConfig } from '../config.ts';
import { firstBatch } from '../parts.ts';

/** Runs before those that count: the first one compiles. */
const WARM = 3;

export const bench: Command = {
  name: 'bench',
  takes: ['CONFIG'],
  about: 'Times the model of a config, and a step of its training, on one batch.',
  options: {
    runs: { about: 'so many of each (default: 20)', value: 'N' },
    batch: { about: "items in the batch (default: the config's, or 64)", value: 'N' },
    kernels: { about: 'also the kernels of the step, each timed on its own' },
    ...configOptions,
  },
  more: 'The least time says what the machine can do, the median what it did with whatever else was running.',
  examples: [
    'fathom bench digits.ts',
    'FATHOM_THREADS=1 fathom bench digits.ts --batch 256 --kernels',
    'fathom bench digits.ts --device wasm --json',
  ],
  async run(given) {
    const runs = given.wholeNumber('runs', 1) ?? 20;
    const { training } = await loadConfig(given.words[0]!, given);
    const { model, loss, optimizer } = training;
    const [x, y] = await firstBatch(training.data, given, training.batchSize ?? 64);
    const items = x.shape[0]!;
    model.eval();
    const forward = compile((one: Tensor) => model.forward(one));
    const whole = await timed(runs, async () => void (await forward(x).data()));
    model.train();
    const learn = compile((one: Tensor, target: Tensor) => optimizer.minimize(loss(model.forward(one), target)));
    const step = await timed(runs, async () => void (await learn(x, y).data()));
    const figures = {
      forward: { ...whole, itemsPerSecond: (1e3 * items) / whole.median },
      step: { ...step, itemsPerSecond: (1e3 * items) / step.median },
    };
    const rows = Object.entries(figures).map(
      ([name, { least, median, itemsPerSecond }]) =>
        `  ${name.padEnd(8)} ${least.toFixed(3)} ms least, ${median.toFixed(3)} ms median, ${Math.round(itemsPerSecond).toLocaleString('en-US')} items/s`,
    );
    const kernels = given.has('kernels') ? kernelsOf(() => profile(learn)(x, y)) : undefined;
    const device = currentDevice();
    return {
      text: [
        `${items} items, ${device.name}: ${device.description}`,
        ...rows,
        ...(kernels === undefined ? [] : [`\n${kernels.text}`]),
      ].join('\n'),
      data: {
        device: device.name,
        items,
        runs,
        ...figures,
        ...(kernels === undefined ? {} : { kernels: kernels.data }),
      },
    };
  },
};

async function timed(runs: number, once: () => Promise<void>): Promise<{ least: number; median: number }> {
  const times: number[] = [];
  for (let i = 0; i < WARM + runs; i++) {
    const start = performance.now();
    await once();
    if (i >= WARM) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { least: times[0]!, median: times[times.length >> 1]! };
}

function kernelsOf(measure: () => ReturnType<ReturnType<typeof profile>>): { text: string; data: unknown } {
  try {
    const found = measure();
    return { text: found.toString(), data: found.kernels };
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return { text: error.message, data: null };
  }
}
