/**
 * Every gradient and every tangent against central finite differences in float64, over random shapes, and the two against each other.
 *
 * The step is h = 2^-17, near the cube root of the rounding unit ε = 2^-53, where the two errors of a central difference meet: h²·f‴/6 ≈ 1e-11 and
 * ε·|y|/h ≈ 1e-11, each times the scale of the problem (at most some tens here). The tolerance is 1e-8 of that scale.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Shape, sizeOf } from '../../src/base/shape.ts';
import {
  binary,
  buffer,
  cast,
  constant,
  detach,
  expand,
  flip,
  gather,
  pad,
  param,
  permute,
  realize,
  reduce,
  reshape,
  scatterAdd,
  shrink,
  slide,
  unary,
  unslide,
  where,
} from '../../src/ir/build.ts';
import type { TypedArray } from '../../src/ir/dtype.ts';
import type { Node } from '../../src/ir/node.ts';
import { evaluate } from '../../src/runtime/reference/evaluate.ts';
import { ArrayStorage } from '../../src/runtime/reference/storage.ts';
import { gradients } from '../../src/transform/gradients.ts';
import { tangents } from '../../src/transform/jvp.ts';
import { uniform64 } from '../golden/lcg.ts';

const h = 2 ** -17;
const tolerance = 1e-8;
const runs = { seed: 20240, numRuns: 12 };

type Graph = (...xs: Node[]) => Node;
/** Where inputs are drawn from, given u in [-1, 1). */
type Domain = (u: number) => number;

const anywhere: Domain = (u) => 2 * u;
const positive: Domain = (u) => 1.5 + u;

/** Checks d(Σ weights · f(xs))/dxs, with random weights, at a random point. */
function check(f: Graph, shapes: readonly Shape[], seed: number, domain: Domain = anywhere): void {
  const xs = shapes.map((shape, i) => param(i, shape, 'float64'));
  const point = shapes.map((shape, i) => Float64Array.from(uniform64(sizeOf(shape), seed + i), domain));
  const y = f(...xs);
  const weights = values64(uniform64(sizeOf(y.shape), seed + 100), y.shape);
  const grads = gradients(y, xs, weights);
  expect(grads.map((g) => g.shape)).toEqual(shapes);
  const total = sum(mul(y, weights));
  const found = evaluate({ inputs: xs, outputs: [total, ...grads] }, point);
  const value = (): number => evaluate({ inputs: xs, outputs: [total] }, point)[0]![0]!;
  const scale = found.flatMap((array) => [...array]).reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  expect(Number.isFinite(scale)).toBe(true);
  point.forEach((array, k) => {
    for (let i = 0; i < array.length; i++) {
      const at = array[i]!;
      array[i] = at + h;
      const above = value();
      array[i] = at - h;
      const below = value();
      array[i] = at;
      const expected = (above - below) / (2 * h);
      const actual = found[k + 1]![i]!;
      if (!(Math.abs(actual - expected) <= tolerance * scale)) {
        expect.fail(`input ${k}, element ${i}: the gradient is ${actual}, the finite difference ${expected}`);
      }
    }
  });
  checkTangent(f, xs, point, seed, { weights, gradient: found.slice(1) });
}

/** Checks how f moves in a random direction, and that ⟨weights, J · direction⟩ is ⟨Jᵀ · weights, direction⟩. */
function checkTangent(
  f: Graph,
  xs: readonly Node[],
  point: readonly Float64Array<ArrayBuffer>[],
  seed: number,
  { weights, gradient }: { weights: Node; gradient: readonly TypedArray[] },
): void {
  const y = f(...xs);
  const directions = xs.map(({ shape }, i) => Float64Array.from(uniform64(sizeOf(shape), seed + 200 + i)));
  const [moves] = tangents(
    [y],
    xs,
    xs.map(({ shape }, i) => values64(directions[i]!, shape)),
  );
  const dy = moves ?? like(y, 0);
  expect(dy.shape).toEqual(y.shape);
  const [actual, total] = evaluate({ inputs: xs, outputs: [dy, sum(mul(dy, weights))] }, point);
  const [above, below] = [h, -h].map((by) => {
    const moved = point.map((array, k) => array.map((x, i) => x + by * directions[k]![i]!));
    return evaluate({ inputs: xs, outputs: [y] }, moved)[0]!;
  });
  const scale = [...actual!].reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  const size = xs.reduce((count, x) => count + sizeOf(x.shape), 1);
  actual!.forEach((value, i) => {
    const expected = (above![i]! - below![i]!) / (2 * h);
    if (!(Math.abs(value - expected) <= size * tolerance * scale))
      expect.fail(`element ${i}: the tangent is ${value}, the finite difference ${expected}`);
  });
  const products = gradient.flatMap((array, k) => [...array].map((g, i) => g * directions[k]![i]!));
  const magnitude = products.reduce((most, v) => most + Math.abs(v), 1);
  expect(Math.abs(products.reduce((a, b) => a + b, 0) - total![0]!)).toBeLessThanOrEqual(1e-12 * magnitude * scale);
}

