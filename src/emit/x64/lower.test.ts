import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TypedArray } from '../../ir/dtype.ts';
import { NestBuilder } from '../../kernel/builder.ts';
import { interpret } from '../../kernel/interpret.ts';
import { type Element, elementBytes, type Lane, laneOf, type Nest, type Register, type Value, type Walk } from '../../kernel/nest.ts';
import { validate } from '../../kernel/validate.ts';
import { CodeArena } from '../../runtime/native/code.ts';
import { chooseTier, detectFeatures } from '../../runtime/native/cpuid.ts';
import { addressOf, functionAt } from '../../runtime/native/ffi.ts';
import { Assembler } from './assembler.ts';
import { enter, leave, abis } from './abi.ts';
import type { Tier } from './lower-analysis.ts';
import { isDivisible, lowerNest, outerLoop } from './lower.ts';
import { mem, rdi, rdx, rsi, rsp } from './registers.ts';

const arena = new CodeArena();
const features = detectFeatures(arena);
const tiers: readonly Tier[] = chooseTier(features, undefined) === 'avx512' ? ['avx512', 'avx2'] : ['avx2'];
const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, u8: Uint8Array } as const;

function filled(element: Element, length: number, of: (i: number) => number): TypedArray {
  return arrays[element].from(Array.from({ length }, (_, i) => of(i)));
}

function lanesOf(tier: Tier, lane: Lane): number {
  return (tier === 'avx512' ? 16 : 8) / (lane === 'f64' ? 2 : 1);
}

/** Runs a nest's code over copies of the memories and returns them; canaries before, between and after them must survive. */
function run(nest: Nest, tier: Tier, memories: readonly TypedArray[], ranges?: readonly (readonly [number, number])[]): TypedArray[] {
  const assembler = new Assembler();
  const label = assembler.label();
  enter(assembler, abis.sysv);
  assembler.emit('mov', mem(rsp, 16), rdi);
  for (const [begin, end] of ranges ?? [[0, outerLoop(nest)?.count ?? 1]]) {
    assembler.emit('mov', rdi, mem(rsp, 16));
    assembler.emit('mov', rsi, begin);
    assembler.emit('mov', rdx, end);
    assembler.emit('call', label);
  }
  leave(assembler, abis.sysv);
  assembler.bind(label);
  const gap = 192;
  let bytes = gap;
  // Odd places on purpose: nothing may depend on alignment.
  const places = memories.map((memory) => {
    const place = bytes + ((elementBytes.f64 * memories.length) % 64);
    bytes = place + memory.byteLength + gap;
    return place;
  });
  lowerNest(assembler, nest, tier, places.map((offset) => ({ entry: 1, offset })));
  const loaded = arena.load(assembler.finish().code);
  const heap = new Uint8Array(new ArrayBuffer(bytes)).fill(0xa5);
  memories.forEach((memory, i) => heap.set(new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength), places[i]));
  const table = new BigUint64Array(new ArrayBuffer(16));
  table[1] = addressOf(heap.buffer);
  functionAt(loaded.address, ['uint64_t'])(addressOf(table.buffer));
  loaded.free();
  const results = memories.map((memory, i) => {
    const place = places[i]!;
    const copy = memory.slice();
    new Uint8Array(copy.buffer).set(heap.subarray(place, place + memory.byteLength));
    heap.fill(0xa5, place, place + memory.byteLength);
    return copy;
  });
  expect(heap.every((byte) => byte === 0xa5), 'a store went outside its memory').toBe(true);
  return results;
}

/** Expects the code to leave in memory what the interpreter leaves there. */
function check(nest: Nest, tier: Tier, memories: readonly TypedArray[], ranges?: readonly (readonly [number, number])[]): void {
  expect(validate(nest)).toEqual([]);
  const expected = memories.map((memory) => memory.slice());
  interpret(nest, expected);
  const results = run(nest, tier, memories, ranges);
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
  tier: Tier, lane: Lane, result: Lane, make: (a: Register, b: Register) => Value, of: readonly [readonly number[], readonly number[]] = [edges, edges],
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
    const load = (slot: number): Register => builder.set(lane, { op: 'load', element: lane, access: { slot, at, step: 1, active: lanes } });
    const a = constant === 'a' || constant === 'both' ? builder.splat(lane, of[0].at(3)!) : load(from[0]);
    const b = constant === 'b' || constant === 'both' ? builder.splat(lane, of[1].at(-2)!) : load(from[1]);
    const value = builder.set(result, make(a, b));
    builder.store(result, { slot: to, at, step: 1, active: lanes }, value);
    builder.close();
    const nest = builder.finish(`value, constant ${constant}`, { parallel: false, work: 1 });
    check(nest, tier, [arrays[lane].from(pairs.map(([x]) => x)), arrays[lane].from(pairs.map(([, y]) => y)), new arrays[result](pairs.length)]);
  }
}

