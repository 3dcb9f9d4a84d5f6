import { beforeAll, describe, expect, it } from 'vitest';
import { device } from '../engine/index.ts';
import { arange } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Embedding,
  Flatten,
  Linear,
  LSTM,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
  summary,
} from './index.ts';

beforeAll(() => {
  device('reference');
});

describe('summary', () => {
  it('counts parameters, shapes, operations and bytes', () => {
    const found = summary(new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10)), [32, 784]);
    expect(found.rows.map(({ path, kind, depth, outputs }) => [path, kind, depth, outputs])).toEqual([
      ['', 'Sequential', 0, [[32, 10]]],
      ['0', 'Linear', 1, [[32, 128]]],
      ['1', 'ReLU', 1, [[32, 128]]],
      ['2', 'Linear', 1, [[32, 10]]],
    ]);
    const [first, second] = [784 * 128, 128 * 10];
    expect(found.parameters).toBe(first + 128 + second + 10);
    expect(found.stateBytes).toBe(4 * found.parameters);
    expect(found.rows.map(({ flops }) => flops).slice(1)).toEqual([
      32 * (2 * first + 128),
      32 * 128,
      32 * (2 * second + 10),
    ]);
    expect(found.flops).toBe(32 * (2 * first + 128 + 128 + 2 * second + 10));
    expect(found.activationBytes).toBe(4 * 32 * (128 + 128 + 10));
  });

  it('prints a table', () => {
    const model = new Sequential(
      new Conv2d(1, 4, 3, { padding: 1 }),
      new BatchNorm2d(4),
      new Sequential(new ReLU(), new MaxPool2d(2)),
      new Flatten(),
      new Linear(4 * 14 * 14, 10),
    );
    model.layers.slice(0, 1).forEach((layer) => layer instanceof Conv2d && layer.freeze());
    const lines = `${summary(model, [1, 1, 28, 28])}`.split('\n');
    expect(lines.map((line) => line.replace(/ {2,}/g, ' | ').trim())).toEqual([
      'module | output | parameters | flops | bytes out',
      expect.stringMatching(/^─+$/),
      // 59,584 + 9,424 + 6,272 + 15,690
      'Sequential | (1, 10) | 7,898 | 90,970 | 40',
      '| 0 Conv2d | (1, 4, 28, 28) | 40 | 59,584 | 12,544',
      '| 1 BatchNorm2d | (1, 4, 28, 28) | 8 | 9,424 | 12,544',
      '| 2 Sequential | (1, 4, 14, 14) | 6,272 | 3,136',
      '| 0 ReLU | (1, 4, 28, 28) | 3,136 | 12,544',
      '| 1 MaxPool2d | (1, 4, 14, 14) | 3,136 | 3,136',
      '| 3 Flatten | (1, 784) | 3,136',
      '| 4 Linear | (1, 10) | 7,850 | 15,690 | 40',
      expect.stringMatching(/^─+$/),
      '7,898 parameters, 40 of them frozen, 30.9 KiB of state',
      expect.stringMatching(/^[\d,]+ floating-point operations, [\d.]+ KiB of activations$/),
    ]);
  });

  it('sees into loops, other dtypes and tied weights, and leaves the model as it was', () => {
    class Tagger extends Module {
      readonly embedding = new Embedding(20, 4);
      readonly lstm = new LSTM(4, 4);
      readonly dropout = new Dropout(0.5);
      readonly weight = this.embedding.weight;

      forward(words: Tensor): Tensor {
        const [outputs] = this.lstm.forward(this.dropout.forward(this.embedding.forward(words)));
        return outputs.matmul(this.weight.value.transpose());
      }
    }
    const model = new Tagger();
    model.dropout.eval();
    const [short, long] = [6, 12].map((count) => summary(model, arange(count).reshape(1, count))) as [
      ReturnType<typeof summary>,
      ReturnType<typeof summary>,
    ];
    expect(short.parameters).toBe(20 * 4 + 2 * 16 * (4 + 1));
    expect(long.flops).toBeGreaterThan(1.9 * short.flops);
    expect(long.flops).toBeLessThan(2.1 * short.flops);
    expect(long.rows.find(({ kind }) => kind === 'LSTM')!.outputs).toEqual([[1, 12, 4], [1, 1, 4], [1, 1, 4]]); // prettier-ignore
    expect([model, model.lstm, model.dropout].map(({ training }) => training)).toEqual([true, true, false]);
    expect(Object.hasOwn(model, 'forward')).toBe(false);
  });

  it('asks for an input, and passes on what the model says', () => {
    expect(() => summary(new Linear(2, 3))).toThrow('summary: give the shape of an input');
    const model = new Linear(2, 3);
    expect(() => summary(model, [1, 4])).toThrow('Linear: expected (…, 2), got (1, 4)');
    expect(Object.hasOwn(model, 'forward')).toBe(false);
  });
});
