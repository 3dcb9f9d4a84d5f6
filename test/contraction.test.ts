/**
 * What must run as a contraction does: through the public API, on the null device, which counts. A product that misses the tiles still
 * computes the right numbers, only many times slower; nothing but this notices. The graph is shown with a failure.
 */
import { afterAll, describe, expect, it } from 'vitest';
import {
  compile,
  convTranspose2d,
  device,
  einsum,
  gradients,
  type Shape,
  tensor,
  type Tensor,
  vmap,
} from '../src/index.ts';
import { Conv2d, type ConvOptions, LayerNorm, Linear } from '../src/nn/index.ts';
import { printGraph } from '../src/ir/print.ts';
import { currentDevice, register } from '../src/runtime/registry.ts';
import { nullDevice } from '../src/runtime/null/index.ts';

const before = currentDevice().name;
afterAll(() => {
  register('null', () => nullDevice());
  device(before);
});

type Traced = (...args: Tensor[]) => Tensor | Tensor[];

/** Checks how many contractions `fn` runs as, for arguments of these shapes; parameters of modules cost none. Returns the plans. */
function expectContractions(count: number, fn: Traced, ...shapes: Shape[]): string {
  let contractions = 0;
  const graphs: string[] = [];
  const plans: string[] = [];
  const counting = nullDevice();
  register('null', () => ({
    ...counting,
    compile(graph) {
      const executable = counting.compile(graph);
      contractions += executable.counts.contractions;
      graphs.push(printGraph(graph.outputs));
      plans.push(executable.stages().find(({ title }) => title === 'plan')!.text);
      return executable;
    },
  }));
  device('null');
  const sizeOf = (shape: Shape) => shape.reduce((product, size) => product * size, 1);
  compile(fn)(...shapes.map((shape) => tensor(new Float32Array(sizeOf(shape)), { shape })));
  expect(contractions, graphs.join('\n\n')).toBe(count);
  return plans.join('\n\n');
}

/** `fn` and the gradients of all its arguments; the last argument is the gradient of its result. */
function withGradients(fn: (...args: Tensor[]) => Tensor): Traced {
  return (...args) => {
    const xs = args.slice(0, -1);
    const y = fn(...xs);
    return [y, ...gradients(y, xs, args.at(-1))];
  };
}

