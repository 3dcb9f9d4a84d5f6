import { describe, expect, it } from 'vitest';
import { DTypeError, ShapeError } from '../base/errors.ts';
import { binary, bitcast, cast, constant, detach, param, realize, reduce, unary, where } from '../ir/build.ts';
import type { Node } from '../ir/node.ts';
import { topological } from '../ir/walk.ts';
import { evaluate } from '../runtime/reference/evaluate.ts';
import { gradients } from './gradients.ts';

const x = param(0, [3], 'float64');
const y = param(1, [3], 'float64');
const mul = (a: Node, b: Node): Node => binary('mul', a, b);
const add = (a: Node, b: Node): Node => binary('add', a, b);
const like = (a: Node, value: number): Node => constant(value, a.shape, a.dtype);
const relu = (a: Node): Node => binary('max', a, like(a, 0));

function at(node: Node, xs: readonly number[], ys: readonly number[] = [0, 0, 0]): number[] {
  return [...evaluate({ inputs: [x, y], outputs: [node] }, [Float64Array.from(xs), Float64Array.from(ys)])[0]!];
}

function gradient(node: Node, of: Node = x): Node {
  return gradients(node, [of])[0]!;
}

describe('gradients', () => {
  it('are zeros where the value does not depend on the variable', () => {
    for (const independent of [
      mul(y, y),
      detach(x),
      cast(cast(x, 'int32'), 'float64'),
      unary('floor', x),
      cast(binary('lt', x, y), 'float64'),
    ]) {
      const g = gradient(independent);
      expect([g.op, g.shape, g.dtype]).toEqual(['const', [3], 'float64']);
      expect(at(g, [1, 2, 3])).toEqual([0, 0, 0]);
    }
  });

  it('stop at bits', () => {
    const f = param(0, [3], 'float32');
    expect(gradient(bitcast(bitcast(f, 'int32'), 'float32'), f).op).toBe('const');
  });

  it('of a value with respect to itself are the seed', () => {
    expect(at(gradient(x), [1, 2, 3])).toEqual([1, 1, 1]);
    const seed = like(x, 5);
    expect(gradients(x, [x], seed)[0]).toBe(seed);
  });

  it('add up over every way from the value to the variable', () => {
    expect(at(gradient(add(mul(x, x), add(x, mul(x, y)))), [1, 2, 3], [10, 20, 30])).toEqual([13, 25, 37]);
  });

  it('can be asked for at an intermediate value, and pass through it', () => {
    const middle = mul(x, y);
    const [dMiddle, dx] = gradients(mul(middle, middle), [middle, x]);
    expect(at(dMiddle!, [1, 2, 3], [2, 2, 2])).toEqual([4, 8, 12]);
    expect(at(dx!, [1, 2, 3], [2, 2, 2])).toEqual([8, 16, 24]);
  });

  it('pass through realize and float casts, in the dtype of the variable', () => {
    const g = gradient(cast(realize(mul(x, x)), 'float32'));
    expect(g.dtype).toBe('float64');
    expect(at(g, [1, 2, 3])).toEqual([2, 4, 6]);
  });

  it('flow only through the chosen side of where', () => {
    const g = gradients(where(binary('lt', x, y), mul(x, x), mul(y, y)), [x, y]);
    expect(g.map((one) => at(one, [1, 5, 3], [2, 4, 3]))).toEqual([
      [2, 0, 0],
      [0, 8, 6],
    ]);
  });

  it('build nothing for inputs that nobody asked about', () => {
    const made = topological([gradient(mul(unary('exp', y), x))]);
    // The gradient with respect to x is exp(y); that of y would need its product with x.
    expect(made.map((node) => node.op)).toEqual(['param', 'exp']);
  });

  it('visit only what lies between the variables and the value', () => {
    let long = y;
    for (let i = 0; i < 50_000; i++) long = unary('tanh', long);
    const start = detach(x);
    expect(gradient(add(long, mul(start, start)), start).op).toBe('add');
  });

  it('walk a chain of fifty thousand nodes without recursion', () => {
    let long = x;
    for (let i = 0; i < 50_000; i++) long = unary('neg', long);
    for (let i = 0; i < 50_000; i++) long = add(long, y);
    expect(at(gradient(long), [1, 2, 3])).toEqual([1, 1, 1]);
  });
});

