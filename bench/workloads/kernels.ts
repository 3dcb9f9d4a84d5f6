/**
 * Single operations: what goes in, as data; each contender has a table of the operations by name.
 * `gradients` rows also compute the gradient of every float input for a given upstream gradient.
 */

/** An input: floats uniform in ±1, or whole numbers below `below`. */
export interface KernelInput {
  readonly shape: readonly number[];
  readonly below?: number;
}

/** The names that contenders implement; their options are in the row. */
export type Operation =
  | 'matmul'
  | 'conv2d'
  | 'convTranspose2d'
  | 'softmax'
  | 'layerNorm'
  | 'batchNorm'
  | 'crossEntropy'
  | 'embedding'
  | 'sum'
  | 'exp'
  | 'tanh'
  | 'gelu'
  | 'add'
  | 'transpose'
  | 'sort'
  | 'topk'
  | 'cumsum'
  | 'normal';

export interface KernelWorkload {
  readonly kind: 'kernel';
  readonly name: string;
  readonly operation: Operation;
  readonly inputs: readonly KernelInput[];
  readonly options: Readonly<Record<string, number>>;
  readonly gradients: boolean;
  /** The shape of the (first) result, for the upstream gradient. */
  readonly output: readonly number[];
  readonly flops: number;
  /** What must be read and written at least; float32 throughout. */
  readonly bytes: number;
}

/** Every kernel, in the order of the table. */
export function kernelWorkloads(): readonly KernelWorkload[] {
  const million = [1024, 1024];
  return [
    ...[64, 128, 256, 512, 1024, 2048].map((n) => matmul(`matmul-${n}`, [n, n], [n, n])),
    matmul('matmul-64x1024x9', [64, 1024], [1024, 9]),
    matmul('matmul-256x10x128', [256, 10], [10, 128]),
    matmul('matmul-64x64x4', [64, 64], [64, 4]),
    matmul('matrix-vector-2048', [2048, 2048], [2048, 1]),
    matmul('vector-matrix-2048', [1, 2048], [2048, 2048]),
    matmul('attention-scores-64x128x32', [64, 128, 32], [64, 32, 128]),
    matmul('attention-values-64x128x32', [64, 128, 128], [64, 128, 32]),
    ...conv('conv3x3', { batch: 32, from: 64, to: 64, side: 32, kernel: 3, padding: 1 }),
    ...conv('conv3x3-stride2', { batch: 8, from: 128, to: 128, side: 56, kernel: 3, padding: 1, stride: 2 }),
    ...conv('conv1x1', { batch: 8, from: 64, to: 256, side: 56, kernel: 1, padding: 0 }),
    ...conv('conv7x7-stem', { batch: 8, from: 3, to: 64, side: 224, kernel: 7, padding: 3, stride: 2 }),
    ...conv('conv-depthwise', { batch: 8, from: 144, to: 144, side: 56, kernel: 3, padding: 1, groups: 144 }),
    ...convTranspose('conv-transposed', { batch: 32, from: 64, to: 32, side: 14, kernel: 4, padding: 1, stride: 2 }),
    ...both({ operation: 'softmax', inputs: [{ shape: [4096, 1024] }] }),
    ...both({ operation: 'layerNorm', inputs: [{ shape: [4096, 768] }, { shape: [768] }, { shape: [768] }] }),
    ...both({ operation: 'batchNorm', inputs: [{ shape: [32, 64, 32, 32] }, { shape: [64] }, { shape: [64] }] }),
    ...both({
      operation: 'crossEntropy',
      name: 'cross-entropy-50k',
      inputs: [{ shape: [128, 50257] }, { shape: [128], below: 50257 }],
      output: [],
    }),
    ...both({
      operation: 'embedding',
      inputs: [{ shape: [50257, 256] }, { shape: [16, 128], below: 50257 }],
      output: [16, 128, 256],
      bytes: 4 * (16 * 128 + 2 * 16 * 128 * 256), // of the table, only the rows asked for
    }),
    ...[0, 1].map((axis) =>
      kernel({
        operation: 'sum',
        name: `sum-axis${axis}`,
        inputs: [{ shape: [2048, 4096] }],
        options: { axis },
        output: [axis === 0 ? 4096 : 2048],
      }),
    ),
    kernel({ operation: 'sum', name: 'sum-all', inputs: [{ shape: [2048, 4096] }], output: [] }),
    ...(['exp', 'tanh', 'gelu'] as const).map((operation) => kernel({ operation, inputs: [{ shape: million }] })),
    kernel({ operation: 'add', inputs: [{ shape: million }, { shape: million }] }),
    kernel({ operation: 'add', name: 'add-16M', inputs: [{ shape: [4096, 4096] }, { shape: [4096, 4096] }] }),
    kernel({ operation: 'transpose', inputs: [{ shape: [2048, 2048] }] }),
    kernel({ operation: 'sort', inputs: [{ shape: [1 << 20] }] }),
    kernel({ operation: 'topk', inputs: [{ shape: [1 << 20] }], options: { k: 100 }, output: [100] }),
    kernel({ operation: 'cumsum', inputs: [{ shape: [1 << 20] }] }),
    kernel({ operation: 'normal', inputs: [], output: million }),
  ];
}

