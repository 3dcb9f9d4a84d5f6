import { setFlagsFromString } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TypedArray } from '../../ir/dtype.ts';
import { NestBuilder } from '../../kernel/builder.ts';
import { interpret } from '../../kernel/interpret.ts';
import { elementBytes, laneOf } from '../../kernel/nest.ts';
import type { Element, Lane, Nest, Register, Value, Walk } from '../../kernel/nest.ts';
import { validate } from '../../kernel/validate.ts';
import { encodeModule } from './module.ts';
import { lowerNest, splitLoop } from './nest.ts';

// Node 20 has relaxed SIMD behind this flag, later ones always: both ways of lowering are tested on each.
setFlagsFromString('--experimental-wasm-relaxed-simd');

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

/** Runs a nest's module over copies of the memories and returns them; canaries around each must survive. */
function run(nest: Nest, memories: readonly TypedArray[], relaxed: boolean, ranges?: [number, number][]): TypedArray[] {
  const f = lowerNest(nest, { relaxed, shared: false });
  const bytes = encodeModule({ isShared: false, functions: [f], exports: new Map([['run', 0]]) });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { fathom: { memory } });
  const heap = new Uint8Array(memory.buffer).fill(0xa5);
  let next = 64;
  const bases = memories.map((array) => {
    const base = next;
    heap.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), base);
    next += Math.ceil(array.byteLength / 64) * 64 + 64;
    return base;
  });
  const call = instance.exports.run as (...args: number[]) => void;
  const split = splitLoop(nest);
  if (split === undefined) call(...bases);
  else for (const [begin, end] of ranges ?? [[0, split.count]]) call(...bases, begin, end);
  const results = memories.map((array, i) => {
    const copy = array.slice();
    new Uint8Array(copy.buffer).set(heap.subarray(bases[i]!, bases[i]! + array.byteLength));
    heap.fill(0xa5, bases[i]!, bases[i]! + array.byteLength);
    return copy;
  });
  expect(
    heap.every((byte) => byte === 0xa5),
    'a store went outside its memory',
  ).toBe(true);
  return results;
}

/** Expects the module, with and without relaxed SIMD, to leave in memory what the interpreter leaves. */
function check(nest: Nest, memories: readonly TypedArray[], ranges?: [number, number][]): TypedArray[] {
  expect(validate(nest)).toEqual([]);
  const expected = memories.map((array) => array.slice());
  interpret(nest, expected);
  for (const relaxed of [false, true]) expect(run(nest, memories, relaxed, ranges)).toEqual(expected);
  return expected;
}

const fixed = (constant: number): Walk => ({ constant, terms: [] });
const row = (slot: number, constant: number, active: number, step = 1) => ({ slot, at: fixed(constant), step, active });

const edges = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 7.25, -7.75, 1e10, 3e-39, Infinity, -Infinity, NaN];
const wholes = [0, 1, -1, 2, 7, -7, 31, 32, 255, 256, 65535, -65536, 2147483647, -2147483648, 123456789, -987654321];

/** A nest that sets one value from every pair of edge cases and stores it. */
function checkValue(
  lane: Lane,
  result: Lane,
  lanes: number,
  make: (a: Register, b: Register) => Value,
  of = [edges, edges],
) {
  const builder = new NestBuilder(lanes);
  const from = [builder.slot(lane, 'read'), builder.slot(lane, 'read')] as const;
  const to = builder.slot(result, 'write');
  const pairs = of[0]!.flatMap((a) => of[1]!.map((b) => [a, b] as const));
  const loop = builder.open(Math.floor(pairs.length / lanes));
  const at = { constant: 0, terms: [{ loop, by: lanes }] };
  const [a, b] = from.map((slot) =>
    builder.set(lane, { op: 'load', element: lane, access: { slot, at, step: 1, active: lanes } }),
  );
  const value = builder.set(result, make(a!, b!));
  builder.store(result, { slot: to, at, step: 1, active: lanes }, value);
  builder.close();
  const nest = builder.finish('value', { parallel: false, work: 1 });
  check(nest, [
    arrays[lane].from(pairs.map(([x]) => x)),
    arrays[lane].from(pairs.map(([, y]) => y)),
    new arrays[result](pairs.length),
  ]);
}