describe('the gradient of max', () => {
  it('against a constant is 0 at the constant: relu has gradient 0 at 0', () => {
    expect(at(gradient(relu(x)), [-1, 0, 2])).toEqual([0, 0, 1]);
    expect(at(gradient(binary('max', like(x, 0), x)), [-1, 0, 2])).toEqual([0, 0, 1]);
  });

  it('against a constant needs the output only', () => {
    const inner = mul(x, y);
    const out = relu(inner);
    const g = gradients(out, [inner])[0]!;
    expect(topological([g], (node) => node === out)).not.toContain(inner);
  });

  it('splits in halves at a tie', () => {
    const g = gradients(binary('max', x, y), [x, y]);
    expect(g.map((one) => at(one, [1, 2, 3], [2, 2, 2]))).toEqual([
      [0, 0.5, 1],
      [1, 0.5, 0],
    ]);
    expect(at(gradient(binary('max', x, x)), [1, 2, 3])).toEqual([1, 1, 1]);
  });

  it('over an axis is shared by equals', () => {
    expect(at(gradient(reduce('amax', x, [0])), [4, 1, 4])).toEqual([0.5, 0, 0.5]);
  });
});

describe('the gradient of a product over an axis', () => {
  it.each([
    [
      [2, 3, 4],
      [12, 8, 6],
    ],
    [
      [2, 0, 4],
      [0, 8, 0],
    ],
    [
      [0, 0, 4],
      [0, 0, 0],
    ],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ])('of %j is %j', (values, expected) => {
    expect(at(gradient(reduce('prod', x, [0])), values)).toEqual(expected);
  });
});

describe('second derivatives', () => {
  const points = [-1.5, 0.25, 2];
  const second = (f: Node): number[] => at(gradient(gradient(f)), points);
  /** Closed forms and rules are a few roundings each of numbers near 1. */
  const close = (actual: readonly number[], expected: readonly number[]): void =>
    actual.forEach((value, i) =>
      expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(expected[i]!))),
    );

  it('of exp is exp', () => close(second(unary('exp', x)), points.map(Math.exp)));
  it('of tanh is −2 tanh (1 − tanh²)', () =>
    close(
      second(unary('tanh', x)),
      points.map((p) => -2 * Math.tanh(p) * (1 - Math.tanh(p) ** 2)),
    ));
  it('of sin is −sin', () =>
    close(
      second(unary('sin', x)),
      points.map((p) => -Math.sin(p)),
    ));
  it('of the sigmoid s is s (1 − s) (1 − 2s)', () => {
    const sigmoid = binary('div', like(x, 1), add(like(x, 1), unary('exp', unary('neg', x))));
    const s = points.map((p) => 1 / (1 + Math.exp(-p)));
    close(
      second(sigmoid),
      s.map((v) => v * (1 - v) * (1 - 2 * v)),
    );
  });
  it('of log-sum-exp along v is Σ s v² − (Σ s v)², s the softmax', () => {
    const v = [0.5, -1, 2];
    const first = gradient(unary('log', reduce('sum', unary('exp', x), [0])));
    const along = gradient(reduce('sum', mul(first, y), [0]));
    const total = points.reduce((sum, p) => sum + Math.exp(p), 0);
    const s = points.map((p) => Math.exp(p) / total);
    close(at(first, points, v), s);
    const mean = s.reduce((sum, si, i) => sum + si * v[i]!, 0);
    close(
      at(along, points, v),
      s.map((si, i) => si * (v[i]! - mean)),
    );
  });
  it('of x³ is 6x, and the third is 6', () => {
    const cube = mul(x, mul(x, x));
    close(
      second(cube),
      points.map((p) => 6 * p),
    );
    close(at(gradient(gradient(gradient(cube))), points), [6, 6, 6]);
  });
  it('of relu is 0', () => close(second(relu(x)), [0, 0, 0]));
});

describe('refusals', () => {
  it('of values, variables and seeds of the wrong dtype', () => {
    const n = param(2, [3], 'int32');
    expect(() => gradients(n, [x])).toThrow(
      new DTypeError("gradients: the value must be float32 or float64, got int32; convert with .cast('float32')"),
    );
    expect(() => gradients(x, [n])).toThrow(/^gradients: the variable must be float32 or float64, got int32/);
    expect(() => gradients(x, [x], constant(1, [3], 'float32'))).toThrow(DTypeError);
  });

  it('of a seed of another shape', () => {
    const seed = constant(1, [], 'float64');
    expect(() => gradients(x, [x], seed)).toThrow(
      new ShapeError("gradients: the seed has shape (); it must have the value's, (3,)"),
    );
  });
});
