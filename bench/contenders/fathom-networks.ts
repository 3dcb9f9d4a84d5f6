/** Our networks, built from the layers of a workload with the public API. */

import { compile, gradients, type Tensor, zeros } from '../../src/index.ts';
import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  crossEntropy,
  Embedding,
  Flatten,
  GELU,
  LayerNorm,
  Linear,
  LSTM,
  MaxPool2d,
  Module,
  mse,
  ReLU,
  scaledDotProductAttention,
  Sequential,
  Sigmoid,
  Tanh,
  type Layer as Built,
} from '../../src/nn/index.ts';
import { Adam, AdamW, SGD } from '../../src/optim/index.ts';
import type { Run } from '../peers/serve.ts';
import { batchCount, seeds } from '../workloads.ts';
import { type Layer, weightScale } from '../workloads/layers.ts';
import type { InferenceWorkload, TrainWorkload } from '../workloads/networks.ts';
import { filled, keeping } from './fathom-kernels.ts';

export function prepareTrain(workload: TrainWorkload): Run {
  const { batch, input, vocabulary, layers, loss, lr, target, classes } = workload;
  const model = initialized(layers);
  const optimizer = {
    adam: () => new Adam(model.parameters(), { lr }),
    adamw: () => new AdamW(model.parameters(), { lr }),
    sgd: () => new SGD(model.parameters(), { lr, momentum: 0.9 }),
  }[workload.optimizer]();
  const step = compile((x: Tensor, y: Tensor) => {
    const guess = model.forward(x);
    // crossEntropy takes classes last, rows before
    const cost = loss === 'crossEntropy' ? crossEntropy(guess.reshape(-1, classes!), y.reshape(-1)) : mse(guess, y);
    optimizer.step(gradients(cost, model.parameters()));
    return cost;
  });
  const batches = Array.from({ length: batchCount }, (_, i) => ({
    x: filled({ shape: [batch, ...input], below: vocabulary }, seeds.input + i),
    y: filled({ shape: [batch, ...target], below: classes }, seeds.target + i),
  }));
  let count = 0;
  return {
    async step() {
      const at = batches[count++ % batchCount];
      if (at === undefined) throw new Error('bug: no such batch');
      return Number(await step(at.x, at.y).item());
    },
  };
}

export function prepareInference({ batch, input, vocabulary, layers }: InferenceWorkload): Run {
  const model = initialized(layers).eval();
  const forward = compile((x: Tensor) => [model.forward(x)]);
  const x = filled({ shape: [batch, ...input], below: vocabulary }, seeds.input);
  return keeping(() => forward(x));
}

function initialized(layers: readonly Layer[]): Sequential {
  return initialize(new Sequential(...layers.map(build)));
}

/** Gives the parameters the values that all contenders use (weightScale). */
export function initialize<M extends Module>(model: M): M {
  model.namedParameters().forEach(([name, parameter], i) => {
    const { shape } = parameter;
    if (shape.length > 1) parameter.value = filled({ shape }, seeds.parameter + i, weightScale(shape));
    else if (name.includes('bias')) parameter.value = zeros(shape);
  });
  return model;
}

function build(layer: Layer): Module & Built {
  switch (layer.kind) {
    case 'linear':
      return new Linear(layer.from, layer.to);
    case 'conv': {
      const { stride, padding, groups, bias } = layer;
      return new Conv2d(layer.from, layer.to, layer.kernel, { stride, padding, groups, bias });
    }
    case 'batchNorm':
      return new BatchNorm2d(layer.features);
    case 'layerNorm':
      return new LayerNorm(layer.width);
    case 'maxPool':
      return new MaxPool2d(layer.size, { stride: layer.stride, padding: layer.padding });
    case 'relu':
      return new ReLU();
    case 'relu6':
      return new Apply((x) => x.clip(0, 6));
    case 'gelu':
      return new GELU();
    case 'tanh':
      return new Tanh();
    case 'sigmoid':
      return new Sigmoid();
    case 'flatten':
      return new Flatten();
    case 'globalAvgPool':
      return new Apply((x) => x.mean([2, 3]));
    case 'reshape':
      return new Apply((x) => x.reshape(-1, ...layer.shape));
    case 'residual':
      return new Residual(layer.body, layer.shortcut);
    case 'tokens':
      return new Tokens(layer);
    case 'transformer':
      return new Block(layer);
    case 'convTranspose': {
      const { stride, padding, bias } = layer;
      return new ConvTranspose2d(layer.from, layer.to, layer.kernel, { stride, padding, bias });
    }
    case 'lstm':
      return new LastHidden(layer.from, layer.to);
  }
}

