import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as build from '../../ir/build.ts';
import type { Storage } from '../../ir/leaf.ts';
import { NestBuilder } from '../../kernel/builder.ts';
import type { Nest } from '../../kernel/nest.ts';
import type { Plan } from '../../schedule/plan.ts';
import { evaluate } from '../reference/evaluate.ts';
import { chooseTier } from './cpuid.ts';
import { NativeDevice, nativeDevice } from './device.ts';
import { NativeStorage } from './storage.ts';
import { threadCount } from './threads.ts';

/** y = x · x + row, one row of 16 elements an iteration. */
function squares(rows: number, work: number): Nest {
  const builder = new NestBuilder(8);
  const [x, y] = [builder.slot('f32', 'read'), builder.slot('f32', 'write')];
  const row = builder.open(rows);
  const access = { at: { constant: 0, terms: [{ loop: row, by: 8 }] }, step: 1, active: 8 };
  const value = builder.set('f32', { op: 'load', element: 'f32', access: { ...access, slot: x } });
  const number = builder.convert(
    'i32>f32',
    builder.set('i32', { op: 'index', walk: { constant: 0, terms: [{ loop: row, by: 1 }] }, step: 0 }),
  );
  builder.store('f32', { ...access, slot: y }, builder.fma('fma', value, value, number));
  builder.close();
  return builder.finish('squares', { parallel: true, work });
}

/** Squares twice: into the arena, then into the output. */
function twice(rows: number, work = 1e9): Plan {
  const nest = squares(rows, work);
  const size = 8 * rows;
  return {
    buffers: [
      { dtype: 'float32', size, home: { kind: 'input', index: 0 } },
      { dtype: 'float32', size, home: { kind: 'arena', offset: 64 } },
      { dtype: 'float32', size, home: { kind: 'output', index: 0 } },
    ],
    steps: [
      { kind: 'nest', nest, bindings: [0, 1] },
      { kind: 'nest', nest, bindings: [1, 2] },
    ],
    arenaBytes: 64 + 4 * size,
    inPlace: new Map(),
  };
}

function expectSquares(x: Float32Array, y: ArrayLike<number>): void {
  let wrong = 0;
  for (let i = 0; i < x.length; i++) {
    const row = Math.floor(i / 8);
    const once = Math.fround(x[i]! * x[i]! + row);
    if (y[i] !== Math.fround(once * once + row)) wrong++;
  }
  expect(wrong).toBe(0);
}

const ramp = (length: number): Float32Array<ArrayBuffer> => Float32Array.from({ length }, (_, i) => (i % 5) - 2);

