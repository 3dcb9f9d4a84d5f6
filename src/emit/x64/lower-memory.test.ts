import { describe, expect, it } from 'vitest';
import type { TypedArray } from '../../ir/dtype.ts';
import { NestBuilder } from '../../kernel/builder.ts';
import { interpret } from '../../kernel/interpret.ts';
import { type Element, type Lane, laneOf, type Nest, type Walk } from '../../kernel/nest.ts';
import { validate } from '../../kernel/validate.ts';
import { availableTiers, runNest } from '../../runtime/native/run-nest.ts';
import type { Tier } from './lower-analysis.ts';

const tiers = availableTiers();
const arrays = {
  f32: Float32Array,
  f64: Float64Array,
  // Its places are bits, not numbers.
  i64: Float64Array,
  i32: Int32Array,
  i16: Int16Array,
  u16: Uint16Array,
  i8: Int8Array,
  u8: Uint8Array,
} as const;

function filled(element: Element, length: number, of: (i: number) => number): TypedArray {
  return arrays[element].from(Array.from({ length }, (_, i) => of(i)));
}

function lanesOf(tier: Tier, lane: Lane): number {
  return (tier === 'avx512' ? 16 : 8) / (lane === 'f64' ? 2 : 1);
}

/** Expects the code to leave in memory what the interpreter leaves there. */
function check(
  nest: Nest,
  tier: Tier,
  memories: readonly TypedArray[],
  ranges?: readonly (readonly [number, number])[],
): void {
  expect(validate(nest)).toEqual([]);
  const expected = memories.map((memory) => memory.slice());
  interpret(nest, expected);
  const results = runNest(nest, tier, memories, ranges);
  results.forEach((result, i) => {
    expect(result, `slot ${i} of ${nest.name}, ${tier}`).toEqual(expected[i]);
  });
}

const fixed = (constant: number): Walk => ({ constant, terms: [] });

const shapes: readonly (readonly [Element, Lane])[] = [
  ['f32', 'f32'],
  ['i32', 'f32'],
  ['u8', 'f32'],
  ['f64', 'f64'],
  ['f32', 'f64'],
  ['i32', 'f64'],
  ['u8', 'f64'],
];

describe.each(tiers)('memory on %s', (tier) => {
  const steps = [0, 1, 2, 3, -1, -2, 17];
  const some = (lanes: number): number[] => [1, 2, lanes / 2, lanes - 1, lanes];

  function data(element: Element, length: number): TypedArray {
    return filled(element, length, (i) => (element === 'u8' ? (250 - 3 * i) & 255 : i - 7));
  }

  it.each(shapes)('%s is loaded and stored at every step and tail in nests of %s', (element, lane) => {
    const lanes = lanesOf(tier, lane);
    for (const step of steps) {
      for (const active of some(lanes)) {
        const builder = new NestBuilder(lanes);
        const [from, full, to] = [
          builder.slot(element, 'read'),
          builder.slot(element, 'write'),
          builder.slot(element, 'readwrite'),
        ];
        const loop = builder.open(3);
        const start = step < 0 ? -step * lanes : 0;
        const value = builder.set(laneOf[element], {
          op: 'load',
          element,
          access: { slot: from, at: { constant: start, terms: [{ loop, by: 1 }] }, step, active },
        });
        builder.store(
          element,
          { slot: full, at: { constant: 0, terms: [{ loop, by: lanes }] }, step: 1, active: lanes },
          value,
        );
        builder.store(element, { slot: to, at: { constant: start, terms: [{ loop, by: 2 }] }, step, active }, value);
        builder.close();
        const nest = builder.finish(`step ${step}, ${active} active`, { parallel: false, work: 1 });
        const length = start + Math.max(0, step) * lanes + 6;
        check(nest, tier, [data(element, length), data(element, 3 * lanes), data(element, length)]);
      }
    }
  });

  it.each(shapes)('%s is gathered, uniformly and not, in nests of %s', (element, lane) => {
    const lanes = lanesOf(tier, lane);
    for (const uniform of [false, true]) {
      for (const step of [0, 1, 2, -1]) {
        for (const active of some(lanes)) {
          const builder = new NestBuilder(lanes);
          const [from, rows, to] = [
            builder.slot(element, 'read'),
            builder.slot('i32', 'read'),
            builder.slot(element, 'write'),
          ];
          const loop = builder.open(3);
          const pick = { constant: 0, terms: [{ loop, by: lanes }] };
          const index = builder.set('i32', {
            op: 'load',
            element: 'i32',
            access: { slot: rows, at: pick, step: uniform ? 0 : 1, active: lanes },
          });
          const at = { constant: 20, terms: [{ loop, by: 2 }] };
          const value = builder.set(laneOf[element], {
            op: 'gather',
            element,
            slot: from,
            at,
            index,
            scale: 3,
            step,
            active,
            uniform,
          });
          builder.store(element, { slot: to, at: pick, step: 1, active: lanes }, value);
          builder.close();
          const indices = Int32Array.from({ length: 3 * lanes }, (_, i) => ((i * 7) % 5) - 1);
          const nest = builder.finish(`gather, step ${step}, ${active} active`, { parallel: false, work: 1 });
          check(nest, tier, [data(element, 80), indices, data(element, 3 * lanes)]);
        }
      }
    }
  });

  it.each(shapes)('%s is accumulated in order where several lanes meet, in nests of %s', (element, lane) => {
    const lanes = lanesOf(tier, lane);
    for (const uniform of [false, true]) {
      for (const step of [0, 1, -1]) {
        for (const active of some(lanes)) {
          const builder = new NestBuilder(lanes);
          const [from, rows, to] = [
            builder.slot(element, 'read'),
            builder.slot('i32', 'read'),
            builder.slot(element, 'readwrite'),
          ];
          const loop = builder.open(3);
          const at = { constant: 0, terms: [{ loop, by: lanes }] };
          const index = builder.set('i32', {
            op: 'load',
            element: 'i32',
            access: { slot: rows, at, step: uniform ? 0 : 1, active: lanes },
          });
          const source = builder.set(laneOf[element], {
            op: 'load',
            element,
            access: { slot: from, at, step: 1, active: lanes },
          });
          builder.push({ kind: 'accumulate', element, slot: to, at: fixed(16), index, scale: 2, step, active, source });
          builder.close();
          const indices = Int32Array.from({ length: 3 * lanes }, (_, i) => (i * 3) % 4);
          const nest = builder.finish(`accumulate, step ${step}, ${active} active`, { parallel: false, work: 1 });
          check(nest, tier, [data(element, 3 * lanes), indices, data(element, 48)]);
        }
      }
    }
  });
});
