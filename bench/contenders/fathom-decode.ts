/** Our decoder, token by token with a key-value cache, built from the public API; the cache and the token are cells of one program. */

import { arange, Cell, compile, tensor, type Tensor, where, zeros } from '../../src/index.ts';
import { Embedding, LayerNorm, Linear, Module } from '../../src/nn/index.ts';
import type { Run } from '../peers/serve.ts';
import { sample } from '../peers/sample.ts';
import type { DecodeWorkload } from '../workloads/networks.ts';
import { initialize } from './fathom-networks.ts';

export function prepareDecode(workload: DecodeWorkload): Run {
  const model = initialize(new Decoder(workload)).eval();
  const token = new Cell(tensor(0, { dtype: 'int32' }));
  const next = compile((position: Tensor) => {
    const logits = model.next(token.value, position);
    token.value = logits.argmax();
    return logits;
  });
  let count = 0;
  let logits: Tensor | undefined;
  return {
    step() {
      logits = next(tensor(count++ % workload.length, { dtype: 'int32' })).realize();
    },
    outputs: async () => sample(await logits!.reshape(-1).data()),
  };
}

class Decoder extends Module {
  readonly token: Embedding;
  readonly position: Embedding;
  readonly blocks: readonly DecoderBlock[];
  readonly norm: LayerNorm;

  constructor(shape: DecodeWorkload) {
    super();
    this.token = new Embedding(shape.vocabulary, shape.width);
    this.position = new Embedding(shape.length, shape.width);
    this.blocks = Array.from({ length: shape.depth }, () => new DecoderBlock(shape));
    this.norm = new LayerNorm(shape.width);
  }

  /** The logits of the token after `token`, which stands at `position`; both are scalars. */
  next(token: Tensor, position: Tensor): Tensor {
    let x = this.token.forward(token.reshape(1)).add(this.position.forward(position.reshape(1))); // (1, W)
    for (const block of this.blocks) x = block.next(x, position);
    return this.norm.forward(x).matmul(this.token.weight.value.transpose()); // (1, V)
  }
}

class DecoderBlock extends Module {
  readonly norm1: LayerNorm;
  readonly qkv: Linear;
  readonly out: Linear;
  readonly norm2: LayerNorm;
  readonly up: Linear;
  readonly down: Linear;
  readonly #keys: Cell;
  readonly #values: Cell;
  readonly #shape: DecodeWorkload;

  constructor(shape: DecodeWorkload) {
    super();
    const { width, heads, length } = shape;
    this.norm1 = new LayerNorm(width);
    this.qkv = new Linear(width, 3 * width);
    this.out = new Linear(width, width);
    this.norm2 = new LayerNorm(width);
    this.up = new Linear(width, 4 * width);
    this.down = new Linear(4 * width, width);
    this.#keys = new Cell(zeros([heads, length, width / heads]));
    this.#values = new Cell(zeros([heads, length, width / heads]));
    this.#shape = shape;
  }

  next(x: Tensor, position: Tensor): Tensor {
    const y = x.add(this.#attend(this.norm1.forward(x), position));
    return y.add(this.down.forward(this.up.forward(this.norm2.forward(y)).gelu()));
  }

  #attend(x: Tensor, position: Tensor): Tensor {
    const { width, heads, length } = this.#shape;
    const parts = this.qkv.forward(x).reshape(3, heads, 1, width / heads);
    const [q, k, v] = [parts.at(0), parts.at(1), parts.at(2)]; // (H, 1, D)
    const places = arange(0, length, 1, { dtype: 'int32' });
    const isHere = places.equal(position).reshape(length, 1);
    this.#keys.value = where(isHere, k, this.#keys.value); // (H, T, D)
    this.#values.value = where(isHere, v, this.#values.value);
    const scores = q.matmul(this.#keys.value.permute(0, 2, 1)).div(Math.sqrt(width / heads)); // (H, 1, T)
    const weights = where(places.lessEqual(position), scores, -Infinity).softmax(-1);
    return this.out.forward(weights.matmul(this.#values.value).reshape(1, width));
  }
}
