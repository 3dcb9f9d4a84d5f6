import { describe, expect, it } from 'vitest';
import { NestBuilder } from '../../kernel/builder.ts';
import type { Plan } from '../../schedule/plan.ts';
import { abis } from './abi.ts';
import { darwinParking, emitPool, linuxParking, windowsParking } from './pool.ts';
import { emitProgram } from './program.ts';

function copies(work: number): Plan {
  const builder = new NestBuilder(8);
  const [x, y] = [builder.slot('f32', 'read'), builder.slot('f32', 'write')];
  const loop = builder.open(100);
  const access = { at: { constant: 0, terms: [{ loop, by: 8 }] }, step: 1, active: 8 };
  builder.store(
    'f32',
    { ...access, slot: y },
    builder.set('f32', { op: 'load', element: 'f32', access: { ...access, slot: x } }),
  );
  builder.close();
  return {
    buffers: [
      { dtype: 'float32', size: 800, home: { kind: 'input', index: 2 } },
      { dtype: 'float32', size: 800, home: { kind: 'output', index: 1 } },
    ],
    steps: [{ kind: 'nest', nest: builder.finish('copy', { parallel: true, work }), bindings: [0, 1] }],
    arenaBytes: 0,
    inPlace: new Map(),
  };
}

describe('a program', () => {
  it('counts inputs and outputs by the highest index', () => {
    expect(emitProgram(copies(1), 'avx2')).toMatchObject({ inputs: 3, outputs: 2 });
  });

  it('calls the pool for large parallel nests only, and only where there are threads', () => {
    const pool = { address: 0x123456789an, threads: 4 };
    const calls = (work: number, options: Parameters<typeof emitProgram>[2]): boolean =>
      emitProgram(copies(work), 'avx2', options).listing().includes('call rax');
    expect(calls(1e9, { pool })).toBe(true);
    expect(calls(1e9, {})).toBe(false);
    expect(calls(1e9, { pool: { ...pool, threads: 1 } })).toBe(false);
    expect(calls(1e3, { pool })).toBe(false);
    expect(calls(1e3, { pool, parallelWork: 1e3 })).toBe(true);
  });

  it('saves what Windows wants saved', () => {
    const listing = emitProgram(copies(1), 'avx2', { abi: abis.win64 }).listing();
    for (const text of ['push rdi', 'push rsi', 'xmm6', 'xmm15', 'mov rdi, rcx']) expect(listing).toContain(text);
  });

  it('names every step in its listing', () => {
    expect(emitProgram(copies(1), 'avx512').listing()).toContain('step 0: copy:');
  });
});

describe('the pool', () => {
  const functions = { wait: 0x1111n, wake: 0x2222n, yield: 0x3333n };

  it('is emitted for every operating system', () => {
    for (const parking of [linuxParking, darwinParking(functions), windowsParking(functions)]) {
      const { code, worker, parallelFor, stop } = emitPool(0x7000_0000_0000n, parking);
      expect(new Set([worker, parallelFor, stop]).size).toBe(3);
      expect(Math.max(worker, parallelFor, stop)).toBeLessThan(code.length);
    }
  });
});
