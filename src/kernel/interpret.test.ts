import { describe, expect, it } from 'vitest';
import { NestBuilder } from './builder.ts';
import { interpret } from './interpret.ts';
import type { ArithmeticOp, Lane, Nest, UnaryOp, Value } from './nest.ts';
import { validate } from './validate.ts';

const lanes = 4;

const repeat = (x: number) => [x, x, x, x];

/** Loads contiguous vectors from the inputs, applies `make` and stores the result. */
function compute(
  lane: Lane,
  inputs: readonly (readonly number[])[],
  make: (b: NestBuilder, args: number[]) => number,
): number[] {
  const b = new NestBuilder(lanes);
  const at = { constant: 0, terms: [] };
  const slots = inputs.map(() => b.slot(lane, 'read'));
  const args = slots.map((slot) =>
    b.set(lane, { op: 'load', element: lane, access: { slot, at, step: 1, active: lanes } }),
  );
  const result = make(b, args);
  const target = b.slot(b.laneOf(result), 'write');
  b.store(b.laneOf(result), { slot: target, at, step: 1, active: lanes }, result);
  const nest = b.finish('test', { parallel: false, work: 1 });
  expect(validate(nest)).toEqual([]);
  const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, i64: Float64Array };
  const output = new arrays[b.laneOf(result)](lanes);
  interpret(nest, [...inputs.map((values) => new arrays[lane](values)), output]);
  return Array.from(output);
}

