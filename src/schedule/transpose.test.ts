import { describe, expect, it } from 'vitest';
import { NestBuilder } from '../kernel/builder.ts';
import { interpret } from '../kernel/interpret.ts';
import type { Lane } from '../kernel/nest.ts';
import { validate } from '../kernel/validate.ts';
import { transpose } from './transpose.ts';

const cases: readonly [Lane, number][] = [
  ['f32', 16],
  ['f32', 8],
  ['f32', 4],
  ['f32', 2],
  ['i32', 16],
  ['f64', 8],
  ['f64', 4],
  ['f64', 2],
];

describe('a square of registers', () => {
  it.each(cases)('of %s, %i lanes wide, comes out with rows and columns exchanged', (lane, lanes) => {
    for (const count of [lanes, 1, lanes - 1]) {
      const builder = new NestBuilder(lanes);
      const [from, to] = [builder.slot(lane, 'read'), builder.slot(lane, 'write')];
      const at = (row: number) => ({ at: { constant: row * lanes, terms: [] }, step: 1, active: lanes });
      const rows = Array.from({ length: lanes }, (_, i) =>
        builder.set(lane, { op: 'load', element: lane, access: { slot: from, ...at(i) } }),
      );
      transpose(builder, lane, rows, count).forEach((column, j) => {
        builder.store(lane, { slot: to, ...at(j) }, column);
      });
      const nest = builder.finish('transpose', { parallel: false, work: 1 });
      expect(validate(nest)).toEqual([]);
      const array = { f32: Float32Array, f64: Float64Array, i32: Int32Array, i64: Float64Array }[lane];
      const memory = new array(Array.from({ length: lanes * lanes }, (_, i) => i + 1));
      const result = new array(lanes * lanes);
      interpret(nest, [memory, result]);
      const wanted = Array.from({ length: lanes * lanes }, (_, i) =>
        i < count * lanes ? (i % lanes) * lanes + Math.floor(i / lanes) + 1 : 0,
      );
      expect([...result]).toEqual(wanted);
    }
  });
});
