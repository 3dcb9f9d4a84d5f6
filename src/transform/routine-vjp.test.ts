/**
 * Every routine's gradient against central finite differences in float64. Inputs that a routine only reads half of (symmetric ones) are made
 * symmetric first; results with a free sign or phase are squared or put together again before they are weighted.
 */
import { describe, expect, it } from 'vitest';
import { type Shape, sizeOf } from '../base/shape.ts';
import { binary, constant, pad, param, reduce, reshape, routine, unary } from '../ir/build.ts';
import type { Node } from '../ir/node.ts';
import type { RoutineCall, RoutineName } from '../ir/routine.ts';
import { evaluate } from '../runtime/reference/evaluate.ts';
import { uniform64 } from '../../test/golden/lcg.ts';
import { gradients } from './gradients.ts';
import { mul, scale } from './derivatives.ts';
import { add, asColumns, identity, matmul, symmetric, transpose, unpack } from './matrix.ts';

const h = 2 ** -17;
const tolerance = 1e-8;

/** Compares d(Σ weights · f(xs))/dxs with differences, at a random point. */
function check(f: (...xs: Node[]) => Node, shapes: readonly Shape[], seed = 1): void {
  const xs = shapes.map((shape, i) => param(i, shape, 'float64'));
  const point = shapes.map((shape, i) => Float64Array.from(uniform64(sizeOf(shape), seed + i), (u) => 2 * u));
  const y = f(...xs);
  const weights = routineWeights(y, seed);
  const total = reduce(
    'sum',
    mul(y, weights),
    y.shape.map((_, i) => i),
  );
  const grads = gradients(total, xs);
  const found = evaluate({ inputs: xs, outputs: grads }, point);
  const value = (): number => evaluate({ inputs: xs, outputs: [total] }, point)[0]![0]!;
  const size = Math.max(1, Math.abs(value()), ...found.flatMap((array) => [...array].map(Math.abs)));
  point.forEach((array, i) => {
    for (let j = 0; j < array.length; j++) {
      const before = array[j]!;
      array[j] = before + h;
      const high = value();
      array[j] = before - h;
      const low = value();
      array[j] = before;
      const difference = Math.abs((high - low) / (2 * h) - found[i]![j]!);
      expect(difference, `input ${i}, element ${j} of ${f}`).toBeLessThan(tolerance * size);
    }
  });
}

function routineWeights(y: Node, seed: number): Node {
  const numbers = uniform64(sizeOf(y.shape), seed + 50);
  const parts = Array.from(numbers, (u) => constant(u, [1], 'float64'));
  // One constant an element, put side by side: the graph of a test may be clumsy.
  let sum = constant(0, [sizeOf(y.shape)], 'float64');
  parts.forEach((part, i) => {
    const low = [i];
    const high = [parts.length - 1 - i];
    sum = binary('add', sum, pad(part, { low, high }));
  });
  return reshape(sum, y.shape);
}

const run = (call: RoutineCall, ...inputs: Node[]): Node => routine(call, inputs);
/** Symmetric, and far from singular. */
const positive = (x: Node): Node => add(matmul(x, transpose(x)), identity(x, x.shape.at(-1)!));

/** Positive numbers about 1. */
const shapeFrom = (x: Node): Node => unary('exp', scale(x, 0.6));
/** Numbers between 0 and 1. */
const probabilityFrom = (x: Node): Node => {
  const one = constant(1, x.shape, x.dtype);
  return binary('div', one, add(one, unary('exp', x)));
};

