/**
 * The rungs of the kernel ladder, as data: one function each, its argument shapes, what it costs, and the same thing in PyTorch.
 * ladder.ts measures them.
 */
import { gradients, type Shape, type Tensor } from '../src/index.ts';

export interface Rung {
  readonly name: string;
  readonly shapes: readonly Shape[];
  /** Floating-point operations of a call, for rungs that compute bound ... */
  readonly flops?: number;
  /** ... or the bytes it must read and write, for those that memory bounds. */
  readonly bytes?: number;
  readonly fn: (...args: Tensor[]) => readonly Tensor[];
  /** The same in PyTorch: an expression in the list of tensors `x`. */
  readonly torch: string;
}

const size = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);

export function rungs(): readonly Rung[] {
  return [
    ...[64, 128, 256, 384, 512, 1000, 1024, 2048].map((n) => matmul(n, n, n)),
    matmul(64, 1024, 9),
    matmul(256, 10, 128),
    matmul(64, 64, 4),
    matmul(128, 256, 784),
    matmul(64, 1024, 576),
    matmul(1024, 1, 1024),
    matmul(1, 1024, 1024),
    matmul(32, 4096, 1024),
    matmul(4096, 32, 1024),
    matmul(64, 64, 65536),
    matmul(256, 256, 256, 'tn'),
    matmul(256, 256, 256, 'nt'),
    matmul(1024, 1024, 1024, 'tn'),
    matmul(1024, 1024, 1024, 'nt'),
    matmul(1024, 1024, 1024, 'tt'),
    batched('attention-qk', 64, 128, 128, 32, 'nt'),
    batched('attention-pv', 64, 128, 32, 128, 'nn'),
    batched('attention-dv', 64, 128, 32, 128, 'tn'),
    batched('attention-dp', 64, 128, 128, 32, 'nt'),
    batched('attention-dk', 64, 128, 32, 128, 'tn'),
    ...convolution('conv3x3', { n: 32, from: 64, to: 64, side: 32, kernel: 3 }),
    ...convolution('conv3x3s2', { n: 32, from: 64, to: 128, side: 32, kernel: 3, stride: 2 }),
    ...convolution('conv1x1', { n: 32, from: 64, to: 256, side: 32, kernel: 1 }),
    ...convolution('conv7x7s2', { n: 8, from: 3, to: 64, side: 112, kernel: 7, stride: 2 }),
    ...convolution('depthwise3x3', { n: 32, from: 96, to: 96, side: 28, kernel: 3, groups: 96 }),
    memory('add', [[1 << 22], [1 << 22]], 3, ([a, b]) => a!.add(b!), 'x[0] + x[1]'),
    memory('exp', [[1 << 22]], 2, ([a]) => a!.exp(), 'x[0].exp()'),
    memory('gelu', [[1 << 22]], 2, ([a]) => a!.gelu(), 'F.gelu(x[0])'),
    memory('tanh', [[1 << 22]], 2, ([a]) => a!.tanh(), 'x[0].tanh()'),
    memory('transpose', [[2048, 2048]], 2, ([a]) => a!.transpose(), 'x[0].t().contiguous()'),
    memory('sum', [[2048, 2048]], 1, ([a]) => a!.sum(), 'x[0].sum()'),
    memory('sum-axis0', [[2048, 2048]], 1, ([a]) => a!.sum(0), 'x[0].sum(0)'),
    memory('sum-axis1', [[2048, 2048]], 1, ([a]) => a!.sum(1), 'x[0].sum(1)'),
    memory('softmax', [[2048, 1024]], 2, ([a]) => a!.softmax(), 'x[0].softmax(-1)'),
    memory(
      'layernorm',
      [[2048, 1024], [1024], [1024]],
      2,
      ([a, w, b]) => layerNorm(a!, w!, b!),
      'F.layer_norm(x[0], (1024,), x[1], x[2])',
    ),
  ];
}

function matmul(m: number, n: number, k: number, form: 'nn' | 'tn' | 'nt' | 'tt' = 'nn'): Rung {
  const [ta, tb] = [form.startsWith('t'), form.endsWith('t')];
  return {
    name: `matmul-${m}x${n}x${k}${form === 'nn' ? '' : `-${form}`}`,
    shapes: [ta ? [k, m] : [m, k], tb ? [n, k] : [k, n]],
    flops: 2 * m * n * k,
    fn: (a, b) => [(ta ? a!.transpose() : a!).matmul(tb ? b!.transpose() : b!)],
    torch: `x[0]${ta ? '.mT' : ''} @ x[1]${tb ? '.mT' : ''}`,
  };
}

function batched(name: string, batch: number, m: number, n: number, k: number, form: 'nn' | 'tn' | 'nt'): Rung {
  const one = matmul(m, n, k, form);
  return {
    ...one,
    name: `${name}-${form}`,
    flops: one.flops! * batch,
    shapes: one.shapes.map((shape) => [batch, ...shape]),
  };
}

interface Convolution {
  readonly n: number;
  readonly from: number;
  readonly to: number;
  readonly side: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
}

function convolution(name: string, { n, from, to, side, kernel, stride = 1, groups = 1 }: Convolution): Rung[] {
  const padding = (kernel - 1) / 2;
  const out = Math.floor((side + 2 * padding - kernel) / stride) + 1;
  const [x, w, y]: [Shape, Shape, Shape] = [
    [n, from, side, side],
    [to, from / groups, kernel, kernel],
    [n, to, out, out],
  ];
  const flops = 2 * size(y) * (from / groups) * kernel ** 2;
  const how = { padding, stride, groups };
  const args = `stride=${stride}, padding=${padding}, groups=${groups}`;
  const gradient = (of: string) =>
    `torch.nn.grad.conv2d_${of}(${of === 'input' ? `(${x.join()}), x[1]` : `x[0], (${w.join()})`}, x[2], ${args})`;
  return [
    {
      name: `${name}-forward`,
      shapes: [x, w],
      flops,
      fn: (a, b) => [a!.conv2d(b!, how)],
      torch: `F.conv2d(x[0], x[1], ${args})`,
    },
    {
      name: `${name}-input`,
      shapes: [x, w, y],
      flops,
      fn: (a, b, g) => gradients(a!.conv2d(b!, how), [a!], g!),
      torch: gradient('input'),
    },
    {
      name: `${name}-weight`,
      shapes: [x, w, y],
      flops,
      fn: (a, b, g) => gradients(a!.conv2d(b!, how), [b!], g!),
      torch: gradient('weight'),
    },
  ];
}

/** @param passes how often an array of the first argument's size must be read or written */
function memory(
  name: string,
  shapes: readonly Shape[],
  passes: number,
  fn: (args: readonly Tensor[]) => Tensor,
  torch: string,
): Rung {
  return { name, shapes, bytes: 4 * passes * size(shapes[0]!), fn: (...args) => [fn(args)], torch };
}

function layerNorm(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const centred = x.sub(x.mean(-1, { keepDims: true }));
  const variance = centred.mul(centred).mean(-1, { keepDims: true });
  return centred.div(variance.add(1e-5).sqrt()).mul(weight).add(bias);
}