describe('the native device', () => {
  it('names itself with its tier', () => {
    expect(nativeDevice().description).toMatch(/^native \((avx512|avx2)\)$/);
  });

  it('runs the steps of a plan in order, on one thread and on several', () => {
    for (const threads of [1, 2, 5]) {
      const device = new NativeDevice(threads);
      for (const rows of [2, 3, 7, 64, 1000]) {
        const program = device.load(twice(rows));
        const x = ramp(8 * rows);
        const y = device.allocate('float32', 8 * rows);
        program.run([device.store('float32', x)], [y]);
        expectSquares(x, y.read());
      }
    }
  });

  it('hands out thousands of jobs in a row without losing a chunk', () => {
    const device = new NativeDevice(3);
    const program = device.load(twice(40));
    const x = ramp(320);
    const [input, y] = [device.store('float32', x), device.allocate('float32', 320)];
    for (let i = 0; i < 5000; i++) {
      y.write(new Float32Array(320));
      program.run([input], [y]);
      if (i % 50 === 0) expectSquares(x, y.read());
    }
    expectSquares(x, y.read());
  });

  it('wakes threads that have gone to sleep', async () => {
    const device = new NativeDevice(3);
    const program = device.load(twice(40));
    const x = ramp(320);
    const [input, y] = [device.store('float32', x), device.allocate('float32', 320)];
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      y.write(new Float32Array(320));
      program.run([input], [y]);
      expectSquares(x, y.read());
    }
  });

  it.runIf(process.platform === 'linux')('threads take their part of the work', () => {
    const before = new Set(readdirSync('/proc/self/task'));
    const device = new NativeDevice(3);
    const rows = 1 << 17;
    const program = device.load(twice(rows));
    const [x, y] = [device.store('float32', ramp(8 * rows)), device.allocate('float32', 8 * rows)];
    const workers = readdirSync('/proc/self/task').filter((task) => !before.has(task));
    const ticks = (): number[] =>
      workers.map((task) => Number(readFileSync(`/proc/self/task/${task}/stat`, 'utf8').split(' ')[13]));
    // On a busy machine it may be a while until both of them get a processor.
    const deadline = performance.now() + 30_000;
    while (ticks().filter((tick) => tick > 1).length < 2 && performance.now() < deadline) program.run([x], [y]);
    expect(ticks().filter((tick) => tick > 1)).toHaveLength(2);
  });

  it('sleeping threads use no processor time', async () => {
    const device = new NativeDevice(4);
    const program = device.load(twice(40));
    program.run([device.store('float32', ramp(320))], [device.allocate('float32', 320)]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { user, system } = process.cpuUsage(before);
    // Three spinning threads would use hundreds of milliseconds.
    expect((user + system) / 1000).toBeLessThan(150);
  });

  it('finds storages that change from run to run, and grows the arena under older programs', () => {
    const device = new NativeDevice(1);
    const small = device.load(twice(4));
    const large = device.load(twice(4000));
    for (const [program, rows] of [
      [small, 4],
      [large, 4000],
      [small, 4],
    ] as const) {
      for (const shift of [0, 1]) {
        const x = ramp(8 * rows).map((value) => value + shift);
        const y = device.allocate('float32', 8 * rows);
        program.run([device.store('float32', x)], [y]);
        expectSquares(x, y.read());
      }
    }
  });

  it('flushes denormals to 0 in its runs and leaves them alone outside', () => {
    const device = new NativeDevice(3);
    const program = device.load(twice(64));
    // Squared twice it is 5e-40, below the smallest normal number.
    const x = new Float32Array(512).fill(1.5e-10);
    const y = device.allocate('float32', 512);
    for (let i = 0; i < 100; i++) {
      y.write(new Float32Array(512).fill(1));
      program.run([device.store('float32', x)], [y]);
      expect([...y.read().subarray(0, 8)]).toEqual(new Array(8).fill(0));
    }
    const tiny = Number.MIN_VALUE * 4;
    expect(tiny / 2).toBe(Number.MIN_VALUE * 2);
    expect(Math.fround(1e-40)).toBeGreaterThan(0);
  });

  it('compiles a graph and agrees with the reference device', () => {
    const best = new NativeDevice(2);
    for (const device of [best, new NativeDevice(2, 'avx2')]) {
      const numbers = (length: number): Float32Array<ArrayBuffer> =>
        Float32Array.from({ length }, (_, i) => ((i * 37) % 101) / 50 - 1);
      const a = build.param(0, [33, 57], 'float32');
      const b = build.param(1, [57, 41], 'float32');
      const product = build.reduce(
        'sum',
        build.binary('mul', spread(a, [33, 57, 1], [33, 57, 41]), spread(b, [1, 57, 41], [33, 57, 41])),
        [1],
      );
      const graph = { inputs: [a, b], outputs: [build.unary('exp', build.reshape(product, [33, 41]))] };
      const inputs: Storage[] = [device.store('float32', numbers(33 * 57)), device.store('float32', numbers(57 * 41))];
      const out = device.allocate('float32', 33 * 41);
      const program = device.compile(graph);
      program.run(inputs, [out]);
      const [expected] = evaluate(
        graph,
        inputs.map((storage) => storage.read()),
      );
      let worst = 0;
      out.read().forEach((value, i) => {
        worst = Math.max(worst, Math.abs(value - expected![i]!) / Math.abs(expected![i]!));
      });
      // exp of sums of 57 products up to 20: relative error of exp is the absolute error of the sum, some 1e-6.
      expect(worst).toBeLessThan(2e-5);
      expect(program.stages().map(({ title }) => title)).toContain('code');
    }
  });
});