const machines: [Lane, number][] = [
  ['f32', 4],
  ['f32', 2],
  ['f64', 2],
];

describe('values', () => {
  for (const [lane, lanes] of machines) {
    it(`computes ${lane} arithmetic in ${lanes} lanes`, () => {
      for (const op of ['add', 'sub', 'mul', 'div', 'max', 'min'] as const) {
        checkValue(lane, lane, lanes, (a, b) => ({ op, a, b }));
      }
    });

    it(`compares ${lane} in ${lanes} lanes, false on NaN but for ne`, () => {
      for (const op of ['lt', 'le', 'eq', 'ne'] as const) checkValue(lane, 'i32', lanes, (a, b) => ({ op, a, b }));
    });

    it(`rounds, negates and takes roots of ${lane} in ${lanes} lanes`, () => {
      for (const op of ['neg', 'abs', 'sqrt', 'floor', 'trunc', 'nearest'] as const) {
        checkValue(lane, lane, lanes, (a) => ({ op, a }));
      }
    });

    it(`scales ${lane} by powers of two in ${lanes} lanes`, () => {
      const most = lane === 'f32' ? 128 : 1024;
      const powers = [most, most - 1, 1, 0, -1, 3 - most, 2 - most, NaN, 12];
      checkValue(lane, lane, lanes, (a, b) => ({ op: 'scale', a, b }), [edges, powers]);
    });

    it(`takes ${lane} apart into exponent and mantissa in ${lanes} lanes`, () => {
      const numbers = [1, 0.5, 1.999, 3, 1e-30, 1e30, 12345.678, 2 ** 100, 2 ** -126].map(Math.fround);
      for (const op of ['exponent', 'mantissa'] as const) {
        checkValue(lane, lane, lanes, (a) => ({ op, a }), [numbers, [0, 0]]);
      }
    });

    it(`multiplies and adds ${lane} in ${lanes} lanes`, () => {
      const small = [0, 1, -2, 3.5, 0.25, -7.125, NaN, Infinity];
      checkValue(lane, lane, lanes, (a, b) => ({ op: 'fma', a, b, c: a }), [small, small]);
      checkValue(lane, lane, lanes, (a, b) => ({ op: 'fnma', a, b, c: b }), [small, small]);
    });

    it(`combines all ${lanes} lanes of ${lane}`, () => {
      for (const op of ['sumLanes', 'maxLanes', 'mulLanes'] as const) checkValue(lane, lane, lanes, (a) => ({ op, a }));
    });

    it(`zips ${lane} in ${lanes} lanes`, () => {
      for (const unit of lanes === 4 ? ([1, 2] as const) : ([1] as const)) {
        for (const op of ['zipLow', 'zipHigh'] as const) checkValue(lane, lane, lanes, (a, b) => ({ op, a, b, unit }));
      }
    });

    it(`selects ${lane} by a mask in ${lanes} lanes`, () => {
      const builder = new NestBuilder(lanes);
      const slots = [builder.slot(lane, 'read'), builder.slot(lane, 'read')];
      const to = builder.slot(lane, 'write');
      const [a, b] = slots.map((slot) => builder.set(lane, { op: 'load', element: lane, access: row(slot, 0, lanes) }));
      builder.store(lane, row(to, 0, lanes), builder.select(builder.compare('lt', a!, b!), a!, b!));
      const first = builder.set('i32', { op: 'mask', active: 1 });
      builder.store(lane, row(to, lanes, lanes), builder.select(first, b!, a!));
      const nest = builder.finish('select', { parallel: false, work: 1 });
      const [x, y] = [
        [1, 5, -3, NaN],
        [2, 4, NaN, 8],
      ].map((v) => arrays[lane].from(v.slice(0, lanes)));
      check(nest, [x!, y!, new arrays[lane](2 * lanes)]);
    });
  }

  for (const lanes of [4, 2]) {
    it(`computes i32 in ${lanes} lanes`, () => {
      const of = [wholes, wholes];
      for (const op of [
        'add',
        'sub',
        'mul',
        'max',
        'min',
        'and',
        'or',
        'xor',
        'andnot',
        'shl',
        'shr',
        'sar',
      ] as const) {
        checkValue('i32', 'i32', lanes, (a, b) => ({ op, a, b }), of);
      }
      for (const op of ['lt', 'le', 'eq', 'ne'] as const) {
        checkValue('i32', 'i32', lanes, (a, b) => ({ op, a, b }), of);
      }
      for (const op of ['neg', 'abs', 'sumLanes', 'maxLanes', 'mulLanes'] as const) {
        checkValue('i32', 'i32', lanes, (a) => ({ op, a }), of);
      }
    });
  }

  it('shifts by one count for all lanes, modulo 32', () => {
    for (const count of [0, 1, 31, 33]) {
      for (const op of ['shl', 'shr', 'sar'] as const) {
        const builder = new NestBuilder(4);
        const from = builder.slot('i32', 'read');
        const to = builder.slot('i32', 'write');
        const a = builder.set('i32', { op: 'load', element: 'i32', access: row(from, 0, 4) });
        builder.store('i32', row(to, 0, 4), builder.binary(op, a, builder.splat('i32', count)));
        const nest = builder.finish('shift', { parallel: false, work: 1 });
        check(nest, [Int32Array.of(1, -1, 123456, -987654), new Int32Array(4)]);
      }
    }
  });

  it('converts between types', () => {
    const inRange = [0, -0, 1.9, -1.9, 2147483520, -2147483648, 1e-40, 16777217, -0.5, 100.5];
    checkValue('f32', 'i32', 4, (a) => ({ op: 'f32>i32', a }), [inRange, [0, 0]]);
    checkValue('f64', 'i32', 2, (a) => ({ op: 'f64>i32', a }), [inRange, [0]]);
    checkValue('i32', 'f32', 4, (a) => ({ op: 'i32>f32', a }), [wholes, [0]]);
    checkValue('i32', 'f64', 2, (a) => ({ op: 'i32>f64', a }), [wholes, [0]]);
    checkValue('f32', 'f64', 2, (a) => ({ op: 'f32>f64', a }));
    checkValue('f64', 'f32', 2, (a) => ({ op: 'f64>f32', a }), [[...edges, 1 / 3, 1e300], [0]]);
    checkValue('f32', 'i32', 4, (a) => ({ op: 'bits', a }), [edges.filter((e) => !Number.isNaN(e)), [0, 0, 0, 0]]);
    checkValue('i32', 'f32', 4, (a) => ({ op: 'bits', a }), [wholes, [0]]);
  });

  it('numbers lanes and iterations', () => {
    const builder = new NestBuilder(4);
    const to = builder.slot('i32', 'write');
    const outer = builder.open(3);
    const inner = builder.open(2);
    const walk = {
      constant: -5,
      terms: [
        { loop: inner, by: -3 },
        { loop: outer, by: 100 },
      ],
    };
    const value = builder.set('i32', { op: 'index', walk, step: 7 });
    const same = builder.set('i32', { op: 'index', walk: fixed(3), step: -2 });
    const at = (constant: number) => ({
      constant,
      terms: [
        { loop: outer, by: 16 },
        { loop: inner, by: 8 },
      ],
    });
    builder.store('i32', { slot: to, at: at(0), step: 1, active: 4 }, value);
    builder.store('i32', { slot: to, at: at(4), step: 1, active: 4 }, same);
    builder.close();
    builder.close();
    const nest = builder.finish('index', { parallel: false, work: 1 });
    const [result] = check(nest, [new Int32Array(48)]);
    expect([...result!.subarray(0, 4)]).toEqual([-5, 2, 9, 16]);
  });
});

