import { describe, expect, test } from 'vitest';
import { Assembler } from './assembler.ts';
import type { Op, OpTaking } from './instructions.ts';
import {
  eax,
  indexed,
  k,
  mem,
  type Mem,
  type Operand,
  r32,
  r64,
  r9,
  rax,
  rcx,
  rdi,
  registerAt,
  ripRelative,
  rsp,
  vec,
  type Vec,
} from './registers.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function bytesOf(build: (a: Assembler) => void, options?: { readonly forceEvex?: boolean }): string {
  const a = new Assembler(options);
  build(a);
  return hex(a.finish().code);
}

function i32At(code: Uint8Array, offset: number): number {
  return new DataView(code.buffer, code.byteOffset).getInt32(offset, true);
}

describe('labels', () => {
  test('a backward branch within 128 bytes takes two bytes', () => {
    expect(
      bytesOf((a) => {
        const top = a.here();
        a.emit('pause');
        a.emit('jne', top);
        a.emit('jmp', top);
      }),
    ).toBe('f39075fcebfa');
  });

  test('a backward branch reaches exactly -128 with rel8 and one byte further with rel32', () => {
    const back = (nops: number): string =>
      bytesOf((a) => {
        const top = a.here();
        for (let i = 0; i < nops; i++) a.emit('nop');
        a.emit('jl', top);
      });
    expect(back(126).slice(252)).toBe('7c80');
    expect(back(127).slice(254)).toBe('0f8c7bffffff');
  });

  test('a forward branch is rel32 and lands on the label', () => {
    expect(
      bytesOf((a) => {
        const out = a.label();
        a.emit('ja', out);
        a.emit('ret');
        a.bind(out);
        a.emit('jmp', a.here());
      }),
    ).toBe('0f8701000000c3ebfe');
  });

  test('a call is rel32 in both directions', () => {
    expect(
      bytesOf((a) => {
        const f = a.here();
        a.emit('ret');
        a.emit('call', f);
      }),
    ).toBe('c3e8faffffff');
  });

  test('every condition has its code', () => {
    const jumps = [
      'jo',
      'jno',
      'jb',
      'jae',
      'je',
      'jne',
      'jbe',
      'ja',
      'js',
      'jns',
      'jp',
      'jnp',
      'jl',
      'jge',
      'jle',
      'jg',
    ] as const;
    const code = bytesOf((a) => {
      const top = a.here();
      for (const op of jumps) a.emit(op, top);
    });
    jumps.forEach((_, i) => expect(code.slice(4 * i, 4 * i + 2)).toBe((0x70 + i).toString(16)));
  });

  test('the address of a label counts from the end of the instruction, immediates included', () => {
    const a = new Assembler();
    const data = a.label('data');
    a.emit('lea', rax, ripRelative(data)); // 7 bytes, field at 3
    a.emit('cmp', ripRelative(data, 4).as(32), 1000); // 10 bytes, field at 9, 4 bytes of immediate
    a.emit('vcmpps', vec(1, 256), vec(2, 256), ripRelative(data), 1); // 9 bytes, field at 21, 1 byte of immediate
    a.bind(data);
    const { code, labels } = a.finish();
    expect(labels.get('data')).toBe(26);
    expect([i32At(code, 3), i32At(code, 9), i32At(code, 21)]).toEqual([19, 13, 0]);
  });

  test('a label that is never bound, or bound twice, is a bug', () => {
    const a = new Assembler();
    a.emit('jmp', a.label('nowhere'));
    expect(() => a.finish()).toThrow('bug: the label nowhere is used but never bound');
    expect(() => {
      const b = new Assembler();
      b.bind(b.here('twice'));
    }).toThrow('bug: the label twice is bound twice');
  });

  test('fix-ups survive the growth of the buffer', () => {
    const a = new Assembler();
    const end = a.label();
    a.emit('jmp', end);
    for (let i = 0; i < 3000; i++) a.emit('vaddps', vec(1, 512), vec(2, 512), vec(3, 512));
    a.bind(end);
    a.emit('ret');
    const { code } = a.finish();
    expect(i32At(code, 1)).toBe(18000);
    expect(code.length).toBe(18006);
    expect(hex(code.slice(18005 - 6))).toBe('62f16c4858cbc3');
  });
});

describe('constants', () => {
  test('the pool is 64-byte aligned, widest first, and each use points at its bytes', () => {
    const a = new Assembler();
    a.emit('vaddps', vec(0, 512), vec(1, 512), a.f32(1.5).broadcast()); // field at 6
    a.emit('vmulpd', vec(0, 256), vec(1, 256), a.f64(-2, 4)); // 8 bytes at 10, field at 14
    a.emit('vmovups', vec(2, 512), a.f32(3, 16)); // 10 bytes at 18, field at 24
    const { code, instructionBytes } = a.finish();
    expect(instructionBytes).toBe(28);
    const view = new DataView(code.buffer);
    const [one, two, three] = [10 + i32At(code, 6), 18 + i32At(code, 14), 28 + i32At(code, 24)];
    expect([three, two, one]).toEqual([64, 128, 160]);
    expect(view.getFloat32(one, true)).toBe(1.5);
    for (let lane = 0; lane < 4; lane++) expect(view.getFloat64(two + 8 * lane, true)).toBe(-2);
    for (let lane = 0; lane < 16; lane++) expect(view.getFloat32(three + 4 * lane, true)).toBe(3);
    expect(code.length).toBe(164);
  });

  test('equal constants share their place; 0 and -0, 1 lane and 8 lanes do not', () => {
    const a = new Assembler();
    expect(a.f32(1, 8)).toBe(a.i32(0x3f800000, 8));
    expect(a.f32(1, 8)).not.toBe(a.f32(1));
    expect(a.f32(0)).not.toBe(a.f32(-0));
    expect(a.f64(0)).not.toBe(a.f64(-0));
    expect(a.constant(new Uint8Array([1, 2, 3]))).toBe(a.constant(new Uint8Array([1, 2, 3])));
    expect(a.i32(-1)).toBe(a.i32(0xffffffff));
  });

  test('code without constants has no pool', () => {
    expect(bytesOf((a) => a.emit('ret'))).toBe('c3');
  });
});

