import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TypedArray } from '../../ir/dtype.ts';
import { NestBuilder } from '../../kernel/builder.ts';
import { interpret } from '../../kernel/interpret.ts';
import { type Element, type Lane, type Nest, type Register, type Walk } from '../../kernel/nest.ts';
import { validate } from '../../kernel/validate.ts';
import { availableTiers, runNest } from '../../runtime/native/run-nest.ts';
import type { Tier } from './lower-analysis.ts';
import { isDivisible } from './lower.ts';

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

/** C (rows × 2 vectors) = A (rows × depth) · B, rows in the outer, parallel loop; B is walked backwards. */
function product(lanes: number, rows: number, depth: number): { nest: Nest; memories: TypedArray[] } {
  const builder = new NestBuilder(lanes);
  const [a, b, c] = [builder.slot('f32', 'read'), builder.slot('f32', 'read'), builder.slot('f32', 'write')];
  const i = builder.open(rows);
  const sums = [builder.register('f32'), builder.register('f32')];
  for (const sum of sums) builder.assign(sum, { op: 'splat', value: 0 });
  const k = builder.open(depth);
  const at = {
    constant: depth - 1,
    terms: [
      { loop: k, by: -1 },
      { loop: i, by: depth },
    ],
  };
  const x = builder.set('f32', { op: 'load', element: 'f32', access: { slot: a, at, step: 0, active: lanes } });
  sums.forEach((sum, half) => {
    const row = { constant: 2 * lanes * (depth - 1) + lanes * half, terms: [{ loop: k, by: -2 * lanes }] };
    const y = builder.set('f32', { op: 'load', element: 'f32', access: { slot: b, at: row, step: 1, active: lanes } });
    builder.assign(sum, { op: 'fma', a: x, b: y, c: sum });
  });
  builder.close();
  sums.forEach((sum, half) => {
    builder.store(
      'f32',
      { slot: c, at: { constant: lanes * half, terms: [{ loop: i, by: 2 * lanes }] }, step: 1, active: lanes },
      sum,
    );
  });
  builder.close();
  const memories = [
    Float32Array.from({ length: rows * depth }, (_, n) => (n % 7) - 3),
    Float32Array.from({ length: 2 * lanes * depth }, (_, n) => (n % 5) - 2),
    new Float32Array(rows * 2 * lanes),
  ];
  return { nest: builder.finish('product', { parallel: true, work: 2 * rows * depth * 2 * lanes }), memories };
}