describe('memory', () => {
  const elements: [Element, number][] = [
    ['f32', 4],
    ['i32', 4],
    ['u8', 4],
    ['f32', 2],
    ['u8', 2],
    ['f64', 2],
  ];
  for (const [element, lanes] of elements) {
    it(`loads and stores ${element} with every step and tail in ${lanes} lanes`, () => {
      for (const step of [0, 1, 2, 3, -1, -2]) {
        for (let active = 1; active <= lanes; active++) {
          const builder = new NestBuilder(lanes);
          const from = builder.slot(element, 'read');
          const full = builder.slot(element, 'write');
          const to = builder.slot(element, 'readwrite');
          const loop = builder.open(3);
          const start = step < 0 ? -step * lanes : 0;
          const at = { constant: start, terms: [{ loop, by: 1 }] };
          const value = builder.set(laneOf[element], { op: 'load', element, access: { slot: from, at, step, active } });
          const whole = { constant: 0, terms: [{ loop, by: lanes }] };
          builder.store(element, { slot: full, at: whole, step: 1, active: lanes }, value);
          const across = { constant: start, terms: [{ loop, by: 16 }] };
          builder.store(element, { slot: to, at: across, step, active }, value);
          builder.close();
          const nest = builder.finish('memory', { parallel: false, work: 1 });
          const source = filled(element, 24, (i) => (element === 'u8' ? 250 - i : i - 7));
          check(nest, [source, new arrays[element](3 * lanes), filled(element, 48, (i) => i)]);
        }
      }
    });

    it(`gathers ${element} in ${lanes} lanes`, () => {
      for (const uniform of [false, true]) {
        for (const step of [0, 1, 2, -1]) {
          for (let active = 1; active <= lanes; active++) {
            const builder = new NestBuilder(lanes);
            const from = builder.slot(element, 'read');
            const rows = builder.slot('i32', 'read');
            const to = builder.slot(element, 'write');
            const loop = builder.open(3);
            const at = { constant: -20, terms: [{ loop, by: 2 }] }; // the index makes up for what is below 0
            const pick = { constant: 0, terms: [{ loop, by: lanes }] };
            const access = { slot: rows, at: pick, step: uniform ? 0 : 1, active: lanes };
            const index = builder.set('i32', { op: 'load', element: 'i32', access });
            const gather = { op: 'gather', element, slot: from, at, index, scale: 3, step, active, uniform } as const;
            const value = builder.set(laneOf[element], gather);
            builder.store(element, { slot: to, at: pick, step: 1, active: lanes }, value);
            builder.close();
            const nest = builder.finish('gather', { parallel: false, work: 1 });
            const source = filled(element, 64, (i) => i * 3 + 1);
            const indices = Int32Array.from({ length: 3 * lanes }, (_, i) => 8 + ((i * 7) % 5));
            check(nest, [source, indices, new arrays[element](3 * lanes)]);
          }
        }
      }
    });

    it(`accumulates ${element} in ${lanes} lanes where several meet`, () => {
      for (const step of [0, 1, -1]) {
        for (let active = 1; active <= lanes; active++) {
          const builder = new NestBuilder(lanes);
          const from = builder.slot(element, 'read');
          const rows = builder.slot('i32', 'read');
          const to = builder.slot(element, 'readwrite');
          const loop = builder.open(3);
          const at = { constant: 0, terms: [{ loop, by: lanes }] };
          const index = builder.set('i32', {
            op: 'load',
            element: 'i32',
            access: { slot: rows, at, step: 1, active: lanes },
          });
          const source = builder.set(laneOf[element], {
            op: 'load',
            element,
            access: { slot: from, at, step: 1, active: lanes },
          });
          builder.push({ kind: 'accumulate', element, slot: to, at: fixed(3), index, scale: 2, step, active, source });
          builder.close();
          const nest = builder.finish('accumulate', { parallel: false, work: 1 });
          const values = filled(element, 3 * lanes, (i) => 100 + i);
          const indices = Int32Array.from({ length: 3 * lanes }, (_, i) => (i * 3) % 4);
          check(nest, [values, indices, filled(element, 16, (i) => i)]);
        }
      }
    });
  }
});

