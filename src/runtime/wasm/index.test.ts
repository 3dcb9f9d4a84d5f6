import { expect, it } from 'vitest';
import { binary, expand, param, reduce, reshape, unary } from '../../ir/build.ts';
import type { Graph } from '../../ir/node.ts';
import { referenceDevice } from '../reference/index.ts';
import { wasmDevice } from './index.ts';

/** exp(x · w), row sums of it. */
function graph(m: number, k: number, n: number): Graph {
  const x = param(0, [m, k], 'float32');
  const w = param(1, [k, n], 'float32');
  const wide = [m, k, n];
  const products = binary('mul', expand(reshape(x, [m, k, 1]), wide), expand(reshape(w, [1, k, n]), wide));
  const y = unary('exp', reduce('sum', products, [1]));
  return { inputs: [x, w], outputs: [y, reduce('sum', y, [1])] };
}

it('names what it uses', () => {
  expect(wasmDevice({ threads: 1, relaxed: false }).description).toBe('wasm (simd)');
  expect(wasmDevice({ threads: 2, relaxed: false }).description).toBe('wasm (simd, 2 threads)');
});

for (const threads of [1, 2]) {
  it(`computes a scheduled graph as the reference device does, on ${threads} thread(s)`, () => {
    const device = wasmDevice({ threads });
    for (const [m, k, n] of [
      [3, 2, 5],
      [37, 19, 23],
      [160, 100, 130],
    ] as const) {
      const [x, w] = [m * k, k * n].map((size) => Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7) / 8));
      const [actual, expected] = [device, referenceDevice].map((each) => {
        const outputs = [each.allocate('float32', m * n), each.allocate('float32', m)];
        each.compile(graph(m, k, n)).run([each.store('float32', x!), each.store('float32', w!)], outputs);
        return outputs.map((output) => output.read());
      });
      expected!.forEach((values, o) => {
        // Sums of up to 130 float32 in another order: a few units in the last place each.
        const worst = Math.max(...values.map((value, i) => Math.abs(value - actual![o]![i]!) / Math.abs(value)));
        expect(worst).toBeLessThan(3e-6);
      });
    }
  });
}