const cases: { readonly [K in RoutineName]: [string, (...xs: Node[]) => Node, readonly Shape[]][] } = {
  argsort: [],
  argtopk: [],
  searchsorted: [],
  cumargmax: [],
  sort: [['rows', (x) => run({ name: 'sort' }, x), [[2, 5]]]],
  cumsum: [
    ['forwards', (x) => run({ name: 'cumsum', reverse: false }, x), [[2, 4]]],
    ['backwards', (x) => run({ name: 'cumsum', reverse: true }, x), [[4]]],
  ],
  cumprod: [['rows', (x) => run({ name: 'cumprod' }, x), [[2, 4]]]],
  cholesky: [['a batch', (x) => run({ name: 'cholesky' }, positive(x)), [[2, 3, 3]]]],
  triangularSolve: [true, false].flatMap((lower) =>
    [true, false].flatMap((transposed) =>
      [true, false].map((unitDiagonal): [string, (...xs: Node[]) => Node, readonly Shape[]] => [
        `lower ${lower}, transpose ${transposed}, unit ${unitDiagonal}`,
        (a, b) =>
          run(
            { name: 'triangularSolve', lower, transpose: transposed, unitDiagonal },
            add(a, scale(identity(a, 3), 4)),
            b,
          ),
        [
          [3, 3],
          [3, 2],
        ],
      ]),
    ),
  ),
  solve: [
    ['a batch', (a, b) => run({ name: 'solve' }, add(a, scale(identity(a, 3), 3)), b), [[2, 3, 3], [2, 3, 2]]], // prettier-ignore
  ],
  lu: [
    ['square', (a) => unpack(run({ name: 'lu' }, a), [[3, 3]])[0]!, [[2, 3, 3]]],
    ['wide', (a) => unpack(run({ name: 'lu' }, a), [[2, 4]])[0]!, [[2, 4]]],
    ['tall', (a) => unpack(run({ name: 'lu' }, a), [[4, 2]])[0]!, [[4, 2]]],
  ],
  det: [
    ['a batch', (a) => run({ name: 'det' }, a), [[2, 3, 3]]],
    ['of rank 2', (a, b) => run({ name: 'det' }, matmul(a, b)), [[3, 2], [2, 3]]], // prettier-ignore
  ],
  cofactors: [['a batch', (a) => run({ name: 'cofactors' }, a), [[2, 3, 3]]]],
  slogdet: [['a batch', (a) => run({ name: 'slogdet' }, a), [[2, 3, 3]]]],
  qr: [
    ['square', (a) => run({ name: 'qr', complete: true }, a), [[3, 3]]],
    ['tall', (a) => run({ name: 'qr', complete: false }, a), [[2, 4, 2]]],
    ['wide', (a) => run({ name: 'qr', complete: false }, a), [[2, 4]]],
  ],
  // U and V have a free sign: their products with themselves have none.
  svd: [
    [3, 3],
    [4, 2],
    [2, 4],
  ].map(([m = 0, n = 0]): [string, (...xs: Node[]) => Node, readonly Shape[]] => [
    `${m} × ${n}`,
    (a) => {
      const k = Math.min(m, n);
      const [u, s, vt] = unpack(run({ name: 'svd', full: false }, a), [[m, k], [k], [k, n]]);
      const powers = mul(mul(s!, s!), s!);
      return add(
        matmul(mul(u!, asColumns(powers, m)), vt!),
        matmul(matmul(mul(u!, u!), mul(vt!, vt!)), constant(1, [...a.shape.slice(0, -2), n, n], 'float64')),
      );
    },
    [[2, m, n]],
  ]),
  svdvals: [['a batch', (a) => run({ name: 'svdvals' }, a), [[2, 4, 3]]]],
  eigh: [
    [
      'vectors and values',
      (x) => {
        const [w, v] = unpack(run({ name: 'eigh' }, symmetric(x)), [[3], [3, 3]]);
        return add(mul(v!, v!), asColumns(mul(w!, w!), 3));
      },
      [[2, 3, 3]],
    ],
  ],
  eigvalsh: [['a batch', (x) => run({ name: 'eigvalsh' }, symmetric(x)), [[2, 3, 3]]]],
  // The sizes of the elements do not change with the phase; two real and two complex eigenvalues at this seed.
  eig: [
    [
      'vectors and values',
      (x) => {
        const [wr, wi, vr, vi] = unpack(run({ name: 'eig' }, x), [[4], [4], [4, 4], [4, 4]]);
        return add(add(mul(vr!, vr!), mul(vi!, vi!)), asColumns(add(mul(wr!, wi!), mul(wr!, wr!)), 4));
      },
      [[4, 4]],
    ],
  ],
  eigvals: [['a batch', (x) => run({ name: 'eigvals' }, x), [[2, 4, 4]]]],
  pinv: [
    ['tall', (a) => run({ name: 'pinv', rcond: 1e-15 }, a), [[2, 4, 2]]],
    ['wide', (a) => run({ name: 'pinv', rcond: 1e-15 }, a), [[2, 4]]],
  ],
  expm: [['a batch', (a) => run({ name: 'expm' }, a), [[2, 3, 3]]]],
  fft: [6, 7].flatMap((n) =>
    [true, false].map((inverse): [string, (...xs: Node[]) => Node, readonly Shape[]] => [
      `of ${n}, inverse ${inverse}`,
      (re, im) => run({ name: 'fft', inverse }, re, im),
      [
        [2, n],
        [2, n],
      ],
    ]),
  ),
  rfft: [6, 7].map((n): [string, (...xs: Node[]) => Node, readonly Shape[]] => [
    `of ${n}`,
    (x) => run({ name: 'rfft' }, x),
    [[2, n]],
  ]),
  irfft: [6, 7].map((n): [string, (...xs: Node[]) => Node, readonly Shape[]] => [
    `of ${n}`,
    (re, im) => run({ name: 'irfft', n }, re, im),
    [
      [2, 4],
      [2, 4],
    ],
  ]),
  polygamma: [0, 2].map((order): [string, (...xs: Node[]) => Node, readonly Shape[]] => [
    `order ${order}`,
    (x) => run({ name: 'polygamma', order }, shapeFrom(x)),
    [[2, 3]],
  ]),
  gammainc: [false, true].map((upper): [string, (...xs: Node[]) => Node, readonly Shape[]] => [
    `upper ${upper}`,
    (a, x) => run({ name: 'gammainc', upper }, shapeFrom(a), shapeFrom(x)),
    [[5], [5]],
  ]),
  gammaincDensity: [['a vector', (a, x) => run({ name: 'gammaincDensity' }, shapeFrom(a), shapeFrom(x)), [[5], [5]]]],
  gammaincShapeDerivative: [
    [
      'in x',
      (x) => run({ name: 'gammaincShapeDerivative' }, constant(1.5, x.shape, 'float64'), shapeFrom(x)),
      [[3, 3]],
    ],
  ],
  gammaincinv: [false, true].map((upper): [string, (...xs: Node[]) => Node, readonly Shape[]] => [
    `upper ${upper}`,
    (a, p) => run({ name: 'gammaincinv', upper }, shapeFrom(a), probabilityFrom(p)),
    [[5], [5]],
  ]),
  betainc: [false, true].map((upper): [string, (...xs: Node[]) => Node, readonly Shape[]] => [
    `upper ${upper}`,
    (a, b, x) => run({ name: 'betainc', upper }, shapeFrom(a), shapeFrom(b), probabilityFrom(x)),
    [[6], [6], [6]],
  ]),
  betaincDensity: [
    [
      'a vector',
      (a, b, x) => run({ name: 'betaincDensity' }, shapeFrom(a), shapeFrom(b), probabilityFrom(x)),
      [[6], [6], [6]],
    ],
  ],
  betaincShapeDerivative: [false, true].map((second): [string, (...xs: Node[]) => Node, readonly Shape[]] => [
    `in x, second ${second}`,
    (x) => {
      const [a, b] = [0.7, 2.3].map((value) => constant(value, x.shape, 'float64'));
      return run({ name: 'betaincShapeDerivative', second }, a!, b!, probabilityFrom(x));
    },
    [[5]],
  ]),
  betaincinv: [
    [
      'a vector',
      (a, b, p) => run({ name: 'betaincinv' }, shapeFrom(a), shapeFrom(b), probabilityFrom(p)),
      [[6], [6], [6]],
    ],
  ],
};