/** C (9 × 8) = A (9 × 5) · B (5 × 8), rows in the outer, parallel loop; B is walked backwards. */
function product(): Nest {
  const builder = new NestBuilder(4);
  const [a, b] = [builder.slot('f32', 'read'), builder.slot('f32', 'read')];
  const c = builder.slot('f32', 'write');
  const i = builder.open(9);
  const sums = [builder.register('f32'), builder.register('f32')];
  for (const sum of sums) builder.assign(sum, { op: 'splat', value: 0 });
  const k = builder.open(5);
  const of = {
    slot: a,
    at: {
      constant: 4,
      terms: [
        { loop: k, by: -1 },
        { loop: i, by: 5 },
      ],
    },
    step: 0,
    active: 4,
  };
  const x = builder.set('f32', { op: 'load', element: 'f32', access: of });
  sums.forEach((sum, half) => {
    const at = { constant: 32 + 4 * half, terms: [{ loop: k, by: -8 }] };
    const y = builder.set('f32', { op: 'load', element: 'f32', access: { slot: b, at, step: 1, active: 4 } });
    builder.assign(sum, { op: 'fma', a: x, b: y, c: sum });
  });
  builder.close();
  sums.forEach((sum, half) => {
    builder.store('f32', { slot: c, at: { constant: 4 * half, terms: [{ loop: i, by: 8 }] }, step: 1, active: 4 }, sum);
  });
  builder.close();
  return builder.finish('product', { parallel: true, work: 720 });
}

