import { beforeAll, describe, expect, it } from 'vitest';
import { TensorDataset } from '../data/dataset.ts';
import { DataLoader } from '../data/loader.ts';
import { device } from '../engine/index.ts';
import { Linear } from '../nn/linear.ts';
import { crossEntropy } from '../nn/losses.ts';
import { Dropout } from '../nn/dropout.ts';
import { Sequential } from '../nn/sequential.ts';
import { SGD } from '../optim/sgd.ts';
import { tensor } from '../tensor/creation.ts';
import { key, normal } from '../tensor/random.ts';
import { evaluate, fit, type Progress } from './fit.ts';
import { accuracy } from './metrics/classification.ts';

beforeAll(() => {
  device('reference');
});

/** Points in the plane, labelled by the sign of their first coordinate. */
function points(length: number, seed: number) {
  const x = normal(key(seed), [length, 2]).realize();
  return new TensorDataset(x, x.at(0, 1).greater(0).cast('int32').realize());
}

function start() {
  const model = new Sequential(new Linear(2, 2, { key: key(9) }), new Dropout(0.01));
  return { model, optimizer: new SGD(model.parameters(), { lr: 0.5, momentum: 0.9 }) };
}

const task = { loss: crossEntropy, metrics: { accuracy } };

describe('fit', () => {
  it('learns, reports each epoch, and leaves the model in evaluation mode', async () => {
    const { model, optimizer } = start();
    const seen: Progress[] = [];
    const history = await fit(model, points(200, 1), {
      ...task,
      optimizer,
      epochs: 3,
      batchSize: 20,
      validation: points(100, 2),
      progress: (state) => seen.push(state),
    });
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(history[2]!.train['loss']!).toBeLessThan(history[0]!.train['loss']!);
    expect(history[2]!.validation!['accuracy']!).toBeGreaterThan(0.95);
    expect(model.training).toBe(false);
    expect((await evaluate(model, points(100, 2), { accuracy }))['accuracy']).toBeCloseTo(
      history[2]!.validation!['accuracy']!,
      6,
    );
    expect(seen.filter(({ step, stepsPerEpoch }) => step === stepsPerEpoch).map(({ epoch }) => epoch)).toEqual([
      1, 2, 3,
    ]);
  });

  it('does the same for equal seeds', async () => {
    const run = async () => {
      const model = new Linear(2, 2, { key: key(9) });
      const optimizer = new SGD(model.parameters(), { lr: 0.5 });
      const history = await fit(model, points(60, 1), { ...task, optimizer, epochs: 2, seed: 4, batchSize: 20 });
      return history.map(({ train }) => train);
    };
    expect(await run()).toEqual(await run());
  });

  it('weighs a smaller last batch by its size', async () => {
    const { model, optimizer } = start();
    optimizer.lr = 0;
    model.eval();
    const set = points(50, 3);
    const exact = (await evaluate(model, set, task.metrics))['accuracy']!;
    expect((await evaluate(model, set, task.metrics, { batchSize: 32 }))['accuracy']).toBeCloseTo(exact, 6);
  });

  it('tells each step how far training is, and ends when onEpoch says so', async () => {
    const { model, optimizer } = start();
    const steps: string[] = [];
    const history = await fit(model, new DataLoader(points(40, 1), { batchSize: 20 }), {
      ...task,
      optimizer,
      epochs: 5,
      onStep: (step, total) => {
        steps.push(`${step}/${total}`);
      },
      onEpoch: ({ epoch }) => epoch === 2,
    });
    expect(history).toHaveLength(2);
    expect(steps).toEqual(['0/10', '1/10', '2/10', '3/10']);
  });

  it('refuses what cannot be trained on', async () => {
    const { model, optimizer } = start();
    await expect(fit(model, points(4, 1), { ...task, optimizer, epochs: 0 })).rejects.toThrow(
      'epochs must be a whole number',
    );
    const none = new DataLoader(points(4, 1), { batchSize: 5, dropLast: true });
    await expect(fit(model, none, { ...task, optimizer, epochs: 1 })).rejects.toThrow('4 items make no batch of 5');
  });
});

it('accuracy is the share of rows whose largest logit is at the label', () => {
  expect(accuracy(tensor([[0, 1], [3, 2], [0, 5]]), tensor([1, 1, 1])).itemSync()).toBeCloseTo(2 / 3, 6); // prettier-ignore
});