/** A function of one tensor as a layer. */
class Apply extends Module {
  readonly #f: (x: Tensor) => Tensor;

  constructor(f: (x: Tensor) => Tensor) {
    super();
    this.#f = f;
  }

  forward(x: Tensor): Tensor {
    return this.#f(x);
  }
}

class Residual extends Module {
  readonly body: Sequential;
  readonly shortcut: Sequential;

  constructor(body: readonly Layer[], shortcut: readonly Layer[]) {
    super();
    this.body = new Sequential(...body.map(build));
    this.shortcut = new Sequential(...shortcut.map(build));
  }

  forward(x: Tensor): Tensor {
    return this.body.forward(x).add(this.shortcut.forward(x));
  }
}

class Tokens extends Module {
  readonly token: Embedding;
  readonly position: Embedding;

  constructor({ vocabulary, width, length }: Extract<Layer, { kind: 'tokens' }>) {
    super();
    this.token = new Embedding(vocabulary, width);
    this.position = new Embedding(length, width);
  }

  forward(ids: Tensor): Tensor {
    return this.token.forward(ids).add(this.position.weight.value);
  }
}

/** The hidden state after the last step. */
class LastHidden extends Module {
  readonly lstm: LSTM;

  constructor(from: number, to: number) {
    super();
    this.lstm = new LSTM(from, to);
  }

  forward(x: Tensor): Tensor {
    return this.lstm.forward(x)[0].at(-1, 1);
  }
}

class Block extends Module {
  readonly norm1: LayerNorm;
  readonly qkv: Linear;
  readonly out: Linear;
  readonly norm2: LayerNorm;
  readonly up: Linear;
  readonly down: Linear;
  readonly #shape: Extract<Layer, { kind: 'transformer' }>;

  constructor(shape: Extract<Layer, { kind: 'transformer' }>) {
    super();
    const { width } = shape;
    this.norm1 = new LayerNorm(width);
    this.qkv = new Linear(width, 3 * width);
    this.out = new Linear(width, width);
    this.norm2 = new LayerNorm(width);
    this.up = new Linear(width, 4 * width);
    this.down = new Linear(4 * width, width);
    this.#shape = shape;
  }

  forward(x: Tensor): Tensor {
    if (this.#shape.normFirst) {
      const y = x.add(this.#attend(this.norm1.forward(x)));
      return y.add(this.#widen(this.norm2.forward(y)));
    }
    const y = this.norm1.forward(x.add(this.#attend(x)));
    return this.norm2.forward(y.add(this.#widen(y)));
  }

  #widen(x: Tensor): Tensor {
    return this.down.forward(this.up.forward(x).gelu());
  }

  #attend(x: Tensor): Tensor {
    const { width, heads, causal } = this.#shape;
    const [B, T] = [x.shape[0]!, x.shape[1]!];
    const parts = this.qkv
      .forward(x)
      .reshape(B, T, 3, heads, width / heads)
      .permute(2, 3, 0, 1, 4); // (3, H, B, T, D)
    const [q, k, v] = [parts.at(0), parts.at(1), parts.at(2)];
    return this.out.forward(scaledDotProductAttention(q, k, v, { causal }).permute(1, 2, 0, 3).reshape(B, T, width));
  }
}
