import { describe, expect, it } from 'vitest';
import type { TypedArray } from '../../ir/dtype.ts';
import { NestBuilder } from '../../kernel/builder.ts';
import type { Nest } from '../../kernel/nest.ts';
import type { Plan, PlannedBuffer } from '../../schedule/plan.ts';
import { wasmHost } from './index.ts';
import type { WasmOptions } from './index.ts';
import { WasmProgram } from './program.ts';
import { WasmStorage } from './storage.ts';

const size = 64;

/** out = x · factor + y, one loop over vectors, in rows that may run apart. */
function scaleAndAdd(factor: number, elements = size, work = elements): Nest {
  const builder = new NestBuilder(4);
  const [x, y] = [builder.slot('f32', 'read'), builder.slot('f32', 'read')];
  const out = builder.slot('f32', 'write');
  const loop = builder.open(elements / 4);
  const at = { constant: 0, terms: [{ loop, by: 4 }] };
  const [a, b] = [x, y].map((slot) =>
    builder.set('f32', { op: 'load', element: 'f32', access: { slot, at, step: 1, active: 4 } }),
  );
  const c = builder.set('f32', { op: 'splat', value: factor });
  builder.store('f32', { slot: out, at, step: 1, active: 4 }, builder.fma('fma', a!, c, b!));
  builder.close();
  return builder.finish('scale and add', { parallel: true, work });
}

function buffer(home: PlannedBuffer['home'], elements = size): PlannedBuffer {
  return { dtype: 'float32', size: elements, home };
}

/** output 0 = 2x + y and output 1 = 3 · (2x + y) + x, by way of the arena; output 1 may be written over y. */
function plan(elements = size, work = elements): Plan {
  return {
    buffers: [
      buffer({ kind: 'input', index: 0 }, elements),
      buffer({ kind: 'input', index: 1 }, elements),
      buffer({ kind: 'arena', offset: 64 }, elements),
      buffer({ kind: 'output', index: 0 }, elements),
      buffer({ kind: 'output', index: 1 }, elements),
      buffer({ kind: 'arena', offset: 64 + 4 * elements }, elements),
    ],
    steps: [
      { kind: 'nest', nest: scaleAndAdd(2, elements, work), bindings: [0, 1, 2] },
      { kind: 'nest', nest: scaleAndAdd(0, elements, work), bindings: [0, 2, 3] },
      { kind: 'nest', nest: scaleAndAdd(3, elements, work), bindings: [2, 0, 4] },
    ],
    arenaBytes: 64 + 8 * elements,
    inPlace: new Map([[1, 1]]),
  };
}

function setUp(options: WasmOptions = {}) {
  const host = wasmHost({ threads: 1, relaxed: false, ...options });
  const make = (values: TypedArray): WasmStorage => new WasmStorage(host.residents, 'float32', values.length, values);
  const empty = (elements = size): WasmStorage => new WasmStorage(host.residents, 'float32', elements, undefined);
  return { host, make, empty };
}

const ramp = (from: number, elements = size): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: elements }, (_, i) => (from + i) % 101);

/** toEqual, fast enough for many elements. */
function expectSame(actual: TypedArray, expected: TypedArray): void {
  expect(actual.length).toBe(expected.length);
  const first = actual.findIndex((value, i) => value !== expected[i]);
  expect([first, actual[first]]).toEqual([-1, undefined]);
}

