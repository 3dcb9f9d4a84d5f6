/**
 * Our own contender: builds each workload with the public API, the way a user would. The process that runs it on one
 * device is peers/fathom.ts.
 */

import { compile, gradients, tensor, type Tensor } from '../../src/index.ts';
import { Conv2d, crossEntropy, Flatten, Linear, MaxPool2d, mse, ReLU, Sequential } from '../../src/nn/index.ts';
import { Adam } from '../../src/optim/index.ts';
import { labels, uniform } from '../../test/golden/lcg.ts';
import { sample } from '../peers/sample.ts';
import type { Run } from '../peers/serve.ts';
import {
  batchCount,
  seeds,
  type ConvWorkload,
  type Layer,
  type MatmulWorkload,
  type TrainWorkload,
  type Workload,
} from '../workloads.ts';

/** The workload on the default device, ready to step. @example await prepare(workload).step() */
export function prepare(workload: Workload): Run {
  switch (workload.kind) {
    case 'matmul':
      return prepareMatmul(workload);
    case 'conv':
      return prepareConv(workload);
    case 'train':
      return prepareTrain(workload);
  }
}

function prepareMatmul({ size }: MatmulWorkload): Run {
  const a = filled([size, size], seeds.left);
  const b = filled([size, size], seeds.right);
  const product = compile((x: Tensor, y: Tensor) => [x.matmul(y)]);
  return keeping(() => product(a, b));
}

function prepareConv({ batch, from, to, side, kernel, padding, backward }: ConvWorkload): Run {
  const sideOut = side + 2 * padding - kernel + 1;
  const x = filled([batch, from, side, side], seeds.left);
  const w = filled([to, from, kernel, kernel], seeds.right);
  const dy = filled([batch, to, sideOut, sideOut], seeds.upstream);
  const forward = compile((image: Tensor, filter: Tensor) => [image.conv2d(filter, { padding })]);
  const both = compile((image: Tensor, filter: Tensor, upstream: Tensor) => {
    const y = image.conv2d(filter, { padding });
    return [y, ...gradients(y, [image, filter], upstream)];
  });
  return keeping(() => (backward ? both(x, w, dy) : forward(x, w)));
}

function prepareTrain({ batch, input, layers, loss, outputs }: TrainWorkload): Run {
  const model = new Sequential(...layers.map(build));
  model.load(weights(layers));
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const step = compile((x: Tensor, y: Tensor) => {
    const guess = model.forward(x);
    const cost = loss === 'crossEntropy' ? crossEntropy(guess, y) : mse(guess, y);
    optimizer.step(gradients(cost, model.parameters()));
    return cost;
  });
  const batches = Array.from({ length: batchCount }, (_, i) => ({
    x: filled([batch, ...input], seeds.input + i),
    y:
      loss === 'crossEntropy'
        ? tensor(labels(batch, seeds.target + i, outputs))
        : filled([batch, outputs], seeds.target + i),
  }));
  let count = 0;
  return {
    async step() {
      const at = batches[count++ % batchCount];
      if (at === undefined) throw new Error('bug: no such batch');
      return step(at.x, at.y).item();
    },
  };
}

/** A run that realizes every result each step and keeps the last ones for the comparison. */
function keeping(compute: () => readonly Tensor[]): Run {
  let results: readonly Tensor[] = [];
  return {
    step() {
      results = compute().map((result) => result.realize());
    },
    outputs: async () => sample(...(await Promise.all(results.map((result) => result.data())))),
  };
}

function build(layer: Layer) {
  switch (layer.kind) {
    case 'linear':
      return new Linear(layer.from, layer.to);
    case 'conv':
      return new Conv2d(layer.from, layer.to, layer.kernel, { padding: layer.padding });
    case 'maxPool':
      return new MaxPool2d(layer.size);
    case 'relu':
      return new ReLU();
    case 'flatten':
      return new Flatten();
  }
}

/** The agreed initial weights by state name: `0.weight`, `0.bias`, `2.weight`, … */
function weights(layers: readonly Layer[]): Record<string, Tensor> {
  const named: Record<string, Tensor> = {};
  let seed: number = seeds.parameter;
  for (const [i, layer] of layers.entries()) {
    if (layer.kind !== 'linear' && layer.kind !== 'conv') continue;
    const fan = layer.kind === 'conv' ? layer.from * layer.kernel ** 2 : layer.from;
    const shape = layer.kind === 'conv' ? [layer.to, layer.from, layer.kernel, layer.kernel] : [layer.to, layer.from];
    named[`${i}.weight`] = filled(shape, seed++, fan ** -0.5);
    named[`${i}.bias`] = filled([layer.to], seed++, fan ** -0.5);
  }
  return named;
}

function filled(shape: readonly number[], seed: number, scale?: number): Tensor {
  return tensor(
    uniform(
      shape.reduce((a, b) => a * b, 1),
      seed,
      scale,
    ),
  ).reshape(shape);
}
