/**
 * What layers do beyond PyTorch's values: freezing and sharing, chance, initial weights, and the mistakes they report.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { device } from '../engine/index.ts';
import { SGD } from '../optim/sgd.ts';
import { compile } from '../tensor/compile.ts';
import { ones, tensor, zeros } from '../tensor/creation.ts';
import { gradients } from '../tensor/gradients.ts';
import { key, normal, seed } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import * as nn from './index.ts';

beforeAll(() => {
  device('reference');
});

/** The largest difference between two tensors. */
const distance = (a: Tensor, b: Tensor): number => a.sub(b).abs().max().itemSync();

describe('freezing', () => {
  it('leaves parameters out of training but in the state', () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1));
    (model.layers[0] as nn.Linear).freeze();
    expect(model.namedParameters().map(([name]) => name)).toEqual(['1.weight', '1.bias']);
    expect(model.namedParameters({ frozen: true })).toHaveLength(4);
    expect(Object.keys(model.state())).toHaveLength(4);
    const before = model.state();
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const step = compile((x: Tensor) => {
      const loss = model.forward(x).square().mean();
      optimizer.step(gradients(loss, model.parameters()));
      return loss;
    });
    step(ones([4, 2]));
    const after = model.state();
    expect(Object.keys(after).map((name) => distance(after[name]!, before[name]!) > 0)).toEqual([
      false,
      false,
      true,
      true,
    ]);
    model.freeze(false);
    expect(model.parameters()).toHaveLength(4);
  });

  it('is followed by functions that are compiled already', () => {
    const model = new nn.Linear(2, 1);
    const count = compile(() => gradients(model.forward(ones([1, 2])).sum(), model.parameters()));
    expect(count()).toHaveLength(2);
    model.freeze();
    expect(count()).toHaveLength(0);
  });
});

it('weights that two layers share are one parameter under two names, and load from either form', () => {
  class Tied extends nn.Module {
    readonly embedding = new nn.Embedding(5, 3);
    readonly head = Object.assign(new nn.Linear(3, 5, { bias: false }), { weight: this.embedding.weight });

    forward(x: Tensor): Tensor {
      return this.head.forward(this.embedding.forward(x));
    }
  }
  const model = new Tied();
  expect(Object.keys(model.state())).toEqual(['embedding.weight', 'head.weight']);
  expect(model.parameters()).toHaveLength(1);
  expect(model.cells()).toHaveLength(1);
  const loss = model.forward(tensor([1], { dtype: 'int32' })).sum();
  expect(gradients(loss, model.parameters())[0]!.abs().sum().itemSync()).toBeGreaterThan(0);
  expect(new Tied().load(model.state()).head.weight.value.arraySync()).toEqual(
    model.embedding.weight.value.arraySync(),
  );
});

describe('computed weights', () => {
  it('leave the layer as it was until they are trained', () => {
    const linear = new nn.Linear(4, 3, { key: key(1) });
    const x = ones([2, 4]);
    const before = linear.forward(x).realize();
    expect(distance(nn.weightNorm(linear).forward(x), before)).toBeLessThan(1e-6);
    expect(Object.keys(linear.state()).sort()).toEqual([
      'bias',
      'parametrizations.weight.original0',
      'parametrizations.weight.original1',
    ]);
    expect(() => {
      linear.weight.value = zeros([3, 4]);
    }).toThrow('this one is computed from others');
    expect(() => nn.weightNorm(linear)).toThrow("Linear has no parameter 'weight' that is not computed already");
  });

  it('of spectral norm have a largest singular value of 1, inside a model, captured, and after loading', () => {
    const model = new nn.Sequential(
      nn.spectralNorm(new nn.Linear(6, 5, { bias: false, key: key(2) }), { key: key(3) }),
    );
    const forward = compile((x: Tensor) => model.forward(x));
    for (let i = 0; i < 30; i++) forward(ones([1, 6]));
    model.eval();
    const weight = (model.layers[0] as nn.Linear).weight.value;
    let v = normal(key(4), [6]);
    for (let i = 0; i < 200; i++) {
      v = weight.T.matmul(weight.matmul(v)).realize();
      v = v.div(v.square().sum().sqrt()).realize();
    }
    expect(weight.matmul(v).square().sum().sqrt().itemSync()).toBeCloseTo(1, 3);
    expect(Object.keys(model.state())).toEqual([
      '0.parametrizations.weight.0._u',
      '0.parametrizations.weight.0._v',
      '0.parametrizations.weight.original',
    ]);
    expect(model.namedParameters().map(([name]) => name)).toEqual(['0.parametrizations.weight.original']);
    const copy = new nn.Sequential(nn.spectralNorm(new nn.Linear(6, 5, { bias: false }))).eval().load(model.state());
    expect(distance(copy.forward(ones([1, 6])), model.forward(ones([1, 6])))).toBe(0);
  });
});