describe('values', () => {
  it('single precision rounds after every operation', () => {
    const sum = compute(
      'f32',
      [
        [16777216, 1, 0.1, 1e30],
        [1, 2, 0.2, 1e30],
      ],
      (b, [x, y]) => b.binary('add', x!, y!),
    );
    expect(sum).toEqual([
      16777216,
      3,
      Math.fround(Math.fround(0.1) + Math.fround(0.2)),
      Math.fround(2 * Math.fround(1e30)),
    ]);
  });

  it('a fused multiply-add keeps the digits that a product alone would lose', () => {
    const [x, y] = [1 + 2 ** -23, 1 + 2 ** -22];
    const fused = compute('f32', [repeat(x), repeat(-y)], (b, [a, c]) => b.fma('fma', a!, a!, c!));
    expect(fused[0]).toBe(2 ** -46);
    const negated = compute('f32', [repeat(x), repeat(y)], (b, [a, c]) => b.fma('fnma', a!, a!, c!));
    expect(negated[0]).toBe(-(2 ** -46));
  });

  it.each<[ArithmeticOp, number[]]>([
    ['add', [-2147483648, 3, -2, 0]],
    ['sub', [2147483646, -1, 0, -2]],
    ['mul', [2147483647, 2, 1, -1]],
    ['max', [2147483647, 2, -1, 1]],
    ['min', [1, 1, -1, -1]],
    ['and', [1, 0, -1, 1]],
    ['or', [2147483647, 3, -1, -1]],
    ['xor', [2147483646, 3, 0, -2]],
    ['andnot', [0, 2, 0, 0]],
  ])('%s of i32 wraps and works on bits', (op, expected) => {
    const result = compute(
      'i32',
      [
        [2147483647, 1, -1, -1],
        [1, 2, -1, 1],
      ],
      (b, [x, y]) => b.binary(op, x!, y!),
    );
    expect(result).toEqual(expected);
  });

  it('shift counts are taken modulo 32', () => {
    const inputs = [
      [-8, -8, 1, 1],
      [1, 33, 31, 32],
    ];
    expect(compute('i32', inputs, (b, [x, y]) => b.binary('shl', x!, y!))).toEqual([-16, -16, -2147483648, 1]);
    expect(compute('i32', inputs, (b, [x, y]) => b.binary('shr', x!, y!))).toEqual([2147483644, 2147483644, 0, 1]);
    expect(compute('i32', inputs, (b, [x, y]) => b.binary('sar', x!, y!))).toEqual([-4, -4, 0, 1]);
  });

  it('max and min give the second operand where either is NaN', () => {
    const inputs = [
      [NaN, 1, 2, -1],
      [1, NaN, 1, 3],
    ];
    expect(compute('f64', inputs, (b, [x, y]) => b.binary('max', x!, y!))).toEqual([1, NaN, 2, 3]);
    expect(compute('f64', inputs, (b, [x, y]) => b.binary('min', x!, y!))).toEqual([1, NaN, 1, -1]);
  });

  it('scale multiplies by powers of two, up to overflow and down to 0', () => {
    const inputs = [
      [1.5, 0.75, 1.5, 1.5],
      [10, 128, 128, -126],
    ];
    const result = compute('f32', inputs, (b, [x, y]) => b.binary('scale', x!, y!));
    expect(result).toEqual([1536, 0.75 * 2 ** 128, Infinity, 0]);
  });

  it.each<[UnaryOp, number[]]>([
    ['neg', [-2.5, 3.5, -0.5, -1e10]],
    ['abs', [2.5, 3.5, 0.5, 1e10]],
    ['floor', [2, -4, 0, 1e10]],
    ['trunc', [2, -3, 0, 1e10]],
    ['nearest', [2, -4, 0, 1e10]],
  ])('%s', (op, expected) => {
    expect(compute('f64', [[2.5, -3.5, 0.5, 1e10]], (b, [x]) => b.unary(op, x!)).map((v) => v + 0)).toEqual(expected);
  });

  it.each(['f32', 'f64'] as const)('exponent and mantissa take a %s apart', (lane) => {
    const values = [[1, 0.75, 2 ** -126, 12]];
    expect(compute(lane, values, (b, [x]) => b.unary('exponent', x!))).toEqual([0, -1, -126, 3]);
    expect(compute(lane, values, (b, [x]) => b.unary('mantissa', x!))).toEqual([1, 1.5, 1, 1.5]);
  });

  it('comparisons are masks, false on NaN but for ne', () => {
    const inputs = [
      [1, 2, NaN, 3],
      [2, 2, 1, 1],
    ];
    expect(compute('f32', inputs, (b, [x, y]) => b.compare('lt', x!, y!))).toEqual([-1, 0, 0, 0]);
    expect(compute('f32', inputs, (b, [x, y]) => b.compare('le', x!, y!))).toEqual([-1, -1, 0, 0]);
    expect(compute('f32', inputs, (b, [x, y]) => b.compare('eq', x!, y!))).toEqual([0, -1, 0, 0]);
    expect(compute('f32', inputs, (b, [x, y]) => b.compare('ne', x!, y!))).toEqual([-1, 0, -1, -1]);
    const picked = compute('f32', inputs, (b, [x, y]) => b.select(b.compare('lt', x!, y!), x!, y!));
    expect(picked).toEqual([1, 2, 1, 1]);
  });

  it('lanes are combined into every lane', () => {
    const reduce = (op: 'sumLanes' | 'maxLanes' | 'mulLanes') =>
      compute('f32', [[1, 2, 3, 4]], (b, [x]) => b.set('f32', { op, a: x! }));
    expect(reduce('sumLanes')).toEqual([10, 10, 10, 10]);
    expect(reduce('maxLanes')).toEqual([4, 4, 4, 4]);
    expect(reduce('mulLanes')).toEqual([24, 24, 24, 24]);
  });

  it.each<[string, Value, number[]]>([
    ['mask', { op: 'mask', active: 3 }, [-1, -1, -1, 0]],
    ['index', { op: 'index', walk: { constant: 5, terms: [] }, step: 2 }, [5, 7, 9, 11]],
    ['splat', { op: 'splat', value: 7 }, [7, 7, 7, 7]],
  ])('%s fills lanes', (_, value, expected) => {
    expect(compute('i32', [], (b) => b.set('i32', value))).toEqual(expected);
  });

  it('conversions truncate, round and keep bits', () => {
    expect(compute('f32', [[1.9, -1.9, 0.5, 3e9]], (b, [x]) => b.convert('f32>i32', x!))).toEqual([
      1, -1, 0, -2147483648,
    ]);
    expect(compute('i32', [[16777217, 1, -1, 0]], (b, [x]) => b.convert('i32>f32', x!))).toEqual([16777216, 1, -1, 0]);
    expect(compute('f64', [[0.1, 1e300, -2, 3]], (b, [x]) => b.convert('f64>f32', x!))).toEqual([
      Math.fround(0.1),
      Infinity,
      -2,
      3,
    ]);
    expect(compute('f32', [[1, -2, 0, 0.5]], (b, [x]) => b.convert('bits', x!))).toEqual([
      0x3f800000,
      0xc0000000 | 0,
      0,
      0x3f000000,
    ]);
  });
});

/** y[j] = Σᵢ x[i·columns + j], as a parallel loop over blocks of `lanes` columns. */
function columnSums(rows: number, columns: number): Nest {
  const b = new NestBuilder(lanes);
  const [x, y] = [b.slot('f32', 'read'), b.slot('f32', 'write')];
  const zero = b.splat('f32', 0);
  const block = b.open(columns / lanes);
  const sum = b.register('f32');
  b.assign(sum, { op: 'copy', a: zero });
  const row = b.open(rows);
  const at = {
    constant: 0,
    terms: [
      { loop: row, by: columns },
      { loop: block, by: lanes },
    ],
  };
  const value = b.set('f32', { op: 'load', element: 'f32', access: { slot: x, at, step: 1, active: lanes } });
  b.assign(sum, { op: 'add', a: sum, b: value });
  b.close();
  b.store('f32', { slot: y, at: { constant: 0, terms: [{ loop: block, by: lanes }] }, step: 1, active: lanes }, sum);
  b.close();
  return b.finish('columnSums', { parallel: true, work: rows * columns });
}

