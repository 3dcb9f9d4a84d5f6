import { describe, expect, it } from 'vitest';
import type { TypedArray } from '../../ir/dtype.ts';
import { NestBuilder } from '../../kernel/builder.ts';
import { interpret } from '../../kernel/interpret.ts';
import { type Element, type Lane, type Nest, type Register, type Value, type Walk } from '../../kernel/nest.ts';
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

/** Edge cases without denormals, which the machine flushes to 0. */
const edges = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 7.25, -7.75, 1e10, 3e-36, Infinity, -Infinity, NaN];
const wholes = [0, 1, -1, 2, 7, -7, 31, 32, 255, 256, 65535, -65536, 2147483647, -2147483648, 123456789, -987654321];

/** A nest that sets one value from every pair of `of` and stores it: with both operands loaded, and with either one a constant. */
function checkValue(
  tier: Tier,
  lane: Lane,
  result: Lane,
  make: (a: Register, b: Register) => Value,
  of: readonly [readonly number[], readonly number[]] = [edges, edges],
): void {
  const lanes = lanesOf(tier, lane === 'f64' || result === 'f64' ? 'f64' : 'f32');
  for (const constant of ['none', 'a', 'b', 'both'] as const) {
    const builder = new NestBuilder(lanes);
    const from = [builder.slot(lane, 'read'), builder.slot(lane, 'read')] as const;
    const to = builder.slot(result, 'write');
    const pairs = of[0].flatMap((a) => of[1].map((b) => [a, b] as const));
    while (pairs.length % lanes !== 0) pairs.push(pairs[0]!);
    const loop = builder.open(pairs.length / lanes);
    const at = { constant: 0, terms: [{ loop, by: lanes }] };
    const load = (slot: number): Register =>
      builder.set(lane, { op: 'load', element: lane, access: { slot, at, step: 1, active: lanes } });
    const a = constant === 'a' || constant === 'both' ? builder.splat(lane, of[0].at(3)!) : load(from[0]);
    const b = constant === 'b' || constant === 'both' ? builder.splat(lane, of[1].at(-2)!) : load(from[1]);
    const value = builder.set(result, make(a, b));
    builder.store(result, { slot: to, at, step: 1, active: lanes }, value);
    builder.close();
    const nest = builder.finish(`value, constant ${constant}`, { parallel: false, work: 1 });
    check(nest, tier, [
      arrays[lane].from(pairs.map(([x]) => x)),
      arrays[lane].from(pairs.map(([, y]) => y)),
      new arrays[result](pairs.length),
    ]);
  }
}

