/**
 * Which instruction tier this processor and its operating system support, asked with emitted CPUID and XGETBV.
 */
import { DeviceError } from '../../base/errors.ts';
import { type Abi, abis } from '../../emit/x64/abi.ts';
import { Assembler } from '../../emit/x64/assembler.ts';
import type { Tier } from '../../emit/x64/lower-analysis.ts';
import { mem, r10, rax, rbx, rcx, rdx } from '../../emit/x64/registers.ts';
import type { CodeArena } from './code.ts';
import { addressOf, type ForeignFunction, functionAt } from './ffi.ts';

/** How foreign code calls ours on this system. */
export function hostAbi(): Abi {
  return process.platform === 'win32' ? abis.win64 : abis.sysv;
}

/** What the tiers are decided by. */
export interface Features {
  readonly avx2: boolean;
  readonly avx512: boolean;
}

const bit = (value: number, index: number): boolean => ((value >>> index) & 1) === 1;

/** SSE and AVX state, and with the opmasks and the upper registers. */
const XCR0_AVX = 0x06,
  XCR0_AVX512 = 0xe6;

export function detectFeatures(arena: CodeArena): Features {
  const assembler = new Assembler();
  emitQuery(assembler, hostAbi());
  const { code, labels } = assembler.finish();
  const loaded = arena.load(code);
  const at = (name: string): ForeignFunction =>
    functionAt(loaded.address + BigInt(labels.get(name) ?? 0), ['uint32_t', 'uint32_t', 'uint64_t']);
  const cpuid = at('cpuid');
  const xgetbv = at('xgetbv');
  const result = new Uint32Array(new ArrayBuffer(16));
  const address = addressOf(result.buffer);
  const ask = (leaf: number): { eax: number; ebx: number; ecx: number } => {
    cpuid(leaf, 0, address);
    return { eax: result[0] ?? 0, ebx: result[1] ?? 0, ecx: result[2] ?? 0 };
  };
  const basic = ask(0).eax < 7 ? undefined : ask(1);
  let features: Features = { avx2: false, avx512: false };
  // XSAVE, AVX, F16C, FMA
  if (basic !== undefined && bit(basic.ecx, 27) && bit(basic.ecx, 28) && bit(basic.ecx, 29) && bit(basic.ecx, 12)) {
    const { ebx } = ask(7);
    xgetbv(0, 0, address);
    const saved = result[0] ?? 0;
    const avx2 = bit(ebx, 5) && (saved & XCR0_AVX) === XCR0_AVX;
    // F, DQ, BW, VL
    const avx512 = avx2 && [16, 17, 30, 31].every((index) => bit(ebx, index)) && (saved & XCR0_AVX512) === XCR0_AVX512;
    features = { avx2, avx512 };
  }
  loaded.free();
  return features;
}

/** Two functions (leaf, subleaf, out): what the instruction returns goes to out[0 … 3]. */
function emitQuery(assembler: Assembler, abi: Abi): void {
  const [leaf, subleaf, out] = abi.parameters;
  if (leaf === undefined || subleaf === undefined || out === undefined)
    throw new Error('bug: a convention has fewer than three parameters');
  for (const name of ['cpuid', 'xgetbv'] as const) {
    assembler.align(16);
    assembler.here(name);
    assembler.emit('push', rbx);
    assembler.emit('mov', r10, out);
    assembler.emit('mov', rax.as(32), leaf.as(32));
    assembler.emit('mov', rcx.as(32), subleaf.as(32));
    assembler.emit(name);
    [rax, rbx, rcx, rdx].forEach((register, i) => {
      assembler.emit('mov', mem(r10, 4 * i), register.as(32));
    });
    assembler.emit('pop', rbx);
    assembler.emit('ret');
  }
}

/** The best tier there is; FATHOM_TIER=avx2 asks for less. @throws DeviceError if not even AVX2 with FMA is there */
export function chooseTier({ avx2, avx512 }: Features, asked = process.env['FATHOM_TIER']): Tier {
  if (!avx2) throw new DeviceError('the native device needs a processor with AVX2 and FMA; use the wasm device');
  if (asked === 'avx2') return 'avx2';
  if (asked === 'avx512' && !avx512)
    throw new DeviceError('FATHOM_TIER: this processor has no avx512; choose avx2, or leave it unset');
  if (asked !== undefined && asked !== '' && asked !== 'avx512')
    throw new DeviceError(`FATHOM_TIER: expected avx512 or avx2. Received: ${asked}`);
  return avx512 ? 'avx512' : 'avx2';
}
