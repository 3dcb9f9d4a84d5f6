/**
 * Ten steps of training against PyTorch's: test/golden/training.json says how inputs, weights and batches are made.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import golden from '../../test/golden/training.json' with { type: 'json' };
import { testDevices } from '../../test/devices.ts';
import { labels, uniform } from '../../test/golden/lcg.ts';
import { device } from '../engine/index.ts';
import { Conv2d } from '../nn/conv.ts';
import { ReLU } from '../nn/activation.ts';
import { Flatten } from '../nn/flatten.ts';
import { Linear } from '../nn/linear.ts';
import { crossEntropy, mse } from '../nn/losses.ts';
import { MaxPool2d } from '../nn/pooling.ts';
import { Sequential } from '../nn/sequential.ts';
import { compile } from '../tensor/compile.ts';
import { tensor } from '../tensor/creation.ts';
import { gradients } from '../tensor/gradients.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Adam, AdamW } from './adam.ts';
import type { Optimizer } from './optimizer.ts';
import { SGD } from './sgd.ts';

/** float32 sums in another order move a loss by a few ulp; ten steps of Adam multiply that. Measured: below 1e-6. */
const TOLERANCE = 5e-6;

const models = {
  mlp: () => new Sequential(new Linear(4, 64), new ReLU(), new Linear(64, 64), new ReLU(), new Linear(64, 2)),
  cnn: () =>
    new Sequential(
      new Conv2d(1, 4, 3, { padding: 1 }),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(4, 8, 3, { stride: 2, padding: 1 }),
      new ReLU(),
      new Flatten(),
      new Linear(72, 10),
    ),
};

const optimizers: Record<string, (model: Sequential) => Optimizer> = {
  sgdMomentum: (model) => new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 }),
  sgdNesterov: (model) => new SGD(model.parameters(), { lr: 0.05, momentum: 0.9, nesterov: true }),
  adam: (model) => new Adam(model.parameters(), { lr: 0.001 }),
  adamW: (model) => new AdamW(model.parameters(), { lr: 0.001, weightDecay: 0.01 }),
};

function withGoldenWeights(model: Sequential): Sequential {
  let fanIn = 0;
  model.namedParameters().forEach(([name, parameter], i) => {
    const { shape } = parameter;
    const size = shape.reduce((product, n) => product * n, 1);
    if (name.endsWith('weight')) fanIn = size / shape[0]!;
    parameter.value = tensor(uniform(size, 10 + i, 1 / Math.sqrt(fanIn)), { shape });
  });
  return model;
}

describe.each(testDevices.flatMap((name) => (['mlp', 'cnn'] as const).map((kind) => ({ name, kind }))))(
  '$kind on $name',
  ({ name, kind }) => {
    beforeAll(() => {
      device(name);
    });

    const spec = golden.models[kind];
    const size = spec.input.reduce((product, n) => product * n, 1);
    const batch = (k: number): [Tensor, Tensor] => [
      tensor(uniform(size, 1000 + (k % 4)), { shape: spec.input }),
      spec.loss === 'mse'
        ? tensor(uniform(spec.input[0]! * spec.outputs, 2000 + (k % 4)), { shape: [spec.input[0]!, spec.outputs] })
        : tensor(labels(spec.input[0]!, 2000 + (k % 4), spec.outputs)),
    ];

    it.each(Object.entries(spec.runs))('%s follows PyTorch for ten compiled steps', (rule, run) => {
      const model = withGoldenWeights(models[kind]());
      const optimizer = optimizers[rule]!(model);
      const lossOf = spec.loss === 'mse' ? mse : crossEntropy;
      const step = compile((x: Tensor, y: Tensor) => {
        const loss = lossOf(model.forward(x), y);
        optimizer.step(gradients(loss, model.parameters()));
        return loss;
      });
      run.losses.forEach((expected: number, k: number) => {
        expect(Math.abs(step(...batch(k)).itemSync() / expected - 1)).toBeLessThan(TOLERANCE);
      });
      expect(step.traces).toBe(1);
      for (const [path, parameter] of model.namedParameters()) {
        const values = [...parameter.value.dataSync()];
        const expected = (run.checksums as Record<string, { sum: number; magnitude: number }>)[path]!;
        const magnitude = values.reduce((sum, x) => sum + Math.abs(x), 0);
        expect(Math.abs(magnitude / expected.magnitude - 1)).toBeLessThan(TOLERANCE);
        expect(Math.abs(values.reduce((sum, x) => sum + x, 0) - expected.sum) / expected.magnitude).toBeLessThan(
          TOLERANCE,
        );
      }
    });
  },
);