describe.each(tiers)('values on %s', (tier) => {
  it.each(['f32', 'f64'] as const)(
    'arithmetic of %s agrees with the interpreter on every pair of edge cases',
    (lane) => {
      for (const op of ['add', 'sub', 'mul', 'div', 'max', 'min'] as const)
        checkValue(tier, lane, lane, (a, b) => ({ op, a, b }));
    },
  );

  it.each(['f32', 'f64'] as const)('compares of %s are false on NaN, but for ne', (lane) => {
    for (const op of ['lt', 'le', 'eq', 'ne'] as const) checkValue(tier, lane, 'i32', (a, b) => ({ op, a, b }));
  });

  it.each(['f32', 'f64'] as const)('%s is negated, rounded and rooted', (lane) => {
    for (const op of ['neg', 'abs', 'sqrt', 'floor', 'trunc', 'nearest'] as const)
      checkValue(tier, lane, lane, (a) => ({ op, a }));
  });

  it.each(['f32', 'f64'] as const)('%s is scaled by powers of two and taken apart again', (lane) => {
    const most = lane === 'f32' ? 128 : 1024;
    checkValue(tier, lane, lane, (a, b) => ({ op: 'scale', a, b }), [
      [0, -0, 1, -3.5, 12, NaN, Infinity],
      [0, 1, -1, 12, most - 4, 4 - most],
    ]);
    const numbers = [1, 0.5, 1.999, 3, 1e-30, 1e30, 12345.678, 2 ** 100, 2 ** -126].map(Math.fround);
    for (const op of ['exponent', 'mantissa'] as const)
      checkValue(tier, lane, lane, (a) => ({ op, a }), [numbers, [0, 0]]);
  });

  it.each(['f32', 'f64'] as const)('fused multiply-add of %s takes its operands from anywhere', (lane) => {
    const small = [0, 1, -2, 3.5, 0.25, -7.125, NaN, Infinity];
    for (const op of ['fma', 'fnma'] as const) {
      checkValue(tier, lane, lane, (a, b) => ({ op, a, b, c: a }), [small, small]);
      checkValue(tier, lane, lane, (a, b) => ({ op, a, b, c: b }), [small, small]);
      checkValue(tier, lane, lane, (a, b) => ({ op, a, b: a, c: b }), [small, small]);
      checkValue(tier, lane, lane, (a, b) => ({ op, a: b, b, c: a }), [small, small]);
      checkValue(tier, lane, lane, (a) => ({ op, a, b: a, c: a }), [small, small]);
    }
  });

  it.each(['f32', 'f64', 'i32'] as const)('all lanes of %s are combined into every lane', (lane) => {
    const of = lane === 'i32' ? wholes : edges;
    for (const op of ['sumLanes', 'maxLanes', 'mulLanes'] as const)
      checkValue(tier, lane, lane, (a) => ({ op, a }), [of, of]);
  });

  it.each(['f32', 'f64', 'i32'] as const)('%s is shuffled between two registers', (lane) => {
    const of = lane === 'i32' ? wholes : edges;
    for (const unit of lane === 'f64' ? ([1] as const) : ([1, 2] as const)) {
      for (const op of ['zipLow', 'zipHigh'] as const)
        checkValue(tier, lane, lane, (a, b) => ({ op, a, b, unit }), [of, of]);
    }
    for (const op of ['evenGroups', 'oddGroups'] as const)
      checkValue(tier, lane, lane, (a, b) => ({ op, a, b }), [of, of]);
  });

  it('i32 wraps, shifts modulo 32 and compares signed', () => {
    const of = [wholes, wholes] as const;
    for (const op of ['add', 'sub', 'mul', 'max', 'min', 'and', 'or', 'xor', 'andnot', 'shl', 'shr', 'sar'] as const) {
      checkValue(tier, 'i32', 'i32', (a, b) => ({ op, a, b }), of);
    }
    for (const op of ['lt', 'le', 'eq', 'ne'] as const) checkValue(tier, 'i32', 'i32', (a, b) => ({ op, a, b }), of);
    for (const op of ['neg', 'abs', 'copy'] as const) checkValue(tier, 'i32', 'i32', (a) => ({ op, a }), of);
  });

  it('types convert, toward zero to integers', () => {
    const inRange = [0, -0, 1.9, -1.9, 2147483520, -2147483648, 16777217, -0.5, 100.5];
    checkValue(tier, 'f32', 'i32', (a) => ({ op: 'f32>i32', a }), [inRange, [0, 0]]);
    checkValue(tier, 'f64', 'i32', (a) => ({ op: 'f64>i32', a }), [inRange, [0, 0]]);
    checkValue(tier, 'i32', 'f32', (a) => ({ op: 'i32>f32', a }), [wholes, [0, 0]]);
    checkValue(tier, 'i32', 'f64', (a) => ({ op: 'i32>f64', a }), [wholes, [0, 0]]);
    checkValue(tier, 'f32', 'f64', (a) => ({ op: 'f32>f64', a }));
    checkValue(tier, 'f64', 'f32', (a) => ({ op: 'f64>f32', a }), [
      [...edges, 1 / 3, 1e300],
      [0, 0],
    ]);
    checkValue(tier, 'f32', 'i32', (a) => ({ op: 'bits', a }), [edges.filter((edge) => !Number.isNaN(edge)), [0, 0]]);
    checkValue(tier, 'i32', 'f32', (a) => ({ op: 'bits', a }), [wholes, [0, 0]]);
  });

  it.each(['f32', 'f64', 'i32'] as const)(
    '%s is selected by compares, by logic on them and by masks that are data',
    (lane) => {
      const lanes = lanesOf(tier, lane);
      const builder = new NestBuilder(lanes);
      const [x, y] = [builder.slot(lane, 'read'), builder.slot(lane, 'read')];
      const to = builder.slot(lane, 'write');
      const masks = builder.slot('i32', 'write');
      const loop = builder.open(4);
      const at = (constant: number, by: number): Walk => ({ constant, terms: [{ loop, by }] });
      const load = (slot: number): Register =>
        builder.set(lane, { op: 'load', element: lane, access: { slot, at: at(0, lanes), step: 1, active: lanes } });
      const [a, b] = [load(x), load(y)];
      let row = 0;
      const keep = (value: Register): void => {
        builder.store(lane, { slot: to, at: at(row++ * lanes, 6 * lanes), step: 1, active: lanes }, value);
      };
      const less = builder.compare('lt', a, b);
      const positive = builder.compare('le', builder.splat(lane, 0), a);
      keep(builder.select(less, a, b));
      keep(builder.select(builder.binary('and', less, positive), builder.splat(lane, 5), b));
      keep(builder.select(builder.binary('andnot', less, positive), a, builder.splat(lane, -2)));
      const data = builder.compare('ne', a, b);
      builder.store('i32', { slot: masks, at: at(0, lanes), step: 1, active: lanes }, data);
      keep(builder.select(data, a, builder.splat(lane, 3)));
      keep(builder.select(builder.set('i32', { op: 'mask', active: lanes - 3 }), a, b));
      keep(
        builder.select(
          builder.binary('or', data, builder.set('i32', { op: 'mask', active: 1 })),
          builder.splat(lane, 1),
          builder.splat(lane, 2),
        ),
      );
      builder.close();
      const values = lane === 'i32' ? wholes : edges;
      const fill = (shift: number): TypedArray =>
        filled(lane, 4 * lanes, (i) => values[(i * shift + 3) % values.length]!);
      check(builder.finish('select', { parallel: false, work: 1 }), tier, [
        fill(1),
        fill(5),
        new arrays[lane](24 * lanes),
        new Int32Array(4 * lanes),
      ]);
    },
  );

  it('more masks than opmask registers are still right', () => {
    const lanes = lanesOf(tier, 'f32');
    const builder = new NestBuilder(lanes);
    const x = builder.slot('f32', 'read');
    const to = builder.slot('f32', 'write');
    const a = builder.set('f32', {
      op: 'load',
      element: 'f32',
      access: { slot: x, at: fixed(0), step: 1, active: lanes },
    });
    const masks = Array.from({ length: 12 }, (_, i) => builder.compare('lt', a, builder.splat('f32', i)));
    let sum = a;
    for (const mask of masks) sum = builder.binary('add', sum, builder.select(mask, a, builder.splat('f32', 1)));
    for (const mask of masks) sum = builder.binary('add', sum, builder.select(mask, a, builder.splat('f32', 1)));
    builder.store('f32', { slot: to, at: fixed(0), step: 1, active: lanes }, sum);
    check(builder.finish('masks', { parallel: false, work: 1 }), tier, [
      Float32Array.from({ length: lanes }, (_, i) => i),
      new Float32Array(lanes),
    ]);
  });

  it.each(['f32', 'f64'] as const)('lanes and iterations are numbered in nests of %s', (lane) => {
    const lanes = lanesOf(tier, lane);
    const builder = new NestBuilder(lanes);
    const to = builder.slot('i32', 'write');
    const outer = builder.open(3);
    const inner = builder.open(5);
    const walk = {
      constant: -5,
      terms: [
        { loop: inner, by: -3 },
        { loop: outer, by: 100 },
      ],
    };
    const at = (constant: number): Walk => ({
      constant,
      terms: [
        { loop: outer, by: 15 * lanes },
        { loop: inner, by: 3 * lanes },
      ],
    });
    const values: Value[] = [
      { op: 'index', walk, step: 7 },
      { op: 'index', walk: fixed(3), step: -2 },
      { op: 'index', walk, step: 0 },
    ];
    values.forEach((value, i) => {
      builder.store('i32', { slot: to, at: at(i * lanes), step: 1, active: lanes }, builder.set('i32', value));
    });
    builder.close();
    builder.close();
    const data = lane === 'f64' ? [new Int32Array(45 * lanes), new Float64Array(1)] : [new Int32Array(45 * lanes)];
    if (lane === 'f64') builder.slot('f64', 'read');
    check(builder.finish('index', { parallel: false, work: 1 }), tier, data);
  });
});