describe.each(Object.entries(cases).flatMap(([name, list]) => list.map((one) => [name, ...one] as const)))(
  'the gradient of %s: %s',
  (_, __, f, shapes) => {
    it('is what differences say', () => check(f, shapes));
  },
);

it('gradients of gradients hold, too', () => {
  const second =
    (f: (x: Node) => Node) =>
    (x: Node): Node => {
      const y = f(x);
      const [g] = gradients(
        reduce(
          'sum',
          unary('sin', y),
          y.shape.map((_, i) => i),
        ),
        [x],
      );
      return g!;
    };
  check(
    second((x) => run({ name: 'cholesky' }, positive(x))),
    [[3, 3]],
  );
  check(
    second((x) => run({ name: 'solve' }, positive(x), x)),
    [[3, 3]],
  );
  check(
    second((x) => run({ name: 'det' }, x)),
    [[3, 3]],
  );
  check(
    second((x) => run({ name: 'eigvalsh' }, symmetric(x))),
    [[3, 3]],
  );
  check(
    second((x) => run({ name: 'expm' }, x)),
    [[2, 2]],
  );
  check(
    second((x) => run({ name: 'cumprod' }, x)),
    [[4]],
  );
  check(
    second((x) => run({ name: 'rfft' }, x)),
    [[5]],
  );
  check(
    second((x) => run({ name: 'qr', complete: false }, x)),
    [[3, 2]],
  );
});

it('equal singular values have a gradient of their own', () => {
  const x = param(0, [2, 2], 'float64');
  const [g] = gradients(reduce('sum', run({ name: 'svdvals' }, x), [0]), [x]);
  const [found] = evaluate({ inputs: [x], outputs: [g!] }, [Float64Array.of(2, 0, 0, 2)]);
  expect([...found!].map((value) => Math.abs(value))).toEqual([1, 0, 0, 1]);
});
