/** What a resumed training owes: to be the uninterrupted one, bit for bit. */
import { beforeEach, describe, expect, it } from 'vitest';
import { testDevices } from '../../test/devices.ts';
import { TensorDataset } from '../data/dataset.ts';
import { DataLoader } from '../data/loader.ts';
import { device } from '../engine/index.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../io/checkpoint.ts';
import { Conv2d } from '../nn/conv.ts';
import { Dropout } from '../nn/dropout.ts';
import { Flatten } from '../nn/flatten.ts';
import { Linear } from '../nn/linear.ts';
import { crossEntropy } from '../nn/losses.ts';
import { BatchNorm2d } from '../nn/batch-norm.ts';
import { Sequential } from '../nn/sequential.ts';
import { Adam } from '../optim/adam.ts';
import { getState, key, normal, seed } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Callback, History } from './callback.ts';
import { earlyStopping } from './early-stopping.ts';
import { fit } from './fit.ts';
import { learningRate } from './learning-rate.ts';
import { accuracy } from './metrics/classification.ts';

function images(length: number, from: number) {
  const x = normal(key(from), [length, 1, 6, 6]).realize();
  return new TensorDataset(x, x.mean([1, 2, 3]).greater(0).cast('int32').realize());
}

/** Everything that has a memory: weights, running statistics, moments, rates, random keys, order, metrics, callbacks. */
function setUp(start: number) {
  seed(start);
  const model = new Sequential(
    new Conv2d(1, 3, 3),
    new BatchNorm2d(3),
    new Dropout(0.3),
    new Flatten(),
    new Linear(48, 2),
  );
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const loader = new DataLoader(images(44, 1), { batchSize: 4, shuffle: true, seed: 5 });
  const train = (callbacks: readonly Callback[], accumulate: number, resume?: Checkpoint): Promise<History> =>
    fit(model, loader, {
      epochs: 3,
      optimizer,
      accumulate,
      loss: crossEntropy,
      metrics: { accuracy },
      validation: images(20, 2),
      resume,
      callbacks: [
        learningRate(optimizer, (progress) => 0.01 * (1 - progress / 2)),
        earlyStopping({ patience: 9 }),
        ...callbacks,
      ],
    });
  return { model, optimizer, train };
}

const bits = (tensors: Record<string, Tensor>) =>
  Object.entries(tensors).map(([name, x]) => [name, Buffer.from(x.dataSync().buffer).toString('hex')]);

/** All that is left after training. */
const outcome = ({ model, optimizer }: ReturnType<typeof setUp>, history: History) => ({
  weights: bits(model.state()),
  moments: bits(optimizer.state()),
  rate: optimizer.lr,
  random: bits({ key: getState() }),
  history: history.map(({ seconds: _, ...record }) => record),
});

describe.each(testDevices.filter((name) => name !== 'reference'))('on %s', (name) => {
  beforeEach(() => {
    device(name);
  });

  // 11 batches an epoch: inside the first, at the end of one, inside the second; alone and two by two.
  it.each([
    [1, 4],
    [1, 11],
    [1, 16],
    [2, 3],
    [2, 9],
  ])('with %d batches a step, interrupted after step %d', async (accumulate, stopAt) => {
    const whole = setUp(0);
    const expected = outcome(whole, await whole.train([], accumulate));
    expect(expected.history).toHaveLength(3);

    let bytes: Uint8Array | undefined;
    const interrupt: Callback = {
      name: 'interrupt',
      async onRest(run) {
        if (run.step !== stopAt || bytes !== undefined) return;
        bytes = encodeCheckpoint(await run.checkpoint());
        run.stop();
      },
    };
    expect((await setUp(0).train([interrupt], accumulate)).ending).toBe('stopped');

    // Another beginning, so that nothing can be right by chance.
    const resumed = setUp(77);
    const history = await resumed.train([], accumulate, decodeCheckpoint(bytes!));
    expect(outcome(resumed, history)).toEqual(expected);
    expect(history.ending).toBe('finished');
  });
});