describe('statements', () => {
  const x = Float32Array.from({ length: 3 * 12 }, (_, i) => i);
  const expected = Array.from({ length: 12 }, (_, j) => 3 * j + 36);

  it('nested loops follow their walks', () => {
    const y = new Float32Array(12);
    const nest = columnSums(3, 12);
    expect(validate(nest)).toEqual([]);
    interpret(nest, [x, y]);
    expect(Array.from(y)).toEqual(expected);
  });

  it('a parallel nest gives the same in pieces, in any order', () => {
    const y = new Float32Array(12);
    for (const begin of [2, 0, 1]) interpret(columnSums(3, 12), [x, y], { begin, end: begin + 1 });
    expect(Array.from(y)).toEqual(expected);
  });

  it('loads may be strided, repeated, backwards and partial, and stores too', () => {
    const b = new NestBuilder(lanes);
    const [from, to] = [b.slot('u8', 'read'), b.slot('u8', 'write')];
    const move = (constant: number, step: number, active: number, target: number, targetStep: number) => {
      const value = b.set('i32', {
        op: 'load',
        element: 'u8',
        access: { slot: from, at: { constant, terms: [] }, step, active },
      });
      b.store('u8', { slot: to, at: { constant: target, terms: [] }, step: targetStep, active: lanes }, value);
    };
    move(1, 2, 4, 0, 1);
    move(3, 0, 4, 4, 1);
    move(7, -1, 3, 15, -1);
    move(0, 1, 4, 8, 1);
    const to8 = new Uint8Array(16);
    interpret(b.finish('moves', { parallel: false, work: 1 }), [
      Uint8Array.from([10, 11, 12, 13, 14, 15, 16, 255]),
      to8,
    ]);
    expect(Array.from(to8)).toEqual([11, 13, 15, 255, 13, 13, 13, 13, 10, 11, 12, 13, 0, 15, 16, 255]);
  });

  it('gather reads and accumulate adds where an index says, twice where it says so twice', () => {
    const b = new NestBuilder(lanes);
    const [table, index, sums] = [b.slot('f32', 'read'), b.slot('i32', 'read'), b.slot('f32', 'readwrite')];
    const zero = { constant: 0, terms: [] };
    const picks = b.set('i32', {
      op: 'load',
      element: 'i32',
      access: { slot: index, at: zero, step: 1, active: lanes },
    });
    const rest = { at: { constant: 1, terms: [] }, index: picks, scale: 2, step: 0, active: 3 };
    const got = b.set('f32', { op: 'gather', element: 'f32', slot: table, ...rest, uniform: false });
    b.push({ kind: 'accumulate', element: 'f32', slot: sums, ...rest, source: got });
    const memory = new Float32Array([100, 100, 100, 100, 100, 100]);
    const nest = b.finish('lookup', { parallel: false, work: 1 });
    expect(validate(nest)).toEqual([]);
    interpret(nest, [new Float32Array([0, 1, 2, 3, 4, 5]), new Int32Array([2, 0, 2, 99]), memory]);
    expect(Array.from(memory)).toEqual([100, 101, 100, 100, 100, 110]);
  });
});

describe('faults', () => {
  it('an access past the end is named with its nest, slot and element', () => {
    expect(() => interpret(columnSums(3, 12), [new Float32Array(35), new Float32Array(12)])).toThrow(
      'bug: nest columnSums: slot 0 has 35 elements, but element 35 is accessed',
    );
  });

  it('a range for a nest that is not parallel is refused', () => {
    const nest = { ...columnSums(3, 12), parallel: false };
    expect(() => interpret(nest, [new Float32Array(36), new Float32Array(12)], { begin: 0, end: 1 })).toThrow(
      'a range was given',
    );
  });

  it('a register without a value is not read', () => {
    const b = new NestBuilder(lanes);
    const slot = b.slot('f32', 'write');
    b.store('f32', { slot, at: { constant: 0, terms: [] }, step: 1, active: lanes }, b.register('f32'));
    expect(() => interpret(b.finish('early', { parallel: false, work: 1 }), [new Float32Array(4)])).toThrow(
      'read before it is set',
    );
  });
});