describe.each(tiers)('loops on %s', (tier) => {
  const lanes = lanesOf(tier, 'f32');

  it('a parallel nest may be run in pieces, in any order', () => {
    const { nest, memories } = product(lanes, 9, 5);
    expect(isDivisible(nest)).toBe(true);
    check(nest, tier, memories, [
      [4, 9],
      [0, 1],
      [1, 4],
    ]);
  });

  it('what is read before the outer loop is read where it lies, whichever piece is run', () => {
    const rows = 6;
    const builder = new NestBuilder(lanes);
    const [from, to] = [builder.slot('f32', 'read'), builder.slot('f32', 'write')];
    const load = (constant: number, terms: Walk['terms']) =>
      builder.set('f32', { op: 'load', element: 'f32', access: { slot: from, at: { constant, terms }, step: 1, active: lanes } }); // prettier-ignore
    const factor = load(rows * lanes, []);
    const i = builder.open(rows);
    const row = [{ loop: i, by: lanes }];
    const scaled = builder.binary('mul', load(0, row), factor);
    builder.store('f32', { slot: to, at: { constant: 0, terms: row }, step: 1, active: lanes }, scaled);
    builder.close();
    const memories = [
      Float32Array.from({ length: (rows + 1) * lanes }, (_, n) => (n % 7) - 3),
      new Float32Array(rows * lanes),
    ];
    check(builder.finish('scaled rows', { parallel: true, work: 1 }), tier, memories, [
      [0, 1],
      [1, 4],
      [4, rows],
    ]);
  });

  it('loops of every small count are right, however they are unrolled', () => {
    for (const depth of [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33])
      check(product(lanes, 3, depth).nest, tier, product(lanes, 3, depth).memories);
    for (let count = 0; count < 40; count++) {
      const builder = new NestBuilder(lanes);
      const [from, to] = [builder.slot('f32', 'read'), builder.slot('f32', 'write')];
      for (const again of [0, 1]) {
        const loop = builder.open(count);
        const value = builder.set('f32', {
          op: 'load',
          element: 'f32',
          access: { slot: from, at: { constant: again, terms: [{ loop, by: 3 }] }, step: 1, active: lanes },
        });
        builder.store(
          'f32',
          { slot: to, at: { constant: 40 * again, terms: [{ loop, by: 1 }] }, step: 1, active: 1 },
          value,
        );
        builder.close();
      }
      check(builder.finish(`${count} iterations`, { parallel: false, work: 1 }), tier, [
        Float32Array.from({ length: 3 * count + lanes + 1 }, (_, i) => i),
        new Float32Array(80),
      ]);
    }
  });

  it('sixty live values, loop-carried and not, survive spilling', () => {
    for (const lane of ['f32', 'f64', 'i32'] as const) {
      const width = lanesOf(tier, lane);
      const builder = new NestBuilder(width);
      const [from, to] = [builder.slot(lane, 'read'), builder.slot(lane, 'write')];
      const outer = builder.open(3);
      const sums = Array.from({ length: 60 }, () => builder.register(lane));
      sums.forEach((sum, i) => {
        builder.assign(sum, { op: 'splat', value: i });
      });
      const loop = builder.open(4);
      const values = Array.from({ length: 60 }, (_, i) =>
        builder.set(lane, {
          op: 'load',
          element: lane,
          access: {
            slot: from,
            at: {
              constant: i,
              terms: [
                { loop, by: 2 },
                { loop: outer, by: 5 },
              ],
            },
            step: 1,
            active: width,
          },
        }),
      );
      sums.forEach((sum, i) => {
        const factor = values[59 - i]!;
        builder.assign(
          sum,
          lane === 'i32' ? { op: 'sub', a: factor, b: sum } : { op: 'fnma', a: values[i]!, b: factor, c: sum },
        );
        builder.assign(sum, { op: 'max', a: sum, b: values[(i + 7) % 60]! });
        if (i % 9 === 0)
          builder.assign(sum, { op: 'select', mask: builder.compare('lt', sum, factor), a: factor, b: sum });
        if (i % 13 === 0) builder.assign(sum, { op: 'sumLanes', a: sum });
      });
      builder.close();
      sums.forEach((sum, i) => {
        builder.store(
          lane,
          { slot: to, at: { constant: i * width, terms: [{ loop: outer, by: 60 * width }] }, step: 1, active: width },
          sum,
        );
      });
      builder.close();
      // Small whole numbers: every sum is exact, so one rounding or two make no difference.
      const source = filled(lane, 60 + 16 + width, (i) => (i % 3) - 1);
      check(builder.finish(`spill ${lane}`, { parallel: false, work: 1 }), tier, [
        source,
        new arrays[lane](180 * width),
      ]);
    }
  });

  it('twenty slots at four depths find their pointers, in registers or on the stack', () => {
    const builder = new NestBuilder(lanes);
    const slots = Array.from({ length: 19 }, () => builder.slot('f32', 'read'));
    const to = builder.slot('f32', 'write');
    const loops = [2, 3, 2, 5].map((count) => builder.open(count));
    let sum: Register | undefined;
    slots.forEach((slot, i) => {
      const terms = loops.flatMap((loop, depth) =>
        (i >> depth) & 1 || depth === i % 4 ? [{ loop, by: 1 + ((i + depth) % 3) }] : [],
      );
      const value = builder.set('f32', {
        op: 'load',
        element: 'f32',
        access: { slot, at: { constant: i % 5, terms }, step: i % 4 === 1 ? 0 : 1, active: lanes },
      });
      sum = sum === undefined ? value : builder.binary('add', sum, value);
    });
    const terms = loops.map((loop, depth) => ({ loop, by: lanes * [30, 10, 5, 1][depth]! }));
    builder.store('f32', { slot: to, at: { constant: 0, terms }, step: 1, active: lanes }, sum!);
    for (const _ of loops) builder.close();
    const memories = slots.map((_, i) => Float32Array.from({ length: 64 }, (_, n) => ((n * (i + 3)) % 11) - 4));
    check(builder.finish('slots', { parallel: false, work: 1 }), tier, [...memories, new Float32Array(60 * lanes)]);
  });

  it('a load is not moved past a store to memory it may share', () => {
    const builder = new NestBuilder(lanes);
    const [x, y] = [builder.slot('f32', 'readwrite'), builder.slot('f32', 'write')];
    const access = { slot: x, at: fixed(0), step: 1, active: lanes };
    const before = builder.set('f32', { op: 'load', element: 'f32', access });
    builder.store('f32', access, builder.splat('f32', 9));
    builder.store('f32', { ...access, slot: y }, builder.binary('add', builder.splat('f32', 1), before));
    check(builder.finish('order', { parallel: false, work: 1 }), tier, [
      new Float32Array(lanes).fill(3),
      new Float32Array(lanes),
    ]);
  });
});