describe('loops', () => {
  const memories = () => [
    Float32Array.from({ length: 45 }, (_, i) => (i % 7) - 3),
    Float32Array.from({ length: 40 }, (_, i) => (i % 5) - 2),
    new Float32Array(72),
  ];

  it('splits a parallel nest at any point, in any order', () => {
    const cuts = fc
      .uniqueArray(fc.integer({ min: 1, max: 8 }))
      .map((points) => [0, ...points.sort((a, b) => a - b), 9]);
    fc.assert(
      fc.property(cuts, fc.boolean(), (points, backwards) => {
        const ranges = points.slice(1).map((end, i): [number, number] => [points[i]!, end]);
        check(product(), memories(), backwards ? ranges.reverse() : ranges);
      }),
      { numRuns: 30, seed: 5 },
    );
  });

  it('does nothing for an empty range', () => {
    const [, , c] = run(product(), memories(), false, [
      [3, 3],
      [9, 9],
      [5, 2],
    ]);
    expect(c).toEqual(new Float32Array(72));
  });

  it('skips a loop of no iterations and runs a loop of one', () => {
    for (const parallel of [false, true]) {
      for (const count of [0, 1]) {
        const builder = new NestBuilder(4);
        const to = builder.slot('f32', 'write');
        const loop = builder.open(count);
        const inner = builder.open(2);
        const at = {
          constant: 0,
          terms: [
            { loop, by: 1e6 },
            { loop: inner, by: 4 },
          ],
        };
        builder.store('f32', { slot: to, at, step: 1, active: 4 }, builder.set('f32', { op: 'splat', value: 3 }));
        builder.close();
        builder.close();
        check(builder.finish('few', { parallel, work: 1 }), [new Float32Array(8)]);
      }
    }
  });

  it('keeps a register across iterations and nests of walks on several loops', () => {
    const builder = new NestBuilder(2);
    const from = builder.slot('f32', 'read');
    const to = builder.slot('f64', 'write');
    const sum = builder.register('f64');
    builder.assign(sum, { op: 'splat', value: 0.1 });
    const [i, j, k] = [builder.open(2), builder.open(3), builder.open(4)];
    const at = {
      constant: 30,
      terms: [
        { loop: k, by: -2 },
        { loop: j, by: -8 },
        { loop: i, by: 20 },
      ],
    };
    const x = builder.set('f32', { op: 'load', element: 'f32', access: { slot: from, at, step: 1, active: 2 } });
    builder.assign(sum, { op: 'add', a: sum, b: builder.convert('f32>f64', x) });
    const out = {
      constant: 0,
      terms: [
        { loop: i, by: 24 },
        { loop: j, by: 8 },
        { loop: k, by: 2 },
      ],
    };
    builder.store('f64', { slot: to, at: out, step: 1, active: 2 }, sum);
    for (let n = 0; n < 3; n++) builder.close();
    const nest = builder.finish('running', { parallel: false, work: 1 });
    check(nest, [Float32Array.from({ length: 60 }, (_, n) => Math.sin(n)), new Float64Array(48)]);
  });

  it('refuses more lanes than a vector has', () => {
    const builder = new NestBuilder(4);
    builder.register('f64');
    const nest = builder.finish('wide', { parallel: false, work: 1 });
    expect(() => lowerNest(nest, { relaxed: false, shared: false })).toThrow('bug: wide has 4 lanes');
  });
});

