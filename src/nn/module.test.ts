import { beforeAll, describe, expect, it } from 'vitest';
import { device } from '../engine/index.ts';
import { Cell } from '../tensor/cell.ts';
import { compile } from '../tensor/compile.ts';
import { ones, tensor, zeros } from '../tensor/creation.ts';
import { key, seed } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ReLU } from './activation.ts';
import { BatchNorm2d } from './batch-norm.ts';
import { Conv2d } from './conv.ts';
import { Dropout } from './dropout.ts';
import { Embedding } from './embedding.ts';
import { Flatten } from './flatten.ts';
import { glorotNormal, glorotUniform, heNormal, heUniform } from './init.ts';
import { Linear } from './linear.ts';
import { Module, Parameter } from './module.ts';
import { LayerNorm } from './norm.ts';
import { AvgPool2d, MaxPool2d } from './pooling.ts';
import { Sequential } from './sequential.ts';

class Block extends Module {
  readonly norm = new BatchNorm2d(2);
  readonly heads = [new Linear(2, 1), new Linear(2, 1, { bias: false })];
  readonly extra = { scale: new Parameter(ones([1])), steps: new Cell(0) };
  readonly title = 'not a parameter';
  readonly owner: unknown = this;
}

beforeAll(() => {
  device('reference');
});

describe('state', () => {
  it('names cells by their path through fields, arrays, objects and Sequential, as PyTorch does', () => {
    expect(Object.keys(new Block().state())).toEqual([
      'norm.weight',
      'norm.bias',
      'norm.running_mean',
      'norm.running_var',
      'norm.num_batches_tracked',
      'heads.0.weight',
      'heads.0.bias',
      'heads.1.weight',
      'extra.scale',
      'extra.steps',
    ]);
    const model = new Sequential(new Linear(3, 2), new ReLU(), new Sequential(new Linear(2, 1)));
    expect(Object.keys(model.state())).toEqual(['0.weight', '0.bias', '2.0.weight', '2.0.bias']);
  });

  it('parameters leave out other cells, and count a shared one once', () => {
    const linear = new Linear(2, 2);
    const twice = new Sequential(linear, linear);
    expect(twice.namedParameters().map(([name]) => name)).toEqual(['0.weight', '0.bias']);
    expect(Object.keys(twice.state())).toHaveLength(4);
    expect(new Block().parameters()).toHaveLength(6);
  });

  it('loads what it gave, into a model of the same kind', () => {
    const [a, b] = [new Sequential(new Linear(3, 2)), new Sequential(new Linear(3, 2))];
    b.load(a.state());
    const x = tensor([[1, 2, 3]]);
    expect(b.forward(x).arraySync()).toEqual(a.forward(x).arraySync());
  });

  it('tensors taken before a load keep their values', () => {
    const linear = new Linear(1, 1);
    linear.load({ weight: tensor([[1]]), bias: tensor([1]) });
    const before = linear.weight.value;
    linear.load({ weight: tensor([[2]]), bias: tensor([1]) });
    expect(before.itemSync()).toBe(1);
  });

  it('a load that does not fit says what is wrong and changes nothing', () => {
    const linear = new Linear(2, 1);
    const before = linear.weight.value.arraySync();
    const bias = zeros([1]);
    const weight = zeros([1, 2]);
    expect(() => linear.load({ weight })).toThrow("load: the state lacks 'bias'");
    expect(() => linear.load({ weight, bias, gamma: bias })).toThrow("load: the model has no 'gamma'");
    expect(() => linear.load({ weight: zeros([2, 1]), bias })).toThrow(
      "load: 'weight' has shape (1, 2) in the model and (2, 1) in the state",
    );
    expect(() => linear.load({ weight, bias: zeros([1], { dtype: 'int32' }) })).toThrow(
      "load: 'bias' is float32 in the model and int32 in the state",
    );
    expect(linear.weight.value.arraySync()).toEqual(before);
    linear.load({ weight, gamma: bias }, { strict: false });
    expect(linear.weight.value.arraySync()).toEqual([[0, 0]]);
  });

  it('loads floats of any width, and whole numbers that fit', () => {
    const norm = new BatchNorm2d(2);
    const state = Object.fromEntries(
      Object.entries(norm.state()).map(([name, x]) => [name, x.cast(x.dtype === 'float32' ? 'float16' : 'int64')]),
    );
    norm.load({ ...state, num_batches_tracked: tensor(new BigInt64Array([7n]), { shape: [] }) });
    expect(norm.weight!.value.dtype).toBe('float32');
    expect(norm.state()['num_batches_tracked']!.itemSync()).toBe(7);
    const beyond = tensor(new BigInt64Array([2n ** 40n]), { shape: [] });
    expect(() => norm.load({ ...state, num_batches_tracked: beyond })).toThrow(
      "'num_batches_tracked' holds numbers beyond int32",
    );
  });
});

