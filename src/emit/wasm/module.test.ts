import { expect, it } from 'vitest';
import { ByteReader, ByteWriter } from './bytes.ts';
import { FunctionBuilder } from './function.ts';
import { goldenInstructions, goldenModule } from './golden/wabt.ts';
import { encodeModule } from './module.ts';
import { opcodes } from './opcodes.ts';
import type { Opcode, OpcodeWith } from './opcodes.ts';
import { printModule } from './text.ts';

const hex = (bytes: Uint8Array): string => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');

/** Emits an instruction with the immediates that the golden file was made with. */
function emit(f: FunctionBuilder, op: Opcode): void {
  const { immediate } = opcodes[op];
  if (immediate === 'none') f.op(op as OpcodeWith<'none'>);
  else if (immediate === 'block') f.open(op as OpcodeWith<'block'>);
  else if (immediate === 'lane') f.lane(op as OpcodeWith<'lane'>, 1);
  else if (immediate === 'memory') f.memory(op as OpcodeWith<'memory'>, 300);
  else if (immediate === 'memoryLane') f.memoryLane(op as OpcodeWith<'memoryLane'>, 300, 1);
  else if (immediate === 'i32') f.i32(-300);
  else if (immediate === 'v128') f.v128(Uint8Array.from({ length: 16 }, (_, i) => i * 7));
  else if (immediate === 'shuffle') f.shuffle(Array.from({ length: 16 }, (_, i) => 31 - i));
  else f.index(op as OpcodeWith<'label' | 'function' | 'local'>, 0);
}

it('encodes every instruction as wabt does', () => {
  const encoded: Record<string, string> = {};
  for (const op of Object.keys(opcodes) as Opcode[]) {
    const f = new FunctionBuilder(op, 1);
    emit(f, op);
    encoded[op] = hex(f.code.view());
  }
  expect(encoded).toEqual(goldenInstructions);
});

function sample(): Parameters<typeof encodeModule>[0] {
  const f = new FunctionBuilder('sum', 3);
  const [v, i, w] = [f.local('v128'), f.local('i32'), f.local('i32')];
  f.get(1);
  f.set(i!);
  f.open('loop');
  f.get(0);
  f.memory('v128.load', 0);
  f.get(v!);
  f.op('f32x4.add');
  f.set(v!);
  f.get(i!);
  f.i32(1);
  f.op('i32.sub');
  f.index('local.tee', i!);
  f.index('br_if', 0);
  f.op('end');
  f.get(2);
  f.get(v!);
  f.memory('v128.store', 70000);
  f.i32(-2147483648);
  f.set(w!);
  const run = new FunctionBuilder('run', 1);
  for (const offset of [0, 4, 8]) {
    run.get(0);
    run.memory('i32.load', offset);
  }
  run.index('call', 0);
  return { isShared: true, functions: [f, run], exports: new Map([['run', 1]]) };
}

it('encodes a module byte for byte as wabt does', () => {
  expect(hex(encodeModule(sample()))).toBe(goldenModule.bytes);
});

it('prints the text that wabt made those bytes of', () => {
  expect(printModule(sample())).toBe(goldenModule.text);
});

it('writes and reads LEB128 at every length', () => {
  const writer = new ByteWriter();
  const unsigned = [0, 1, 127, 128, 16383, 16384, 2097151, 2097152, 268435455, 268435456, 4294967295];
  const signed = [0, -1, 63, 64, -64, -65, 8191, 8192, -8193, 2147483647, -2147483648, -134217728, 134217728];
  unsigned.forEach((value) => writer.unsigned(value));
  signed.forEach((value) => writer.signed(value));
  const reader = new ByteReader(writer.view());
  expect(unsigned.map(() => reader.unsigned())).toEqual(unsigned);
  expect(signed.map(() => reader.signed())).toEqual(signed);
  expect(reader.isAtEnd).toBe(true);
});

it('refuses an offset below 0', () => {
  const f = new FunctionBuilder('low', 1);
  expect(() => f.memory('v128.load', -4)).toThrow('bug: low: v128.load at offset -4');
});
