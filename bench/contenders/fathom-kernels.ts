/** Our single operations, as a user would write them with the public API. */

import { compile, convTranspose2d, gradients, random, tensor, type Tensor } from '../../src/index.ts';
import { crossEntropy } from '../../src/nn/index.ts';
import { labels, uniform } from '../../test/golden/lcg.ts';
import { sample } from '../peers/sample.ts';
import type { Run } from '../peers/serve.ts';
import { seeds } from '../workloads.ts';
import type { KernelInput, KernelWorkload, Operation } from '../workloads/kernels.ts';

type Compute = (inputs: readonly Tensor[], options: KernelWorkload['options']) => Tensor;

const operations: Record<Exclude<Operation, 'normal'>, Compute> = {
  matmul: ([a, b]) => a!.matmul(b!),
  conv2d: ([x, w], { stride, padding, groups }) => x!.conv2d(w!, { stride, padding, groups }),
  convTranspose2d: ([x, w], { stride, padding }) => convTranspose2d(x!, w!, { stride, padding }),
  softmax: ([x]) => x!.softmax(-1),
  layerNorm: ([x, gain, bias]) => normalize(x!, [-1]).mul(gain!).add(bias!),
  batchNorm: ([x, gain, bias]) => {
    return normalize(x!, [0, 2, 3])
      .mul(gain!.reshape(-1, 1, 1))
      .add(bias!.reshape(-1, 1, 1));
  },
  crossEntropy: ([logits, target]) => crossEntropy(logits!, target!),
  embedding: ([table, ids]) => table!.take(ids!, 0),
  sum: ([x], { axis }) => x!.sum(axis),
  exp: ([x]) => x!.exp(),
  tanh: ([x]) => x!.tanh(),
  gelu: ([x]) => x!.gelu(),
  add: ([a, b]) => a!.add(b!),
  transpose: ([x]) => x!.transpose(),
  sort: ([x]) => x!.sort(),
  topk: ([x], { k }) => x!.topk(k!).values,
  cumsum: ([x]) => x!.cumsum(),
};

/** Random numbers have no inputs: a key goes in, and what is compared is the mean and the deviation. */
export function prepareKernel(workload: KernelWorkload): Run {
  const { operation, options, inputs, output } = workload;
  if (operation === 'normal') return prepareNormal(output);
  const compute = operations[operation];
  const values = inputs.map((input, i) => filled(input, seeds.operand + i));
  const forward = compile((...given: Tensor[]) => [compute(given, options)]);
  const floats = inputs.flatMap(({ below }, i) => (below === undefined ? [i] : []));
  const both = compile((upstream: Tensor, ...given: Tensor[]) => {
    const y = compute(given, options);
    const xs = floats.map((i) => given[i]!);
    return [y, ...gradients(y, xs, upstream)];
  });
  const upstream = filled({ shape: output }, seeds.upstream);
  return keeping(() => (workload.gradients ? both(upstream, ...values) : forward(...values)));
}

function prepareNormal(shape: readonly number[]): Run {
  const draw = compile((key: Tensor) => random.normal(key, shape));
  let seed = 0;
  let last: Tensor | undefined;
  return {
    step() {
      last = draw(random.key(seed++)).realize();
    },
    async outputs() {
      const values = await last!.data();
      let [sum, squares] = [0, 0];
      for (const value of values) {
        sum += Number(value);
        squares += Number(value) ** 2;
      }
      return [sum / values.length, Math.sqrt(squares / values.length)];
    },
  };
}

/** A run that realizes every result each step and keeps the last ones for the comparison. */
export function keeping(compute: () => readonly Tensor[]): Run {
  let results: readonly Tensor[] = [];
  return {
    step() {
      results = compute().map((result) => result.realize());
    },
    outputs: async () => sample(...(await Promise.all(results.map(async (result) => numbers(await result.data()))))),
  };
}

function numbers(values: ArrayLike<number | bigint>): number[] {
  return Array.from(values, Number);
}

/** (x − mean) / √(variance + 10⁻⁵) over the axes. */
function normalize(x: Tensor, axes: readonly number[]): Tensor {
  const centred = x.sub(x.mean(axes, { keepDims: true }));
  return centred.mul(centred.square().mean(axes, { keepDims: true }).add(1e-5).rsqrt());
}

/** A tensor of the shared stream. */
export function filled({ shape, below }: KernelInput, seed: number, scale?: number): Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  return tensor(below === undefined ? uniform(length, seed, scale) : labels(length, seed, below)).reshape(shape);
}