describe('choices of encoding', () => {
  test('mov of an immediate takes the shortest form that gives the same register', () => {
    expect(bytesOf((a) => a.emit('mov', rax, 5))).toBe('b805000000');
    expect(bytesOf((a) => a.emit('mov', r9, 0xffffffff))).toBe('41b9ffffffff');
    expect(bytesOf((a) => a.emit('mov', rax, -1))).toBe('48c7c0ffffffff');
    expect(bytesOf((a) => a.emit('mov', rax, 0x100000000))).toBe('48b80000000001000000');
    expect(bytesOf((a) => a.emit('mov', rax, 0xfedcba9876543210n))).toBe('48b81032547698badcfe');
  });

  test('forceEvex encodes with EVEX what fits VEX', () => {
    const build = (a: Assembler): void => a.emit('vaddps', vec(1, 256), vec(2, 256), mem(rdi, 32));
    expect(bytesOf(build)).toBe('c5ec584f20');
    expect(bytesOf(build, { forceEvex: true })).toBe('62f16c28584f01');
  });

  test('align pads with the recommended no-operations', () => {
    expect(
      bytesOf((a) => {
        a.emit('ret');
        a.align(16);
      }),
    ).toBe('c3660f1f840000000000660f1f440000');
    expect(
      bytesOf((a) => {
        a.align(16);
        a.emit('ret');
      }),
    ).toBe('c3');
  });
});

describe('mistakes', () => {
  const thrown =
    (op: Op, ...[x, y, z, w]: readonly Operand[]): (() => void) =>
    () =>
      new Assembler().emitUnchecked(op, x, y, z, w);

  test('operands without a form are named', () => {
    expect(thrown('vaddps', vec(1, 512), rax, vec(2, 512))).toThrow('bug: no form of vaddps takes (zmm1, rax, zmm2)');
  });

  test('what has no EVEX encoding refuses high registers', () => {
    expect(thrown('vpand', vec(17, 256), vec(1, 256), vec(2, 256))).toThrow('no EVEX encoding');
    expect(thrown('vblendvps', vec(1, 256), vec(1, 256), vec(2, 256), vec(16, 256))).toThrow('no EVEX encoding');
  });

  test('sizes that nothing states are asked for', () => {
    expect(thrown('inc', mem(rdi))).toThrow('the operand size is not stated');
    expect(thrown('movzx', eax, mem(rdi))).toThrow('write memory.as(8)');
    expect(thrown('vcvtpd2ps', vec(1, 128), mem(rdi))).toThrow('write memory.as(128) or memory.as(256)');
  });

  test('operands of different width are refused', () => {
    expect(thrown('add', rax, registerAt(r32, 1))).toThrow('different width');
    expect(thrown('vaddps', vec(1, 256), vec(2, 512), vec(3, 256))).toThrow('different width');
  });

  test('immediates out of range, rsp as index and broadcasts without one are refused', () => {
    expect(thrown('add', rax, 0x80000000)).toThrow('does not fit');
    expect(thrown('shl', rax, 300)).toThrow('does not fit');
    expect(() => indexed(rax, rsp, 1)).toThrow('rsp cannot be an index');
    expect(thrown('vmovups', vec(1, 512), mem(rdi).broadcast())).toThrow('no broadcast operand');
  });
});

test('a typo or a wrong operand kind does not compile', () => {
  const a = new Assembler();
  const byType: Record<'f32' | 'i32', OpTaking<[Vec, Vec, Vec | Mem]>> = { f32: 'vaddps', i32: 'vpaddd' };
  a.emit(byType.f32, vec(1, 256), vec(2, 256), mem(rcx));
  // @ts-expect-error there is no such mnemonic
  expect(() => a.emit('vadps', vec(1, 256), vec(2, 256), vec(3, 256))).toThrow('is not an instruction');
  // @ts-expect-error an operand is missing
  expect(() => a.emit('vaddps', vec(1, 256), vec(2, 256))).toThrow('no form');
  // @ts-expect-error a general register is no vector
  expect(() => a.emit('vaddps', vec(1, 256), vec(2, 256), registerAt(r64, 1))).toThrow('no form');
});

test('the listing shows labels, offsets, bytes, text and constants', () => {
  const a = new Assembler();
  const top = a.here('top');
  a.emit('vfmadd231ps', vec(1, 512).zeroUnder(registerAt(k, 2)), vec(2, 512), a.f32(1).broadcast());
  a.emit('jne', top);
  expect(a.finish().listing().split('\n')).toEqual([
    'top:',
    '      0  62 f2 6d da b8 0d 36 00 00 00     vfmadd231ps zmm1{k2}{z}, zmm2, [rip+constant0]{1to16}',
    '      a  75 f4                             jne top',
    '     40  constant0: 00 00 80 3f',
  ]);
});
