/**
 * What debugNaN names. Here and not beside its source, because lines under src/ are the engine's and not the user's.
 */
import { describe, expect, it } from 'vitest';
import {
  Cell,
  compile,
  debugNaN,
  device,
  gradients,
  type Tensor,
  tensor,
  TraceError,
  ValueError,
  vmap,
} from '../src/index.ts';
import { Linear, mse } from '../src/nn/index.ts';
import { SGD } from '../src/optim/index.ts';
import { originOf } from '../src/ir/origin.ts';
import { expectClose } from './arrays.ts';
import { testDevices } from './devices.ts';

/** The line of this file that calls it. */
function here(): number {
  return Number(/debug-nan\.test\.ts:(\d+)/.exec(new Error().stack!.split('\n')[2]!)![1]);
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ValueError) return error.message;
    throw error;
  }
  return 'nothing was thrown';
}

describe.each(testDevices)('debugNaN on %s', (name) => {
  it('names the op, the line, the element and what it was made of', () => {
    device(name);
    let line = 0;
    const f = (x: Tensor) => {
      const y = x.sub(2);
      line = here() + 1;
      return y.log().add(1).sum();
    };
    const message = messageOf(() => debugNaN(f)(tensor([[3, 4, 5], [3, 1, 0]]))); // prettier-ignore
    expect(message).toMatch(
      /^debugNaN: log at .*debug-nan\.test\.ts:\d+:\d+ is the first to hold NaN: 2 of 6 elements, first at \[1, 1\], made of -1$/,
    );
    expect(message).toContain(`debug-nan.test.ts:${line}:`);
  });

  it('names the op whose gradient it is', () => {
    device(name);
    let line = 0;
    const f = (x: Tensor) => {
      line = here() + 1;
      const norm = x.square().sum().sqrt();
      return gradients(norm, x);
    };
    const message = messageOf(() => debugNaN(f)(tensor([0, 0])));
    expect(message).toMatch(/^debugNaN: mul in the gradient of mul at .* is the first to hold NaN: 2 of 2 elements/);
    expect(message).toMatch(/; an infinity came from div in the gradient of sqrt at .*debug-nan\.test\.ts:/);
    expect(message).toContain(`debug-nan.test.ts:${line}:`);
  });

  it('says where infinities came from, or stops at them if asked', () => {
    device(name);
    const f = (x: Tensor) => {
      const e = x.exp();
      return e.div(e.sum());
    };
    const x = tensor([0, 1000]);
    expect(messageOf(() => debugNaN(f)(x))).toMatch(/^debugNaN: div at .* 1 of 2 .* made of Infinity and Infinity; an infinity came from exp at /); // prettier-ignore
    expect(messageOf(() => debugNaN(f, { infinities: true })(x))).toMatch(
      /^debugNaN: exp at .* is the first to hold infinity: 1 of 2 elements, first at \[1\], made of 1000$/,
    );
    const masked = (t: Tensor) => t.add(tensor([0, -Infinity])).softmax(0);
    expectClose(debugNaN(masked)(tensor([1, 2])), [1, 0], 1e-6);
  });

  it('looks into compiled steps, at what cells are given, and leaves those as they were', () => {
    device(name);
    const layer = new Linear(2, 1);
    const optimizer = new SGD(layer.parameters(), { lr: 1e30 });
    const before = layer.weight.value.arraySync();
    const step = compile((x: Tensor, y: Tensor) => {
      const loss = mse(layer.forward(x), y);
      optimizer.step(gradients(loss, layer.parameters()));
      return loss;
    });
    const y = tensor([[1]]);
    expect(messageOf(() => debugNaN(step)(tensor([[NaN, 1]]), y))).toMatch(
      /^debugNaN: the tensor of shape \(1, 2\) \(made before debugNaN\) is the first to hold NaN: 1 of 2 elements, first at \[0, 0\]/,
    );
    expect(layer.weight.value.arraySync()).toEqual(before);
    expect(step.traces).toBe(0);
    const bad = new Cell(1);
    const update = () => (bad.value = bad.value.neg().sqrt());
    expect(messageOf(() => debugNaN(() => void update())())).toMatch(/^debugNaN: sqrt at .* made of -1$/);
    expectClose(bad.value, 1, 0);
  });

  it('follows values through vmap and products', () => {
    device(name);
    const f = (x: Tensor) => vmap((row: Tensor) => row.log().sum())(x);
    expect(messageOf(() => debugNaN(f)(tensor([[1, 2], [3, -1]])))).toMatch(/^debugNaN: log in the batch of log at /); // prettier-ignore
    const g = (x: Tensor, w: Tensor) => x.mul(1e38).matmul(w.mul(10));
    expect(messageOf(() => debugNaN(g)(tensor([[1, -1]]), tensor([[1], [1]])))).toMatch(/^debugNaN: sum at /);
  });

  it('changes nothing where all is well, and records nothing afterwards', () => {
    device(name);
    expectClose(debugNaN((x: Tensor) => x.exp())(tensor([0])), [1], 0);
    expect(originOf(tensor([1]).exp().node)).toBeUndefined();
    expect(() => compile((x: Tensor) => debugNaN((t: Tensor) => t)(x))(tensor([1]))).toThrow(TraceError);
  });
});
