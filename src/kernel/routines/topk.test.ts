import { expect, it } from 'vitest';
import { runRoutine } from './index.ts';

const size = 9000;
const rows: Readonly<Record<string, (i: number) => number>> = {
  rising: (i) => i,
  falling: (i) => -i,
  'all equal': () => 3,
  'all NaN': () => NaN,
  'NaN at first, then infinities': (i) => (i < 4000 ? NaN : i % 2 === 0 ? Infinity : -Infinity),
  'infinities, then NaN': (i) => (i < 5000 ? (i % 3 === 0 ? -Infinity : Infinity) : NaN),
  'both zeros': (i) => (i % 2 === 0 ? 0 : -0),
};

it.each(Object.keys(rows))('finds the first places of rows that are %s, in order', (name) => {
  for (const zeros of [new Float32Array(size), new Float64Array(size)]) {
    const values = zeros.map((_: number, i: number) => rows[name]!(i));
    const inputs = [{ values, shape: [size] }];
    for (const descending of [true, false]) {
      const all = new Int32Array(size);
      runRoutine({ name: 'argsort', descending }, inputs, all, 'float32');
      for (const k of [1, 100, 3000]) {
        const first = new Int32Array(k);
        runRoutine({ name: 'argtopk', k, descending }, inputs, first, 'float32');
        expect([...first]).toEqual([...all.subarray(0, k)]);
      }
    }
  }
});