describe('random nests', () => {
  interface Spec {
    isWide: boolean;
    counts: number[];
    strides: number[][];
    steps: number[];
    ops: number[];
    tail: number;
  }
  const spec: fc.Arbitrary<Spec> = fc.record({
    isWide: fc.boolean(),
    counts: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
    strides: fc.array(fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 4, maxLength: 4 }), {
      minLength: 4,
      maxLength: 4,
    }),
    steps: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 4, maxLength: 4 }),
    ops: fc.array(fc.nat(999), { minLength: 1, maxLength: 12 }),
    tail: fc.integer({ min: 1, max: 4 }),
  });

  /** Loads at every depth, a chain of operations inside, a store at the innermost depth: all from the spec's numbers. */
  function build({ isWide, counts, strides, steps, ops, tail }: Spec): { nest: Nest; memories: TypedArray[] } {
    const lanes = isWide ? 2 : 4;
    const active = Math.min(tail, lanes);
    const float = isWide ? 'f64' : 'f32';
    const elements: Element[] = [float, 'f32', 'i32', 'u8'];
    const builder = new NestBuilder(lanes);
    const slots = elements.map((element) => builder.slot(element, 'read'));
    const outputs = elements.map((element) => builder.slot(element, 'write'));
    const loops = counts.map((count) => builder.open(count));
    const floats: Register[] = [builder.splat(float, 1.5)];
    const ints: Register[] = [builder.splat('i32', 3)];
    const extents = elements.map((element, e) => {
      const terms = loops.map((loop, i) => ({ loop, by: strides[e]![i]! })).filter(({ by }) => by !== 0);
      // Shifted so that the lowest element touched is 2.
      const span = (sign: number) =>
        terms.reduce(
          (sum, { loop, by }) => sum + Math.max(0, sign * by) * Math.max(0, counts[loops.indexOf(loop)]! - 1),
          0,
        );
      const step = steps[e]!;
      const constant = 2 + span(-1) + Math.max(0, -step) * (active - 1);
      const access = { slot: slots[e]!, at: { constant, terms }, step, active };
      const depth = builder.depthOfWalk(access.at);
      const register = builder.set(laneOf[element], { op: 'load', element, access }, depth);
      if (laneOf[element] === 'i32') ints.push(register);
      else if (element === float) floats.push(register);
      else floats.push(builder.convert('f32>f64', register));
      return constant + span(1) + Math.max(0, step) * (active - 1) + 1;
    });
    for (const op of ops) {
      const [a, b] = [floats[op % floats.length]!, floats[(op >> 3) % floats.length]!];
      const [i, j] = [ints[op % ints.length]!, ints[(op >> 3) % ints.length]!];
      const floatOp = (['add', 'sub', 'mul', 'max', 'min'] as const)[(op >> 2) % 5]!;
      const intOp = (['add', 'sub', 'mul', 'xor', 'andnot', 'max', 'shl', 'sar'] as const)[(op >> 2) % 8]!;
      if (op % 3 === 0) floats.push(builder.binary(floatOp, a, b));
      else if (op % 3 === 1) ints.push(builder.binary(intOp, i, j));
      else floats.push(builder.select(builder.compare('lt', a, b), builder.unary('neg', b), a));
    }
    let size = 1;
    const terms = loops.map((loop, n) => {
      const by = size * lanes;
      size *= Math.max(1, counts[n]!);
      return { loop, by };
    });
    elements.forEach((element, e) => {
      const of = laneOf[element] === 'i32' ? ints : floats;
      let source = of[of.length - 1 - (e % of.length)]!;
      if (element === 'f32' && isWide) source = builder.convert('f64>f32', source);
      builder.store(element, { slot: outputs[e]!, at: { constant: 0, terms }, step: 1, active }, source);
    });
    for (let n = 0; n < counts.length; n++) builder.close();
    const memories = [
      ...elements.map((element, e) => filled(element, extents[e]!, (n) => (n % 11) - (element === 'u8' ? 0 : 4))),
      ...elements.map((element) => new arrays[element](size * lanes)),
    ];
    return { nest: builder.finish('random', { parallel: false, work: 1 }), memories };
  }

  it('agree with the interpreter', () => {
    fc.assert(
      fc.property(spec, (s) => {
        const { nest, memories } = build(s);
        check(nest, memories);
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  it('use every element size', () => {
    expect(Object.keys(elementBytes).sort()).toEqual(Object.keys(arrays).sort());
  });
});