function values64(values: Iterable<number>, shape: Shape): Node {
  return buffer({ storage: new ArrayStorage('float64', Float64Array.from(values)) }, shape);
}

function integers(values: Iterable<number>, shape: Shape): Node {
  return buffer({ storage: new ArrayStorage('int32', Int32Array.from(values)) }, shape);
}

// Compositions, as the tensor layer would write them

const mul = (a: Node, b: Node): Node => binary('mul', a, b);
const add = (a: Node, b: Node): Node => binary('add', a, b);
const div = (a: Node, b: Node): Node => binary('div', a, b);
const sub = (a: Node, b: Node): Node => add(a, unary('neg', b));
const like = (x: Node, value: number): Node => constant(value, x.shape, x.dtype);
const everyAxis = (x: Node): number[] => x.shape.map((_, axis) => axis);
const sum = (x: Node, axes = everyAxis(x)): Node => reduce('sum', x, axes);
const sigmoid = (x: Node): Node => div(like(x, 1), add(like(x, 1), unary('exp', unary('neg', x))));

/** A reduction over the last axis, repeated along it again. */
function acrossLast(op: 'sum' | 'amax', x: Node): Node {
  const last = x.shape.length - 1;
  return expand(
    reduce(op, x, [last]),
    x.shape,
    everyAxis(x).filter((axis) => axis !== last),
  );
}

function softmax(x: Node): Node {
  const e = unary('exp', sub(x, acrossLast('amax', x)));
  return div(e, acrossLast('sum', e));
}

function logSumExp(x: Node): Node {
  const last = x.shape.length - 1;
  const top = detach(acrossLast('amax', x));
  return add(unary('log', reduce('sum', unary('exp', sub(x, top)), [last])), reduce('amax', top, [last]));
}

function layerNorm(x: Node): Node {
  const n = like(x, x.shape.at(-1)!);
  const centred = sub(x, div(acrossLast('sum', x), n));
  const variance = div(acrossLast('sum', mul(centred, centred)), n);
  return div(centred, unary('sqrt', add(variance, like(x, 0.1))));
}

interface Window {
  readonly stride: number;
  readonly dilation: number;
}

/** x (B, C, H, W) → windows (B, C, OH, OW, KH, KW). */
function windows(x: Node, [kh, kw]: readonly [number, number], { stride, dilation }: Window): Node {
  const [b, c, height, width] = x.shape as [number, number, number, number];
  const count = (n: number, k: number): number => Math.floor((n - (k - 1) * dilation - 1) / stride) + 1;
  const wide = expand(x, [b, c, height, width, kh, kw], [0, 1, 2, 3]);
  const rows = slide(wide, count(height, kh), { axis: 2, window: 4, stride, dilation });
  return slide(rows, count(width, kw), { axis: 3, window: 5, stride, dilation });
}

/** x (B, C, H, W) * w (O, C, KH, KW) → (B, O, OH, OW). */
function convolve(x: Node, w: Node, window: Window): Node {
  const [o, c, kh, kw] = w.shape as [number, number, number, number];
  const seen = windows(x, [kh, kw], window); // (B, C, OH, OW, KH, KW)
  const [b, , oh, ow] = seen.shape as [number, number, number, number];
  const full = [b, o, c, oh, ow, kh, kw];
  return reduce('sum', mul(expand(seen, full, [0, 2, 3, 4, 5, 6]), expand(w, full, [1, 2, 5, 6])), [2, 5, 6]);
}