describe('a program', () => {
  it('computes outputs from inputs through the arena', () => {
    const { host, make, empty } = setUp();
    const program = new WasmProgram(host, plan());
    const [x, y] = [ramp(1), ramp(50)];
    const [first, second] = [empty(), empty()];
    program.run([make(x), make(y)], [first, second]);
    expect(first.read()).toEqual(x.map((v, i) => 2 * v + y[i]!));
    expect(second.read()).toEqual(x.map((v, i) => 3 * (2 * v + y[i]!) + v));
  });

  it('updates a storage in place run after run, and keeps it in the memory', () => {
    const { host, make, empty } = setUp();
    const program = new WasmProgram(host, plan());
    const x = ramp(1).map((v) => v / 128);
    const cell = make(ramp(3));
    let expected = ramp(3);
    const before = cell.read();
    for (let run = 0; run < 5; run++) {
      program.run([make(x), cell], [empty(), cell]);
      expected = x.map((v, i) => Math.fround(3 * Math.fround(2 * v + expected[i]!)) + v);
    }
    expect(cell.read()).toEqual(expected);
    expect(cell.contents.address).toBeGreaterThan(0);
    expect(before, 'what was read earlier does not change').toEqual(ramp(3));
  });

  it('reads an input that is also given where it is written over', () => {
    const { host, make, empty } = setUp();
    const program = new WasmProgram(host, plan());
    const both = make(ramp(2));
    program.run([both, both], [empty(), both]);
    expect(both.read()).toEqual(ramp(2).map((v) => 10 * v));
  });

  it('writes to an output that is an input it may not write over', () => {
    const { host, make, empty } = setUp();
    const program = new WasmProgram(host, plan());
    const [x, y] = [make(ramp(2)), make(ramp(9))];
    for (let run = 0; run < 6; run++) program.run([x, y], [empty(), empty()]);
    program.run([x, y], [x, empty()]);
    expect(x.read()).toEqual(ramp(2).map((v, i) => 2 * v + ramp(9)[i]!));
    program.run([x, y], [empty(), empty()]);
    expect(x.read()).toEqual(ramp(2).map((v, i) => 2 * v + ramp(9)[i]!));
  });

  it('copies single inputs, and keeps those in the memory that come again and again', () => {
    const { host, make, empty } = setUp();
    const program = new WasmProgram(host, plan());
    const weights = make(ramp(1));
    for (let run = 0; run < 6; run++) {
      const input = make(ramp(run));
      const output = empty();
      program.run([weights, input], [output, empty()]);
      expect(input.contents.address).toBe(0);
      expect(output.read()).toEqual(ramp(1).map((v, i) => 2 * v + ramp(run)[i]!));
    }
    expect(weights.contents.address).toBeGreaterThan(0);
    weights.write(ramp(7));
    const output = empty();
    program.run([weights, make(ramp(8))], [output, empty()]);
    expect(output.read()).toEqual(ramp(7).map((v, i) => 2 * v + ramp(8)[i]!));
  });

  it('moves what was not used for longest back to the host when room is short', () => {
    const { host, make, empty } = setUp({ residentBytes: 3 * size * 4 });
    const program = new WasmProgram(host, plan());
    const x = () => make(new Float32Array(size));
    const cells = Array.from({ length: 5 }, (_, i) => make(ramp(i)));
    for (const cell of cells) program.run([x(), cell], [empty(), cell]);
    expect(cells.map((cell) => cell.contents.address > 0)).toEqual([false, false, true, true, true]);
    cells.forEach((cell, i) => expect(cell.read()).toEqual(ramp(i).map((v) => 3 * v)));
    program.run([x(), cells[0]!], [empty(), cells[0]!]);
    expect(cells[0]!.read()).toEqual(ramp(0).map((v) => 9 * v));
  });

  it('does not grow the memory over 2,000 runs', () => {
    const { host, make, empty } = setUp();
    const program = new WasmProgram(host, plan(4096));
    const cell = make(new Float32Array(4096));
    let after50 = 0;
    for (let run = 0; run < 2000; run++) {
      program.run([make(ramp(run, 4096)), cell], [empty(4096), cell]);
      if (run % 100 === 0) cell.write(new Float32Array(4096));
      if (run === 50) after50 = host.heap.totalBytes;
    }
    expect(host.heap.totalBytes).toBe(after50);
  });

  it('shares the arena with larger and smaller programs', () => {
    const { host, make, empty } = setUp();
    const [small, large] = [new WasmProgram(host, plan(64)), new WasmProgram(host, plan(65536))];
    for (let run = 0; run < 3; run++) {
      for (const [program, n] of [
        [small, 64],
        [large, 65536],
        [small, 64],
      ] as const) {
        const output = empty(n);
        const y = ramp(5, n);
        program.run([make(ramp(run, n)), make(y)], [empty(n), output]);
        expectSame(
          output.read(),
          ramp(run, n).map((v, i) => 7 * v + 3 * y[i]!),
        );
      }
    }
  });

  it('prints its nests and its code', () => {
    const { host } = setUp();
    const stages = new WasmProgram(host, plan()).stages();
    expect(stages.map(({ title }) => title)).toEqual(['schedule', 'plan', 'code']);
    expect(stages[2]!.text).toContain('f32x4.mul');
    expect(stages[2]!.text).toContain('(export "call0")');
  });
});

describe('threads', () => {
  it('compute what one thread computes, over programs and growing memory', () => {
    const n = 1 << 18;
    const { host, make, empty } = setUp({ threads: 3 });
    expect(host.crew?.threads).toBe(3);
    const programs = [plan(n, 5e6), plan(n / 2, 5e6), plan(64)].map((p) => new WasmProgram(host, p));
    for (let run = 0; run < 60; run++) {
      const elements = [n, n / 2, 64][run % 3]!;
      const [first, second] = [empty(elements), empty(elements)];
      const [x, y] = [ramp(run, elements), ramp(5, elements)];
      programs[run % 3]!.run([make(x), make(y)], [first, second]);
      expectSame(
        first.read(),
        x.map((v, i) => 2 * v + y[i]!),
      );
      expectSame(
        second.read(),
        x.map((v, i) => 7 * v + 3 * y[i]!),
      );
    }
  });
});