function spread(
  node: Parameters<typeof build.reshape>[0],
  shape: readonly number[],
  to: readonly number[],
): ReturnType<typeof build.expand> {
  return build.expand(build.reshape(node, shape), to);
}

describe('native storage', () => {
  it('lies on a cache line, whatever its size', () => {
    for (const size of [0, 1, 5, 1000]) expect(NativeStorage.allocate('float64', size).address % 64).toBe(0);
  });

  it('reads back what was stored and refuses what does not fit', () => {
    const storage = NativeStorage.of('int32', Int32Array.of(1, 2, 3));
    expect([...storage.read()]).toEqual([1, 2, 3]);
    storage.write(Int32Array.of(4, 5, 6));
    expect([...storage.read()]).toEqual([4, 5, 6]);
    expect(() => {
      storage.write(Int32Array.of(1));
    }).toThrow('expected 3 elements');
    expect(() => {
      storage.write(Float32Array.of(1, 2, 3));
    }).toThrow('expected int32');
  });

  it('comes back soon after it was dropped, while a cache holds it', () => {
    const places = new Set<number>();
    for (let i = 0; i < 256; i++) places.add(NativeStorage.allocate('float32', 1 << 20).address);
    // When the collector comes by itself there are 35.
    expect(places.size).toBeLessThan(28);
  });

  it('is freed by the garbage collector', () => {
    let peak = 0;
    for (let i = 0; i < 400; i++) {
      NativeStorage.allocate('float32', 1 << 20)
        .read()
        .fill(1);
      if (i % 20 === 0) peak = Math.max(peak, process.memoryUsage.rss());
    }
    // 400 times 4 MiB: kept, they would be 1.6 GiB.
    expect(peak).toBeLessThan(1 << 30);
  });
});

describe('settings', () => {
  it('FATHOM_TIER chooses among what the processor has', () => {
    expect(chooseTier({ avx2: true, avx512: true }, undefined)).toBe('avx512');
    expect(chooseTier({ avx2: true, avx512: true }, 'avx2')).toBe('avx2');
    expect(chooseTier({ avx2: true, avx512: false }, undefined)).toBe('avx2');
    expect(() => chooseTier({ avx2: true, avx512: false }, 'avx512')).toThrow('FATHOM_TIER');
    expect(() => chooseTier({ avx2: false, avx512: false }, undefined)).toThrow('AVX2');
    expect(() => chooseTier({ avx2: true, avx512: true }, 'sse')).toThrow('Received: sse');
  });

  it('FATHOM_THREADS is a positive integer', () => {
    expect(threadCount('3')).toBe(3);
    expect(threadCount(undefined)).toBeGreaterThan(0);
    expect(() => threadCount('none')).toThrow('Received: none');
  });
});

/** Runs the fixture in a process of its own. */
function runAndLeave(mode: 'return' | 'exit' | 'workers'): {
  status: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
} {
  const path = fileURLToPath(new URL('./fixtures/run-and-leave.ts', import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', path, mode], {
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, signal, stdout, stderr };
}

describe('processes', () => {
  it('end by themselves while the threads sleep', () => {
    expect(runAndLeave('return')).toEqual({ status: 0, signal: null, stdout: '12', stderr: '' });
  });

  it('end at process.exit right after a run', () => {
    expect(runAndLeave('exit')).toEqual({ status: 7, signal: null, stdout: '12', stderr: '' });
  });

  it('may run a device in every worker thread, and outlive them', () => {
    expect(runAndLeave('workers')).toEqual({ status: 0, signal: null, stdout: '12 12 12 12 12 12 12', stderr: '' });
  });
});