describe('a matrix product is one contraction, with its two gradients three', () => {
  const [m, k, n] = [48, 40, 56];
  const cases: readonly [name: string, fn: (a: Tensor, b: Tensor) => Tensor, a: Shape, b: Shape][] = [
    ['A · B', (a, b) => a.matmul(b), [m, k], [k, n]],
    ['Aᵀ · B', (a, b) => a.transpose().matmul(b), [k, m], [k, n]],
    ['A · Bᵀ', (a, b) => a.matmul(b.transpose()), [m, k], [n, k]],
    ['Aᵀ · Bᵀ', (a, b) => a.transpose().matmul(b.transpose()), [k, m], [n, k]],
  ];
  it.each(cases)('%s', (_, fn, a, b) => {
    expectContractions(1, (x, y) => fn(x!, y!), a, b);
    expectContractions(
      3,
      withGradients((x, y) => fn(x!, y!)),
      a,
      b,
      [m, n],
    );
  });

  it('in a batch', () => {
    const fn = (a?: Tensor, b?: Tensor) => a!.matmul(b!);
    expectContractions(1, fn, [6, m, k], [6, k, n]);
    expectContractions(3, withGradients(fn), [6, m, k], [6, k, n], [6, m, n]);
  });

  it('in a batch of which one side has none', () => {
    const fn = (a?: Tensor, b?: Tensor) => a!.matmul(b!);
    expectContractions(1, fn, [6, m, k], [k, n]);
    expectContractions(3, withGradients(fn), [6, m, k], [k, n], [6, m, n]);
  });

  it('with a bias and an activation behind it', () => {
    expectContractions(1, (a, b, c) => a!.matmul(b!).add(c!).relu(), [m, k], [k, n], [n]);
  });

  it('with a sum so long that it is computed in parts', () => {
    const plan = expectContractions(1, (a, b) => a!.transpose().matmul(b!), [65_536, 16], [65_536, 24]);
    expect(plan).toMatch(/: contract sum parts[^]*: sum\(/);
  });
});

describe('a linear layer is one contraction, with its gradients three', () => {
  it.each([[[32, 40]], [[4, 9, 40]]])('of %j', (shape) => {
    const layer = new Linear(40, 24);
    const forward = (x?: Tensor) => layer.forward(x!);
    const both: Traced = (x, dy) => {
      const y = forward(x);
      return [y, ...gradients(y, [x!, layer.weight.value, layer.bias!.value], dy)];
    };
    expectContractions(1, forward, shape);
    expectContractions(3, both, shape, [...shape.slice(0, -1), 24]);
  });
});

/**
 * The places that every s-th element of a strided convolution's gradient reaches fall into s² phases, each a dense contraction of its own; a phase
 * without taps is zeros, and one tap of one channel is no contraction.
 */
describe('a convolution is one contraction, with its two gradients three, or as many more as its stride has phases', () => {
  const cases: readonly {
    readonly name: string;
    readonly channels: readonly [number, number];
    readonly kernel: number;
    readonly options: ConvOptions;
    readonly phases?: number;
  }[] = [
    { name: 'stride 1', channels: [8, 12], kernel: 3, options: {} },
    { name: 'stride 2', channels: [8, 12], kernel: 3, options: { stride: 2 }, phases: 4 },
    { name: 'padding', channels: [8, 12], kernel: 3, options: { padding: 1 } },
    { name: "padding 'same'", channels: [8, 12], kernel: 5, options: { padding: 'same' } },
    { name: 'stride 2 and padding', channels: [8, 12], kernel: 3, options: { stride: 2, padding: 1 }, phases: 4 },
    { name: 'stride 3, wider than its kernel', channels: [8, 12], kernel: 2, options: { stride: 3 }, phases: 4 },
    { name: 'dilation', channels: [8, 12], kernel: 3, options: { dilation: 2 } },
    {
      name: 'dilation, stride 2 and padding',
      channels: [8, 12],
      kernel: 3,
      options: { dilation: 2, stride: 2, padding: 2 },
    },
    { name: 'groups', channels: [8, 12], kernel: 3, options: { groups: 4 } },
    {
      name: 'groups, stride 2 and padding',
      channels: [8, 12],
      kernel: 3,
      options: { groups: 2, stride: 2, padding: 1 },
      phases: 4,
    },
    { name: 'depthwise', channels: [8, 8], kernel: 3, options: { groups: 8, padding: 1 } },
    { name: 'depthwise, stride 2', channels: [8, 8], kernel: 3, options: { groups: 8, stride: 2 }, phases: 3 },
    { name: '1×1', channels: [8, 12], kernel: 1, options: {} },
    { name: '1×1, stride 2', channels: [8, 12], kernel: 1, options: { stride: 2 } },
    { name: 'one channel', channels: [1, 12], kernel: 3, options: { padding: 1 } },
  ];
  it.each(cases)('$name', ({ channels, kernel, options, phases = 1 }) => {
    const [from, to] = channels;
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
    const size = 14;
    const around = padding === 'same' ? kernel - 1 : 2 * Number(padding);
    const side = Math.floor((size + around - Number(dilation) * (kernel - 1) - 1) / Number(stride)) + 1;
    const x: Shape = [3, from, size, size];
    const w: Shape = [to, from / groups, kernel, kernel];
    const fn = (a?: Tensor, b?: Tensor) => a!.conv2d(b!, { stride, padding, dilation, groups });
    expectContractions(1, fn, x, w);
    expectContractions(2 + phases, withGradients(fn), x, w, [3, to, side, side]);
  });

  it('transposed, with stride 2 and padding: its value and the gradient of its weight have phases', () => {
    const fn = (x?: Tensor, w?: Tensor) => convTranspose2d(x!, w!, { stride: 2, padding: 1 });
    expectContractions(4, fn, [3, 8, 7, 7], [8, 12, 4, 4]);
    expectContractions(4 + 1 + 4, withGradients(fn), [3, 8, 7, 7], [8, 12, 4, 4], [3, 12, 14, 14]);
  });

  it('as a layer with a bias and an activation behind it', () => {
    const layer = new Conv2d(8, 12, 3, { padding: 1 });
    const forward = (x?: Tensor) => layer.forward(x!).relu();
    const both: Traced = (x, dy) => {
      const y = forward(x);
      return [y, ...gradients(y, [x!, layer.weight.value, layer.bias!.value], dy)];
    };
    expectContractions(1, forward, [3, 8, 14, 14]);
    expectContractions(3, both, [3, 8, 14, 14], [3, 12, 14, 14]);
  });
});

describe('attention', () => {
  const [B, H, T, D] = [2, 3, 20, 24];
  const shape: Shape = [B, H, T, D];
  const attention = (q?: Tensor, k?: Tensor, v?: Tensor) =>
    q!
      .matmul(k!.transpose(-2, -1))
      .mul(1 / Math.sqrt(D))
      .softmax(-1)
      .matmul(v!); // (B, H, T, D)

  it('is two contractions', () => {
    expectContractions(2, attention, shape, shape, shape);
  });

  it('is six with its gradients: two for each product', () => {
    expectContractions(6, withGradients(attention), shape, shape, shape, shape);
  });

  it('is so too where the heads are views of one projection', () => {
    const heads = (x: Tensor) => x.reshape(B, T, H, D).permute(0, 2, 1, 3);
    const viewed = (q?: Tensor, k?: Tensor, v?: Tensor) =>
      attention(heads(q!), heads(k!), heads(v!))
        .permute(0, 2, 1, 3)
        .reshape(B, T, H * D);
    const flat: Shape = [B, T, H * D];
    expectContractions(2, viewed, flat, flat, flat);
    expectContractions(6, withGradients(viewed), flat, flat, flat, flat);
  });
});

describe('an einsum of two operands is one contraction, with its two gradients three', () => {
  const cases: readonly [formula: string, a: Shape, b: Shape, out: Shape][] = [
    ['ij,jk->ik', [24, 20], [20, 28], [24, 28]],
    ['bij,bjk->bik', [5, 24, 20], [5, 20, 28], [5, 24, 28]],
    ['bhid,bhjd->bhij', [2, 3, 24, 20], [2, 3, 28, 20], [2, 3, 24, 28]],
    ['bthd,bshd->bhts', [2, 24, 3, 20], [2, 28, 3, 20], [2, 3, 24, 28]],
  ];
  it.each(cases)('%s', (formula, a, b, out) => {
    const fn = (x?: Tensor, y?: Tensor) => einsum(formula, x!, y!);
    expectContractions(1, fn, a, b);
    expectContractions(3, withGradients(fn), a, b, out);
  });
});

describe('a batch by vmap is as many contractions as one example', () => {
  const [m, k, n] = [24, 20, 28];
  const both = (a?: Tensor, b?: Tensor) => a!.matmul(b!);

  it('of matrices, all or one side of them mapped', () => {
    const all: Shape[] = [
      [6, m, k],
      [6, k, n],
    ];
    expectContractions(1, (a, b) => vmap(both)(a, b), ...all);
    expectContractions(
      3,
      withGradients((a, b) => vmap(both)(a, b)),
      ...all,
      [6, m, n],
    );
    const shared = (a?: Tensor, b?: Tensor) => vmap(both, { in: [0, null] })(a, b);
    expectContractions(1, shared, [6, m, k], [k, n]);
    expectContractions(3, withGradients(shared), [6, m, k], [k, n], [6, m, n]);
  });

  it('of vectors with one matrix, as many rows of one product', () => {
    const rows = (a?: Tensor, b?: Tensor) => vmap((x: Tensor) => x.matmul(b!))(a!);
    expectContractions(1, rows, [32, k], [k, n]);
    expectContractions(3, withGradients(rows), [32, k], [k, n], [32, n]);
  });

  it('of a linear layer and a convolution', () => {
    const linear = new Linear(40, 24);
    expectContractions(1, (x) => vmap((one: Tensor) => linear.forward(one))(x!), [32, 40]);
    const convolution = new Conv2d(8, 12, 3, { padding: 1 });
    const forward = (x?: Tensor) => vmap((one: Tensor) => convolution.forward(one.unsqueeze(0)).squeeze(0))(x!);
    expectContractions(1, forward, [3, 8, 14, 14]);
    expectContractions(
      3,
      (x, dy) => [forward(x), ...gradients(forward(x), [x!, convolution.weight.value], dy)],
      [3, 8, 14, 14],
      [3, 12, 14, 14],
    );
  });

  it('of attention, over batch and heads', () => {
    const [B, H, T, D] = [2, 3, 20, 24];
    const shape: Shape = [B, H, T, D];
    const one = (q: Tensor, key: Tensor, v: Tensor) => q.matmul(key.transpose()).softmax(-1).matmul(v);
    const attention = (q?: Tensor, key?: Tensor, v?: Tensor) => vmap(vmap(one))(q!, key!, v!);
    expectContractions(2, attention, shape, shape, shape);
    expectContractions(6, withGradients(attention), shape, shape, shape, shape);
  });
});

describe('no contraction', () => {
  const shape: Shape = [32, 48];

  it('is a sum of squares, or its gradient', () => {
    expectContractions(0, (x) => x!.mul(x!).sum(), shape);
    expectContractions(0, (x) => x!.mul(x!).sum(-1), shape);
    expectContractions(0, (x) => gradients(x!.mul(x!).sum(), x!), shape);
  });

  it('is an inner product row by row: no result belongs to one side alone', () => {
    expectContractions(0, (x, y) => x!.mul(y!).sum(-1), shape, shape);
  });

  it('is softmax, or its gradient', () => {
    expectContractions(0, (x) => x!.softmax(-1), shape);
    expectContractions(
      0,
      withGradients((x) => x!.softmax(-1)),
      shape,
      shape,
    );
  });

  it('is layer norm', () => {
    const layer = new LayerNorm(48);
    expectContractions(0, (x) => layer.forward(x!), shape);
  });
});
