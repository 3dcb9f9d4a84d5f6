import { expect, it } from 'vitest';
import * as build from '../../ir/build.ts';
import { nullDevice } from './index.ts';

it('answers zeros for whatever was computed', () => {
  const device = nullDevice();
  const x = build.param(0, [2], 'float32');
  const executable = device.compile({ inputs: [x], outputs: [build.unary('exp', x)] });
  const output = device.store('float32', Float32Array.of(7, 7));
  executable.run([device.store('float32', Float32Array.of(1, 2))], [output]);
  expect([...output.read()]).toEqual([0, 0]);
});

it('counts one nest and no bytes for elementwise work', () => {
  const x = build.param(0, [2], 'float32');
  const y = build.unary('exp', build.unary('neg', x));
  const { counts } = nullDevice().compile({ inputs: [x], outputs: [y] });
  expect(counts).toEqual({ nests: 1, contractions: 0, routines: 0, arenaBytes: 0 });
});

it('counts a contraction, and the bytes of the value between two nests', () => {
  const a = build.param(0, [64, 32], 'float32');
  const b = build.param(1, [48, 32], 'float32');
  const space = [64, 48, 32];
  const product = build.binary('mul', build.expand(a, space, [0, 2]), build.expand(b, space, [1, 2]));
  const c = build.reduce('sum', product, [2]); // (64, 48)
  const rows = build.reduce('sum', build.unary('exp', c), [1]);
  const { counts } = nullDevice().compile({ inputs: [a, b], outputs: [rows] });
  expect(counts.contractions).toBe(1);
  expect(counts.nests).toBeGreaterThanOrEqual(2);
  expect(counts.arenaBytes).toBeGreaterThanOrEqual(64 * 48 * 4);
});

it('shows every stage but code', () => {
  const x = build.param(0, [2], 'float32');
  const stages = nullDevice()
    .compile({ inputs: [x], outputs: [build.unary('exp', x)] })
    .stages();
  expect(stages.map(({ title }) => title)).toEqual(['graph', 'kernels', 'schedule', 'plan']);
});
