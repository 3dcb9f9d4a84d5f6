import { describe, expect, it } from 'vitest';
import { NestBuilder } from './builder.ts';
import type { Nest } from './nest.ts';
import { printNest } from './print.ts';
import { validate } from './validate.ts';

const everywhere = { constant: 0, terms: [] };

function finish(b: NestBuilder, parallel = false): Nest {
  return b.finish('n', { parallel, work: 1 });
}

/** b[j] = a[j] + 1 over 64 elements. */
function increment(): { builder: NestBuilder; loop: number } {
  const b = new NestBuilder(8);
  const [from, to] = [b.slot('f32', 'read'), b.slot('f32', 'write')];
  const loop = b.open(8);
  const at = { constant: 0, terms: [{ loop, by: 8 }] };
  const x = b.set('f32', { op: 'load', element: 'f32', access: { slot: from, at, step: 1, active: 8 } });
  b.store('f32', { slot: to, at, step: 1, active: 8 }, b.binary('add', x, b.splat('f32', 1)));
  b.close();
  return { builder: b, loop };
}

describe('validate', () => {
  it('finds nothing wrong with a sound nest, parallel or not', () => {
    const nest = finish(increment().builder);
    expect(validate(nest)).toEqual([]);
    expect(validate({ ...nest, parallel: true })).toEqual([]);
  });

  it('a walk may follow open loops only', () => {
    const { builder, loop } = increment();
    builder.set('i32', { op: 'index', walk: { constant: 0, terms: [{ loop, by: 1 }] }, step: 1 }, 0);
    expect(validate(finish(builder))).toEqual([`n: a walk follows loop ${loop}, which is not open there`]);
  });

  it('registers are set before they are read', () => {
    const b = new NestBuilder(4);
    b.set('f32', { op: 'neg', a: b.register('f32') });
    expect(validate(finish(b))).toEqual(['n: register 0 is read before it is set']);
  });

  it('what a loop of no iterations sets is not set after it', () => {
    const b = new NestBuilder(4);
    const x = b.register('f32');
    b.open(0);
    b.assign(x, { op: 'splat', value: 1 });
    b.close();
    b.set('f32', { op: 'neg', a: x });
    expect(validate(finish(b))).toEqual([`n: register ${x} is read before it is set`]);
  });

  it('operands and results have the types the op wants', () => {
    const b = new NestBuilder(4);
    const [f, i, d] = [b.splat('f32', 1), b.splat('i32', 1), b.splat('f64', 1)];
    b.set('f32', { op: 'add', a: f, b: i });
    b.set('i32', { op: 'div', a: i, b: i });
    b.set('f32', { op: 'and', a: f, b: f });
    b.set('f32', { op: 'lt', a: f, b: f });
    b.set('f32', { op: 'bits', a: d });
    b.set('i32', { op: 'f64>i32', a: f });
    b.set('f32', { op: 'select', mask: f, a: f, b: f });
    const faults = validate(finish(b)).join('\n');
    for (const part of [
      'add of f32, i32 registers',
      'div of i32 registers',
      'and of f32 registers',
      'register 6 is f32, but lt gives i32',
      'bits of an f64',
      'the operand of f64>i32 is f32',
      'the mask of a select is f32',
    ]) {
      expect(faults).toContain(part);
    }
  });

  it('slots are read and written as they were declared', () => {
    const b = new NestBuilder(4);
    const slot = b.slot('f32', 'read');
    b.store('f64', { slot, at: everywhere, step: 1, active: 4 }, b.splat('f64', 1));
    b.store('f32', { slot: 7, at: everywhere, step: 1, active: 5 }, b.splat('f32', 1));
    expect(validate(finish(b))).toEqual([
      'n: slot 0 holds f32, but is accessed as f64',
      'n: slot 0 is read only, but is written',
      'n: slot 7 does not exist',
      'n: 5 of 4 lanes are active',
    ]);
  });

  it('a parallel nest is sets and then one loop', () => {
    const b = new NestBuilder(4);
    b.open(2);
    b.close();
    b.open(2);
    b.close();
    expect(validate(finish(b, true))).toEqual(['n: a parallel nest must be one loop after nothing but sets']);
  });

  it('a parallel loop carries nothing from one iteration to the next', () => {
    const b = new NestBuilder(4);
    const sum = b.set('f32', { op: 'splat', value: 0 });
    b.open(2);
    b.assign(sum, { op: 'add', a: sum, b: sum });
    b.close();
    expect(validate(finish(b))).toEqual([]);
    expect(validate(finish(b, true))).toEqual(['n: register 0 is carried between iterations of a parallel loop']);
  });

  it('loops have ids of their own and whole counts, lanes are a power of two', () => {
    const body = [
      { kind: 'loop', loop: 0, count: 2, body: [] },
      { kind: 'loop', loop: 0, count: 1.5, body: [] },
    ] as const;
    const nest: Nest = { name: 'n', lanes: 3, slots: [], registers: [], body, parallel: false, work: 1 };
    expect(validate(nest)).toEqual([
      'n: 3 lanes is no power of two',
      'n: loop 0 appears twice',
      'n: loop 0 runs 1.5 times',
    ]);
  });
});

describe('lanes', () => {
  it('are at most what 64 bytes hold', () => {
    const b = new NestBuilder(16);
    b.splat('f32', 1);
    expect(validate(finish(b))).toEqual([]);
    b.splat('f64', 1);
    expect(validate(finish(b))).toEqual(['n: 16 lanes, but its registers hold at most 8']);
  });
});

describe('printNest', () => {
  it('shows slots, loops, accesses and values', () => {
    expect(printNest(finish(increment().builder, true))).toBe(
      [
        'parallel nest n(a: read f32, b: write f32) ×8 {',
        '  r1:f32 = splat 1',
        '  for i0 in 0..8 {',
        '    r0:f32 = load f32 a[8·i0]',
        '    r2:f32 = add r0, r1',
        '    store f32 b[8·i0] = r2',
        '  }',
        '}',
      ].join('\n'),
    );
  });

  it('shows strides, active lanes, indices and fused operations', () => {
    const b = new NestBuilder(4);
    const [from, to] = [b.slot('f32', 'read'), b.slot('f32', 'readwrite')];
    const loop = b.open(3);
    const walk = { constant: 3, terms: [{ loop, by: -2 }] };
    const at = b.set('i32', { op: 'index', walk, step: 1 });
    const x = b.set('f32', { op: 'load', element: 'f32', access: { slot: from, at: walk, step: 0, active: 3 } });
    const rest = { element: 'f32', index: at, scale: 5, step: 1, active: 4 } as const;
    const y = b.set('f32', { op: 'gather', slot: from, at: everywhere, uniform: true, ...rest });
    const z = b.fma('fnma', x, y, x);
    b.set('f32', { op: 'select', mask: at, a: x, b: z });
    b.push({ kind: 'accumulate', slot: to, at: walk, source: z, ...rest });
    b.close();
    expect(printNest(finish(b)).split('\n').slice(2, -2)).toEqual([
      '    r0:i32 = index -2·i0 + 3 + lane',
      '    r1:f32 = load f32 a[-2·i0 + 3] ×0 |3',
      '    r2:f32 = gather f32 a[5·r0] ×1 uniform',
      '    r3:f32 = r1 − r1 · r2',
      '    r4:f32 = select r0 ? r1 : r3',
      '    accumulate f32 b[-2·i0 + 3 + 5·r0] ×1 += r3',
    ]);
  });
});
