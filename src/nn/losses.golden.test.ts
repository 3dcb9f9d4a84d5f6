/**
 * Every loss against PyTorch's values and gradients: test/golden/losses.py says how inputs are made.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import golden from '../../test/golden/losses.json' with { type: 'json' };
import { testDevices } from '../../test/devices.ts';
import { labels, uniform } from '../../test/golden/lcg.ts';
import { sizeOf } from '../base/shape.ts';
import { device } from '../engine/index.ts';
import { compile } from '../tensor/compile.ts';
import { tensor } from '../tensor/creation.ts';
import { gradients } from '../tensor/gradients.ts';
import type { Tensor } from '../tensor/tensor.ts';
import * as nn from './index.ts';

interface Case {
  readonly name: string;
  readonly inputs: readonly {
    readonly shape: readonly number[];
    readonly scale?: number;
    readonly offset?: number;
    readonly classes?: number;
    readonly fixed?: boolean;
    readonly signs?: boolean;
  }[];
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

const cases = golden.cases as unknown as readonly Case[];
const weights = (): Tensor => tensor([0.5, 1, 2, 0.25, 1.5, 1]);
const whole = (...values: number[]): Tensor => tensor(values, { dtype: 'int32' });
const float = (x: Tensor): Tensor => x.cast('float32');

type Loss = (x: Tensor, y: Tensor, z: Tensor, w: Tensor) => Tensor;

const losses: Readonly<Record<string, Loss>> = {
  'l1 mean': (x, y) => nn.l1(x, y),
  'l1 sum': (x, y) => nn.l1(x, y, { reduction: 'sum' }),
  'l1 none': (x, y) => nn.l1(x, y, { reduction: 'none' }),
  smoothL1: (x, y) => nn.smoothL1(x, y),
  'smoothL1 0.3': (x, y) => nn.smoothL1(x, y, { beta: 0.3 }),
  huber: (x, y) => nn.huber(x, y),
  'huber 0.5': (x, y) => nn.huber(x, y, { delta: 0.5 }),
  gaussianNll: (x, y, v) => nn.gaussianNll(x, y, v),
  'gaussianNll full': (x, y, v) => nn.gaussianNll(x, y, v, { full: true, eps: 1e-3, reduction: 'sum' }),
  poissonNll: (x, y) => nn.poissonNll(x, float(y)),
  'poissonNll full': (x, y) => nn.poissonNll(x, float(y), { logInput: false, full: true }),

  'crossEntropy weights mean': (x, y) => nn.crossEntropy(x, y, { weights: weights() }),
  'crossEntropy weights sum': (x, y) => nn.crossEntropy(x, y, { weights: weights(), reduction: 'sum' }),
  'crossEntropy weights none': (x, y) => nn.crossEntropy(x, y, { weights: weights(), reduction: 'none' }),
  'crossEntropy ignored': (x, y) => nn.crossEntropy(x, y, { ignoreIndex: 2 }),
  'crossEntropy ignored, weights, smoothing': (x, y) =>
    nn.crossEntropy(x, y, { weights: weights(), ignoreIndex: 2, labelSmoothing: 0.2 }),
  'crossEntropy ignored, none': (x, y) => nn.crossEntropy(x, y, { ignoreIndex: 2, reduction: 'none' }),
  'crossEntropy soft': (x, y) => nn.crossEntropy(x, y.softmax()),
  'crossEntropy soft, weights, smoothing': (x, y) =>
    nn.crossEntropy(x, y.softmax(), { weights: weights(), labelSmoothing: 0.1 }),
  'crossEntropy sequences': (x, y) => nn.crossEntropy(x, y, { labelSmoothing: 0.1 }),
  nll: (x, y) => nn.nll(x.logSoftmax(), y),
  'nll weights, ignored': (x, y) => nn.nll(x.logSoftmax(), y, { weights: weights(), ignoreIndex: 1 }),
  bce: (x, y) => nn.binaryCrossEntropy(x, y),
  'bce weights, sum': (x, y, w) => nn.binaryCrossEntropy(x, y, { weights: w, reduction: 'sum' }),
  'bceWithLogits weights': (x, y, w, p) => nn.binaryCrossEntropyWithLogits(x, y, { weights: w, positiveWeight: p }),
  kl: (x, y) => nn.klDivergence(x.logSoftmax(), y.softmax()),
  'kl logarithms, sum': (x, y) =>
    nn.klDivergence(x.logSoftmax(), y.logSoftmax(), { logTarget: true, reduction: 'sum' }),
  focal: (x, y) => nn.focal(x, float(y)),
  'focal 1.5, plain': (x, y) => nn.focal(x, y, { gamma: 1.5, alpha: null }),
  dice: (x, y) => nn.dice(x, float(y)),
  hinge: (x, y) => nn.hinge(x, y),
  hingeEmbedding: (x, y) => nn.hingeEmbedding(x, y, { margin: 1.5 }),
  marginRanking: (a, b, y) => nn.marginRanking(a, b, y, { margin: 0.3 }),
  multiMargin: (x, y) => nn.multiMargin(x, y),
  tripletMargin: (a, b, c) => nn.tripletMargin(a, b, c),
  'tripletMargin swap, norm 1': (a, b, c) => nn.tripletMargin(a, b, c, { margin: 2, p: 1, swap: true }),
  contrastive: (a, b, y) => nn.contrastive(a, b, y.equal(1), { margin: 3 }),
  cosineEmbedding: (a, b, y) => nn.cosineEmbedding(a, b, y, { margin: 0.1 }),
  ctc: (x, y) => nn.ctc(x.logSoftmax(), y.add(1)),
  'ctc lengths, sum': (x, y) =>
    nn.ctc(x.logSoftmax(), y.add(1), {
      inputLengths: whole(8, 5, 6),
      targetLengths: whole(3, 1, 2),
      reduction: 'sum',
    }),
  'ctc other blank, none': (x, y) => nn.ctc(x.logSoftmax(), y, { blank: 3, reduction: 'none' }),
  'ctc impossible': (x, y) =>
    nn.ctc(x.logSoftmax(), y.add(1), {
      inputLengths: whole(2, 6),
      targetLengths: whole(3, 3),
      zeroInfinity: true,
    }),
};

/** The golden values are float64; float32 loses 6e-8 of the largest term with each of the few dozen operations between. */
function expectClose(found: Tensor, expected: readonly number[], what: string): void {
  const values = found.dataSync();
  expect(values.length, what).toBe(expected.length);
  const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const tolerance = 1e-6 + 3e-6 * largest;
  expected.forEach((x, i) => {
    if (!(Math.abs(values[i]! - x) <= tolerance))
      expect.fail(`${what}[${i}]: ${values[i]} instead of ${x} ± ${tolerance}`);
  });
}

