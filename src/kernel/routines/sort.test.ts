import { describe, expect, it } from 'vitest';
import type { TypedArray } from '../../ir/dtype.ts';
import { lcg } from '../../../test/golden/lcg.ts';
import { runRoutine } from './index.ts';

function argsort(values: TypedArray, descending = false, shape = [values.length]): number[] {
  const output = new Int32Array(values.length);
  runRoutine({ name: 'argsort', descending }, [{ values, shape }], output, 'float32');
  return [...output];
}

/** By comparison, stable, NaN last. */
function expected(values: TypedArray, descending: boolean): number[] {
  const rank = (x: number): number => (Number.isNaN(x) ? Infinity : x);
  const compare = (a: number, b: number): number => {
    const [x, y] = [values[a]!, values[b]!];
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return rank(x) < rank(y) ? -1 : rank(x) > rank(y) ? 1 : 0;
  };
  const places = Array.from(values, (_, i) => i);
  return places.sort(descending ? (a, b) => compare(b, a) : compare);
}

const specials = [NaN, -NaN, Infinity, -Infinity, 0, -0, 1, -1, 1e-310, -1e-310, 3.4e38, 1 + 2 ** -40, 1 + 2 ** -39];

const kinds: [string, (size: number, next: () => number) => TypedArray][] = [
  [
    'float32',
    (n, next) => Float32Array.from({ length: n }, () => specialOr(next, (next() - 0.5) * 10 ** (next() * 60 - 30))),
  ],
  [
    'float64',
    (n, next) => Float64Array.from({ length: n }, () => specialOr(next, (next() - 0.5) * 10 ** (next() * 600 - 300))),
  ],
  [
    'float64 close together',
    (n, next) => Float64Array.from({ length: n }, () => 1 + Math.floor(next() * 50) * 2 ** -50),
  ],
  ['int32', (n, next) => Int32Array.from({ length: n }, () => (next() - 0.5) * 2 ** 32)],
  ['uint8', (n, next) => Uint8Array.from({ length: n }, () => next() * 256)],
];

function specialOr(next: () => number, value: number): number {
  return next() < 0.1 ? specials[Math.floor(next() * specials.length)]! : value;
}

describe.each(kinds)('argsort of %s', (_, draw) => {
  it.each([0, 1, 2, 17, 95, 96, 97, 5000])('orders %i elements as a stable comparison does, both ways', (size) => {
    const values = draw(size, lcg(size + 1));
    expect(argsort(values)).toEqual(expected(values, false));
    expect(argsort(values, true)).toEqual(expected(values, true));
  });
});

it('sorts each row of a batch by itself', () => {
  expect(argsort(Float32Array.of(3, 1, 2, 9, 8, 7), false, [2, 3])).toEqual([1, 2, 0, 2, 1, 0]);
});

it.each([5, 3000])('sorts %i elements of every kind as their places say', (size) => {
  for (const [, draw] of kinds) {
    const values = draw(size, lcg(7));
    const output = values.slice();
    runRoutine({ name: 'sort' }, [{ values, shape: [size] }], output, 'float32');
    expect([...output].map((x) => x + 0)).toEqual(expected(values, false).map((i) => values[i]! + 0));
  }
});

it('finds the first k places of argsort, for every kind of element', () => {
  for (const [, draw] of kinds) {
    for (const [size, k] of [
      [1, 1],
      [7, 3],
      [5000, 1],
      [5000, 100],
      [300, 300],
    ] as const) {
      for (const descending of [false, true]) {
        const values = draw(2 * size, lcg(size));
        const inputs = [{ values, shape: [2, size] }];
        const all = new Int32Array(2 * size);
        runRoutine({ name: 'argsort', descending }, inputs, all, 'float32');
        const first = new Int32Array(2 * k);
        runRoutine({ name: 'argtopk', k, descending }, inputs, first, 'float32');
        expect([...first]).toEqual([...all.subarray(0, k), ...all.subarray(size, size + k)]);
      }
    }
  }
});

it('searches with NaN above everything', () => {
  const output = new Int32Array(6);
  const sorted = Float64Array.of(1, 2, 2, 3, NaN);
  const values = Float64Array.of(0, 2, 2.5, 4, NaN, 3);
  const inputs = [
    { values: sorted, shape: [5] },
    { values, shape: [6] },
  ];
  runRoutine({ name: 'searchsorted', right: false }, inputs, output, 'float32');
  expect([...output]).toEqual([0, 1, 3, 4, 4, 3]);
  runRoutine({ name: 'searchsorted', right: true }, inputs, output, 'float32');
  expect([...output]).toEqual([0, 3, 3, 4, 5, 4]);
});