const shapes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 0, maxLength: 3 });
const filled = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });
const seeds = fc.integer({ min: 0, max: 1_000_000 });

/** Runs `body` for random shapes (of rank 1 or more) and seeds. */
function over(body: (shape: number[], seed: number) => void, shape = filled): void {
  fc.assert(fc.property(shape, seeds, body), runs);
}

/** Some of the axes of a shape, at least one, chosen by a seed. */
function someAxes(shape: Shape, seed: number): number[] {
  const chosen = shape.map((_, axis) => axis).filter((axis) => (seed >> axis) & 1);
  return chosen.length > 0 ? chosen : [seed % shape.length];
}

describe('the gradient of an elementwise op is its finite difference', () => {
  const unaries: [string, Graph, Domain?][] = [
    ['neg', (x) => unary('neg', x)],
    ['exp', (x) => unary('exp', x)],
    ['log', (x) => unary('log', x), positive],
    ['sin', (x) => unary('sin', x), (u) => 50 * u],
    ['sqrt', (x) => unary('sqrt', x), positive],
    ['floor', (x) => mul(unary('floor', x), x), (u) => 5 * u],
    ['tanh', (x) => unary('tanh', x)],
    ['erf', (x) => unary('erf', x)],
    ['realize', (x) => mul(realize(x), x)],
    ['sigmoid', sigmoid],
    ['relu', (x) => binary('max', x, like(x, 0))],
    ['max with a constant on the left', (x) => binary('max', like(x, 0.3), x)],
  ];
  it.each(unaries)('%s', (_, f, domain) => over((shape, seed) => check(f, [shape], seed, domain), shapes));

  const binaries: [string, Graph, Domain?][] = [
    ['add', add],
    ['mul', mul],
    ['div', div, positive],
    ['mod', (a, b) => binary('mod', mul(a, like(a, 7)), b), positive],
    ['max', (a, b) => binary('max', a, b)],
    ['where', (a, b) => where(binary('lt', a, b), mul(a, a), mul(a, b))],
    ['an input used twice', (a, b) => add(mul(a, b), mul(mul(a, a), unary('exp', b)))],
  ];
  it.each(binaries)('%s', (_, f, domain) => over((shape, seed) => check(f, [shape, shape], seed, domain), shapes));

  it('where with a fixed condition', () =>
    over((shape, seed) => {
      const condition = cast(integers(uniform64(sizeOf(shape), seed, 2), shape), 'bool');
      check((a, b) => where(condition, a, b), [shape, shape], seed);
    }));
});

describe('the gradient of a reduction is its finite difference', () => {
  for (const op of ['sum', 'amax', 'prod'] as const) {
    it(op, () => over((shape, seed) => check((x) => reduce(op, x, someAxes(shape, seed)), [shape], seed)));
  }

  it.each([1, 2, 3])('prod with %d zeros', (zeros) => {
    // Multiplied by a mask instead of drawn, so that the finite difference moves away from the zero.
    const point = [0.7, -1.3, 2.1, 0.4].map((x, i) => (i < zeros ? 0 : x));
    check(
      (x) => reduce('prod', add(mul(x, like(x, 1)), values64(point, [4])), [0]),
      [[4]],
      1,
      () => 0,
    );
  });
});