describe.each(tiers)('values on %s', (tier) => {
  it.each(['f32', 'f64'] as const)('arithmetic of %s agrees with the interpreter on every pair of edge cases', (lane) => {
    for (const op of ['add', 'sub', 'mul', 'div', 'max', 'min'] as const) checkValue(tier, lane, lane, (a, b) => ({ op, a, b }));
  });

  it.each(['f32', 'f64'] as const)('compares of %s are false on NaN, but for ne', (lane) => {
    for (const op of ['lt', 'le', 'eq', 'ne'] as const) checkValue(tier, lane, 'i32', (a, b) => ({ op, a, b }));
  });

  it.each(['f32', 'f64'] as const)('%s is negated, rounded and rooted', (lane) => {
    for (const op of ['neg', 'abs', 'sqrt', 'floor', 'trunc', 'nearest'] as const) checkValue(tier, lane, lane, (a) => ({ op, a }));
  });

  it.each(['f32', 'f64'] as const)('%s is scaled by powers of two and taken apart again', (lane) => {
    const most = lane === 'f32' ? 128 : 1024;
    checkValue(tier, lane, lane, (a, b) => ({ op: 'scale', a, b }), [[0, -0, 1, -3.5, 12, NaN, Infinity], [0, 1, -1, 12, most - 4, 4 - most]]);
    const numbers = [1, 0.5, 1.999, 3, 1e-30, 1e30, 12345.678, 2 ** 100, 2 ** -126].map(Math.fround);
    for (const op of ['exponent', 'mantissa'] as const) checkValue(tier, lane, lane, (a) => ({ op, a }), [numbers, [0, 0]]);
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
    for (const op of ['sumLanes', 'maxLanes', 'mulLanes'] as const) checkValue(tier, lane, lane, (a) => ({ op, a }), [of, of]);
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
    checkValue(tier, 'f64', 'f32', (a) => ({ op: 'f64>f32', a }), [[...edges, 1 / 3, 1e300], [0, 0]]);
    checkValue(tier, 'f32', 'i32', (a) => ({ op: 'bits', a }), [edges.filter((edge) => !Number.isNaN(edge)), [0, 0]]);
    checkValue(tier, 'i32', 'f32', (a) => ({ op: 'bits', a }), [wholes, [0, 0]]);
  });

  it.each(['f32', 'f64', 'i32'] as const)('%s is selected by compares, by logic on them and by masks that are data', (lane) => {
    const lanes = lanesOf(tier, lane);
    const builder = new NestBuilder(lanes);
    const [x, y] = [builder.slot(lane, 'read'), builder.slot(lane, 'read')];
    const to = builder.slot(lane, 'write');
    const masks = builder.slot('i32', 'write');
    const loop = builder.open(4);
    const at = (constant: number, by: number): Walk => ({ constant, terms: [{ loop, by }] });
    const load = (slot: number): Register => builder.set(lane, { op: 'load', element: lane, access: { slot, at: at(0, lanes), step: 1, active: lanes } });
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
    keep(builder.select(builder.binary('or', data, builder.set('i32', { op: 'mask', active: 1 })), builder.splat(lane, 1), builder.splat(lane, 2)));
    builder.close();
    const values = lane === 'i32' ? wholes : edges;
    const fill = (shift: number): TypedArray => filled(lane, 4 * lanes, (i) => values[(i * shift + 3) % values.length]!);
    check(builder.finish('select', { parallel: false, work: 1 }), tier, [fill(1), fill(5), new arrays[lane](24 * lanes), new Int32Array(4 * lanes)]);
  });

  it('more masks than opmask registers are still right', () => {
    const lanes = lanesOf(tier, 'f32');
    const builder = new NestBuilder(lanes);
    const x = builder.slot('f32', 'read');
    const to = builder.slot('f32', 'write');
    const a = builder.set('f32', { op: 'load', element: 'f32', access: { slot: x, at: fixed(0), step: 1, active: lanes } });
    const masks = Array.from({ length: 12 }, (_, i) => builder.compare('lt', a, builder.splat('f32', i)));
    let sum = a;
    for (const mask of masks) sum = builder.binary('add', sum, builder.select(mask, a, builder.splat('f32', 1)));
    for (const mask of masks) sum = builder.binary('add', sum, builder.select(mask, a, builder.splat('f32', 1)));
    builder.store('f32', { slot: to, at: fixed(0), step: 1, active: lanes }, sum);
    check(builder.finish('masks', { parallel: false, work: 1 }), tier, [Float32Array.from({ length: lanes }, (_, i) => i), new Float32Array(lanes)]);
  });

  it.each(['f32', 'f64'] as const)('lanes and iterations are numbered in nests of %s', (lane) => {
    const lanes = lanesOf(tier, lane);
    const builder = new NestBuilder(lanes);
    const to = builder.slot('i32', 'write');
    const outer = builder.open(3);
    const inner = builder.open(5);
    const walk = { constant: -5, terms: [{ loop: inner, by: -3 }, { loop: outer, by: 100 }] };
    const at = (constant: number): Walk => ({ constant, terms: [{ loop: outer, by: 15 * lanes }, { loop: inner, by: 3 * lanes }] });
    const values: Value[] = [{ op: 'index', walk, step: 7 }, { op: 'index', walk: fixed(3), step: -2 }, { op: 'index', walk, step: 0 }];
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

const shapes: readonly (readonly [Element, Lane])[] = [['f32', 'f32'], ['i32', 'f32'], ['u8', 'f32'], ['f64', 'f64'], ['f32', 'f64'], ['i32', 'f64'], ['u8', 'f64']];

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
        const [from, full, to] = [builder.slot(element, 'read'), builder.slot(element, 'write'), builder.slot(element, 'readwrite')];
        const loop = builder.open(3);
        const start = step < 0 ? -step * lanes : 0;
        const value = builder.set(laneOf[element], { op: 'load', element, access: { slot: from, at: { constant: start, terms: [{ loop, by: 1 }] }, step, active } });
        builder.store(element, { slot: full, at: { constant: 0, terms: [{ loop, by: lanes }] }, step: 1, active: lanes }, value);
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
          const [from, rows, to] = [builder.slot(element, 'read'), builder.slot('i32', 'read'), builder.slot(element, 'write')];
          const loop = builder.open(3);
          const pick = { constant: 0, terms: [{ loop, by: lanes }] };
          const index = builder.set('i32', { op: 'load', element: 'i32', access: { slot: rows, at: pick, step: uniform ? 0 : 1, active: lanes } });
          const at = { constant: 20, terms: [{ loop, by: 2 }] };
          const value = builder.set(laneOf[element], { op: 'gather', element, slot: from, at, index, scale: 3, step, active, uniform });
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
          const [from, rows, to] = [builder.slot(element, 'read'), builder.slot('i32', 'read'), builder.slot(element, 'readwrite')];
          const loop = builder.open(3);
          const at = { constant: 0, terms: [{ loop, by: lanes }] };
          const index = builder.set('i32', { op: 'load', element: 'i32', access: { slot: rows, at, step: uniform ? 0 : 1, active: lanes } });
          const source = builder.set(laneOf[element], { op: 'load', element, access: { slot: from, at, step: 1, active: lanes } });
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

/** C (rows × 2 vectors) = A (rows × depth) · B, rows in the outer, parallel loop; B is walked backwards. */
function product(lanes: number, rows: number, depth: number): { nest: Nest; memories: TypedArray[] } {
  const builder = new NestBuilder(lanes);
  const [a, b, c] = [builder.slot('f32', 'read'), builder.slot('f32', 'read'), builder.slot('f32', 'write')];
  const i = builder.open(rows);
  const sums = [builder.register('f32'), builder.register('f32')];
  for (const sum of sums) builder.assign(sum, { op: 'splat', value: 0 });
  const k = builder.open(depth);
  const at = { constant: depth - 1, terms: [{ loop: k, by: -1 }, { loop: i, by: depth }] };
  const x = builder.set('f32', { op: 'load', element: 'f32', access: { slot: a, at, step: 0, active: lanes } });
  sums.forEach((sum, half) => {
    const row = { constant: 2 * lanes * (depth - 1) + lanes * half, terms: [{ loop: k, by: -2 * lanes }] };
    const y = builder.set('f32', { op: 'load', element: 'f32', access: { slot: b, at: row, step: 1, active: lanes } });
    builder.assign(sum, { op: 'fma', a: x, b: y, c: sum });
  });
  builder.close();
  sums.forEach((sum, half) => {
    builder.store('f32', { slot: c, at: { constant: lanes * half, terms: [{ loop: i, by: 2 * lanes }] }, step: 1, active: lanes }, sum);
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
    check(nest, tier, memories, [[4, 9], [0, 1], [1, 4]]);
  });

  it('loops of every small count are right, however they are unrolled', () => {
    for (const depth of [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33]) check(product(lanes, 3, depth).nest, tier, product(lanes, 3, depth).memories);
    for (let count = 0; count < 40; count++) {
      const builder = new NestBuilder(lanes);
      const [from, to] = [builder.slot('f32', 'read'), builder.slot('f32', 'write')];
      for (const again of [0, 1]) {
        const loop = builder.open(count);
        const value = builder.set('f32', { op: 'load', element: 'f32', access: { slot: from, at: { constant: again, terms: [{ loop, by: 3 }] }, step: 1, active: lanes } });
        builder.store('f32', { slot: to, at: { constant: 40 * again, terms: [{ loop, by: 1 }] }, step: 1, active: 1 }, value);
        builder.close();
      }
      check(builder.finish(`${count} iterations`, { parallel: false, work: 1 }), tier, [
        Float32Array.from({ length: 3 * count + lanes + 1 }, (_, i) => i), new Float32Array(80),
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
        builder.set(lane, { op: 'load', element: lane, access: { slot: from, at: { constant: i, terms: [{ loop, by: 2 }, { loop: outer, by: 5 }] }, step: 1, active: width } }),
      );
      sums.forEach((sum, i) => {
        const factor = values[59 - i]!;
        builder.assign(sum, lane === 'i32' ? { op: 'sub', a: factor, b: sum } : { op: 'fnma', a: values[i]!, b: factor, c: sum });
        builder.assign(sum, { op: 'max', a: sum, b: values[(i + 7) % 60]! });
        if (i % 9 === 0) builder.assign(sum, { op: 'select', mask: builder.compare('lt', sum, factor), a: factor, b: sum });
        if (i % 13 === 0) builder.assign(sum, { op: 'sumLanes', a: sum });
      });
      builder.close();
      sums.forEach((sum, i) => {
        builder.store(lane, { slot: to, at: { constant: i * width, terms: [{ loop: outer, by: 60 * width }] }, step: 1, active: width }, sum);
      });
      builder.close();
      // Small whole numbers: every sum is exact, so one rounding or two make no difference.
      const source = filled(lane, 60 + 16 + width, (i) => (i % 3) - 1);
      check(builder.finish(`spill ${lane}`, { parallel: false, work: 1 }), tier, [source, new arrays[lane](180 * width)]);
    }
  });

  it('twenty slots at four depths find their pointers, in registers or on the stack', () => {
    const builder = new NestBuilder(lanes);
    const slots = Array.from({ length: 19 }, () => builder.slot('f32', 'read'));
    const to = builder.slot('f32', 'write');
    const loops = [2, 3, 2, 5].map((count) => builder.open(count));
    let sum: Register | undefined;
    slots.forEach((slot, i) => {
      const terms = loops.flatMap((loop, depth) => ((i >> depth) & 1 || depth === i % 4 ? [{ loop, by: 1 + ((i + depth) % 3) }] : []));
      const value = builder.set('f32', { op: 'load', element: 'f32', access: { slot, at: { constant: i % 5, terms }, step: i % 4 === 1 ? 0 : 1, active: lanes } });
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
    check(builder.finish('order', { parallel: false, work: 1 }), tier, [new Float32Array(lanes).fill(3), new Float32Array(lanes)]);
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
      const access = { slot: slots[draw(slots.length)]!, at: { constant: 100 + draw(9), terms }, step: [1, 1, 1, 0, -1, 2][draw(6)]!, active: draw(4) === 0 ? 1 + draw(lanes) : lanes };
      switch (draw(9)) {
        case 0: case 1: case 2:
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
  const terms = loops.map((loop, d) => ({ loop, by: lanes * values.length * counts.slice(d + 1).reduce((a, b) => a * b, 1) }));
  values.forEach((value, i) => {
    builder.store(lane, { slot: to, at: { constant: i * lanes, terms }, step: 1, active: lanes }, value);
  });
  for (const _ of loops) builder.close();
  const size = lanes * values.length * counts.reduce((a, b) => a * b, 1);
  const memories = slots.map((_, s) => filled(lane, 256, (n) => ((n * (s + 3)) % 23) - 11));
  return { nest: builder.finish('random', { parallel: false, work: 1 }), memories: [...memories, new arrays[lane](size)] };
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