describe('chance', () => {
  it('Dropout1d to 3d leave out whole channels', () => {
    seed(5);
    for (const [layer, shape] of [
      [new nn.Dropout1d(0.5), [20, 10, 4]],
      [new nn.Dropout2d(0.5), [20, 10, 2, 2]],
      [new nn.Dropout3d(0.5), [20, 10, 2, 1, 2]],
    ] as const) {
      const y = layer.forward(ones(shape)).reshape(200, 4);
      const rows = y.arraySync() as number[][];
      expect(rows.every((row) => new Set(row).size === 1)).toBe(true);
      // 200 draws: a standard deviation of 0.035; five of them.
      expect(Math.abs(rows.filter(([first]) => first === 0).length / 200 - 0.5)).toBeLessThan(0.18);
      expect(layer.eval().forward(ones(shape)).min().itemSync()).toBe(1);
    }
  });

  it('AlphaDropout keeps mean 0 and variance 1', () => {
    seed(6);
    const y = new nn.AlphaDropout(0.3).forward(normal(key(7), [40_000]));
    // 40,000 values: the mean is known to 0.005, the deviation to about as much; five of each.
    expect(Math.abs(y.mean().itemSync())).toBeLessThan(0.03);
    expect(Math.abs(y.std().itemSync() - 1)).toBeLessThan(0.03);
  });

  it('dropout between recurrent layers is there in training only', () => {
    seed(8);
    const layer = new nn.GRU(3, 4, { layers: 2, dropout: 0.5 });
    const x = ones([2, 5, 3]);
    expect(distance(layer.forward(x)[0], layer.forward(x)[0])).toBeGreaterThan(0);
    layer.eval();
    expect(distance(layer.forward(x)[0], layer.forward(x)[0])).toBe(0);
  });
});

describe('initial weights', () => {
  it('orthogonal rows or columns are of length gain and perpendicular', () => {
    for (const shape of [
      [5, 8],
      [8, 5],
      [4, 2, 3],
    ]) {
      const w = nn.orthogonal(key(1), shape, { gain: 2 }).flatten(1);
      const [rows, columns] = w.shape as [number, number];
      const gram = rows <= columns ? w.matmul(w.T) : w.T.matmul(w);
      const n = Math.min(rows, columns);
      const expected = tensor(Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 4 : 0)), { shape: [n, n] }); // prettier-ignore
      expect(distance(gram, expected)).toBeLessThan(1e-5);
    }
  });

  it('a truncated normal stays within its bounds and has the spread that leaves', () => {
    const x = nn.truncatedNormal(key(2), [20_000], { std: 0.5, low: -1, high: 1 });
    expect(x.abs().max().itemSync()).toBeLessThanOrEqual(1);
    // Cut off at two deviations: 0.8796 of the deviation; 20,000 values know it to 0.5 %.
    expect(Math.abs(x.std().itemSync() / (0.5 * 0.8796) - 1)).toBeLessThan(0.025);
    expect(() => nn.truncatedNormal(key(2), [2], { low: 5, high: 6 })).toThrow('truncatedNormal: low 5 and high 6');
  });

  it('LeCun’s have variance 1 / fanIn', () => {
    for (const make of [nn.lecunNormal, nn.lecunUniform])
      expect(Math.abs(make(key(3), [200, 100]).std().itemSync() * 10 - 1)).toBeLessThan(0.03);
  });

  it('dirac hands channels through a convolution', () => {
    const layer = new nn.Conv2d(3, 4, 3, { padding: 1, bias: false });
    layer.weight.value = nn.dirac([4, 3, 3, 3]);
    const x = normal(key(4), [1, 3, 5, 5]);
    const y = layer.forward(x);
    expect(distance(y.slice([0, 0], [1, 3]), x)).toBe(0);
    expect(y.at(3, 1).abs().max().itemSync()).toBe(0);
  });

  it('rows of padding start at 0 and have no gradient', () => {
    const layer = new nn.Embedding(4, 2, { paddingIndex: 1 });
    expect(layer.weight.value.at(1).arraySync()).toEqual([0, 0]);
    const loss = layer.forward(tensor([1, 2, 1], { dtype: 'int32' })).sum();
    expect(gradients(loss, layer.weight).arraySync()).toEqual([[0, 0], [0, 0], [1, 1], [0, 0]]); // prettier-ignore
  });
});