/** A random nest: values from loads and from one another at random depths, accumulators, and a store of everything at the end. */
function randomNest(seed: readonly number[], lane: Lane, lanes: number): { nest: Nest; memories: TypedArray[] } {
  let next = 0;
  const draw = (below: number): number => seed[next++ % seed.length]! % below;
  const builder = new NestBuilder(lanes);
  const slots = Array.from({ length: 1 + draw(5) }, () => builder.slot(lane, 'read'));
  const to = builder.slot(lane, 'readwrite');
  const depth = 1 + draw(3);
  const loops: number[] = [];
  const counts: number[] = [];
  const values: Register[] = [builder.splat(lane, draw(5) - 2)];
  const pick = (): Register => values[draw(values.length)]!;
  const sums: Register[] = [];
  for (let d = 0; d < depth; d++) {
    counts.push(1 + draw(6));
    loops.push(builder.open(counts[d]!));
    for (let n = draw(12); n >= 0; n--) {
      const terms = loops.flatMap((loop) => (draw(3) === 0 ? [] : [{ loop, by: draw(7) - 3 }]));
      const access = {
        slot: slots[draw(slots.length)]!,
        at: { constant: 100 + draw(9), terms },
        step: [1, 1, 1, 0, -1, 2][draw(6)]!,
        active: draw(4) === 0 ? 1 + draw(lanes) : lanes,
      };
      switch (draw(9)) {
        case 0:
        case 1:
        case 2:
          values.push(builder.set(lane, { op: 'load', element: lane, access }));
          break;
        case 3:
          values.push(builder.binary('max', pick(), pick()));
          break;
        case 4:
          values.push(builder.binary('sub', pick(), pick()));
          break;
        case 5:
          values.push(builder.select(builder.compare('le', pick(), pick()), pick(), pick()));
          break;
        case 6:
          values.push(builder.unary('neg', pick()));
          break;
        case 7: {
          const sum = builder.register(lane);
          builder.assign(sum, { op: 'copy', a: pick() });
          sums.push(sum);
          values.push(sum);
          break;
        }
        default: {
          const sum = sums[draw(Math.max(1, sums.length))];
          if (sum !== undefined) builder.assign(sum, { op: 'min', a: pick(), b: sum });
        }
      }
    }
  }
  const terms = loops.map((loop, d) => ({
    loop,
    by: lanes * values.length * counts.slice(d + 1).reduce((a, b) => a * b, 1),
  }));
  values.forEach((value, i) => {
    builder.store(lane, { slot: to, at: { constant: i * lanes, terms }, step: 1, active: lanes }, value);
  });
  for (const _ of loops) builder.close();
  const size = lanes * values.length * counts.reduce((a, b) => a * b, 1);
  const memories = slots.map((_, s) => filled(lane, 256, (n) => ((n * (s + 3)) % 23) - 11));
  return {
    nest: builder.finish('random', { parallel: false, work: 1 }),
    memories: [...memories, new arrays[lane](size)],
  };
}

describe.each(tiers)('random nests on %s', (tier) => {
  it.each(['f32', 'f64', 'i32'] as const)('of %s agree with the interpreter', (lane) => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1 << 20 }), { minLength: 20, maxLength: 120 }), (seed) => {
        const { nest, memories } = randomNest(seed, lane, lanesOf(tier, lane));
        check(nest, tier, memories);
      }),
      { numRuns: 150, seed: 11 },
    );
  });
});