describe('the gradient of a movement op is its finite difference', () => {
  it('reshape', () => over((shape, seed) => check((x) => reshape(x, [sizeOf(shape)]), [shape], seed)));
  it('permute', () =>
    over((shape, seed) => {
      const order = shape.map((_, axis) => (axis + seed) % shape.length);
      check((x) => permute(x, order), [shape], seed);
    }));
  it('expand to new axes and along axes of size 1', () =>
    over((shape, seed) => {
      const axes = someAxes(shape, seed);
      const narrow = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
      const kept = shape.filter((_, axis) => !axes.includes(axis));
      check((x) => expand(x, [2, ...shape]), [narrow], seed);
      check(
        (x) =>
          expand(
            x,
            shape,
            everyAxis(x).map((i) => shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))[i]!),
          ),
        [kept],
        seed,
      );
    }));
  it('pad, with and without interior', () =>
    over((shape, seed) => {
      const low = shape.map((_, axis) => (seed + axis) % 3);
      const high = shape.map((_, axis) => (seed + 2 * axis) % 2);
      check((x) => pad(x, { low, high, value: 5 }), [shape], seed);
      check((x) => pad(x, { low, high, interior: low }), [shape], seed);
    }));
  it('shrink, with steps that leave a rest', () =>
    over(
      (shape, seed) => {
        const size = shape.map((n) => n * 3 + 1);
        const step = shape.map((_, axis) => 1 + ((seed + axis) % 3));
        check(
          (x) =>
            shrink(
              x,
              shape.map((_, axis) => (seed + axis) % 2),
              shape,
              step,
            ),
          [size],
          seed,
        );
      },
      fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 2 }),
    ));
  it('flip', () => over((shape, seed) => check((x) => flip(x, someAxes(shape, seed)), [shape], seed)));

  const slides = fc.record({
    window: fc.integer({ min: 1, max: 3 }),
    count: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    rest: fc.integer({ min: 0, max: 2 }),
  });
  it('slide, strided and dilated', () =>
    fc.assert(
      fc.property(slides, seeds, ({ window, count, stride, dilation, rest }, seed) => {
        const size = (count - 1) * stride + (window - 1) * dilation + 1 + rest;
        check((x) => slide(x, count, { axis: 0, window: 1, stride, dilation }), [[size, window]], seed);
      }),
      runs,
    ));
  it('unslide, also into less than the windows reach', () =>
    fc.assert(
      fc.property(slides, seeds, ({ window, count, stride, dilation, rest }, seed) => {
        const size = (count - 1) * stride + (window - 1) * dilation + 1;
        const attributes = { axis: 1, window: 0, stride, dilation };
        check((x) => unslide(x, size + rest, attributes), [[window, count]], seed);
        check((x) => unslide(x, Math.max(1, size - rest), attributes), [[window, count]], seed);
      }),
      runs,
    ));
});

describe('the gradient of indexing is its finite difference', () => {
  /** Indices below `size`, with repeats. */
  const drawn = (shape: Shape, size: number, seed: number): Node =>
    integers(
      uniform64(sizeOf(shape), seed + 7).map((u) => Math.floor(((u + 1) / 2) * size)),
      shape,
    );

  it('gather', () =>
    over((shape, seed) => {
      const axis = seed % shape.length;
      const to = shape.with(axis, 5);
      check((x) => gather(x, drawn(to, shape[axis]!, seed), axis), [shape], seed);
    }));
  it('scatterAdd', () =>
    over((shape, seed) => {
      const axis = seed % shape.length;
      check((x) => scatterAdd(x, drawn(shape, 4, seed), axis, 4), [shape], seed);
    }));
});

describe('the gradient of a composition is its finite difference', () => {
  it('softmax', () => over((shape, seed) => check(softmax, [shape], seed)));
  it('log-sum-exp', () => over((shape, seed) => check(logSumExp, [shape], seed)));
  it('layer normalisation', () => over((shape, seed) => check(layerNorm, [shape], seed)));
  it('a matrix product', () =>
    check(
      (a, b) => reduce('sum', mul(expand(a, [2, 3, 4], [0, 2]), expand(b, [2, 3, 4], [1, 2])), [2]),
      [
        [2, 4],
        [3, 4],
      ],
      3,
    ));
  it.each([
    { stride: 1, dilation: 1 },
    { stride: 2, dilation: 1 },
    { stride: 1, dilation: 2 },
    { stride: 2, dilation: 2 },
  ])('a convolution with stride $stride and dilation $dilation', (window) => {
    check(
      (x, w) => convolve(x, w, window),
      [
        [1, 2, 6, 5],
        [2, 2, 3, 2],
      ],
      11,
    );
  });
  it('max pooling', () => {
    check((x) => reduce('amax', windows(x, [2, 2], { stride: 2, dilation: 1 }), [4, 5]), [[2, 1, 4, 5]], 5);
    check((x) => reduce('amax', windows(x, [3, 3], { stride: 2, dilation: 1 }), [4, 5]), [[1, 2, 5, 5]], 6);
  });
});

