/**
 * Random convolutions, plain and transposed, with their gradients: what devices make of strides, dilations, paddings and groups
 * (padded sources, phases, direct loops) against the reference device, which evaluates the graph op by op.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { compile, convTranspose2d, device, gradients, tensor, type Tensor } from '../../src/index.ts';
import { currentDevice } from '../../src/runtime/registry.ts';
import { uniform } from '../golden/lcg.ts';
import { testDevices } from '../devices.ts';

const before = currentDevice().name;
afterAll(() => {
  device(before);
});

const cases = fc.record({
  isTransposed: fc.boolean(),
  batch: fc.integer({ min: 1, max: 3 }),
  perGroup: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
  groups: fc.integer({ min: 1, max: 3 }),
  size: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
  kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  padding: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
  dilation: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** The value and both gradients, or undefined where the sizes leave nothing to compute. */
function results({ isTransposed, batch, perGroup, groups, size, kernel, ...options }: Case): number[][] | undefined {
  const { stride, padding, dilation } = options;
  const out = size.map((n, i) => {
    const reach = dilation[i]! * (kernel[i]! - 1);
    return isTransposed
      ? (n - 1) * stride[i]! - 2 * padding[i]! + reach + 1
      : Math.floor((n + 2 * padding[i]! - reach - 1) / stride[i]!) + 1;
  });
  if (out.some((n) => n < 1)) return undefined;
  const [from, to] = [perGroup[0] * groups, perGroup[1] * groups];
  const x = filled([batch, from, ...size], 1);
  const w = filled(isTransposed ? [from, perGroup[1], ...kernel] : [to, perGroup[0], ...kernel], 2);
  const dy = filled([batch, to, ...out], 3);
  const pair = { stride, padding, dilation, groups };
  const all = compile((a: Tensor, b: Tensor, upstream: Tensor) => {
    const y = isTransposed ? convTranspose2d(a, b, pair) : a.conv2d(b, pair);
    return [y, ...gradients(y, [a, b], upstream)];
  });
  return all(x, w, dy).map((y) => Array.from(y.dataSync(), Number));
}

function filled(shape: readonly number[], seed: number): Tensor {
  return tensor(
    uniform(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    { shape },
  );
}

describe.each(testDevices.filter((name) => name !== 'reference'))('on %s', (name) => {
  it('agree with the reference', () => {
    fc.assert(
      fc.property(cases, (one) => {
        device('reference');
        const expected = results(one);
        device(name);
        const found = results(one);
        expect(found?.length).toBe(expected?.length);
        expected?.forEach((values, i) => {
          // float32 sums of at most some hundred products of numbers below 1
          values.forEach((value, k) => expect(Math.abs(found![i]![k]! - value)).toBeLessThan(3e-5));
        });
      }),
      { seed: 71, numRuns: 60 },
    );
  });
});