describe('training and evaluation', () => {
  it('reach every module inside', () => {
    const model = new Sequential(new Dropout(), new Sequential(new Dropout()));
    model.eval();
    expect(model.modules().map(({ training }) => training)).toEqual([false, false, false, false]);
    expect(
      model
        .train()
        .modules()
        .every(({ training }) => training),
    ).toBe(true);
  });

  it('a compiled function follows a change of mode', () => {
    const model = new Sequential(new Dropout(0.999999));
    const forward = compile((x: Tensor) => model.forward(x));
    const x = ones([4]);
    expect(forward(x).arraySync()).toEqual([0, 0, 0, 0]);
    model.eval();
    expect(forward(x).arraySync()).toEqual([1, 1, 1, 1]);
    model.train();
    forward(x);
    expect(forward.traces).toBe(2);
  });

  it('dropout in a compiled function drops others each time, about p of them, and keeps the mean', () => {
    seed(3);
    const dropout = new Dropout(0.25);
    const forward = compile((x: Tensor) => dropout.forward(x));
    const [a, b] = [forward(ones([10_000])).dataSync(), forward(ones([10_000])).dataSync()];
    expect(a).not.toEqual(b);
    expect([...new Set(a)].sort()).toEqual([0, Math.fround(1 / 0.75)]);
    // 10,000 draws: a standard deviation of the mean of 0.0058; five of them.
    expect(Math.abs([...a].reduce((sum, x) => sum + x, 0) / 10_000 - 1)).toBeLessThan(0.029);
  });
});

describe('initial weights', () => {
  const moments = (x: Tensor) => ({
    mean: x.mean().itemSync(),
    std: x.std().itemSync(),
    max: x.abs().max().itemSync(),
  });
  const shape = [64, 16, 3, 3]; // fan in 144, fan out 576
  // 9,216 values: the standard deviation is known to 0.74 %, the mean to 1.04 % of it; five of each.
  it.each([
    ['heNormal', heNormal(key(1), shape), Math.sqrt(2 / 144)],
    ['heUniform', heUniform(key(2), shape), Math.sqrt(2 / 144)],
    ['glorotNormal', glorotNormal(key(3), shape), Math.sqrt(2 / 720)],
    ['glorotUniform', glorotUniform(key(4), shape), Math.sqrt(2 / 720)],
  ])('%s has the spread it promises', (name, x, std) => {
    const found = moments(x);
    expect(Math.abs(found.mean)).toBeLessThan(0.052 * std);
    expect(Math.abs(found.std / std - 1)).toBeLessThan(0.037);
    if (name.endsWith('Uniform')) expect(found.max).toBeLessThanOrEqual(Math.fround(Math.sqrt(3) * std));
  });

  it('Linear and Conv2d start as in PyTorch: uniform within 1/√fanIn', () => {
    for (const layer of [new Linear(100, 50, { key: key(5) }), new Conv2d(4, 50, 5, { key: key(6) })]) {
      const { max, std } = moments(layer.weight.value);
      expect(max).toBeLessThanOrEqual(Math.fround(0.1));
      expect(Math.abs(std * Math.sqrt(3) - 0.1)).toBeLessThan(0.005);
      expect(layer.bias!.value.abs().max().itemSync()).toBeLessThanOrEqual(Math.fround(0.1));
    }
  });

  it('equal seeds give equal models, and layers differ', () => {
    const weights = () =>
      new Sequential(new Linear(3, 3), new Linear(3, 3)).parameters().map(({ value }) => value.arraySync());
    seed(7);
    const first = weights();
    seed(7);
    expect(weights()).toEqual(first);
    expect(first[0]).not.toEqual(first[2]);
  });
});

describe('mistakes are told at once', () => {
  it.each([
    // @ts-expect-error the types say so, too
    ['a wrong input size', () => new Linear(784, 10).forward(zeros([2, 28])), 'Linear: expected (…, 784), got (2, 28)'],
    ['no features', () => new Linear(0, 10), 'Linear: inFeatures must be a whole number from 1 up, got 0'],
    [
      'channels',
      // @ts-expect-error the types say so, too
      () => new Conv2d(3, 8, 3).forward(zeros([2, 1, 5, 5])),
      'Conv2d: expected (N, 3, H, W), got (2, 1, 5, 5)',
    ],
    ['groups', () => new Conv2d(3, 8, 3, { groups: 2 }), 'Conv2d: groups 2 must divide inChannels 3 and outChannels 8'],
    ['same with a stride', () => new Conv2d(1, 1, 3, { padding: 'same', stride: 2 }), "padding 'same' needs stride 1"],
    ['a kernel', () => new MaxPool2d([2, 0]), 'MaxPool2d: kernelSize (width) must be a whole number from 1 up, got 0'],
    ['p', () => new Dropout(1), 'Dropout: p must be from 0 to below 1, got 1'],
    ['one value per channel', () => new BatchNorm2d(2).forward(zeros([1, 2, 1, 1])), 'at least 2 values per channel'],
    [
      'a wrong end',
      () => new LayerNorm([4, 5]).forward(zeros([3, 5, 4])),
      'LayerNorm: expected (…, 4, 5), got (3, 5, 4)',
    ],
    ['a vector', () => heNormal(key(0), [3]), 'heNormal: expected weights of shape (out, in, …kernel)'],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });

  it('an index outside the table names the embedding', () => {
    const index = tensor([12], { dtype: 'int32' });
    expect(() => new Embedding(10, 2).forward(index).dataSync()).toThrow(
      'Embedding: index 12 is outside axis of size 10',
    );
  });
});

it("padding 'same' keeps the size, and Flatten keeps the batch", () => {
  expect(new Conv2d(1, 2, 3, { padding: 'same', dilation: 2 }).forward(zeros([1, 1, 6, 5])).shape).toEqual([
    1, 2, 6, 5,
  ]);
  expect(new Flatten().forward(zeros([2, 3, 4, 5])).shape).toEqual([2, 60]);
  expect(new AvgPool2d(2).forward(zeros([1, 1, 5, 4])).shape).toEqual([1, 1, 2, 2]);
});
