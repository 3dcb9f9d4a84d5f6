/**
 * What is measured, as data: each workload says its shapes, and every contender (ours and the peers') builds it from
 * this description. Inputs and weights come from the stream in test/golden/lcg.ts with the seeds given here, so that
 * all contenders compute the same numbers. How they are timed is harness.ts.
 */

/** Seeds of the stream, one per tensor. Parameter i (weight, then bias, layer by layer) has seed `parameter + i`. */
export const seeds = { left: 1, right: 2, upstream: 3, parameter: 10, input: 1000, target: 2000 } as const;

/** Train steps walk over this many fixed batches, so that no model settles on one batch and its gradients vanish. */
export const batchCount = 16;

/** A train step's first losses are compared between contenders. */
export const comparedSteps = 5;

/** One layer; linear and conv weights are uniform in ±1/√fanIn, as are their biases. Layouts are PyTorch's. */
export type Layer =
  | { readonly kind: 'linear'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'conv';
      readonly from: number;
      readonly to: number;
      readonly kernel: number;
      readonly padding: number;
    }
  | { readonly kind: 'maxPool'; readonly size: number }
  | { readonly kind: 'relu' }
  | { readonly kind: 'flatten' };

/** C = A · B, all (size, size). */
export interface MatmulWorkload {
  readonly kind: 'matmul';
  readonly name: string;
  readonly flops: number;
  readonly size: number;
}

/** y = conv2d(x, w), stride 1, no bias: x (N, C, H, W), w (to, C, k, k); `backward` also yields dx and dw for a given dy. */
export interface ConvWorkload {
  readonly kind: 'conv';
  readonly name: string;
  readonly flops: number;
  readonly batch: number;
  readonly from: number;
  readonly to: number;
  readonly side: number;
  readonly kernel: number;
  readonly padding: number;
  readonly backward: boolean;
}

/** One whole train step: forward, loss (mean over everything), gradients, Adam at lr 1e-3, and the loss read back. */
export interface TrainWorkload {
  readonly kind: 'train';
  readonly name: string;
  readonly flops: number;
  readonly batch: number;
  readonly input: readonly number[];
  readonly layers: readonly Layer[];
  readonly loss: 'mse' | 'crossEntropy';
  /** Width of the last layer: targets are (batch, outputs) for mse, (batch,) labels for crossEntropy. */
  readonly outputs: number;
}

export type Workload = MatmulWorkload | ConvWorkload | TrainWorkload;

/** Every workload, in the order of the table. */
export function listWorkloads(): readonly Workload[] {
  return [
    ...[64, 128, 256, 512, 1024, 2048].map(matmul),
    conv({ batch: 32, from: 64, to: 64, side: 32, kernel: 3, padding: 1, backward: false }),
    conv({ batch: 32, from: 64, to: 64, side: 32, kernel: 3, padding: 1, backward: true }),
    train('mlp-small', 64, [4], [...mlp(4, 64, 64, 2)], 'mse', 2),
    train('mlp-mnist', 64, [784], [...mlp(784, 256, 128, 10)], 'crossEntropy', 10),
    train(
      'cnn-mnist',
      64,
      [1, 28, 28],
      [
        { kind: 'conv', from: 1, to: 16, kernel: 3, padding: 1 },
        { kind: 'relu' },
        { kind: 'maxPool', size: 2 },
        { kind: 'conv', from: 16, to: 32, kernel: 3, padding: 1 },
        { kind: 'relu' },
        { kind: 'maxPool', size: 2 },
        { kind: 'flatten' },
        { kind: 'linear', from: 1568, to: 10 },
      ],
      'crossEntropy',
      10,
    ),
  ];
}

function matmul(size: number): MatmulWorkload {
  return { kind: 'matmul', name: `matmul-${size}`, flops: 2 * size ** 3, size };
}

function conv(shape: Omit<ConvWorkload, 'kind' | 'name' | 'flops'>): ConvWorkload {
  const { batch, from, to, side, kernel, padding, backward } = shape;
  const sideOut = side + 2 * padding - kernel + 1;
  const flops = 2 * batch * to * sideOut ** 2 * from * kernel ** 2 * (backward ? 3 : 1);
  return { kind: 'conv', name: backward ? 'conv3x3-gradients' : 'conv3x3-forward', flops, ...shape };
}

function mlp(...widths: readonly number[]): readonly Layer[] {
  return widths.slice(1).flatMap((to, i): Layer[] => {
    const linear: Layer = { kind: 'linear', from: widths[i] ?? 0, to };
    return i < widths.length - 2 ? [linear, { kind: 'relu' }] : [linear];
  });
}

function train(
  name: string,
  batch: number,
  input: readonly number[],
  layers: readonly Layer[],
  loss: TrainWorkload['loss'],
  outputs: number,
): TrainWorkload {
  return {
    kind: 'train',
    name: `train-${name}`,
    flops: trainFlops(batch, input, layers),
    batch,
    input,
    layers,
    loss,
    outputs,
  };
}

/** Multiply-adds of the contractions: forward and weight gradient everywhere, input gradient except in the first layer. */
function trainFlops(batch: number, input: readonly number[], layers: readonly Layer[]): number {
  let side = input.at(-1) ?? 1;
  let passes = 2;
  let total = 0;
  for (const layer of layers) {
    if (layer.kind === 'maxPool') side /= layer.size;
    if (layer.kind !== 'linear' && layer.kind !== 'conv') continue;
    if (layer.kind === 'conv') side += 2 * layer.padding - layer.kernel + 1;
    const perOutput = layer.kind === 'conv' ? layer.from * layer.kernel ** 2 * side ** 2 : layer.from;
    total += 2 * batch * layer.to * perOutput * passes;
    passes = 3;
  }
  return total;
}