it('every case of the golden file has its loss', () => {
  expect(Object.keys(losses)).toEqual(cases.map(({ name }) => name));
});

describe.each(testDevices)('on %s', (deviceName) => {
  beforeAll(() => {
    device(deviceName);
  });

  // Wasm runs the same kernels as native by another emitter, which has tests of its own: a third of the cases is enough here.
  const chosen = cases
    .map((one, number) => ({ ...one, number }))
    .filter((_, i) => deviceName !== 'wasm' || i % 3 === 0);
  it.each(chosen)("$name: values and gradients are PyTorch's", ({ name, number, inputs: specs, ...expected }) => {
    const seed = 100 * number;
    const inputs = specs.map(({ shape, scale, offset, classes, signs = false }, j) => {
      if (classes === undefined) return tensor(uniform(sizeOf(shape), seed + j, scale, offset), { shape });
      const found = tensor(labels(sizeOf(shape), seed + j, classes), { shape });
      return signs ? float(found).mul(2).sub(1) : found;
    });
    const wanted = inputs.filter((_, j) => specs[j]!.classes === undefined && specs[j]!.fixed !== true);
    // Compiled, so that value and gradients are one program.
    const [y, found] = compile(() => {
      const value = losses[name]!(...(inputs as [Tensor, Tensor, Tensor, Tensor]));
      const upstream = tensor(uniform(value.size, seed + 70), { shape: value.shape });
      return [value, gradients(value, wanted, upstream)] as const;
    })();
    expect(y.shape).toEqual(expected.shape);
    expectClose(y, expected.values, 'value');
    found.forEach((g, j) => {
      expectClose(g, expected.gradients[j]!, `gradient ${j}`);
    });
  });
});