type Description = Pick<KernelWorkload, 'operation' | 'inputs'> & Partial<KernelWorkload>;

function kernel(description: Description): KernelWorkload {
  const output = description.output ?? description.inputs[0]?.shape ?? [];
  const read = description.inputs.reduce((sum, { shape }) => sum + size(shape), 0);
  return {
    kind: 'kernel',
    name: description.operation,
    options: {},
    gradients: false,
    flops: 0,
    bytes: 4 * (read + size(output)),
    ...description,
    output,
  };
}

/** The forward pass alone, and with its gradients, which read the inputs and the upstream gradient and write one gradient for each float input. */
function both(description: Description): readonly KernelWorkload[] {
  const forward = kernel(description);
  const floats = forward.inputs.filter(({ below }) => below === undefined);
  const extra = size(forward.output) + floats.reduce((sum, { shape }) => sum + size(shape), 0);
  return [
    { ...forward, name: `${forward.name}-forward` },
    {
      ...forward,
      name: `${forward.name}-gradients`,
      gradients: true,
      flops: 3 * forward.flops,
      bytes: forward.bytes + 4 * extra,
    },
  ];
}

function matmul(name: string, a: readonly number[], b: readonly number[]): KernelWorkload {
  const output = [...a.slice(0, -1), b.at(-1) ?? 1];
  return kernel({
    operation: 'matmul',
    name,
    inputs: [{ shape: a }, { shape: b }],
    output,
    flops: 2 * size(output) * (a.at(-1) ?? 1),
  });
}

interface ConvShape {
  readonly batch: number;
  readonly from: number;
  readonly to: number;
  readonly side: number;
  readonly kernel: number;
  readonly padding: number;
  readonly stride?: number;
  readonly groups?: number;
}

function conv(name: string, shape: ConvShape): readonly KernelWorkload[] {
  const { batch, from, to, side, kernel: k, padding, stride = 1, groups = 1 } = shape;
  const out = Math.floor((side + 2 * padding - k) / stride) + 1;
  const output = [batch, to, out, out];
  return both({
    operation: 'conv2d',
    name,
    inputs: [{ shape: [batch, from, side, side] }, { shape: [to, from / groups, k, k] }],
    options: { stride, padding, groups },
    output,
    flops: 2 * size(output) * (from / groups) * k * k,
  });
}

function convTranspose(name: string, shape: ConvShape): readonly KernelWorkload[] {
  const { batch, from, to, side, kernel: k, padding, stride = 1 } = shape;
  const out = (side - 1) * stride - 2 * padding + k;
  return both({
    operation: 'convTranspose2d',
    name,
    inputs: [{ shape: [batch, from, side, side] }, { shape: [from, to, k, k] }],
    options: { stride, padding },
    output: [batch, to, out, out],
    flops: 2 * batch * from * side * side * to * k * k,
  });
}

function size(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