describe('containers', () => {
  it('name what they hold', () => {
    class Net extends nn.Module {
      readonly blocks = new nn.ModuleList([new nn.Linear(2, 2), new nn.Linear(2, 2)]);
      readonly heads = new nn.ModuleDict({ a: new nn.Linear(2, 1, { bias: false }) });
    }
    const net = new Net();
    expect(Object.keys(net.state())).toEqual([
      'blocks.0.weight',
      'blocks.0.bias',
      'blocks.1.weight',
      'blocks.1.bias',
      'heads.a.weight',
    ]);
    expect([...net.blocks]).toHaveLength(2);
    expect(net.blocks.at(-1)).toBe(net.blocks.items[1]);
    expect(net.heads.get('a').outFeatures).toBe(1);
    expect(() => net.blocks.at(2)).toThrow('ModuleList: there is no module 2 among 2');
  });

  it('Residual adds what went in, or what the shortcut makes of it', () => {
    const x = tensor([[1, -2]]);
    expect(new nn.Residual(new nn.ReLU()).forward(x).arraySync()).toEqual([[2, -2]]);
    expect(new nn.Residual(new nn.ReLU(), new nn.Identity()).forward(x).arraySync()).toEqual([[2, -2]]);
    expect(() => new nn.Residual(new nn.Linear(2, 3)).forward(x)).toThrow(
      'Residual: the body gives (1, 3), the shortcut (1, 2)',
    );
  });
});

describe('mistakes name the layer', () => {
  const words = tensor([[1, 2]], { dtype: 'int32' });
  it.each([
    // @ts-expect-error the types say so, too
    ['Conv1d', () => new nn.Conv1d(3, 4, 3).forward(zeros([2, 2, 9])), 'Conv1d: expected (N, 3, L), got (2, 2, 9)'],
    ['Conv3d', () => new nn.Conv3d(1, 1, [3, 3]), 'Conv3d: kernelSize has 2 sizes; expected a number, or 3 of them'],
    [
      'ConvTranspose2d',
      () => new nn.ConvTranspose2d(2, 3, 2, { groups: 2 }),
      'ConvTranspose2d: groups 2 must divide inChannels 2 and outChannels 3',
    ],
    ['MaxPool1d', () => new nn.MaxPool1d(0), 'MaxPool1d: kernelSize (length) must be a whole number from 1 up, got 0'],
    [
      'AdaptiveAvgPool2d',
      () => new nn.AdaptiveAvgPool2d(1).forward(zeros([2, 3])),
      'AdaptiveAvgPool2d: expected (N, C, H, W), got (2, 3)',
    ],
    [
      'BatchNorm1d',
      () => new nn.BatchNorm1d(3).forward(zeros([2, 4])),
      'BatchNorm1d: expected (N, 3) or (N, 3, L), got (2, 4)',
    ],
    ['GroupNorm', () => new nn.GroupNorm(2, 3), 'GroupNorm: groups 2 must divide the 3 channels'],
    [
      'InstanceNorm2d',
      () => new nn.InstanceNorm2d(3).forward(zeros([1, 3, 1, 1])),
      'InstanceNorm2d: training needs at least 2 values per channel and example',
    ],
    ['RMSNorm', () => new nn.RMSNorm(4).forward(zeros([2, 3])), 'RMSNorm: expected (…, 4), got (2, 3)'],
    [
      'ReflectionPad1d',
      () => new nn.ReflectionPad1d(3).forward(zeros([1, 1, 3])),
      "3 elements by 'reflect' on axis 2 of (1, 1, 3); it can give at most 2",
    ],
    ['ZeroPad2d', () => new nn.ZeroPad2d([1, 2]), 'ZeroPad2d: expected a width, or 4 of them, got 2'],
    ['Dropout2d', () => new nn.Dropout2d().forward(zeros([2, 3])), 'Dropout2d: expected (N, C, H, W), got (2, 3)'],
    ['PReLU', () => new nn.PReLU(3).forward(zeros([2, 4])), 'prelu: 3 slopes for (2, 4), which has 4 channels'],
    ['GLU', () => new nn.GLU().forward(zeros([2, 3])), 'glu: axis -1 of (2, 3) is of odd size'],
    [
      'Bilinear',
      () => new nn.Bilinear(2, 3, 1).forward(zeros([4, 2]), zeros([5, 3])),
      'Bilinear: (4, 2) and (5, 3) differ before the last axis',
    ],
    [
      'EmbeddingBag',
      () => new nn.EmbeddingBag(5, 2).forward(words, ones([1, 2])),
      "EmbeddingBag: weights per symbol need mode 'sum', got 'mean'",
    ],
    [
      'Embedding',
      () => new nn.Embedding(5, 2, { paddingIndex: 5 }),
      'Embedding: paddingIndex must be from 0 to 4, got 5',
    ],
    [
      'LSTM',
      () => new nn.LSTM(3, 4).forward(zeros([2, 5, 2])),
      'LSTM: expected (B, T, 3) with at least one step, got (2, 5, 2)',
    ],
    [
      'GRU',
      () => new nn.GRU(3, 4).forward(zeros([2, 5, 3]), zeros([1, 2, 3])),
      'GRU: expected an initial state (1, 2, 4), got (1, 2, 3)',
    ],
    [
      'RNN',
      () => new nn.RNN(3, 4).forward(zeros([2, 5, 3]), undefined, { lengths: ones([2]) }),
      'RNN: lengths must be int32, got float32',
    ],
    ['GRUCell', () => new nn.GRUCell(3, 4).forward(zeros([2, 2])), 'GRUCell: expected (B, 3), got (2, 2)'],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});