describe('the gradient of a gradient is its finite difference', () => {
  const derivative =
    (f: Graph): Graph =>
    (x) =>
      gradients(mul(f(x), f(x)), [x])[0]!;
  const functions: [string, Graph, Domain?][] = [
    ['tanh', (x) => unary('tanh', x)],
    ['exp', (x) => unary('exp', x)],
    ['log', (x) => unary('log', x), positive],
    ['sqrt', (x) => unary('sqrt', x), positive],
    ['sin', (x) => unary('sin', x)],
    ['erf', (x) => unary('erf', x)],
    ['sigmoid', sigmoid],
    ['div', (x) => div(unary('exp', x), add(mul(x, x), like(x, 1)))],
    ['softmax', softmax],
    ['log-sum-exp', logSumExp],
    ['layer normalisation', layerNorm],
    ['prod without zeros', (x) => reduce('prod', x, [0]), positive],
    ['amax', (x) => reduce('amax', mul(x, x), [0])],
    ['pad and flip', (x) => flip(pad(mul(x, x), { low: x.shape, high: x.shape }), everyAxis(x))],
  ];
  it.each(functions)('%s', (_, f, domain) => over((shape, seed) => check(derivative(f), [shape], seed, domain)));

  it('a convolution, with respect to the input and the weights', () => {
    const second =
      (k: 0 | 1): Graph =>
      (x, w) => {
        const y = convolve(x, w, { stride: 2, dilation: 1 });
        return gradients(mul(y, unary('tanh', y)), [x, w])[k]!;
      };
    for (const k of [0, 1] as const)
      check(
        second(k),
        [
          [1, 1, 5, 5],
          [2, 1, 3, 3],
        ],
        21,
      );
  });
});

describe('two ops are adjoint: ⟨forward(x), y⟩ = ⟨x, backward(y)⟩', () => {
  /** Both sides are the same sum of products in another order, so they agree to a few units of rounding. */
  function adjoint(forward: Graph, backward: Graph, from: Shape, seed: number): void {
    const x = values64(uniform64(sizeOf(from), seed), from);
    const there = forward(x);
    const y = values64(uniform64(sizeOf(there.shape), seed + 1), there.shape);
    const [left, right] = evaluate({ inputs: [], outputs: [sum(mul(there, y)), sum(mul(x, backward(y)))] }, []);
    expect(Math.abs(left![0]! - right![0]!)).toBeLessThanOrEqual(1e-12);
  }

  it('slide and unslide', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        seeds,
        (window, count, stride, dilation, seed) => {
          const size = (count - 1) * stride + (window - 1) * dilation + 1 + (seed % 3);
          const attributes = { axis: 2, window: 0, stride, dilation };
          adjoint(
            (x) => slide(x, count, attributes),
            (y) => unslide(y, size, attributes),
            [window, 2, size],
            seed,
          );
        },
      ),
      { seed: 1, numRuns: 100 },
    ));

  it('pad and shrink', () =>
    fc.assert(
      fc.property(
        filled,
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        seeds,
        (shape, before, after, between, seed) => {
          const [low, high, interior] = [before, after, between].map((n) => shape.map((_, axis) => (n + axis) % 4)) as [
            number[],
            number[],
            number[],
          ];
          adjoint(
            (x) => pad(x, { low, high, interior }),
            (y) =>
              shrink(
                y,
                low,
                shape,
                interior.map((n) => n + 1),
              ),
            shape,
            seed,
          );
        },
      ),
      { seed: 2, numRuns: 100 },
    ));

  it('gather and scatterAdd', () =>
    fc.assert(
      fc.property(filled, fc.integer({ min: 1, max: 6 }), seeds, (shape, count, seed) => {
        const axis = seed % shape.length;
        const to = shape.with(axis, count);
        const index = integers(
          uniform64(sizeOf(to), seed + 2).map((u) => Math.floor(((u + 1) / 2) * shape[axis]!)),
          to,
        );
        adjoint(
          (x) => gather(x, index, axis),
          (y) => scatterAdd(y, index, axis, shape[axis]!),
          shape,
          seed,
        );
      }),
      { seed: 3, numRuns: 100 },
    ));
});
